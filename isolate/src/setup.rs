//! What an isolate is started with.

use exocet::{Limits, Observer};
use std::{fmt, sync::Arc, time::Duration};

/// How an isolate is started, see [`Snapshot::isolate_with`](crate::Snapshot::isolate_with).
#[derive(Clone, Default)]
#[must_use]
pub struct Setup {
    pub(crate) limits: Limits,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) output: Option<Arc<Printing>>,
    pub(crate) seed: Option<u64>,
    pub(crate) clock: Option<Arc<dyn Fn() -> Duration + Send + Sync>>,
}

/// What is called with what is printed.
type Printing = dyn Fn(Stream, &str) + Send + Sync;

/// Where a program prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// `sys.stdout`.
    Out,
    /// `sys.stderr`.
    Err,
}

impl Setup {
    /// Limits of their default sizes, no observer, output that is kept, randomness of the system's, and its clock.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the isolate may take.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Notifies an observer of what is imported. Its reasons against a module aren't asked for: a policy has those.
    pub fn observer(self, observer: impl Observer) -> Self {
        Self { observer: Some(Arc::new(observer)), ..self }
    }

    /// Hands on what is printed, as it is printed, in place of keeping it.
    pub fn output(self, output: impl Fn(Stream, &str) + Send + Sync + 'static) -> Self {
        Self { output: Some(Arc::new(output)), ..self }
    }

    /// Makes all randomness follow from this number. A run with the same seed and the same clock repeats.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Has the clocks show what this returns, as time since 1970.
    pub fn clock(self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { clock: Some(Arc::new(clock)), ..self }
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("limits", &self.limits).field("seed", &self.seed).finish_non_exhaustive()
    }
}
