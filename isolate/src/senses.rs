//! What a guest has of the world: clocks, randomness, and a place to print.

use crate::setup::{Setup, Stream};
use std::time::{Duration, Instant, SystemTime};

/// Of one isolate.
pub(crate) struct Senses {
    started: Instant,
    random: Random,
    output: Output,
    setup: Setup,
}

enum Random {
    System,
    Seeded(Box<blake3::OutputReader>),
}

/// What was printed, in the order in which it was.
#[derive(Debug, Default)]
struct Output {
    out: Vec<u8>,
    err: Vec<u8>,
}

impl Senses {
    pub(crate) fn new(setup: Setup) -> Self {
        let seeded = |seed: u64| {
            let mut hasher = blake3::Hasher::new_derive_key("exocet 2026 randomness of an isolate");
            hasher.update(&seed.to_le_bytes());
            Random::Seeded(Box::new(hasher.finalize_xof()))
        };
        let random = setup.seed.map_or(Random::System, seeded);
        Self { started: Instant::now(), random, output: Output::default(), setup }
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        match &mut self.random {
            Random::System => getrandom::fill(bytes),
            Random::Seeded(reader) => {
                reader.fill(bytes);
                Ok(())
            }
        }
    }

    /// Since 1970.
    pub(crate) fn now(&self) -> Duration {
        let system = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.setup.clock.as_ref().map_or_else(system, |clock| clock())
    }

    /// Since some moment.
    pub(crate) fn monotonic(&self) -> Duration {
        self.setup.clock.as_ref().map_or_else(|| self.started.elapsed(), |clock| clock())
    }

    pub(crate) fn print(&mut self, stream: Stream, text: &str) {
        match (&self.setup.output, stream) {
            (Some(output), stream) => output(stream, text),
            (None, Stream::Out) => self.output.out.extend_from_slice(text.as_bytes()),
            (None, Stream::Err) => self.output.err.extend_from_slice(text.as_bytes()),
        }
    }

    /// What was kept, which is taken away.
    pub(crate) fn take_output(&mut self, stream: Stream) -> Vec<u8> {
        std::mem::take(match stream {
            Stream::Out => &mut self.output.out,
            Stream::Err => &mut self.output.err,
        })
    }
}
