//! The one integration binary of the command line.

mod records;
mod support;

mod bad_input;
mod bench;
mod check;
mod check_record;
mod disk_cache;
mod documents;
mod fuzz;
mod graph;
mod help;
mod hostile;
mod imports;
mod list;
mod load;
mod pipes;
mod places;
mod run;
mod trace;
mod trust;
