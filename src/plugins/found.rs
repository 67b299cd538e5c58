//! What a discovery finds.

use super::distributions::Distribution;
use crate::{
    error::Error,
    modules::{
        handle::{Kind, PythonModule},
        search_path::SearchPath,
    },
    syntax::markers::{Mark, Marker},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The plugins that a [`Discovery`](super::Discovery) found, and what kept it from finding more.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Discovered {
    /// The plugins, sorted by name. Of several with one name the first is the one that counts.
    pub plugins: Vec<Found>,
    /// What could not be listed, read or understood.
    pub problems: Vec<Problem>,
}

impl Discovered {
    /// The plugins that can be used: those that lose to no other and have no problem.
    pub fn usable(&self) -> impl Iterator<Item = &Found> {
        self.plugins.iter().filter(|found| found.loses.is_none() && found.problem.is_none())
    }
}

/// One plugin, as far as it is known without running it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Found {
    /// The plugin's name: that of its entry point, or else that of its module, below the package that was searched.
    pub name: String,
    /// The module's dotted name.
    pub module: String,
    /// What the entry point names inside the module, a dotted name.
    pub attribute: Option<String>,
    /// What kind of module it is; `None` where the module isn't there.
    pub kind: Option<Kind>,
    /// The file that the module stands in, or the folders of a namespace package.
    pub origin: Option<String>,
    /// By what it was found.
    pub how: How,
    /// Whose entry point it is.
    pub distribution: Option<Distribution>,
    /// What carries the marker that was searched for.
    pub marks: Vec<Mark>,
    /// Which other plugin of the name counts; `None` for the one that does.
    pub loses: Option<Winner>,
    /// Why the plugin can't be loaded, where that is known.
    pub problem: Option<Problem>,
    /// Absent where the module is, and after a way through data.
    #[serde(skip)]
    pub(super) handle: Option<PythonModule>,
}

impl Found {
    /// The module's handle, where there is such a module. It doesn't outlive being serialised.
    #[must_use]
    pub fn handle(&self) -> Option<&PythonModule> {
        self.handle.as_ref()
    }

    /// A plugin that is a module.
    pub(super) fn module(name: String, module: PythonModule, how: How) -> Self {
        Found {
            name,
            module: module.name().to_owned(),
            attribute: None,
            kind: Some(module.kind()),
            origin: place(&module),
            how,
            distribution: None,
            marks: Vec::new(),
            loses: None,
            problem: None,
            handle: Some(module),
        }
    }

    /// A plugin of which there is no module.
    pub(super) fn broken(name: &str, module: &str, how: How, problem: Problem) -> Self {
        Found {
            name: name.to_owned(),
            module: module.to_owned(),
            attribute: None,
            kind: None,
            origin: None,
            how,
            distribution: None,
            marks: Vec::new(),
            loses: None,
            problem: Some(problem),
            handle: None,
        }
    }
}

/// By what a plugin was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum How {
    /// It stands at the top level of the search path.
    TopLevel,
    /// It stands in a package.
    Package {
        /// The package's name.
        package: String,
    },
    /// A distribution names it.
    EntryPoint {
        /// The group.
        group: String,
        /// The file with the entry point.
        file: String,
        /// The line there, 1-based.
        line: usize,
    },
    /// It carries a marker.
    Marked {
        /// The marker.
        marker: Marker,
        /// The package that it lies below; `None` where all of the search path was searched.
        below: Option<String>,
    },
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::TopLevel => f.write_str("at the top level"),
            How::Package { package } => write!(f, "in the package `{package}`"),
            How::EntryPoint { group, file, line } => write!(f, "entry point of `{group}` in `{file}`, line {line}"),
            How::Marked { marker, below: None } => write!(f, "marked `{marker}`"),
            How::Marked { marker, below: Some(package) } => write!(f, "marked `{marker}` below `{package}`"),
        }
    }
}

/// What counts in place of another plugin of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Winner {
    /// A module that is found first.
    Module {
        /// Where it stands.
        origin: String,
    },
    /// Another version of the distribution, which comes first on the path.
    Distribution {
        /// The version that counts.
        distribution: Distribution,
    },
    /// An entry point that comes first.
    EntryPoint {
        /// Whose it is.
        distribution: Distribution,
        /// Its line, 1-based.
        line: usize,
    },
}

impl fmt::Display for Winner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Winner::Module { origin } => write!(f, "`{origin}` is found first"),
            Winner::Distribution { distribution } => {
                write!(f, "the distribution `{distribution}` in `{}` comes first", distribution.folder)
            }
            Winner::EntryPoint { distribution, line } => {
                write!(f, "the entry point of `{distribution}` in `{}`, line {line}, comes first", distribution.folder)
            }
        }
    }
}

/// What could not be listed, read or understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// What is wrong, with the file or the folder that it is about.
    pub message: String,
    /// The module that it is about, where it is about one.
    pub module: Option<String>,
    /// The line, 1-based, where it is about one.
    pub line: Option<usize>,
}

impl Problem {
    pub(super) fn new(message: String) -> Self {
        Problem { message, module: None, line: None }
    }

    pub(super) fn in_module(self, name: &str) -> Self {
        Problem { module: Some(name.to_owned()), ..self }
    }

    pub(super) fn at_line(self, line: usize) -> Self {
        Problem { line: Some(line), ..self }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Problem { message: error.to_string(), module: error.name().map(str::to_owned), line: error.line() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The file of a module, or the folders that make a namespace package.
pub(super) fn place(module: &PythonModule) -> Option<String> {
    let folders = || module.search_path().map(SearchPath::locations).unwrap_or_default();
    let joined = || folders().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    module.origin().or_else(|| Some(joined()).filter(|joined| !joined.is_empty()))
}
