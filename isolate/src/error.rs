//! What can go wrong.

use crate::boundary::Failure;
use std::{io, path::PathBuf};

/// An error of an isolate's, or of making one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The guest can't be read, is of another version, or isn't one.
    #[error("the guest can't be used: {0}")]
    Guest(String),
    /// A source can't be read.
    #[error("{path}: {cause}")]
    Source {
        /// The path in the source.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Python code raised an exception, or what was asked for can't be done.
    #[error("{message}")]
    Failed {
        /// The whole message.
        message: String,
        /// The exception, if one was raised.
        raised: Option<Raised>,
    },
    /// It took too long. The isolate is gone.
    #[error("the time limit was exceeded")]
    Time,
    /// The isolate ended of itself, and is gone.
    #[error("the isolate ended: {0}")]
    Ended(String),
    /// The isolate ended before.
    #[error("the isolate is gone")]
    Gone,
    /// A value that can't cross.
    #[error("{0}")]
    Value(String),
}

/// An exception that was raised inside.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Raised {
    /// The names of its class and of that class's bases.
    pub kinds: Vec<String>,
    /// Its message, without its class.
    pub message: String,
    /// The traceback as `python` prints it.
    pub traceback: String,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let raised = failure.raised.map(|raised| Raised {
            kinds: raised.kinds,
            message: raised.message,
            traceback: raised.traceback,
        });
        Error::Failed { message: failure.message, raised }
    }
}
