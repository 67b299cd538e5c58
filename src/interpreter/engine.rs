//! The interpreter behind a runtime, and how a thread gets into it and out again.
//!
//! The VM's own `enter` leaves three things to its caller. It uses one VM object, which belongs to the thread that built
//! it: its limit for the native stack is that thread's. It lets the frames of another interpreter, entered further out
//! on the same thread, show through. And a panic that goes through Python frames leaves the thread's frame pointer
//! dangling. Here each thread gets a VM object of its own, frames of another interpreter are out of sight, and the frame
//! pointer is put back on every way out; after such a panic the interpreter isn't used again.

use super::{
    budget::{self, Budget},
    importlib::sys_modules,
    limits::Limits,
    slots::{self, Slot},
};
use crate::error::{Error, Kind, panic_message};
use rustpython_vm::{
    AsObject, Interpreter, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt},
    common::{lock::PyMutex, rc::PyRc},
    frame::InterpreterFrame,
    signal::UserSignalSender,
    vm::thread::{current_vm_is_set, enter_vm, get_current_frame, set_current_frame, with_current_vm},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
#[cfg(feature = "threading")]
use {
    rustpython_vm::vm::thread::ThreadedVirtualMachine,
    std::thread::{self, ThreadId},
};

#[cfg(not(feature = "threading"))]
use std::rc::Weak;
#[cfg(feature = "threading")]
use std::sync::Weak;

/// An interpreter that handles can share.
pub(crate) struct Engine {
    home: Home,
    #[cfg(feature = "threading")]
    seed: PyMutex<ThreadedVirtualMachine>,
    id: i64,
    /// Interrupts Python code on the thread that built the interpreter.
    signals: UserSignalSender,
    /// Whether a panic went through Python frames, so that the state of the VM can't be relied on.
    broken: AtomicBool,
    /// The last field, so that the interpreter is gone when it is dropped.
    _slots: SweepSlots,
}

/// Drops what was kept for an interpreter when that is gone.
struct SweepSlots;

impl Drop for SweepSlots {
    fn drop(&mut self) {
        slots::sweep();
    }
}

/// A runtime, as handles on its objects know it. It doesn't keep the runtime alive: a function of the host that holds a
/// handle would otherwise keep alive the very interpreter that owns the function.
#[derive(Clone, Default)]
pub(crate) struct RuntimeRef {
    engine: Weak<Engine>,
    /// What limits the use of the handle.
    budget: Option<Arc<Budget>>,
}

static RUNTIME: Slot<PyMutex<RuntimeRef>> = Slot::new(|_| PyMutex::default());

impl Engine {
    pub(crate) fn new(interpreter: Interpreter, signals: UserSignalSender) -> PyRc<Self> {
        let engine = PyRc::new(Self {
            id: interpreter.id(),
            #[cfg(feature = "threading")]
            seed: PyMutex::new(interpreter.new_thread()),
            home: Home::new(interpreter),
            signals,
            broken: AtomicBool::new(false),
            _slots: SweepSlots,
        });
        let own = engine.reference();
        engine.enter(|vm| *RUNTIME.of(vm).lock() = own);
        engine
    }

    pub(crate) fn reference(self: &PyRc<Self>) -> RuntimeRef {
        RuntimeRef { engine: PyRc::downgrade(self), budget: None }
    }

    /// What interrupts Python code.
    pub(crate) fn signals(&self) -> UserSignalSender {
        self.signals.clone()
    }

    /// Whether what this thread runs can be interrupted: only the thread that built the interpreter listens.
    pub(crate) fn can_interrupt(&self) -> bool {
        cfg!(not(target_family = "wasm")) && self.home.is_here()
    }

