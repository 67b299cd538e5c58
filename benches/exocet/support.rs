//! Modules to load, and places to keep them.

use exocet::{
    Memory, Runtime, Source, Zip,
    vm::{PyResult, VirtualMachine},
};
use std::{
    fs,
    io::{Cursor, Write},
    sync::Arc,
};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

/// A small plugin of ordinary shape: constants, functions, a class.
pub const PLUGIN: &str = r#"
"""A plugin that counts words."""

LIMIT = 100
WORDS = {"the": 1, "a": 2, "of": 3}


def normalise(text):
    """Lower case, without punctuation."""
    return "".join(char for char in text.lower() if char.isalnum() or char == " ")


def count(text, *, limit=LIMIT):
    found = {}
    for word in normalise(text).split():
        found[word] = found.get(word, 0) + 1
        if len(found) >= limit:
            break
    return found


class Counter:
    """Counts over several texts."""

    def __init__(self, limit=LIMIT):
        self.limit = limit
        self.found = {}

    def add(self, text):
        for word, times in count(text, limit=self.limit).items():
            self.found[word] = self.found.get(word, 0) + times

    def most_common(self, n=3):
        return sorted(self.found, key=self.found.get, reverse=True)[:n]
"#;

/// Files by their paths.
pub type Files = Vec<(String, String)>;

/// A package of so many modules.
pub fn package(modules: usize, text: impl Fn(usize) -> String) -> Files {
    let mut files = vec![("pk/__init__.py".to_owned(), String::new())];
    files.extend((0..modules).map(|at| (format!("pk/m{at}.py"), text(at))));
    files
}

pub fn memory(files: &Files) -> Memory {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

/// A folder that lasts as long as the result.
pub fn folder(files: &Files) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

pub fn zip(files: &Files) -> Zip {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        archive.start_file(path, SimpleFileOptions::default()).expect("a member");
        archive.write_all(text.as_bytes()).expect("its bytes");
    }
    Zip::from_bytes("<zip>", archive.finish().expect("an archive").into_inner()).expect("it opens")
}

/// A runtime whose search path has `source` on it.
pub fn runtime(source: impl Source) -> Runtime {
    Runtime::builder().isolated().shared_source(Arc::new(source)).build().expect("the runtime starts")
}

/// What `f` gives; a benchmark ends with the traceback of what it raises.
#[track_caller]
pub fn must<T>(result: PyResult<T>, vm: &VirtualMachine) -> T {
    result.unwrap_or_else(|error| panic!("{}", exocet::raw::traceback(&error, vm)))
}
