//! Guests that lie: each lie is one clear error within the deadline, and costs the host no memory.

use crate::liar::{Guesses, VERSION, at, one};
use exocet::{Choice, Error, HostModule, Imports, Limits, Memory, Runtime};
use exocet_isolate::{Guest, Snapshot};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a call may take, and how long it takes at most.
const TIME: Duration = Duration::from_millis(500);
const LATE: Duration = Duration::from_millis(550);

fn limits(fuel: bool) -> Limits {
    let limits = Limits::new().time(TIME).memory(96 << 20).host_calls(10_000);
    if fuel { limits.fuel(10_000_000_000) } else { limits }
}

fn build(wasm: &[u8], fuel: bool) -> Result<Snapshot, Error> {
    let guest = Guest::builder().wasm(wasm).without_cache().instances(0).build()?;
    let imports = Imports::chosen(|question| match question.name.as_str() {
        "made" => Choice::Module(HostModule::new("made")),
        _ => Choice::PassThrough,
    });
    let imports = imports.with_module(HostModule::new("host").function("f", |n: u8| n));
    let app = Memory::new("<app>").with("app.py", "");
    let asked = Arc::new(Memory::new("<asked>").with("m.py", "x = 1"));
    let builder = Snapshot::builder().source(app).asked_source(asked).imports(&imports).load("app");
    builder.limits(limits(fuel)).build(&guest)
}

/// Why that is no guest.
#[track_caller]
fn refused(wasm: &[u8]) -> String {
    build(wasm, false).err().expect("it is no guest").to_string()
}

/// What became of a lie that is told when the guest starts, and of one that is told by an isolate.
fn told(guesses: &Guesses, is_at_once: bool, fuel: bool) -> (Result<u8, Error>, Duration) {
    let wasm = guesses.wasm(is_at_once);
    if is_at_once {
        // Compiling a guest takes its time. What it is isn't known yet.
        let began = Instant::now();
        let result = build(&wasm, fuel).map(|_| 0);
        return (result, began.elapsed());
    }
    let snapshot = match build(&wasm, fuel) {
        Ok(snapshot) => snapshot,
        Err(error) => return (Err(error), Duration::ZERO),
    };
    let isolate = match snapshot.isolate(&limits(fuel)) {
        Ok(isolate) => isolate,
        Err(error) => return (Err(error), Duration::ZERO),
    };
    let app = isolate.module("app").expect("it is in the snapshot");
    let began = Instant::now();
    let result = app.call("f", (1,));
    (result, began.elapsed())
}

/// Tells a lie in all ways, and checks that it comes out as an error with this text.
#[track_caller]
fn check(said: &str, guesses: &Guesses) {
    for (is_at_once, fuel) in [(true, false), (false, false), (false, true)] {
        let (mut result, mut took) = told(guesses, is_at_once, fuel);
        for _ in 0..2 {
            let allowed = if is_at_once { LATE + Duration::from_millis(300) } else { LATE };
            if took < allowed {
                break;
            }
            (result, took) = told(guesses, is_at_once, fuel);
        }
        let what = format!("{said:?} {is_at_once} {fuel}");
        let error = result.expect_err(&what);
        let shown = error.to_string();
        assert!(shown.contains(said), "{what}: {shown:.500}");
        assert!(shown.len() < 5000, "{what}: an error of {} bytes", shown.len());
        assert!(took < LATE || is_at_once && took < LATE + Duration::from_millis(300), "{what}: {took:?}");
    }
}

fn words(said: &str, text: impl Into<Vec<u8>>) {
    check(said, &Guesses { text: text.into(), ..Guesses::default() });
}

/// Does something before its last word, which is a value.
fn does(said: &str, instructions: &str) {
    let last = format!("{instructions} {}", at(16, 5));
    check(said, &Guesses { last, ..Guesses::default() });
}

/// Asks this, and goes on.
fn asks(said: &str, text: impl Into<Vec<u8>>) {
    let text = text.into();
    let last = format!("(drop (call $ask (i32.const 1024) (i32.const {}))) {}", text.len(), at(16, 5));
    check(said, &Guesses { last, text, ..Guesses::default() });
}

/// What the guest says if nothing of what it did was an error.
const FINE: &str = "the guest answered Done";

#[test]
fn an_honest_guest_is_none_that_lies() {
    let text = one("Value", b"\x07");
    let (result, _) = told(&Guesses { text, ..Guesses::default() }, false, false);
    assert_eq!(result.unwrap(), 7);
}

