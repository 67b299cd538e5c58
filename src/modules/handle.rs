//! Handles on modules that exist in a source.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use super::listing::{IterModules, WalkModules};
use super::search_path::{Location, SearchPath};
use crate::error::Error;
use crate::limit::SOURCE_BYTES;
use crate::source::contract::{Shape, Source, Stamp, join};
use crate::source::embedded;
use crate::source::open::open;
use crate::syntax::bindings;
use crate::syntax::decode::decode;
use crate::syntax::identifiers::is_module_name;
use crate::syntax::{imports::Import, parse::ScanError, scan};
use serde::{Deserialize, Serialize};

/// A module that exists in a source. Making a handle, listing and walking never run Python code, nor read the module.
///
/// Handles compare, hash and sort by name, then by where the module stands. Cloning one is cheap.
#[derive(Clone)]
pub struct PythonModule(Arc<Handle>);

/// What kind of module a handle stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A module without submodules: one file, or built into the interpreter.
    Module,
    /// A folder with an `__init__.py`.
    Package,
    /// Folders without `__init__.py`, together one package without code of its own (PEP 420).
    Namespace,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Module => "module",
            Kind::Package => "package",
            Kind::Namespace => "namespace",
        })
    }
}

struct Handle {
    name: String,
    place: Place,
}

enum Place {
    File { source: Arc<dyn Source>, path: String, children: Option<SearchPath> },
    Native { source: Arc<dyn Source>, path: String },
    Namespace(SearchPath),
}

impl PythonModule {
    /// The module in one file on the disk, under whatever name it is to have.
    ///
    /// # Errors
    /// No file at that path, or a name that is no module name.
    pub fn from_file(path: impl AsRef<Path>, name: &str) -> Result<Self, Error> {
        let path = path.as_ref();
        let fail = |cause: std::io::Error| Error::open(path, cause);
        if !is_module_name(name) {
            return Err(Error::bad_name(name));
        }
        if !std::fs::metadata(path).map_err(fail)?.is_file() {
            return Err(fail(std::io::Error::other("not a file")));
        }
        let path = std::path::absolute(path).map_err(fail)?;
        let file = path.file_name().and_then(|file| file.to_str());
        let file = file.ok_or_else(|| fail(std::io::Error::other("its name is not UTF-8")))?;
        let folder = open(path.parent().unwrap_or(&path))?;
        Ok(Self::module(name, &folder, file.to_owned()))
    }

    /// The module in one file of a source, under whatever name it is to have.
    ///
    /// # Errors
    /// No file at that path, or a name that is no module name.
    pub fn from_source(source: &Arc<dyn Source>, path: &str, name: &str) -> Result<Self, Error> {
        if !is_module_name(name) {
            return Err(Error::bad_name(name));
        }
        match source.probe(path) {
            Ok(Some(Shape::File)) => Ok(Self::module(name, source, path.to_owned())),
            Ok(_) => Err(Error::open(Path::new(&join(source.label(), path)), std::io::Error::other("not a file"))),
            Err(cause) => Err(Error::open(Path::new(&join(source.label(), path)), cause)),
        }
    }

    pub(crate) fn module(name: impl Into<String>, source: &Arc<dyn Source>, path: String) -> Self {
        Self::new(name, Place::File { source: source.clone(), path, children: None })
    }

    /// The package in `folder`.
    pub(crate) fn package(name: impl Into<String>, source: &Arc<dyn Source>, folder: String) -> Self {
        let path = join(&folder, "__init__.py");
        let children = SearchPath::from_locations([Location { source: source.clone(), folder }]);
        Self::new(name, Place::File { source: source.clone(), path, children: Some(children) })
    }

    pub(crate) fn native(name: impl Into<String>, source: &Arc<dyn Source>, path: String) -> Self {
        Self::new(name, Place::Native { source: source.clone(), path })
    }

    pub(crate) fn namespace(name: impl Into<String>, portions: Vec<Location>) -> Self {
        Self::new(name, Place::Namespace(SearchPath::from_locations(portions)))
    }

