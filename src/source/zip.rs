//! A source that is a zip archive.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use zip::ZipArchive;

use super::contract::{Entry, Shape, Source, Stamp, at, read_to_limit, too_large};
use super::directory::quiet_stamp;
use super::tree::Tree;
use crate::error::Error;

/// What a member may unpack to. No module is near it, and an archive of kilobytes can unpack to gigabytes.
const MEMBER_LIMIT: usize = 64 << 20;

/// A zip archive, held in memory. An archive file that is replaced or rewritten on disk is read anew.
///
/// Of members with one name the last counts, as in Python. Members whose names are absolute, begin with a drive's letter, have a
/// backslash, or an empty, `.` or `..` component are left out, and so are symbolic links, which nothing follows.
pub struct Zip {
    label: String,
    file: Option<PathBuf>,
    current: RwLock<Current>,
}

/// The archive as it was read last, and the stamp that its file had then.
struct Current {
    archive: Arc<Archive>,
    stamp: Option<Stamp>,
}

impl Zip {
    /// The archive at `path`.
    ///
    /// # Errors
    /// Nothing at `path`, no permission, or a file that is not a whole zip archive.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let open = || {
            let file = std::path::absolute(path)?;
            let stamp = quiet_stamp(&stat(&file)?);
            let archive = Arc::new(Archive::new(Bytes::new(fs::read(&file)?))?);
            Ok(Zip {
                label: file.to_string_lossy().into_owned(),
                file: Some(file),
                current: RwLock::new(Current { archive, stamp }),
            })
        };
        open().map_err(|cause| Error::open(path, cause))
    }

    /// The archive in `bytes`, which may be part of the program. The label is what `__file__` begins with.
    ///
    /// # Errors
    /// Bytes that are not a whole zip archive.
    pub fn from_bytes(label: impl Into<String>, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, Error> {
        let label = label.into();
        Self::of_bytes(label.clone(), bytes.into()).map_err(|cause| Error::open(Path::new(&label), cause))
    }

    pub(super) fn of_bytes(label: String, bytes: Cow<'static, [u8]>) -> io::Result<Self> {
        let archive = Arc::new(Archive::new(Bytes::new(bytes))?);
        Ok(Zip { label, file: None, current: RwLock::new(Current { archive, stamp: None }) })
    }

    /// The archive as it was read last.
    #[cfg(feature = "bundles")]
    pub(super) fn bytes(&self) -> impl AsRef<[u8]> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).archive.bytes.clone()
    }

    /// The names of all members, also of those that are left out.
    #[cfg(feature = "bundles")]
    pub(super) fn members(&self) -> io::Result<Vec<String>> {
        let archive = self.archive()?;
        let name = |number| Ok(String::from_utf8_lossy(archive.zip.by_index_data(number)?.name_raw()).into_owned());
        (0..archive.zip.len()).map(name).collect()
    }

    /// The archive as it is now.
    fn archive(&self) -> io::Result<Arc<Archive>> {
        self.refreshed().map_err(|cause| at(&self.label, cause))
    }

    fn refreshed(&self) -> io::Result<Arc<Archive>> {
        let (held, held_stamp) = {
            let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
            (current.archive.clone(), current.stamp.clone())
        };
        let Some(file) = &self.file else {
            return Ok(held);
        };
        let stamp = quiet_stamp(&stat(file)?);
        if stamp.is_some() && stamp == held_stamp {
            return Ok(held);
        }
        let bytes = fs::read(file)?;
        let archive = if bytes == held.bytes.as_ref() { held } else { Arc::new(Archive::new(Bytes::new(bytes))?) };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current { archive: archive.clone(), stamp };
        Ok(archive)
    }
}

