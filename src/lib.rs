//! Loads Python modules without CPython: a fresh module object for every load, and a mapper that decides what each
//! `import` inside that module gets.
//!
//! ```
//! use exocet::{Error, HostModule, Imports, Memory, Runtime};
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
//!     let plugin = runtime.load("hello", &Imports::pass_through().with_module(host))?;
//!     assert_eq!(plugin.call::<String>("reply", ("Ann",))?, "ANN ANN");
//!     let error = plugin.call::<()>("fail", ()).unwrap_err();
//!     let exception = error.exception().expect("Python code raised it");
//!     assert!(exception.is("ImportError") && exception.traceback().contains("import absent"));
//!     assert_eq!((exception.import_chain()[0].module.as_str(), exception.import_chain()[0].line), ("hello", 5));
//!     Ok(())
//! }
//! ```
//!
//! A [`Source`] is where module code lives, a [search path](modules::SearchPath) an ordered list of them, and a
//! [`PythonModule`](modules::PythonModule) a handle on a module that exists there; none of them ever runs Python code.
//! [`Runtime::load`] makes a fresh module under [`Imports`], which decide what it imports; [`Runtime::realm`] makes modules that
//! are fresh together. What comes out is an [`Object`], read and called with Rust values, and what goes wrong an [`Error`].
//!
//! [`raw`] has all of this for objects of the VM, inside of [`Runtime::enter`].

#![deny(missing_docs)]

#[cfg(all(feature = "sandbox", feature = "host_env"))]
compile_error!(
    "the feature `sandbox` is for builds without `host_env`, which `stdlib` brings: use `default-features = false`"
);

// The layers, each of which uses only what stands above it; ARCHITECTURE.md has the list.
pub mod syntax;
pub mod error;
mod limit;
pub mod source;
pub mod modules;
mod interpreter;
pub mod values;
pub mod compile;
pub mod mapper;
pub mod observe;
pub mod policy;
mod load;
mod import;
mod realm;
mod imports;
pub mod plugins;
mod python;
mod runtime;

#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod raw;

pub use error::{Error, Exception};
pub use imports::{
    Imports, Part, Stub,
    choice::{Choice, Choose, Question},
};
pub use interpreter::limits::Limits;
pub use mapper::{Answer, Mapper, Request};
pub use observe::Observer;
pub use policy::{Policy, Rule};
pub use python::STUBS;
pub use realm::{
    holders::{Held, Holder},
    replacement::Replacement,
};
pub use runtime::{Realm, Runtime, RuntimeBuilder};
pub use rustpython_vm as vm;
#[cfg(feature = "archives")]
pub use source::Zip;
#[cfg(feature = "bundles")]
pub use source::bundle::Bundle;
pub use source::{Directory, Memory, Source};
pub use values::{HostModule, Object};

/// Checking modules before they run: what each of their imports would get, and which modules import which.
pub mod check {
    pub use crate::import::{
        check::{Extent, Finding, Level, Problem, check},
        dry_run::{DryRun, Outcome},
        graph::{Edge, Scan, Unreadable, scan, walk},
    };
}

/// Making bundles, and what they say of themselves.
#[cfg(feature = "bundles")]
pub mod bundle {
    pub use crate::source::{
        bundle::BundledLibrary,
        bundle_builder::BundleBuilder,
        bundle_manifest::{BundledDistribution, BundledFile, Manifest},
    };
}

/// The README's and the book's examples, run as tests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/src/tutorial-rust.md")]
    struct Tutorial;
    #[doc = include_str!("../docs/src/reload.md")]
    struct Reload;
    #[doc = include_str!("../docs/src/plugins.md")]
    struct Plugins;
    #[doc = include_str!("../docs/src/stubs.md")]
    struct Stubs;
    #[doc = include_str!("../docs/src/policy.md")]
    struct Policy;
    #[doc = include_str!("../docs/src/limits.md")]
    struct Limits;
    #[doc = include_str!("../docs/src/rust.md")]
    struct Rust;
    #[cfg(feature = "bundles")]
    #[doc = include_str!("../docs/src/bundles.md")]
    struct Bundles;
}