    fn new(name: impl Into<String>, place: Place) -> Self {
        PythonModule(Arc::new(Handle { name: name.into(), place }))
    }

    /// The absolute dotted name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Module, package or namespace package.
    pub fn kind(&self) -> Kind {
        match &self.0.place {
            Place::File { children: Some(_), .. } => Kind::Package,
            Place::File { .. } | Place::Native { .. } => Kind::Module,
            Place::Namespace(_) => Kind::Namespace,
        }
    }

    /// Whether the module may have submodules.
    pub fn is_package(&self) -> bool {
        self.kind() != Kind::Module
    }

    /// Whether the module is built into the interpreter, so that there is nothing to read.
    pub fn is_native(&self) -> bool {
        matches!(self.0.place, Place::Native { .. })
    }

    /// Whether the module is part of the program, by the source that it stands in.
    pub(crate) fn is_embedded(&self) -> bool {
        let stands_in =
            |own: &Arc<dyn Source>| matches!(&self.0.place, Place::File { source, .. } if Arc::ptr_eq(source, own));
        #[cfg(feature = "library")]
        if stands_in(&embedded::library()) {
            return true;
        }
        self.is_native() || stands_in(&embedded::stand_ins())
    }

    /// The file that the module stands in, `built-in` for a native module, `None` for a namespace package.
    pub fn origin(&self) -> Option<String> {
        match &self.0.place {
            Place::File { source, path, .. } => Some(join(source.label(), path)),
            Place::Native { .. } => Some("built-in".to_owned()),
            Place::Namespace(_) => None,
        }
    }

    /// Where the module's submodules are looked for; `None` unless it is a package.
    pub fn search_path(&self) -> Option<&SearchPath> {
        match &self.0.place {
            Place::File { children, .. } => children.as_ref(),
            Place::Namespace(portions) => Some(portions),
            Place::Native { .. } => None,
        }
    }

    /// The source that the module stands in and its path there; `None` for a namespace package, which may stand in several.
    pub fn source_and_path(&self) -> Option<(&Arc<dyn Source>, &str)> {
        match &self.0.place {
            Place::File { source, path, .. } | Place::Native { source, path } => Some((source, path)),
            Place::Namespace(_) => None,
        }
    }

    /// The source that `path`, which begins with a source's label, leads into, and the path there.
    pub(crate) fn place_of(&self, path: &str) -> Option<(Arc<dyn Source>, String)> {
        let portions = self.search_path().map_or(&[][..], SearchPath::locations);
        let own = self.source_and_path().map(|(source, _)| source);
        let sources = own.into_iter().chain(portions.iter().map(|location| &location.source));
        sources.into_iter().find_map(|source| {
            let inner = path.strip_prefix(source.label())?;
            let inner = inner.strip_prefix(['/', '\\']).or(inner.is_empty().then_some(inner))?;
            Some((source.clone(), inner.replace('\\', "/")))
        })
    }

    /// The bytes of the module's file as they are now; `None` for native modules and namespace packages.
    ///
    /// # Errors
    /// A file that can't be read, that is gone, or that has more than 16 MiB.
    pub fn read(&self) -> Result<Option<Arc<[u8]>>, Error> {
        self.read_within(SOURCE_BYTES)
    }

    /// As [`read`](Self::read), of a file that has no more than `limit` bytes.
    pub(crate) fn read_within(&self, limit: usize) -> Result<Option<Arc<[u8]>>, Error> {
        let Place::File { source, path, .. } = &self.0.place else {
            return Ok(None);
        };
        match source.read_within(path, limit) {
            Ok(Some(bytes)) => Ok(Some(bytes)),
            Ok(None) => {
                let place = join(source.label(), path);
                let gone = std::io::Error::new(std::io::ErrorKind::NotFound, format!("`{place}` is gone"));
                Err(Error::read(self.name(), gone))
            }
            Err(cause) => Err(Error::read(self.name(), cause)),
        }
    }

