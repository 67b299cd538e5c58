//! The one error type: what can go wrong with sources, with loading, and between Rust and Python.
//!
//! It knows nothing of the VM. How exceptions become errors and errors exceptions stands in `values/exception.rs`.

mod exception;
mod report;

pub use crate::limit::Limit;
pub use exception::{Exception, Frame, Importer};
pub use report::Report;
pub(crate) use report::cut;

use crate::syntax::{decode::DecodeError, parse::ScanError};
use std::{any::Any, fmt, io, path::Path};

/// Why a source could not be opened, a module not be found, read or loaded, or a value not cross between Rust and Python.
///
/// An exception that Python code raised is one too: [`exception`](Error::exception) returns it.
///
/// ```
/// use exocet::{Imports, Memory, Runtime};
///
/// let plugins = Memory::new("<plugins>").with("sums.py", "def halve(n):\n    return 1 / n");
/// let runtime = Runtime::builder().source(plugins).build()?;
/// let sums = runtime.load("sums", &Imports::pass_through())?;
/// let error = sums.call::<f64>("halve", (0,)).unwrap_err();
/// let exception = error.exception().expect("Python code raised it");
/// assert!(exception.is("ArithmeticError"));
/// assert_eq!(exception.kind(), "ZeroDivisionError");
/// assert!(exception.traceback().contains("return 1 / n"));
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Kind>);

impl Error {
    /// Whether a module was looked for everywhere and is nowhere. A place that could not be read is not this.
    pub fn is_not_found(&self) -> bool {
        match &*self.0 {
            Kind::Reported(report) => report.is_not_found(),
            kind => matches!(kind, Kind::NotFound { .. }),
        }
    }

    /// The module that the error is about, where it is about one.
    pub fn name(&self) -> Option<&str> {
        match &*self.0 {
            Kind::BadName { name }
            | Kind::NotFound { name, .. }
            | Kind::NotAPackage { name }
            | Kind::Find { name, .. }
            | Kind::Read { name, .. } => Some(name),
            Kind::List { parent, .. } => parent.as_deref(),
            Kind::Reported(report) => report.name(),
            _ => None,
        }
    }

    /// Line of the source text (1-based) that the error is about, where it is about one.
    pub fn line(&self) -> Option<usize> {
        match &*self.0 {
            Kind::Decode { cause, .. } => Some(cause.line()),
            Kind::Scan { cause, .. } => cause.line(),
            Kind::Reported(report) => report.line(),
            _ => None,
        }
    }

    /// The exception that Python code raised, where the error is one.
    pub fn exception(&self) -> Option<&Exception> {
        match &*self.0 {
            Kind::Raised(exception) => Some(exception),
            _ => None,
        }
    }

    /// The exit code of a `SystemExit`, where the error is one.
    pub fn exit_code(&self) -> Option<i32> {
        self.exception()?.exit_code()
    }

    /// Whether a value could not cross between Rust and Python: its type or its size doesn't fit.
    pub fn is_misfit(&self) -> bool {
        match &*self.0 {
            Kind::Reported(report) => report.is_misfit(),
            kind => matches!(kind, Kind::Misfit { .. }),
        }
    }

    /// Whether a value of one runtime was passed to another.
    pub fn is_other_runtime(&self) -> bool {
        matches!(*self.0, Kind::OtherRuntime { .. })
    }

    /// The limit that was exceeded, now or before.
    pub fn limit(&self) -> Option<Limit> {
        match &*self.0 {
            Kind::Limit { limit, .. } | Kind::Poisoned { limit } => Some(*limit),
            Kind::Raised(exception) => exception.limit,
            Kind::Reported(report) => report.limit(),
            _ => None,
        }
    }

    /// Whether a limit was exceeded before, so that what it was set for isn't used again.
    pub fn is_poisoned(&self) -> bool {
        match &*self.0 {
            Kind::Reported(report) => report.is_poisoned(),
            kind => matches!(kind, Kind::Poisoned { .. }),
        }
    }

    /// Whether the runtime is gone: it was dropped, ran to its end, or broke down in a panic. Of an isolate: it ended, now or before.
    pub fn is_gone(&self) -> bool {
        matches!(*self.0, Kind::Gone | Kind::Broken | Kind::Ended { .. } | Kind::EndedBefore)
    }

    /// A file or a folder of a source can't be read.
    pub fn source(path: &Path, cause: io::Error) -> Self {
        Self::open(path, cause)
    }

    /// A limit was exceeded, by whoever enforces it.
    pub fn limit_exceeded(limit: Limit, message: impl Into<String>) -> Self {
        Kind::Limit { limit, message: message.into() }.into()
    }

    /// A limit was exceeded before.
    pub fn poisoned(limit: Limit) -> Self {
        Kind::Poisoned { limit }.into()
    }

