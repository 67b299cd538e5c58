//! The one integration binary of the command line.

mod records;
mod support;

mod bad_input;
mod bench;
// Programs of its import the library.
#[cfg(feature = "stdlib")]
mod bundle;
mod check;
mod check_record;
mod disk_cache;
mod documents;
#[cfg(feature = "stdlib")]
mod examples;
mod fuzz;
#[cfg(target_os = "linux")]
mod full_disk;
mod graph;
mod help;
mod hostile;
mod imports;
mod isolate;
mod list;
mod load;
mod new;
#[cfg(target_os = "linux")]
mod odd_names;
mod pipes;
mod python;
mod places;
mod plugins;
mod run;
#[cfg(all(unix, feature = "stdlib"))]
mod signals;
#[cfg(feature = "isolates")]
mod standalone;
mod trace;
mod trust;
#[cfg(feature = "stdlib")]
mod tutorials;
#[cfg(all(unix, feature = "stdlib", feature = "watch"))]
mod watch;
