//! Limits: how much of the host's time and memory code may use up.

use super::{budget, exception_class::ExceptionClass, slots::Slot};
use crate::{
    limit::{Limit, SOURCE_BYTES},
    modules::handle::PythonModule,
    syntax::{decode::decode, nesting},
};
use rustpython_vm::{
    AsObject, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTypeRef},
};
use serde::{Deserialize, Serialize};
use std::{
    cell::Cell,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// How much of the host's time and memory code may use, for [`Imports::with_limits`](crate::Imports::with_limits) and
/// [`RuntimeBuilder::limits`](crate::RuntimeBuilder::limits).
///
/// What has no limit by default is the time, the recursion beyond the interpreter's own limit of 1,000 calls, and the
/// growth of the heap. The others are finite: 16 MiB of source in one module, 30 s to compile it, 10,000 modules in a realm, 200
/// imports within one another; and nesting, as [`nesting::check`](crate::syntax::nesting::check) has it.
///
/// ```
/// use exocet::{Imports, Limits, Memory, Runtime, error::Limit};
/// use std::time::Duration;
///
/// let plugins = Memory::new("<plugins>")
///     .with("stuck.py", "def reply():\n    while True:\n        try:\n            pass\n        except BaseException:\n            pass")
///     .with("good.py", "def reply():\n    return 'fine'");
/// let runtime = Runtime::builder().source(plugins).build()?;
/// let limits = || Limits::new().time(Duration::from_millis(100));
/// let (one, other) = (Imports::pass_through().with_limits(limits()), Imports::pass_through().with_limits(limits()));
/// let (stuck, good) = (runtime.load("stuck", &one)?, runtime.load("good", &other)?);
/// assert_eq!(stuck.call::<()>("reply", ()).unwrap_err().limit(), Some(Limit::Time));
/// assert!(stuck.call::<()>("reply", ()).unwrap_err().is_poisoned());
/// assert_eq!(good.call::<String>("reply", ())?, "fine");
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[must_use]
pub struct Limits {
    pub(crate) time: Option<Duration>,
    pub(crate) recursion: Option<usize>,
    #[serde(skip)]
    pub(crate) heap: Option<Heap>,
    pub(crate) source_bytes: usize,
    nesting: Option<u32>,
    pub(crate) compile_time: Duration,
    modules: usize,
    import_depth: usize,
    #[serde(skip)]
    outside: Outside,
}

/// What is limited from outside, by those who run an interpreter in an isolate: nothing where there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Outside {
    /// How many bytes the memory may have.
    pub memory: Option<usize>,
    /// How many instructions one call may take.
    pub fuel: Option<u64>,
    /// How many bytes one call may print.
    pub output: Option<usize>,
    /// How often one call may call the host.
    pub host_calls: Option<u64>,
}

impl Outside {
    fn any(&self) -> Option<Limit> {
        let limits = [
            (Limit::Memory, self.memory.is_some()),
            (Limit::Fuel, self.fuel.is_some()),
            (Limit::Output, self.output.is_some()),
            (Limit::HostCalls, self.host_calls.is_some()),
        ];
        limits.into_iter().find(|(_, is_set)| *is_set).map(|(limit, _)| limit)
    }
}

/// How far the heap may grow, and the function that measures it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heap {
    pub(crate) growth: usize,
    pub(crate) size: fn() -> usize,
}

impl Limits {
    /// The limits that are there by default.
    pub fn new() -> Self {
        Self {
            time: None,
            recursion: None,
            heap: None,
            source_bytes: SOURCE_BYTES,
            nesting: None,
            compile_time: Duration::from_secs(30),
            modules: 10_000,
            import_depth: 200,
            outside: Outside::default(),
        }
    }

    /// How long one load or one call may take, by the clock on the wall. It is kept on the thread that built the runtime, and
    /// can't be where there are no threads (WebAssembly).
    ///
    /// Python code is interrupted wherever it is, and interrupted again every few milliseconds, so that neither `except
    /// BaseException` nor `finally` keeps it running. A call of native code that takes long, such as `sum(range(10**10))`
    /// or `time.sleep`, is interrupted when it returns; threads that Python code started go on.
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// How many calls may be in the middle of one another, counted from where the host calls.
    pub fn recursion(mut self, calls: usize) -> Self {
        self.recursion = Some(calls);
        self
    }

    /// How many bytes the source of one module may have.
    pub fn source_bytes(mut self, bytes: usize) -> Self {
        self.source_bytes = bytes;
        self
    }

    /// How deep the source of one module may be nested, as [`nesting::check`](crate::syntax::nesting::check) measures it, and no deeper than that allows.
    pub fn nesting(mut self, depth: u32) -> Self {
        self.nesting = Some(depth);
        self
    }

    /// How long compiling one module may take, and one text that `exec`, `eval` and `compile` are given. What looks as if it
    /// may take long is compiled on a thread of its own. Should it take too long, that thread can't be stopped, and
    /// works on until it is done.
    pub fn compile_time(mut self, time: Duration) -> Self {
        self.compile_time = time;
        self
    }

    /// How many modules a realm may have.
    pub fn modules(mut self, modules: usize) -> Self {
        self.modules = modules;
        self
    }

    /// How many imports may be in the middle of one another.
    pub fn import_depth(mut self, imports: usize) -> Self {
        self.import_depth = imports;
        self
    }

    /// By how many bytes the heap may grow during one load or one call. `size` measures it, as an allocator that counts
    /// can; it is called every few milliseconds, so a single large object may be there before it is noticed. Kept on the
    /// same threads as [`time`](Self::time).
    pub fn heap(mut self, growth: usize, size: fn() -> usize) -> Self {
        self.heap = Some(Heap { growth, size });
        self
    }

