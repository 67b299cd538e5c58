//! The one integration binary of the command line.

mod support;

mod analysis;
mod commands;
mod disk_cache;
mod documents;
mod fuzz;
mod hostile;
mod trust;
