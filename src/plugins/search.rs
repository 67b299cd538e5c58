//! Searching modules for a marker.

use super::found::Problem;
use crate::{
    error::Error,
    modules::{handle::PythonModule, search_path::SearchPath},
    syntax::{
        decode::decode,
        markers::{Mark, Marker, marks},
    },
};
#[cfg(feature = "threading")]
use rayon::prelude::*;

/// What carries the marker in a module, or why nobody knows.
pub(super) type Outcome = Result<Vec<Mark>, Problem>;

/// What `f` makes of each module, in their order: on several threads, if their sources may be read from others.
pub(super) fn each<T: Send>(
    modules: &[&PythonModule],
    path: &SearchPath,
    f: impl Fn(usize, &PythonModule) -> T + Send + Sync,
) -> Vec<T> {
    #[cfg(feature = "threading")]
    {
        /// So many that to start threads for them pays.
        const MANY: usize = 64;
        let may_be_read = || path.locations().iter().all(|location| location.source.reads_ahead());
        if modules.len() >= MANY && may_be_read() {
            return modules.par_iter().enumerate().map(|(at, module)| f(at, module)).collect();
        }
    }
    #[cfg(not(feature = "threading"))]
    let _ = path;
    modules.iter().enumerate().map(|(at, module)| f(at, module)).collect()
}

/// What carries the marker in a module. What has no text has no marks.
pub(super) fn marks_of(module: &PythonModule, marker: &Marker) -> Outcome {
    match module.read() {
        Ok(Some(bytes)) => marks_in(module, &bytes, marker),
        Ok(None) => Ok(Vec::new()),
        Err(error) => Err(Problem::from(&error).in_module(module.name())),
    }
}

/// What carries the marker in a module of these bytes.
pub(super) fn marks_in(module: &PythonModule, bytes: &[u8], marker: &Marker) -> Outcome {
    let origin = || module.origin().unwrap_or_else(|| module.name().to_owned());
    let text = decode(bytes).map_err(|cause| Error::decode(origin(), cause));
    let found = text.and_then(|text| {
        marks(&text, module.name(), module.is_package(), marker).map_err(|cause| Error::scan(origin(), cause))
    });
    found.map_err(|error| Problem::from(&error).in_module(module.name()))
}
