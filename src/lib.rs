//! Loads Python modules without CPython: a fresh module object for every load, and a mapper that decides what each
//! `import` inside that module gets.
//!
//! ```
//! use exocet::{Error, HostModule, Memory, Runtime};
//!
//! #[derive(serde::Serialize)]
//! struct Limits {
//!     words: usize,
//! }
//!
//! fn main() -> Result<(), Error> {
//!     let text = "import host\ndef reply(name):\n    return ' '.join([host.shout(name)] * host.limits.words)\ndef fail():\n    import absent";
//!     let runtime = Runtime::builder().source(Memory::new("<plugins>").with("hello.py", text)).build()?;
//!     let shout = |text: String| text.to_uppercase();
//!     let host = HostModule::new("host").function("shout", shout).value("limits", Limits { words: 2 });
//!     let plugin = runtime.load("hello", &runtime.pass_through().with_module(host)?)?;
//!     assert_eq!(plugin.call::<String>("reply", ("Ann",))?, "ANN ANN");
//!     let error = plugin.call::<()>("fail", ()).unwrap_err();
//!     let exception = error.exception().expect("Python code raised it");
//!     assert!(exception.is("ImportError") && exception.traceback().contains("import absent"));
//!     assert_eq!((exception.import_chain()[0].module.as_str(), exception.import_chain()[0].line), ("hello", 5));
//!     Ok(())
//! }
//! ```
//!
//! A [`Source`] is where module code lives, a [`SearchPath`] an ordered list of them, and a [`PythonModule`] a handle on
//! a module that exists there; none of them ever runs Python code. [`Runtime::load`] makes a fresh module under a
//! [`Mapper`], which answers its imports; [`Runtime::load_package`] does so for a whole package, whose modules then see
//! one another. What comes out is an [`Object`], read and called with Rust values, and what goes wrong an [`Error`].
//!
//! Inside of [`Runtime::enter`] the same is at hand for objects of the VM: [`load`], [`load_package`], [`MapperRef`].

#![deny(missing_docs)]

#[cfg(all(feature = "sandbox", feature = "host_env"))]
compile_error!(
    "the feature `sandbox` is for builds without `host_env`, which `stdlib` brings: use `default-features = false`"
);

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

#[cfg(feature = "threading")]
mod ahead;
mod answer;
mod broken;
mod code;
mod de;
#[cfg(feature = "library")]
mod embedded;
mod engine;
#[cfg(all(feature = "library", not(feature = "host_env")))]
mod entropy;
mod exception;
mod exec;
mod finder;
#[cfg(feature = "stdlib")]
mod frozen;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod hook;
mod host;
mod imports;
mod instances;
mod internal;
mod interned;
mod library;
mod limits;
mod loader;
mod lock;
#[cfg_attr(not(feature = "toml"), allow(dead_code, reason = "it is read and written as TOML"))]
mod lockfile;
mod machinery;
pub mod mapper;
mod members;
mod object;
mod observe;
mod part;
mod policy;
mod python;
mod quiet;
mod realm;
pub mod record;
mod runtime;
mod ser;
mod shims;
mod state;
mod statement;
mod store;
mod tidy;
mod traceback;
mod unit;
mod units;
mod value;
mod view;
#[cfg_attr(target_family = "wasm", allow(dead_code, reason = "there are no threads to watch with"))]
mod ward;
#[cfg(javascript)]
mod wasm;

#[cfg(feature = "threading")]
pub use ahead::compile_ahead;
pub use error::Error;
pub use exception::{Exception, Importer};
pub use host::{Function, HostModule};
pub use imports::Imports;
pub use limits::{Limit, Limits};
pub use list::{IterModules, WalkModules};
pub use loader::{load, load_into, run_main};
pub use lockfile::Lock;
pub use mapper::{Answer, Mapper, MapperRef, Request};
pub use module::{Kind, PythonModule};
pub use name::{is_dotted_name, is_identifier, is_keyword};
pub use object::{Arguments, Object};
#[cfg(feature = "json")]
pub use observe::JsonLines;
#[cfg(feature = "tracing")]
pub use observe::TracingEvents;
pub use observe::{EventLog, Observer};
pub use part::Part;
pub use path::{Location, SearchPath};
pub use policy::{Form, Outcome, Policy, Rule, Ruling};
pub use python::STUBS;
pub use realm::{Realm, RealmBuilder, load_package};
pub use runtime::{Builder, Runtime};
pub use rustpython_vm as vm;
pub use scan::{Import, ImportKind};
pub use source::{Entry, Shape, Source, Stamp, dir::Directory, memory::Memory, open, zip::Zip};
pub use state::forget_units;
pub use state::{library, search_path};
#[cfg(feature = "disk-cache")]
pub use store::disk::DiskCache;
pub use store::{CacheInfo, compiled_code, forget_compiled_code};
pub use traceback::{describe, traceback};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
