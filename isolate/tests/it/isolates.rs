use exocet::Memory;
use exocet_isolate::{Error, Guest, Isolate, Limits, Snapshot};
use std::time::Duration;

/// The guest of this build.
fn guest() -> Guest {
    Guest::builtin().expect("`wasm/build.sh guest` made it")
}

fn snapshot(text: &str) -> Snapshot {
    Snapshot::builder().source(Memory::new("<app>").with("app.py", text)).load("app").build(&guest()).expect("it loads")
}

fn isolate(text: &str) -> Isolate {
    snapshot(text).isolate(&Limits::default()).expect("it starts")
}

#[test]
fn what_an_isolate_does_is_seen_by_no_other() {
    let snapshot =
        snapshot("count = 0\ndef add(n):\n    global count\n    count += n\n    return count\nprint('loaded')");
    assert_eq!(snapshot.output(), b"loaded\n");
    let (mut one, mut other) =
        (snapshot.isolate(&Limits::default()).unwrap(), snapshot.isolate(&Limits::default()).unwrap());
    assert_eq!(one.module("app").unwrap().call::<u32>("add", (2,)).unwrap(), 2);
    assert_eq!(one.module("app").unwrap().call::<u32>("add", (3,)).unwrap(), 5);
    assert_eq!(other.module("app").unwrap().call::<u32>("add", (1,)).unwrap(), 1);
    // No module body runs again.
    assert_eq!(one.take_output(), b"");
}

#[test]
fn an_exception_comes_out_with_its_traceback_and_the_isolate_goes_on() {
    let mut one = isolate("def fail(n): return 1 / n\ndef fine(): return [1, None, 'a', b'b', {'k': 2.5}]");
    let error = one.module("app").unwrap().call::<f64>("fail", (0,)).unwrap_err();
    let Error::Failed { raised: Some(raised), .. } = &error else { panic!("{error:?}") };
    assert_eq!(raised.kinds[..2], ["ZeroDivisionError", "ArithmeticError"]);
    assert!(raised.traceback.contains("File \"<app>/app.py\", line 1, in fail"), "{}", raised.traceback);
    let value: ciborium::Value = one.module("app").unwrap().call("fine", ()).unwrap();
    assert_eq!(value.as_array().unwrap().len(), 5);
}

#[test]
fn limits_end_an_isolate_and_nothing_else() {
    let snapshot = snapshot(
        "def turn():\n    while True: pass\ndef native(): return sum(range(10 ** 10))\ndef grow(): return bytearray(10 ** 9)\ndef fine(): return 1",
    );
    let limits = Limits { time: Duration::from_millis(200), memory: 128 << 20 };
    for name in ["turn", "native"] {
        let mut one = snapshot.isolate(&limits).unwrap();
        let error = one.module("app").unwrap().call::<u32>(name, ()).unwrap_err();
        assert!(matches!(error, Error::Time), "{error:?}");
        let error = one.module("app").unwrap().call::<u32>("fine", ()).unwrap_err();
        assert!(matches!(error, Error::Gone), "{error:?}");
    }
    let mut one = snapshot.isolate(&limits).unwrap();
    let error = one.module("app").unwrap().call::<u32>("grow", ()).unwrap_err();
    assert!(matches!(&error, Error::Ended(_) | Error::Failed { .. }), "{error:?}");
    assert_eq!(snapshot.isolate(&limits).unwrap().module("app").unwrap().call::<u32>("fine", ()).unwrap(), 1);
}

#[test]
fn randomness_is_new_in_each_isolate() {
    let snapshot = snapshot("import random, os\ndef draw(): return [random.random(), list(os.urandom(8))]");
    let draw = || -> ciborium::Value {
        snapshot.isolate(&Limits::default()).unwrap().module("app").unwrap().call("draw", ()).unwrap()
    };
    assert_ne!(draw(), draw());
}
