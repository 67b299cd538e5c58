//! A package that is loaded is a realm of one package: its own modules are fresh and consistent, and only names outside of it go to
//! the mapper. `load_package` returns that realm.

use crate::support::{Tree, alone, attr, each_source, handle, recorder, said};
use exocet::{
    Answer, Error, Imports, Mapper, Memory, Object, Request, Runtime,
    raw::{self, MapperRef, RealmRef, load, load_into, load_package},
    vm::{AsObject, PyObjectRef, PyResult, VirtualMachine},
};

/// Code of a package `pk`, which imports modules of its own and leaves `1` in `got`.
const FORMS: &[&str] = &[
    "import pk.sub\ngot = pk.sub.x",
    "import pk.sub as s\ngot = s.x",
    "from pk import sub\ngot = sub.x",
    "from pk.sub import x as got",
    "from pk.sub import *\ngot = x",
    "from . import sub\ngot = sub.x",
    "from . import sub as s\ngot = s.x",
    "from .sub import x as got",
    "from .sub import *\ngot = x",
    "from .deep import leaf\ngot = leaf.x",
    "from .deep.leaf import x as got",
    "import pk.deep.leaf\ngot = pk.deep.leaf.x",
    "got = __import__('pk.sub').sub.x",
    "got = __import__('sub', globals(), None, ['x'], 1).x",
    "exec('from . import sub')\ngot = sub.x",
    "def later():\n    from . import sub\n    return sub.x\ngot = later()",
    "__all__ = ['sub']\nfrom pk import *\ngot = sub.x",
    "from .ring import one, two\ngot = one.two is two and two.one is one and one.top is __import__('pk') and 1",
    "from .up import got",
];

/// What lies below each of them.
const BELOW: &[(&str, &str)] = &[
    ("sub.py", "x = 1"),
    ("deep/__init__.py", ""),
    ("deep/leaf.py", "from ..sub import x"),
    ("ring/__init__.py", ""),
    ("ring/one.py", "import pk as top\nfrom . import two"),
    ("ring/two.py", "from . import one"),
    ("up.py", "from . import deep, sub\nimport pk.deep.leaf as leaf\ngot = leaf.x"),
];

/// The packages `pk0`, `pk1`, ..., one for each form.
fn packages() -> Vec<(String, String)> {
    let package = |(number, form): (usize, &&str)| {
        let own = |text: &str| text.replace("pk", &format!("pk{number}"));
        let below = BELOW.iter().map(|(path, text)| (format!("pk{number}/{path}"), own(text))).collect::<Vec<_>>();
        [vec![(format!("pk{number}/__init__.py"), own(form))], below].concat()
    };
    FORMS.iter().enumerate().flat_map(package).collect()
}

#[test]
fn a_package_needs_no_mapper_for_its_own_modules() {
    let files = packages();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    each_source(&files, |vm| {
        for (number, form) in FORMS.iter().enumerate() {
            let loaded = load(&handle(&format!("pk{number}"), vm)?, &raw::empty(vm), vm);
            let loaded = loaded.unwrap_or_else(|error| panic!("{form}\n{}", raw::traceback(&error, vm)));
            assert_eq!(attr(&loaded, "got", vm)?, "1", "{form}");
        }
        Ok(())
    });
}

/// A package that shows which of its modules it got.
const COUNTS: Tree<'_> = &[
    ("pk/__init__.py", "from . import x\nimport pk.y\nfrom pk import x as again\ncount = x.bump()\nclass Own: pass"),
    ("pk/x.py", "count = 0\nitems = []\ndef bump():\n    global count\n    count += 1\n    return count"),
    ("pk/y.py", "from . import x\nimport pk\nfrom .x import items\ndef late():\n    from . import z\n    return z"),
    ("pk/z.py", "import pk.y\nback = pk.y"),
];

