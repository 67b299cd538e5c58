//! The archives in the binary: the standard library's source, or a part of it, and the stand-ins.

use super::{contract::Source, zip::Zip};
use std::sync::{Arc, OnceLock};

/// What the library's files are called: `<stdlib>/json/__init__.py`.
pub(crate) const LIBRARY_LABEL: &str = "<stdlib>";

/// What the stand-ins' files are called: `<shims>/importlib/__init__.py`.
pub(crate) const STAND_INS_LABEL: &str = "<shims>";

/// The source of the standard library, or of the part of it that is embedded.
#[cfg(feature = "library")]
pub(crate) fn library() -> Arc<dyn Source> {
    static LIBRARY: OnceLock<Arc<dyn Source>> = OnceLock::new();
    archive(&LIBRARY, LIBRARY_LABEL, include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.zip")))
}

/// The source of the stand-ins for modules of the library.
pub(crate) fn stand_ins() -> Arc<dyn Source> {
    static STAND_INS: OnceLock<Arc<dyn Source>> = OnceLock::new();
    archive(&STAND_INS, STAND_INS_LABEL, include_bytes!(concat!(env!("OUT_DIR"), "/shims.zip")))
}

fn archive(opened: &OnceLock<Arc<dyn Source>>, label: &str, bytes: &'static [u8]) -> Arc<dyn Source> {
    let open =
        || -> Arc<dyn Source> { Arc::new(Zip::from_bytes(label, bytes).expect("the build script wrote an archive")) };
    opened.get_or_init(open).clone()
}

/// Whether a file of that name is part of the program.
pub(crate) fn is_embedded(file: &str) -> bool {
    [LIBRARY_LABEL, STAND_INS_LABEL]
        .iter()
        .any(|label| file.strip_prefix(label).is_some_and(|rest| rest.starts_with('/')))
}
