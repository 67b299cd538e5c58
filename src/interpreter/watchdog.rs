//! The watchdog: one thread of the process that interrupts code whose budget is used up, every few milliseconds until it is out.

use super::{budget::Budget, clock::Instant, frames, limits};
use crate::limit::Limit;
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef, signal::UserSignalSender};
use std::{
    cell::{Cell, RefCell},
    sync::{
        Arc, Condvar, Mutex, Once, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

thread_local! {
    /// The exception that this thread is being interrupted by.
    static INTERRUPTED_BY: RefCell<Option<PyBaseExceptionRef>> = const { RefCell::new(None) };
    /// When this thread was first spared, under the budget that it runs under.
    static SPARED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Ends what an interruption has begun on this thread: it is out.
pub(super) fn forget_interruption() {
    SPARED.set(None);
    let exception = INTERRUPTED_BY.with_borrow_mut(Option::take);
    drop(exception);
}

/// How often code is interrupted that has exceeded a limit. Between two interruptions it has time to let go of what it holds.
const AGAIN: Duration = Duration::from_millis(2);

/// After so many interruptions there is no more time to let go of anything: the code is interrupted at every step.
const PATIENCE: u32 = 25;

/// How long a thread is spared that is in the interpreter's own import.
const GRACE: Duration = Duration::from_secs(1);

/// How often the heap is measured.
const MEASURE: Duration = Duration::from_millis(2);

/// The thread is started when it is first needed.
pub(super) struct Watchdog {
    watched: Mutex<Vec<Watched>>,
    changed: Condvar,
    started: Once,
}

pub(super) static WATCHDOG: Watchdog =
    Watchdog { watched: Mutex::new(Vec::new()), changed: Condvar::new(), started: Once::new() };

/// A budget that some thread runs under.
struct Watched {
    budget: Arc<Budget>,
    deadline: Option<Instant>,
    heap: Option<usize>,
    signals: UserSignalSender,
    /// Taken back when the thread is out, so that what was sent too late does nothing.
    inside: Arc<AtomicBool>,
    interrupts: Cell<u32>,
    repeats: Arc<AtomicBool>,
}

/// What interrupts code that has exceeded a limit.
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
        let _ = signals.send(Box::new(|vm| self.interrupt(vm)));
    }

    fn interrupt(self, vm: &VirtualMachine) -> PyResult<()> {
        if !self.inside.load(Ordering::Acquire) {
            return Ok(());
        }
        let (limit, message) = (self.limit, self.message.clone());
        // The interpreter's own import holds locks that all runtimes of the process share, and never for long: what takes
        // long there is something that it was given, such as a list without an end.
        if frames::runs_importlib(vm) && is_spared() {
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
        let exception = INTERRUPTED_BY
            .with_borrow_mut(|by| by.get_or_insert_with(|| limits::exception(limit, message, vm)).clone());
        exception.set_traceback(None);
        Err(exception)
    }
}

/// Whether this thread is still spared, now that it is in the interpreter's own import.
fn is_spared() -> bool {
    let since = SPARED.get().unwrap_or_else(Instant::now);
    SPARED.set(Some(since));
    since.elapsed() < GRACE
}

/// Being watched, until it is dropped.
pub(super) struct Watching(Arc<AtomicBool>);

impl Watchdog {
    pub(super) fn watch(&'static self, budget: &Arc<Budget>, signals: UserSignalSender) -> Watching {
        let inside = Arc::new(AtomicBool::new(true));
        let deadline = budget.limits.time.and_then(|time| Instant::now().checked_add(time));
        let heap = budget.limits.heap.map(|heap| (heap.size)().saturating_add(heap.growth));
        let (interrupts, repeats) = (Cell::new(0), Arc::default());
        let watched =
            Watched { budget: budget.clone(), deadline, heap, signals, inside: inside.clone(), interrupts, repeats };
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
    pub(super) fn wake(&self) {
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
    /// Measures, interrupts where a limit is exceeded, and returns when to look again.
    fn look(&self) -> Option<Duration> {
        if let (Some(limit), Some(heap)) = (self.heap, self.budget.limits.heap) {
            let size = (heap.size)();
            if size > limit {
                let message = format!("the heap has grown by more than {} bytes", heap.growth);
                let _ = self.budget.exceeded.set((Limit::Heap, message));
            }
        }
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            let time = self.budget.limits.time.unwrap_or_default();
            let _ = self.budget.exceeded.set((Limit::Time, format!("it takes longer than {time:?}")));
        }
        if let Some((limit, message)) = self.budget.exceeded.get() {
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
