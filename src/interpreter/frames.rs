//! Frames: whose import a call of `__import__` is (an import statement's, the VM's own, or a call in the module's code), and
//! which modules are in the middle of an import.
//!
//! The VM imports modules for itself (`copyreg`, `warnings`, `traceback`, ...) through the `__import__` of whichever
//! frame runs at the time. Those are none of the module's business: a mapper neither sees nor breaks them.

use super::{
    import_code::IMPORT_CODE,
    library_code::{LIBRARY, Standing},
};
use crate::error::{Frame, Importer};
use rustpython_vm::{
    AsObject, VirtualMachine,
    builtins::PyStr,
    bytecode::Instruction,
    common::atomic::{Ordering, Radium},
    frame::{FrameObjectRef, InterpreterFrame, current_globals, current_thread_iframe},
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
    /// Whose import a call is that did not come from a call instruction. Must be called before anything else that may
    /// run Python code.
    pub(crate) fn of(args: &FuncArgs, vm: &VirtualMachine) -> Self {
        let caller = find(|frame| Some(Self::of_frame(frame, args, vm)));
        caller.unwrap_or(Self::Code)
    }

    fn of_frame(frame: &InterpreterFrame, args: &FuncArgs, vm: &VirtualMachine) -> Self {
        let place: *const InterpreterFrame = frame;
        if SERVING.with_borrow(|serving| serving.last() == Some(&place)) {
            // No code of the module's runs, but what it handed to native code may call the function that it was given.
            return if is_vm_shaped(args, vm) { Self::Vm } else { Self::Code };
        }
        if op_at(frame, -1).is_some_and(is_import_name) {
            SERVING.with_borrow_mut(|serving| serving.push(place));
            let binds_leaf = op_at(frame, 0).is_some_and(|op| matches!(op, Instruction::ImportFrom { .. }));
            return Self::Statement(Serving { binds_leaf });
        }
        if is_vm_shaped(args, vm) { Self::Vm } else { Self::Code }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        SERVING.with_borrow_mut(Vec::pop);
    }
}

