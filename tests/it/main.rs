//! The one integration binary: each further one would link a whole Python VM again.

mod support;

mod archives;
#[cfg(feature = "bundles")]
mod bundles;
mod cache;
mod depth;
mod differential;
mod discovery;
// Its plugins import the library.
#[cfg(feature = "stdlib")]
mod embed;
mod faults;
// Its scripts import the library.
#[cfg(feature = "stdlib")]
mod fuzz;
mod holders;
mod hook;
mod import_matrix;
mod imports;
mod layers;
mod limits;
mod listing;
mod loading;
mod observe;
mod packages;
mod parser_oracle;
// Its calls come from several threads.
#[cfg(feature = "threading")]
mod plugin_model;
mod plugin_systems;
#[cfg(feature = "watch")]
mod plugin_watch;
mod plugins;
mod policy;
mod realms;
mod regressions;
mod replace;
mod routes;
#[cfg(not(feature = "host_env"))]
mod sandbox;
mod scan;
mod scripts;
#[cfg(any(feature = "stdlib", not(feature = "library")))]
mod shims;
#[cfg(all(unix, feature = "stdlib"))]
mod signals;
mod source;
mod strip;
mod stubs;
mod text;
mod verdicts;
