//! The one integration binary: each further one would link a whole Python VM again.

mod support;

#[cfg(feature = "cli")]
mod analysis;
mod archives;
mod cache;
#[cfg(feature = "cli")]
mod cli;
mod depth;
mod differential;
// Its plugins import the library.
#[cfg(feature = "stdlib")]
mod embed;
mod faults;
// Its scripts import the library.
#[cfg(feature = "stdlib")]
mod fuzz;
mod gauntlet;
mod hook;
#[cfg(feature = "cli")]
mod hostile;
mod limits;
mod listing;
mod loading;
mod observe;
mod oracle;
mod policy;
mod readme;
mod realms;
mod routes;
#[cfg(not(feature = "host_env"))]
mod sandbox;
mod scan;
mod scripts;
mod shims;
mod source;
mod stubs;
mod text;
#[cfg(feature = "cli")]
mod trust;
mod wrong;
