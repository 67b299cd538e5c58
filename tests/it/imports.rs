//! `Imports` as plain values, which belong to no runtime; mappers that wrap others; and checks that run nothing.

use crate::support::{attr, each_source, handle, said};
use exocet::{
    Answer, Error, HostModule, Imports, Mapper, Memory, Object, Policy, Request, Rule, Runtime,
    check::{Outcome, Problem},
    raw::{self, MapperRef, RealmRef, load},
    vm::{PyResult, VirtualMachine},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

fn runtime(files: &[(&str, &str)]) -> Runtime {
    let files: Memory = files.iter().copied().collect();
    Runtime::builder().isolated().source(files).build().expect("it starts")
}

const APP: &[(&str, &str)] = &[(
    "app.py",
    "import host, config\nfrom host import f\nseen = f(1), config.name, host.items\ndef same(other): return host is other.host",
)];

#[derive(Serialize)]
struct Config {
    name: &'static str,
}

fn described() -> Imports {
    let host = HostModule::new("host").function("f", |n: i32| n + 1).value("items", ["a"]);
    Imports::pass_through().with_module(host).with_value("config", Config { name: "c" }).without(["socket"])
}

type Seen = (i32, String, Vec<String>);

fn seen(app: &Object) -> Seen {
    app.get("seen").expect("it fits")
}

#[test]
fn one_description_is_used_in_several_runtimes() {
    let imports = described();
    let expected: Seen = (2, "c".to_owned(), vec!["a".to_owned()]);
    let one = runtime(APP);
    let first = one.load("app", &imports).expect("it loads");
    {
        let two = runtime(APP);
        let second = two.load("app", &imports).expect("it loads");
        // What one runtime does to its module, the other one doesn't see.
        second.get::<Object>("host").and_then(|host| host.set("items", ["b"])).expect("it is set");
        assert_eq!((seen(&first), seen(&second)), (expected.clone(), expected.clone()));
        let again = two.load("app", &imports).expect("it loads");
        assert_eq!(seen(&again).2, ["b"]);
        assert_eq!(seen(&one.load("app", &imports).expect("it loads")), expected);
        assert!(first.call::<bool>("same", (&second,)).expect_err("they are two runtimes").is_other_runtime());
    }
    // One of them is gone by now.
    assert!(first.call::<bool>("same", (one.load("app", &imports).expect("it loads"),)).expect("a bool"));
    let three = runtime(APP);
    assert_eq!(seen(&three.load("app", &imports).expect("it loads")), expected);
}

#[test]
fn a_description_and_its_clones_are_one_mapper_in_a_runtime() {
    let runtime = runtime(APP);
    let imports = described();
    let app = runtime.load("app", &imports).expect("it loads");
    let same = |imports: &Imports| {
        let other = runtime.load("app", imports).expect("it loads");
        app.call::<bool>("same", (other,)).expect("a bool")
    };
    assert!(same(&imports) && same(&imports.clone()));
    // What is added on top doesn't make what is below it anew; the same words once more do.
    assert!(same(&imports.with_value("more", 1)) && same(&imports.without(["more"])));
    assert!(!same(&described()));
    let realm = runtime.realm(["app"], &imports).expect("a realm");
    assert!(app.call::<bool>("same", (realm.import("app").expect("it loads"),)).expect("a bool"));
    let host = runtime.import("host", &imports).expect("it is there");
    let is_same = app.get::<Object>("host").and_then(|own| own.call::<bool>("__eq__", (&host,)));
    assert!(is_same.expect("a bool"));
    // So what one of them was asked for counts for all.
    let spelt = imports.with_value("used", 1).with_value("misspelt", 1);
    assert_eq!(runtime.unused(&spelt).expect("names"), ["misspelt", "used", "socket"]);
    runtime.import("used", &spelt.clone()).expect("it is there");
    assert_eq!(runtime.unused(&spelt).expect("names"), ["misspelt", "socket"]);
}

#[test]
fn what_is_wrong_with_a_description_shows_whenever_something_is_loaded() {
    #[track_caller]
    fn check(runtime: &Runtime, imports: &Imports, told: impl Fn(&Error) -> bool) {
        fn wrong<T: Debug>(result: Result<T, Error>) -> Error {
            result.expect_err("something is wrong")
        }
        // Not just the first time, and not only for the value itself.
        for imports in [imports, imports, &imports.clone(), &imports.with_value("more", 1), &imports.without(["no"])] {
            let errors = [
                wrong(runtime.load("app", imports)),
                wrong(runtime.load_package("pk", imports)),
                wrong(runtime.realm(["app"], imports)),
                wrong(runtime.import("app", imports)),
                wrong(runtime.unused(imports)),
                wrong(runtime.mapper(imports)),
                wrong(runtime.check(["app"], imports)),
            ];
            assert!(errors.iter().all(&told), "{errors:?}");
        }
    }
    let ran = Arc::new(AtomicUsize::new(0));
    let count = ran.clone();
    let host = HostModule::new("host").function("ran", move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let base = Imports::pass_through().with_module(host);
    let files = [("app.py", "import host\nhost.ran()"), ("pk/__init__.py", "import host\nhost.ran()"), ("tool.py", "")];
    let here = runtime(&files);
    let policy = base.with_policy(Policy::allowing().rule(Rule::deny(["toll"])));
    check(&here, &policy, |error| error.to_string().contains("there is no module `toll`; did you mean `tool`?"));
    // A map as a key has no form in Python.
    let key = BTreeMap::from([(BTreeMap::from([(1, 2)]), 3)]);
    check(&here, &base.with_value("config", vec![key]), |error| error.to_string().contains("a map can't be a key"));
    check(&here, &base.with_module(HostModule::new("odd").values(5)), |error| {
        error.to_string().starts_with("the values of the module `odd` doesn't fit")
    });
    assert_eq!(ran.load(Ordering::Relaxed), 0);
    // The policy is fine wherever there is such a module.
    let elsewhere = runtime(&[("app.py", "import host\nhost.ran()"), ("toll.py", "")]);
    elsewhere.load("app", &policy).expect("it loads");
    assert_eq!(ran.load(Ordering::Relaxed), 1);
}

#[test]
fn a_mapper_of_one_runtime_is_refused_by_another() {
    let files =
        [("app.py", "import thing"), ("own.py", "class Own:\n    def lookup(self, name): return name\nown = Own()")];
    let (one, two) = (runtime(&files), runtime(&files));
    let own: Object = one.load("own", &Imports::none()).and_then(|module| module.get("own")).expect("it is there");
    let imports = Imports::from_object(own);
    assert_eq!(one.load("app", &imports).and_then(|app| app.get::<String>("thing")).expect("a string"), "thing");
    for imports in [imports.clone(), imports.without(["os"]), imports.with_value("x", 1)] {
        let errors = [
            two.load("app", &imports).expect_err("it is another's"),
            two.realm(["app"], &imports).expect_err("it is another's"),
            two.import("app", &imports).expect_err("it is another's"),
        ];
        assert!(errors.iter().all(Error::is_other_runtime), "{errors:?}");
        assert!(one.load("app", &imports).is_ok());
    }
    // So are a realm's imports; and an object that is no mapper is refused everywhere.
    let realm = one.realm(["own"], &Imports::none()).expect("a realm");
    assert!(two.load("app", &realm.imports()).expect_err("it is another's").is_other_runtime());
    let error = one.load("app", &Imports::from_object(one.object(5).expect("an int"))).expect_err("it is no mapper");
    assert!(error.exception().is_some_and(|error| error.is("TypeError")), "{error}");
}

/// A mapper in front of another one.
#[derive(Debug)]
struct Wrapper {
    inner: MapperRef,
    /// Whether it says what it wraps.
    says: bool,
}

impl Mapper for Wrapper {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        match request.name() {
            "wrapped" => Ok(Answer::object(vm.ctx.new_int(1))),
            _ => self.inner.map(request, vm),
        }
    }

    fn inner(&self) -> Option<&MapperRef> {
        Some(&self.inner).filter(|_| self.says)
    }
}

fn wrapped(inner: &MapperRef, says: bool, vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Wrapper { inner: inner.clone(), says }, vm)
}

