//! Compiled code on the disk, for the processes to come.

use super::{
    cache::CacheInfo,
    code::{Code, Key},
};
use crate::error::Error;
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};
use tempfile::NamedTempFile;

/// The folder of the entries, whose name changes with their form.
const ENTRIES: &str = "units-1";

/// What each entry begins with.
const MAGIC: &[u8; 8] = b"exocet1\n";

/// Entries that were written that long ago are removed; whoever needs one still writes it anew.
const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often old entries are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder in which compiled code outlives the process. Several processes may use one at once.
///
/// An entry counts only if source, file name, compiler and its own checksum agree; any other is ignored and written anew. What
/// can't be read or written is as if it weren't there: no load fails for it. Entries are code: whoever can write into
/// the folder decides what loads from it run. So it is made for its owner alone.
#[derive(Debug)]
pub struct DiskCache {
    folder: PathBuf,
    /// Whether writing failed once, so that it isn't tried for each module.
    closed: AtomicBool,
    sweep: Once,
}

impl DiskCache {
    /// The cache in `folder`, which is made when the first entry is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        DiskCache { folder: folder.into(), closed: AtomicBool::new(false), sweep: Once::new() }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How much it holds.
    ///
    /// # Errors
    /// A folder that can't be read. One that isn't there holds nothing.
    pub fn info(&self) -> Result<CacheInfo, Error> {
        let mut info = CacheInfo::default();
        self.visit(&mut |_, metadata| {
            info.entries += 1;
            info.bytes += metadata.len();
            Ok(())
        })?;
        Ok(info)
    }

    /// Removes all entries, and returns how many there were. Nothing else in the folder is touched.
    ///
    /// # Errors
    /// Entries that can't be removed.
    pub fn clear(&self) -> Result<CacheInfo, Error> {
        let info = self.info()?;
        // Out of the way first, all at once: other processes may go on writing, and would fill what is being removed.
        let remove = || {
            let aside = tempfile::tempdir_in(&self.folder)?;
            let moved = aside.path().join(ENTRIES);
            fs::rename(self.entries(), &moved)?;
            // Who was about to put an entry there has done so meanwhile: it goes with the second attempt.
            let _ = fs::remove_dir_all(moved);
            aside.close()
        };
        match remove() {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Error::open(&self.entries(), cause)),
            _ => Ok(info),
        }
    }

    /// The code of that key, if a sound entry is there.
    pub(crate) fn read(&self, key: &Key) -> Option<Code> {
        payload(&fs::read(self.place(key)).ok()?, key.as_bytes()).and_then(Code::from_bytes)
    }

    /// Leaves code for later processes, if that can be done.
    pub(crate) fn write(&self, key: &Key, code: &Code) {
        if !self.closed.load(Ordering::Relaxed) {
            let payload = code.to_bytes().ok_or_else(|| io::Error::other("no form"));
            self.leave(payload.and_then(|payload| self.put(&self.place(key), key.as_bytes(), &payload)));
        }
    }

    /// What is known of the modules on a search path, if a sound table of that key is there.
    pub(crate) fn read_table(&self, key: &[u8; 32]) -> Option<Vec<u8>> {
        payload(&fs::read(self.table(key)).ok()?, key).map(<[u8]>::to_vec)
    }

    /// Leaves such a table for later processes, if that can be done.
    pub(crate) fn write_table(&self, key: &[u8; 32], payload: &[u8]) {
        self.leave(self.put(&self.table(key), key, payload));
    }

    fn leave(&self, written: io::Result<()>) {
        match written {
            Ok(()) => {}
            // Another process has cleared the cache meanwhile.
            Err(cause) if is_gone(&cause) && private_folder(&self.entries()).is_ok() => return,
            Err(_) => return self.closed.store(true, Ordering::Relaxed),
        }
        // What can't be swept now is swept another day.
        self.sweep.call_once(|| drop(self.sweep_old()));
    }

    fn put(&self, place: &Path, key: &[u8; 32], payload: &[u8]) -> io::Result<()> {
        let folder = place.parent().unwrap_or(&self.folder);
        // Under a name of its own first: other processes see the whole entry or none.
        let mut file = match NamedTempFile::new_in(folder) {
            Ok(file) => file,
            Err(_) => {
                private_folder(folder)?;
                NamedTempFile::new_in(folder)?
            }
        };
        let checksum = blake3::keyed_hash(key, payload);
        file.write_all(&[MAGIC, checksum.as_bytes().as_slice(), payload].concat())?;
        file.persist(place)?;
        Ok(())
    }

    /// Removes what is old, if nobody did so today.
    fn sweep_old(&self) -> Result<(), Error> {
        let now = SystemTime::now();
        // So far away on either side: a clock that was wrong once leaves times behind that lie far ahead.
        let is_older = |metadata: &fs::Metadata, age: Duration| {
            let away = |modified| now.duration_since(modified).unwrap_or_else(|ahead| ahead.duration());
            metadata.modified().is_ok_and(|modified| away(modified) > age)
        };
        let mark = self.entries().join("swept");
        if fs::metadata(&mark).is_ok_and(|mark| !is_older(&mark, SWEEP_EVERY)) {
            return Ok(());
        }
        fs::write(&mark, []).map_err(|cause| Error::open(&mark, cause))?;
        self.visit(&mut |path, metadata| if is_older(metadata, LIFETIME) { fs::remove_file(path) } else { Ok(()) })
    }

    /// Shows each file of each folder of entries, those that were never finished among them.
    fn visit(&self, see: &mut dyn FnMut(&Path, &fs::Metadata) -> io::Result<()>) -> Result<(), Error> {
        let fail = |cause| Error::open(&self.entries(), cause);
        let folders = match fs::read_dir(self.entries()) {
            Ok(folders) => folders,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(cause) => return Err(fail(cause)),
        };
        for folder in folders {
            let folder = folder.map_err(fail)?.path();
            // Another process may be clearing: what is gone needn't be seen.
            for file in fs::read_dir(folder).into_iter().flatten().flatten() {
                if let Ok(metadata) = file.metadata() {
                    see(&file.path(), &metadata).map_err(fail)?;
                }
            }
        }
        Ok(())
    }

    fn entries(&self) -> PathBuf {
        self.folder.join(ENTRIES)
    }

    /// In one of 256 folders, as folders of very many files are slow.
    fn place(&self, key: &Key) -> PathBuf {
        let name = key.to_string();
        self.entries().join(&name[..2]).join(&name[2..])
    }

    /// Beside the code, so that it is counted, cleared and swept with that.
    fn table(&self, key: &[u8; 32]) -> PathBuf {
        self.entries().join("tables").join(blake3::Hash::from(*key).to_string())
    }
}

/// What a sound entry holds.
fn payload<'a>(entry: &'a [u8], key: &[u8; 32]) -> Option<&'a [u8]> {
    let (checksum, payload) = entry.strip_prefix(MAGIC)?.split_first_chunk::<32>()?;
    // The key is part of the checksum: an entry under another one's name doesn't count either.
    (blake3::keyed_hash(key, payload) == *checksum).then_some(payload)
}

/// Whether a folder was taken away under one's feet: by the time that it is made, what it stands in may be gone.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists)
}

/// Makes a folder that is its owner's alone.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
