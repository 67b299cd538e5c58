//! What isolates do: values, objects, imports, limits.

use crate::support::{guest, isolate, isolate_under, snapshot, snapshot_under};
use exocet::{
    Choice, Error, HostModule, Imports, Limits, Memory, Policy, Rule,
    error::Limit,
    observe::{Event, EventLog},
    values::Value,
};
use exocet_isolate::{Object, Setup, Snapshot};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

#[test]
fn what_an_isolate_does_is_seen_by_no_other() {
    let snapshot =
        snapshot("count = 0\ndef add(n):\n    global count\n    count += n\n    return count\nprint('loaded')");
    assert_eq!(snapshot.output(), "loaded\n");
    let (one, other) = (snapshot.isolate(&Limits::new()).unwrap(), snapshot.isolate(&Limits::new()).unwrap());
    assert_eq!(one.module("app").unwrap().call::<u32>("add", (2,)).unwrap(), 2);
    assert_eq!(one.module("app").unwrap().call::<u32>("add", (3,)).unwrap(), 5);
    assert_eq!(other.module("app").unwrap().call::<u32>("add", (1,)).unwrap(), 1);
    // No module body runs again.
    assert_eq!(one.take_output(), "");
}

#[test]
fn an_exception_comes_out_with_traceback_and_import_chain_and_the_isolate_goes_on() {
    let files = Memory::new("<app>")
        .with("app.py", "def fail(n): return 1 / n\ndef late():\n    import middle\ndef fine(): return 1")
        .with("middle.py", "\nimport absent");
    let snapshot = Snapshot::builder().source(files).load("app").build(&guest()).unwrap();
    let app = snapshot.isolate(&Limits::new()).unwrap().module("app").unwrap();
    let error = app.call::<f64>("fail", (0,)).unwrap_err();
    let exception = error.exception().expect("Python code raised it");
    assert!(exception.is("ArithmeticError"));
    assert!(exception.traceback().contains("File \"<app>/app.py\", line 1, in fail"), "{}", exception.traceback());
    assert_eq!(
        (exception.frames()[0].line, exception.frames()[0].source.as_deref()),
        (1, Some("def fail(n): return 1 / n"))
    );
    let error = app.call::<()>("late", ()).unwrap_err();
    let chain = error.exception().expect("Python code raised it").import_chain();
    let chain: Vec<_> = chain.iter().map(|importer| (importer.module.as_str(), importer.line)).collect();
    assert_eq!(chain, [("middle", 2), ("app", 3)]);
    assert_eq!(app.call::<u8>("fine", ()).unwrap(), 1);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i64,
    y: Option<f64>,
    name: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Dot,
    Circle(f64),
    Box { width: u8, height: u8 },
}

