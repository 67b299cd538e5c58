//! What a plugin answered, as a Python class.

use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass, types::Representable};
use std::sync::Arc;

/// What one plugin answered: `plugin`, `generation`, and `result`, or `error` with what it raised.
#[pyclass(module = "exocet", name = "Reply")]
#[derive(Debug, PyPayload)]
pub(crate) struct Reply {
    pub(super) plugin: Arc<str>,
    pub(super) generation: u32,
    pub(super) result: Option<PyObjectRef>,
    pub(super) error: Option<PyObjectRef>,
}

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl Reply {
    /// The plugin.
    #[pygetset]
    fn plugin(zelf: &Py<Self>) -> String {
        zelf.plugin.to_string()
    }

    /// Its generation.
    #[pygetset]
    fn generation(zelf: &Py<Self>) -> u32 {
        zelf.generation
    }

    /// What its function returned; None where it raised.
    #[pygetset]
    fn result(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.result.clone()
    }

    /// What its function raised; None where it returned.
    #[pygetset]
    fn error(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.error.clone()
    }
}

impl Representable for Reply {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let (what, object) = match (&zelf.result, &zelf.error) {
            (_, Some(error)) => ("error", error),
            (Some(result), None) => ("result", result),
            (None, None) => return Ok("<exocet.Reply>".to_owned()),
        };
        Ok(format!("Reply(plugin={:?}, generation={}, {what}={})", &*zelf.plugin, zelf.generation, object.repr(vm)?))
    }
}
