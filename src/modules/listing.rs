//! Listing and walking the modules of a search path.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::{iter, vec};

use super::handle::{Kind, PythonModule};
use super::search_path::{Location, SearchPath};
use crate::error::Error;
use crate::source::contract::{Entry, Shape, Source, join};
use crate::syntax::dotted;
use crate::syntax::identifiers::is_importable;

/// The modules of one level, sorted by name; see [`SearchPath::iter_modules`]. What can't be listed comes first, as errors.
#[derive(Debug)]
pub struct IterModules(vec::IntoIter<Result<PythonModule, Error>>);

impl IterModules {
    pub(crate) fn new(parent: Option<&str>, path: &SearchPath) -> Self {
        IterModules(Lister::default().level(parent, path).into_iter())
    }
}

/// A module that no import finds, as another one of its name is found before it.
#[derive(Clone, Debug)]
pub(crate) struct Hidden {
    pub(crate) module: PythonModule,
    pub(crate) by: PythonModule,
}

/// One level as [`IterModules`] has it, and what is hidden in it.
pub(crate) fn level_with_hidden(
    parent: Option<&str>,
    path: &SearchPath,
) -> (Vec<Result<PythonModule, Error>>, Vec<Hidden>) {
    let mut lister = Lister { hidden: Some(Vec::new()), ..Lister::default() };
    let level = lister.level(parent, path);
    (level, lister.hidden.unwrap_or_default())
}

impl Iterator for IterModules {
    type Item = Result<PythonModule, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// Modules and all below them, parents first; see [`SearchPath::walk_modules`]. Each level is listed when the walk gets there.
#[derive(Debug)]
pub struct WalkModules {
    lister: Lister,
    /// What is left of each level. It is a heap's stack, so deep trees are only as dangerous as they are large.
    levels: Vec<vec::IntoIter<Result<PythonModule, Error>>>,
    /// The package whose level is next.
    entered: Option<PythonModule>,
}

impl WalkModules {
    pub(crate) fn top_level(path: &SearchPath) -> Self {
        let mut lister = Lister::default();
        let level = lister.level(None, path);
        WalkModules { lister, levels: vec![level.into_iter()], entered: None }
    }

    pub(crate) fn from_module(module: &PythonModule) -> Self {
        WalkModules { lister: Lister::default(), levels: vec![vec![Ok(module.clone())].into_iter()], entered: None }
    }

    /// Collects what the walk comes by and what is hidden there.
    pub(crate) fn with_hidden(mut self) -> (Vec<Result<PythonModule, Error>>, Vec<Hidden>) {
        self.lister.hidden = Some(Vec::new());
        let all = self.by_ref().collect();
        (all, self.lister.hidden.unwrap_or_default())
    }
}

impl Iterator for WalkModules {
    type Item = Result<PythonModule, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(package) = self.entered.take()
            && let Some(path) = package.search_path()
        {
            self.levels.push(self.lister.level(Some(package.name()), path).into_iter());
        }
        loop {
            match self.levels.last_mut()?.next() {
                None => drop(self.levels.pop()),
                Some(Ok(module)) => {
                    self.entered = module.is_package().then(|| module.clone());
                    return Some(Ok(module));
                }
                Some(error) => return Some(error),
            }
        }
    }
}

/// Lists folders, each at most once: what a folder's children are is first asked to see what the folder is, and again when the
/// walk comes to it.
#[derive(Debug, Default)]
struct Lister {
    listed: HashMap<Key, io::Result<Folder>>,
    /// Folders that are known to have something to import below them.
    populated: HashSet<Key>,
    /// How often each folder was listed that links lead to, by its real path.
    followed: HashMap<Key, usize>,
    /// What others hide, if somebody wants to know.
    hidden: Option<Vec<Hidden>>,
}

/// How often a walk lists a folder that links lead to. A link to a folder that it lies in is no more than one item, but folders that
/// link to one another can be passed in any order, of which there are too many to end.
const FOLLOWED: usize = 8;

/// A folder of a source; the source stands for itself by its address, for as long as the walk holds on to it.
type Key = (usize, String);