#[test]
fn values_cross_as_they_do_in_the_process() {
    let app = isolate("import enum\ndef same(x): return x\ndef kind(*x): return repr(x)\nclass C(enum.Enum):\n    Dot = 1\nclass P:\n    x, y, name = 1, None, 'p'\nclass N(enum.IntEnum):\n    ONE = 1").module("app").unwrap();
    let shown = |arguments: (Point, (u8, char), Vec<bool>, Option<u8>, Shape)| app.call::<String>("kind", arguments);
    assert_eq!(
        shown((Point { x: -1, y: Some(0.5), name: "a".into() }, (1, 'c'), vec![true], None, Shape::Dot)).unwrap(),
        "({'x': -1, 'y': 0.5, 'name': 'a'}, (1, 'c'), [True], None, 'Dot')"
    );
    let point = Point { x: i64::MIN, y: None, name: "\u{1f600}".into() };
    assert_eq!(app.call::<Point>("same", (&point,)).unwrap(), point);
    for shape in [Shape::Dot, Shape::Circle(2.5), Shape::Box { width: 1, height: 2 }] {
        assert_eq!(app.call::<Shape>("same", (&shape,)).unwrap(), shape);
    }
    assert_eq!(app.call::<u128>("same", (u128::MAX,)).unwrap(), u128::MAX);
    assert_eq!(app.call::<i128>("same", (i128::MIN,)).unwrap(), i128::MIN);
    assert_eq!(app.call::<f64>("same", (1u64 << 60,)).unwrap(), (1u64 << 60) as f64);
    let map = BTreeMap::from([(1, vec!["a"]), (2, vec![])]);
    assert_eq!(app.call::<String>("kind", (&map,)).unwrap(), "({1: ['a'], 2: []},)");
    assert_eq!(app.call::<BTreeMap<i32, Vec<String>>>("same", (&map,)).unwrap().len(), 2);
    // Objects are read by their attributes, members of enums by their names.
    let class: Object = app.get("P").unwrap();
    let made: Object = class.invoke(()).unwrap();
    assert_eq!(made.to::<Point>().unwrap(), Point { x: 1, y: None, name: "p".into() });
    assert_eq!(app.get::<Object>("C").unwrap().get::<Shape>("Dot").unwrap(), Shape::Dot);
    assert_eq!(app.get::<Object>("N").unwrap().get::<u8>("ONE").unwrap(), 1);
    assert_eq!(app.call::<String>("kind", (&made,)).unwrap().split(' ').next(), Some("(<app.P"));
    let error = app.call::<u8>("same", (vec![vec!["deep"]],)).unwrap_err();
    assert!(error.is_misfit() && error.to_string().contains("the result of `same`"), "{error}");
    let error = app.call::<Vec<(u8, u8)>>("same", (vec![("a", 1)],)).unwrap_err();
    assert!(error.to_string().contains("at `[0][0]`"), "{error}");
}

#[test]
fn objects_stay_where_they_are_and_live_as_long_as_their_handles() {
    let isolate = isolate(
        "alive = 0\nclass Counter:\n    def __init__(self):\n        global alive\n        alive += 1\n        self.count = 0\n    def __del__(self):\n        global alive\n        alive -= 1\n    def add(self, n):\n        self.count += n\n        return self\ndef many(n): return [Counter() for _ in range(n)]\ndef alive_now(): return alive",
    );
    let app = isolate.module("app").unwrap();
    let counter: Object = app.call("Counter", ()).unwrap();
    counter.call::<Object>("add", (2,)).unwrap().call::<Object>("add", (3,)).unwrap();
    assert_eq!(counter.get::<u8>("count").unwrap(), 5);
    counter.set("count", 7).unwrap();
    assert!(counter.has("count").unwrap() && !counter.has("absent").unwrap());
    let all: Vec<Object> = app.call("many", (3,)).unwrap();
    assert_eq!(app.call::<u8>("alive_now", ()).unwrap(), 4);
    drop(all);
    assert_eq!(app.call::<u8>("alive_now", ()).unwrap(), 1);
    drop(counter);
    assert_eq!(app.call::<u8>("alive_now", ()).unwrap(), 0);
    let other = self::isolate("def same(x): return x");
    let error = other.module("app").unwrap().call::<()>("same", (&app,)).unwrap_err();
    assert!(error.is_other_runtime(), "{error}");
}

#[test]
fn functions_of_the_hosts_are_called_and_may_call_back() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let host = HostModule::new("host")
        .doc("the host's")
        .function("log", move |text: String| log.lock().unwrap().push(text))
        .try_function("twice", |function: Object, n: i64| -> Result<i64, Error> {
            Ok(2 * function.invoke::<i64>((n,))?)
        })
        .try_function("refuse", |why: Option<String>| -> Result<(), Error> {
            Err(Error::raise("LookupError", why.unwrap_or_else(|| "none".to_owned())))
        })
        .function("crash", || -> u8 { panic!("on purpose") })
        .value("size", Point { x: 4, y: None, name: "n".into() });
    let text = "import host\nhost.log('loading ' + host.__doc__)\ndef run(n): return host.twice(lambda m: m + host.size.x, n)\ndef refuse(*a):\n    try: host.refuse(*a)\n    except LookupError as e: return repr(e)\ndef crash(): host.crash()\ndef deep(n):\n    return host.twice(lambda m: host.twice(lambda k: k, m), n)\ndef raises(): return host.twice(lambda m: 1 / 0, 1)";
    let imports = Imports::pass_through().with_module(host);
    let app = isolate_under(text, &imports).module("app").unwrap();
    assert_eq!(app.call::<i64>("run", (3,)).unwrap(), 14);
    assert_eq!(app.call::<i64>("deep", (3,)).unwrap(), 12);
    assert_eq!(app.call::<String>("refuse", ("why",)).unwrap(), "LookupError('why')");
    assert_eq!(app.call::<String>("refuse", ()).unwrap(), "LookupError('none')");
    let error = app.call::<()>("refuse", (1, 2)).unwrap_err();
    assert!(error.exception().unwrap().is("TypeError"), "{error}");
    assert!(app.call::<()>("crash", ()).unwrap_err().to_string().contains("on purpose"));
    assert!(app.call::<()>("raises", ()).unwrap_err().exception().unwrap().is("ZeroDivisionError"));
    assert_eq!(*seen.lock().unwrap(), ["loading the host's"]);
}

