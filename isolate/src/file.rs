//! Snapshots as files, and as bytes. They hold data only: nothing of what is in one is ever run by the host.
//!
//! | bytes | what |
//! |---|---|
//! | 0 to 7 | [`MAGIC`] |
//! | 8 to 11 | the version of this form, [`VERSION`] |
//! | 12 to 15 | zero |
//! | 16 to 23 | the length of the header |
//! | 24 to 31 | the length of the image |
//! | 32 to 63 | BLAKE3 of the bytes 0 to 31, the header and the image |
//! | 64 ... | the header, then the image |
//!
//! Numbers have their lowest byte first. The image is a module of WebAssembly: a memory, exported as `memory`, and its content
//! as active segments in the order of their addresses.

use crate::{fault::Damage, fault::Fault, memory_module};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

const MAGIC: &[u8; 8] = b"exocets\n";

const VERSION: u32 = 1;

/// The length of what comes before the checksum.
const LENGTHS: usize = 32;

/// Where the header begins.
const PREFIX: usize = 64;

/// A snapshot that was found whole.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The name for messages.
    name: PathBuf,
    content: Content,
    header: Vec<u8>,
    image: u64,
    checksum: [u8; 32],
}

#[derive(Debug)]
enum Content {
    File(Mutex<File>),
    Bytes(Vec<u8>),
}

/// What the beginning of a file says.
struct Prefix {
    lengths: [u8; LENGTHS],
    header: u64,
    image: u64,
    checksum: [u8; 32],
}

/// Writes a snapshot. A file of that name is replaced at once, or not at all.
///
/// # Errors
/// A place that can't be written.
pub(crate) fn save(path: &Path, header: &[u8], image: &[u8]) -> Result<(), Fault> {
    let failed = |cause| Fault::Snapshot { path: path.to_owned(), cause: Damage::Io(cause) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut builder = tempfile::Builder::new();
        // As any file that a program makes, and not as one that is its owner's alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        for part in [&prefix(header, image)[..], header, image] {
            file.write_all(part)?;
        }
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    };
    write().map(drop).map_err(failed)
}

/// A snapshot as bytes.
pub(crate) fn to_bytes(header: &[u8], image: &[u8]) -> Vec<u8> {
    [&prefix(header, image)[..], header, image].concat()
}

fn prefix(header: &[u8], image: &[u8]) -> [u8; PREFIX] {
    let mut prefix = [0; PREFIX];
    prefix[..8].copy_from_slice(MAGIC);
    prefix[8..12].copy_from_slice(&VERSION.to_le_bytes());
    prefix[16..24].copy_from_slice(&(header.len() as u64).to_le_bytes());
    prefix[24..32].copy_from_slice(&(image.len() as u64).to_le_bytes());
    let mut checksum = blake3::Hasher::new();
    checksum.update(&prefix[..LENGTHS]).update(header).update(image);
    prefix[LENGTHS..].copy_from_slice(checksum.finalize().as_bytes());
    prefix
}

/// Opens a file. All of it is read once, and no more of it is held than its header.
///
/// # Errors
/// One that can't be read, isn't a snapshot, is of another version, too short, too long, or otherwise not as it was written.
pub(crate) fn open(path: &Path) -> Result<Opened, Fault> {
    let failed = |cause| Fault::Snapshot { path: path.to_owned(), cause };
    let open = || {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        // A pipe has no length, and could be read once only.
        if !metadata.is_file() {
            return Err(Damage::Io(io::Error::other("it is no file")));
        }
        let (prefix, header) = check(&mut file, metadata.len())?;
        Ok((prefix, header, file))
    };
    let (prefix, header, file) = open().map_err(failed)?;
    let content = Content::File(Mutex::new(file));
    Ok(Opened { name: path.to_owned(), content, header, image: prefix.image, checksum: prefix.checksum })
}

