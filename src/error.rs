//! The one error type: what can go wrong with sources, with loading, and between Rust and Python.

use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyType},
};
use std::fmt;
use std::io;
use std::path::Path;

use crate::exception::Exception;
use crate::limits::Limit;
use crate::path::Location;
use crate::scan::ScanError;
use crate::text::DecodeError;
use crate::ward;

/// Why a source could not be opened, a module not be found, read or loaded, or a value not cross between Rust and Python.
///
/// An exception that Python code raised is one too: [`exception`](Error::exception) has it.
///
/// ```
/// use exocet::{Memory, Runtime};
///
/// let plugins = Memory::new("<plugins>").with("sums.py", "def halve(n):\n    return 1 / n");
/// let runtime = Runtime::builder().source(plugins).build()?;
/// let sums = runtime.load("sums", &runtime.pass_through())?;
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
            | Kind::Start { .. }
            | Kind::Raised(_)
            | Kind::Raise { .. }
            | Kind::Misfit { .. }
            | Kind::OtherRuntime { .. }
            | Kind::Malformed { .. }
            | Kind::Limit { .. }
            | Kind::Poisoned { .. }
            | Kind::NotInterruptible
            | Kind::Gone
            | Kind::Broken => None,
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
        matches!(*self.0, Kind::Misfit { .. })
    }

    /// Whether a value of one runtime was handed to another.
    pub fn is_other_runtime(&self) -> bool {
        matches!(*self.0, Kind::OtherRuntime { .. })
    }

    /// The limit that was passed, now or before.
    pub fn limit(&self) -> Option<Limit> {
        match &*self.0 {
            Kind::Limit { limit, .. } | Kind::Poisoned { limit } => Some(*limit),
            Kind::Raised(exception) => exception.limit(),
            _ => None,
        }
    }

    /// Whether a limit was passed before, so that what it was set for isn't used again.
    pub fn is_poisoned(&self) -> bool {
        matches!(*self.0, Kind::Poisoned { .. })
    }

    /// Whether the runtime is gone: it was dropped, ran to its end, or broke down in a panic.
    pub fn is_gone(&self) -> bool {
        matches!(*self.0, Kind::Gone | Kind::Broken)
    }

    /// An error that Python code gets to see as the built-in exception of that name, and as a `RuntimeError` if there is
    /// no such exception: what a [`HostModule`](crate::HostModule)'s function returns to raise it.
    pub fn raise(exception: impl Into<String>, message: impl Into<String>) -> Self {
        Kind::Raise { class: exception.into(), message: message.into() }.into()
    }

    /// What the VM raised, as an error.
    pub fn from_exception(exception: PyBaseExceptionRef, vm: &VirtualMachine) -> Self {
        // Code that is interrupted can't be asked what it raises.
        ward::passed().unwrap_or_else(|| Kind::Raised(Exception::new(exception, vm)).into())
    }

    pub(crate) fn misfit(what: String, at: String, cause: String) -> Self {
        Kind::Misfit { what, at, cause }.into()
    }

    pub(crate) fn other_runtime(what: String) -> Self {
        Kind::OtherRuntime { what }.into()
    }

    pub(crate) fn gone() -> Self {
        Kind::Gone.into()
    }

    pub(crate) fn broken() -> Self {
        Kind::Broken.into()
    }

    pub(crate) fn same_label(label: &str) -> Self {
        Kind::SameLabel { label: label.to_owned() }.into()
    }

    pub(crate) fn malformed(message: String) -> Self {
        Kind::Malformed { message }.into()
    }

    pub(crate) fn limit_passed(limit: Limit, message: String) -> Self {
        Kind::Limit { limit, message }.into()
    }

    pub(crate) fn poisoned(limit: Limit) -> Self {
        Kind::Poisoned { limit }.into()
    }

    pub(crate) fn not_interruptible() -> Self {
        Kind::NotInterruptible.into()
    }

    pub(crate) fn start(traceback: String) -> Self {
        Kind::Start { traceback }.into()
    }

    /// The exception that Python code gets to see: the very same one that Python code raised; `ModuleNotFoundError` for
    /// what isn't there, `ValueError` for what can't be a name, `SyntaxError` for text that is no Python, `TypeError` for
    /// a value that doesn't fit, `OSError` and `RuntimeError` for the rest.
    #[must_use]
    pub fn into_exception(self, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let kinds = &vm.ctx.exceptions;
        if let Some(exception) = self.exception().and_then(|exception| exception.live(vm)) {
            return exception;
        }
        if let Kind::Raise { class, message } = &*self.0 {
            return raised(class, message, vm).unwrap_or_else(|error| error);
        }
        let kind = match *self.0 {
            Kind::NotFound { .. } => kinds.module_not_found_error,
            Kind::BadName { .. } | Kind::SameLabel { .. } | Kind::Malformed { .. } => kinds.value_error,
            Kind::Decode { .. } | Kind::Scan { .. } => kinds.syntax_error,
            Kind::Misfit { .. } => kinds.type_error,
            Kind::Start { .. }
            | Kind::Raised(_)
            | Kind::Raise { .. }
            | Kind::OtherRuntime { .. }
            | Kind::Limit { .. }
            | Kind::Poisoned { .. }
            | Kind::NotInterruptible
            | Kind::Gone
            | Kind::Broken => kinds.runtime_error,
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
    #[error("{limit} passed: {message}")]
    Limit { limit: Limit, message: String },
    #[error("the {limit} was passed before, and nothing of what it was set for is used again")]
    Poisoned { limit: Limit },
    #[error("a limit of time or heap can be kept on the thread that built the runtime, and on no other")]
    NotInterruptible,
    #[error("the runtime is gone")]
    Gone,
    #[error("the runtime broke down in a panic")]
    Broken,
}

/// The built-in exception `class` that says `message`.
fn raised(class: &str, message: &str, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    let found = vm.get_attribute_opt(vm.builtins.as_object(), &*vm.ctx.new_str(class))?;
    let is_exception = |class: &Py<PyType>| class.fast_issubclass(vm.ctx.exceptions.base_exception_type);
    match found.map(|class| class.downcast::<PyType>()) {
        Some(Ok(class)) if is_exception(&class) => {
            let made = class.as_object().call((message.to_owned(),), vm)?;
            made.downcast().map_err(|_| vm.new_type_error(format!("{class} makes no exception", class = class.name())))
        }
        _ => Ok(vm.new_runtime_error(format!("{class}: {message}"))),
    }
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
