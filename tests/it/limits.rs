//! Limits: each of them exceeded, what can't swallow it, and what becomes of the realm and of others.

use exocet::{Error, Imports, Limits, Memory, Object, Runtime, error::Limit};
use std::time::{Duration, Instant};

/// A runtime with these modules.
fn runtime(files: &[(&str, &str)]) -> Runtime {
    let source = files.iter().fold(Memory::new("<app>"), |source, (path, text)| source.with(*path, *text));
    Runtime::builder().source(source).build().expect("it builds")
}

fn limited(limits: Limits) -> Imports {
    Imports::pass_through().with_limits(limits)
}

fn short() -> Limits {
    Limits::new().time(Duration::from_millis(80))
}

/// Checks that the error is about the limit, and that what it was set for is done for, while others go on.
#[track_caller]
fn exceeded<T: std::fmt::Debug>(result: Result<T, Error>, limit: Limit, runtime: &Runtime, imports: &Imports) {
    let error = result.expect_err("a limit is exceeded");
    assert_eq!(error.limit(), Some(limit), "{error}");
    assert!(!error.is_poisoned(), "{error}");
    let error = runtime.load("fine", imports).expect_err("it is done for");
    assert!(error.is_poisoned() && error.limit() == Some(limit), "{error}");
    let fine = runtime.load("fine", &Imports::pass_through().with_limits(short())).expect("others go on");
    assert_eq!(fine.call::<i32>("one", ()).unwrap(), 1);
}

const FINE: (&str, &str) = ("fine.py", "def one():\n    return 1");

#[test]
fn code_that_takes_too_long_is_ended_wherever_it_is() {
    for body in [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "try:\n    while True: pass\nfinally:\n    while True: pass",
        "def f():\n    try:\n        f()\n    finally:\n        f()\nf()",
        "class C:\n    def __del__(self):\n        while True: pass\nwhile True: C()",
        "class C:\n    def __exit__(self, *a):\n        return True\n    def __enter__(self): pass\nwhile True:\n    with C():\n        while True: pass",
        "def g():\n    while True:\n        try:\n            yield\n        except BaseException: pass\nfor x in g(): pass",
        "sorted(range(10 ** 9), key=lambda x: x)",
        "class D(dict):\n    def __missing__(self, key):\n        while True: pass\nD()[1]",
        "import time\nwhile True:\n    try: time.sleep(0.001)\n    except BaseException: pass",
    ] {
        if body.contains("10 ** 9") || (body.contains("import time") && !cfg!(feature = "host_env")) {
            continue;
        }
        let runtime = runtime(&[("guest.py", body), FINE]);
        let imports = limited(short());
        let begun = Instant::now();
        let result = runtime.load("guest", &imports);
        assert!(begun.elapsed() < Duration::from_secs(20), "{body}");
        exceeded(result, Limit::Time, &runtime, &imports);
    }
}

/// The interpreter's own import is spared, and is known by its code.
#[test]
fn no_code_is_spared_for_the_name_of_its_file() {
    let stuck = |file: &str| format!("exec(compile('while True: pass', '{file}', 'exec'))");
    let own = "import _frozen_importlib as own\n";
    for body in [
        stuck("<frozen importlib"),
        stuck("<frozen importlib>"),
        stuck("<frozen importlib._bootstrap>"),
        stuck("_frozen_importlib"),
        stuck("<shims>/importlib/__init__.py"),
        format!("{own}exec(compile('while True: pass', '<frozen importlib._bootstrap>', 'exec'), vars(own))"),
        format!("{own}def stuck():\n    while True: pass\nown.stuck = stuck\nown.stuck()"),
        // Its very code, which somebody has given a list without an end.
        format!("{own}import itertools\nown._handle_fromlist(own, itertools.repeat('sys'), None)"),
    ] {
        let runtime = runtime(&[("guest.py", &body), FINE]);
        let imports = limited(short());
        let begun = Instant::now();
        let result = runtime.load("guest", &imports);
        assert!(begun.elapsed() < Duration::from_secs(20), "{body}");
        exceeded(result, Limit::Time, &runtime, &imports);
    }
}

#[test]
fn a_call_that_takes_too_long_is_ended_and_its_module_is_done_for() {
    let runtime = runtime(&[
        ("guest.py", "def stuck():\n    while True: pass\nclass Box:\n    word = 'word'\nbox = Box()"),
        FINE,
    ]);
    let imports = limited(short());
    let guest = runtime.load("guest", &imports).unwrap();
    let inner: Object = guest.get("box").unwrap();
    assert_eq!(inner.get::<String>("word").unwrap(), "word");
    exceeded(guest.call::<()>("stuck", ()), Limit::Time, &runtime, &imports);
    assert!(inner.get::<String>("word").unwrap_err().is_poisoned());
    assert!(runtime.load("fine", &imports.with_value("more", 1)).unwrap_err().is_poisoned());
}

