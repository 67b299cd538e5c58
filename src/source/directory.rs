//! A source that is a directory of the file system.

use std::fs::{self, DirEntry, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::contract::{Entry, Shape, Source, Stamp, at, read_to_limit, too_large};
use crate::error::Error;

/// A directory of the file system. Symbolic links are followed, unless [they may not lead out](Self::without_links_out).
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    label: String,
    /// Where everything that is followed has to stay, by its real path.
    bounds: Option<PathBuf>,
    /// Whether a listing met a link to a folder. As long as none did, no link leads anywhere below the root.
    has_links: AtomicBool,
}

impl Directory {
    /// The directory at `path`. A relative path is made absolute; symbolic links stay as they are written.
    ///
    /// # Errors
    /// Nothing at `path`, something that is not a directory, or a directory that can't be read.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let root = std::path::absolute(path).and_then(|root| fs::read_dir(&root).map(|_| root));
        let root = root.map_err(|cause| Error::open(path, cause))?;
        let label = root.to_string_lossy().into_owned();
        Ok(Directory { label, root, bounds: None, has_links: AtomicBool::new(false) })
    }

    /// Takes what a symbolic link leads to outside of the directory for absent.
    ///
    /// # Errors
    /// A directory that isn't there any more.
    pub fn without_links_out(mut self) -> Result<Self, Error> {
        self.bounds = Some(fs::canonicalize(&self.root).map_err(|cause| Error::open(&self.root, cause))?);
        Ok(self)
    }

    /// The real path of what stands at `place`, where links may not lead out; `None` if one does.
    fn within_bounds(&self, place: PathBuf) -> io::Result<Option<PathBuf>> {
        let Some(bounds) = &self.bounds else { return Ok(Some(place)) };
        Ok(Some(fs::canonicalize(place)?).filter(|place| place.starts_with(bounds)))
    }

    /// The place of `path` on disk, or `None` for a path that leaves the directory.
    fn locate(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        path.components().all(|part| matches!(part, Component::Normal(_))).then(|| self.root.join(path))
    }

    /// What stands at `path` after links are followed, or `None` where nothing does.
    fn stat(&self, path: &str) -> io::Result<Option<(PathBuf, Metadata)>> {
        let Some(place) = self.locate(path) else {
            return Ok(None);
        };
        match fs::metadata(&place) {
            // Python's names are case-sensitive; these file systems are not.
            Ok(_) if cfg!(any(windows, target_os = "macos")) && !self.same_case(path) => Ok(None),
            Ok(metadata) => match self.within_bounds(place) {
                Ok(place) => Ok(place.map(|place| (place, metadata))),
                Err(cause) if is_absence(&cause) => Ok(None),
                Err(cause) => Err(at(path, cause)),
            },
            Err(cause) if is_absence(&cause) => Ok(None),
            Err(cause) => Err(at(place.display(), cause)),
        }
    }

    fn same_case(&self, path: &str) -> bool {
        let mut folder = self.root.clone();
        path.split('/').all(|name| {
            let found = fs::read_dir(&folder)
                .is_ok_and(|mut names| names.any(|entry| entry.is_ok_and(|entry| entry.file_name() == name)));
            folder.push(name);
            found
        })
    }

    /// The folders that lead to `folder`, itself and the root included, by their real paths.
    fn real_ancestors(&self, folder: &str) -> io::Result<Vec<PathBuf>> {
        let steps = Path::new(folder).ancestors().map(|step| fs::canonicalize(self.root.join(step)));
        steps.collect()
    }

    /// One child of `folder`; `None` for what is neither file nor folder, and for links that lead nowhere.
    fn entry(&self, folder: &str, child: &DirEntry, ancestors: &mut Option<Vec<PathBuf>>) -> io::Result<Option<Entry>> {
        let mut kind = child.file_type()?;
        if kind.is_symlink() {
            let path = child.path();
            kind = match fs::metadata(&path) {
                Ok(metadata) => metadata.file_type(),
                Err(cause) if is_absence(&cause) => return Ok(None),
                Err(cause) => return Err(cause),
            };
            if self.within_bounds(path.clone())?.is_none() {
                return Ok(None);
            }
            if kind.is_dir() {
                self.has_links.store(true, Ordering::Relaxed);
                let ancestors = match ancestors {
                    Some(known) => known,
                    None => ancestors.insert(self.real_ancestors(folder)?),
                };
                if ancestors.contains(&fs::canonicalize(&path)?) {
                    return Err(io::Error::other("symlink loop"));
                }
            }
        }
        let shape = match kind {
            kind if kind.is_dir() => Shape::Folder,
            kind if kind.is_file() => Shape::File,
            _ => return Ok(None),
        };
        match child.file_name().into_string() {
            Ok(name) => Ok(Some(Entry { name, shape })),
            Err(_) => Err(io::Error::new(ErrorKind::InvalidData, "the name is not UTF-8")),
        }
    }
}

