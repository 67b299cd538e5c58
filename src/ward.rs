//! Wards: what runs under limits, and is done for once it has passed one.
//!
//! Every handle on an object of a ward's modules enters the interpreter through the ward. Meanwhile a thread of the process
//! looks after it. Once a limit is passed, that thread interrupts the code every few milliseconds until it is out.

use crate::{
    Error,
    engine::Engine,
    limits::{self, Limit, Limits},
    state::State,
};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef, signal::UserSignalSender};
#[cfg(not(javascript))]
use std::time::Instant;
use std::{
    cell::{Cell, RefCell},
    fmt,
    sync::{
        Arc, Condvar, Mutex, Once, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
#[cfg(javascript)]
use web_time::Instant;

/// What runs under limits.
pub(crate) struct Ward {
    pub(crate) limits: Limits,
    /// The limit that was passed, and what there is to say of it.
    passed: OnceLock<(Limit, String)>,
}

thread_local! {
    /// The wards that this thread is in, innermost last.
    static WARDS: RefCell<Vec<Arc<Ward>>> = const { RefCell::new(Vec::new()) };
    /// The exception that this thread is being interrupted by.
    static STRUCK: RefCell<Option<PyBaseExceptionRef>> = const { RefCell::new(None) };
    /// When this thread was first spared, in the ward that it is in.
    static SPARED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The ward that this thread is in.
pub(crate) fn current() -> Option<Arc<Ward>> {
    WARDS.with_borrow(|wards| wards.last().cloned())
}

/// The error for the limit that the ward has passed which this thread is in.
pub(crate) fn passed() -> Option<Error> {
    let ward = current()?;
    let (limit, message) = ward.passed.get()?;
    Some(Error::limit_passed(*limit, message.clone()))
}

impl Ward {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, passed: OnceLock::new() })
    }

    /// Notes that a limit was passed. Only the first one counts.
    pub(crate) fn trip(&self, limit: Limit, message: &str) {
        let _ = self.passed.set((limit, message.to_owned()));
        WATCHDOG.wake();
    }

    /// Runs `f` inside of the interpreter, under the limits.
    pub(crate) fn enter<R>(
        self: &Arc<Self>,
        engine: &Engine,
        f: impl FnOnce(&VirtualMachine) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if WARDS.with_borrow(|wards| wards.iter().any(|ward| Arc::ptr_eq(ward, self))) {
            // It is looked after already.
            return engine.try_enter(f);
        }
        if let Some((limit, _)) = self.passed.get() {
            return Err(Error::poisoned(*limit));
        }
        self.run(engine, f)
    }

    /// The same, even if a limit was passed before. Then the code is interrupted at once, wherever it is.
    pub(crate) fn run<R>(
        self: &Arc<Self>,
        engine: &Engine,
        f: impl FnOnce(&VirtualMachine) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if (self.limits.time.is_some() || self.limits.heap.is_some()) && !engine.can_interrupt() {
            return Err(Error::not_interruptible());
        }
        let result = engine.try_enter(|vm| {
            let _inside = Inside::new(self);
            let _lowered = self.limits.recursion.map(|calls| Lowered::new(calls, vm));
            // Another thread would be interrupted in this one's place.
            let _watched = engine.can_interrupt().then(|| WATCHDOG.watch(self, engine.signals()));
            f(vm)
        });
        if let Err(error) = &result
            && error.exception().is_some_and(|exception| exception.is("RecursionError"))
        {
            self.trip(Limit::Recursion, &error.to_string());
        }
        match self.passed.get() {
            Some((limit, message)) => Err(Error::limit_passed(*limit, message.clone())),
            None => result,
        }
    }
}

struct Inside;

impl Inside {
    fn new(ward: &Arc<Ward>) -> Self {
        WARDS.with_borrow_mut(|wards| wards.push(ward.clone()));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        WARDS.with_borrow_mut(Vec::pop);
        SPARED.set(None);
        let struck = STRUCK.with_borrow_mut(Option::take);
        drop(struck);
    }
}

/// A lower recursion limit, for as long as it lives.
struct Lowered<'a> {
    vm: &'a VirtualMachine,
    before: usize,
}

impl<'a> Lowered<'a> {
    fn new(calls: usize, vm: &'a VirtualMachine) -> Self {
        let before = vm.recursion_limit.get();
        vm.recursion_limit.set(before.min(vm.current_recursion_depth().saturating_add(calls)));
        Self { vm, before }
    }
}

impl Drop for Lowered<'_> {
    fn drop(&mut self) {
        self.vm.recursion_limit.set(self.before);
    }
}

/// How often code is interrupted that has passed a limit. Between two interruptions it has time to let go of what it holds.
const AGAIN: Duration = Duration::from_millis(2);

/// After so many interruptions there is no more time to let go of anything: the code is interrupted at every step.
const PATIENCE: u32 = 25;

/// How long a thread is spared that is in the interpreter's own import.
const GRACE: Duration = Duration::from_secs(1);

/// How often the heap is measured.
const MEASURE: Duration = Duration::from_millis(2);

/// What looks after wards: one thread for the process, started when it is first needed.
struct Watchdog {
    watched: Mutex<Vec<Watched>>,
    changed: Condvar,
    started: Once,
}

static WATCHDOG: Watchdog = Watchdog { watched: Mutex::new(Vec::new()), changed: Condvar::new(), started: Once::new() };

