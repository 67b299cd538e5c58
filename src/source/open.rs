//! Opening what stands on the disk.

#[cfg(feature = "bundles")]
use super::bundle::Bundle;
#[cfg(feature = "archives")]
use super::zip::Zip;
use super::{
    contract::{Entry, Shape, Source, Stamp, join},
    directory::Directory,
};
use crate::error::Error;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Opens a directory, a zip archive, a bundle, or a folder in a zip archive (`app.zip/lib`), by what stands at `path`.
///
/// # Errors
/// Nothing at `path`, no permission, a file that is not a zip archive, or no such folder in the archive; a bundle that isn't as it was
/// made.
pub fn open(path: impl AsRef<Path>) -> Result<Arc<dyn Source>, Error> {
    let path = path.as_ref();
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(cause) => return inside_archive(path)?.ok_or_else(|| Error::open(path, cause)),
    };
    if metadata.is_dir() { Ok(Arc::new(Directory::new(path)?)) } else { archive(path) }
}

#[cfg(feature = "archives")]
fn archive(path: &Path) -> Result<Arc<dyn Source>, Error> {
    let archive = Zip::open(path);
    // One that was a bundle may be no whole archive any more.
    #[cfg(feature = "bundles")]
    if !archive.as_ref().is_ok_and(|archive| !Bundle::is_claimed_by(archive))
        && let Some(bundle) = Bundle::at(path)?
    {
        return Ok(Arc::new(bundle));
    }
    Ok(Arc::new(archive?))
}

#[cfg(not(feature = "archives"))]
fn archive(path: &Path) -> Result<Arc<dyn Source>, Error> {
    Err(Error::open(path, io::Error::new(io::ErrorKind::Unsupported, "archives aren't part of this build")))
}

/// The directory, or the archive and the folder in it, that `path` leads to.
pub(crate) fn split_at_archive(path: &Path) -> Option<(PathBuf, String)> {
    if path.is_dir() {
        return Some((path.to_owned(), String::new()));
    }
    let archive = path.ancestors().find(|ancestor| ancestor.is_file())?;
    let folder = path.strip_prefix(archive).ok()?.to_str()?.replace('\\', "/");
    Some((archive.to_owned(), folder))
}

fn inside_archive(path: &Path) -> Result<Option<Arc<dyn Source>>, Error> {
    let Some((file, folder)) = split_at_archive(path) else { return Ok(None) };
    let source = archive(&file)?;
    match source.probe(&folder).map_err(|cause| Error::open(path, cause))? {
        Some(Shape::Folder) => {
            let label = join(source.label(), &folder);
            Ok(Some(Arc::new(Folder { source, folder, label })))
        }
        Some(Shape::File | Shape::Native) | None => Ok(None),
    }
}

/// A folder of another source, as a source.
struct Folder {
    source: Arc<dyn Source>,
    folder: String,
    label: String,
}

impl Source for Folder {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        self.source.read(&join(&self.folder, path))
    }

    fn read_within(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        self.source.read_within(&join(&self.folder, path), limit)
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        self.source.list(&join(&self.folder, folder))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        self.source.probe(&join(&self.folder, path))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        self.source.stamp(&join(&self.folder, path))
    }

    fn real_folder(&self, folder: &str) -> Option<String> {
        self.source.real_folder(&join(&self.folder, folder))
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn reads_ahead(&self) -> bool {
        self.source.reads_ahead()
    }

    #[cfg(feature = "bundles")]
    fn bundle(&self) -> Option<&Bundle> {
        self.source.bundle()
    }
}
