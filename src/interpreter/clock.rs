//! The clock that measures time: the system's, or where there is none, the one that the host sets.

use std::time::Duration;

/// A point in time, as a distance from some fixed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(Duration);

impl Instant {
    pub(crate) fn now() -> Self {
        Self(elapsed())
    }

    pub(crate) fn elapsed(self) -> Duration {
        Self::now().saturating_duration_since(self)
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn elapsed() -> Duration {
    use std::{sync::LazyLock, time};
    static START: LazyLock<time::Instant> = LazyLock::new(time::Instant::now);
    START.elapsed()
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
static CLOCK: std::sync::OnceLock<fn() -> Duration> = std::sync::OnceLock::new();

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn elapsed() -> Duration {
    CLOCK.get().map_or(Duration::ZERO, |clock| clock())
}

/// Sets the clock by which events are timed, where there is no operating system: a distance from some fixed point. Without
/// one no time passes. Only the first one counts.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub fn set_clock(clock: fn() -> Duration) {
    let _ = CLOCK.set(clock);
}
