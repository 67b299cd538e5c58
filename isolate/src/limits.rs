//! What an isolate may take, whatever it does: finite in each respect.

use exocet::{Error, Limits, error::Limit};
use std::time::Duration;

/// The bounds that are enforced from outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) memory: usize,
    pub(crate) time: Duration,
    pub(crate) fuel: Option<u64>,
    pub(crate) output: usize,
    pub(crate) host_calls: u64,
}

/// The memory that an isolate may have, unless limits say otherwise.
pub(crate) const MEMORY: usize = 256 << 20;

/// How long a call may take, unless limits say otherwise.
const TIME: Duration = Duration::from_secs(10);

/// How many bytes a call may print, unless limits say otherwise.
const OUTPUT: usize = 16 << 20;

/// How often a call may call the host, unless limits say otherwise.
const HOST_CALLS: u64 = 1_000_000;

impl Bounds {
    /// # Errors
    /// A limit that nobody enforces in an isolate.
    pub(crate) fn new(limits: &Limits) -> Result<Self, Error> {
        if limits.has_heap() {
            return Err(Error::malformed(
                "a limit of the heap is measured in the process: an isolate's whole memory is limited by `memory`",
            ));
        }
        let outside = limits.outside();
        Ok(Self {
            memory: outside.memory.unwrap_or(MEMORY),
            time: limits.wall_clock().unwrap_or(TIME),
            fuel: outside.fuel,
            output: outside.output.unwrap_or(OUTPUT),
            host_calls: outside.host_calls.unwrap_or(HOST_CALLS),
        })
    }

    /// Whether instructions are counted, for which the code is another one.
    pub(crate) fn counts(&self) -> bool {
        self.fuel.is_some()
    }

    /// The error for a limit that was exceeded, in Python code at that place.
    pub(crate) fn exceeded(&self, limit: Limit, place: Option<&str>) -> Error {
        let message = match limit {
            Limit::Time => format!("a call took longer than {:?}", self.time),
            Limit::Memory => format!("more than {} bytes were asked for", self.memory),
            Limit::Fuel => format!("a call took more than {} instructions", self.fuel.unwrap_or(0)),
            Limit::Output => format!("a call printed more than {} bytes", self.output),
            Limit::HostCalls => format!("a call called the host more than {} times", self.host_calls),
            _ => "calls are nested too deep".to_owned(),
        };
        Error::limit_exceeded(limit, place.map_or(message.clone(), |place| format!("{message}, at {place}")))
    }
}