#[test]
fn an_override_behind_a_wrapper_still_wins_inside_a_realm() {
    let tree = [
        ("pk/__init__.py", "from . import a\nfrom .a import got"),
        ("pk/a.py", "from pk import sub\nimport pk.sub as again, wrapped\ngot = sub, again, wrapped"),
        ("pk/sub.py", ""),
        ("pk/b.py", "import pk.denied"),
        ("pk/denied.py", ""),
    ];
    each_source(&tree, |vm| {
        let overrides = vm.ctx.new_dict();
        overrides.set_item("pk.sub", vm.ctx.new_str("mine").into(), vm)?;
        overrides.set_item("never", vm.ctx.none(), vm)?;
        let inner = raw::exclusion(raw::empty(vm), ["pk.denied"], vm).with_overrides(overrides, vm);
        let twice = wrapped(&wrapped(&inner, true, vm), true, vm);
        for wrapper in [wrapped(&inner, true, vm), twice] {
            let realm = RealmRef::builder(&wrapper).module(&handle("pk", vm)?).build(vm);
            assert_eq!(attr(&*realm.lookup("pk", vm)?, "got", vm)?, "('mine', 'mine', 1)");
            let error = realm.lookup("pk.b", vm).expect_err("it is denied");
            assert!(said(&error, vm).contains("denied by the exclusion of 'pk.denied'"), "{}", said(&error, vm));
            assert_eq!(attr(&*load(&handle("pk", vm)?, &wrapper, vm)?, "got", vm)?, "('mine', 'mine', 1)");
            assert_eq!(wrapper.unused(vm), ["never"]);
        }
        // One that doesn't say so loses all of this, which is what `inner` is for.
        let silent = wrapped(&inner, false, vm);
        let realm = RealmRef::builder(&silent).module(&handle("pk", vm)?).build(vm);
        let got = attr(&*realm.lookup("pk", vm)?, "got", vm)?;
        assert!(got.starts_with("(<module 'pk.sub'") && silent.unused(vm).is_empty(), "{got}");
        Ok(())
    });
}