#[test]
fn a_package_never_reaches_the_shared_one_of_its_name() {
    each_source(COUNTS, |vm| {
        let pass = raw::pass_through(vm);
        let shared = pass.lookup("pk", vm)?;
        let shared_x = pass.lookup("pk.x", vm)?;
        let names = |module: &PyObjectRef| module.dict().expect("a module has one").items_vec().len();
        let before = (names(&shared), names(&shared_x));
        for _ in 0..2 {
            let own = load(&handle("pk", vm)?, &pass, vm)?;
            assert!(!own.is(&shared));
            let x = own.get_attr("x", vm)?;
            assert!(!x.is(&shared_x) && own.get_attr("again", vm)?.is(&x));
            assert!(own.get_attr("y", vm)?.get_attr("x", vm)?.is(&x));
            assert!(own.get_attr("y", vm)?.get_attr("pk", vm)?.is(&own));
            let z = own.get_attr("y", vm)?.get_attr("late", vm)?.call((), vm)?;
            assert!(own.get_attr("z", vm)?.is(&z) && z.get_attr("back", vm)?.is(&own.get_attr("y", vm)?));
            // Each package counted in a module of its own.
            assert_eq!(attr(&own, "count", vm)?, "1");
        }
        assert_eq!(attr(&shared_x, "count", vm)?, "1");
        assert!(shared.get_attr("x", vm)?.is(&shared_x) && pass.lookup("pk.x", vm)?.is(&shared_x));
        assert!(vm.get_attribute_opt(&shared, "z")?.is_none(), "only the fresh ones imported it");
        assert_eq!((names(&shared), names(&shared_x)), before);
        Ok(())
    });
}

#[test]
fn two_loads_of_a_package_share_nothing_but_code() {
    each_source(COUNTS, |vm| {
        let (pk, own) = (handle("pk", vm)?, raw::empty(vm));
        let (one, two) = (load(&pk, &own, vm)?, load(&pk, &own, vm)?);
        for path in ["__dict__", "Own", "x", "x.items", "x.bump", "y", "y.items", "y.pk", "__spec__"] {
            let of = |module: &PyObjectRef| {
                path.split('.').try_fold(module.clone(), |object, name| object.get_attr(&*vm.ctx.new_str(name), vm))
            };
            assert!(!of(&one)?.is(&of(&two)?), "{path}");
        }
        let bump = |module: &PyObjectRef| module.get_attr("x", vm)?.get_attr("bump", vm);
        assert!(bump(&one)?.get_attr("__code__", vm)?.is(&bump(&two)?.get_attr("__code__", vm)?));
        bump(&one)?.call((), vm)?;
        let count = |module: &PyObjectRef| attr(&*module.get_attr("x", vm)?, "count", vm);
        assert_eq!((count(&one)?, count(&two)?), ("2".to_owned(), "1".to_owned()));
        Ok(())
    });
}

#[test]
fn only_names_outside_of_a_package_are_asked_of_its_mapper() {
    let tree = [
        ("pk/__init__.py", "import outside\nfrom . import a\nfrom pk.b import c\nimport pk.b.c as d"),
        ("pk/a.py", "import pk.b, pk\nimport other.deep\ndef late():\n    import pk.later, late\n    return late"),
        ("pk/b/__init__.py", "from .. import a\nfrom pkother import thing"),
        ("pk/b/c.py", "try:\n    from pk import absent\nexcept ImportError: pass"),
        ("pk/later.py", "from .. import beyond"),
        ("outside.py", ""),
        ("other/__init__.py", ""),
        ("other/deep.py", "import unseen"),
        ("unseen.py", ""),
        ("pkother.py", "thing = 1"),
        ("late.py", ""),
    ];
    each_source(&tree, |vm| {
        let (own, log) = recorder([], Answer::PassThrough, vm);
        let package = load(&handle("pk", vm)?, &own, vm)?;
        let seen: Vec<_> = log.take().into_iter().filter(|seen| !seen.is_item).collect();
        let by = |name: &str| seen.iter().find(|seen| seen.name == name).and_then(|seen| seen.importer.clone());
        assert_eq!(by("outside").as_deref(), Some("pk"));
        assert_eq!(by("other.deep").as_deref(), Some("pk.a"));
        assert_eq!(by("pkother").as_deref(), Some("pk.b"));
        let mut names: Vec<_> = seen.into_iter().map(|seen| seen.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names, ["other", "other.deep", "outside", "pkother"]);
        // What goes beyond the package fails before the mapper is asked.
        let late = package.get_attr("a", vm)?.get_attr("late", vm)?;
        let error = late.call((), vm).expect_err("it is beyond the top level");
        assert!(said(&error, vm).starts_with("ImportError: attempted relative import beyond top-level package"));
        assert_eq!(log.names(), [] as [&str; 0]);
        Ok(())
    });
}

