//! Replacing one module of a live realm, from Rust: what is there afterwards, what others see meanwhile, what a failure leaves.

#[cfg(feature = "threading")]
use crate::support::gate;
use crate::support::{alone, each_source, handle};
use exocet::{
    Error, Imports, Limits, Memory, Object, Realm, Runtime,
    error::Limit,
    raw::{self, RealmRef},
    vm::{AsObject, PyResult, VirtualMachine},
};
use std::sync::Arc;
const TREE: &[(&str, &str)] = &[
    ("a/__init__.py", "from . import sub"),
    ("a/sub.py", "import b\nfrom .late import value"),
    ("a/late.py", "value = []"),
    ("b.py", "class Shared: pass"),
    ("space/leaf.py", ""),
    ("outside.py", ""),
];

fn realm(vm: &VirtualMachine) -> PyResult<RealmRef> {
    let builder = RealmRef::builder(&raw::pass_through(vm));
    let names = ["a", "b", "space"];
    let builder =
        names.into_iter().try_fold(builder, |builder, name| PyResult::Ok(builder.module(&handle(name, vm)?)))?;
    Ok(builder.build(vm))
}

#[test]
fn nothing_but_the_table_and_the_attribute_of_the_package_changes() {
    each_source(TREE, |vm| {
        let (own, other) = (realm(vm)?, realm(vm)?);
        let lookup = |realm: &RealmRef, name: &str| realm.lookup(name, vm);
        let names = ["a", "a.sub", "a.late", "b", "space", "space.leaf"];
        let all = |realm: &RealmRef| names.iter().map(|name| lookup(realm, name)).collect::<PyResult<Vec<_>>>();
        let (before, others) = (all(&own)?, all(&other)?);
        let global = vm.sys_module.get_attr("modules", vm)?.length(vm)?;
        for (at, name) in names.into_iter().enumerate() {
            let replacement = own.replace(name, vm)?;
            assert_eq!((replacement.name.as_str(), replacement.rebound.len()), (name, 0));
            let after = all(&own)?;
            assert!(!after[at].is(&before[at]), "{name}");
            if let Some((package, part)) = name.rsplit_once('.') {
                assert!(lookup(&own, package)?.get_attr(&*vm.ctx.new_str(part), vm)?.is(&after[at]), "{name}");
            }
            // Each of those that come later is still the one that it was.
            assert!(names.iter().enumerate().skip(at + 1).all(|(at, _)| after[at].is(&before[at])), "{name}");
        }
        assert!(all(&other)?.iter().zip(&others).all(|(now, then)| now.is(then)));
        assert_eq!(vm.sys_module.get_attr("modules", vm)?.length(vm)?, global);
        Ok(())
    });
}

/// A runtime on files that can be changed, and a realm of these modules, all loaded.
fn live(files: &[(&str, &str)], names: &[&str], imports: &Imports) -> (Arc<Memory>, Runtime, Realm) {
    let memory = Arc::new(Memory::new("<live>"));
    files.iter().for_each(|(path, text)| memory.insert(*path, text.as_bytes()));
    let runtime = Runtime::builder().isolated().shared_source(memory.clone()).build().expect("it starts");
    let realm = runtime.realm(names.iter().map(|name| name.split('.').next().unwrap_or(name)), imports);
    let realm = realm.unwrap_or_else(|error| panic!("{error}"));
    for name in names {
        realm.import(name).unwrap_or_else(|error| panic!("{error}"));
    }
    (memory, runtime, realm)
}

#[test]
fn edited_code_is_loaded_and_its_names_are_compared() {
    let (files, _runtime, realm) = live(&[("m.py", "a = 1\nb = 2\n_c = 3")], &["m"], &Imports::none());
    files.insert("m.py", "b = 3\nd = 4");
    let replacement = realm.replace("m").expect("it loads");
    assert_eq!((replacement.added, replacement.removed), (vec!["d".to_owned()], vec!["_c".to_owned(), "a".to_owned()]));
    assert_eq!(replacement.origin.as_deref(), Some("<live>/m.py"));
    assert!(replacement.held.is_empty());
    assert_eq!(realm.import("m").and_then(|m| m.get::<i32>("b")).expect("it is there"), 3);
}