#[test]
fn the_host_decodes_what_the_guest_has_no_tables_of() {
    let app = |name: &str, text: &[u8]| {
        let text = [format!("# coding: {name}\n\ntext = '").as_bytes(), text, b"'"].concat();
        let files = Memory::new("<app>").with("app.py", text);
        let snapshot = Snapshot::builder().source(files).load("app").build(&guest())?;
        snapshot.isolate(&Limits::new())?.module("app")?.get::<String>("text")
    };
    for (name, bytes) in [
        ("shift_jis", &b"\x93\xfa\x96{"[..]),
        ("euc_jp", b"\xc6\xfc\xcb\xdc"),
        ("cp936", b"\xc8\xd5\xb1\xbe"),
        ("gb18030", b"\xc8\xd5\xb1\xbe"),
        ("big5", b"\xa4\xe9\xa5\xbb"),
    ] {
        assert_eq!(app(name, bytes).unwrap(), "日本", "{name}");
    }
    assert_eq!(app("cp1252", b"\x80\xe9").unwrap(), "€é");
    assert_eq!(app("latin2", b"\xb1").unwrap(), "ą");
    let error = |name, bytes| app(name, bytes).unwrap_err().to_string();
    assert!(error("gbk", b"\xc8\xd5\x81\xff").contains("`gbk` can't decode byte 0x81 on line 3"));
    assert!(error("klingon", b"").contains("unknown encoding: `klingon` (line 1)"));
    assert!(error("utf-16", b"").contains("unknown encoding: `utf-16` (line 1)"));
}

#[test]
fn the_host_has_the_names_of_characters() {
    let text = "import unicodedata\nfound = '\\N{SNOWMAN}\\N{latin small letter e with acute}\\N{HANGUL SYLLABLE GAG}\\N{CJK UNIFIED IDEOGRAPH-65E5}\\N{LF}'\nname = unicodedata.name('é')\nsame = unicodedata.lookup(name)\ndef wrong(): return eval(r\"'\\N{LATINSMALLLETTERA}'\")\ndef absent(): return unicodedata.lookup('NO SUCH THING')";
    let app = isolate(text).module("app").unwrap();
    assert_eq!(app.get::<String>("found").unwrap(), "☃é각日\n");
    assert_eq!(app.get::<String>("name").unwrap(), "LATIN SMALL LETTER E WITH ACUTE");
    assert_eq!(app.get::<String>("same").unwrap(), "é");
    assert!(app.call::<()>("wrong", ()).unwrap_err().to_string().contains("got unexpected unicode"));
    assert!(app.call::<()>("absent", ()).unwrap_err().to_string().contains("undefined character name"));
}

