//! The one integration binary: each further one would link a whole Python VM again.

mod support;

#[cfg(feature = "cli")]
mod cli;
mod depth;
mod differential;
mod fuzz;
mod gauntlet;
mod hook;
mod listing;
mod loading;
mod oracle;
mod readme;
mod routes;
mod scan;
mod scripts;
mod source;
mod stubs;
mod text;
mod wrong;
