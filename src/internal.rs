//! Tells whose import a call of `__import__` is: an import statement's, the VM's own, or a call in the module's code.
//!
//! The VM imports modules for itself (`copyreg`, `warnings`, `traceback`, ...) through the `__import__` of whichever
//! frame runs at the time. Those are none of the module's business: a mapper neither sees nor breaks them.

use rustpython_vm::{
    AsObject, VirtualMachine,
    builtins::{PyDict, PyStr},
    bytecode::Instruction,
    frame::{FrameObjectRef, InterpreterFrame, current_thread_iframe},
    function::FuncArgs,
};
use std::cell::RefCell;

/// Whose import it is.
pub(crate) enum Caller {
    /// An import statement's; it lasts until the guard is dropped.
    Statement(Serving),
    /// The VM's own.
    Vm,
    /// A call of `__import__` in the module's code.
    Code,
}

/// An import statement that is being served.
pub(crate) struct Serving {
    /// Whether it is `import a.b as c`, so that the VM takes the leaf from the answer step by step.
    pub(crate) binds_leaf: bool,
}

thread_local! {
    /// The frames whose import statements are being served on this thread, innermost last. While one of them is on
    /// top of the stack no code of its module runs, so whatever is imported then is imported by the VM.
    static SERVING: RefCell<Vec<*const InterpreterFrame>> = const { RefCell::new(Vec::new()) };
}

impl Caller {
    /// Must be called before anything else that may run Python code.
    pub(crate) fn of(args: &FuncArgs, vm: &VirtualMachine) -> Self {
        let frame = current_thread_iframe();
        if frame.is_null() {
            return Self::Code;
        }
        if SERVING.with_borrow(|serving| serving.last() == Some(&frame)) {
            return Self::Vm;
        }
        // SAFETY: the frame on top of this thread's stack lives at least until the native call that we are in returns.
        let iframe = unsafe { &*frame };
        if op_at(iframe, -1).is_some_and(is_import_name) {
            SERVING.with_borrow_mut(|serving| serving.push(frame));
            let binds_leaf = op_at(iframe, 0).is_some_and(|op| matches!(op, Instruction::ImportFrom { .. }));
            return Self::Statement(Serving { binds_leaf });
        }
        if is_vm_shaped(args, vm) && !names_import(iframe) { Self::Vm } else { Self::Code }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        SERVING.with_borrow_mut(Vec::pop);
    }
}

/// Whether `frame`, anywhere on the stack, is in the middle of an import statement.
pub(crate) fn is_importing(frame: &FrameObjectRef, vm: &VirtualMachine) -> bool {
    // The attribute is live, where the frame object's own fields may be as old as the object.
    let offset = frame.as_object().get_attr("f_lasti", vm).and_then(|lasti| lasti.try_into_value::<usize>(vm));
    offset.is_ok_and(|offset| is_import_name(frame.iframe().code().code.instructions.read_op(offset / 2)))
}

fn is_import_name(op: Instruction) -> bool {
    matches!(op, Instruction::ImportName { .. })
}

/// The instruction `offset` away from the next one.
fn op_at(frame: &InterpreterFrame, offset: isize) -> Option<Instruction> {
    let instructions = &frame.code().code.instructions;
    let next = frame.lasti.load(std::sync::atomic::Ordering::Relaxed) as usize;
    let mut at = next.checked_add_signed(offset)?;
    while at < instructions.len() {
        match instructions.read_op(at) {
            Instruction::ExtendedArg => at += 1,
            op => return Some(op),
        }
    }
    None
}

/// The VM always passes five positional arguments, no names, and level 0; and only these modules are asked for.
fn is_vm_shaped(args: &FuncArgs, vm: &VirtualMachine) -> bool {
    let [name, globals, _, from, _] = args.args.as_slice() else { return false };
    args.kwargs.is_empty()
        && vm.is_none(from)
        && globals.downcast_ref::<PyDict>().is_some()
        && name
            .downcast_ref::<PyStr>()
            .and_then(|name| name.to_str())
            .is_some_and(|name| VM_MODULES.binary_search(&name).is_ok())
}

/// Whether the code of `frame` mentions `__import__`: then the call may be its own.
fn names_import(frame: &InterpreterFrame) -> bool {
    frame.code().code.names.iter().any(|name| name.as_bytes() == b"__import__")
}

/// What rustpython-vm 0.6.0 and rustpython-stdlib 0.6.0 import for themselves, sorted.
const VM_MODULES: &[&str] = &[
    "_asyncio",
    "_codecs",
    "_compat_pickle",
    "_ctypes",
    "_datetime",
    "_elementtree",
    "_frozen_importlib_external",
    "_hashlib",
    "_interpreters",
    "_json",
    "_pycodecs",
    "_socket",
    "_ssl",
    "_strptime",
    "_warnings",
    "_weakref",
    "_zoneinfo",
    "annotationlib",
    "array",
    "asyncio.base_tasks",
    "asyncio.coroutines",
    "asyncio.events",
    "asyncio.exceptions",
    "codecs",
    "collections.abc",
    "concurrent.interpreters._queues",
    "contextvars",
    "copy",
    "copyreg",
    "encodings",
    "functools",
    "importlib._bootstrap_external",
    "importlib.machinery",
    "io",
    "json",
    "linecache",
    "locale",
    "lzma",
    "marshal",
    "os",
    "pickle",
    "pyexpat",
    "re",
    "resource",
    "runpy",
    "socket",
    "ssl",
    "string.templatelib",
    "sys",
    "threading",
    "time",
    "traceback",
    "typing",
    "warnings",
    "weakref",
    "xml.etree.ElementPath",
    "zlib",
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::VM_MODULES.is_sorted());
    }
}