/// What counts of a folder's children.
#[derive(Debug, Default)]
struct Folder {
    has_init: bool,
    children: Vec<(String, What)>,
    errors: Vec<io::Error>,
}

/// What a child can be found as, in the order in which one location prefers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Folder,
    File,
    Native,
}

impl Lister {
    /// The modules of a search path. All errors of listing come first.
    fn level(&mut self, parent: Option<&str>, path: &SearchPath) -> Vec<Result<PythonModule, Error>> {
        let locations = path.locations();
        let mut level = Vec::new();
        let mut found = Vec::new();
        for (place, Location { source, folder }) in locations.iter().enumerate() {
            match self.follow(source, folder) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(cause) => {
                    level.push(Err(Error::list(parent, cause)));
                    continue;
                }
            }
            // A level is listed once, so its folder is not needed again.
            let listed = self.listed.remove(&key(source, folder)).unwrap_or_else(|| Folder::list(source, folder));
            match listed {
                Ok(folder) => {
                    found.extend(folder.children.into_iter().map(|(name, what)| (name, place, what)));
                    level.extend(folder.errors.into_iter().map(|cause| Err(Error::list(parent, cause))));
                }
                Err(cause) => level.push(Err(Error::list(parent, cause))),
            }
        }
        found.sort_unstable();
        let mut modules = Vec::with_capacity(found.len());
        for candidates in found.chunk_by(|a, b| a.0 == b.0) {
            match self.choose(dotted::join(parent, &candidates[0].0), candidates, locations) {
                Ok(module) => {
                    if let Some(module) = &module {
                        self.hide(module, candidates, locations);
                    }
                    modules.extend(module.map(Ok));
                }
                Err(cause) => level.push(Err(Error::list(parent, cause))),
            }
        }
        level.append(&mut modules);
        level
    }

    /// Whether the folder is to be listed; an error the first time that it is not.
    fn follow(&mut self, source: &Arc<dyn Source>, folder: &str) -> io::Result<bool> {
        let Some(real) = source.real_folder(folder) else { return Ok(true) };
        let times = self.followed.entry(key(source, &real)).or_default();
        *times += 1;
        if *times != FOLLOWED + 1 {
            return Ok(*times <= FOLLOWED);
        }
        let place = join(source.label(), folder);
        Err(io::Error::other(format!("`{place}`: links lead to `{real}` more than {FOLLOWED} times")))
    }

    /// The module that an import would find among the things of one name, as [`SearchPath::find`] does.
    fn choose(
        &mut self,
        name: String,
        candidates: &[(String, usize, What)],
        locations: &[Location],
    ) -> io::Result<Option<PythonModule>> {
        let mut portions = Vec::new();
        for (component, place, what) in candidates {
            let Location { source, folder } = &locations[*place];
            let stem = join(folder, component);
            match what {
                What::File => return Ok(Some(PythonModule::module(name, source, stem + ".py"))),
                What::Native => return Ok(Some(PythonModule::native(name, source, stem))),
                What::Folder if self.folder(source, &stem)?.has_init => {
                    return Ok(Some(PythonModule::package(name, source, stem)));
                }
                What::Folder => portions.push(Location { source: source.clone(), folder: stem }),
            }
        }
        let populated = portions.iter().any(|portion| self.is_populated(portion));
        Ok(populated.then(|| PythonModule::namespace(name, portions)))
    }

    /// Notes what is hidden by `found` among the things of one name. The portions of a namespace package hide nothing.
    fn hide(&mut self, found: &PythonModule, candidates: &[(String, usize, What)], locations: &[Location]) {
        if self.hidden.is_none() || candidates.len() < 2 || found.kind() == Kind::Namespace {
            return;
        }
        for candidate in candidates {
            // What can't be looked at is reported where something depends on it.
            if let Ok(Some(module)) = self.choose(found.name().to_owned(), std::slice::from_ref(candidate), locations)
                && module != *found
            {
                self.hidden
                    .iter_mut()
                    .for_each(|hidden| hidden.push(Hidden { module: module.clone(), by: found.clone() }));
            }
        }
    }

    /// Whether there is anything to import below a folder, or anything that can't be listed and is to be reported.
    fn is_populated(&mut self, Location { source, folder: top }: &Location) -> bool {
        // A tree that a source makes up as it is asked may have no end. Directories report their loops themselves.
        const DEEPEST: usize = 200;
        let mut unseen = vec![top.clone()];
        let mut followed = HashSet::new();
        let mut seen = Vec::new();
        while let Some(path) = unseen.pop() {
            if source.real_folder(&path).is_some_and(|real| !followed.insert(real)) {
                continue;
            }
            let is_hit = self.populated.contains(&key(source, &path))
                || match self.folder(source, &path) {
                    Err(_) => true,
                    Ok(folder) if folder.has_init || !folder.errors.is_empty() => true,
                    Ok(folder) if folder.children.iter().any(|(_, what)| *what != What::Folder) => true,
                    Ok(folder) => {
                        if path.split('/').count() < top.split('/').count() + DEEPEST {
                            unseen.extend(folder.children.iter().map(|(name, _)| join(&path, name)));
                        }
                        false
                    }
                };
            if is_hit {
                // Everything between here and the top is known now, and need not be searched again.
                let steps = iter::successors(Some(path.as_str()), |path| Some(path.rsplit_once('/')?.0));
                let steps = steps.take_while(|step| step.len() >= top.len());
                self.populated.extend(steps.map(|step| key(source, step)));
                return true;
            }
            seen.push(path);
        }
        // The walk will not come here, so nobody needs these again.
        for path in seen {
            self.listed.remove(&key(source, &path));
        }
        false
    }

    fn folder(&mut self, source: &Arc<dyn Source>, path: &str) -> io::Result<&Folder> {
        let listed = self.listed.entry(key(source, path)).or_insert_with(|| Folder::list(source, path));
        // The error is reported where it is met first, and the walk goes on elsewhere.
        listed.as_ref().map_err(|cause| io::Error::new(cause.kind(), cause.to_string()))
    }
}

