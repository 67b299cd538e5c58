//! Isolates for many threads.

use crate::{Isolate, Setup, Snapshot};
use async_lock::{Semaphore, SemaphoreGuardArc};
use crossbeam_queue::ArrayQueue;
use exocet::Error;
use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Weak},
    thread::{self, Thread},
};

/// Hands out fresh isolates of one snapshot to many threads, so many at once and no more. Clones are one pool.
///
/// An isolate serves once, and is thrown away. On the way to one there is no lock but where all are taken: then whoever wants one waits.
/// Calls of an isolate take their thread. Under tokio they belong into `spawn_blocking`, as anything that computes:
///
/// ```rust,ignore
/// let isolates = Isolates::builder(&snapshot).ahead(4).build()?;
/// let text = tokio::task::spawn_blocking(move || isolates.take()?.module("report")?.call::<String>("render", (data,))).await??;
/// ```
#[derive(Clone)]
pub struct Isolates(Arc<Pool>);

struct Pool {
    snapshot: Snapshot,
    setup: Setup,
    places: Arc<Semaphore>,
    at_once: usize,
    /// Those that were started before they are wanted.
    ready: ArrayQueue<Isolate>,
    /// Who starts them.
    starter: Option<Thread>,
}

/// How many isolates a pool hands out.
#[must_use]
pub struct IsolatesBuilder {
    snapshot: Snapshot,
    setup: Setup,
    at_once: usize,
    ahead: usize,
}

/// An isolate of a pool's, which ends when it is dropped.
pub struct Taken {
    isolate: Isolate,
    _place: SemaphoreGuardArc,
}

impl Isolates {
    /// Describes a pool: as many isolates at once as there are two for each processor that this process may use, none of them ahead.
    pub fn builder(snapshot: &Snapshot) -> IsolatesBuilder {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        IsolatesBuilder { snapshot: snapshot.clone(), setup: Setup::new(), at_once: 2 * processors, ahead: 0 }
    }

    /// A fresh isolate. While all that there may be are taken, the thread waits.
    ///
    /// # Errors
    /// As for [`Snapshot::isolate`].
    pub fn take(&self) -> Result<Taken, Error> {
        self.0.taken(self.0.places.acquire_arc_blocking())
    }

    /// A fresh isolate, if not all are taken.
    ///
    /// # Errors
    /// As for [`Snapshot::isolate`].
    pub fn try_take(&self) -> Result<Option<Taken>, Error> {
        self.0.places.try_acquire_arc().map(|place| self.0.taken(place)).transpose()
    }

    /// A fresh isolate, once there is a place for it. No thread waits meanwhile.
    ///
    /// # Errors
    /// As for [`Snapshot::isolate`].
    pub async fn take_when_free(&self) -> Result<Taken, Error> {
        self.0.taken(self.0.places.acquire_arc().await)
    }

    /// How many there may be at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.0.at_once
    }
}

impl IsolatesBuilder {
    /// How each isolate is started.
    pub fn setup(self, setup: Setup) -> Self {
        Self { setup, ..self }
    }

    /// How many there may be at once; at least one.
    pub fn at_once(self, isolates: usize) -> Self {
        Self { at_once: isolates.max(1), ..self }
    }

    /// How many are started before they are wanted, by a thread of the pool's. Those take memory, and a place each of the guest's.
    pub fn ahead(self, isolates: usize) -> Self {
        Self { ahead: isolates, ..self }
    }

    /// Makes the pool. One isolate is started to see that it can be.
    ///
    /// # Errors
    /// As for [`Snapshot::isolate`]; a system that starts no thread.
    pub fn build(self) -> Result<Isolates, Error> {
        drop(self.snapshot.isolate_with(&self.setup)?);
        let Self { snapshot, setup, at_once, ahead } = self;
        let places = Arc::new(Semaphore::new(at_once));
        let ready = ArrayQueue::new(ahead.max(1));
        let pool = |starter| Pool { snapshot, setup, places, at_once, ready, starter };
        if ahead == 0 {
            return Ok(Isolates(Arc::new(pool(None))));
        }
        let (sender, receiver) = std::sync::mpsc::channel::<Weak<Pool>>();
        let starter = thread::Builder::new().name("exocet-isolates".to_owned());
        let starter = starter.spawn(move || {
            if let Ok(pool) = receiver.recv() {
                start_ahead(&pool);
            }
        });
        let starter = starter.map_err(|cause| Error::malformed(format!("a pool can't have its thread: {cause}")))?;
        let pool = Arc::new(pool(Some(starter.thread().clone())));
        // The thread waits for it, and for nothing else.
        let _ = sender.send(Arc::downgrade(&pool));
        Ok(Isolates(pool))
    }
}

/// Starts isolates for as long as there is a pool, whenever there are fewer than there should be.
fn start_ahead(pool: &Weak<Pool>) {
    while let Some(pool) = pool.upgrade() {
        // One that can't be started now is an error of whoever wants one.
        let is_full = pool.ready.is_full();
        let started = if is_full { None } else { pool.snapshot.isolate_with(&pool.setup).ok() };
        if let Some(isolate) = started {
            let _ = pool.ready.push(isolate);
            continue;
        }
        drop(pool);
        thread::park();
    }
}

impl Pool {
    fn taken(&self, place: SemaphoreGuardArc) -> Result<Taken, Error> {
        let ready = self.starter.as_ref().and_then(|starter| {
            let isolate = self.ready.pop();
            starter.unpark();
            isolate
        });
        let isolate = ready.map_or_else(|| self.snapshot.isolate_with(&self.setup), Ok)?;
        Ok(Taken { isolate, _place: place })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(starter) = &self.starter {
            starter.unpark();
        }
    }
}

impl Deref for Taken {
    type Target = Isolate;

    fn deref(&self) -> &Isolate {
        &self.isolate
    }
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.isolate.fmt(f)
    }
}

impl fmt::Debug for Isolates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Isolates").field("at_once", &self.0.at_once).finish_non_exhaustive()
    }
}