impl Source for Zip {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        self.read_within(path, usize::MAX)
    }

    fn read_within(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        let archive = self.archive()?;
        let place = format_args!("{}/{path}", self.label);
        match archive.member_size(path).map_err(|cause| at(place, cause))? {
            Some(size) if size > limit as u64 => Err(too_large(place, size, limit)),
            _ => archive.read(path, limit).map_err(|cause| at(place, cause)),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        let archive = self.archive()?;
        let Some(children) = archive.members.list(folder) else {
            return Ok(None);
        };
        let misnamed = archive.misnamed.get(folder).into_iter().flatten().map(|name| {
            let cause = io::Error::new(ErrorKind::InvalidData, "the name is not UTF-8");
            Err(at(format_args!("{}/{name}", self.label), cause))
        });
        Ok(Some(children.into_iter().map(Ok).chain(misnamed).collect()))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        Ok(self.archive()?.members.probe(path))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        // Asking for the archive has compared its file already, so whatever it holds stays the same under its number.
        let archive = self.archive()?;
        Ok(archive.members.get(path).map(|_| Stamp::new([archive.number, 0, 0, 0])))
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn reads_ahead(&self) -> bool {
        true
    }
}

impl fmt::Debug for Zip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zip").field("label", &self.label).finish_non_exhaustive()
    }
}

/// One state of an archive.
struct Archive {
    bytes: Bytes,
    zip: ZipArchive<Cursor<Bytes>>,
    /// Which number each member has in the archive.
    members: Tree<usize>,
    /// Folders with names in them that are not UTF-8, shown as well as they can be.
    misnamed: HashMap<String, Vec<String>>,
    /// No two states of any archive share it.
    number: u64,
}

impl Archive {
    fn new(bytes: Bytes) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let zip = ZipArchive::new(Cursor::new(bytes.clone())).map_err(not_an_archive)?;
        let mut members = Tree::default();
        let mut misnamed = HashMap::<_, Vec<_>>::new();
        for number in 0..zip.len() {
            let member = zip.by_index_data(number).map_err(not_an_archive)?;
            let raw = member.name_raw();
            // By its bytes: the crate takes what is no UTF-8 for text of a DOS code page.
            match str::from_utf8(raw) {
                // Python takes the path that a link consists of for a program.
                Ok(name) if is_plain(name) && !member.is_symlink() => members.insert(name.to_owned(), number),
                Ok(_) => {}
                Err(_) => {
                    let folder = raw.iter().rposition(|&byte| byte == b'/').map_or(&raw[..0], |slash| &raw[..slash]);
                    let folder = str::from_utf8(folder).unwrap_or_default().to_owned();
                    misnamed.entry(folder).or_default().push(String::from_utf8_lossy(raw).into_owned());
                }
            }
        }
        Ok(Archive { bytes, zip, members, misnamed, number: NUMBER.fetch_add(1, Ordering::Relaxed) })
    }

    /// What the archive claims that a member unpacks to.
    fn member_size(&self, path: &str) -> io::Result<Option<u64>> {
        let Some(&number) = self.members.get(path) else { return Ok(None) };
        Ok(Some(self.zip.clone().by_index_raw(number)?.size()))
    }

    fn read(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        let Some(&number) = self.members.get(path) else {
            return Ok(None);
        };
        // The clone shares bytes and index; only the position is its own, so reads don't wait for each other.
        let mut zip = self.zip.clone();
        let member = zip.by_index(number)?;
        // Sizes in the headers are claims. What counts is what comes out.
        let expected = member.size().min(1 << 20);
        Ok(Some(read_to_limit(member, expected, limit.min(MEMBER_LIMIT))?.into()))
    }
}

/// The bytes of an archive, shared by its readers.
#[derive(Clone)]
struct Bytes(Arc<Cow<'static, [u8]>>);

impl Bytes {
    fn new(bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Bytes(Arc::new(bytes.into()))
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// What stands at the place of an archive. Anything but a file could be read for ever, as a pipe or a device.
fn stat(file: &Path) -> io::Result<fs::Metadata> {
    let metadata = fs::metadata(file)?;
    if metadata.is_file() { Ok(metadata) } else { Err(not_an_archive("not a file")) }
}

fn not_an_archive(cause: impl fmt::Display) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("not a zip archive: {cause}"))
}

/// Whether a member's name is a path inside the archive. The name of a folder ends in `/`.
pub(super) fn is_plain(name: &str) -> bool {
    let path = name.strip_suffix('/').unwrap_or(name);
    let has_drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    !has_drive && !name.contains(['\\', '\0']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
