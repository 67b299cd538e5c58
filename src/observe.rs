//! What a runtime does: each answer of a mapper, each load and what else becomes code, as events for observers, and as values that can be kept.

pub(crate) mod observer;
pub(crate) mod record;
pub(crate) mod watch;

pub use crate::mapper::contract::Verdict;
#[cfg(feature = "json")]
pub use observer::JsonLines;
#[cfg(feature = "tracing")]
pub use observer::TracingEvents;
pub use observer::{EventLog, Observer};
pub use record::{Code, Decision, Event, Load, PluginChange};