    /// Runs `f` inside of the interpreter.
    ///
    /// # Panics
    /// After a panic that went through Python frames.
    pub(crate) fn enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> R) -> R {
        assert!(!self.is_broken(), "{}", Error::from(Kind::Broken));
        if self.is_current() {
            return with_current_vm(|vm| enter_vm(vm, || self.watched(|| f(vm))));
        }
        let _outer = RestoreFrame(get_current_frame());
        self.outermost(|vm| {
            let _none = RestoreFrame(ptr::null());
            let _ = set_current_frame(ptr::null());
            self.watched(|| f(vm))
        })
    }

    /// As `enter`, with errors in place of panics, and the panics of the VM itself made errors too.
    pub(crate) fn try_enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> Result<R, Error>) -> Result<R, Error> {
        if self.is_broken() {
            return Err(Error::from(Kind::Broken));
        }
        match catch_unwind(AssertUnwindSafe(|| self.enter(f))) {
            Ok(result) => result,
            Err(_) if self.is_broken() => Err(Error::from(Kind::Broken)),
            // It went through no Python: it is the caller's own.
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Whether the interpreter is the one that this thread is in.
    pub(crate) fn is_current(&self) -> bool {
        current_vm_is_set() && with_current_vm(|vm| vm.state.interpreter_id == self.id)
    }

    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Runs `f`; should it panic, notes whether Python frames were left standing, and takes them away.
    fn watched<R>(&self, f: impl FnOnce() -> R) -> R {
        let _watch = Watch { engine: self, frame: get_current_frame() };
        f()
    }

    #[cfg(feature = "threading")]
    fn outermost<R>(&self, f: impl FnOnce(&VirtualMachine) -> R) -> R {
        if let Some(interpreter) = self.home.get() {
            return interpreter.enter(f);
        }
        let thread = self.seed.lock().run(VirtualMachine::new_thread);
        thread.run(f)
    }

    #[cfg(not(feature = "threading"))]
    fn outermost<R>(&self, f: impl FnOnce(&VirtualMachine) -> R) -> R {
        self.home.0.enter(f)
    }

    /// Runs `f` as a whole program and ends the interpreter as `python` ends. Gives the exit code.
    pub(crate) fn run(self: PyRc<Self>, f: impl FnOnce(&VirtualMachine) -> PyResult<()>) -> u32 {
        let result = self.enter(|vm| {
            let result = f(vm).inspect_err(|error| shorten_exit_code(error, vm));
            #[cfg(feature = "threading")]
            if result.as_ref().err().is_none_or(|error| error.fast_isinstance(vm.ctx.exceptions.system_exit)) {
                // Where it can't be spared, the end takes longer.
                let _ = spare_threading(vm);
            }
            result
        });
        match PyRc::try_unwrap(self) {
            Ok(engine) => engine.home.finish(result),
            Err(engine) => engine.enter(|vm| end(result, vm)),
        }
    }
}

/// Ends a program without ending the interpreter: all that the program itself can notice.
fn end(result: PyResult<()>, vm: &VirtualMachine) -> u32 {
    let code = result.err().map_or(0, |error| vm.handle_exit_exception(error));
    for (module, function) in [("threading", "_shutdown"), ("atexit", "_run_exitfuncs")] {
        // A module that was never imported has nothing to end.
        let Ok(modules) = sys_modules(vm) else { continue };
        if let Ok(Some(module)) = modules.get_item_opt(module, vm)
            && let Err(error) = vm.call_method(&module, function, ())
        {
            vm.run_unraisable(error, None, module);
        }
    }
    for stream in ["stdout", "stderr"] {
        if let Ok(stream) = vm.sys_module.get_attr(stream, vm) {
            // There is nobody left to report it to.
            let _ = vm.call_method(&stream, "flush", ());
        }
    }
    code
}

/// Spares a program that never imported `threading` the import of it. The interpreter imports it in the end to have it
/// wait for its threads, which takes longer than all that a short program does. Whoever is called in the end can
/// import it: the first function of `atexit` makes that possible again.
#[cfg(feature = "threading")]
fn spare_threading(vm: &VirtualMachine) -> PyResult<()> {
    const NAME: &str = "threading";
    let modules = sys_modules(vm)?;
    if !modules.contains_key(NAME, vm) {
        let release = vm.new_function("release", |vm: &VirtualMachine| {
            sys_modules(vm).and_then(|modules| modules.del_item(NAME, vm))
        });
        let atexit = super::importlib::import_shared("atexit", vm)?;
        vm.call_method(&atexit, "register", (release,))?;
        modules.set_item(NAME, vm.ctx.none(), vm)?;
    }
    Ok(())
}

/// Of an exit code that fits into 64 bits CPython keeps the lowest ones, where the interpreter takes any that is longer
/// than 32 bits for -1.
fn shorten_exit_code(error: &PyBaseExceptionRef, vm: &VirtualMachine) {
    if error.fast_isinstance(vm.ctx.exceptions.system_exit)
        && let Ok(code) = error.as_object().get_attr("code", vm)
        && let Some(code) = code.downcast_ref::<PyInt>()
        && let Ok(code) = code.try_to_primitive::<i64>(vm)
    {
        // An exception that takes no attribute keeps the code that it has.
        let _ = error.as_object().set_attr("code", vm.ctx.new_int(code as u32), vm);
    }
}

impl RuntimeRef {
    /// The interpreter, for as long as the result is held.
    pub(crate) fn engine(&self) -> Result<PyRc<Engine>, Error> {
        self.engine.upgrade().ok_or_else(|| Kind::Gone.into())
    }

    /// The runtime with a budget of its own: whatever enters by this reference is limited.
    pub(crate) fn limited(&self, limits: Limits) -> Self {
        Self { budget: Some(Budget::new(limits)), ..self.clone() }
    }

    /// The runtime with the same limits, none of which is exceeded yet.
    pub(crate) fn renewed(&self) -> Self {
        match &self.budget {
            Some(budget) => self.limited(budget.limits.clone()),
            None => self.clone(),
        }
    }

    /// The runtime without any budget.
    pub(crate) fn without_budget(&self) -> Self {
        Self { budget: None, ..self.clone() }
    }

    /// Runs `f` inside of the interpreter, if it is still there.
    pub(crate) fn enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> Result<R, Error>) -> Result<R, Error> {
        let engine = self.engine()?;
        match &self.budget {
            None => engine.try_enter(f),
            Some(budget) => budget.enter(&engine, f),
        }
    }

    /// Drops `object` inside of the interpreter, where its end may run any code, under the limits that there are. Where the
    /// runtime is gone nothing can run any more.
    pub(crate) fn drop_inside<T>(&self, object: T) {
        let Ok(engine) = self.engine() else { return };
        let dropped = |_: &VirtualMachine| {
            drop(object);
            Ok(())
        };
        let _ = match self.budget.as_ref().filter(|_| engine.can_interrupt()) {
            None => engine.try_enter(dropped),
            Some(budget) => budget.run(&engine, dropped),
        };
    }

    /// Whether both are references to one interpreter.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.engine.ptr_eq(&other.engine)
    }

    /// The runtime that `vm` is the interpreter of. What is returned while limits count, they count for.
    pub(crate) fn of(vm: &VirtualMachine) -> Self {
        let own = RUNTIME.of(vm).lock().clone();
        Self { budget: budget::current().or(own.budget), ..own }
    }
}

