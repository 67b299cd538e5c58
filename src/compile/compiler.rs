//! Compiling text for an interpreter: with its options, on a stack that is big enough, and with its exceptions.

use super::check_parses;
use crate::syntax::nesting::TooDeep;
use rustpython_vm::{
    AsObject, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyCode},
    compiler::{CompileOpts, Mode},
};

/// Source that is nested deeper than this is compiled on a stack that grows.
const SHALLOW: u32 = 100;

/// How deep the compiler may recurse. The VM's own limit is that of running code, and too low for a long sum.
pub(crate) const RECURSION_LIMIT: usize = 10_000;

/// How the interpreter compiles modules.
pub(crate) fn compile_options(vm: &VirtualMachine) -> CompileOpts {
    let mut options = vm.compile_opts();
    options.recursion_limit = options.recursion_limit.max(RECURSION_LIMIT);
    options
}

/// Compiles source text of that depth.
///
/// # Errors
/// The `SyntaxError` that the VM has for it.
pub(crate) fn compile_text(
    text: &str,
    mode: Mode,
    file: &str,
    depth: u32,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyCode>> {
    let options = compile_options(vm);
    if !is_deep(depth) {
        check_parses::check(text, mode, file, false, vm)?;
        let compiled = vm.compile_with_opts(text, mode, file, options);
        return compiled.map_err(|error| error.into_pyexception(vm, Some(text)));
    }
    // Without the VM: it measures what is left of the thread's own stack, and takes any other for one that has overflowed.
    match on_deep_stack(depth, || rustpython_vm::compiler::compile(text, mode, file, options)) {
        Ok(code) => Ok(PyCode::new_ref_from_bytecode(vm, code)),
        Err(error) => Err(vm.new_syntax_error(&error, Some(text))),
    }
}

/// Whether source of that depth may need more stack than is at hand.
pub(crate) fn is_deep(depth: u32) -> bool {
    depth > SHALLOW
}

/// Runs `f` where there is stack enough for source of that depth.
pub(crate) fn on_deep_stack<R>(depth: u32, f: impl FnOnce() -> R) -> R {
    if is_deep(depth) { stacker::grow(256 << 20, f) } else { f() }
}

/// The `SyntaxError` for source that is nested too deep.
pub(crate) fn depth_error(deep: &TooDeep, file: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let error = vm.new_exception_msg(vm.ctx.exceptions.syntax_error.to_owned(), deep.message().into());
    // A new exception takes any attribute.
    let _ = error.as_object().set_attr("msg", vm.ctx.new_str(deep.message()), vm);
    let _ = error.as_object().set_attr("filename", vm.ctx.new_str(file), vm);
    let _ = error.as_object().set_attr("lineno", vm.ctx.new_int(deep.line()), vm);
    let _ = error.as_object().set_attr("offset", vm.ctx.new_int(1), vm);
    error
}
