//! Search paths: where modules are looked for, and in which order.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::handle::PythonModule;
use super::listing::{IterModules, WalkModules};
use crate::error::Error;
use crate::source::contract::{Shape, Source, join};
use crate::source::guarded::Guarded;
use crate::syntax::dotted;
use crate::syntax::identifiers::{is_module_name, is_module_part};

/// An ordered list of locations. Cloning it is cheap.
///
/// ```
/// use exocet::{Memory, modules::{Kind, SearchPath}};
///
/// let path = SearchPath::new()
///     .with(Memory::new("<mine>").with("a.py", ""))
///     .with(Memory::new("<theirs>").with("a.py", "").with("pk/b.py", ""));
/// assert_eq!(path.get("a")?.origin().as_deref(), Some("<mine>/a.py"));
/// assert_eq!(path.get("pk")?.kind(), Kind::Namespace);
/// let names: Vec<String> = path.walk_modules().map(|module| module.unwrap().to_string()).collect();
/// assert_eq!(names, ["a", "pk", "pk.b"]);
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SearchPath(Arc<Vec<Location>>);

/// A folder of a source. It displays as the string that stands in `__path__`.
#[derive(Clone)]
pub struct Location {
    /// The source.
    pub source: Arc<dyn Source>,
    /// The folder in it; `""` is the root.
    pub folder: String,
}

impl SearchPath {
    /// A search path without locations.
    pub fn new() -> Self {
        SearchPath::default()
    }

    /// Adds the root of `source` at the end.
    #[must_use]
    pub fn with(self, source: impl Source) -> Self {
        self.0.iter().cloned().chain([Location::root(Arc::new(Guarded(source)))]).collect()
    }

    /// A search path of these locations.
    pub fn from_locations(locations: impl IntoIterator<Item = Location>) -> Self {
        locations.into_iter().collect()
    }

    /// The locations, in the order in which they are asked.
    pub fn locations(&self) -> &[Location] {
        &self.0
    }

    /// The module that the import system would find here for the last component of a name, or `None` where there is none.
    ///
    /// `parent` is the dotted name of the package whose search path this is. As in CPython, `x/__init__.py` comes before `x.py`,
    /// a folder `x` without `__init__.py` is remembered while later locations are asked, and the folders remembered make one
    /// namespace package when no location has more than a folder.
    ///
    /// # Errors
    /// A location that can't be asked.
    pub fn find(&self, parent: Option<&str>, component: &str) -> Result<Option<PythonModule>, Error> {
        let name = dotted::join(parent, component);
        match self.find_named(&name, component) {
            Ok(found) => Ok(found),
            Err(cause) => Err(Error::find(&name, cause)),
        }
    }

    fn find_named(&self, name: &str, component: &str) -> io::Result<Option<PythonModule>> {
        if !is_module_part(component) {
            return Ok(None);
        }
        let mut portions = Vec::new();
        for Location { source, folder } in self.locations() {
            let stem = join(folder, component);
            if source.probe(&join(&stem, "__init__.py"))? == Some(Shape::File) {
                return Ok(Some(PythonModule::package(name, source, stem)));
            }
            let file = format!("{stem}.py");
            if source.probe(&file)? == Some(Shape::File) {
                return Ok(Some(PythonModule::module(name, source, file)));
            }
            match source.probe(&stem)? {
                Some(Shape::Native) => return Ok(Some(PythonModule::native(name, source, stem))),
                Some(Shape::Folder) if component != "__pycache__" => {
                    portions.push(Location { source: source.clone(), folder: stem });
                }
                _ => {}
            }
        }
        Ok((!portions.is_empty()).then(|| PythonModule::namespace(name, portions)))
    }

    /// The module of a dotted name, found from the top-level package down.
    ///
    /// # Errors
    /// A name that [no module can have](crate::syntax::is_module_name); a module that is nowhere, with the places looked at
    /// ([`is_not_found`](Error::is_not_found)); a location that can't be asked.
    pub fn get(&self, name: &str) -> Result<PythonModule, Error> {
        self.get_below(None, name)
    }

    /// Walks down from this search path, which is `parent`'s.
    pub(crate) fn get_below(&self, parent: Option<&str>, name: &str) -> Result<PythonModule, Error> {
        let full = dotted::join(parent, name);
        if !is_module_name(name) {
            return Err(Error::bad_name(&full));
        }
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (first, rest),
            None => (name, ""),
        };
        let not_found = |missing: &str, path: &SearchPath| Error::not_found(&full, missing, path.locations());
        let mut module = self.find(parent, first)?.ok_or_else(|| not_found(&dotted::join(parent, first), self))?;
        for component in rest.split('.').filter(|component| !component.is_empty()) {
            let Some(path) = module.search_path() else {
                return Err(Error::below_module(&full, module.name()));
            };
            let child = path.find(Some(module.name()), component)?;
            module = child.ok_or_else(|| not_found(&dotted::join(Some(module.name()), component), path))?;
        }
        Ok(module)
    }

    /// The modules that stand directly in the locations, sorted by name, each name once.
    ///
    /// Which location wins is decided as by [`find`](SearchPath::find). Left out are names that no import statement can spell
    /// and folders with nothing to import below them. What can't be listed is one item, an error.
    pub fn iter_modules(&self) -> IterModules {
        IterModules::new(None, self)
    }

    /// The modules of [`iter_modules`](SearchPath::iter_modules), each followed by everything below it.
    pub fn walk_modules(&self) -> WalkModules {
        WalkModules::top_level(self)
    }
}

impl Location {
    /// The root of `source`.
    pub fn root(source: Arc<dyn Source>) -> Self {
        Self { source, folder: String::new() }
    }
}

impl FromIterator<Location> for SearchPath {
    fn from_iter<I: IntoIterator<Item = Location>>(locations: I) -> Self {
        SearchPath(Arc::new(locations.into_iter().collect()))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(self.source.label(), &self.folder))
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}
