//! Compiled guests in a folder, for the processes to come.

use crate::fault::Fault;
use exocet::compile::CacheInfo;
use std::{
    env, fs,
    fs::File,
    hash::{Hash, Hasher},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};
use wasmtime::{Engine, Module};

/// The folder of the entries for guests, whose name changes with their form.
const GUESTS: &str = "guests-1";

/// The same for images.
const IMAGES: &str = "images-1";

/// So many entries are kept in each, of those that were written last.
const ENTRIES: usize = 32;

/// Entries that were written that long ago are removed; whoever needs one still writes it anew.
const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What each entry ends with, before its length and its checksum.
const MAGIC: &[u8; 8] = b"exocetg1";

/// How long the end of an entry is.
const END: usize = MAGIC.len() + 8 + 4;

/// What is kept of guests and of snapshots in a folder: compiled code, for the processes to come, of which several may use it at
/// once.
#[derive(Debug, Clone)]
pub struct GuestCache {
    folder: PathBuf,
}

impl GuestCache {
    /// The cache in `folder`, which is made when the first entry is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The one in the folder that `EXOCET_CACHE_DIR` names, or else that of the user. None for a user without a home.
    pub fn of_user() -> Option<Self> {
        let named = env::var_os("EXOCET_CACHE_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let own = || Some(directories::ProjectDirs::from("", "", "exocet")?.cache_dir().to_owned());
        named.or_else(own).map(Self::new)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How much it holds: each entry is the code or the memory of a guest, or the memory of a snapshot.
    ///
    /// # Errors
    /// A folder that can't be read. One that isn't there holds nothing.
    pub fn info(&self) -> io::Result<CacheInfo> {
        let mut info = CacheInfo::default();
        for kind in [GUESTS, IMAGES] {
            let entries = match fs::read_dir(self.folder.join(kind)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            // Another process may be clearing: what is gone isn't counted.
            for metadata in entries.flatten().flat_map(|entry| entry.metadata()) {
                info.entries += 1;
                info.bytes += metadata.len();
            }
        }
        Ok(info)
    }

    /// Removes all entries, and returns how many there were. Nothing else in the folder is touched, and who has one mapped keeps it.
    ///
    /// # Errors
    /// Entries that can't be removed.
    pub fn clear(&self) -> io::Result<CacheInfo> {
        let info = self.info()?;
        for kind in [GUESTS, IMAGES] {
            match self.remove(kind) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(info)
    }

    /// Moves the entries out of the way first: other processes may go on writing, and would fill what is being removed.
    fn remove(&self, kind: &str) -> io::Result<()> {
        let aside = tempfile::tempdir_in(&self.folder)?;
        fs::rename(self.folder.join(kind), aside.path().join(kind))?;
        aside.close()
    }

    /// Where the code of the guest with this hash lies, or would lie, as this engine compiles it, and where its memory lies.
    pub(crate) fn guest(&self, hash: &[u8; 32], engine: &Engine) -> [PathBuf; 2] {
        ["code", "memory"].map(|what| self.place(GUESTS, hash, engine, what))
    }

    /// The same for the memory of the snapshot with this checksum.
    pub(crate) fn image(&self, checksum: &[u8; 32], engine: &Engine) -> PathBuf {
        self.place(IMAGES, checksum, engine, "memory")
    }

    fn place(&self, kind: &str, hash: &[u8; 32], engine: &Engine, what: &str) -> PathBuf {
        let mut key = Key(blake3::Hasher::new());
        key.0.update(hash);
        engine.precompile_compatibility_hash().hash(&mut key);
        self.folder.join(kind).join(format!("{}.{what}", key.0.finalize().to_hex()))
    }

    /// The code that lies there, if it is whole.
    pub(crate) fn read(place: &Path, engine: &Engine) -> Option<Module> {
        if !is_whole(place).unwrap_or(false) {
            return None;
        }
        // SAFETY: the entry is as it was written, by a process of this user: whoever else can write into the folder decides what
        // runs, as with every cache of code, so it is made for its owner alone. It is never written to again.
        unsafe { Module::deserialize_file(engine, place) }.ok()
    }

    /// Leaves there what the engine has just compiled, and returns it. Whether it could be left is the second; if not, that
    /// changes nothing but the time that the next process takes.
    pub(crate) fn put(place: &Path, engine: &Engine, compiled: &[u8]) -> (Result<Module, Fault>, io::Result<()>) {
        let written = write(place, compiled);
        // From the file it is mapped, and shared with other processes.
        if let Some(module) = written.is_ok().then(|| Self::read(place, engine)).flatten() {
            return (Ok(module), written);
        }
        (load(engine, compiled), written)
    }
}

/// The code that the engine has just compiled.
pub(crate) fn load(engine: &Engine, compiled: &[u8]) -> Result<Module, Fault> {
    // SAFETY: the engine made it, and nobody else has seen it since.
    unsafe { Module::deserialize(engine, compiled) }.map_err(|error| Fault::Guest(error.to_string()))
}

fn write(place: &Path, code: &[u8]) -> io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    private_folder(folder)?;
    // Under a name of its own first: other processes see the whole entry or none.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(code)?;
    file.write_all(&end(code.len() as u64, crc32fast::hash(code)))?;
    file.persist(place)?;
    // What can't be swept now is swept another time.
    let _ = sweep(folder);
    Ok(())
}

/// Removes what is old, and what is too much.
fn sweep(folder: &Path) -> io::Result<()> {
    let age = |metadata: fs::Metadata| metadata.modified().ok()?.elapsed().ok();
    let entries = fs::read_dir(folder)?.flatten();
    let mut entries =
        entries.filter_map(|entry| Some((age(entry.metadata().ok()?)?, entry.path()))).collect::<Vec<_>>();
    entries.sort();
    let old = entries.iter().enumerate().filter(|(number, (age, _))| *number >= ENTRIES || *age > LIFETIME);
    // Who has one mapped keeps it.
    old.for_each(|(_, (_, path))| drop(fs::remove_file(path)));
    Ok(())
}

/// What is hashed, hashed so that it is the same for each process.
struct Key(blake3::Hasher);

impl Hasher for Key {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.finalize().as_bytes()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

fn end(length: u64, checksum: u32) -> [u8; END] {
    let mut end = [0; END];
    end[..8].copy_from_slice(MAGIC);
    end[8..16].copy_from_slice(&length.to_le_bytes());
    end[16..].copy_from_slice(&checksum.to_le_bytes());
    end
}

/// Whether an entry is as it was written. Who damages it on purpose isn't noticed, and needn't be.
fn is_whole(place: &Path) -> io::Result<bool> {
    let mut file = File::open(place)?;
    let Some(length) = file.metadata()?.len().checked_sub(END as u64) else { return Ok(false) };
    let mut found = [0; END];
    file.seek(SeekFrom::Start(length))?;
    file.read_exact(&mut found)?;
    if found[..16] != end(length, 0)[..16] {
        return Ok(false);
    }
    file.rewind()?;
    let (mut checksum, mut buffer, mut left) = (crc32fast::Hasher::new(), vec![0; 256 << 10], length);
    while left > 0 {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(false);
        }
        let part = &buffer[..read.min(usize::try_from(left).unwrap_or(read))];
        checksum.update(part);
        left -= part.len() as u64;
    }
    Ok(found == end(length, checksum.finalize()))
}

/// Makes a folder that is its owner's alone.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
