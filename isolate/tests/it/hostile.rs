//! Whatever a program does, it ends within its deadline, in an exception, by a limit, or with its isolate; the host goes on, and so
//! do all other isolates.

use crate::support::guest;
use exocet::{Choice, Error, HostModule, Imports, Limits, Memory, values::Value};
use exocet_isolate::{Isolate, Object, Snapshot};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    sync::OnceLock,
    time::{Duration, Instant},
};

/// Programs, divided by lines of three dashes. What one leaves in `result` is read by the host in several ways.
const PROGRAMS: &str = include_str!("hostile/programs.txt");

/// How long a call may take.
const TIME: Duration = Duration::from_millis(500);

/// How much longer it takes at most.
const LATE: Duration = Duration::from_millis(550);

/// How long the text of an error may be.
const LONGEST: usize = 200_000;

const APP: &str = "
def go(text):
    names = {'__name__': '__main__', '__builtins__': __builtins__}
    exec(text, names)
    return names.get('result')

def fine(): return 1
";

/// What a program's result is read as.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only reading it is of interest")]
struct Point {
    x: Value,
    y: Value,
    name: Value,
}

fn host() -> HostModule {
    HostModule::new("host")
        .function("same", |value: Value| value)
        .function("objects", |objects: Vec<Object>| objects.len())
        .function("made", || vec![0_u8; 100])
        .try_function("back", |function: Object, value: Value| function.invoke::<Value>((value,)))
        .function("panics", || -> u8 { panic!("the host's own fault") })
}

fn imports() -> Imports {
    Imports::chosen(|question| match question.name.as_str() {
        "asks_too_much" => Choice::source("import host\nwhile True: host.same([1] * 1000)"),
        "panics" => panic!("the host's own fault"),
        "loops_in_text" => Choice::source("while True: pass"),
        "has_much_text" => Choice::source("x = 1\n".repeat(1_000_000)),
        "renamed_without_end" => Choice::rename("renamed_without_end"),
        _ => Choice::PassThrough,
    })
    .with_module(host())
}

fn snapshot() -> Snapshot {
    static SHARED: OnceLock<Snapshot> = OnceLock::new();
    let make = || {
        let app = Memory::new("<app>").with("app.py", APP);
        let libraries = "import json, re, sys, random, collections, traceback".to_owned();
        let app = app.with("libraries.py", libraries);
        let builder = Snapshot::builder().source(app).imports(&imports()).load("app").load("libraries");
        builder.build(&guest()).expect("it loads")
    };
    SHARED.get_or_init(make).clone()
}

/// Does something with an isolate, and returns how it ended if it isn't as it should be.
fn checked<T>(isolate: &Isolate, act: impl FnOnce() -> Result<T, Error>) -> (Option<T>, Duration, Option<String>) {
    let began = Instant::now();
    let result = act();
    let took = began.elapsed();
    let error = match result {
        Ok(value) => return (Some(value), took, None),
        Err(error) => error,
    };
    let shown = error.to_string();
    let is_known = error.exception().is_some() || error.limit().is_some() || error.is_gone() || error.is_misfit();
    let traceback = error.exception().map_or(0, |exception| exception.traceback().len());
    let complaint = if !is_known && !shown.contains("too long") {
        Some(format!("an error of no kind: {shown:.300}"))
    } else if shown.len() > LONGEST || traceback > LONGEST || format!("{error:?}").len() > 4 * LONGEST {
        Some(format!("an error of {} bytes, traceback {traceback}", shown.len()))
    } else if (error.is_gone() || error.limit().is_some()) && !isolate.is_gone() {
        Some(format!("the isolate should be gone: {shown:.300}"))
    } else {
        None
    };
    (None, took, complaint)
}

/// Runs one program, reads its result, and returns what is wrong.
fn wrong_with(program: &str, limits: &Limits) -> Option<String> {
    let snapshot = snapshot();
    let isolate = snapshot.isolate(limits).expect("it starts");
    let app = isolate.module("app").expect("it is loaded");
    let mut wrong = None;
    let mut note = |what: &str, took: Duration, complaint: Option<String>| {
        let late = (took > LATE).then(|| format!("it took {took:?}"));
        wrong = wrong.take().or(complaint.or(late).map(|complaint| format!("{what}: {complaint}")));
    };
    let (kept, took, complaint) = checked(&isolate, || app.call::<Object>("go", (program,)));
    note("call", took, complaint);
    if let Some(object) = kept {
        fn read<T: DeserializeOwned>(isolate: &Isolate, object: &Object) -> (Duration, Option<String>) {
            let (_, took, complaint) = checked(isolate, || object.to::<T>());
            (took, complaint)
        }
        let ways = [
            ("value", read::<Value> as fn(&Isolate, &Object) -> _),
            ("numbers", read::<Vec<u64>>),
            ("objects", read::<Vec<Object>>),
            ("map", read::<BTreeMap<String, Value>>),
            ("struct", read::<Point>),
            ("structs", read::<Vec<Point>>),
            ("text", read::<String>),
            ("number", read::<f64>),
        ];
        for (what, read) in ways {
            let (took, complaint) = read(&isolate, &object);
            note(what, took, complaint);
        }
        let (_, took, complaint) = checked(&isolate, || object.has("absent"));
        note("has", took, complaint);
        let began = Instant::now();
        drop(object);
        note("release", began.elapsed(), None);
        let (_, took, complaint) = checked(&isolate, || app.call::<Value>("fine", ()));
        note("after the release", took, complaint);
    }
    let began = Instant::now();
    drop((app, isolate));
    note("end", began.elapsed(), None);
    let fresh = snapshot.isolate(limits).expect("it starts").module("app").unwrap().call::<u8>("fine", ());
    if !matches!(fresh, Ok(1)) {
        note("a fresh isolate", Duration::ZERO, Some(format!("{fresh:?}")));
    }
    wrong
}

fn survives(limits: &Limits) {
    let only = std::env::var("EXOCET_PROGRAM").ok();
    let programs = PROGRAMS.split("\n---\n").filter(|program| only.as_ref().is_none_or(|text| program.contains(text)));
    let failed = programs.filter_map(|program| {
        // The machine may be busy: one of three has to be in time.
        let all = (0..3).map_while(|_| wrong_with(program, limits)).collect::<Vec<_>>();
        (all.len() == 3).then(|| format!("{program:.200}\n    => {}", all[2]))
    });
    let failed = failed.collect::<Vec<_>>();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn hostile_programs_end_in_time_and_a_thousand_isolates_work_afterwards() {
    let limits = Limits::new().time(TIME).memory(128 << 20);
    survives(&limits);
    let works = |_| snapshot().isolate(&limits).unwrap().module("app").unwrap().call::<u8>("fine", ()).unwrap() == 1;
    assert!((0..1000).all(works));
}

#[test]
fn hostile_programs_end_by_fuel_too() {
    survives(&Limits::new().time(TIME).memory(128 << 20).fuel(2_000_000_000));
}