/// Opens a snapshot that lies in memory.
///
/// # Errors
/// As [`open`].
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Result<Opened, Fault> {
    let name = PathBuf::from("the snapshot");
    let (prefix, header) = check(&mut bytes.as_slice(), bytes.len() as u64)
        .map_err(|cause| Fault::Snapshot { path: name.clone(), cause })?;
    Ok(Opened { name, content: Content::Bytes(bytes), header, image: prefix.image, checksum: prefix.checksum })
}

impl Opened {
    /// The header that was given when it was written.
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// The checksum, by which it is known.
    pub(crate) fn checksum(&self) -> &[u8; 32] {
        &self.checksum
    }

    /// The image, which is a module that is nothing but a memory.
    ///
    /// # Errors
    /// One that isn't, or a file that was changed since it was opened.
    pub(crate) fn image(&self) -> Result<Vec<u8>, Fault> {
        let failed = |cause| Fault::Snapshot { path: self.name.clone(), cause };
        let image = self.read().map_err(|cause| failed(Damage::Io(cause)))?;
        if prefix(&self.header, &image)[LENGTHS..] != self.checksum {
            return Err(failed(Damage::Checksum));
        }
        if !memory_module::is_one(&image) {
            return Err(failed(Damage::Image));
        }
        Ok(image)
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        let at = PREFIX as u64 + self.header.len() as u64;
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes[usize::try_from(at).unwrap_or(usize::MAX)..].to_vec()),
            Content::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let mut image = Vec::with_capacity(usize::try_from(self.image).map_err(io::Error::other)?);
                file.seek(SeekFrom::Start(at))?;
                (&mut *file).take(self.image).read_to_end(&mut image)?;
                Ok(image)
            }
        }
    }
}

/// Reads the prefix and the header, and checks that all else is as it was written. What is of that length is read to its end.
fn check(reader: &mut impl Read, length: u64) -> Result<(Prefix, Vec<u8>), Damage> {
    let mut begin = Vec::with_capacity(PREFIX);
    reader.by_ref().take(PREFIX as u64).read_to_end(&mut begin)?;
    let prefix = parse(&begin, length)?;
    // No more than the file has: the lengths were compared.
    let mut header = Vec::new();
    reader.by_ref().take(prefix.header).read_to_end(&mut header)?;
    let mut checksum = blake3::Hasher::new();
    checksum.update(&prefix.lengths).update(&header);
    let (mut buffer, mut left) = (vec![0; 256 << 10], prefix.image);
    while left > 0 {
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        match reader.read(&mut buffer[..room]) {
            Ok(0) => return Err(Damage::Short { length: length - left, whole: length }),
            Ok(read) => {
                checksum.update(&buffer[..read]);
                left -= read as u64;
            }
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(Damage::Io(cause)),
        }
    }
    if *checksum.finalize().as_bytes() != prefix.checksum {
        return Err(Damage::Checksum);
    }
    Ok((prefix, header))
}

fn parse(begin: &[u8], length: u64) -> Result<Prefix, Damage> {
    let magic = &begin[..begin.len().min(MAGIC.len())];
    if magic.is_empty() || !MAGIC.starts_with(magic) {
        return Err(Damage::Foreign);
    }
    let short = || Damage::Short { length, whole: PREFIX as u64 };
    let number = |at: usize| -> Result<u64, Damage> {
        Ok(u64::from_le_bytes(*begin.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(short)?))
    };
    let version = u32::from_le_bytes(*begin.get(8..).and_then(<[u8]>::first_chunk).ok_or_else(short)?);
    if version != VERSION {
        return Err(Damage::Version { version, own: VERSION });
    }
    let (header, image) = (number(16)?, number(24)?);
    let checksum = *begin.get(LENGTHS..).and_then(<[u8]>::first_chunk).ok_or_else(short)?;
    let whole = header.checked_add(image).and_then(|both| both.checked_add(PREFIX as u64)).unwrap_or(u64::MAX);
    match length {
        _ if length < whole => Err(Damage::Short { length, whole }),
        _ if length > whole => Err(Damage::Long { length, whole }),
        _ => {
            let lengths = *begin.first_chunk().ok_or_else(short)?;
            Ok(Prefix { lengths, header, image, checksum })
        }
    }
}
