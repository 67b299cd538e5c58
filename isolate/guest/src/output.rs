//! `sys.stdout` and `sys.stderr`, which call the host.

use crate::host;
use rustpython_vm::{Py, PyPayload, PyResult, VirtualMachine, builtins::PyStrRef, pyclass};

/// Puts the streams into `sys`.
pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    for (name, own_name, to_stderr) in [("stdout", "__stdout__", false), ("stderr", "__stderr__", true)] {
        let stream = Stream { to_stderr }.into_ref(&vm.ctx);
        vm.sys_module.set_attr(name, stream.clone(), vm)?;
        vm.sys_module.set_attr(own_name, stream, vm)?;
    }
    Ok(())
}

/// Text that goes to the host as it is written.
#[pyclass(module = "exocet", name = "Stream")]
#[derive(Debug, PyPayload)]
pub(crate) struct Stream {
    to_stderr: bool,
}

#[pyclass]
impl Stream {
    #[pymethod]
    fn write(zelf: &Py<Self>, text: PyStrRef, vm: &VirtualMachine) -> PyResult<usize> {
        host::print(zelf.to_stderr, &text.to_string_lossy()).map_err(|error| error.into_exception(vm))?;
        Ok(text.char_len())
    }

    #[pymethod]
    fn flush(_zelf: &Py<Self>) {}

    #[pymethod]
    fn isatty(_zelf: &Py<Self>) -> bool {
        false
    }

    #[pymethod]
    fn writable(_zelf: &Py<Self>) -> bool {
        true
    }

    #[pymethod]
    fn readable(_zelf: &Py<Self>) -> bool {
        false
    }

    #[pygetset]
    fn encoding(_zelf: &Py<Self>) -> &'static str {
        "utf-8"
    }

    #[pygetset]
    fn errors(_zelf: &Py<Self>) -> &'static str {
        "replace"
    }

    #[pygetset]
    fn closed(_zelf: &Py<Self>) -> bool {
        false
    }

    #[pygetset]
    fn name(zelf: &Py<Self>) -> &'static str {
        if zelf.to_stderr { "<stderr>" } else { "<stdout>" }
    }
}