#[test]
fn load_package_returns_the_context() {
    each_source(COUNTS, |vm| {
        let context = load_package(&handle("pk", vm)?, &raw::empty(vm), vm)?;
        // The package has run by then.
        let package = context.modules().get_item("pk", vm)?;
        assert_eq!(attr(&package, "count", vm)?, "1");
        for _ in 0..2 {
            assert!(context.lookup("pk", vm)?.is(&package));
            assert!(context.lookup("pk.x", vm)?.is(&package.get_attr("x", vm)?));
            assert!(context.lookup("pk.z", vm)?.is(&package.get_attr("z", vm)?));
        }
        assert_eq!(attr(&package, "count", vm)?, "1");
        assert!(said(&context.lookup("pk.absent", vm).expect_err("there is none"), vm).contains("pk.absent"));
        Ok(())
    });
}

#[test]
fn from_rust_a_context_is_a_realm() {
    let files = COUNTS.iter().copied().chain([("user.py", "import pk.x\nseen = pk.x.count")]).collect::<Memory>();
    let runtime = Runtime::builder().isolated().source(files).build().expect("it starts");
    let context = runtime.load_package("pk", &Imports::none()).expect("it loads");
    let package = context.import("pk").expect("it is there");
    assert_eq!(package.get::<i32>("count").expect("a number"), 1);
    context.import("pk.x").expect("it is there").set("count", 7).expect("it is set");
    assert_eq!(package.get::<Object>("x").and_then(|x| x.get::<i32>("count")).expect("a number"), 7);
    // Others may import from it, and get the very same modules.
    let user = runtime.load("user", &context.imports()).expect("it loads");
    assert_eq!(user.get::<i32>("seen").expect("a number"), 7);
    let other = runtime.load_package("pk", &Imports::none()).expect("it loads");
    assert_eq!(other.import("pk.x").and_then(|x| x.get::<i32>("count")).expect("a number"), 1);
}

#[test]
fn a_context_has_its_python_names_before_anything_imports_exocet() {
    // The classes belong to the process, and any other test may have imported it.
    alone("packages::a_context_has_its_python_names_before_anything_imports_exocet", || {
        let runtime = Runtime::builder().isolated().source(COUNTS.iter().copied().collect::<Memory>()).build();
        let runtime = runtime.expect("it starts");
        let context = runtime.load_package("pk", &Imports::none()).expect("it loads");
        for name in ["loadNamed", "load_named", "withOverrides", "with_overrides"] {
            assert!(context.object().has(name).expect("a bool"), "{name}");
        }
        let package: Object = context.object().call("loadNamed", ("pk",)).expect("it is there");
        assert_eq!(package.get::<i32>("count").expect("a number"), 1);
    });
}

#[test]
fn what_is_no_package_has_no_context() {
    let tree = [("pk/__init__.py", ""), ("pk/plain.py", "import ran"), ("plain.py", "import ran")];
    each_source(&tree, |vm| {
        let (own, log) = recorder([], Answer::NotMine, vm);
        for name in ["plain", "pk.plain", "sys"] {
            let error = load_package(&handle(name, vm)?, &own, vm).expect_err("it is no package");
            assert_eq!(said(&error, vm), format!("ValueError: `{name}` is not a package"));
        }
        assert_eq!(log.names(), [] as [&str; 0], "nothing ran");
        Ok(())
    });
    let runtime = Runtime::builder().isolated().source(tree.into_iter().collect::<Memory>()).build();
    let runtime = runtime.expect("it starts");
    for name in ["plain", "pk.plain", "sys"] {
        let error: Error = runtime.load_package(name, &Imports::none()).expect_err("it is no package");
        let exception = error.exception().expect("an exception");
        assert!(exception.is("ValueError") && !exception.is("ImportError"), "{error:?}");
        assert_eq!(exception.message(), format!("`{name}` is not a package"));
    }
    let absent = runtime.load_package("absent", &Imports::none()).expect_err("there is none");
    assert!(absent.is_not_found());
}

