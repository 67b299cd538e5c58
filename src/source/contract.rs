//! The contract of a source: a tree of files.

#[cfg(feature = "bundles")]
use super::bundle::Bundle;
use std::{
    fmt,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

/// A tree of files. It reads and lists, nothing else; it knows files and not modules.
///
/// Paths are relative to the source's root, with `/` between their components; the root itself is `""`. The errors of a source
/// name the file or folder that they are about.
///
/// ```
/// use std::{io, sync::Arc};
/// use exocet::{Source, modules::SearchPath};
///
/// struct Hello;
///
/// impl Source for Hello {
///     fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
///         Ok((path == "hello.py").then(|| b"print('hello')".as_slice().into()))
///     }
/// }
///
/// assert!(SearchPath::new().with(Hello).get("hello")?.text()?.is_some());
/// # Ok::<(), exocet::Error>(())
/// ```
pub trait Source: Send + Sync + 'static {
    /// The bytes of the file at `path`, or `None` where there is none.
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>>;

    /// As [`read`](Source::read), for a file of which no more than `limit` bytes are wanted, as a module is. One that has more is an error
    /// of the kind `FileTooLarge`. Provided, by reading; a source that knows the size before should say so before it reads.
    fn read_within(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        match self.read(path)? {
            Some(bytes) if bytes.len() > limit => Err(too_large(join(self.label(), path), bytes.len() as u64, limit)),
            bytes => Ok(bytes),
        }
    }

    /// The children of a folder in any order, or `None` where there is no such folder. A child that can't be listed is an error
    /// among the children. Provided: `None`, for a source that can't be listed.
    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        let _ = folder;
        Ok(None)
    }

    /// What stands at `path`. Provided, by reading and listing; a source that knows a cheaper way should use it.
    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        if self.read(path)?.is_some() {
            return Ok(Some(Shape::File));
        }
        Ok(self.list(path)?.map(|_| Shape::Folder))
    }

    /// A token that changes whenever the content of the file at `path` may have changed, or `None` where nothing can be promised:
    /// then the content has to be compared. Take it before reading, so that an edit in between is seen next time. That of a source with a
    /// [`folder`](Source::folder) means the same to other processes. Provided: `None`.
    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        let _ = path;
        Ok(None)
    }

    /// The folder on the disk that the source is, if it is one: what `sys.path` has for it. Provided: none.
    fn folder(&self) -> Option<&Path> {
        None
    }

    /// The path that a folder really has, where links lead to it: the same for each way to the folder. Walks go by it, since folders that
    /// link to one another have ways without end. Provided: `None`, for a source without links.
    fn real_folder(&self, folder: &str) -> Option<String> {
        let _ = folder;
        None
    }

    /// What the `__file__` of the source's modules begins with: `/abs/dir`, `/abs/x.zip`, `<memory>`. Provided: `<source>`.
    fn label(&self) -> &str {
        "<source>"
    }

    /// Whether files may be read that are likely to be needed soon, and from other threads, so that modules can be compiled
    /// ahead of their imports. Provided: `false`, as reading may be slow or be seen by somebody.
    fn reads_ahead(&self) -> bool {
        false
    }

    /// The bundle that the source is, or a folder of: a runtime uses what it brings. Provided: none.
    #[cfg(feature = "bundles")]
    fn bundle(&self) -> Option<&Bundle> {
        None
    }
}

/// A source that somebody else holds on to as well, to change it or to share it among search paths.
impl<S: Source + ?Sized> Source for Arc<S> {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        (**self).read(path)
    }

    fn read_within(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        (**self).read_within(path, limit)
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        (**self).list(folder)
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        (**self).probe(path)
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        (**self).stamp(path)
    }

    fn folder(&self) -> Option<&Path> {
        (**self).folder()
    }

    fn real_folder(&self, folder: &str) -> Option<String> {
        (**self).real_folder(folder)
    }

    fn label(&self) -> &str {
        (**self).label()
    }

    fn reads_ahead(&self) -> bool {
        (**self).reads_ahead()
    }

    #[cfg(feature = "bundles")]
    fn bundle(&self) -> Option<&Bundle> {
        (**self).bundle()
    }
}

/// One child of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The child's own name, without the folder.
    pub name: String,
    /// What the child is.
    pub shape: Shape,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A file that can be read.
    File,
    /// A folder that may have children.
    Folder,
    /// A module without a file, built into the interpreter; its path is the module's name.
    Native,
}

/// A token that stands for one state of a file. Equal stamps of one file mean equal content; nothing else can be read off it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stamp([u64; 4]);

impl Stamp {
    /// A stamp of numbers that together differ whenever the content may differ. A file that never changes may have constants.
    pub const fn new(parts: [u64; 4]) -> Self {
        Stamp(parts)
    }

    /// The numbers, to be kept for another process.
    #[cfg(feature = "disk-cache")]
    pub(crate) const fn parts(&self) -> [u64; 4] {
        self.0
    }
}

impl fmt::Debug for dyn Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.label())
    }
}

/// The cause of an error of a source, with the path that it is about in front.
pub(super) fn at(path: impl fmt::Display, cause: io::Error) -> io::Error {
    io::Error::new(cause.kind(), format!("`{path}`: {cause}"))
}

/// The error for a file that has more bytes than are wanted.
pub(super) fn too_large(place: impl fmt::Display, size: u64, limit: usize) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("`{place}` has {size} bytes, and {limit} are allowed"))
}

/// The bytes that a file turns out to have: no more than `limit`, or else an error. There is room for `expected` bytes from the start.
pub(super) fn read_to_limit(file: impl Read, expected: u64, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(expected).unwrap_or(usize::MAX).min(limit))?;
    file.take((limit as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let message = format!("more than the {limit} bytes that are allowed");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// A path below a folder or a label. Either may be empty, and the label of the file system's root ends in a slash already.
pub(crate) fn join(folder: &str, path: &str) -> String {
    // With room for the slash and a `.py`: listings join a path for each module.
    let mut joined = String::with_capacity(folder.len() + path.len() + 4);
    joined.push_str(folder);
    if !folder.is_empty() && !path.is_empty() && !folder.ends_with('/') {
        joined.push('/');
    }
    joined.push_str(path);
    joined
}
