//! The signals of the process, which are its host's.
//!
//! A starting VM finds out who handles each signal by ignoring it for a moment and putting the handler back without its flags. Then a
//! handler of the host's that asks where a fault was, as what runs WebAssembly does, is told nonsense. Here the VM starts without, and
//! who handles a signal is looked up when a program asks.

use super::{importlib::sys_modules, slots::Slot};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, TryFromBorrowedObject, VirtualMachine, function::FuncArgs};
use std::{
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

/// `_signal.signal` and `_signal.getsignal` as the VM has them.
static SIGNAL: Slot<Option<PyObjectRef>> = Slot::new(|vm| function("signal", vm).ok());
static GETSIGNAL: Slot<Option<PyObjectRef>> = Slot::new(|vm| function("getsignal", vm).ok());

/// What the VM has the system call. It is the same for all signals.
static OF_THE_VM: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);

/// Has the functions of `_signal` know what handles a signal that no code of the interpreter has handled, and Ctrl-C raise
/// `KeyboardInterrupt`, if `interrupts` and nobody else handles it or ignores it.
pub(crate) fn install(interrupts: bool, vm: &VirtualMachine) -> PyResult<()> {
    let (Some(signal), Some(_)) = (SIGNAL.of(vm).clone(), GETSIGNAL.of(vm).clone()) else { return Ok(()) };
    let module = module(vm)?;
    for (name, own) in [("signal", &SIGNAL), ("getsignal", &GETSIGNAL)] {
        let informed = move |arguments: FuncArgs, vm: &VirtualMachine| informed(own, arguments, vm);
        module.set_attr(name, vm.new_function(name, informed), vm)?;
    }
    let handler = handler(libc::SIGINT);
    if interrupts && handler.is_some_and(|at| at == libc::SIG_DFL || at == OF_THE_VM.load(Ordering::Relaxed)) {
        signal.call((libc::SIGINT, module.get_attr("default_int_handler", vm)?), vm)?;
        OF_THE_VM.store(self::handler(libc::SIGINT).unwrap_or(libc::SIG_DFL), Ordering::Relaxed);
    }
    Ok(())
}

/// Calls one of both functions. Where the interpreter knows of no handler, what is returned is the system's.
fn informed(own: &Slot<Option<PyObjectRef>>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let number = arguments.args.first().and_then(|number| i32::try_from_borrowed_object(vm, number).ok());
    let handler = number.and_then(handler).filter(|handler| matches!(*handler, libc::SIG_DFL | libc::SIG_IGN));
    let own = own.of(vm).clone().ok_or_else(|| vm.new_runtime_error("there are no signals"))?;
    let known = own.call(arguments, vm)?;
    Ok(match handler {
        Some(handler) if vm.is_none(&known) => vm.ctx.new_int(handler).into(),
        _ => known,
    })
}

/// What the system does when the signal comes: `SIG_DFL`, `SIG_IGN`, or the address of what it calls. None, if there is no such signal.
fn handler(signal: i32) -> Option<libc::sighandler_t> {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action nothing is changed, and where it succeeds the place has been written to.
    unsafe {
        match libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) {
            0 => Some(action.assume_init().sa_sigaction),
            _ => None,
        }
    }
}

fn function(name: &'static str, vm: &VirtualMachine) -> PyResult {
    module(vm)?.get_attr(name, vm)
}

fn module(vm: &VirtualMachine) -> PyResult {
    sys_modules(vm)?.as_object().get_item("_signal", vm)
}
