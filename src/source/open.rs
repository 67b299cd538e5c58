//! Opening what stands on the disk.

use super::{contract::Source, directory::Directory, zip::Zip};
use crate::error::Error;
use std::{path::Path, sync::Arc};

/// Opens a directory or a zip archive, by what stands at `path`.
///
/// # Errors
/// Nothing at `path`, no permission, or a file that is not a zip archive.
pub fn open(path: impl AsRef<Path>) -> Result<Arc<dyn Source>, Error> {
    let path = path.as_ref();
    let metadata = std::fs::metadata(path).map_err(|cause| Error::open(path, cause))?;
    if metadata.is_dir() { Ok(Arc::new(Directory::new(path)?)) } else { Ok(Arc::new(Zip::open(path)?)) }
}
