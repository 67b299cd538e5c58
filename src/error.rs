//! What can go wrong between a name and its source text.

use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine, builtins::PyBaseExceptionRef};
use std::fmt;
use std::io;
use std::path::Path;

use crate::path::Location;
use crate::scan::ScanError;
use crate::text::DecodeError;

/// Why a source could not be opened, or a module not be found, listed, read or understood.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Kind>);

impl Error {
    /// Whether a module was looked for everywhere and is nowhere. A place that could not be read is not this.
    pub fn is_not_found(&self) -> bool {
        matches!(*self.0, Kind::NotFound { .. })
    }

    /// The module that the error is about, where it is about one.
    pub fn name(&self) -> Option<&str> {
        match &*self.0 {
            Kind::BadName { name }
            | Kind::NotFound { name, .. }
            | Kind::Find { name, .. }
            | Kind::Read { name, .. } => Some(name),
            Kind::List { parent, .. } => parent.as_deref(),
            Kind::Open { .. }
            | Kind::Decode { .. }
            | Kind::Scan { .. }
            | Kind::SameLabel { .. }
            | Kind::Start { .. } => None,
        }
    }

    /// Line of the source text (1-based) that the error is about, where it is about one.
    pub fn line(&self) -> Option<usize> {
        match &*self.0 {
            Kind::Decode { cause, .. } => Some(cause.line()),
            Kind::Scan { cause, .. } => cause.line(),
            _ => None,
        }
    }

    pub(crate) fn same_label(label: &str) -> Self {
        Kind::SameLabel { label: label.to_owned() }.into()
    }

    pub(crate) fn start(traceback: String) -> Self {
        Kind::Start { traceback }.into()
    }

    /// The exception that Python code gets to see: `ModuleNotFoundError` for what isn't there, `ValueError` for what can't
    /// be a name, `SyntaxError` for text that is no Python, `OSError` for the rest.
    #[must_use]
    pub fn into_exception(self, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let kinds = &vm.ctx.exceptions;
        let kind = match *self.0 {
            Kind::NotFound { .. } => kinds.module_not_found_error,
            Kind::BadName { .. } | Kind::SameLabel { .. } => kinds.value_error,
            Kind::Decode { .. } | Kind::Scan { .. } => kinds.syntax_error,
            Kind::Start { .. } => kinds.runtime_error,
            Kind::Open { .. } | Kind::Find { .. } | Kind::List { .. } | Kind::Read { .. } => kinds.os_error,
        };
        let message = vm.ctx.new_str(self.to_string());
        let exception = match kind.to_owned().as_object().call((message.clone(),), vm).map(|made| made.downcast()) {
            Ok(Ok(exception)) => exception,
            Ok(Err(_)) => vm.new_runtime_error(self.to_string()),
            Err(raised) => raised,
        };
        // A new exception takes any attribute.
        let set = |name: &'static str, value: PyObjectRef| drop(exception.as_object().set_attr(name, value, vm));
        match &*self.0 {
            Kind::NotFound { name, .. } => set("name", vm.ctx.new_str(name.as_str()).into()),
            Kind::Decode { origin, .. } | Kind::Scan { origin, .. } => {
                // The place stands in attributes of their own.
                let cause = match &*self.0 {
                    Kind::Decode { cause, .. } => cause.to_string(),
                    Kind::Scan { cause, .. } => cause.to_string(),
                    _ => self.to_string(),
                };
                set("msg", vm.ctx.new_str(cause).into());
                set("filename", vm.ctx.new_str(origin.as_str()).into());
                set("lineno", vm.ctx.new_int(self.line().unwrap_or(1)).into());
                set("offset", vm.ctx.new_int(1).into());
            }
            _ => {}
        }
        exception
    }

    pub(crate) fn open(path: &Path, cause: io::Error) -> Self {
        Kind::Open { path: path.display().to_string(), cause }.into()
    }

    pub(crate) fn bad_name(name: &str) -> Self {
        Kind::BadName { name: name.to_owned() }.into()
    }

    pub(crate) fn not_found(name: &str, missing: &str, looked: &[Location]) -> Self {
        let looked =
            Looked::In { missing: missing.to_owned(), places: looked.iter().map(Location::to_string).collect() };
        Kind::NotFound { name: name.to_owned(), looked }.into()
    }

    pub(crate) fn not_a_package(name: &str, module: &str) -> Self {
        Kind::NotFound { name: name.to_owned(), looked: Looked::NotAPackage { module: module.to_owned() } }.into()
    }

    pub(crate) fn find(name: &str, cause: io::Error) -> Self {
        Kind::Find { name: name.to_owned(), cause }.into()
    }

    pub(crate) fn list(parent: Option<&str>, cause: io::Error) -> Self {
        Kind::List { parent: parent.map(str::to_owned), cause }.into()
    }

    pub(crate) fn read(name: &str, cause: io::Error) -> Self {
        Kind::Read { name: name.to_owned(), cause }.into()
    }

    pub(crate) fn decode(origin: String, cause: DecodeError) -> Self {
        Kind::Decode { origin, cause }.into()
    }

    pub(crate) fn scan(origin: String, cause: ScanError) -> Self {
        Kind::Scan { origin, cause }.into()
    }
}

/// A cause of the file system or of a source names its own path, so the messages here name the module.
#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("two sources are called `{label}`")]
    SameLabel { label: String },
    #[error("the interpreter doesn't start: {traceback}")]
    Start { traceback: String },
    #[error("can't open `{path}`: {cause}")]
    Open { path: String, cause: io::Error },
    #[error("`{name}` is not a module name: names are identifiers joined by dots")]
    BadName { name: String },
    #[error("no module `{name}`: {looked}")]
    NotFound { name: String, looked: Looked },
    #[error("can't look for `{name}`: {cause}")]
    Find { name: String, cause: io::Error },
    #[error("can't list {}: {cause}", of(parent))]
    List { parent: Option<String>, cause: io::Error },
    #[error("can't read `{name}`: {cause}")]
    Read { name: String, cause: io::Error },
    #[error("can't decode `{origin}`: {cause}")]
    Decode { origin: String, cause: DecodeError },
    #[error("can't parse `{origin}`: {cause}")]
    Scan { origin: String, cause: ScanError },
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Error(Box::new(kind))
    }
}

/// Where a module was looked for.
#[derive(Debug)]
enum Looked {
    In { missing: String, places: Vec<String> },
    NotAPackage { module: String },
}

impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Looked::NotAPackage { module } => write!(f, "`{module}` is not a package"),
            Looked::In { places, .. } if places.is_empty() => f.write_str("the search path is empty"),
            Looked::In { missing, places } => {
                write!(f, "looked for `{missing}` in ")?;
                for (i, place) in places.iter().enumerate() {
                    write!(f, "{}`{place}`", if i == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}

fn of(parent: &Option<String>) -> String {
    match parent {
        Some(name) => format!("the modules of `{name}`"),
        None => "the top-level modules".to_owned(),
    }
}