    /// An isolate ended, for the reason in the message; or had ended before, without one.
    pub fn isolate_ended(message: Option<String>) -> Self {
        message.map_or(Kind::EndedBefore, |message| Kind::Ended { message }).into()
    }

    /// An error that becomes the built-in exception of that name in Python code, and a `RuntimeError` if there is no such
    /// exception. A function of a [`HostModule`](crate::HostModule) returns it to raise that exception.
    pub fn raise(exception: impl Into<String>, message: impl Into<String>) -> Self {
        Kind::Raise { class: exception.into(), message: message.into() }.into()
    }

    /// An error about something written in a wrong form, which becomes a `ValueError` in Python code.
    pub fn malformed(message: impl Into<String>) -> Self {
        Kind::Malformed { message: message.into() }.into()
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0
    }

    pub(crate) fn misfit(what: String, at: String, cause: String) -> Self {
        Kind::Misfit { what, at, cause }.into()
    }

    pub(crate) fn other_runtime(what: String) -> Self {
        Kind::OtherRuntime { what }.into()
    }

    pub(crate) fn open(path: &Path, cause: io::Error) -> Self {
        Kind::Open { path: path.display().to_string(), cause }.into()
    }

    pub(crate) fn bad_name(name: &str) -> Self {
        Kind::BadName { name: name.to_owned() }.into()
    }

    /// `missing` is the part of `name` that is nowhere in `places`.
    pub(crate) fn not_found(name: &str, missing: &str, places: impl IntoIterator<Item: fmt::Display>) -> Self {
        let places = places.into_iter().map(|place| place.to_string()).collect();
        Kind::NotFound { name: name.to_owned(), looked: Looked::In { missing: missing.to_owned(), places } }.into()
    }

    /// `name` lies below `module`, which has no submodules.
    pub(crate) fn below_module(name: &str, module: &str) -> Self {
        Kind::NotFound { name: name.to_owned(), looked: Looked::BelowModule { module: module.to_owned() } }.into()
    }

    /// A package is wanted, and `name` is none.
    pub(crate) fn not_a_package(name: &str) -> Self {
        Kind::NotAPackage { name: name.to_owned() }.into()
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

    /// How large a file is that has more bytes than are allowed, where the error is one of reading it.
    pub(crate) fn too_large(&self) -> Option<String> {
        match self.kind() {
            Kind::Read { cause, .. } if cause.kind() == io::ErrorKind::FileTooLarge => Some(cause.to_string()),
            _ => None,
        }
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
pub(crate) enum Kind {
    #[error("two sources are called `{label}`")]
    SameLabel { label: String },
    #[error("the interpreter doesn't start: {traceback}")]
    Start { traceback: String },
    #[error("can't open `{path}`: {cause}")]
    Open { path: String, cause: io::Error },
    #[error("`{name}` is not a module name: names are parts joined by dots, and none is empty or a path")]
    BadName { name: String },
    #[error("no module `{name}`: {looked}")]
    NotFound { name: String, looked: Looked },
    #[error("`{name}` is not a package")]
    NotAPackage { name: String },
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
    #[error(transparent)]
    Raised(Exception),
    #[error("{class}: {message}")]
    Raise { class: String, message: String },
    #[error("{what} doesn't fit{at}: {cause}")]
    Misfit { what: String, at: String, cause: String },
    #[error("{what} belongs to another runtime")]
    OtherRuntime { what: String },
    #[error("{message}")]
    Malformed { message: String },
    #[error("{limit} exceeded: {message}")]
    Limit { limit: Limit, message: String },
    #[error("the {limit} was exceeded before, and nothing of what it was set for is used again: load that anew")]
    Poisoned { limit: Limit },
    #[error("a limit of time or heap can be enforced on the thread that built the runtime, and on no other")]
    NotInterruptible,
    #[error("{}", .0.message())]
    Reported(Report),
    #[error("the {limit} counts in isolates only, which enforce it from outside")]
    OnlyInIsolates { limit: Limit },
    #[error("the isolate ended: {message}")]
    Ended { message: String },
    #[error("the isolate ended before, and nothing of it is used again")]
    EndedBefore,
    #[error("the runtime is gone")]
    Gone,
    #[error("the runtime broke down in a panic")]
    Broken,
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Error(Box::new(kind))
    }
}

/// Where a module was looked for.
#[derive(Debug)]
pub(crate) enum Looked {
    In { missing: String, places: Vec<String> },
    BelowModule { module: String },
}

impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Looked::BelowModule { module } => write!(f, "`{module}` is not a package"),
            Looked::In { places, .. } if places.is_empty() => f.write_str("the search path is empty"),
            Looked::In { missing, places } => {
                let places: Vec<String> = places.iter().map(|place| format!("`{place}`")).collect();
                write!(f, "looked for `{missing}` in {}", places.join(", "))
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

/// The message of a panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