impl Source for Directory {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        self.read_within(path, usize::MAX)
    }

    fn read_within(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        let (place, size) = match self.stat(path)? {
            // Anything but a file could block for ever, as a pipe does.
            Some((place, metadata)) if metadata.is_file() => (place, metadata.len()),
            _ => return Ok(None),
        };
        if size > limit as u64 {
            return Err(too_large(place.display(), size, limit));
        }
        match File::open(&place).and_then(|file| read_to_limit(file, size, limit)) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(cause) if is_absence(&cause) => Ok(None),
            Err(cause) => Err(at(place.display(), cause)),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        let place = match self.locate(folder).map(|place| self.within_bounds(place)) {
            Some(Ok(Some(place))) => place,
            Some(Err(cause)) if !is_absence(&cause) => return Err(at(folder, cause)),
            _ => return Ok(None),
        };
        // Not `walkdir`, which opens the folders below as well, even where it is told not to go there.
        let listing = match fs::read_dir(&place) {
            Ok(listing) => listing,
            Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(cause) => return Err(at(place.display(), cause)),
        };
        let mut ancestors = None;
        let mut children = Vec::new();
        for child in listing {
            let entry = match &child {
                Ok(child) => {
                    self.entry(folder, child, &mut ancestors).map_err(|cause| at(child.path().display(), cause))
                }
                Err(cause) => Err(at(place.display(), io::Error::new(cause.kind(), cause.to_string()))),
            };
            children.extend(entry.transpose());
        }
        Ok(Some(children))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        Ok(self.stat(path)?.and_then(|(_, metadata)| {
            if metadata.is_dir() { Some(Shape::Folder) } else { metadata.is_file().then_some(Shape::File) }
        }))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        Ok(self.stat(path)?.and_then(|(_, metadata)| quiet_stamp(&metadata)))
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.root)
    }

    fn real_folder(&self, folder: &str) -> Option<String> {
        if !self.has_links.load(Ordering::Relaxed) {
            return None;
        }
        let real = fs::canonicalize(self.locate(folder)?).ok()?;
        let own = fs::canonicalize(&self.root).ok()?.join(folder);
        (real != own).then(|| real.to_string_lossy().into_owned())
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn reads_ahead(&self) -> bool {
        true
    }
}

/// The stamp of a file that has been left alone for a while, or `None`.
///
/// A file system's clock ticks slowly (milliseconds; two seconds on FAT), so two edits within one tick leave the same times behind,
/// and the same size often enough: git calls it being racily clean. A stamp taken while the next edit could still fall into the
/// same tick would hide that edit for ever. A time in the future, after the clock was set back, promises nothing either.
pub(super) fn quiet_stamp(metadata: &Metadata) -> Option<Stamp> {
    const QUIET: Duration = Duration::from_secs(2);
    let (modified, changed, number) = times(metadata)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let quiet = |time: Duration| now.checked_sub(time).is_some_and(|age| age >= QUIET);
    (quiet(modified) && quiet(changed))
        .then(|| Stamp::new([modified.as_nanos() as u64, changed.as_nanos() as u64, metadata.len(), number]))
}

/// When the content changed, when the file's record changed, and the record's number.
#[cfg(unix)]
fn times(metadata: &Metadata) -> Option<(Duration, Duration, u64)> {
    use std::os::unix::fs::MetadataExt;
    let time = |seconds: i64, nanos: i64| Some(Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanos).ok()?));
    let modified = time(metadata.mtime(), metadata.mtime_nsec())?;
    Some((modified, time(metadata.ctime(), metadata.ctime_nsec())?, metadata.ino()))
}

/// Elsewhere only the time of the content is known.
#[cfg(not(unix))]
fn times(metadata: &Metadata) -> Option<(Duration, Duration, u64)> {
    let modified = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some((modified, modified, 0))
}

/// Whether the error only means that nothing is there: no name, no such name, or a name that no file could have.
fn is_absence(error: &io::Error) -> bool {
    use ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidInput | InvalidFilename)
}