/// The VM with `host_env`, which the command line has, would take the flags of all handlers of signals away when it starts, and one of
/// them catches the faults of guests.
#[test]
fn faults_of_guests_are_caught_beside_a_runtime() {
    let faults = || does("out of bounds memory access", "(drop (i32.load (i32.const -8)))");
    faults();
    let runtime = Runtime::builder().isolated().build().expect("it starts");
    faults();
    drop(runtime);
}

#[test]
fn versions_and_exports() {
    for version in ["i32.const 1", "i32.const 4", "i32.const 6", "i32.const -1"] {
        check("it is of version", &Guesses { version: version.to_owned(), ..Guesses::default() });
    }
    let wasm = wat::parse_str(r#"(module (import "env" "memory" (memory 1)))"#).unwrap();
    assert!(refused(&wasm).contains("exocet_version"));
    let wasm =
        r#"(module (import "env" "memory" (memory 1)) (func (export "exocet_version") (result i64) i64.const 1))"#;
    let error = refused(&wat::parse_str(wasm).unwrap());
    assert!(error.starts_with("the guest can't be used"), "{error}");
    for (import, said) in [
        (r#"(import "exocet" "open" (func))"#, "a function `open`"),
        (r#"(import "wasi_snapshot_preview1" "fd_write" (func))"#, "a function `fd_write`"),
        (r#"(import "exocet" "now" (func (result i32)))"#, "can't be started"),
        (r#"(import "exocet" "now" (global i32))"#, "can't be started"),
        (r#"(import "exocet" "print" (table 1 funcref))"#, "can't be started"),
    ] {
        let wasm = format!(r#"(module (import "env" "memory" (memory 1)) {import})"#);
        let error = refused(&wat::parse_str(wasm).unwrap());
        assert!(error.contains(said) && !error.contains("bytes"), "{import}: {error}");
    }
}

#[test]
fn memories_and_tables() {
    for memory in ["(memory 1)", "(memory 0)", r#"(import "env" "other" (memory 1))"#] {
        let wasm = format!(r#"(module (import "env" "memory" (memory 1)) {memory})"#);
        let error = refused(&wat::parse_str(wasm).unwrap());
        assert!(error.starts_with("the guest can't be used"), "{memory}: {error}");
    }
    for wasm in [
        r#"(module (import "env" "memory" (memory i64 1)))"#,
        r#"(module (import "env" "memory" (memory 1 2 shared)))"#,
        r#"(module (import "env" "memory" (memory 65536)))"#,
        r#"(module (memory (export "memory") 1))"#,
        r#"(module (import "env" "memory" (memory 1)) (data (i32.const 65535) "xy"))"#,
        r#"(module (import "env" "memory" (memory 1)) (data (i32.const -1) "x"))"#,
        r#"(module (import "env" "memory" (memory 1)) (table 4000000000 funcref) (func (export "exocet_version") (result i32) i32.const 5))"#,
    ] {
        let error = refused(&wat::parse_str(wasm).unwrap());
        assert!(error.len() < 1000, "{wasm}: {error}");
    }
    let all = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 400)) (i32.const -1))))";
    does(FINE, all);
    does(FINE, "(drop (memory.grow (i32.const 65535)))");
    let table = "(table $t 1 funcref)".to_owned();
    let last = format!("(drop (table.grow $t (ref.null func) (i32.const 2000000000))) {}", at(16, 5));
    check(FINE, &Guesses { last, more: table.clone(), ..Guesses::default() });
    let last = format!(
        "(loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 10000)) (i32.const -1)))) {}",
        at(16, 5)
    );
    check(FINE, &Guesses { last, more: table, ..Guesses::default() });
}

#[test]
fn a_start_section_does_not_run() {
    let more = "(func $begin (loop $for_ever (br $for_ever))) (start $begin)".to_owned();
    check(FINE, &Guesses { last: at(16, 5), more, ..Guesses::default() });
}

#[test]
fn places_that_are_none() {
    let end = 4 << 16;
    for (address, length) in
        [(u32::MAX, 1), (u32::MAX, 0), (end - 1, 2), (end, 1), (1 << 31, 5), (0, end + 1), (16, 64 << 20)]
    {
        check("names memory that it hasn't", &Guesses { last: at(address, length), ..Guesses::default() });
    }
    for (address, length) in [(0, u32::MAX), (u32::MAX, u32::MAX), (16, (64 << 20) + 1)] {
        check("too long", &Guesses { last: at(address, length), ..Guesses::default() });
    }
}

#[test]
fn buffers_that_are_none() {
    for buffer in ["i32.const -1", "i32.const 262144", "i32.const 262143", "i32.const -2147483648"] {
        check("names memory that it hasn't", &Guesses { buffer: buffer.to_owned(), ..Guesses::default() });
    }
    // Where it has no other purpose, any place will do.
    let odd = Guesses { buffer: "i32.const 131073".to_owned(), last: at(16, 5), ..Guesses::default() };
    check(FINE, &odd);
    let asks = "(drop (call $ask (i32.const 1024) (i32.const 1))) i32.const 131072";
    check("can't be read", &Guesses { buffer: asks.to_owned(), text: vec![7], ..Guesses::default() });
    // Each answer needs a buffer, for which it asks.
    let find = one("Find", b"\xa3\x66source\x01\x64path\x60\x66lookup\x64Read");
    let asks = format!("(drop (call $ask (i32.const 1024) (i32.const {}))) i32.const 131072", find.len());
    check("nested too deep", &Guesses { buffer: asks, text: find, ..Guesses::default() });
    let asks = format!("(drop (call $ask (i32.const 0) (i32.const 0))) {VERSION}");
    check("isn't there yet", &Guesses { version: asks, ..Guesses::default() });
}

#[test]
fn words_that_are_none() {
    let nested = |byte: u8| [vec![byte; 100_000], vec![0]].concat();
    let lengths = |first: u8| [vec![first], (1_u64 << 60).to_be_bytes().to_vec()].concat();
    let value = |bytes: &[u8]| one("Value", bytes);
    let mut all = vec![vec![], vec![0xff], vec![0xa1], one("Value", b""), b"\x64Don".to_vec(), b"\xbf".to_vec()];
    all.extend([0x81, 0xc1, 0x9f, 0xbf, 0x5f].map(nested));
    all.extend([0x81, 0xc1, 0x9f].map(|byte| value(&nested(byte))));
    all.extend([0x9b, 0xbb, 0x5b, 0x7b].map(lengths));
    all.extend([0x9b, 0xbb, 0x5b, 0x7b].map(|first| value(&lengths(first))));
    all.push(value(&[&[0xc2, 0x58, 200][..], &[255; 200]].concat()));
    all.push(value(&one("tuple", &lengths(0x9b))));
    all.push(value(&one("dict", &[&[0x81][..], &lengths(0x9b)].concat())));
    all.push(value(&one("object", b"\x83\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x61x\xf4")));
    all.push(value(&one("nothing", b"\x00")));
    all.push(one("Other", b"\x00"));
    all.push(b"\x65Other".to_vec());
    all.push([&[0x7a, 0, 1, 0, 0][..], &[b'x'; 65536]].concat());
    all.push(one("Failed", b"\xa0"));
    all.push(one("Object", b"\xa0"));
    all.push(one("Object", b"\xa3\x66number\x20\x65class\x61x\x6bis_callable\xf4"));
    all.push(one("Object", b"\xa3\x66number\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x65class\x61x\x6bis_callable\xf4"));
    for text in all {
        words("what the guest says can't be read", text);
    }
    words(FINE, b"\x64Done");
    words("the guest answered Nothing", b"\x67Nothing");
    words("the guest answered Is(true)", one("Is", b"\xf5"));
}

#[test]
fn values_that_do_not_fit_and_handles_that_nobody_gave() {
    let value = |bytes: &[u8]| Guesses { text: one("Value", bytes), ..Guesses::default() };
    for bytes in [&b"\xf6"[..], b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x20", b"\xfb\x7f\xf0\0\0\0\0\0\0", b"\x80"]
    {
        let (result, _) = told(&value(bytes), false, false);
        assert!(result.unwrap_err().is_misfit(), "{bytes:?}");
    }
    // It reads an object that isn't there, and is told the same again.
    let (result, took) = told(&value(&one("object", b"\x83\x1a\xff\xff\xff\xff\x61x\xf4")), false, false);
    assert!(result.is_err() && took < LATE, "{took:?}");
}

#[test]
fn more_than_a_host_has_memory_for() {
    // Each byte of these is a value, of which the host would have to make a much larger one.
    for byte in [0xf6, 0x80, 0x60, 0x40] {
        let fill = format!(
            "(drop (memory.grow (i32.const 1000))) (memory.fill (i32.const 262144) (i32.const {byte}) (i32.const 60000000))
            (memory.copy (i32.const 262144) (i32.const 1024) (i32.const 12)) {}",
            at(4 << 16, 60_000_000)
        );
        let text = one("Value", &[0x9a, 0x03, 0x93, 0x87, 0x00]);
        check("", &Guesses { last: fill, text, ..Guesses::default() });
    }
}

#[test]
fn questions_that_are_none() {
    let call = |module: &[u8], member: &[u8]| {
        let fields = [b"\xa3\x66module", module, b"\x66member", member, b"\x69arguments\x81\x07"].concat();
        one("Call", &fields)
    };
    for (module, member) in [
        (&b"\x00"[..], &b"\x00"[..]),
        (b"\x1a\xff\xff\xff\xff", b"\x00"),
        (b"\x1a\x00\x01\x00\x05", b"\x00"),
        (b"\x01", b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),
        (b"\x01", b"\x18\x63"),
    ] {
        // It is told that there is none, and goes on.
        asks(FINE, call(module, member));
    }
    for path in [&b"\x60"[..], b"\x6b/etc/passwd", b"\x6d../etc/passwd", b"\x64m.py", b"\x63\x00\x01\x02"] {
        for source in [&b"\x00"[..], b"\x01", b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"] {
            let fields = [b"\xa3\x66source", source, b"\x64path", path, b"\x66lookup\x64List"].concat();
            asks(FINE, one("Find", &fields));
        }
    }
    for text in [&b""[..], b"\xff", b"\x64Tell", b"\xa1\x64Call\xa0", b"\x9b\x10\0\0\0\0\0\0\0", &[0x81; 60_000]] {
        asks("can't be read", text);
    }
    let end = 4 << 16;
    for (address, length) in [(-1, 1), (end, 1), (0, end + 1), (0, -1), (-1, -1)] {
        let ask = format!("(drop (call $ask (i32.const {address}) (i32.const {length})))");
        does("names memory that it hasn't", &ask);
        does("names memory that it hasn't", &format!("(call $random (i32.const {address}) (i32.const {length}))"));
        if length != -1 {
            does(
                "names memory that it hasn't",
                &format!("(drop (call $print (i32.const 7) (i32.const {address}) (i32.const {length})))"),
            );
        }
    }
    does("printed more than", "(drop (call $print (i32.const 0) (i32.const 0) (i32.const -1)))");
    does("names memory that it hasn't", "(call $panicked (i32.const -1) (i32.const -1)) unreachable");
    does(
        "\u{fffd}",
        "(i32.store (i32.const 0) (i32.const -1)) (call $panicked (i32.const 0) (i32.const 4)) unreachable",
    );
    does(FINE, "(call $random (i32.const 4096) (i32.const 100000))");
    let call = one("Call", b"\xa3\x66module\x01\x66member\x00\x69arguments\x80");
    let ask = format!("(drop (call $ask (i32.const 1024) (i32.const {})))", call.len());
    let storm = format!("(loop $more {ask} (br $more))");
    check(
        "called the host more than",
        &Guesses { last: format!("{storm} unreachable"), text: call, ..Guesses::default() },
    );
}

#[test]
fn loops_and_traps_in_every_export() {
    let looped = |result: &str| format!("(loop $for_ever (br $for_ever)) {result}");
    let honest = Guesses { last: at(16, 5), ..Guesses::default() };
    let all = [
        Guesses { version: looped(VERSION), ..honest.clone() },
        Guesses { buffer: looped("i32.const 131072"), ..honest.clone() },
        Guesses { last: looped("i64.const 0"), ..honest.clone() },
        Guesses { last: looped("i64.const 0"), place: looped("i64.const 0"), ..honest.clone() },
        Guesses { last: looped("i64.const 0"), place: "i64.const -1".to_owned(), ..honest.clone() },
        Guesses { last: looped("i64.const 0"), place: at(1, u32::MAX), ..honest.clone() },
    ];
    for guesses in all {
        check("took longer than", &guesses);
    }
    let all = [
        Guesses { version: "unreachable".to_owned(), ..honest.clone() },
        Guesses { buffer: "unreachable".to_owned(), ..honest.clone() },
        Guesses { last: "unreachable".to_owned(), ..honest.clone() },
        Guesses { last: "unreachable".to_owned(), place: "unreachable".to_owned(), ..honest.clone() },
    ];
    for guesses in all {
        check("unreachable", &guesses);
    }
    let deep =
        Guesses { last: "(call $deep) i64.const 0".to_owned(), more: "(func $deep (call $deep))".to_owned(), ..honest };
    check("nested too deep", &deep);
}

#[test]
#[cfg(unix)]
fn lies_cost_no_memory() {
    // Enough addresses for the guests themselves, and none for what they claim.
    let own = std::env::current_exe().unwrap();
    let script = "ulimit -v 1000000 && exec \"$1\" --test-threads=1 --skip lies_cost lying::";
    let output = std::process::Command::new("sh").args(["-c", script, "sh"]).arg(own).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
