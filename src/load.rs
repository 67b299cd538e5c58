//! Making modules: units, which are compiled once and instantiated into any number of modules; the fresh modules by their
//! names; and the library.

#[cfg(all(feature = "library", not(feature = "host_env")))]
pub(crate) mod entropy;
#[cfg(all(feature = "library", not(feature = "host_env"), target_family = "wasm", target_os = "unknown"))]
pub(crate) mod errors;
#[cfg(not(feature = "host_env"))]
pub(crate) mod fallbacks;
#[cfg(all(feature = "library", not(feature = "host_env")))]
pub(crate) mod files;
#[cfg(feature = "stdlib")]
mod frozen;
pub(crate) mod instances;
pub(crate) mod library;
pub(crate) mod recorder;
pub(crate) mod unit;
pub(crate) mod units;
