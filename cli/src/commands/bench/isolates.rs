//! Isolates of a snapshot in which the module is loaded.

use super::{
    REPEAT,
    contender::Contender,
    results::{Contestant, Samples, Work},
};
use crate::{
    failure::Failure,
    isolated::{self, Bounds},
};
use exocet::{Error, Source};
use exocet_isolate::{Guest, Isolate, Setup, Snapshot};
use std::{sync::Arc, time::Instant};

/// How many isolates are alive when their memory is measured.
const INSTANCES: usize = 100;

pub(crate) struct Isolates<'a> {
    guest: Guest,
    setup: Setup,
    sources: &'a [Arc<dyn Source>],
    /// The function that is called in each module, if one is.
    call: Option<&'a str>,
    /// That of the module which was prepared last.
    snapshot: Option<Snapshot>,
}

impl<'a> Isolates<'a> {
    pub(crate) fn new(sources: &'a [Arc<dyn Source>], call: Option<&'a str>) -> Result<Self, Failure> {
        // What modules print goes to stderr, as it does in the process.
        let setup = Bounds::default().setup(true);
        Ok(Self { guest: isolated::guest()?, setup, sources, call, snapshot: None })
    }

    fn start(&self) -> Result<Isolate, Error> {
        self.snapshot.as_ref().expect("it is made before the rounds").isolate_with(&self.setup)
    }

    /// Has the isolate give its first answer: what the function returns, or else what the module is called.
    fn answer(&self, isolate: &Isolate, name: &str) -> Result<(), Error> {
        let module = isolate.module(name)?;
        match self.call {
            Some(function) => module.call::<exocet_isolate::Object>(function, ()).map(drop),
            None => module.get::<String>("__name__").map(drop),
        }
    }

    /// The seconds that one isolate takes for that.
    fn sample(&self, name: &str, work: Work) -> Result<f64, Error> {
        let begun = Instant::now();
        let isolate = self.start()?;
        let started = begun.elapsed();
        if work == Work::Start {
            return Ok(started.as_secs_f64());
        }
        self.answer(&isolate, name)?;
        // An isolate's end is no part of its answer.
        let answered = begun.elapsed();
        Ok(if work == Work::Call { answered - started } else { answered }.as_secs_f64())
    }
}

impl Contender for Isolates<'_> {
    fn contestant(&self) -> Contestant {
        Contestant { name: "isolate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }

    fn prepare(&mut self, name: &str) -> Result<(), String> {
        let builder = Snapshot::builder().setup(self.setup.clone()).load(name);
        let builder = self.sources.iter().fold(builder, |builder, source| builder.shared_source(source.clone()));
        self.snapshot = Some(builder.build(&self.guest).map_err(|error| error.to_string())?);
        self.sample(name, Work::Warm).map(drop).map_err(|error| error.to_string())
    }

    fn round(&mut self, name: &str, work: Work) -> Result<Option<Samples>, String> {
        match work {
            Work::Cold | Work::Disk => Ok(None),
            Work::Warm | Work::Start | Work::Call => {
                let samples = (0..REPEAT).map(|_| self.sample(name, work)).collect::<Result<_, _>>();
                samples.map(Some).map_err(|error| error.to_string())
            }
        }
    }

    fn memory(&mut self, name: &str) -> Result<Option<f64>, String> {
        let mut alive = Vec::with_capacity(2 * INSTANCES);
        let mut owned = || {
            for _ in 0..INSTANCES {
                let isolate = self.start()?;
                self.answer(&isolate, name)?;
                alive.push(isolate);
            }
            Ok::<_, Error>(own_memory())
        };
        // The first ones find places that others left.
        let (before, after) = owned().and_then(|before| Ok((before, owned()?))).map_err(|error| error.to_string())?;
        Ok(before.zip(after).map(|(before, after)| (after - before).max(0.0) / INSTANCES as f64))
    }
}

/// The bytes that the process shares with no file: what isolates have written to. What they only read is the snapshot's.
#[cfg(target_os = "linux")]
fn own_memory() -> Option<f64> {
    let rollup = procfs::process::Process::myself().ok()?.smaps_rollup().ok()?;
    let all = rollup.memory_map_rollup.into_iter().next()?;
    all.extension.map.get("Anonymous").map(|bytes| *bytes as f64)
}

#[cfg(not(target_os = "linux"))]
fn own_memory() -> Option<f64> {
    memory_stats::memory_stats().map(|memory| memory.physical_mem as f64)
}
