//! Pools of isolates.

use crate::support::snapshot;
use exocet::{Error, Limits, error::Limit};
use exocet_isolate::{Isolates, Setup};
use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

const TEXT: &str =
    "count = 0\ndef add():\n    global count\n    count += 1\n    return count\ndef spin():\n    while True: pass";

#[test]
fn each_that_is_taken_is_fresh_and_there_are_no_more_at_once_than_said() {
    for ahead in [0, 3] {
        let isolates = Isolates::builder(&snapshot(TEXT)).at_once(3).ahead(ahead).build().unwrap();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let one = isolates.take().unwrap();
                        most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                        assert_eq!(one.module("app").unwrap().call::<u32>("add", ()).unwrap(), 1);
                        now.fetch_sub(1, SeqCst);
                    }
                });
            }
        });
        assert!((2..=3).contains(&most.load(SeqCst)), "{most:?}");
        let held: Vec<_> = (0..3).map(|_| isolates.take().unwrap()).collect();
        assert!(isolates.try_take().unwrap().is_none());
        drop(held);
        assert!(isolates.try_take().unwrap().is_some());
    }
}

#[test]
fn one_that_ends_by_a_limit_leaves_its_place() {
    let setup = Setup::new().limits(Limits::new().time(Duration::from_millis(50)));
    let isolates = Isolates::builder(&snapshot(TEXT)).setup(setup).at_once(1).ahead(1).build().unwrap();
    for _ in 0..5 {
        let error = isolates.take().unwrap().module("app").unwrap().call::<()>("spin", ()).unwrap_err();
        assert_eq!(error.limit(), Some(Limit::Time), "{error}");
        assert_eq!(isolates.take().unwrap().module("app").unwrap().call::<u32>("add", ()).unwrap(), 1);
    }
}

#[test]
fn tokio_goes_on_while_isolates_compute() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let setup = Setup::new().limits(Limits::new().time(Duration::from_millis(300)));
    let isolates = Isolates::builder(&snapshot(TEXT)).setup(setup).at_once(2).build().unwrap();
    runtime.block_on(async {
        let spin = |isolates: Isolates| async move {
            let one = isolates.take_when_free().await?;
            let call = move || one.module("app")?.call::<()>("spin", ());
            Ok::<_, Error>(tokio::task::spawn_blocking(call).await.expect("it returns"))
        };
        let spins: Vec<_> = (0..4).map(|_| tokio::spawn(spin(isolates.clone()))).collect();
        // The one thread that tokio has is free meanwhile.
        let mut ticks = 0;
        while !spins.iter().all(tokio::task::JoinHandle::is_finished) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            ticks += 1;
        }
        assert!(ticks > 20, "{ticks}");
        for spin in spins {
            let error = spin.await.unwrap().unwrap().unwrap_err();
            assert_eq!(error.limit(), Some(Limit::Time), "{error}");
        }
    });
}
