//! Modules that exist in sources: handles on them, where they are looked for, and how they are listed. No VM.

pub(crate) mod handle;
pub(crate) mod listing;
pub(crate) mod search_path;

pub use handle::{Kind, PythonModule};
pub use listing::{IterModules, WalkModules};
pub use search_path::{Location, SearchPath};