thread_local! {
    /// The frames on this thread on top of which the interpreter's own import runs, innermost last.
    static IMPORTING: RefCell<Vec<*const InterpreterFrame>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, the interpreter's own import runs on this thread: what it runs was asked for by nobody below on the stack.
pub(crate) struct Importing;

impl Importing {
    pub(crate) fn enter() -> Self {
        IMPORTING.with_borrow_mut(|importing| importing.push(current_thread_iframe()));
        Self
    }

    /// Whether the interpreter's own import runs on top of `frame`.
    pub(crate) fn is_above(frame: &InterpreterFrame) -> bool {
        let place: *const InterpreterFrame = frame;
        IMPORTING.with_borrow(|importing| importing.contains(&place))
    }
}

impl Drop for Importing {
    fn drop(&mut self) {
        IMPORTING.with_borrow_mut(Vec::pop);
    }
}

/// The first thing that `f` finds in the frames of this thread's stack, innermost first.
pub(crate) fn find<R>(mut f: impl FnMut(&InterpreterFrame) -> Option<R>) -> Option<R> {
    let mut frame = current_thread_iframe();
    while !frame.is_null() {
        // SAFETY: the frames on this thread's stack live at least until the native call that we are in returns.
        let iframe = unsafe { &*frame };
        if let Some(found) = f(iframe) {
            return Some(found);
        }
        frame = iframe.previous();
    }
    None
}

/// The Python code that this thread is in the middle of, innermost, as far as that can be told without running anything.
#[must_use]
pub fn position() -> Option<Frame> {
    find(|frame| {
        let code = frame.code();
        let next = Radium::load(&frame.lasti, Ordering::Relaxed) as usize;
        let (place, _) = code.code.locations.get(next.saturating_sub(1))?;
        Some(Frame {
            file: code.source_path().to_string(),
            line: place.line.get(),
            column: None,
            function: Some(code.code.obj_name.to_string()),
            source: None,
        })
    })
}

/// The importing modules on the stack, innermost first: the one that runs now, and each one that is held up in an import
/// statement below it.
pub(crate) fn import_chain(vm: &VirtualMachine) -> Vec<Importer> {
    let mut chain = Vec::new();
    let mut frame = vm.current_frame();
    while let Some(current) = frame {
        // Imports run through frames of importlib and of what stands in for it, which ask for nothing themselves.
        if !carries_imports(&current, vm) && (chain.is_empty() || is_importing(&current, vm)) {
            chain.push(importer(&current, vm));
        }
        frame = current.f_back(vm);
    }
    chain
}

/// The module whose code a frame runs, and the line that it runs.
pub(crate) fn importer(frame: &FrameObjectRef, vm: &VirtualMachine) -> Importer {
    let iframe = frame.iframe();
    let name = iframe.globals().get_item_opt("__name__", vm).ok().flatten();
    let module = name.and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
    let file = iframe.code().source_path().as_object().downcast_ref::<PyStr>();
    Importer {
        module: module.unwrap_or_else(|| "?".to_owned()),
        file: file.map_or_else(String::new, ToString::to_string),
        line: usize::try_from(frame.lineno()).unwrap_or(0),
    }
}

/// Whether a frame runs the interpreter's own import, or `importlib`.
pub(crate) fn carries_imports(frame: &FrameObjectRef, vm: &VirtualMachine) -> bool {
    let known = LIBRARY.of_started(vm);
    known.is_some_and(|library| matches!(library.standing(frame.iframe(), vm), Standing::Import))
}

/// Whether this thread runs the interpreter's own import just now.
pub(crate) fn runs_importlib(vm: &VirtualMachine) -> bool {
    let Some(known) = IMPORT_CODE.of_started(vm) else { return false };
    vm.current_frame().is_some_and(|frame| known.is_importlib(frame.iframe().code()))
}

/// Whether `frame`, anywhere on the stack, is in the middle of an import statement.
fn is_importing(frame: &FrameObjectRef, vm: &VirtualMachine) -> bool {
    // The attribute is live, where the frame object's own fields may be as old as the object.
    let offset = frame.as_object().get_attr("f_lasti", vm).and_then(|lasti| lasti.try_into_value::<usize>(vm));
    offset.is_ok_and(|offset| is_import_name(frame.iframe().code().code.instructions.read_op(offset / 2)))
}

/// Whether the instruction at `lasti`, an offset in bytes, of the code that `frame` runs is an import statement's.
pub(crate) fn is_import_at(frame: &FrameObjectRef, lasti: i32) -> bool {
    let instructions = &frame.iframe().code().code.instructions;
    usize::try_from(lasti)
        .is_ok_and(|lasti| lasti / 2 < instructions.len() && is_import_name(instructions.read_op(lasti / 2)))
}

fn is_import_name(op: Instruction) -> bool {
    matches!(op, Instruction::ImportName { .. })
}

/// The instruction `offset` away from the next one.
fn op_at(frame: &InterpreterFrame, offset: isize) -> Option<Instruction> {
    let instructions = &frame.code().code.instructions;
    let next = Radium::load(&frame.lasti, Ordering::Relaxed) as usize;
    let mut at = next.checked_add_signed(offset)?;
    while at < instructions.len() {
        match instructions.read_op(at) {
            Instruction::ExtendedArg => at += 1,
            op => return Some(without_events(frame, at, op)),
        }
    }
    None
}

/// The instruction itself, where `sys.monitoring` has put one in its place that reports it.
fn without_events(frame: &InterpreterFrame, at: usize, op: Instruction) -> Instruction {
    let stored = |bytes: &[u8]| bytes.get(at).and_then(|byte| Instruction::try_from(*byte).ok());
    let data = frame.code().monitoring_data.lock();
    let Some(data) = data.as_ref() else { return op };
    let mut op = op;
    if matches!(op, Instruction::InstrumentedLine) {
        op = stored(&data.line_opcodes).unwrap_or(op);
    }
    if matches!(op, Instruction::InstrumentedInstruction) {
        op = stored(&data.per_instruction_opcodes).unwrap_or(op);
    }
    op
}

/// The VM passes five positional arguments and no names: the running frame's own globals and the mapping that the frame
/// keeps its locals in, and no names to take. A module's code can pass just these only at its top level, and be taken
/// for the VM only where it calls `__import__` through native code, such as `map`, or with a starred argument.
fn is_vm_shaped(args: &FuncArgs, vm: &VirtualMachine) -> bool {
    let [_, globals, locals, from, _] = args.args.as_slice() else { return false };
    let (Some(own), Some(frame)) = (current_globals(), vm.current_frame()) else { return false };
    args.kwargs.is_empty() && vm.is_none(from) && own.is(globals) && frame.iframe().locals.as_object(vm).is(locals)
}
