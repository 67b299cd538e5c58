//! What is known of the modules that were searched for a marker, for the processes to come.

use super::{
    found::Problem,
    search::{Outcome, each, marks_in},
};
use crate::{
    compile::disk_cache::DiskCache,
    modules::{handle::PythonModule, search_path::SearchPath},
    source::contract::Source,
    syntax::markers::Marker,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, OnceLock},
};

/// Changes with the form of the table, and with what is found in a text.
const FORM: &str = concat!("exocet ", env!("CARGO_PKG_VERSION"), " markers 1");

/// As [`marks_of`](super::search::marks_of) for each module. What the table in `folder` knows needn't be found out anew, and what is
/// found out goes into the table. There is one for each marker, search path and `place`, the part of the path that is searched.
pub(super) fn cached_marks(
    modules: &[&PythonModule],
    marker: &Marker,
    path: &SearchPath,
    folder: &Path,
    place: &str,
) -> Vec<Outcome> {
    let cache = DiskCache::new(folder);
    let key = key(marker, path, place);
    let kept = cache.read_table(&key);
    // What can't be read is as if it weren't there.
    let table = kept.as_deref().and_then(|kept| postcard::from_bytes::<Table<'_>>(kept).ok()).unwrap_or_default();
    let known = Known::new(&table);
    let looked = each(modules, path, |at, module| look(module, marker, known.find(at, module)));
    let count = looked.iter().filter(|looked| looked.state.is_some()).count();
    if count != table.entries.len() || looked.iter().any(|looked| looked.is_new) {
        // The table has a form, and so has whatever is in it.
        if let Ok(payload) = postcard::to_stdvec(&Table::new(modules, &looked)) {
            cache.write_table(&key, &payload);
        }
    }
    looked.into_iter().map(|looked| looked.outcome).collect()
}

/// Each part with its length before it, so that no two lists of them look the same.
fn key(marker: &Marker, path: &SearchPath, place: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let locations = path.locations().iter().map(ToString::to_string);
    for part in [FORM.to_owned(), format!("{marker:?}"), place.to_owned()].into_iter().chain(locations) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// What was found out of one module.
struct Looked {
    outcome: Outcome,
    /// What the outcome holds for; `None` for a module that has no text, or whose text can't be read.
    state: Option<State>,
    /// Whether the table doesn't have this yet.
    is_new: bool,
}

/// One state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    stamp: Option<[u64; 4]>,
    hash: [u8; 32],
}

fn look(module: &PythonModule, marker: &Marker, known: Option<&Entry<'_>>) -> Looked {
    // Before reading, so that an edit in between is seen next time.
    let stamp = lasting_stamp(module);
    if let Some(known) = known.filter(|known| stamp.is_some() && known.state.stamp == stamp) {
        return known.taken(known.state, false);
    }
    let bytes = match module.read() {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Looked { outcome: Ok(Vec::new()), state: None, is_new: false },
        Err(error) => {
            let outcome = Err(Problem::from(&error).in_module(module.name()));
            return Looked { outcome, state: None, is_new: false };
        }
    };
    let state = State { stamp, hash: *blake3::hash(&bytes).as_bytes() };
    match known.filter(|known| known.state.hash == state.hash) {
        // Without a stamp of its own the old one does no harm: it is no other state's.
        Some(known) if stamp.is_none() => known.taken(known.state, false),
        Some(known) => known.taken(state, true),
        None => Looked { outcome: marks_in(module, &bytes, marker), state: Some(state), is_new: true },
    }
}

/// A stamp that other processes understand: that of a file on the disk. Other sources may count from nought in each process.
fn lasting_stamp(module: &PythonModule) -> Option<[u64; 4]> {
    let (source, _) = module.source_and_path()?;
    source.folder()?;
    Some(module.stamp().ok()??.parts())
}

/// The modules that were searched, in the order of the search.
#[derive(Default, Serialize, Deserialize)]
struct Table<'a> {
    /// The labels of the sources.
    #[serde(borrow)]
    sources: Vec<&'a str>,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    /// Which source it stands in, and where.
    source: usize,
    path: &'a str,
    /// What is found depends on the name, too.
    name: &'a str,
    state: State,
    outcome: Outcome,
}

impl<'a> Table<'a> {
    fn new(modules: &[&'a PythonModule], looked: &[Looked]) -> Self {
        let mut table = Table::default();
        let mut places: HashMap<*const (), usize> = HashMap::new();
        for (module, looked) in modules.iter().zip(looked) {
            let (Some((source, path)), Some(state)) = (module.source_and_path(), looked.state) else { continue };
            let source = *places.entry(Arc::as_ptr(source).cast()).or_insert_with(|| {
                table.sources.push(source.label());
                table.sources.len() - 1
            });
            let entry = Entry { source, path, name: module.name(), state, outcome: looked.outcome.clone() };
            table.entries.push(entry);
        }
        table
    }
}

impl Entry<'_> {
    fn taken(&self, state: State, is_new: bool) -> Looked {
        Looked { outcome: self.outcome.clone(), state: Some(state), is_new }
    }
}

/// A table to look modules up in.
struct Known<'a> {
    table: &'a Table<'a>,
    /// By name and path. It is needed only where modules have come or gone.
    places: OnceLock<HashMap<(&'a str, &'a str), Vec<usize>>>,
}

impl<'a> Known<'a> {
    fn new(table: &'a Table<'a>) -> Self {
        Known { table, places: OnceLock::new() }
    }

    /// The entry of a module, which is likely to be the one `at` that place.
    fn find(&self, at: usize, module: &PythonModule) -> Option<&'a Entry<'a>> {
        let (source, path) = module.source_and_path()?;
        let is_it = |entry: &&Entry<'_>| {
            entry.name == module.name()
                && entry.path == path
                && self.table.sources.get(entry.source).is_some_and(|label| *label == source.label())
        };
        let entries = &self.table.entries;
        entries.get(at).filter(is_it).or_else(|| {
            let places = self.places.get_or_init(|| {
                let mut places: HashMap<_, Vec<usize>> = HashMap::with_capacity(entries.len());
                for (at, entry) in entries.iter().enumerate() {
                    places.entry((entry.name, entry.path)).or_default().push(at);
                }
                places
            });
            places.get(&(module.name(), path))?.iter().map(|at| &entries[*at]).find(is_it)
        })
    }
}
