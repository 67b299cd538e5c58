//! Isolates: the loader [`exocet`] inside WebAssembly, frozen once its modules are loaded. A fresh copy starts in microseconds,
//! with its imports done, behind walls that hold.
//!
//! This is a beginning. What there is: a [`Guest`] is compiled, a [`Snapshot`] is built of sources and the modules to load, and
//! each [`Isolate`] of it starts copy-on-write, under a limit of memory and of time.

mod boundary;
mod builtin;
mod cache;
mod engine;
mod error;
#[cfg_attr(not(test), expect(dead_code, reason = "snapshots get their methods for it next"))]
mod file;
#[cfg(test)]
mod file_tests;
mod guest;
mod image;
mod instance;
mod isolate;
mod memory_module;
mod room;
mod sections;
mod snapshot;
mod split;
mod ticker;
mod variants;

pub use error::{Damage, Error, Raised};
pub use guest::{Compiling, Guest, GuestBuilder};
pub use isolate::{Isolate, Limits, Module};
pub use snapshot::{Snapshot, SnapshotBuilder};