#[test]
fn a_package_below_another_one_is_a_context_of_its_own() {
    let tree = [
        ("pk/__init__.py", "value = 'top'"),
        ("pk/beside.py", "value = 'beside'"),
        ("pk/sub/__init__.py", "from . import leaf\nfrom pk.sub import leaf as again\nfrom .leaf import value"),
        ("pk/sub/leaf.py", "import pk.sub.twig as twig\nfrom .twig import own\nvalue = 'leaf'"),
        ("pk/sub/twig.py", "own = []\ndef up():\n    from .. import beside\n    return beside"),
        ("pk/sub/named.py", "import pk.sub.leaf\nleaf = pk.sub.leaf\ntop = pk.value"),
    ];
    each_source(&tree, |vm| {
        // Nothing of it needs the packages above.
        let context = load_package(&handle("pk.sub", vm)?, &raw::empty(vm), vm)?;
        let own = context.lookup("pk.sub", vm)?;
        assert_eq!(attr(&own, "value", vm)?, "'leaf'");
        assert!(own.get_attr("again", vm)?.is(&own.get_attr("leaf", vm)?));
        let twig = context.lookup("pk.sub.twig", vm)?;
        assert!(twig.is(&own.get_attr("leaf", vm)?.get_attr("twig", vm)?));
        let error = twig.get_attr("up", vm)?.call((), vm).expect_err("what is above is the mapper's");
        assert!(said(&error, vm).starts_with("ModuleNotFoundError: No module named 'pk'"), "{}", said(&error, vm));
        // What is above is the mapper's business, and stays as it is.
        let (outer, log) = recorder([], Answer::PassThrough, vm);
        let context = load_package(&handle("pk.sub", vm)?, &outer, vm)?;
        let named = context.lookup("pk.sub.named", vm)?;
        assert_eq!(attr(&named, "top", vm)?, "'top'");
        assert!(named.get_attr("leaf", vm)?.is(&context.lookup("pk.sub.leaf", vm)?));
        let beside = context.lookup("pk.sub.twig", vm)?.get_attr("up", vm)?.call((), vm)?;
        assert!(beside.is(&raw::pass_through(vm).lookup("pk.beside", vm)?));
        // An attribute of a parent may be a module too.
        assert_eq!(log.names(), ["pk", "pk.beside", "pk.value"]);
        let shared = raw::pass_through(vm).lookup("pk", vm)?;
        assert!(vm.get_attribute_opt(&shared, "sub")?.is_none());
        Ok(())
    });
}

#[test]
fn a_namespace_package_is_a_context_too() {
    let tree = [
        ("ns/one.py", "from ns import two\nimport ns.deep.leaf\nleaf = ns.deep.leaf"),
        ("ns/two.py", "items = []"),
        ("ns/deep/leaf.py", "from ..two import items\nfrom ns.pk import sub"),
        ("ns/pk/__init__.py", ""),
        ("ns/pk/sub.py", "from .. import two"),
    ];
    each_source(&tree, |vm| {
        let namespace = load(&handle("ns", vm)?, &raw::empty(vm), vm)?;
        assert!(vm.get_attribute_opt(&namespace, "__path__")?.is_some());
        let (own, log) = recorder([], Answer::NotMine, vm);
        let contexts = [load_package(&handle("ns", vm)?, &own, vm)?, load_package(&handle("ns", vm)?, &own, vm)?];
        let items = contexts.iter().map(|context| {
            let one = context.lookup("ns.one", vm)?;
            let items = context.lookup("ns.two", vm)?.get_attr("items", vm)?;
            assert!(one.get_attr("leaf", vm)?.get_attr("items", vm)?.is(&items));
            let sub = one.get_attr("leaf", vm)?.get_attr("sub", vm)?;
            assert!(sub.get_attr("two", vm)?.get_attr("items", vm)?.is(&items));
            assert!(context.lookup("ns", vm)?.get_attr("two", vm)?.is(&context.lookup("ns.two", vm)?));
            Ok(items)
        });
        let items = items.collect::<PyResult<Vec<_>>>()?;
        assert!(!items[0].is(&items[1]));
        assert_eq!(log.names(), [] as [&str; 0]);
        Ok(())
    });
}

#[test]
fn a_plain_module_asks_its_mapper_for_every_name() {
    let tree = [
        ("app.py", "import pk.sub\nfrom pk import other\nimport beside"),
        ("beside.py", ""),
        ("pk/__init__.py", ""),
        ("pk/sub.py", "from . import other\nfrom .other import x\nimport pk.other as again"),
        ("pk/other.py", "x = 1"),
    ];
    each_source(&tree, |vm| {
        let (own, log) = recorder([], Answer::PassThrough, vm);
        let app = load(&handle("app", vm)?, &own, vm)?;
        assert_eq!(log.names(), ["beside", "pk", "pk.other", "pk.sub"]);
        let shared = |name: &str| raw::pass_through(vm).lookup(name, vm);
        assert!(app.get_attr("other", vm)?.is(&shared("pk.other")?));
        // Also one that lies in a package: it is loaded without it.
        let sub = load(&handle("pk.sub", vm)?, &own, vm)?;
        // Whatever is taken from a module may be one too.
        assert_eq!(log.names(), ["pk", "pk.other", "pk.other.x"]);
        assert!(!sub.is(&shared("pk.sub")?) && sub.get_attr("other", vm)?.is(&shared("pk.other")?));
        load(&handle("pk.sub", vm)?, &raw::empty(vm), vm).expect_err("the mapper has nothing");
        Ok(())
    });
}