#[test]
fn a_policy_behind_a_wrapper_still_knows_who_asks() {
    let tree = [
        ("guest.py", "__name__ = 'friend'\nimport other"),
        ("friend.py", "import other\ngot = other.word"),
        ("other.py", "word = 1"),
    ];
    each_source(&tree, |vm| {
        let policy = Policy::allowing().rule(Rule::deny(["other"]).importers(["guest"]));
        let policy = policy.checked_mapper(raw::pass_through(vm), vm).expect("its names mean something");
        let wrapper = wrapped(&policy, true, vm);
        assert!(policy.depends_on_importer() && wrapper.depends_on_importer());
        assert!(!wrapped(&policy, false, vm).depends_on_importer());
        assert!(!wrapped(&raw::pass_through(vm), true, vm).depends_on_importer());
        for _ in 0..2 {
            assert_eq!(attr(&*load(&handle("friend", vm)?, &wrapper, vm)?, "got", vm)?, "1");
            let error = load(&handle("guest", vm)?, &wrapper, vm).expect_err("it is denied");
            assert!(said(&error, vm).contains("denied by the policy's rule 1"), "{}", said(&error, vm));
        }
        Ok(())
    });
}

#[test]
fn a_wrapper_of_the_hosts_keeps_what_it_wraps() {
    let runtime = runtime(&[("pk/__init__.py", "from .sub import word"), ("pk/sub.py", "word = 'real'")]);
    let inner = runtime.enter(|vm| {
        let (overrides, sub) = (vm.ctx.new_dict(), vm.new_module("sub", vm.ctx.new_dict(), None));
        sub.set_attr("word", vm.ctx.new_str("mine"), vm)?;
        overrides.set_item("pk.sub", sub.into(), vm)?;
        overrides.set_item("never", vm.ctx.none(), vm)?;
        PyResult::Ok(raw::empty(vm).with_overrides(overrides, vm))
    });
    let inner = inner.unwrap_or_else(|_| panic!("a mapper"));
    let imports = Imports::from_mapper(Wrapper { inner, says: true });
    let package = runtime.load("pk", &imports).expect("it loads");
    assert_eq!(package.get::<String>("word").expect("a string"), "mine");
    assert_eq!(runtime.unused(&imports).expect("names"), ["never"]);
    // Objects of a runtime go before it does.
    runtime.enter(|_| drop(imports));
}

