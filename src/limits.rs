//! Limits: how much of the host's time and memory code may use up.

use crate::{depth, state::State, text, ward};
use rustpython_vm::{
    AsObject, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyTypeRef},
    compiler::Mode,
};
use std::{cell::Cell, fmt, str::FromStr, time::Duration};

/// How much code may use up, for [`Imports::limited`](crate::Imports::limited) and
/// [`Builder::limits`](crate::Builder::limits).
///
/// What has no limit by default is the time, the recursion beyond the interpreter's own limit of 1,000 calls, and the
/// growth of the heap. The others are finite: 16 MiB of source in one module, 30 s to compile it, 10,000 modules in a realm, 200
/// imports within one another; and nesting, as [`depth::check`] has it.
///
/// ```
/// use exocet::{Limit, Limits, Memory, Runtime};
/// use std::time::Duration;
///
/// let plugins = Memory::new("<plugins>")
///     .with("stuck.py", "def reply():\n    while True:\n        try:\n            pass\n        except BaseException:\n            pass")
///     .with("good.py", "def reply():\n    return 'fine'");
/// let runtime = Runtime::builder().source(plugins).build()?;
/// let limits = || Limits::new().time(Duration::from_millis(100));
/// let (one, other) = (runtime.pass_through().limited(limits())?, runtime.pass_through().limited(limits())?);
/// let (stuck, good) = (runtime.load("stuck", &one)?, runtime.load("good", &other)?);
/// assert_eq!(stuck.call::<()>("reply", ()).unwrap_err().limit(), Some(Limit::Time));
/// assert!(stuck.call::<()>("reply", ()).unwrap_err().is_poisoned());
/// assert_eq!(good.call::<String>("reply", ())?, "fine");
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Limits {
    pub(crate) time: Option<Duration>,
    pub(crate) recursion: Option<usize>,
    pub(crate) heap: Option<Heap>,
    source_bytes: usize,
    nesting: Option<u32>,
    compile_time: Duration,
    modules: usize,
    import_depth: usize,
}

/// How far the heap may grow, and what measures it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heap {
    pub(crate) growth: usize,
    pub(crate) gauge: fn() -> usize,
}

/// Which limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// A load or a call took too long.
    Time,
    /// Calls within calls.
    Recursion,
    /// The source of one module is too long.
    SourceBytes,
    /// The source of one module is nested too deep.
    Nesting,
    /// Compiling one module took too long.
    CompileTime,
    /// A realm has too many modules.
    Modules,
    /// Imports within imports.
    ImportDepth,
    /// The heap has grown too far.
    Heap,
}

