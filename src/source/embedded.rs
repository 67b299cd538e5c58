//! The standard library's source, or a part of it, and the stand-ins: in the binary, packed where archives can be read.

use super::contract::Source;
use std::sync::{Arc, OnceLock};

/// What the library's files are called: `<stdlib>/json/__init__.py`.
pub(crate) const LIBRARY_LABEL: &str = "<stdlib>";

/// What the stand-ins' files are called: `<shims>/importlib/__init__.py`.
pub(crate) const STAND_INS_LABEL: &str = "<shims>";

/// The source of the standard library, or of the part of it that is embedded.
#[cfg(feature = "library")]
pub(crate) fn library() -> Arc<dyn Source> {
    static LIBRARY: OnceLock<Arc<dyn Source>> = OnceLock::new();
    LIBRARY.get_or_init(|| packed::library(LIBRARY_LABEL)).clone()
}

/// The source of the stand-ins for modules of the library.
pub(crate) fn stand_ins() -> Arc<dyn Source> {
    static STAND_INS: OnceLock<Arc<dyn Source>> = OnceLock::new();
    STAND_INS.get_or_init(|| packed::stand_ins(STAND_INS_LABEL)).clone()
}

#[cfg(feature = "archives")]
mod packed {
    use crate::source::{Source, Zip};
    use std::sync::Arc;

    #[cfg(feature = "library")]
    pub(super) fn library(label: &str) -> Arc<dyn Source> {
        archive(label, include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.zip")))
    }

    pub(super) fn stand_ins(label: &str) -> Arc<dyn Source> {
        archive(label, include_bytes!(concat!(env!("OUT_DIR"), "/shims.zip")))
    }

    fn archive(label: &str, bytes: &'static [u8]) -> Arc<dyn Source> {
        Arc::new(Zip::from_bytes(label, bytes).expect("the build script wrote an archive"))
    }
}

#[cfg(not(feature = "archives"))]
mod packed {
    use crate::source::{Entry, Shape, Source, Stamp, tree::Tree};
    use std::{io, ops::Range, sync::Arc};

    #[cfg(feature = "library")]
    pub(super) fn library(label: &'static str) -> Arc<dyn Source> {
        let files = include!(concat!(env!("OUT_DIR"), "/stdlib.rs"));
        Table::source(label, include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.bin")), files)
    }

    pub(super) fn stand_ins(label: &'static str) -> Arc<dyn Source> {
        let files = include!(concat!(env!("OUT_DIR"), "/shims.rs"));
        Table::source(label, include_bytes!(concat!(env!("OUT_DIR"), "/shims.bin")), files)
    }

    /// Files that are part of the program.
    struct Table {
        label: &'static str,
        files: Tree<&'static [u8]>,
    }

    impl Table {
        /// The files whose bytes lie there in `bytes`.
        fn source(label: &'static str, bytes: &'static [u8], files: &[(&str, Range<usize>)]) -> Arc<dyn Source> {
            let mut table = Table { label, files: Tree::default() };
            for (path, place) in files {
                table.files.insert((*path).to_owned(), &bytes[place.clone()]);
            }
            Arc::new(table)
        }
    }

    impl Source for Table {
        fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
            Ok(self.files.get(path).map(|bytes| Arc::from(*bytes)))
        }

        fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
            Ok(self.files.list(folder).map(|children| children.into_iter().map(Ok).collect()))
        }

        fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
            Ok(self.files.probe(path))
        }

        fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
            // It never changes.
            Ok(self.files.get(path).map(|_| Stamp::new([0; 4])))
        }

        fn label(&self) -> &str {
            self.label
        }
    }
}

/// Whether a file of that name is part of the program.
pub(crate) fn is_embedded(file: &str) -> bool {
    [LIBRARY_LABEL, STAND_INS_LABEL]
        .iter()
        .any(|label| file.strip_prefix(label).is_some_and(|rest| rest.starts_with('/')))
}