#[test]
fn what_no_isolate_shares_is_an_error_before_anything_runs() {
    let raw = HostModule::new("host").raw_function("f", |_, vm| Ok(vm.ctx.none()));
    let runtime = exocet::Runtime::new().unwrap();
    let mapper = Imports::from_object(runtime.mapper(&Imports::none()).unwrap());
    for (imports, said) in [
        (Imports::pass_through().with_module(raw), "`host.f` works on objects of the VM"),
        (mapper.without(["x"]), "works on objects of the VM"),
        (Imports::pass_through().with_limits(Limits::new()), "limits"),
    ] {
        let error = Snapshot::builder().imports(&imports).build(&guest()).err().expect("it is refused");
        assert!(error.to_string().contains(said), "{error}");
    }
    let limits = Limits::new().heap(1, || 0);
    assert!(Snapshot::builder().limits(limits).build(&guest()).is_err());
    // And what only isolates enforce is refused in the process.
    let app = Memory::new("<app>").with("app.py", "");
    let runtime = exocet::Runtime::builder().source(app).build().unwrap();
    let imports = Imports::pass_through().with_limits(Limits::new().fuel(5));
    let error = runtime.load("app", &imports).unwrap_err();
    assert_eq!(error.to_string(), "the fuel limit counts in isolates only, which enforce it from outside");
}

#[test]
fn imports_obey_policies_and_a_host_that_is_asked() {
    let files = || {
        Memory::new("<app>")
            .with("app.py", "import helper\ndef late(name): return __import__(name).__name__\nlevel = helper.level")
            .with("helper.py", "try:\n    import socket\nexcept ImportError as e:\n    level = str(e)")
    };
    let policy = Policy::allowing().rule(Rule::deny(["socket"]).because("no nets"));
    let snapshot = Snapshot::builder()
        .source(files())
        .imports(&Imports::pass_through().with_policy(policy))
        .load("app")
        .build(&guest())
        .unwrap();
    let app = snapshot.isolate(&Limits::new()).unwrap().module("app").unwrap();
    assert!(app.get::<String>("level").unwrap().contains("no nets"));
    let decided = |event: &Event| matches!(event, Event::Decision(decision) if decision.name == "socket");
    assert!(snapshot.events().iter().any(decided));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let imports = Imports::chosen(move |question| {
        log.lock().unwrap().push((question.name.clone(), question.importer.clone()));
        match question.name.as_str() {
            "socket" => Choice::source("value = 5"),
            "numbers" => Choice::denied("the host"),
            "short" => Choice::rename("json"),
            "made" => Choice::Module(HostModule::new("made").function("f", || 7)),
            "datum" => Choice::value(&Point { x: 1, y: None, name: String::new() }).unwrap(),
            _ => Choice::PassThrough,
        }
    })
    .without(["ssl"]);
    let text = "import socket, short, made, datum\nseen = [socket.value, short.__name__, made.f(), datum.x]\ndef late(name): return __import__(name).__name__";
    let log = EventLog::new();
    let snapshot = snapshot_under(text, &imports);
    let isolate = snapshot.isolate_with(&Setup::new().observer(log.clone())).unwrap();
    let app = isolate.module("app").unwrap();
    let seen: (u8, String, u8, u8) = app.get("seen").unwrap();
    assert_eq!(seen, (5, "json".to_owned(), 7, 1));
    assert!(log.events().is_empty(), "nothing was imported since");
    assert_eq!(app.call::<String>("late", ("math",)).unwrap(), "math");
    for name in ["numbers", "ssl"] {
        assert!(app.call::<()>("late", (name,)).unwrap_err().exception().unwrap().is("ImportError"), "{name}");
    }
    assert!(log.events().iter().any(|event| matches!(event, Event::Decision(it) if it.name == "math")));
    assert!(asked.lock().unwrap().contains(&("math".to_owned(), Some("app".to_owned()))));
}

