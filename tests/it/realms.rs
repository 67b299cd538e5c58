//! Realms from Rust: several packages, a search path, two side by side, and what is left of one that was dropped.

use crate::support::{alone, attr, each_source, handle, recorder, said};
use exocet::{
    Answer, Mapper, Memory, Request, Runtime, Source,
    modules::SearchPath,
    raw::{self, MapperRef, RealmRef, load, load_package, search_path},
    vm::{AsObject, PyResult, VirtualMachine, builtins::PyStr},
};
use std::sync::Arc;

const TREE: &[(&str, &str)] = &[
    ("a/__init__.py", "import outside\nfrom b import Shared"),
    ("a/sub.py", "from . import outside\nimport b\nfrom .late import use"),
    ("a/late.py", "def use():\n    import a.other\n    return a.other"),
    ("a/other.py", "value = []"),
    ("a/broken.py", "import a.other as kept\nraise ValueError('in the middle')"),
    ("b.py", "class Shared: pass"),
    ("outside.py", ""),
    ("space/leaf.py", "from . import twig"),
    ("space/twig.py", ""),
];

/// A realm of everything in the fixture but `outside`.
fn realm(vm: &VirtualMachine) -> PyResult<RealmRef> {
    let outer = raw::pass_through(vm);
    let builder = ["a", "b", "space"]
        .into_iter()
        .try_fold(RealmRef::builder(&outer), |builder, name| PyResult::Ok(builder.module(&handle(name, vm)?)))?;
    Ok(builder.build(vm))
}

fn modules(vm: &VirtualMachine) -> PyResult<Vec<String>> {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let names: Vec<exocet::vm::PyObjectRef> = modules.try_to_value(vm)?;
    Ok(names.iter().filter_map(|name| Some(name.downcast_ref::<PyStr>()?.to_string())).collect())
}

#[test]
fn several_packages_are_fresh_together_and_what_is_outside_is_shared() {
    each_source(TREE, |vm| {
        let (one, two) = (realm(vm)?, realm(vm)?);
        let (a, b) = (one.lookup("a", vm)?, one.lookup("b", vm)?);
        assert!(a.get_attr("Shared", vm)?.is(&b.get_attr("Shared", vm)?));
        assert!(!a.is(&two.lookup("a", vm)?));
        assert!(!b.get_attr("Shared", vm)?.is(&two.lookup("b", vm)?.get_attr("Shared", vm)?));
        assert!(a.get_attr("outside", vm)?.is(&two.lookup("a", vm)?.get_attr("outside", vm)?));
        let late = one.lookup("a.sub", vm)?.get_attr("use", vm)?.call((), vm)?;
        assert!(late.is(&one.lookup("a.other", vm)?));
        assert!(one.lookup("space.leaf", vm)?.get_attr("twig", vm)?.is(&one.lookup("space.twig", vm)?));
        let global = modules(vm)?;
        assert!(!global.iter().any(|name| ["a", "b", "space"].contains(&name.split('.').next().unwrap_or(name))));
        assert!(global.contains(&"outside".to_owned()));
        Ok(())
    });
}

#[test]
fn a_module_that_fails_leaves_nothing_and_can_be_tried_again() {
    each_source(TREE, |vm| {
        let realm = realm(vm)?;
        for _ in 0..2 {
            let error = realm.lookup("a.broken", vm).expect_err("it raises");
            assert_eq!(said(&error, vm), "ValueError: in the middle");
            assert!(!realm.modules().contains_key("a.broken", vm));
            let package = realm.lookup("a", vm)?;
            assert!(vm.get_attribute_opt(&package, "broken")?.is_none());
        }
        // What it had imported by then stays, as it does in CPython.
        assert!(realm.modules().contains_key("a.other", vm));
        Ok(())
    });
}

#[test]
fn a_search_path_is_inside_as_a_whole() {
    each_source(TREE, |vm| {
        let fixture = search_path(vm)?.locations()[0].clone();
        let path = exocet::modules::SearchPath::from_locations([fixture]);
        let (outer, seen) = recorder([], Answer::PassThrough, vm);
        let realm = RealmRef::builder(&outer).search_path(&path).build(vm);
        realm.lookup("a.sub", vm)?;
        // Nothing that is inside is asked of the mapper.
        assert_eq!(seen.names(), [] as [&str; 0]);
        assert!(!modules(vm)?.contains(&"outside".to_owned()));
        let outside = realm.lookup("a", vm)?.get_attr("outside", vm)?;
        assert_eq!(attr(&outside, "__name__", vm)?, "'outside'");
        Ok(())
    });
}

