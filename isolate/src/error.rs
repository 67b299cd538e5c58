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
    /// This build of the library has no guest.
    #[error("this build holds no guest for isolates; `wasm/build.sh guest` makes one, and the next build takes it in")]
    NoGuest,
    /// A source can't be read.
    #[error("{path}: {cause}")]
    Source {
        /// The path in the source.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file that is no snapshot, or can't be used as one.
    #[error("{}: {cause}", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: Damage,
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

/// What is wrong with the file of a snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// It can't be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It begins as no snapshot does.
    #[error("it is no snapshot")]
    Foreign,
    /// It was written in another form.
    #[error("it is a snapshot of version {version}, and this program reads version {own}")]
    Version {
        /// The file's.
        version: u32,
        /// The one that can be read.
        own: u32,
    },
    /// It ends too early.
    #[error("the snapshot is cut off: it has {length} bytes of {whole}")]
    Short {
        /// How long it is.
        length: u64,
        /// How long it was.
        whole: u64,
    },
    /// It goes on after its end.
    #[error("the snapshot is damaged: it has {length} bytes, and should have {whole}")]
    Long {
        /// How long it is.
        length: u64,
        /// How long it was.
        whole: u64,
    },
    /// A byte isn't as it was written.
    #[error("the snapshot is damaged: its checksum doesn't agree")]
    Checksum,
    /// What should be a memory is something else.
    #[error("the snapshot holds no memory")]
    Image,
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