impl Limits {
    /// The limits that are there by default.
    pub fn new() -> Self {
        Self {
            time: None,
            recursion: None,
            heap: None,
            source_bytes: 16 << 20,
            nesting: None,
            compile_time: Duration::from_secs(30),
            modules: 10_000,
            import_depth: 200,
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

    /// How deep the source of one module may be nested, as [`depth::check`] measures it, and no deeper than that allows.
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

    /// By how many bytes the heap may grow during one load or one call. `gauge` tells its size, as an allocator that counts
    /// does; it is asked every few milliseconds, so a single large object may be there before it is noticed. Kept on the
    /// same threads as [`time`](Self::time).
    pub fn heap(mut self, growth: usize, gauge: fn() -> usize) -> Self {
        self.heap = Some(Heap { growth, gauge });
        self
    }

    /// Checks that source of that length may be compiled.
    pub(crate) fn check_source(&self, bytes: &[u8], file: &str, vm: &VirtualMachine) -> PyResult<()> {
        if bytes.len() > self.source_bytes {
            let message = format!("`{file}` has {} bytes, and {} are allowed", bytes.len(), self.source_bytes);
            return Err(pass(Limit::SourceBytes, message, vm));
        }
        if let Some(limit) = self.nesting
            && let Ok(text) = text::decode(bytes)
            && let Ok(depth) = depth::check(&text)
            && depth > limit
        {
            return Err(pass(Limit::Nesting, format!("`{file}` is nested {depth} deep, and {limit} is allowed"), vm));
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
                Err(pass(Limit::Modules, message, vm))
            }
        }
    }

    /// The same for a module's bytes.
    pub(crate) fn check_compile_bytes(&self, bytes: &[u8], file: &str, vm: &VirtualMachine) -> PyResult<()> {
        match text::decode(bytes) {
            Ok(source) => self.check_compile(&source, Mode::Exec, file, vm),
            // That it can't be decoded shows when it is compiled.
            Err(_) => Ok(()),
        }
    }

    /// Checks that source text, should it look as if compiling it could take long, is compiled in time.
    pub(crate) fn check_compile(&self, source: &str, mode: Mode, file: &str, vm: &VirtualMachine) -> PyResult<()> {
        if !is_costly(source) || compiles_in(self.compile_time, source, mode, file, vm) {
            return Ok(());
        }
        let message = format!("compiling `{file}` takes longer than {:?}", self.compile_time);
        Err(pass(Limit::CompileTime, message, vm))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// The limits that count where this thread is: those of the ward that it is in, or else the runtime's.
pub(crate) fn current(vm: &VirtualMachine) -> Limits {
    ward::current().map_or_else(|| State::of(vm).limits.get().cloned().unwrap_or_default(), |ward| ward.limits.clone())
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
            return Err(pass(Limit::ImportDepth, message, vm));
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

/// What is compiled on the spot, as it can't take long: text that is not too long and has no `finally` in others, whose code
/// is compiled many times.
const SHORT: usize = 256 << 10;
const LIGHT: u64 = 100_000;

/// Whether compiling the text may take long.
pub(crate) fn is_costly(source: &str) -> bool {
    source.len() > SHORT || (source.matches("finally").count() > 2 && depth::weight(source) > LIGHT)
}

/// Whether the text is compiled, or found not to be Python, within that time.
#[cfg(not(target_family = "wasm"))]
fn compiles_in(time: Duration, source: &str, mode: Mode, file: &str, vm: &VirtualMachine) -> bool {
    let Ok(depth) = depth::check(source) else { return true };
    let (source, file, options) = (source.to_owned(), file.to_owned(), crate::unit::compile_options(vm));
    let (done, wait) = std::sync::mpsc::channel();
    let compile = move || {
        let compile = || drop(rustpython_vm::compiler::compile(&source, mode, &file, options));
        // A panic is the business of who compiles it next.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| crate::unit::on_deep_stack(depth, compile)));
        let _ = done.send(());
    };
    let thread = std::thread::Builder::new().name("exocet compile".to_owned()).stack_size(16 << 20).spawn(compile);
    thread.is_err() || vm.allow_threads(|| wait.recv_timeout(time)).is_ok()
}

#[cfg(target_family = "wasm")]
fn compiles_in(_: Duration, _: &str, _: Mode, _: &str, _: &VirtualMachine) -> bool {
    true
}

/// The exception for a limit that is passed, after which the ward of the code that runs, if it is in one, is done for.
pub(crate) fn pass(limit: Limit, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if let Some(ward) = ward::current() {
        ward.trip(limit, &message);
    }
    exception(limit, message, vm)
}

/// The exception for a limit that is passed.
pub(crate) fn exception(limit: Limit, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let exception = vm.new_exception_msg(class(vm), format!("{limit}: {message}").into());
    // A new exception takes any attribute.
    let _ = exception.as_object().set_attr("limit", vm.ctx.new_str(limit.to_string()), vm);
    exception
}

/// What Python code reads of it.
const DOC: &str = "Code has used up what it may; `limit` says of what.";

/// The class of the exceptions for limits. No `except Exception` takes it for one of the code's own.
pub(crate) fn class(vm: &VirtualMachine) -> PyTypeRef {
    let base = vm.ctx.exceptions.base_exception_type;
    State::of(vm).limit_exceeded.get("LimitExceeded", base, DOC, vm)
}

const NAMES: [(Limit, &str); 8] = [
    (Limit::Time, "time limit"),
    (Limit::Recursion, "recursion limit"),
    (Limit::SourceBytes, "source size limit"),
    (Limit::Nesting, "nesting limit"),
    (Limit::CompileTime, "compile time limit"),
    (Limit::Modules, "module limit"),
    (Limit::ImportDepth, "import depth limit"),
    (Limit::Heap, "heap limit"),
];

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(limit, _)| limit == self).map_or("limit", |(_, name)| name))
    }
}

impl FromStr for Limit {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        NAMES.iter().find(|(_, own)| *own == name).map(|(limit, _)| *limit).ok_or(())
    }
}
