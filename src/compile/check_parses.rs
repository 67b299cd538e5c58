//! Source text that doesn't parse, and that the VM must not see: on its way to the `SyntaxError` it looks for escape
//! sequences in what might be strings, and panics where such a string ends inside of a character.

use ruff_python_parser::parse_module;
use rustpython_vm::{
    PyResult, VirtualMachine,
    compiler::{Mode, compile},
    vm::VmCompileError,
};

/// Checks text before the VM compiles it.
///
/// # Errors
/// The `SyntaxError` that the VM has for text that doesn't parse, where the VM itself might panic.
pub(crate) fn check(text: &str, mode: Mode, file: &str, incomplete: bool, vm: &VirtualMachine) -> PyResult<()> {
    // All that is ASCII can be cut anywhere.
    if text.is_ascii() || parse_module(text).is_ok() {
        return Ok(());
    }
    match compile(text, mode, file, vm.compile_opts()) {
        Ok(_) => Ok(()),
        Err(error) => Err(VmCompileError::from(error).into_pyexception_maybe_incomplete(vm, Some(text), incomplete)),
    }
}
