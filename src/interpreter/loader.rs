//! The `__loader__` of a loaded module. Its methods, which tracebacks, `inspect` and `linecache` call, stand in
//! `python/loaders.rs`.

use crate::modules::handle::PythonModule;
use rustpython_vm::{PyPayload, pyclass};

/// It knows the module that it loads.
#[pyclass(module = "exocet", name = "Loader")]
#[derive(Debug, PyPayload)]
pub(crate) struct Loader {
    pub(crate) handle: PythonModule,
}

impl Loader {
    pub(crate) fn new(handle: PythonModule) -> Self {
        Self { handle }
    }

    /// The module's source text, where it has one.
    pub(crate) fn text(&self) -> Option<String> {
        self.handle.text().ok().flatten()
    }
}
