//! Trees of files, as folders and as archives. The tests of the command line use them, too.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

/// Files by their paths.
pub type Tree<'a> = &'a [(&'a str, &'a str)];

/// A temporary folder that holds a tree.
pub fn directory(tree: Tree<'_>) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), tree);
    folder
}

/// Puts a tree into a folder.
pub fn write(folder: &Path, tree: Tree<'_>) {
    for (path, content) in tree {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

/// A zip archive that holds a tree.
pub fn archive(tree: Tree<'_>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in tree {
        archive.start_file(*path, SimpleFileOptions::default()).expect("a member");
        archive.write_all(content.as_bytes()).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}