#[test]
fn a_realm_is_a_mapper_of_other_loads_and_of_other_realms() {
    each_source(TREE, |vm| {
        let library = RealmRef::builder(&raw::pass_through(vm)).module(&handle("b", vm)?).build(vm);
        let plugins: Vec<_> =
            (0..2).map(|_| load_package(&handle("a", vm)?, library.mapper(), vm)).collect::<PyResult<_>>()?;
        let shared = library.lookup("b", vm)?.get_attr("Shared", vm)?;
        let plugins: Vec<_> = plugins.iter().map(|plugin| plugin.lookup("a", vm)).collect::<PyResult<_>>()?;
        assert!(!plugins[0].is(&plugins[1]));
        assert!(plugins.iter().all(|plugin| plugin.get_attr("Shared", vm).is_ok_and(|own| own.is(&shared))));
        let alone = load(&handle("a", vm)?, library.mapper(), vm)?;
        assert!(alone.as_object().get_attr("Shared", vm)?.is(&shared));
        Ok(())
    });
}

/// A mapper that enforces one name, and has every other one too.
#[derive(Debug)]
struct Enforces;

impl Mapper for Enforces {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        Ok(Answer::object(vm.ctx.new_str(request.name())))
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        Ok((request.name() == "b").then(|| Answer::object(vm.ctx.new_str("enforced"))))
    }
}

#[test]
fn what_a_mapper_enforces_wins_inside_and_what_it_merely_has_does_not() {
    let tree = [("a/__init__.py", "import b, outside\nfrom . import own"), ("a/own.py", ""), ("b.py", "")];
    each_source(&tree, |vm| {
        let outer = MapperRef::new(Enforces, vm);
        let realm = RealmRef::builder(&outer).module(&handle("a", vm)?).module(&handle("b", vm)?).build(vm);
        let a = realm.lookup("a", vm)?;
        for (name, expected) in [("b", "'enforced'"), ("outside", "'outside'")] {
            assert_eq!(attr(&a, name, vm)?, expected);
        }
        assert!(a.get_attr("own", vm)?.is(&realm.lookup("a.own", vm)?));
        Ok(())
    });
}

#[test]
fn nothing_of_a_dropped_realm_is_left() {
    let tree = [
        (
            "pk/__init__.py",
            "import sys, importlib, importlib.util\nfrom . import part\nsys.path.append('x')\nsys.meta_path.append(part.Finder())",
        ),
        (
            "pk/part.py",
            "import pk\nclass Finder:\n    def find_spec(self, *args): pass\nclass Mark: pass\nmark = Mark()\n\
             def late():\n    import pk.other\n    return pk.other\n",
        ),
        ("pk/other.py", "from importlib import import_module\nself = import_module('pk.other')"),
        (
            "watch.py",
            "import gc, weakref\ndef alive(make, times):\n    marks = []\n    for _ in range(times):\n        \
             marks.append(make())\n    for _ in range(20): gc.collect()\n    return sum(mark() is not None for mark in marks)\n\
             ref = weakref.ref",
        ),
        (
            "maker.py",
            "import exocet, watch\ndef make():\n    realm = exocet.Realm('pk')\n    part = realm.loadNamed('pk.part')\n    \
             part.late()\n    return watch.ref(part.mark)\ndef with_shims():\n    realm = exocet.Realm('pk', \
             exocet.ExclusiveMapper(exocet.pep302Mapper, ['denied']))\n    part = realm.loadNamed('pk.part')\n    \
             part.late()\n    return watch.ref(part.mark)",
        ),
    ];
    alone("realms::nothing_of_a_dropped_realm_is_left", || {
        each_source(&tree, |vm| {
            let plain = raw::pass_through(vm);
            let (maker, alive) = (plain.lookup("maker", vm)?, plain.lookup("watch", vm)?.get_attr("alive", vm)?);
            for how in ["make", "with_shims"] {
                let left = alive.call((maker.get_attr(how, vm)?, 20), vm)?;
                assert_eq!(left.try_into_value::<usize>(vm)?, 0, "{how}");
            }
            Ok(())
        });
    });
}

/// A source that tells when nobody has it any more.
struct Marked(Memory, #[allow(dead_code, reason = "it is there to be dropped")] Arc<()>);

impl Source for Marked {
    fn label(&self) -> &str {
        self.0.label()
    }

    fn read(&self, path: &str) -> std::io::Result<Option<Arc<[u8]>>> {
        self.0.read(path)
    }
}

#[test]
fn a_dropped_realm_lets_go_of_its_source() {
    alone("realms::a_dropped_realm_lets_go_of_its_source", || {
        let mark = Arc::new(());
        Runtime::new().unwrap().enter(|vm| {
            for looks in [false, true] {
                let source =
                    Marked(Memory::new("<marked>").with("pk.py", "import sys\nsys.path.append('x')"), mark.clone());
                let realm =
                    RealmRef::builder(&raw::pass_through(vm)).search_path(&SearchPath::new().with(source)).build(vm);
                if looks {
                    realm.lookup("pk", vm).unwrap();
                }
                assert!(Arc::strong_count(&mark) > 1);
                drop(realm);
                raw::forget_units(vm);
                vm.state.gc.collect_force(2);
                assert_eq!(Arc::strong_count(&mark), 1, "{looks}");
            }
        });
    });
}
