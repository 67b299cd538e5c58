//! The code of the embedded standard library, compiled when the binary was built.

use crate::{modules::handle::PythonModule, source::embedded};
use rustpython_vm::{
    AsObject, PyObject, PyRef, VirtualMachine,
    builtins::{PyCode, PyStrInterned, PyTuple},
};
use std::sync::Arc;

/// The code of one of its modules.
pub(crate) fn code(handle: &PythonModule, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
    let (source, path) = handle.source_and_path()?;
    if !Arc::ptr_eq(source, &embedded::library()) {
        return None;
    }
    // By its path and not by its name: the handle may be called otherwise.
    let name = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py"))?.replace('/', ".");
    let frozen = vm.state.frozen.get(name.as_str())?;
    let code = PyCode::new_ref_from_frozen(vm, frozen.code);
    set_file(code.as_object(), vm.ctx.intern_str(handle.origin()?));
    Some(code)
}

/// Makes `file` the file name of `code` and of all code in it.
fn set_file(code: &PyObject, file: &'static PyStrInterned) {
    if let Some(code) = code.downcast_ref::<PyCode>() {
        code.set_source_path(file);
        code.code.constants.iter().for_each(|constant| set_file(constant.as_object(), file));
    } else if let Some(tuple) = code.downcast_ref::<PyTuple>() {
        tuple.iter().for_each(|item| set_file(item, file));
    }
}
