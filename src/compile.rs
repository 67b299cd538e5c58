//! Compiling: from source text to code, and where compiled code is kept.

#[cfg(feature = "threading")]
pub(crate) mod ahead;
#[cfg(feature = "bundles")]
mod bundled;
pub(crate) mod cache;
pub(crate) mod check_parses;
pub(crate) mod code;
pub(crate) mod compiler;
#[cfg(feature = "disk-cache")]
pub(crate) mod disk_cache;
#[cfg(feature = "units")]
pub(crate) mod elsewhere;
pub(crate) mod module_compiler;
pub(crate) mod time_limit;

pub use cache::{CacheInfo, compiled_code, forget_compiled_code};
#[cfg(feature = "disk-cache")]
pub use disk_cache::DiskCache;
#[cfg(feature = "units")]
pub use elsewhere::{Compiled, Compiler, Unit, compile_ahead_of_time};
