//! A source that is a map from paths to bytes.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::contract::{Entry, Shape, Source, Stamp};
use super::tree::Tree;

/// Files in memory, which may come and go while modules are loaded from them.
///
/// ```
/// use exocet::Memory;
///
/// let source = Memory::new("<plugins>").with("hello.py", "print('hello')");
/// source.insert("pk/__init__.py", "");
/// source.remove("hello.py");
/// ```
#[derive(Debug)]
pub struct Memory {
    label: String,
    files: RwLock<Tree<File>>,
}

#[derive(Debug)]
struct File {
    bytes: Arc<[u8]>,
    version: u64,
}

impl Memory {
    /// An empty source. The label is what `__file__` begins with; by custom it stands in angle brackets.
    pub fn new(label: impl Into<String>) -> Self {
        Memory { label: label.into(), files: RwLock::default() }
    }

    /// Adds a file.
    #[must_use]
    pub fn with(self, path: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        self.insert(path, bytes);
        self
    }

    /// Puts a file at `path`, in place of the one that stood there.
    pub fn insert(&self, path: impl Into<String>, bytes: impl AsRef<[u8]>) {
        // One counter for all sources: a file that is removed and put back is another file, whichever source holds it.
        static VERSION: AtomicU64 = AtomicU64::new(0);
        let file = File { bytes: bytes.as_ref().into(), version: VERSION.fetch_add(1, Ordering::Relaxed) };
        self.files.write().unwrap_or_else(PoisonError::into_inner).insert(path.into(), file);
    }

    /// Takes the file at `path` away; whether there was one.
    pub fn remove(&self, path: &str) -> bool {
        self.files.write().unwrap_or_else(PoisonError::into_inner).remove(path).is_some()
    }

    fn with_files<R>(&self, f: impl FnOnce(&Tree<File>) -> R) -> R {
        f(&self.files.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<P: Into<String>, B: AsRef<[u8]>> FromIterator<(P, B)> for Memory {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        files.into_iter().fold(Memory::new("<memory>"), |memory, (path, bytes)| memory.with(path, bytes))
    }
}

impl Source for Memory {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        Ok(self.with_files(|files| files.get(path).map(|file| file.bytes.clone())))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        Ok(self.with_files(|files| files.list(folder)).map(|children| children.into_iter().map(Ok).collect()))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        Ok(self.with_files(|files| files.probe(path)))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        Ok(self.with_files(|files| files.get(path).map(|file| Stamp::new([file.version, 0, 0, 0]))))
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn reads_ahead(&self) -> bool {
        true
    }
}