#[test]
fn a_limit_counts_for_what_was_handed_to_the_host_and_not_for_what_the_host_does_meanwhile() {
    let runtime = runtime(&[
        (
            "guest.py",
            "def call(f):\n    return f()\ndef give():\n    def stuck():\n        while True: pass\n    return stuck",
        ),
        FINE,
    ]);
    let imports = limited(short());
    let guest = runtime.load("guest", &imports).unwrap();
    let stuck: Object = guest.call("give", ()).unwrap();
    exceeded(stuck.invoke::<()>(()), Limit::Time, &runtime, &imports);
    // Time that passes between two calls is nobody's.
    let imports = limited(short());
    let fine = runtime.load("fine", &imports).unwrap();
    std::thread::sleep(Duration::from_millis(120));
    assert_eq!(fine.call::<i32>("one", ()).unwrap(), 1);
}

#[test]
fn what_is_interrupted_too_late_is_not_interrupted() {
    let runtime = runtime(&[("guest.py", "def count(n):\n    for i in range(n): pass\n    return n")]);
    let limits = || Limits::new().time(Duration::from_millis(3));
    for n in [0, 100, 20_000, 100, 0].repeat(40) {
        let imports = limited(limits());
        let free = runtime.load("guest", &Imports::pass_through()).unwrap();
        if let Ok(guest) = runtime.load("guest", &imports) {
            let _ = guest.call::<u32>("count", (n,));
        }
        assert_eq!(free.call::<u32>("count", (2_000,)).unwrap(), 2_000);
    }
}

#[test]
fn recursion_is_limited_from_where_the_host_calls() {
    let text = "def down(n):\n    return down(n - 1) if n else 0\ndef caught(n):\n    try:\n        return down(n)\n    except RecursionError:\n        return -1";
    let runtime = runtime(&[("guest.py", text), FINE]);
    let imports = limited(Limits::new().recursion(50));
    let guest = runtime.load("guest", &imports).unwrap();
    assert_eq!(guest.call::<i32>("down", (30,)).unwrap(), 0);
    assert_eq!(guest.call::<i32>("caught", (60,)).unwrap(), -1);
    exceeded(guest.call::<i32>("down", (60,)), Limit::Recursion, &runtime, &imports);
    let free = runtime.load("guest", &Imports::pass_through()).unwrap();
    assert_eq!(free.call::<i32>("down", (60,)).unwrap(), 0);
}

#[test]
fn source_that_is_too_long_or_nested_too_deep_is_refused() {
    let long = format!("x = '{}'", "x".repeat(2_000));
    let deep = format!("x = {}1{}", "(".repeat(60), ")".repeat(60));
    let runtime = runtime(&[
        ("long.py", &long),
        ("deep.py", &deep),
        ("try_it.py", "try:\n    import long\nexcept BaseException: pass"),
        FINE,
    ]);
    let imports = limited(Limits::new().source_bytes(1_000));
    exceeded(runtime.load("long", &imports), Limit::SourceBytes, &runtime, &imports);
    let imports = limited(Limits::new().nesting(50));
    exceeded(runtime.load("deep", &imports), Limit::Nesting, &runtime, &imports);
    // That the importer goes on doesn't save it.
    let imports = limited(Limits::new().source_bytes(1_000));
    let realm = runtime.realm(["try_it", "long"], &imports).unwrap();
    exceeded(realm.import("try_it"), Limit::SourceBytes, &runtime, &realm.imports());
    assert!(runtime.load("fine", &imports).unwrap_err().is_poisoned());
    assert!(runtime.load("long", &limited(Limits::new())).is_ok());
}

