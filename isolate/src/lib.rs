//! Isolates: the loader [`exocet`] inside WebAssembly, frozen once its modules are loaded. A fresh copy starts in microseconds,
//! with its imports done, behind walls that hold.
//!
//! This is a beginning. What there is: a [`Guest`] is compiled, a [`Snapshot`] is built of sources and the modules to load, and
//! each [`Isolate`] of it starts copy-on-write, under a limit of memory and of time.

mod boundary;
mod error;
mod guest;
mod image;
mod instance;
mod isolate;
mod snapshot;

pub use error::{Error, Raised};
pub use guest::Guest;
pub use isolate::{Isolate, Limits, Module};
pub use snapshot::{Snapshot, SnapshotBuilder};