#[test]
fn limits_end_an_isolate_and_nothing_else() {
    let imports = Imports::pass_through().with_module(HostModule::new("host").function("f", || ()));
    let snapshot = snapshot_under(
        "import host\ndef turn():\n    while True: pass\ndef native(): return sum(range(10 ** 10))\ndef grow(): return bytearray(10 ** 9)\ndef grow_much(): return [bytearray(10 ** 6) for _ in range(1000)]\ndef flood():\n    while True: print('x' * 1000)\ndef storm():\n    while True: host.f()\ndef deep():\n    def f(): f()\n    f()\ndef huge(): return 'x' * (80 << 20)\ndef fine(): return 1",
        &imports,
    );
    let limits = Limits::new().time(Duration::from_millis(300)).memory(192 << 20).output(1 << 20).host_calls(1000);
    for (name, limit) in
        [("turn", Limit::Time), ("native", Limit::Time), ("flood", Limit::Output), ("storm", Limit::HostCalls)]
    {
        let app = snapshot.isolate(&limits).unwrap().module("app").unwrap();
        let error = app.call::<u32>(name, ()).unwrap_err();
        assert_eq!(error.limit(), Some(limit), "{name}: {error}");
        assert!(error.to_string().contains(&format!("in `{name}`")), "{error}");
        let error = app.call::<u32>("fine", ()).unwrap_err();
        assert!(error.is_poisoned() && error.limit() == Some(limit), "{error}");
    }
    for (name, said) in [("grow", "Memory"), ("grow_much", "Memory"), ("deep", "Recursion"), ("huge", "too long")] {
        let isolate = snapshot.isolate(&limits).unwrap();
        let error = isolate.module("app").unwrap().call::<String>(name, ()).unwrap_err();
        let raised = error.exception().is_some_and(|exception| exception.kind().starts_with(said));
        let is_bound = matches!(error.limit(), Some(Limit::Memory | Limit::Time));
        assert!(raised || is_bound || error.to_string().contains(said), "{name}: {error}");
    }
    let app = snapshot.isolate(&limits).unwrap().module("app").unwrap();
    assert_eq!(app.call::<u32>("fine", ()).unwrap(), 1);
}

#[test]
fn host_calls_are_the_programs_and_not_what_the_loader_has_to_tell() {
    let imports = Imports::pass_through().with_module(HostModule::new("host").function("f", || 1));
    let files = Memory::new("<app>").with("app.py", "import json, re, helper, host\ndef f(n): return [host.f() for _ in range(n)]\ndef late():\n    import string, textwrap\n    return 1").with("helper.py", "");
    let limits = Limits::new().host_calls(3);
    let builder = Snapshot::builder().source(files).imports(&imports).limits(limits.clone()).load("app");
    let snapshot = builder.build(&guest()).expect("what is loaded is reported, and is no call");
    let log = EventLog::new();
    let isolate = snapshot.isolate_with(&Setup::new().limits(limits).observer(log.clone())).unwrap();
    let app = isolate.module("app").unwrap();
    assert_eq!(app.call::<u8>("late", ()).unwrap(), 1);
    assert!(log.events().len() > 3);
    assert_eq!(app.call::<Vec<u8>>("f", (3,)).unwrap(), [1, 1, 1]);
    assert_eq!(app.call::<Vec<u8>>("f", (4,)).unwrap_err().limit(), Some(Limit::HostCalls));
}

#[test]
fn randomness_is_new_in_each_isolate_and_repeats_with_a_seed() {
    let snapshot = snapshot(
        "import random, os, uuid, time, secrets\ndef draw(): return [random.random(), random.Random().random(), list(os.urandom(8)), str(uuid.uuid4()), secrets.token_hex(4), time.time()]",
    );
    let draw = |setup: Setup| {
        let drawn: Value = snapshot.isolate_with(&setup).unwrap().module("app").unwrap().call("draw", ()).unwrap();
        drawn
    };
    let Value::List(one) = draw(Setup::new()) else { panic!("it is a list") };
    let Value::List(other) = draw(Setup::new()) else { panic!("it is a list") };
    assert!(one.iter().zip(&other).all(|(one, other)| one != other), "{one:?} {other:?}");
    let fixed = || Setup::new().seed(7).clock(|| Duration::from_secs(1_000_000_000));
    assert_eq!(draw(fixed()), draw(fixed()));
    assert_ne!(draw(fixed()), draw(fixed().seed(8)));
}