#[test]
fn a_realm_has_so_many_modules_and_imports_so_deep() {
    let mut files: Vec<(String, String)> =
        (0..40).map(|at| (format!("m{at}.py"), format!("import m{}", at + 1))).collect();
    files.push(("m40.py".to_owned(), String::new()));
    files.push((FINE.0.to_owned(), FINE.1.to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let runtime = runtime(&files);
    let names: Vec<String> = (0..=40).map(|at| format!("m{at}")).collect();
    let realm = |limits: Limits| runtime.realm(&names, &limited(limits)).unwrap();
    let small = realm(Limits::new().modules(20));
    exceeded(small.import("m0"), Limit::Modules, &runtime, &small.imports());
    assert!(realm(Limits::new().modules(41)).import("m0").is_ok());
    for depth in [5, 30] {
        let flat = realm(Limits::new().import_depth(depth));
        exceeded(flat.import("m0"), Limit::ImportDepth, &runtime, &flat.imports());
    }
    assert!(realm(Limits::new().import_depth(41)).import("m0").is_ok());
}

#[test]
fn compiling_is_limited_also_where_a_few_lines_grow() {
    // The compiler writes what is in a `finally` for each way into it.
    let nested = |depth: usize| {
        let mut text = String::new();
        for at in 0..depth {
            let pad = " ".repeat(at);
            text.push_str(&format!("{pad}try:\n{pad} x = 1\n{pad}finally:\n"));
        }
        text + &" ".repeat(depth) + "pass\n"
    };
    let runtime = runtime(&[
        ("slow.py", &nested(15)),
        ("never.py", &nested(60)),
        ("exec_it.py", &format!("exec({:?})", nested(15))),
        FINE,
    ]);
    let imports = limited(Limits::new().compile_time(Duration::from_millis(1)));
    exceeded(runtime.load("slow", &imports), Limit::CompileTime, &runtime, &imports);
    let imports = limited(Limits::new().compile_time(Duration::from_millis(1)));
    exceeded(runtime.load("exec_it", &imports), Limit::CompileTime, &runtime, &imports);
    let error = runtime.load("never", &Imports::pass_through()).unwrap_err();
    assert!(error.to_string().contains("too much code in nested `finally` blocks"), "{error}");
}

#[test]
fn the_heap_is_measured_by_what_the_host_counts() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static HEAP: AtomicUsize = AtomicUsize::new(1_000);
    let runtime = runtime(&[
        ("guest.py", "def run(grow):\n    while True:\n        try: grow(100)\n        except BaseException: pass"),
        FINE,
    ]);
    let imports = limited(Limits::new().heap(5_000, || HEAP.load(Ordering::Relaxed)));
    let grow = exocet::HostModule::new("grow").function("by", |bytes: usize| {
        HEAP.fetch_add(bytes, Ordering::Relaxed);
    });
    let imports = imports.with_module(grow);
    let guest = runtime.load("guest", &imports).unwrap();
    let by: Object = runtime.import("grow", &imports).unwrap().get("by").unwrap();
    exceeded(guest.call::<()>("run", (by,)), Limit::Heap, &runtime, &imports);
}

#[test]
fn a_runtime_has_limits_of_its_own_that_end_one_load_and_nothing_else() {
    let long = format!("x = '{}'", "x".repeat(2_000));
    let files = Memory::new("<app>").with("long.py", &*long).with(FINE.0, FINE.1);
    let runtime = Runtime::builder().source(files).limits(Limits::new().source_bytes(1_000)).build().unwrap();
    let imports = Imports::pass_through();
    let error = runtime.load("long", &imports).unwrap_err();
    assert_eq!(error.limit(), Some(Limit::SourceBytes));
    assert_eq!(
        error.to_string(),
        "LimitExceeded: source size limit: `<app>/long.py` has 2006 bytes, and 1000 are allowed"
    );
    assert!(runtime.load("fine", &imports).is_ok());
}

#[cfg(feature = "threading")]
#[test]
fn another_thread_is_told_that_it_cannot_be_interrupted() {
    let runtime = runtime(&[FINE]);
    let imports = limited(short());
    let fine = runtime.load("fine", &imports).unwrap();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| fine.call::<i32>("one", ()).unwrap_err().to_string()).join().unwrap()
    });
    assert_eq!(error, "a limit of time or heap can be enforced on the thread that built the runtime, and on no other");
    assert_eq!(fine.call::<i32>("one", ()).unwrap(), 1);
}

#[test]
fn several_budgets_within_one_another_each_keep_their_limits() {
    let runtime = runtime(&[
        ("outer.py", "def run(f):\n    return f()"),
        ("inner.py", "def stuck():\n    while True: pass"),
        FINE,
    ]);
    let outer = limited(Limits::new().time(Duration::from_secs(20)));
    let inner = limited(short());
    let stuck = runtime.load("inner", &inner).unwrap();
    let host = exocet::HostModule::new("host").function("call", {
        let stuck = stuck.clone();
        move || stuck.call::<()>("stuck", ()).unwrap_err().to_string()
    });
    let outer = outer.with_module(host);
    let module = runtime.load("outer", &outer).unwrap();
    let call: Object = runtime.import("host", &outer).unwrap().get("call").unwrap();
    assert!(module.call::<String>("run", (call,)).unwrap().starts_with("time limit exceeded"));
    assert!(stuck.get::<Object>("stuck").unwrap_err().is_poisoned());
    assert!(module.has("run").unwrap());
}