    /// A token for the present content of the module's file, see [`Source::stamp`]. Take it before reading.
    ///
    /// # Errors
    /// A file that can't be asked about.
    pub fn stamp(&self) -> Result<Option<Stamp>, Error> {
        let Place::File { source, path, .. } = &self.0.place else {
            return Ok(None);
        };
        source.stamp(path).map_err(|cause| Error::read(self.name(), cause))
    }

    /// The module's source text, decoded as Python decodes it, with `\n` line ends; `None` where there is nothing to read.
    ///
    /// # Errors
    /// A file that can't be read, that has more than 16 MiB, or that can't be decoded.
    pub fn text(&self) -> Result<Option<String>, Error> {
        self.text_within(SOURCE_BYTES)
    }

    /// As [`text`](Self::text), of a file that has no more than `limit` bytes.
    pub(crate) fn text_within(&self, limit: usize) -> Result<Option<String>, Error> {
        let Some(bytes) = self.read_within(limit)? else {
            return Ok(None);
        };
        match decode(&bytes) {
            Ok(text) => Ok(Some(text.into_owned())),
            Err(cause) => Err(Error::decode(self.place(), cause)),
        }
    }

    /// A module below this one, by its name relative to it.
    ///
    /// # Errors
    /// Those of [`SearchPath::get`]; below a module that is not a package there is nothing to be found.
    pub fn get(&self, child: &str) -> Result<PythonModule, Error> {
        match self.search_path() {
            Some(path) => path.get_below(Some(self.name()), child),
            None => Err(Error::below_module(&format!("{}.{child}", self.name()), self.name())),
        }
    }

    /// The modules directly below this one, as by [`SearchPath::iter_modules`]; none for a module that is not a package.
    pub fn iter_modules(&self) -> IterModules {
        IterModules::new(Some(self.name()), self.search_path().unwrap_or(&SearchPath::new()))
    }

    /// This module and all below it, parents first.
    pub fn walk_modules(&self) -> WalkModules {
        WalkModules::from_module(self)
    }

    /// What the module's import statements ask for, see [`syntax::imports`](crate::syntax::imports()).
    ///
    /// # Errors
    /// A file that can't be read, decoded or parsed.
    pub fn imports(&self) -> Result<Vec<Import>, Error> {
        self.scan(|text| scan::imports(text, self.name(), self.is_package()))
    }

    /// The names that `from module import *` binds, see [`syntax::exports`](crate::syntax::exports).
    ///
    /// # Errors
    /// A file that can't be read, decoded or parsed.
    pub fn exports(&self) -> Result<Vec<String>, Error> {
        self.scan(bindings::exports)
    }

    /// The names that the module's top level binds, see [`syntax::attributes`](crate::syntax::attributes).
    ///
    /// # Errors
    /// A file that can't be read, decoded or parsed.
    pub fn attributes(&self) -> Result<Vec<String>, Error> {
        self.scan(bindings::attributes)
    }

    fn scan<T>(&self, scan: impl FnOnce(&str) -> Result<Vec<T>, ScanError>) -> Result<Vec<T>, Error> {
        let Some(text) = self.text()? else {
            return Ok(Vec::new());
        };
        scan(&text).map_err(|cause| Error::scan(self.place(), cause))
    }

    /// The origin, for messages.
    fn place(&self) -> String {
        self.origin().unwrap_or_else(|| self.name().to_owned())
    }

    /// Where the module stands, for comparisons of modules that share their name.
    fn order(&self) -> (Option<String>, Vec<String>) {
        let locations = self.search_path().into_iter().flat_map(SearchPath::locations);
        (self.origin(), locations.map(Location::to_string).collect())
    }
}

impl Ord for PythonModule {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.name().cmp(other.name()).then_with(|| self.order().cmp(&other.order()))
    }
}

impl PartialOrd for PythonModule {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for PythonModule {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for PythonModule {}

impl Hash for PythonModule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Modules that share a name are few, and their places are costly to spell out.
        self.name().hash(state);
    }
}

impl fmt::Display for PythonModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for PythonModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.kind(), self.name())
    }
}
