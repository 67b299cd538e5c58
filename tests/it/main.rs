//! The one integration binary: each further one would link a whole Python VM again.

mod support;

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
mod listing;
mod loading;
mod oracle;
mod readme;
mod realms;
mod routes;
mod scan;
mod scripts;
mod shims;
mod source;
mod stubs;
mod text;
mod wrong;
