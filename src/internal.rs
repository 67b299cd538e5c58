//! Tells whose import a call of `__import__` is: an import statement's, the VM's own, or a call in the module's code.
//!
//! The VM imports modules for itself (`copyreg`, `warnings`, `traceback`, ...) through the `__import__` of whichever
//! frame runs at the time. Those are none of the module's business: a mapper neither sees nor breaks them.
//!
//! And it knows the code that imports are carried out by, which asks for nothing itself.

use crate::state::State;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyClassMethod, PyCode, PyFunction, PyProperty, PyStaticMethod, PyType},
    bytecode::Instruction,
    common::atomic::{Ordering, Radium},
    frame::{FrameObjectRef, InterpreterFrame, current_globals, current_thread_iframe},
    function::FuncArgs,
};
use std::{cell::RefCell, collections::HashMap};

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
        if is_vm_shaped(args, vm) { Self::Vm } else { Self::Code }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        SERVING.with_borrow_mut(Vec::pop);
    }
}

/// Code that carries imports out, known by its identity. Its file name would tell nothing: any code can be given any.
#[derive(Default)]
pub(crate) struct ImportCode(HashMap<usize, PyRef<PyCode>>);

impl ImportCode {
    /// The code of the functions of these modules, in their classes too. It has to be taken before any code runs that
    /// could put functions of its own there.
    pub(crate) fn of(modules: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Self> {
        let mut own = Self::default();
        for dict in modules.iter().filter_map(|module| module.dict()) {
            for (_, value) in &dict {
                match value.downcast_ref::<PyType>() {
                    Some(class) => {
                        let attributes = class.attributes.entries();
                        attributes.iter().try_for_each(|(_, value)| own.add_function(value, vm))?;
                    }
                    None => own.add_function(&value, vm)?,
                }
            }
        }
        Ok(own)
    }

    /// Adds the code of a function, and of what a class has in the place of one.
    fn add_function(&mut self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if value.downcast_ref::<PyFunction>().is_some() {
            if let Ok(code) = value.get_attr("__code__", vm)?.downcast::<PyCode>() {
                self.add(&code);
            }
        } else if value.downcast_ref::<PyStaticMethod>().is_some() || value.downcast_ref::<PyClassMethod>().is_some() {
            self.add_function(&*value.get_attr("__func__", vm)?, vm)?;
        } else if value.downcast_ref::<PyProperty>().is_some() {
            for part in ["fget", "fset"] {
                self.add_function(&*value.get_attr(part, vm)?, vm)?;
            }
        }
        Ok(())
    }

    /// Adds `code` and the code in it.
    pub(crate) fn add(&mut self, code: &Py<PyCode>) {
        self.0.insert(code.as_object().get_id(), code.to_owned());
        code.code
            .constants
            .iter()
            .filter_map(|constant| constant.as_object().downcast_ref())
            .for_each(|code| self.add(code));
    }

    pub(crate) fn has(&self, code: &Py<PyCode>) -> bool {
        self.0.contains_key(&code.as_object().get_id())
    }
}

/// Whether it is the code of the interpreter's own import, or of what stands for `importlib`.
pub(crate) fn is_machinery(code: &Py<PyCode>, vm: &VirtualMachine) -> bool {
    State::existing(vm).is_some_and(|state| state.import_code.has(code) || state.units.is_importlib(code))
}

/// Whether `frame`, anywhere on the stack, is in the middle of an import statement.
pub(crate) fn is_importing(frame: &FrameObjectRef, vm: &VirtualMachine) -> bool {
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
