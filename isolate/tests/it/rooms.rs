//! Isolates where there is little room, and many of them.

use exocet::{Limits, Memory, error::Limit};
use exocet_isolate::{Guest, Isolate, Snapshot};
use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

fn snapshot(guest: &Guest) -> Snapshot {
    let text =
        "count = 0\ndef add():\n    global count\n    count += 1\n    return count\ndef spin():\n    while True: pass";
    Snapshot::builder().source(Memory::new("<app>").with("app.py", text)).load("app").build(guest).expect("it loads")
}

fn add(isolate: &Isolate) -> u32 {
    isolate.module("app").unwrap().call("add", ()).unwrap()
}

#[test]
fn a_thousand_at_once_see_nothing_of_one_another() {
    for guest in [Guest::builtin().unwrap(), Guest::builder().instances(0).build().unwrap()] {
        let snapshot = snapshot(&guest);
        for _ in 0..2 {
            let isolates = (0..1000).map(|_| snapshot.isolate(&Limits::new()).expect("it starts"));
            let isolates = isolates.collect::<Vec<_>>();
            assert!(isolates.iter().all(|isolate| add(isolate) == 1));
            assert!(isolates.iter().all(|isolate| add(isolate) == 2));
        }
    }
}

#[test]
fn a_deadline_holds_to_a_tenth() {
    let snapshot = snapshot(&Guest::builtin().unwrap());
    for limit in [100, 300].map(Duration::from_millis) {
        let took = || {
            let one = snapshot.isolate(&Limits::new().time(limit)).unwrap();
            let began = Instant::now();
            let error = one.module("app").unwrap().call::<u32>("spin", ()).unwrap_err();
            assert_eq!(error.limit(), Some(Limit::Time), "{error:?}");
            began.elapsed()
        };
        // Where other tests run, one of several has to be undisturbed.
        let took = (0..5).map(|_| took()).min().unwrap();
        assert!(took < limit.mul_f64(1.1), "{took:?} instead of {limit:?}");
    }
}

/// What the next test runs in a process with few addresses.
#[test]
#[ignore = "it is a part of another test"]
fn few_addresses() {
    let snapshot = snapshot(&Guest::builtin().unwrap());
    let isolates = (0..20).map(|_| snapshot.isolate(&Limits::new()).unwrap()).collect::<Vec<_>>();
    assert!(isolates.iter().all(|isolate| add(isolate) == 1));
}

#[test]
#[cfg(unix)]
fn few_addresses_suffice() {
    // 2 GB, in which no memory can reserve all that it might ever need; and 200 GB, enough for some.
    for kilobytes in ["2000000", "200000000"] {
        let own = env::current_exe().unwrap();
        let script = "ulimit -v \"$1\" && exec \"$2\" --ignored --exact rooms::few_addresses";
        let output = Command::new("sh").args(["-c", script, "sh", kilobytes]).arg(own).output().unwrap();
        assert!(output.status.success(), "{kilobytes}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
    }
}