#[test]
fn a_check_finds_what_would_fail_and_what_gets_something_else_and_runs_nothing() {
    let runtime = runtime(&[
        (
            "app.py",
            "import fine, denied\nfrom lib import part\nimport absent\ntry:\n    import optional\nexcept ImportError: pass\n\
             def later():\n    import replaced, host\nraise SystemExit",
        ),
        ("fine.py", "import never_looked_at"),
        ("denied.py", ""),
        ("replaced.py", ""),
        ("lib/__init__.py", "raise SystemExit"),
        ("lib/part.py", "import denied"),
        ("broken/__init__.py", ""),
        ("broken/text.py", "def"),
    ]);
    let imports = Imports::pass_through().without(["denied"]).with_value("replaced", 1);
    let imports = imports.with_module(HostModule::new("host"));
    let found = |names: &[&str]| -> Vec<(String, usize, &'static str, bool)> {
        let findings = runtime.check(names, &imports).expect("it can be checked");
        let shown = findings.into_iter().map(|finding| {
            let (name, line, what) = match &finding.problem {
                Problem::Import { import, name, outcome, .. } => {
                    let what = match outcome {
                        Outcome::Denied(_) => "denied",
                        Outcome::Missing(_) => "missing",
                        Outcome::Overridden { .. } => "overridden",
                        Outcome::Fails(_) => "fails",
                        _ => "other",
                    };
                    (name.clone(), import.line, what)
                }
                Problem::Raises { line, .. } => (String::new(), *line, "raises"),
                Problem::Unreadable(text) => (finding.module.name().to_owned(), text.line.unwrap_or(0), "unreadable"),
                _ => unreachable!("there are no other problems"),
            };
            (format!("{} {name}", finding.module), line, what, finding.is_error())
        });
        shown.collect()
    };
    let expected = [
        ("app fine", 1, "fails", true),
        ("app denied", 1, "denied", true),
        ("app lib", 2, "fails", true),
        ("app absent", 3, "missing", true),
        ("app optional", 5, "missing", false),
        ("app replaced", 8, "overridden", false),
        ("app host", 8, "overridden", false),
        ("app ", 9, "raises", true),
    ];
    let expected = expected.map(|(name, line, what, is_error)| (name.to_owned(), line, what, is_error));
    assert_eq!(found(&["app"]), expected);
    // All that lies below a package is checked; what its load doesn't come to can't keep it from being loaded.
    let lib = [("lib ".to_owned(), 1, "raises", true), ("lib.part denied".to_owned(), 1, "denied", false)];
    assert_eq!(found(&["lib"]), lib);
    assert_eq!(found(&["broken"]), [("broken.text broken.text".to_owned(), 1, "unreadable", false)]);
    assert_eq!(found(&["broken.text"]), [("broken.text broken.text".to_owned(), 1, "unreadable", true)]);
    assert_eq!(found(&["fine"]), [("fine never_looked_at".to_owned(), 1, "missing", true)]);
    assert_eq!(found(&["denied", "replaced"]), []);
    assert!(runtime.check(["nowhere"], &imports).expect_err("there is none").is_not_found());
    let sys = runtime.import("sys", &Imports::pass_through()).expect("it is there");
    let modules: Object = sys.get("modules").expect("it is there");
    for name in ["app", "lib", "fine"] {
        assert!(!modules.call::<bool>("__contains__", (name,)).expect("a bool"), "{name} was imported");
    }
}

#[test]
fn each_module_of_a_check_is_loaded_as_it_would_be_alone() {
    let runtime = runtime(&[
        // On its own `pk.later` doesn't find in the shared package what only its own package gets; `pk.early` does.
        ("pk/__init__.py", "import stub\nif stub.fresh:\n    from . import early"),
        ("pk/early.py", "from pk import missing"),
        ("pk/sub/__init__.py", "from pk.sub import leaf"),
        ("pk/sub/leaf.py", "import other"),
        ("pk/fine.py", "import pk.sub"),
        ("other.py", ""),
        ("stub.py", "fresh = False"),
        ("bad/__init__.py", "raise ValueError"),
        ("bad/part.py", ""),
        ("bad/user.py", "import bad.part"),
    ]);
    let imports = Imports::pass_through().without(["other"]);
    let names = ["pk", "pk.early", "pk.fine", "pk.sub", "pk.sub.leaf", "bad", "bad.part", "bad.user"];
    let failing = |names: &[&str]| {
        let findings = runtime.check(names, &imports).expect("they can be checked");
        let mut failing: Vec<_> = findings.into_iter().flat_map(|finding| finding.prevents).collect();
        failing.sort();
        failing.dedup();
        failing
    };
    let alone: Vec<_> = names.iter().flat_map(|name| failing(&[name])).collect();
    let loads: Vec<_> = names.iter().filter(|name| runtime.load(name, &imports).is_err()).copied().collect();
    assert_eq!(loads, ["pk.early", "pk.sub", "pk.sub.leaf", "bad", "bad.user"]);
    for order in [names.to_vec(), names.iter().rev().copied().collect(), [&names[3..], &names[..3]].concat()] {
        assert_eq!(
            failing(&order),
            {
                let mut alone = alone.clone();
                alone.sort();
                alone
            },
            "{order:?}"
        );
    }
    let mut alone = alone;
    alone.sort();
    let mut loads: Vec<_> = loads.into_iter().map(str::to_owned).collect();
    loads.sort();
    assert_eq!(alone, loads);
}