    /// How many bytes the memory of an isolate may have, with the code and the modules in it. In isolates only.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.outside.memory = Some(bytes);
        self
    }

    /// How many instructions of WebAssembly one call may carry out: the same program takes the same number each time. In isolates
    /// only.
    pub fn fuel(mut self, instructions: u64) -> Self {
        self.outside.fuel = Some(instructions);
        self
    }

    /// How many bytes one call may print. In isolates only.
    pub fn output(mut self, bytes: usize) -> Self {
        self.outside.output = Some(bytes);
        self
    }

    /// How often one call may call functions of the host's and ask it about imports. In isolates only.
    pub fn host_calls(mut self, calls: u64) -> Self {
        self.outside.host_calls = Some(calls);
        self
    }

    /// How long one call may take, where that is limited.
    #[must_use]
    pub fn wall_clock(&self) -> Option<Duration> {
        self.time
    }

    /// What is limited from outside.
    #[must_use]
    pub fn outside(&self) -> Outside {
        self.outside
    }

    /// The limits that an interpreter enforces itself where another one watches the clock and the memory.
    pub fn inside(&self) -> Self {
        Self { time: None, heap: None, outside: Outside::default(), ..self.clone() }
    }

    /// Whether the heap is limited, which is measured in the process.
    #[must_use]
    pub fn has_heap(&self) -> bool {
        self.heap.is_some()
    }

    /// A limit that can't be enforced in this process, if there is one.
    pub(crate) fn only_in_isolates(&self) -> Option<Limit> {
        self.outside.any()
    }

    /// The bytes of a module's source, of which there may be so many and no more.
    pub(crate) fn read_source(&self, handle: &PythonModule, vm: &VirtualMachine) -> PyResult<Arc<[u8]>> {
        let bytes = handle.read_within(self.source_bytes).map_err(|error| match error.too_large() {
            Some(message) => exceed(Limit::SourceBytes, message, vm),
            None => error.into_exception(vm),
        })?;
        Ok(bytes.unwrap_or_default())
    }

    /// Checks that source that is so nested may be compiled.
    pub(crate) fn check_nesting(&self, bytes: &[u8], file: &str, vm: &VirtualMachine) -> PyResult<()> {
        if let Some(limit) = self.nesting
            && let Ok(text) = decode(bytes)
            && let Ok(depth) = nesting::check(&text)
            && depth > limit
        {
            return Err(exceed(Limit::Nesting, format!("`{file}` is nested {depth} deep, and {limit} is allowed"), vm));
        }
        Ok(())
    }

    /// Checks that one more module may be in a realm that has `modules`.
    pub(crate) fn check_modules(&self, modules: usize, name: &str, vm: &VirtualMachine) -> PyResult<()> {
        match modules < self.modules {
            true => Ok(()),
            false => {
                let message =
                    format!("`{name}` would be one module too many in a realm, which may have {}", self.modules);
                Err(exceed(Limit::Modules, message, vm))
            }
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// The limits of code that has no budget, set when the runtime is built.
pub(crate) static DEFAULT_LIMITS: Slot<OnceLock<Limits>> = Slot::new(|_| OnceLock::new());

/// The limits that count where this thread is: those of the budget that its code has, or else the runtime's.
pub(crate) fn current(vm: &VirtualMachine) -> Limits {
    budget::current()
        .map_or_else(|| DEFAULT_LIMITS.of(vm).get().cloned().unwrap_or_default(), |budget| budget.limits.clone())
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// A load that this thread is in the middle of.
pub(crate) struct Nested(());

impl Nested {
    pub(crate) fn enter(name: &str, vm: &VirtualMachine) -> PyResult<Self> {
        let depth = DEPTH.get();
        if depth >= current(vm).import_depth {
            let message = format!("`{name}` is imported within {depth} other imports, and no more are allowed");
            return Err(exceed(Limit::ImportDepth, message, vm));
        }
        DEPTH.set(depth + 1);
        Ok(Self(()))
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Records that a limit is exceeded, after which the budget of the code that runs, if it has one, is used up, and returns
/// the exception for it.
pub(crate) fn exceed(limit: Limit, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if let Some(budget) = budget::current() {
        budget.exceed(limit, &message);
    }
    exception(limit, message, vm)
}

/// The exception for a limit that is exceeded.
pub(crate) fn exception(limit: Limit, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let exception = vm.new_exception_msg(class(vm), format!("{limit}: {message}").into());
    // A new exception takes any attribute.
    let _ = exception.as_object().set_attr("limit", vm.ctx.new_str(limit.to_string()), vm);
    exception
}

/// The docstring of the exception class.
const DOC: &str = "Code has exceeded a limit; `limit` is its name.";

static LIMIT_EXCEEDED: Slot<ExceptionClass> =
    Slot::new(|vm| ExceptionClass::new("LimitExceeded", vm.ctx.exceptions.base_exception_type, DOC, vm));

/// The class of the exceptions for limits. No `except Exception` takes it for one of the code's own.
pub(crate) fn class(vm: &VirtualMachine) -> PyTypeRef {
    ExceptionClass::of(&LIMIT_EXCEEDED, vm)
}

/// The limit that an exception is about, if it is of that class.
pub(crate) fn limit_of(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<Limit> {
    if !exception.class().is(&class(vm)) {
        return None;
    }
    let limit = exception.as_object().get_attr("limit", vm).ok()?;
    limit.downcast_ref::<PyStr>()?.to_str()?.parse().ok()
}
