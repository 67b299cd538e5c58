//! Loads Python modules without CPython: a fresh module object for every load, and a mapper that decides what each
//! `import` inside that module gets.
//!
//! ```
//! use exocet::{Memory, Runtime, load, mapper, search_path};
//!
//! fn main() -> Result<(), exocet::Error> {
//!     let text = "import clock\nword = 'morning' if clock.hour < 12 else 'evening'";
//!     let runtime = Runtime::builder().source(Memory::new("<app>").with("greet.py", text)).build()?;
//!     let word = runtime.enter(|vm| {
//!         let greet = search_path(vm)?.get("greet").map_err(|error| error.into_exception(vm))?;
//!         let stub = vm.new_module("clock", vm.ctx.new_dict(), None);
//!         stub.set_attr("hour", vm.ctx.new_int(9), vm)?;
//!         let stubs = vm.ctx.new_dict();
//!         stubs.set_item("clock", stub.into(), vm)?;
//!         let module = load(&greet, &mapper::pass_through(vm).with_overrides(stubs, vm), vm)?;
//!         module.get_attr("word", vm)?.try_into_value::<String>(vm)
//!     });
//!     assert_eq!(word.expect("greet loads"), "morning");
//!     Ok(())
//! }
//! ```
//!
//! A [`Source`] is where module code lives, a [`SearchPath`] an ordered list of them, and a [`PythonModule`] a handle on
//! a module that exists there; none of them ever runs Python code. [`load`] makes a fresh module of a handle under a
//! [`Mapper`], which answers the imports. [`load_package`] does so for a whole package, whose modules then see one
//! another.

#![deny(missing_docs)]

pub mod depth;
mod error;
mod list;
mod module;
mod name;
mod names;
mod path;
pub mod scan;
mod source;
pub mod text;

mod answer;
mod broken;
mod exec;
mod finder;
#[cfg(feature = "stdlib")]
mod frozen;
mod hook;
mod imports;
mod instances;
mod internal;
mod interned;
mod library;
mod loader;
mod lock;
mod machinery;
pub mod mapper;
mod python;
mod realm;
mod runtime;
mod shims;
mod state;
mod traceback;
mod unit;
mod view;

pub use error::Error;
pub use list::{IterModules, WalkModules};
pub use loader::{load, load_into, run_main};
pub use mapper::{Answer, Mapper, MapperRef, Request};
pub use module::{Kind, PythonModule};
pub use name::{is_dotted_name, is_identifier, is_keyword};
pub use path::{Location, SearchPath};
pub use python::STUBS;
pub use realm::{Realm, RealmBuilder, load_package};
pub use runtime::{Builder, Runtime};
pub use rustpython_vm as vm;
pub use scan::{Import, ImportKind};
pub use source::{Entry, Shape, Source, Stamp, dir::Directory, memory::Memory, open, zip::Zip};
pub use state::{library, search_path};
pub use traceback::{describe, traceback};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