#[test]
fn a_module_to_be_filled_is_filled_and_no_context_is_made() {
    let tree = [("pk/__init__.py", "from . import sub\nvalue = 1"), ("pk/sub.py", ""), ("app.py", "value = kept + 1")];
    each_source(&tree, |vm| {
        let (own, log) = recorder([], Answer::PassThrough, vm);
        let module = vm.new_module("anything", vm.ctx.new_dict(), None);
        module.set_attr("kept", vm.ctx.new_int(1), vm)?;
        load_into(&handle("app", vm)?, &own, &module, vm)?;
        assert_eq!(attr(module.as_object(), "value", vm)?, "2");
        let module = vm.new_module("anything", vm.ctx.new_dict(), None);
        module.set_attr("kept", vm.ctx.new_int(1), vm)?;
        load_into(&handle("pk", vm)?, &own, &module, vm)?;
        for (name, expected) in [("kept", "1"), ("value", "1"), ("__name__", "'pk'")] {
            assert_eq!(attr(module.as_object(), name, vm)?, expected);
        }
        // Loaded alone, it asks for its own modules too.
        assert_eq!(log.names(), ["pk", "pk.sub"]);
        assert!(module.get_attr("sub", vm)?.is(&raw::pass_through(vm).lookup("pk.sub", vm)?));
        Ok(())
    });
}

#[test]
fn a_package_that_a_mapper_loads_is_consistent() {
    let app = ("app.py", "import pk\nfrom pk import x, y\nimport pk as again");
    let tree: Vec<_> = COUNTS.iter().copied().chain([app]).collect();
    each_source(&tree, |vm| {
        let (own, log) = recorder([("pk", Answer::load(handle("pk", vm)?))], Answer::NotMine, vm);
        let app = load(&handle("app", vm)?, &own, vm)?;
        let package = app.get_attr("pk", vm)?;
        let x = package.get_attr("x", vm)?;
        assert!(package.get_attr("y", vm)?.get_attr("x", vm)?.is(&x));
        assert!(package.get_attr("y", vm)?.get_attr("pk", vm)?.is(&package));
        // Each import of it is a load: only what the importer imports itself is asked of the mapper.
        assert!(!app.get_attr("again", vm)?.is(&package));
        assert_eq!(attr(&package, "count", vm)?, "1");
        assert!(log.take().iter().all(|seen| seen.importer.as_deref() == Some("app")));
        // Under a mapper of its own it asks that one.
        let (inner, inner_log) = recorder([], Answer::NotMine, vm);
        let answer = Answer::load_under(handle("pk", vm)?, inner);
        let (own, _) = recorder([("pk", answer)], Answer::NotMine, vm);
        load(&handle("app", vm)?, &own, vm)?;
        assert_eq!(inner_log.names(), [] as [&str; 0]);
        Ok(())
    });
}

#[test]
fn what_the_mapper_replaces_or_denies_it_replaces_inside_as_well() {
    let tree = [
        ("pk/__init__.py", "from . import own, sub\nfrom .own import got"),
        ("pk/own.py", "from pk import sub\nimport pk.sub as again\ngot = sub, again"),
        ("pk/sub.py", ""),
    ];
    each_source(&tree, |vm| {
        let overrides = vm.ctx.new_dict();
        overrides.set_item("pk.sub", vm.ctx.new_str("mine").into(), vm)?;
        let own = raw::empty(vm).with_overrides(overrides, vm);
        let package = load(&handle("pk", vm)?, &own, vm)?;
        assert_eq!(attr(&package, "sub", vm)?, "'mine'");
        assert_eq!(attr(&package, "got", vm)?, "('mine', 'mine')");
        let denying = raw::exclusion(raw::empty(vm), ["pk.sub"], vm);
        let error = load(&handle("pk", vm)?, &denying, vm).expect_err("it is denied");
        assert!(said(&error, vm).contains("denied by the exclusion of 'pk.sub'"), "{}", said(&error, vm));
        Ok(())
    });
}