/// A ward that some thread is in.
struct Watched {
    ward: Arc<Ward>,
    deadline: Option<Instant>,
    heap: Option<usize>,
    signals: UserSignalSender,
    /// Taken back when the thread is out, so that what was sent too late does nothing.
    inside: Arc<AtomicBool>,
    interrupts: Cell<u32>,
    repeats: Arc<AtomicBool>,
}

/// What interrupts code that has passed a limit.
struct Interrupt {
    limit: Limit,
    message: String,
    inside: Arc<AtomicBool>,
    /// Present if the code is to be interrupted again at once, wherever it goes.
    again: Option<UserSignalSender>,
    /// Whether there is one that does so.
    repeats: Arc<AtomicBool>,
}

impl Interrupt {
    fn send(self, signals: &UserSignalSender) {
        // An interpreter that is gone runs nothing any more.
        let _ = signals.send(Box::new(|vm| self.strike(vm)));
    }

    fn strike(self, vm: &VirtualMachine) -> PyResult<()> {
        if !self.inside.load(Ordering::Acquire) {
            return Ok(());
        }
        let (limit, message) = (self.limit, self.message.clone());
        // The interpreter's own import holds locks that all runtimes of the process share, and never for long: what takes
        // long there is something that it was given, such as a list without an end.
        if is_importing(vm) && is_spared() {
            self.repeats.store(false, Ordering::Relaxed);
            if self.again.is_some() {
                // Whatever comes next is not to be left in peace until the next round.
                WATCHDOG.wake();
            }
            return Ok(());
        }
        if let Some(again) = self.again.clone() {
            self.repeats.store(true, Ordering::Relaxed);
            self.send(&again);
        }
        // Were it another one each time, each would have all before it as its context.
        let exception = STRUCK
            .with_borrow_mut(|struck| struck.get_or_insert_with(|| limits::exception(limit, message, vm)).clone());
        exception.set_traceback(None);
        Err(exception)
    }
}

/// Whether the code that runs is that of the interpreter's own import: the very code, since any other can bear its file name.
fn is_importing(vm: &VirtualMachine) -> bool {
    let state = State::existing(vm);
    state.is_some_and(|state| vm.current_frame().is_some_and(|frame| state.import_code.has(frame.iframe().code())))
}

/// Whether this thread is still spared, now that it is in the interpreter's own import.
fn is_spared() -> bool {
    let since = SPARED.get().unwrap_or_else(Instant::now);
    SPARED.set(Some(since));
    since.elapsed() < GRACE
}

/// Being watched, until it is dropped.
struct Watching(Arc<AtomicBool>);

impl Watchdog {
    fn watch(&'static self, ward: &Arc<Ward>, signals: UserSignalSender) -> Watching {
        let inside = Arc::new(AtomicBool::new(true));
        let deadline = ward.limits.time.and_then(|time| Instant::now().checked_add(time));
        let heap = ward.limits.heap.map(|heap| (heap.gauge)().saturating_add(heap.growth));
        let (interrupts, repeats) = (Cell::new(0), Arc::default());
        let watched =
            Watched { ward: ward.clone(), deadline, heap, signals, inside: inside.clone(), interrupts, repeats };
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).push(watched);
        #[cfg(not(target_family = "wasm"))]
        self.started.call_once(|| {
            // Without it nothing is interrupted, and all that is checked on the way still is.
            let _ = std::thread::Builder::new().name("exocet watchdog".to_owned()).spawn(|| self.run());
        });
        if deadline.is_some() || heap.is_some() {
            self.wake();
        }
        Watching(inside)
    }

    /// Makes the thread look again.
    fn wake(&self) {
        self.changed.notify_one();
    }

    fn run(&self) -> ! {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            watched.retain(|watched| watched.inside.load(Ordering::Acquire));
            let next = watched.iter().filter_map(Watched::look).min();
            watched = match next {
                Some(next) => self.changed.wait_timeout(watched, next).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(watched).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl Watched {
    /// Looks after the ward, and tells when it should be looked after again.
    fn look(&self) -> Option<Duration> {
        if let (Some(limit), Some(heap)) = (self.heap, self.ward.limits.heap) {
            let size = (heap.gauge)();
            if size > limit {
                let message = format!("the heap has grown by more than {} bytes", heap.growth);
                let _ = self.ward.passed.set((Limit::Heap, message));
            }
        }
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            let time = self.ward.limits.time.unwrap_or_default();
            let _ = self.ward.passed.set((Limit::Time, format!("it takes longer than {time:?}")));
        }
        if let Some((limit, message)) = self.ward.passed.get() {
            if self.repeats.load(Ordering::Relaxed) {
                return Some(AGAIN);
            }
            self.interrupts.set(self.interrupts.get().saturating_add(1));
            Interrupt {
                limit: *limit,
                message: message.clone(),
                inside: self.inside.clone(),
                again: (self.interrupts.get() >= PATIENCE).then(|| self.signals.clone()),
                repeats: self.repeats.clone(),
            }
            .send(&self.signals);
            return Some(AGAIN);
        }
        left.into_iter().chain(self.heap.map(|_| MEASURE)).min()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl fmt::Debug for Ward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ward").field("limits", &self.limits).finish_non_exhaustive()
    }
}