#[test]
fn a_snapshot_is_saved_and_opened_and_is_the_same() {
    let host = || HostModule::new("host").function("twice", |n: i64| 2 * n);
    let imports = Imports::pass_through().with_module(host());
    let snapshot =
        snapshot_under("import host\ncount = host.twice(4)\ndef twice(n): return host.twice(n) + count", &imports);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.snapshot");
    snapshot.save(&path).unwrap();
    let error = Snapshot::open(&path, &guest(), None).err().expect("it needs the host");
    assert!(error.to_string().contains("the functions of the host's `host`"), "{error}");
    let other = Imports::pass_through().with_module(HostModule::new("host"));
    let error = Snapshot::open(&path, &guest(), Some(&other)).err().expect("it needs that function");
    assert!(error.to_string().contains("other imports"), "{error}");
    let opened = Snapshot::open(&path, &guest(), Some(&Imports::pass_through().with_module(host()))).unwrap();
    assert_eq!(opened.modules().collect::<Vec<_>>(), ["app"]);
    assert_eq!((opened.events(), opened.sources()), (snapshot.events(), snapshot.sources()));
    for snapshot in [&opened, &snapshot] {
        let app = snapshot.isolate(&Limits::new()).unwrap().module("app").unwrap();
        assert_eq!(app.call::<i64>("twice", (1,)).unwrap(), 10);
    }
    let plain = self::snapshot("def one(): return 1");
    let bytes = plain.to_bytes().unwrap();
    let app =
        Snapshot::from_bytes(bytes, &guest(), None).unwrap().isolate(&Limits::new()).unwrap().module("app").unwrap();
    assert_eq!(app.call::<u8>("one", ()).unwrap(), 1);
    let asked =
        Snapshot::builder().asked_source(Arc::new(Memory::new("<asked>").with("m.py", ""))).build(&guest()).unwrap();
    assert!(asked.save(&path).unwrap_err().to_string().contains("`<asked>`"));
}

#[test]
fn fuel_is_the_same_each_time_and_ends_what_takes_more() {
    let snapshot = snapshot("def work(n):\n    total = 0\n    for i in range(n): total += i\n    return total");
    let call = |fuel: u64, n: u64| {
        let app = snapshot.isolate(&Limits::new().fuel(fuel)).unwrap().module("app").unwrap();
        app.call::<u64>("work", (n,))
    };
    assert_eq!(call(1_000_000_000, 1000).unwrap(), 499_500);
    let error = call(20_000_000, 10_000_000).unwrap_err();
    assert_eq!(error.limit(), Some(Limit::Fuel), "{error}");
    // The least that suffices is found, and is the same in another isolate.
    let suffices = |fuel: u64| call(fuel, 1000).is_ok();
    let (mut low, mut high) = (0_u64, 100_000_000);
    while low + 1 < high {
        let middle = low.midpoint(high);
        if suffices(middle) { high = middle } else { low = middle }
    }
    assert!(suffices(high) && !suffices(low));
}

#[cfg(feature = "bundles")]
#[test]
fn a_bundle_is_loaded_under_what_it_brings() {
    let files = exocet::bundle::BundleBuilder::new()
        .file("app.py", "import lib\nfrom pathlib import Path\ndef text(): return lib.word + Path(__file__).with_name('a.txt').read_text()")
        .file("lib.py", "word = 'data: '")
        .file("a.txt", "inside")
        .file("late.py", "import math")
        .file("rest.py", "import json, only_here\nword = only_here.word + str(hasattr(json, 'own'))")
        .library_file("only_here.py", "word = 'of the library '")
        .library_file("json.py", "own = 1");
    let policy = Policy::allowing().rule(Rule::deny(["math"]));
    let bytes = files.policy(&policy).compiled().build().expect("it is made");
    let bundle = exocet::Bundle::from_bytes("<app>", bytes).expect("it is whole");
    let builder = Snapshot::builder().bundle(&bundle).expect("its policy can be read");
    let snapshot = builder.load("app").load("rest").build(&guest()).expect("it loads");
    let isolate = snapshot.isolate(&Limits::new()).expect("it starts");
    let app = isolate.module("app").expect("it is loaded");
    assert_eq!(app.call::<String>("text", ()).expect("it returns"), "data: inside");
    let rest = isolate.module("rest").expect("it is loaded");
    assert_eq!(rest.get::<String>("word").expect("it is there"), "of the library False");
    let builder = Snapshot::builder().bundle(&bundle).expect("its policy can be read");
    let error = builder.load("late").build(&guest()).err().expect("it is denied").to_string();
    assert!(error.contains("denied by the policy's rule 1"), "{error}");
}