#[test]
fn a_package_that_fails_leaves_nothing() {
    let tree = [
        ("shared.py", ""),
        ("pk/__init__.py", "from . import fine\nfrom .fine import Own\nimport shared\nif shared.fails: 1 / 0"),
        ("pk/fine.py", "class Own: pass"),
        ("outer/__init__.py", ""),
        ("outer/pk/__init__.py", "from . import fine\n1 / 0"),
        ("outer/pk/fine.py", ""),
    ];
    each_source(&tree, |vm| {
        let pass = raw::pass_through(vm);
        let shared = pass.lookup("shared", vm)?;
        let outer = pass.lookup("outer", vm)?;
        let fails = |fails: bool| shared.set_attr("fails", vm.ctx.new_bool(fails), vm);
        let modules = || -> PyResult<Vec<String>> {
            let names: Vec<PyObjectRef> = vm.sys_module.get_attr("modules", vm)?.try_to_value(vm)?;
            names.iter().map(|name| Ok(name.str(vm)?.to_string())).collect()
        };
        let before = modules()?;
        fails(true)?;
        type Way = fn(&str, &MapperRef, &VirtualMachine) -> PyResult<PyObjectRef>;
        let ways: [Way; 2] = [
            |name, mapper, vm| load(&handle(name, vm)?, mapper, vm),
            |name, mapper, vm| load_package(&handle(name, vm)?, mapper, vm)?.lookup(name, vm),
        ];
        for way in ways {
            for name in ["pk", "outer.pk"] {
                let error = way(name, &pass, vm).expect_err("it raises");
                assert_eq!(said(&error, vm), "ZeroDivisionError: division by zero", "{name}");
            }
            assert_eq!(modules()?, before);
            assert!(vm.get_attribute_opt(&outer, "pk")?.is_none());
        }
        fails(false)?;
        assert_eq!(attr(&*load(&handle("pk", vm)?, &pass, vm)?, "Own", vm)?, "<class 'pk.fine.Own'>");
        Ok(())
    });
}

/// Denies `bank`, and knows nothing else.
#[derive(Debug)]
struct Closed;

impl Mapper for Closed {
    fn map(&self, request: &Request<'_>, _: &VirtualMachine) -> PyResult<Answer> {
        Ok(if request.name() == "bank" { Answer::denied("closed") } else { Answer::NotMine })
    }
}

#[test]
fn outside_of_a_package_the_first_mapper_of_a_chain_decides_as_for_a_plain_module() {
    let text = "try: import bank\nexcept ImportError as error: got = str(error)\nelse: got = 'reached'";
    let tree = [
        ("app.py", text),
        ("pk/__init__.py", text),
        ("other/__init__.py", "from . import a\ngot = a.got"),
        ("other/a.py", text),
    ];
    each_source(&tree, |vm| {
        let stands_behind = vm.ctx.new_dict();
        stands_behind.set_item("bank", vm.ctx.new_int(7).into(), vm)?;
        let behind = raw::empty(vm).with_overrides(stands_behind, vm);
        let chain = raw::chain([MapperRef::new(Closed, vm), behind], vm);
        for name in ["app", "pk", "other"] {
            let got = attr(&*load(&handle(name, vm)?, &chain, vm)?, "got", vm)?;
            assert!(got.contains("closed"), "{name}: {got}");
        }
        Ok(())
    });
}

#[cfg(feature = "library")]
#[test]
fn distributions_of_every_source_are_found() {
    let tree = &[
        ("tool/__init__.py", ""),
        ("the_tool-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: the-tool\nVersion: 1.5\n"),
        ("the_tool-1.5.dist-info/entry_points.txt", "[tools]\nhammer = tool:hit\n"),
        (
            "asks.py",
            "from importlib import metadata as m\nversion = m.version('The_Tool')\nname = m.entry_points(group='tools')['hammer'].value\nfound = [it.name for it in m.distributions(name='the-tool')]",
        ),
    ];
    each_source(tree, |vm| {
        for mapper in [
            raw::pass_through(vm),
            RealmRef::builder(&raw::pass_through(vm)).module(&handle("asks", vm)?).build(vm).into(),
        ] {
            let asks = raw::load(&handle("asks", vm)?, &mapper, vm)?;
            assert_eq!([attr(&asks, "version", vm)?, attr(&asks, "name", vm)?], ["'1.5'", "'tool:hit'"]);
            let found: Vec<String> = asks.get_attr("found", vm)?.try_to_value(vm)?;
            assert_eq!(found, ["the-tool"]);
        }
        Ok(())
    });
}
