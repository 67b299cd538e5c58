//! One interpreter: how threads get into it, what each layer keeps for it, its own import system, its frames, and the limits on
//! the code that it runs.

pub(crate) mod budget;
pub(crate) mod clock;
pub(crate) mod dunders;
pub(crate) mod engine;
pub(crate) mod exception_class;
#[cfg(all(feature = "library", not(feature = "host_env")))]
pub(crate) mod files;
pub(crate) mod frames;
pub(crate) mod garbage;
pub(crate) mod import_code;
pub(crate) mod importlib;
pub(crate) mod library_code;
pub(crate) mod limits;
pub(crate) mod loader;
pub(crate) mod module_lock;
#[cfg(feature = "threading")]
pub(crate) mod shared_classes;
#[cfg(all(unix, feature = "host_env"))]
pub(crate) mod signals;
pub(crate) mod slots;
pub(crate) mod sources;
pub(crate) mod threads;
#[cfg_attr(target_family = "wasm", allow(dead_code, reason = "there are no threads to watch with"))]
mod watchdog;
