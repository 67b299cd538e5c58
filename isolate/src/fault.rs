//! What can go wrong with guests and with files. Outside it is an [`exocet::Error`].

use std::{io, path::PathBuf};

/// Why there is no guest, or no snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The guest can't be read, is of another version, or isn't one.
    #[error("the guest can't be used: {0}")]
    Guest(String),
    /// This build of the library has no guest.
    #[error("this build holds no guest for isolates; `wasm/build.sh guest` makes one, and the next build takes it in")]
    NoGuest,
    /// A bundle that doesn't become a WASI command.
    #[cfg(feature = "standalone")]
    #[error("{0}")]
    Standalone(String),
    /// A file that is no snapshot, or can't be used as one.
    #[error("{}: {cause}", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: Damage,
    },
}

/// What is wrong with the file of a snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Damage {
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

impl From<Fault> for exocet::Error {
    fn from(fault: Fault) -> Self {
        exocet::Error::malformed(fault.to_string())
    }
}
