//! The clock of the deadlines. It ticks while calls are under way, and sleeps otherwise.

use crate::fault::Fault;
use std::{
    io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, Thread},
    time::{Duration, Instant},
};
use wasmtime::{Engine, EngineWeak};

/// How often the clock ticks.
const TICK: Duration = Duration::from_millis(2);

/// After so many ticks without a call the clock goes to sleep: to wake it for each of many short calls would take longer than
/// they do.
const IDLE: u32 = 100;

/// What advances the epoch of an engine while calls are under way.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    engine: EngineWeak,
    thread: OnceLock<Thread>,
    starting: Mutex<()>,
}

#[derive(Default)]
struct Shared {
    /// How many calls are under way.
    calls: AtomicUsize,
    /// Whether the clock has to be woken.
    sleeps: AtomicBool,
    /// Whether the clock has ended.
    ended: AtomicBool,
}

/// A call under way, until it is dropped.
pub(crate) struct Running<'a>(&'a Shared);

impl Ticker {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { shared: Arc::default(), engine: engine.weak(), thread: OnceLock::new(), starting: Mutex::new(()) }
    }

    /// Has the clock tick for as long as what this returns is held.
    ///
    /// # Errors
    /// The system starts no thread.
    pub(crate) fn start(&self) -> Result<Running<'_>, Fault> {
        self.shared.calls.fetch_add(1, SeqCst);
        let running = Running(&self.shared);
        let thread = match self.thread.get() {
            Some(thread) => thread,
            None => {
                self.begin().map_err(|cause| Fault::Guest(format!("there is no clock for its deadlines: {cause}")))?
            }
        };
        // The clock says that it sleeps, and only then looks whether there are calls: one of both sees the other.
        if self.shared.sleeps.load(SeqCst) {
            thread.unpark();
        }
        Ok(running)
    }

    /// Starts the clock. Of several that begin at once, one goes on.
    fn begin(&self) -> io::Result<&Thread> {
        let _one = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = self.thread.get() {
            return Ok(thread);
        }
        let clock = thread::Builder::new().name("exocet-clock".to_owned()).stack_size(128 << 10);
        let (shared, engine) = (Arc::clone(&self.shared), self.engine.clone());
        let handle = clock.spawn(move || shared.tick(&engine))?;
        Ok(self.thread.get_or_init(|| handle.thread().clone()))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.ended.store(true, SeqCst);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, SeqCst);
    }
}

impl Shared {
    fn tick(&self, engine: &EngineWeak) {
        let (mut began, mut ticks, mut idle) = (Instant::now(), 0, 0);
        while !self.ended.load(SeqCst) {
            idle = if self.calls.load(SeqCst) == 0 { idle + 1 } else { 0 };
            if idle > IDLE {
                self.sleep();
                (began, ticks, idle) = (Instant::now(), 0, 0);
            }
            thread::park_timeout(TICK);
            // A clock that was late catches up: a busy machine lengthens no deadline.
            let passed = began.elapsed().as_nanos() / TICK.as_nanos();
            let Some(engine) = engine.upgrade() else { return };
            while ticks < passed {
                engine.increment_epoch();
                ticks += 1;
            }
        }
    }

    /// Waits for a call.
    fn sleep(&self) {
        self.sleeps.store(true, SeqCst);
        while self.calls.load(SeqCst) == 0 && !self.ended.load(SeqCst) {
            thread::park();
        }
        self.sleeps.store(false, SeqCst);
    }
}

/// So many ticks has a call that may take that long: at least so long, and no more than two ticks longer.
pub(crate) fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(u64::MAX).min(u64::MAX / 2) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_clock_sleeps_until_the_next_call() {
        let engine = Engine::default();
        let ticker = Ticker::new(&engine);
        drop(ticker.start().unwrap());
        let began = Instant::now();
        while !ticker.shared.sleeps.load(SeqCst) {
            assert!(began.elapsed() < Duration::from_secs(10), "it doesn't go to sleep");
            thread::sleep(TICK);
        }
        // It wakes for the next call.
        let _running = ticker.start().unwrap();
        thread::sleep(TICK * 5);
        assert!(!ticker.shared.sleeps.load(SeqCst));
    }

    #[test]
    fn time_that_has_no_end_is_many_ticks() {
        assert_eq!(ticks(Duration::ZERO), 1);
        assert_eq!(ticks(Duration::from_millis(100)), 51);
        assert_eq!(ticks(Duration::MAX), u64::MAX / 2 + 1);
    }
}
