//! The source of the embedded standard library, or of the part of it that is embedded.

use crate::{Zip, source::Source};
use std::sync::{Arc, OnceLock};

/// What its files are called: `<stdlib>/json/__init__.py`.
pub(crate) const LABEL: &str = "<stdlib>";

/// Where they are.
pub(crate) fn sources() -> Arc<dyn Source> {
    static SOURCES: OnceLock<Arc<dyn Source>> = OnceLock::new();
    let open = || -> Arc<dyn Source> {
        let bytes: &'static [u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.zip"));
        Arc::new(Zip::from_bytes(LABEL, bytes).expect("the build script wrote an archive"))
    };
    SOURCES.get_or_init(open).clone()
}
