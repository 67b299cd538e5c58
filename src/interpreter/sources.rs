//! What lies behind the strings of `sys.path` and of every `__path__`, and the library behind every search path.

#[cfg(all(feature = "library", not(feature = "host_env")))]
use super::files::Files;
use super::{importlib::sys_table, slots::Slot};
use crate::{
    modules::search_path::{Location, SearchPath},
    source::{
        contract::{Shape, Source},
        open::{open, split_at_archive},
    },
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyStr, common::lock::PyMutex};
use std::{collections::HashMap, path::Path, sync::Arc};

/// The sources of one interpreter.
#[derive(Default)]
pub(crate) struct Sources {
    /// By the strings that stand for them.
    known: PyMutex<HashMap<String, Arc<dyn Source>>>,
    /// Where names are looked up last: the embedded standard library and the modules built into the interpreter.
    library: PyMutex<SearchPath>,
    /// What the code sees as files.
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    files: PyMutex<Files>,
}

pub(crate) static SOURCES: Slot<Sources> = Slot::new(|_| Sources::default());

impl Sources {
    /// The places that the entries of a `sys.path` or a `__path__` name, as far as they exist.
    pub(crate) fn locations(&self, entries: &[PyObjectRef]) -> SearchPath {
        let entries = entries.iter().filter_map(|entry| Some(entry.downcast_ref::<PyStr>()?.to_string()));
        entries.filter_map(|entry| self.location(&entry)).collect()
    }

    /// The place that an entry of `sys.path` or of a `__path__` names, if there is one.
    pub(crate) fn location(&self, entry: &str) -> Option<Location> {
        self.location_among(&HashMap::new(), entry)
    }

    /// As [`location`](Self::location), with the sources in `first` before the interpreter's.
    pub(crate) fn location_among(&self, first: &HashMap<String, Arc<dyn Source>>, entry: &str) -> Option<Location> {
        let own = locate(first, entry).or_else(|| locate(&self.known.lock(), entry));
        match own {
            Some(location) if is_there(&location) => Some(location),
            // What is no folder of a source may be an archive that lies in one; what is nowhere may come.
            own => self.on_disk(entry).or(own),
        }
    }

    /// The folder on the disk, or in an archive on the disk, that an entry names.
    fn on_disk(&self, entry: &str) -> Option<Location> {
        // A relative entry means another folder when the working directory is another one.
        let place = std::path::absolute(if entry.is_empty() { "." } else { entry }).ok()?;
        let known = locate(&self.known.lock(), place.to_str()?);
        if let Some(location) = known.filter(is_there) {
            return Some(location);
        }
        let (root, folder) = split_at_archive(&place)?;
        let source = open(&root).ok()?;
        self.known.lock().insert(root.to_str()?.to_owned(), source.clone());
        Some(Location { source, folder })
    }

    /// Whether an entry of a search path begins with the label of a source, and is no place on the disk.
    pub(crate) fn is_labelled(&self, entry: &str) -> bool {
        !Path::new(entry).is_absolute() && locate(&self.known.lock(), entry).is_some()
    }

    /// Makes `source` what its label stands for in `sys.path`.
    pub(crate) fn register(&self, source: Arc<dyn Source>) {
        self.known.lock().insert(source.label().to_owned(), source);
    }

    /// Shows the files of `source` to the code.
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    pub(crate) fn show(&self, source: Arc<dyn Source>) {
        self.files.lock().add(source);
    }

    /// What the code sees as files.
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    pub(crate) fn files(&self) -> Files {
        self.files.lock().clone()
    }

    /// Puts `source` at the end of what every search path ends with.
    pub(crate) fn extend_library(&self, source: Arc<dyn Source>) {
        self.register(source.clone());
        let mut library = self.library.lock();
        *library = library.locations().iter().cloned().chain([Location::root(source)]).collect();
    }
}

/// The search path of the interpreter: the live `sys.path`, then the embedded standard library and the modules that are
/// built into the interpreter.
///
/// # Errors
/// `sys.path` that is no list.
pub fn search_path(vm: &VirtualMachine) -> PyResult<SearchPath> {
    let own = program_path(vm)?;
    Ok(own.locations().iter().chain(library(vm).locations()).cloned().collect())
}

/// The part of [`search_path`] that `sys.path` decides.
///
/// # Errors
/// `sys.path` that is no list.
pub(crate) fn program_path(vm: &VirtualMachine) -> PyResult<SearchPath> {
    let path: Vec<PyObjectRef> = sys_table("path", vm)?.try_to_value(vm)?;
    Ok(SOURCES.of(vm).locations(&path))
}

/// The part of [`search_path`] that `sys.path` doesn't decide: the embedded standard library and the modules that are built
/// into the interpreter.
#[must_use]
pub fn library(vm: &VirtualMachine) -> SearchPath {
    SOURCES.of(vm).library.lock().clone()
}

/// The place that an entry of a search path names in one of these sources. It may lie inside of one: `app.zip/lib`,
/// `<memory>/package`.
fn locate(sources: &HashMap<String, Arc<dyn Source>>, entry: &str) -> Option<Location> {
    let inner = entry.char_indices().rev().filter(|(_, char)| *char == '/' || *char == std::path::MAIN_SEPARATOR);
    std::iter::once(entry.len()).chain(inner.map(|(at, _)| at)).find_map(|end| {
        let source = sources.get(&entry[..end])?.clone();
        let folder = entry[end..].trim_start_matches(['/', std::path::MAIN_SEPARATOR]);
        Some(Location { source, folder: folder.replace('\\', "/") })
    })
}

/// Whether there is such a folder now.
fn is_there(Location { source, folder }: &Location) -> bool {
    folder.is_empty() || matches!(source.probe(folder), Ok(Some(Shape::Folder)))
}
