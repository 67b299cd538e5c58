//! Where plugins are looked for.

#[cfg(feature = "disk-cache")]
use super::cache::cached_marks;
use super::{
    entry_points::entry_points,
    found::{Discovered, Found, How, Problem, Winner, place},
    search::{Outcome, each, marks_of},
};
#[cfg(feature = "watch")]
use crate::modules::search_path::Location;
use crate::{
    error::Error,
    modules::{
        handle::PythonModule,
        listing::{Hidden, WalkModules, level_with_hidden},
        search_path::SearchPath,
    },
    syntax::{
        dotted::Dotted,
        markers::{Mark, Marker},
    },
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A way to find plugins. It never runs any code of theirs.
///
/// ```
/// use exocet::{Memory, modules::SearchPath, plugins::Discovery};
///
/// let site = Memory::new("<site>")
///     .with("shouter.py", "def shout(text): return text.upper()")
///     .with("shouter-1.0.dist-info/METADATA", "Name: shouter\nVersion: 1.0\n")
///     .with("shouter-1.0.dist-info/entry_points.txt", "[app.plugins]\nloud = shouter:shout\n");
/// let discovered = Discovery::group("app.plugins").find(&SearchPath::new().with(site));
/// let plugin = discovered.usable().next().expect("there is one");
/// assert_eq!((plugin.name.as_str(), plugin.module.as_str(), plugin.attribute.as_deref()), ("loud", "shouter", Some("shout")));
/// assert_eq!(plugin.facts()?.version.as_deref(), Some("1.0"));
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Discovery {
    place: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    marked: Option<Marker>,
    /// Where what is known of modules is kept. A build without the disk cache reads them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cached: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    TopLevel,
    Package(String),
    Group(String),
}

impl Discovery {
    /// Finds all modules at the top level of the search path.
    #[must_use]
    pub fn top_level() -> Self {
        Self::at(Place::TopLevel)
    }

    /// Finds the modules directly below a package, which may be a namespace package with portions in several folders.
    #[must_use]
    pub fn package(name: impl Into<String>) -> Self {
        Self::at(Place::Package(name.into()))
    }

    /// Finds the entry points of a group, as `importlib.metadata` does: those in the `entry_points.txt` of each `*.dist-info` and
    /// `*.egg-info` that stands in a location of the search path. Of two distributions of one name the first on the path counts; in
    /// one folder that is the one with metadata, then the newer one.
    #[must_use]
    pub fn group(name: impl Into<String>) -> Self {
        Self::at(Place::Group(name.into()))
    }

    fn at(place: Place) -> Self {
        Discovery { place, marked: None, cached: None }
    }

    /// Limits it to modules that carry a marker. It goes deep then: to every module on the search path, or to every one below the
    /// package. Of entry points those are left whose modules carry the marker.
    #[must_use]
    pub fn marked(self, marker: Marker) -> Self {
        Discovery { marked: Some(marker), ..self }
    }

    /// Keeps what is known of modules that were searched for a marker in `folder`, which may be that of a
    /// [`DiskCache`](crate::compile::DiskCache), for this process and others. A module counts as known as long as its content is the
    /// same. A folder that can't be read or written costs time, and changes no result.
    #[cfg(feature = "disk-cache")]
    #[must_use]
    pub fn cached(self, folder: impl Into<PathBuf>) -> Self {
        Discovery { cached: Some(folder.into()), ..self }
    }

    /// Finds plugins on a search path. What can't be listed, read or understood is among the problems, and everything else is found.
    pub fn find(&self, path: &SearchPath) -> Discovered {
        let mut discovered = Discovered::default();
        match &self.place {
            Place::TopLevel => self.add_modules(None, path, path, &mut discovered),
            Place::Package(name) => match path.get(name).and_then(|package| below(&package)) {
                Ok((package, own)) => self.add_modules(Some(&package), &own, path, &mut discovered),
                Err(error) => discovered.problems.push(Problem::from(&error)),
            },
            Place::Group(group) => self.add_entry_points(group, path, &mut discovered),
        }
        // Of those with one name the order is that of the path, which decides the rest.
        discovered
            .plugins
            .sort_by(|one, two| one.name.cmp(&two.name).then(one.loses.is_some().cmp(&two.loses.is_some())));
        discovered
    }

    /// The folders on the disk in which plugins are looked for.
    #[cfg(feature = "watch")]
    pub(super) fn folders(&self, path: &SearchPath) -> Vec<PathBuf> {
        let on_disk = |path: &SearchPath| {
            let folder = |location: &Location| Some(location.source.folder()?.join(&location.folder));
            path.locations().iter().filter_map(folder).collect::<Vec<_>>()
        };
        let package = match &self.place {
            Place::Package(name) => match path.get(name) {
                Ok(package) => Some(package),
                // It may come.
                Err(_) => return on_disk(path),
            },
            Place::TopLevel | Place::Group(_) => None,
        };
        let mut folders = package.as_ref().and_then(PythonModule::search_path).map_or_else(|| on_disk(path), on_disk);
        if self.marked.is_some() && !matches!(self.place, Place::Group(_)) {
            let walk = package.map_or_else(|| path.walk_modules(), |package| package.walk_modules());
            folders.extend(walk.flatten().filter_map(|module| Some(on_disk(module.search_path()?))).flatten());
        }
        folders
    }

    /// Adds the modules of `own`, which is the search path of `package`.
    fn add_modules(
        &self,
        package: Option<&PythonModule>,
        own: &SearchPath,
        path: &SearchPath,
        discovered: &mut Discovered,
    ) {
        let (listed, hidden) = match (&self.marked, package) {
            (None, _) => level_with_hidden(package.map(PythonModule::name), own),
            (Some(_), None) => WalkModules::top_level(own).with_hidden(),
            (Some(_), Some(package)) => WalkModules::from_module(package).with_hidden(),
        };
        let mut modules = Vec::with_capacity(listed.len());
        for module in listed {
            match module {
                Ok(module) if package == Some(&module) => {}
                Ok(module) => modules.push((module, None)),
                Err(error) => discovered.problems.push(Problem::from(&error)),
            }
        }
        modules.extend(hidden.into_iter().map(|Hidden { module, by }| {
            let origin = place(&by).unwrap_or_else(|| by.name().to_owned());
            (module, Some(Winner::Module { origin }))
        }));
        let handles: Vec<_> = modules.iter().map(|(module, _)| module).collect();
        let outcomes = self.look(&handles, path);
        for ((module, loses), outcome) in modules.into_iter().zip(outcomes) {
            match self.kept(outcome) {
                Ok(None) => {}
                Ok(Some(marks)) => {
                    discovered.plugins.push(Found { marks, loses, ..self.found(module, package) });
                }
                Err(problem) => discovered.problems.push(problem),
            }
        }
    }

    /// Adds the entry points of a group.
    fn add_entry_points(&self, group: &str, path: &SearchPath, discovered: &mut Discovered) {
        // Of one without a module nobody knows whether it carries the marker. It is a problem in any case.
        let found = entry_points(group, path, &mut discovered.problems);
        let (there, broken): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.handle.is_some());
        let handles: Vec<_> = there.iter().filter_map(Found::handle).collect();
        let outcomes = self.look(&handles, path);
        for (found, outcome) in there.into_iter().zip(outcomes) {
            match self.kept(outcome) {
                Ok(None) => {}
                Ok(Some(marks)) => discovered.plugins.push(Found { marks, ..found }),
                Err(problem) => discovered.problems.push(problem),
            }
        }
        discovered.plugins.extend(broken);
    }

    /// The marks that each module carries; none where no marker is wanted.
    fn look(&self, modules: &[&PythonModule], path: &SearchPath) -> Vec<Outcome> {
        let Some(marker) = &self.marked else { return modules.iter().map(|_| Ok(Vec::new())).collect() };
        #[cfg(feature = "disk-cache")]
        if let Some(folder) = &self.cached {
            let place = format!("{:?}", self.place);
            return cached_marks(modules, marker, path, folder, &place);
        }
        each(modules, path, |_, module| marks_of(module, marker))
    }

    /// The marks of a module that is wanted.
    fn kept(&self, outcome: Outcome) -> Result<Option<Vec<Mark>>, Problem> {
        outcome.map(|marks| Some(marks).filter(|marks| self.marked.is_none() || !marks.is_empty()))
    }

    fn found(&self, module: PythonModule, package: Option<&PythonModule>) -> Found {
        let below = package.map(|package| package.name().to_owned());
        let how = match (&self.marked, below) {
            (Some(marker), below) => How::Marked { marker: marker.clone(), below },
            (None, Some(package)) => How::Package { package },
            (None, None) => How::TopLevel,
        };
        let name = package.and_then(|package| Dotted(module.name()).below(package.name())).unwrap_or(module.name());
        Found::module(name.to_owned(), module, how)
    }
}

/// A package, and where its modules are.
fn below(package: &PythonModule) -> Result<(PythonModule, SearchPath), Error> {
    match package.search_path() {
        Some(path) => Ok((package.clone(), path.clone())),
        None => Err(Error::not_a_package(package.name())),
    }
}
