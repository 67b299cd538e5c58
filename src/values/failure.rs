//! Why a value didn't cross.

use crate::error::Error;
use rustpython_vm::{VirtualMachine, builtins::PyBaseExceptionRef};
use std::fmt;

/// How deep values may be nested. Deeper ones, and those that hold themselves, would run out of native stack.
pub const MAX_DEPTH: usize = 128;

/// Why a value didn't cross.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It has no form on the other side, or not the one asked for.
    Misfit { at: String, cause: String },
    /// An object of another runtime.
    OtherRuntime,
    /// Python code that was asked raised something.
    Raised(PyBaseExceptionRef),
    /// Reading an object that is kept elsewhere failed.
    Failed(Error),
}

impl Failure {
    /// The error of a crossing that no VM has part in.
    pub(super) fn into_data_error(self, what: &str) -> Error {
        match self {
            Self::Misfit { at, cause } if at.is_empty() => Error::misfit(what.to_owned(), at, cause),
            Self::Misfit { at, cause } => Error::misfit(what.to_owned(), format!(" at `{at}`"), cause),
            Self::Failed(error) => error,
            Self::OtherRuntime | Self::Raised(_) => Error::other_runtime(what.to_owned()),
        }
    }

    pub(crate) fn into_error(self, what: String, vm: &VirtualMachine) -> Error {
        match self {
            Self::Misfit { at, cause } if at.is_empty() => Error::misfit(what, at, cause),
            Self::Misfit { at, cause } => Error::misfit(what, format!(" at `{at}`"), cause),
            Self::OtherRuntime => Error::other_runtime(what),
            Self::Raised(exception) => Error::from_exception(exception, vm),
            Self::Failed(error) => error,
        }
    }

    /// Moves the failure to `step` of a greater value.
    pub(crate) fn below(self, step: impl fmt::Display) -> Self {
        match self {
            Self::Misfit { at, cause } => Self::Misfit { at: format!("{step}{at}"), cause },
            other => other,
        }
    }

    pub(crate) fn surrogates() -> Self {
        serde::de::Error::custom("the string has surrogates, which no Rust string can have")
    }

    pub(crate) fn too_deep() -> Self {
        serde::de::Error::custom(format_args!("it is nested deeper than {MAX_DEPTH}"))
    }
}

impl From<PyBaseExceptionRef> for Failure {
    fn from(exception: PyBaseExceptionRef) -> Self {
        Self::Raised(exception)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misfit { cause, .. } => f.write_str(cause),
            Self::OtherRuntime => f.write_str("an object of another runtime"),
            Self::Raised(_) => f.write_str("Python code raised an exception"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(cause: T) -> Self {
        Self::Misfit { at: String::new(), cause: cause.to_string() }
    }
}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(cause: T) -> Self {
        Self::Misfit { at: String::new(), cause: cause.to_string() }
    }
}
