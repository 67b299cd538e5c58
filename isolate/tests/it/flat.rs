//! Isolates leave nothing behind: however they end, the process has as much memory and as many descriptors as before.

use crate::support::guest;
use exocet::{HostModule, Imports, Limits, Memory, error::Limit};
use exocet_isolate::{Isolate, Object, Snapshot};
use std::{env, fs, process::Command, time::Instant};

const APP: &str = "
import host

class Thing: pass

def fine(): return [Thing() for i in range(10)]

def prints(): print('x' * 1000)

def traps(): '%2000000000d' % 1

def deep(n): return host.back(deep, n - 1) if n else prints()

def panics(): host.panics()
";

/// How much memory may be more afterwards, in KiB.
const MORE: u64 = 24 << 10;

fn snapshot() -> Snapshot {
    let back = |function: Object, n: u64| function.invoke::<()>((n,));
    let host = HostModule::new("host").try_function("back", back).function("panics", || -> u8 { panic!("on purpose") });
    let imports = Imports::pass_through().with_module(host);
    let builder = Snapshot::builder().source(Memory::new("<app>").with("app.py", APP)).imports(&imports).load("app");
    builder.build(&guest()).expect("it loads")
}

/// Resident memory in KiB that is this process's own, and open descriptors.
fn usage() -> (u64, usize) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    let kilobytes = line.trim().trim_end_matches(" kB").parse().unwrap();
    (kilobytes, fs::read_dir("/proc/self/fd").unwrap().count())
}

/// An isolate that ends in the way of this number. What is returned outlives it.
fn live(snapshot: &Snapshot, number: usize) -> Option<Vec<Object>> {
    let limits = Limits::new().output(100);
    let isolate = snapshot.isolate(&limits).unwrap();
    let app = isolate.module("app").unwrap();
    match number % 6 {
        0 => drop(app.call::<Vec<Object>>("fine", ()).unwrap()),
        1 => return Some(app.call::<Vec<Object>>("fine", ()).unwrap()),
        2 => assert_eq!(app.call::<()>("prints", ()).unwrap_err().limit(), Some(Limit::Output)),
        3 => assert!(app.call::<()>("traps", ()).is_err_and(|error| error.exception().is_none()) && isolate.is_gone()),
        4 => assert_eq!(app.call::<()>("deep", (5,)).unwrap_err().limit(), Some(Limit::Output)),
        // A panic costs a millisecond: one in a hundred.
        _ if number % 600 == 5 => assert!(app.call::<()>("panics", ()).is_err()),
        _ => {}
    }
    None
}

/// What the next test runs in a process of its own.
#[test]
#[ignore = "it is a part of another test"]
fn inside() {
    let count = env::var("EXOCET_ISOLATES").ok().and_then(|count| count.parse().ok()).unwrap_or(5_000);
    let snapshot = snapshot();
    let many = |count: usize| (0..count).for_each(|number| drop(live(&snapshot, number)));
    many(1000);
    let (before, began) = (usage(), Instant::now());
    many(count);
    let after = usage();
    println!("{count} one after the other in {:?}: {before:?} {after:?}", began.elapsed());
    assert!(after.0 < before.0 + MORE && after.1 <= before.1, "{before:?} {after:?}");

    let all_at_once = || {
        let isolates: Vec<Isolate> = (0..1000).map(|_| snapshot.isolate(&Limits::new()).unwrap()).collect();
        let call = |isolate: &Isolate| isolate.module("app").unwrap().call::<Vec<Object>>("fine", ()).unwrap();
        let kept = isolates.iter().map(call).collect::<Vec<_>>();
        assert_eq!(kept.len(), 1000);
        usage()
    };
    let most = all_at_once();
    // Each place keeps what the isolates in it wrote, up to a bound: after a while that is all that they write.
    for _ in 0..39 {
        all_at_once();
    }
    let before = usage();
    for _ in 0..3 {
        all_at_once();
    }
    let after = usage();
    println!("1000 at once: {most:?}, then {before:?} {after:?}");
    assert!(after.0 < before.0 + MORE && after.1 <= before.1, "{before:?} {after:?}");
    // Far less than what a place may keep: there is nothing here that lies so scattered.
    assert!(most.0 < 1000 << 10 && after.0 < 1100 << 10, "{most:?} {after:?}");
}

/// `EXOCET_ISOLATES` says how many; the long run has 100,000.
#[test]
fn isolates_leave_nothing_behind() {
    let own = env::current_exe().unwrap();
    let output = Command::new(own).args(["--ignored", "--exact", "flat::inside", "--nocapture"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    println!("{}", String::from_utf8_lossy(&output.stdout));
}

/// Where the kernel tells which pages were written. What an isolate writes to lies scattered here, as objects do.
#[cfg(target_os = "linux")]
#[test]
fn isolates_find_the_pages_that_others_before_them_wrote_to() {
    if !wasmtime::PoolingAllocationConfig::is_pagemap_scan_available() {
        return;
    }
    let text = "every = [[] for number in range(20000)]
def write():
    for one in every[::200]: one.append(1)
";
    let snapshot = crate::support::snapshot(text);
    let live = || {
        let isolate = snapshot.isolate(&Limits::new()).unwrap();
        isolate.module("app").unwrap().call::<()>("write", ()).unwrap();
    };
    (0..10).for_each(|_| live());
    let before = faults();
    (0..10).for_each(|_| live());
    let faults = (faults() - before) / 10;
    assert!(faults < 30, "{faults} an isolate");
}

/// How many pages this thread had to ask the kernel for.
#[cfg(target_os = "linux")]
fn faults() -> i64 {
    // SAFETY: a structure of numbers, which the call fills.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert_eq!(libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage), 0);
        usage.ru_minflt
    }
}
