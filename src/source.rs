//! Where files come from. A source knows files, and neither modules nor Python.

#[cfg(feature = "bundles")]
pub(crate) mod bundle;
#[cfg(feature = "bundles")]
pub(crate) mod bundle_builder;
#[cfg(feature = "bundles")]
pub(crate) mod bundle_manifest;
pub(crate) mod contract;
pub(crate) mod directory;
#[cfg_attr(not(feature = "library"), allow(dead_code, reason = "without a library only the stand-ins are embedded"))]
pub(crate) mod embedded;
#[cfg(feature = "watch")]
pub(crate) mod folder_watch;
pub(crate) mod guarded;
pub(crate) mod memory;
pub(crate) mod open;
mod tree;
#[cfg(feature = "archives")]
pub(crate) mod zip;

pub use contract::{Entry, Shape, Source, Stamp};
pub use directory::Directory;
#[cfg(feature = "watch")]
pub use folder_watch::FolderWatch;
pub use memory::Memory;
pub use open::open;
#[cfg(feature = "archives")]
pub use zip::Zip;