impl Folder {
    fn list(source: &Arc<dyn Source>, folder: &str) -> io::Result<Self> {
        let mut kept = Folder::default();
        for child in source.list(folder)?.unwrap_or_default() {
            let mut child = match child {
                Ok(child) => child,
                Err(cause) => {
                    kept.errors.push(cause);
                    continue;
                }
            };
            let what = match child.shape {
                Shape::File if child.name == "__init__.py" => {
                    kept.has_init = true;
                    continue;
                }
                Shape::File if child.name.ends_with(".py") => {
                    child.name.truncate(child.name.len() - ".py".len());
                    What::File
                }
                Shape::Folder if child.name != "__pycache__" => What::Folder,
                Shape::Native => What::Native,
                Shape::File | Shape::Folder => continue,
            };
            if is_importable(&child.name) {
                kept.children.push((child.name, what));
            }
        }
        Ok(kept)
    }
}

/// The modules in a folder as `pkgutil` lists them, sorted: under any name without a dot, and no namespace packages. What can't be listed
/// is left out.
pub(crate) fn package_listing(Location { source, folder }: &Location) -> BTreeMap<String, bool> {
    let entries = source.list(folder).ok().flatten().unwrap_or_default();
    let mut modules = BTreeMap::new();
    for Entry { name, shape } in entries.into_iter().flatten() {
        let init = || source.probe(&join(&join(folder, &name), "__init__.py"));
        match shape {
            Shape::Folder if !name.contains('.') && matches!(init(), Ok(Some(Shape::File))) => {
                modules.insert(name, true);
            }
            Shape::File => match name.strip_suffix(".py") {
                Some(name) if name != "__init__" && !name.contains('.') => {
                    modules.entry(name.to_owned()).or_insert(false);
                }
                _ => {}
            },
            Shape::Folder | Shape::Native => {}
        }
    }
    modules
}

fn key(source: &Arc<dyn Source>, folder: &str) -> Key {
    (Arc::as_ptr(source).cast::<()>() as usize, folder.to_owned())
}
