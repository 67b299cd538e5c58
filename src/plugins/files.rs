//! The files that a plugin was loaded from, and whether they are still as they were.

use crate::{
    load::recorder::Recorded,
    modules::handle::PythonModule,
    source::contract::{Shape, Source, Stamp, join},
    syntax::{decode::decode, imports::Import, literals, scan},
};
use rustpython_vm::common::{lock::PyMutex, rc::PyRc};
use std::{
    collections::{BTreeMap, HashMap, btree_map::Entry},
    sync::Arc,
};

/// A file by the label of its source and its path there, as it is displayed.
type Place = String;

/// The content of a file, by its hash; `None` where there is no file, or none that can be read.
type Content = Option<blake3::Hash>;

/// Files, each with the content by which the plugin was loaded.
#[derive(Default)]
pub(super) struct Files(BTreeMap<Place, File>);

#[derive(Clone)]
struct File {
    source: Arc<dyn Source>,
    path: String,
    stamp: Option<Stamp>,
    content: Content,
}

/// What files hold now, each looked at once.
#[derive(Default)]
pub(super) struct Now(HashMap<Place, (Option<Stamp>, Content)>);

impl Files {
    /// Adds a file that code was made of.
    pub(super) fn add_recorded(&mut self, recorded: &Recorded) {
        if let (Some((source, path)), Some(bytes)) = (recorded.module.source_and_path(), &recorded.source) {
            let content = Some(blake3::hash(bytes));
            let file = File { source: source.clone(), path: path.to_owned(), stamp: None, content };
            self.0.insert(join(source.label(), path), file);
        }
    }

    /// Adds a file with what it holds now, unless it is known.
    pub(super) fn add_now(&mut self, source: &Arc<dyn Source>, path: &str, now: &mut Now) {
        if let Entry::Vacant(entry) = self.0.entry(join(source.label(), path)) {
            let file = File { source: source.clone(), path: path.to_owned(), stamp: None, content: None };
            let (stamp, content) = now.look(entry.key(), &file);
            entry.insert(File { stamp, content, ..file });
        }
    }

    /// Adds the file of a module with what it holds now, unless it is known.
    pub(super) fn add_module(&mut self, module: &PythonModule, now: &mut Now) {
        if let Some((source, path)) = module.source_and_path().filter(|_| !module.is_native()) {
            self.add_now(source, path, now);
        }
    }

    /// What is known of other files, as far as nothing is known of them here.
    pub(super) fn fill_from(&mut self, other: Self) {
        for (place, file) in other.0 {
            self.0.entry(place).or_insert(file);
        }
    }

    /// The files that hold something else now.
    pub(super) fn changed(&mut self, now: &mut Now) -> Vec<Place> {
        let mut changed = Vec::new();
        for (place, file) in &mut self.0 {
            let (stamp, content) = now.look(place, file);
            if content == file.content {
                file.stamp = stamp;
            } else {
                changed.push(place.clone());
            }
        }
        changed
    }

    /// The files as they are now, before something is loaded from them.
    pub(super) fn refreshed(&self, now: &mut Now) -> Self {
        let refreshed = |(place, file): (&Place, &File)| {
            let (stamp, content) = now.look(place, file);
            (place.clone(), File { stamp, content, ..file.clone() })
        };
        Self(self.0.iter().map(refreshed).collect())
    }

    /// Where the files are.
    pub(super) fn places(&self) -> Vec<Place> {
        self.0.keys().cloned().collect()
    }

    /// Whether one of these places is on the disk, where files are written piece by piece.
    pub(super) fn is_on_disk(&self, places: &[Place]) -> bool {
        places.iter().any(|place| self.0.get(place).is_some_and(|file| file.source.folder().is_some()))
    }

    /// The folders on the disk that the files are in.
    #[cfg(feature = "watch")]
    pub(super) fn folders(&self) -> impl Iterator<Item = std::path::PathBuf> {
        self.0.values().filter_map(|file| {
            let path = file.source.folder()?.join(&file.path);
            Some(path.parent()?.to_owned())
        })
    }
}

impl Now {
    /// What a file holds that was looked at; `None` where nothing is there.
    pub(super) fn content(&self, place: &str) -> Content {
        self.0.get(place)?.1
    }

    /// What a file holds now. Where its stamp is as it was, so is its content.
    fn look(&mut self, place: &Place, file: &File) -> (Option<Stamp>, Content) {
        if let Some(known) = self.0.get(place) {
            return known.clone();
        }
        // The stamp comes first: what is written after it was taken makes it differ from the next one.
        let stamp = file.source.stamp(&file.path).ok().flatten();
        let content = if stamp.is_some() && stamp == file.stamp {
            file.content
        } else {
            file.source.read(&file.path).ok().flatten().map(|bytes| blake3::hash(&bytes))
        };
        self.0.insert(place.clone(), (stamp.clone(), content));
        (stamp, content)
    }
}

/// What texts import, and the paths that they name, by the hashes of the texts: most stay the same from generation to generation.
#[derive(Default)]
pub(super) struct Scans(PyMutex<HashMap<(String, blake3::Hash), PyRc<Scan>>>);

/// What can be known of one module's text.
pub(super) struct Scan {
    imports: Vec<Import>,
    paths: Vec<String>,
}

impl Scans {
    /// Adds what the modules in `files` import and name, as far as `beside` finds it, and what that imports and names.
    pub(super) fn add_named(
        &self,
        modules: impl IntoIterator<Item = PythonModule>,
        beside: &dyn Fn(&str) -> Option<PythonModule>,
        files: &mut Files,
        now: &mut Now,
    ) {
        let mut waiting: Vec<PythonModule> = modules.into_iter().collect();
        let mut seen: Vec<String> = waiting.iter().map(|module| module.name().to_owned()).collect();
        while let Some(module) = waiting.pop() {
            files.add_module(&module, now);
            let Some(scan) = self.of(&module) else { continue };
            for import in &scan.imports {
                let names = [import.dotted(), import.name.clone()];
                for found in names.iter().filter_map(|name| beside(name)) {
                    if !seen.iter().any(|name| name == found.name()) {
                        seen.push(found.name().to_owned());
                        waiting.push(found);
                    }
                }
            }
            let Some((source, path)) = module.source_and_path() else { continue };
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for named in &scan.paths {
                let path = join(folder, named);
                if matches!(source.probe(&path), Ok(Some(Shape::File))) {
                    files.add_now(source, &path, now);
                }
            }
        }
    }

    fn of(&self, module: &PythonModule) -> Option<PyRc<Scan>> {
        let bytes = module.read().ok()??;
        let key = (module.name().to_owned(), blake3::hash(&bytes));
        if let Some(known) = self.0.lock().get(&key) {
            return Some(known.clone());
        }
        let text = decode(&bytes).ok()?;
        let scan = PyRc::new(Scan {
            imports: scan::imports(&text, module.name(), module.is_package()).ok()?,
            paths: literals::paths(&text).ok()?,
        });
        let mut scans = self.0.lock();
        // One text of each module is in use at a time, and a few of them for what comes and goes.
        if scans.len() >= MOST_SCANS {
            scans.clear();
        }
        scans.insert(key, scan.clone());
        Some(scan)
    }
}

/// How many scans are kept.
const MOST_SCANS: usize = 10_000;