#[test]
fn what_fails_leaves_all_as_it_was_and_is_the_error_of_the_load() {
    let files = [("pk/__init__.py", "from . import m"), ("pk/m.py", "value = 1"), ("pk/new.py", "value = 1")];
    let (files, _runtime, realm) = live(&files, &["pk", "pk.m"], &Imports::none());
    let (pk, m) = (realm.import("pk").expect("it is there"), realm.import("pk.m").expect("it is there"));
    let is = |one: &Object, other: &Object| {
        _runtime.enter(|vm| one.raw(vm).expect("it is there").is(&other.raw(vm).expect("it is there")))
    };
    for (text, kind) in [
        ("value =", "SyntaxError"),
        ("value = 2\nfrom . import new\n1 / 0", "ZeroDivisionError"),
        ("import absent", "ModuleNotFoundError"),
        ("\u{0}", "SyntaxError"),
    ] {
        files.insert("pk/m.py", text);
        let error = realm.replace("pk.m").expect_err(text);
        assert_eq!(error.exception().map(|exception| exception.kind().to_owned()).as_deref(), Some(kind), "{error}");
        assert!(is(&realm.import("pk.m").expect("it is there"), &m), "{text}");
        assert!(is(&pk.get::<Object>("m").expect("it is there"), &m), "{text}");
        assert!(!pk.has("new").expect("it can be asked"), "{text}");
    }
    files.remove("pk/m.py");
    let error = realm.replace("pk.m").expect_err("it is gone");
    assert!(error.to_string().contains("pk.m"), "{error}");
    assert!(is(&realm.import("pk.m").expect("it is there"), &m));
    for (name, why) in [("pk.absent", "`pk.absent` isn't loaded in the realm"), ("", "`` isn't loaded in the realm")] {
        let error = realm.replace(name).expect_err("it isn't there");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn a_limit_of_the_load_leaves_all_as_it_was() {
    let files = Arc::new(Memory::new("<live>").with("m.py", "value = 1"));
    let limits = Limits::new().source_bytes(100);
    let runtime = Runtime::builder().isolated().shared_source(files.clone()).limits(limits).build().expect("it starts");
    let realm = runtime.realm(["m"], &Imports::none()).expect("it is there");
    let value = || realm.import("m").and_then(|m| m.get::<i32>("value"));
    assert_eq!(value().expect("it loads"), 1);
    files.insert("m.py", format!("value = 2 #{}", "x".repeat(200)));
    let error = realm.replace("m").expect_err("it is too large");
    assert_eq!(error.limit(), Some(Limit::SourceBytes), "{error}");
    assert_eq!(value().expect("it is there"), 1);
}

#[test]
fn a_realm_at_its_limit_of_modules_can_replace_them() {
    let limits = Limits::new().modules(1);
    let (_files, _runtime, realm) = live(&[("m.py", "")], &["m"], &Imports::none().with_limits(limits));
    realm.replace("m").expect("there are no more than before");
}

#[test]
fn a_thousand_replacements_leave_nothing() {
    alone("replace::a_thousand_replacements_leave_nothing", || {
        let text = "
import keep
class Tool:
    def run(self): return self
def make(): return Tool()
tools = [make(), make().run, make]
keep.note(Tool)
";
        let keep = "
import gc, _weakref
refs = []
def note(cls): refs.append(_weakref.ref(cls))
def alive():
    for _ in range(5): gc.collect()
    return sum(ref() is not None for ref in refs)
";
        let (_files, _runtime, realm) =
            live(&[("m.py", text), ("keep.py", keep)], &["keep", "m"], &Imports::pass_through());
        for _ in 0..1000 {
            let held = realm.replace("m").expect("it loads").held;
            assert!(held.is_empty(), "{held}");
        }
        let alive = realm.import("keep").and_then(|keep| keep.call::<usize>("alive", ())).expect("it returns");
        assert_eq!(alive, 1);
    });
}

#[test]
fn memory_stays_flat() {
    alone("replace::memory_stays_flat", || {
        let functions: String = (0..200).map(|at| format!("def f{at}(a, b=[{at}]): return [a, b, f{at}]\n")).collect();
        let (_files, _runtime, realm) = live(&[("m.py", functions.as_str())], &["m"], &Imports::none());
        let resident = || memory_stats::memory_stats().expect("the system reports it").physical_mem;
        let replaced = |times: usize| (0..times).for_each(|_| drop(realm.replace("m").expect("it loads")));
        replaced(300);
        let before = resident();
        // Were each kept, it would be some 250 MB.
        replaced(1000);
        let grown = resident().saturating_sub(before);
        assert!(grown < 32 << 20, "{grown} bytes more");
    });
}

#[cfg(feature = "threading")]
#[test]
fn other_threads_see_the_old_module_until_the_new_one_stands() {
    let (gate, has_come, go) = gate();
    let files = [
        ("pk/__init__.py", ""),
        ("pk/m.py", "value = 1"),
        (
            "user.py",
            "def look():\n    import sys, pk.m\n    from pk import m\n    return pk.m.value, m.value, sys.modules['pk.m'].value",
        ),
    ];
    let (files, _runtime, realm) = live(&files, &["pk", "pk.m", "user"], &Imports::pass_through().with_module(gate));
    let look = |realm: &Realm| {
        realm.import("user").and_then(|user| user.call::<(i32, i32, i32)>("look", ())).expect("it returns")
    };
    files.insert("pk/m.py", "import gate\nvalue = 2\ngate.wait()\nvalue = 3");
    std::thread::scope(|scope| {
        let replacing = scope.spawn(|| realm.replace("pk.m").map(drop));
        has_come.recv().expect("it comes there");
        assert_eq!(look(&realm), (1, 1, 1));
        // Who replaces at once waits, and then loads anew in its turn.
        let waiting = scope.spawn(|| realm.replace("pk.m").map(drop));
        assert_eq!(look(&realm), (1, 1, 1));
        drop(go);
        replacing.join().expect("no panic").expect("it loads");
        waiting.join().expect("no panic").expect("it loads");
    });
    assert_eq!(look(&realm), (3, 3, 3));
}

#[test]
fn what_the_new_module_imports_in_a_circle_sees_the_new_one_in_every_form() {
    let circle = "
import sys, pk.m, pk.m as n
from pk import m
from . import m as o
seen = [sys.modules['pk.m'], n, m, o]
";
    let files = [("pk/__init__.py", ""), ("pk/m.py", ""), ("pk/circle.py", circle)];
    let (files, _runtime, realm) = live(&files, &["pk", "pk.m"], &Imports::pass_through());
    let text = "import sys\nfrom . import circle\nown = sys.modules[__name__]\nall_new = [seen is own for seen in circle.seen]";
    files.insert("pk/m.py", text);
    realm.replace("pk.m").expect("it loads");
    let all_new = realm.import("pk.m").and_then(|m| m.get::<Vec<bool>>("all_new")).expect("it is there");
    assert_eq!(all_new, [true; 4]);
}

#[test]
fn a_handle_of_another_runtime_or_of_one_that_is_gone_is_an_error() {
    let (_files, runtime, realm) = live(&[("m.py", "")], &["m"], &Imports::none());
    drop(runtime);
    assert!(realm.replace("m").is_err_and(|error: Error| error.is_gone()));
}

#[cfg(feature = "threading")]
#[test]
fn replacements_and_imports_of_many_threads_leave_one_module_for_all() {
    let text = "import pk.part\nvalue = 1\nclass Kind: pass";
    let user =
        "def look():\n    import sys, pk.m\n    from pk import m, part\n    return m.value + len(pk.part.__name__)";
    let files = [("pk/__init__.py", ""), ("pk/m.py", text), ("pk/part.py", ""), ("user.py", user)];
    let (_files, runtime, realm) = live(&files, &["pk", "pk.m", "user"], &Imports::pass_through());
    std::thread::scope(|scope| {
        for at in 0..6 {
            let realm = &realm;
            scope.spawn(move || {
                for _ in 0..20 {
                    match at % 2 {
                        0 => drop(realm.replace("pk.m").expect("it loads")),
                        _ => {
                            let user = realm.import("user").expect("it is there");
                            assert_eq!(user.call::<i32>("look", ()).expect("it returns"), 8);
                        }
                    }
                }
            });
        }
    });
    let attribute: Object = realm.import("pk").and_then(|pk| pk.get("m")).expect("it is there");
    let module = realm.import("pk.m").expect("it is there");
    runtime.enter(|vm| assert!(attribute.raw(vm).unwrap().is(&module.raw(vm).unwrap())));
}
