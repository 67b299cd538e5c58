//! Isolates on the command line: the guest, and what an isolate may take.

use crate::{disk_cache, failure::Failure, output};
use bytesize::ByteSize;
use clap::Args;
use exocet::{Error, Limits};
use exocet_isolate::{Compiling, Guest, GuestBuilder, Setup, Stream};
use std::{io::Write, time::Duration};

/// What an isolate may take.
#[derive(Debug, Default, Args)]
pub(crate) struct Bounds {
    /// How much memory an isolate may have: 64MiB, 1GiB
    #[arg(long, value_name = "SIZE", help_heading = "Isolates")]
    memory: Option<ByteSize>,
    /// How many seconds a call may take, and a program or a load
    #[arg(long, value_name = "SECONDS", help_heading = "Isolates", value_parser = seconds)]
    time: Option<Duration>,
    /// How many instructions a call may carry out: the same program takes the same number each time
    #[arg(long, value_name = "N", help_heading = "Isolates")]
    fuel: Option<u64>,
    /// How much a call may print: 1MiB
    #[arg(long, value_name = "SIZE", help_heading = "Isolates")]
    max_output: Option<ByteSize>,
    /// Make all randomness follow from this number
    #[arg(long, value_name = "N", help_heading = "Isolates")]
    seed: Option<u64>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is no number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

impl Bounds {
    /// The option among these that was given, if one was.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let given = [
            ("--memory", self.memory.is_some()),
            ("--time", self.time.is_some()),
            ("--fuel", self.fuel.is_some()),
            ("--max-output", self.max_output.is_some()),
            ("--seed", self.seed.is_some()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }

    /// An isolate's setup, whose output goes where the process's goes, or to stderr alone.
    pub(crate) fn setup(&self, to_stderr: bool) -> Setup {
        let mut limits = Limits::new();
        if let Some(memory) = self.memory {
            limits = limits.memory(usize::try_from(memory.as_u64()).unwrap_or(usize::MAX));
        }
        if let Some(time) = self.time {
            limits = limits.time(time);
        }
        if let Some(fuel) = self.fuel {
            limits = limits.fuel(fuel);
        }
        if let Some(output) = self.max_output {
            limits = limits.output(usize::try_from(output.as_u64()).unwrap_or(usize::MAX));
        }
        let setup = Setup::new().limits(limits).output(move |stream, text| print(stream, text, to_stderr));
        match self.seed {
            Some(seed) => setup.seed(seed),
            None => setup,
        }
    }

    /// The hash seed of a snapshot: fixed where the randomness is.
    pub(crate) fn hash_seed(&self) -> Option<u32> {
        #[expect(clippy::cast_possible_truncation, reason = "any bits of it will do")]
        self.seed.map(|seed| (seed ^ (seed >> 32)) as u32)
    }
}

fn print(stream: Stream, text: &str, to_stderr: bool) {
    // Where nobody reads there is nobody to report it to.
    let _ = match stream {
        Stream::Out if !to_stderr => {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
        Stream::Out | Stream::Err => std::io::stderr().write_all(text.as_bytes()),
    };
}

/// The guest of this build, compiled for this machine. Who has to wait for that is told.
pub(crate) fn guest() -> Result<Guest, Failure> {
    builder().build().map_err(Failure::failed)
}

/// Describes the guest of this build.
pub(crate) fn builder() -> GuestBuilder {
    let builder = Guest::builder().on_compile(|event| match event {
        Compiling::Started => output::note("compiling the guest for this machine, which takes some 20 seconds, once"),
        Compiling::Finished { took, kept } => {
            let kept =
                kept.map_or_else(|| "and kept nowhere".to_owned(), |kept| format!("and kept: {}", kept.display()));
            output::note(&format!("compiled in {}, {kept}", output::time(took.as_secs_f64())));
        }
        _ => {}
    });
    match disk_cache::folder() {
        Some(folder) => builder.cache(folder),
        None => builder.without_cache(),
    }
}

/// Why a command with an isolate ends early. What Python code raised is shown as `python` shows it.
pub(crate) fn failure(error: &Error) -> Failure {
    match error.exception() {
        Some(exception) => Failure::Raised(exception.traceback().to_owned()),
        None => Failure::Failed(error.to_string()),
    }
}
