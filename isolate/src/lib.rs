//! Isolates: the loader [`exocet`] inside WebAssembly, frozen once its modules are loaded. A fresh copy starts in microseconds,
//! with its imports done, behind walls that hold.
//!
//! A [`Guest`] is the loader as WebAssembly, compiled for this machine. A [`Snapshot`] is built of sources, imports and the modules
//! to load. Each [`Isolate`] of it starts copy-on-write, under limits of time, memory and whatever else it may take. What comes out is
//! an [`Object`], read and called with Rust values as one of the process is, and what goes wrong an [`exocet::Error`].

#![deny(missing_docs)]

mod boundary;
mod builder;
mod builtin;
mod cache;
mod compiler;
mod current;
mod engine;
mod fault;
mod file;
#[cfg(test)]
mod file_tests;
mod functions;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod given;
mod guest;
mod host;
mod image;
mod instance;
mod isolate;
mod limits;
mod memory_module;
mod message;
mod object;
mod pool;
mod room;
mod sections;
mod senses;
mod setup;
mod snapshot;
mod split;
#[cfg(feature = "standalone")]
mod standalone;
mod ticker;
mod variants;
#[cfg(feature = "standalone")]
mod wasi;
mod written;

pub use builder::SnapshotBuilder;
pub use cache::GuestCache;
pub use guest::{Compiling, Guest, GuestBuilder};
pub use isolate::Isolate;
pub use object::Object;
pub use pool::{Isolates, IsolatesBuilder, Taken};
pub use setup::{Setup, Stream};
pub use snapshot::Snapshot;
#[cfg(feature = "standalone")]
pub use standalone::Standalone;

/// The book's examples, run as tests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../docs/src/isolates.md")]
    struct Isolates;
}
