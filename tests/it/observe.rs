//! What an observer is told: each decision with its rule, each load with its place among the others, and nothing twice.

use exocet::{
    HostModule, Imports, Memory, Observer, Policy, Rule, Runtime,
    modules::PythonModule,
    observe::{Code, Decision, Event, EventLog, Load, Verdict},
};
use std::sync::{Arc, Mutex};

fn observed(files: &[(&str, &str)]) -> (Runtime, EventLog) {
    let source = files.iter().fold(Memory::new("<app>"), |source, (path, text)| source.with(*path, *text));
    let log = EventLog::new();
    (Runtime::builder().source(source).observer(log.clone()).build().expect("it builds"), log)
}

fn decisions(log: &EventLog) -> Vec<Decision> {
    log.take()
        .into_iter()
        .filter_map(|event| if let Event::Decision(decision) = event { Some(decision) } else { None })
        .collect()
}

fn loads(log: &EventLog) -> Vec<Load> {
    // The interpreter's own import loads what it takes to say what went wrong.
    let fresh = |event| match event {
        Event::Load(load) if load.fresh => Some(load),
        _ => None,
    };
    log.take().into_iter().filter_map(fresh).collect()
}

#[test]
fn each_decision_has_who_asked_the_rule_and_the_answer() {
    let (runtime, log) = observed(&[
        (
            "app.py",
            "import one\nimport two\ntry:\n    import three\nexcept ImportError: pass\ntry:\n    from four import x\nexcept ImportError: pass\nimport five\n",
        ),
        ("five.py", ""),
    ]);
    let policy = Policy::allowing().rule(Rule::deny(["four"]).optional());
    let imports = Imports::pass_through().with_policy(policy).without(["three"]);
    let imports = imports.with_value("one", 1).with_module(HostModule::new("two"));
    runtime.load("app", &imports).unwrap();
    let seen: Vec<_> = decisions(&log)
        .into_iter()
        .map(|by| {
            let importer = by.importer.expect("a module asked");
            assert_eq!((importer.module.as_str(), importer.file.as_str()), ("app", "<app>/app.py"));
            (by.name, importer.line, by.answer, by.rule)
        })
        .collect();
    let expected = [
        ("one", 1, Verdict::Object, "Overrides: the override of 'one'"),
        ("two", 2, Verdict::Object, "Overrides: the override of 'two'"),
        ("three", 4, Verdict::Denied, "Exclusion: the exclusion of 'three'"),
        ("four", 7, Verdict::Denied, "Policy: rule 1 (deny four)"),
        ("five", 9, Verdict::PassThrough, "PassThrough"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(name, line, answer, rule)| (name.to_owned(), line, answer, rule.to_owned()))
        .collect();
    assert_eq!(seen, expected);
}

/// What carries imports out asks for nothing itself, and is known by its code: a file name can be anybody's.
#[test]
fn who_asked_is_told_whatever_the_code_is_called() {
    let calls = "from importlib import import_module\nimport_module('two')\nimport _frozen_importlib\n_frozen_importlib._gcd_import('two')";
    let names = ["<frozen importlib._bootstrap>", "_frozen_importlib", "<shims>/importlib/__init__.py"];
    let run = names.map(|name| format!("exec(compile('import one', '{name}', 'exec'))")).join("\n");
    let (runtime, log) = observed(&[("calls.py", calls), ("runs.py", &run), ("one.py", ""), ("two.py", "")]);
    let imports = Imports::pass_through().without(["absent"]);
    runtime.load("calls", &imports).unwrap();
    let of_two = |event| match event {
        Event::Load(load) if load.name == "two" => load.importer,
        Event::Decision(decision) if decision.name == "two" => decision.importer,
        _ => None,
    };
    let seen: Vec<_> = log.take().into_iter().filter_map(of_two).map(|by| (by.file, by.line)).collect();
    assert!(
        seen.len() > 1 && seen.iter().all(|(file, line)| file == "<app>/calls.py" && [2, 4].contains(line)),
        "{seen:?}"
    );
    runtime.load("runs", &imports).unwrap();
    let of_one = decisions(&log).into_iter().filter(|decision| decision.name == "one");
    let seen: Vec<_> = of_one.filter_map(|decision| decision.importer).map(|by| (by.module, by.file)).collect();
    assert_eq!(seen, names.map(|name| ("runs".to_owned(), name.to_owned())));
}

#[test]
fn loads_are_told_when_they_are_over_with_the_load_that_they_began_in() {
    let (runtime, log) = observed(&[
        ("a.py", "import b\nimport c"),
        ("b.py", "import d"),
        ("c.py", "1 / 0"),
        ("d.py", "for i in range(20000): pass"),
    ]);
    let realm = runtime.realm(["a", "b", "c", "d"], &Imports::pass_through()).unwrap();
    assert!(realm.import("a").is_err());
    let loads = loads(&log);
    let names: Vec<_> = loads.iter().map(|load| load.name.as_str()).collect();
    assert_eq!(names, ["d", "b", "c", "a"]);
    let [d, b, c, a] = loads.as_slice() else { unreachable!() };
    assert_eq!((a.parent, b.parent, c.parent, d.parent), (None, Some(a.id), Some(a.id), Some(b.id)));
    assert_eq!(d.importer.as_ref().map(|by| (by.module.as_str(), by.line)), Some(("b", 1)));
    assert_eq!(c.error.as_deref(), Some("ZeroDivisionError: division by zero"));
    assert_eq!((a.origin.as_deref(), a.fresh), (Some("<app>/a.py"), true));
    assert!(b.error.is_none() && a.error.is_some() && a.run >= b.run && b.run >= d.run && d.run > 0 && d.compile > 0);
    assert!(a.at <= b.at && b.at <= d.at && d.at <= c.at);
}

#[test]
fn a_module_that_can_not_be_compiled_or_read_is_a_load_that_failed() {
    let (runtime, log) = observed(&[("bad.py", "def"), ("missing.py", "import nowhere")]);
    assert!(runtime.load("bad", &Imports::pass_through()).is_err());
    let loads_of_bad = loads(&log);
    assert_eq!(loads_of_bad.len(), 1);
    assert!(loads_of_bad[0].error.as_deref().is_some_and(|error| error.starts_with("SyntaxError")), "{loads_of_bad:?}");
    assert_eq!(loads_of_bad[0].run, 0);
    assert!(runtime.load("missing", &Imports::pass_through()).is_err());
    let of_missing = loads(&log);
    assert_eq!(of_missing.last().map(|load| load.name.as_str()), Some("missing"));
}

#[test]
fn an_observer_may_refuse_a_module_before_it_runs() {
    struct Refuser(Arc<Mutex<Vec<String>>>);
    impl Observer for Refuser {
        fn event(&self, _: &Event) {}

        fn admit(&self, name: &str, module: Option<&PythonModule>, hash: Option<&str>) -> Result<(), String> {
            self.0.lock().unwrap().push(format!(
                "{name} {} {}",
                module.is_some(),
                hash.is_some_and(|hash| hash.len() == 64)
            ));
            if name == "bad" { Err("it is bad".to_owned()) } else { Ok(()) }
        }
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let files = Memory::new("<app>")
        .with("app.py", "try:\n    import bad\nexcept ImportError as error:\n    said = str(error)")
        .with("bad.py", "import sys\nsys.ran = True");
    let runtime = Runtime::builder().source(files).observer(Refuser(seen.clone())).build().unwrap();
    let realm = runtime.realm(["bad"], &Imports::pass_through()).unwrap();
    for imports in [Imports::pass_through(), realm.imports()] {
        let app = runtime.load("app", &imports).unwrap();
        assert_eq!(app.get::<String>("said").unwrap(), "'bad' is refused: it is bad");
    }
    assert!(runtime.load("bad", &Imports::pass_through()).is_err());
    let sys = runtime.import("sys", &Imports::pass_through()).unwrap();
    assert!(!sys.has("ran").unwrap());
    assert_eq!(seen.lock().unwrap().iter().filter(|line| *line == "bad true true").count(), 3);
}

#[test]
fn what_else_becomes_code_is_reported_once_and_may_be_refused() {
    struct Refuser;
    impl Observer for Refuser {
        fn event(&self, _: &Event) {}

        fn admit_code(&self, code: &Code) -> Result<(), String> {
            if code.file == "bad.txt" { Err("it is bad".to_owned()) } else { Ok(()) }
        }
    }
    let app = "exec('x = 1')\nexec('x = 1')\neval(b'x')\ncompile('x', 'good.txt', 'exec')\ntry:\n    \
        compile('x', 'bad.txt', 'exec')\nexcept ImportError as error:\n    said = str(error)\ncompile('(', 'tree', 'eval', 0x400) if 0 \
        else None\ncompile('x', 'tree', 'eval', 0x400)\nexec(compile('y = 1', 'good.txt', 'exec'))";
    let log = EventLog::new();
    let source = Memory::new("<app>").with("app.py", app);
    let runtime = Runtime::builder().source(source).observer(log.clone()).observer(Refuser).build().unwrap();
    let module = runtime.load("app", &Imports::pass_through()).unwrap();
    assert_eq!(module.get::<String>("said").unwrap(), "'bad.txt' is refused: it is bad");
    let seen: Vec<_> = log
        .events()
        .into_iter()
        .filter_map(|event| if let Event::Code(code) = event { Some(code) } else { None })
        .map(|code| (code.file, code.hash, code.importer.map(|by| (by.module, by.line))))
        .collect();
    let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
    let at = |line: usize| Some(("app".to_owned(), line));
    let expected = [("<string>", "x = 1", 1), ("<string>", "x", 3), ("good.txt", "x", 4), ("good.txt", "y = 1", 11)];
    assert_eq!(seen, expected.map(|(file, text, line)| (file.to_owned(), hash(text), at(line))));
    assert!(runtime.load("app", &Imports::pass_through()).is_ok());
}

#[test]
fn probes_and_questions_of_the_loader_itself_are_no_decisions() {
    let (runtime, log) = observed(&[("app.py", ""), ("pk/__init__.py", "")]);
    let imports = Imports::pass_through();
    runtime.mapper(&imports).unwrap().call::<bool>("contains", ("app",)).unwrap();
    runtime.load("app", &imports).unwrap();
    assert_eq!(decisions(&log).len(), 0);
}

#[test]
fn several_observers_are_told_the_same() {
    let (one, two) = (EventLog::new(), EventLog::new());
    let runtime = Runtime::builder()
        .source(Memory::new("<app>").with("a.py", "import sys"))
        .observer(one.clone())
        .observer(two.clone())
        .build()
        .unwrap();
    runtime.load("a", &Imports::pass_through()).unwrap();
    assert!(one.events() == two.events() && one.events().len() == 2, "{:?}", one.events());
}

#[cfg(feature = "json")]
#[test]
fn lines_of_json_are_events_again() {
    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (buffer, log) = (Buffer::default(), EventLog::new());
    let files =
        Memory::new("<app>").with("a.py", "import b\ntry:\n    import nö\nexcept ImportError: pass").with("b.py", "");
    let runtime = Runtime::builder()
        .source(files)
        .observer(log.clone())
        .observer(exocet::observe::JsonLines::new(buffer.clone()))
        .build()
        .unwrap();
    runtime.load("a", &Imports::pass_through()).unwrap();
    let text = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
    let read: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, log.events());
}

#[cfg(feature = "tracing")]
#[test]
fn events_of_the_tracing_crate_have_the_names_and_levels() {
    use tracing::{
        Level, Metadata, Subscriber,
        field::{Field, Visit},
        span,
    };
    #[derive(Default)]
    struct Seen(Arc<Mutex<Vec<String>>>);
    struct Fields(String);
    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            if !field.name().ends_with("_ns") {
                self.0.push_str(&format!(" {}={value:?}", field.name()));
            }
        }
    }
    impl Subscriber for Seen {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "exocet" && *metadata.level() <= Level::DEBUG
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            let mut fields = Fields(event.metadata().level().to_string());
            event.record(&mut fields);
            self.0.lock().unwrap().push(fields.0);
        }
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let files = Memory::new("<app>").with("a.py", "import sys").with("b.py", "1 / 0");
    let runtime = Runtime::builder().source(files).observer(exocet::observe::TracingEvents).build().unwrap();
    tracing::subscriber::with_default(Seen(seen.clone()), || {
        runtime.load("a", &Imports::pass_through()).unwrap();
        runtime.load("b", &Imports::pass_through()).unwrap_err();
    });
    let seen = seen.lock().unwrap();
    assert!(seen.len() >= 3, "{seen:?}");
    assert!(
        seen[0]
            .starts_with("DEBUG message=import name=\"sys\" importer=\"a\" answer=pass-through rule=\"PassThrough\""),
        "{seen:?}"
    );
    assert!(seen[1].starts_with("INFO message=load name=\"a\" fresh=true"), "{seen:?}");
    assert!(seen[2].starts_with("WARN message=load name=\"b\"") && seen[2].contains("division"), "{seen:?}");
}