#[test]
fn a_check_agrees_with_a_load_about_a_packages_own_modules() {
    let runtime = runtime(&[
        ("pk/__init__.py", "from . import a\nimport pk.b"),
        ("pk/a.py", "from .sub import leaf\nfrom pk import b"),
        ("pk/b.py", ""),
        ("pk/sub/__init__.py", ""),
        ("pk/sub/leaf.py", "import pk.b as b\nfrom .. import a"),
        ("user.py", "import pk"),
    ]);
    runtime.load("pk", &Imports::none()).expect("it loads");
    assert_eq!(runtime.check(["pk"], &Imports::none()).expect("it can be checked").len(), 0);
    assert_eq!(runtime.check(["pk.sub"], &Imports::none()).expect("it can be checked").len(), 2);
    assert_eq!(runtime.check(["user", "pk"], &Imports::none()).expect("it can be checked").len(), 1);
    let denied = runtime.check(["pk"], &Imports::none().without(["pk.b"])).expect("it can be checked");
    assert!(denied.len() == 3 && denied.iter().all(|finding| finding.is_error()), "{denied:?}");
}

#[test]
fn a_function_that_chooses_is_asked_all_and_may_answer_all() {
    let runtime = runtime(&[
        ("app.py", "import value, fresh, some, given\nfrom pk import x\nseen = fresh.seen"),
        ("other.py", "seen = []\nhidden = 1"),
        ("pk/__init__.py", "x = 1"),
    ]);
    let asked: Arc<std::sync::Mutex<Vec<exocet::Question>>> = Arc::default();
    let object = runtime.object("an object").unwrap();
    let imports = {
        let asked = asked.clone();
        Imports::chosen(move |question| {
            asked.lock().unwrap().push(question.clone());
            match question.name.as_str() {
                "value" => exocet::Choice::value(&1).unwrap(),
                "fresh" => exocet::Choice::load("other"),
                "some" => exocet::Choice::Attenuated {
                    of: Box::new(exocet::Choice::Load { name: "other".to_owned(), imports: Some(Imports::none()) }),
                    only: vec!["seen".to_owned()],
                },
                "given" => exocet::Choice::Object(object.clone()),
                _ => exocet::Choice::PassThrough,
            }
        })
    };
    let app = runtime.load("app", &imports).unwrap();
    assert_eq!((app.get::<i32>("value").unwrap(), app.get::<String>("given").unwrap()), (1, "an object".to_owned()));
    let some: Object = app.get("some").unwrap();
    assert!(some.has("seen").unwrap());
    assert!(some.get::<i32>("hidden").unwrap_err().to_string().contains("hidden"));
    // Each was loaded for this import alone.
    app.get::<Object>("fresh").unwrap().get::<Object>("seen").unwrap().call::<()>("append", (1,)).unwrap();
    assert_eq!(some.get::<Vec<i32>>("seen").unwrap(), [0; 0]);
    let asked = asked.lock().unwrap();
    let last = asked.iter().find(|question| question.name == "pk").unwrap();
    assert_eq!((last.written.as_str(), last.level, last.line, &*last.names), ("pk", 0, Some(2), &["x".to_owned()][..]));
    assert_eq!(last.importer.as_deref(), Some("app"));
    let item = asked.iter().find(|question| question.name == "pk.x");
    assert!(item.is_none_or(|question| question.item == Some(exocet::mapper::Item::Value)));
}

#[test]
fn a_source_is_added_to_a_runtime_that_runs() {
    let runtime = runtime(&[("a.py", "value = 'first'")]);
    runtime
        .add_source(Memory::new("<late>").with("a.py", "value = 'late'").with("b.py", "import a\nvalue = a.value"))
        .unwrap();
    let read = |name: &str| runtime.load(name, &Imports::pass_through()).unwrap().get::<String>("value").unwrap();
    // It comes last.
    assert_eq!((read("a").as_str(), read("b").as_str()), ("first", "first"));
    let error = runtime.add_source(Memory::new("<late>")).unwrap_err();
    assert!(error.to_string().contains("<late>"), "{error}");
}
