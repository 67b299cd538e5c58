//! Jobs, and their rounds by turns.

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

const ROUNDS: usize = 21;

/// Memory is the same each time, or nearly: it is measured in one round of so many.
const MEMORY: usize = 7;

/// How long a job runs in one round.
const ROUND: Duration = Duration::from_millis(30);

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    Start,
    Process,
    Cold,
    Warm,
    Call,
    Isolate,
    Instance,
    Interpreter,
}

/// All of it, and what the table calls it.
pub const WORKS: [(Work, &str); 8] = [
    (Work::Start, "start: an interpreter, an empty program, the end"),
    (Work::Process, "the same as a process"),
    (Work::Cold, "load, cold: from text"),
    (Work::Warm, "load, warm: of compiled code"),
    (Work::Call, "call: a string in, a string out"),
    (Work::Isolate, "isolate: start, load, call, end, within limits"),
    (Work::Instance, "memory of one more loaded module"),
    (Work::Interpreter, "memory of one more interpreter"),
];

impl Work {
    pub fn is_memory(self) -> bool {
        self >= Self::Instance
    }
}

/// Does its work so many times, and returns how long that took in seconds; or, of memory, what one takes in bytes.
pub type Job = Box<dyn FnMut(u32) -> f64>;

pub type Jobs = BTreeMap<Work, Job>;

/// What one time took, in each round.
pub type Figures = BTreeMap<Work, Vec<f64>>;

/// Runs a command that prints nothing.
pub fn process(command: fn() -> Command) -> Job {
    Box::new(move |times| {
        let began = Instant::now();
        (0..times).for_each(|_| assert!(command().status().expect("it starts").success()));
        began.elapsed().as_secs_f64()
    })
}

/// All jobs of all peers, one after the other, again and again.
pub fn measure<const N: usize>(mut peers: [(String, Jobs); N]) -> Vec<(String, Figures)> {
    let mut figures: Vec<_> = peers.iter().map(|(name, _)| (name.clone(), Figures::new())).collect();
    let times: Vec<BTreeMap<_, _>> = peers
        .iter_mut()
        .map(|(_, jobs)| jobs.iter_mut().map(|(work, job)| (*work, fill(*work, job))).collect())
        .collect();
    for round in 0..ROUNDS {
        for (work, _) in WORKS.into_iter().filter(|(work, _)| !work.is_memory() || round % MEMORY == 0) {
            for (at, (_, jobs)) in peers.iter_mut().enumerate() {
                if let Some(job) = jobs.get_mut(&work) {
                    let times = times[at][&work];
                    figures[at].1.entry(work).or_default().push(job(times) / f64::from(times));
                }
            }
        }
    }
    figures
}

/// How many times fill a round.
fn fill(work: Work, job: &mut Job) -> u32 {
    let mut times = 1;
    while !work.is_memory() {
        let took = job(times);
        if took > ROUND.as_secs_f64() / 3.0 {
            return (f64::from(times) * ROUND.as_secs_f64() / took).ceil() as u32;
        }
        times *= 2;
    }
    times
}