/// Runs a function of the host's that Python code called. A panic becomes a `RuntimeError`: it must not go through the
/// frames of the code that called.
pub(crate) fn guarded<R>(vm: &VirtualMachine, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let frame = get_current_frame();
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        if get_current_frame() != frame {
            let _ = set_current_frame(frame);
            if let Ok(engine) = RuntimeRef::of(vm).engine() {
                engine.broken.store(true, Ordering::Relaxed);
            }
        }
        Err(vm.new_runtime_error(format!("the host panicked: {}", panic_message(&*panic))))
    })
}

struct RestoreFrame(*const InterpreterFrame);

impl Drop for RestoreFrame {
    fn drop(&mut self) {
        let _ = set_current_frame(self.0);
    }
}

struct Watch<'a> {
    engine: &'a Engine,
    frame: *const InterpreterFrame,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if get_current_frame() != self.frame {
            // A call that returns has taken its frames away.
            self.engine.broken.store(true, Ordering::Relaxed);
            let _ = set_current_frame(self.frame);
        }
    }
}

/// The interpreter and its one VM object, which is for the thread that built it.
#[cfg(feature = "threading")]
struct Home {
    thread: ThreadId,
    interpreter: Interpreter,
}

// SAFETY: no two threads use the interpreter at once. A shared `Home` gives it to the thread that built it, and to no
// other; whoever drops it or takes it out has it alone, and it can be sent.
#[cfg(feature = "threading")]
unsafe impl Sync for Home where Interpreter: Send {}

#[cfg(feature = "threading")]
impl Home {
    fn new(interpreter: Interpreter) -> Self {
        Self { thread: thread::current().id(), interpreter }
    }

    fn get(&self) -> Option<&Interpreter> {
        self.is_here().then_some(&self.interpreter)
    }

    fn is_here(&self) -> bool {
        self.thread == thread::current().id()
    }

    /// Ends the interpreter. Only the thread that built it can do so in order; what a program can notice of its end, it
    /// gets on any thread.
    fn finish(self, result: PyResult<()>) -> u32 {
        if self.get().is_some() {
            return self.interpreter.finalize(result.err());
        }
        self.interpreter.new_thread().run(|vm| end(result, vm))
    }
}

/// Without threads nothing of an interpreter leaves the thread that built it.
#[cfg(not(feature = "threading"))]
struct Home(Interpreter);

#[cfg(not(feature = "threading"))]
impl Home {
    fn new(interpreter: Interpreter) -> Self {
        Self(interpreter)
    }

    /// It never leaves its thread.
    #[expect(clippy::unused_self, reason = "as with threads")]
    fn is_here(&self) -> bool {
        true
    }

    fn finish(self, result: PyResult<()>) -> u32 {
        self.0.finalize(result.err())
    }
}
