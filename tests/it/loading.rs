//! What a load makes, and what it leaves alone.

use crate::support::{KINDS, Tree, alone, attr, each_source, handle, recorder, said};
use exocet::{
    Answer, Memory, Runtime, Source, Zip,
    modules::PythonModule,
    raw::{self, MapperRef, load, load_into, load_package, run_main},
    vm::{
        AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
        builtins::{PyBaseExceptionRef, PyType},
    },
};
use std::{io::Write, path::Path, sync::Arc, time::Duration};

/// Loads the module of that name under a pass-through.
fn fresh(name: &str, vm: &VirtualMachine) -> PyResult {
    load(&handle(name, vm)?, &raw::pass_through(vm), vm)
}

#[track_caller]
fn check(module: &PyObject, name: &str, expected: &str, vm: &VirtualMachine) -> PyResult<()> {
    assert_eq!(attr(module, name, vm)?, expected, "{name}");
    Ok(())
}

#[test]
fn every_load_makes_everything_anew_but_the_compiled_code() {
    let app = "class C: pass\ndef f(): return C\nitems = []";
    each_source(&[("app.py", app)], |vm| {
        let app = handle("app", vm)?;
        let own = raw::pass_through(vm);
        let (one, two) = (load(&app, &own, vm)?, load(&app, &own, vm)?);
        assert!(!one.is(&two));
        for name in ["C", "f", "items", "__spec__", "__dict__"] {
            let (one, two) = (one.get_attr(name, vm)?, two.get_attr(name, vm)?);
            assert!(!one.is(&two), "{name}");
        }
        let code = |module: &PyObject| module.get_attr("f", vm)?.get_attr("__code__", vm);
        assert!(code(&one)?.is(&code(&two)?));
        Ok(())
    });
}

#[test]
fn functions_see_what_is_bound_in_their_module_later() {
    let app = "
before = 1
def f(): return before
def g(): global before; before = 3
class C:
    def m(self): return before
";
    each_source(&[("app.py", app)], |vm| {
        let app = fresh("app", vm)?;
        let f = app.get_attr("f", vm)?;
        let globals = app.dict().expect("a module has one");
        assert!(f.get_attr("__globals__", vm)?.is(&globals));
        assert!(app.get_attr("__dict__", vm)?.is(&globals));
        app.as_object().set_attr("before", vm.ctx.new_int(2), vm)?;
        assert_eq!(f.call((), vm)?.repr(vm)?.to_string(), "2");
        app.get_attr("g", vm)?.call((), vm)?;
        check(app.as_object(), "before", "3", vm)
    });
}

#[test]
fn a_module_knows_itself_before_its_first_line_runs() {
    let line = "'The doc.'; seen = dict(globals()); spec = __spec__; initializing = __spec__._initializing";
    let tree = [("pk/__init__.py", line), ("pk/module.py", line), ("top.py", line), ("space/inner.py", line)];
    each_source(&tree, |vm| {
        for (name, file, parent) in [
            ("pk", "pk/__init__.py", "pk"),
            ("pk.module", "pk/module.py", "pk"),
            ("top", "top.py", ""),
            ("space.inner", "space/inner.py", "space"),
        ] {
            let handle = handle(name, vm)?;
            let module = load(&handle, &raw::empty(vm), vm)?;
            let seen = module.get_attr("seen", vm)?;
            let shown = |key: &str| seen.get_item(key, vm).and_then(|value| Ok(value.repr(vm)?.to_string()));
            let origin = handle.origin().expect("it has a file");
            assert!(origin.ends_with(file), "{origin}");
            assert_eq!(shown("__name__")?, format!("'{name}'"));
            assert_eq!(shown("__package__")?, format!("'{parent}'"));
            assert_eq!(shown("__doc__")?, "'The doc.'");
            assert_eq!(shown("__file__")?, format!("'{origin}'"));
            assert!(seen.get_item("__spec__", vm)?.is(&module.get_attr("spec", vm)?));
            assert!(seen.get_item("__builtins__", vm)?.get_item("len", vm).is_ok());
            let spec = module.get_attr("spec", vm)?;
            assert_eq!(spec.class().name().to_string(), "ModuleSpec");
            check(&spec, "name", &format!("'{name}'"), vm)?;
            check(&spec, "parent", &format!("'{parent}'"), vm)?;
            check(&spec, "origin", &format!("'{origin}'"), vm)?;
            check(&spec, "has_location", "True", vm)?;
            check(module.as_object(), "initializing", "True", vm)?;
            check(&spec, "_initializing", "False", vm)?;
            assert!(spec.get_attr("loader", vm)?.is(&module.get_attr("__loader__", vm)?));
            let locations = spec.get_attr("submodule_search_locations", vm)?;
            if name == "pk" {
                let folder = origin.trim_end_matches("/__init__.py");
                assert_eq!(shown("__path__")?, format!("['{folder}']"));
                assert!(locations.is(&seen.get_item("__path__", vm)?));
            } else {
                assert!(vm.is_none(&locations) && shown("__path__").is_err());
            }
        }
        Ok(())
    });
}

#[test]
fn a_namespace_package_is_a_module_without_a_file() {
    each_source(&[("space/inner.py", "")], |vm| {
        let space = fresh("space", vm)?;
        check(space.as_object(), "__name__", "'space'", vm)?;
        check(space.as_object(), "__package__", "'space'", vm)?;
        check(space.as_object(), "__doc__", "None", vm)?;
        assert!(vm.get_attribute_opt(space.as_object(), "__file__")?.is_none());
        assert!(attr(space.as_object(), "__path__", vm)?.ends_with("space']"));
        let origin = space.get_attr("__spec__", vm)?.get_attr("origin", vm)?;
        assert!(vm.is_none(&origin));
        Ok(())
    });
}

/// What is global in an interpreter, as text: names and the identities of what they stand for.
pub(crate) fn world(vm: &VirtualMachine) -> PyResult<Vec<String>> {
    let mut world = Vec::new();
    let mut add =
        |kind: &str, name: &str, object: &PyObject| world.push(format!("{kind} {name} {:x}", object.get_id()));
    let modules = vm.sys_module.get_attr("modules", vm)?;
    for (kind, dict) in
        [("module", modules.clone()), ("builtin", vm.builtins.dict().into()), ("sys", vm.sys_module.dict().into())]
    {
        let items: Vec<PyObjectRef> = vm.call_method(&dict, "items", ())?.try_to_value(vm)?;
        for item in items {
            let pair: Vec<PyObjectRef> = item.try_to_value(vm)?;
            add(kind, pair[0].str(vm)?.as_ref(), &pair[1]);
        }
    }
    for name in ["path", "meta_path", "path_hooks"] {
        let list = vm.sys_module.get_attr(name, vm)?;
        for (at, item) in list.try_to_value::<Vec<PyObjectRef>>(vm)?.iter().enumerate() {
            add(name, &at.to_string(), item);
        }
    }
    if let Some(parent) = modules
        .downcast_ref::<exocet::vm::builtins::PyDict>()
        .and_then(|modules| modules.get_item_opt("pk", vm).ok().flatten())
    {
        let names: Vec<PyObjectRef> = parent.get_attr("__dict__", vm)?.try_to_value(vm)?;
        for name in names {
            let name = name.str(vm)?;
            let value = parent.get_attr(&name, vm)?;
            add("pk", name.as_ref(), &value);
        }
    }
    Ok(world)
}

#[test]
fn a_load_changes_nothing_global_whether_it_succeeds_or_fails() {
    let tree = [
        ("pk/__init__.py", "value = 1"),
        ("pk/good.py", "import pk.friend\nfrom . import friend\nx = 1"),
        ("pk/friend.py", "from . import value"),
        ("pk/raises.py", "from . import friend\n1 / 0"),
        ("pk/exits.py", "raise SystemExit(3)"),
        ("pk/broken.py", "def f(:"),
        ("pk/absent.py", "import pk.nowhere"),
        ("whole/__init__.py", "from . import a"),
        ("whole/a.py", "from . import b"),
        ("whole/b.py", "from . import a\nx = a.y"),
    ];
    each_source(&tree, |vm| {
        // The parent is shared already; its attributes must stay what they are.
        raw::pass_through(vm).lookup("pk", vm)?;
        exocet::raw::search_path(vm)?;
        let overrides = vm.ctx.new_dict();
        overrides.set_item("pk.friend", vm.ctx.new_int(1).into(), vm)?;
        let mut own = vec![raw::pass_through(vm).with_overrides(overrides, vm)];
        let known = ["pk", "pk.friend"];
        let known = known.map(|name| Ok::<_, PyBaseExceptionRef>((name, Answer::load(handle(name, vm)?))));
        let known: Vec<_> = known.into_iter().collect::<PyResult<_>>()?;
        own.push(recorder(known, Answer::NotMine, vm).0);
        let before = world(vm)?;
        for own in own {
            for (name, error) in [
                ("pk.good", ""),
                ("pk.raises", "ZeroDivisionError"),
                ("pk.exits", "SystemExit"),
                ("pk.broken", "SyntaxError"),
                ("pk.absent", "ModuleNotFoundError"),
            ] {
                let loaded = load(&handle(name, vm)?, &own, vm);
                let kind = loaded.as_ref().err().map_or_else(String::new, |error| error.class().name().to_string());
                assert_eq!(kind, error, "{name}");
                drop(loaded);
                assert_eq!(world(vm)?, before, "{name}");
            }
        }
        load_package(&handle("pk", vm)?, &raw::empty(vm), vm)?;
        assert_eq!(world(vm)?, before);
        load_package(&handle("whole", vm)?, &raw::empty(vm), vm).expect_err("`a` has no `y`");
        assert_eq!(world(vm)?, before);
        Ok(())
    });
}

#[test]
fn an_exception_arrives_as_it_was_raised_with_the_lines_it_passed() {
    let tree = [
        (
            "app.py",
            "from thrown import error\n\ndef f():\n    raise error  # where it happens\n\nf()  # where it begins",
        ),
        ("outer.py", "import app"),
    ];
    each_source(&tree, |vm| {
        let app = handle("app", vm)?;
        let error = vm.new_value_error("mine");
        let thrown = vm.new_module("thrown", vm.ctx.new_dict(), None);
        thrown.as_object().set_attr("error", error.clone(), vm)?;
        let known = [("thrown", Answer::object(thrown)), ("app", Answer::load(app.clone()))];
        let (own, _) = recorder(known, Answer::PassThrough, vm);
        let got = load(&app, &own, vm).expect_err("it raises");
        assert!(got.is(&error));
        let file = app.origin().expect("it has one");
        assert_eq!(places(&got), [format!("{file}:6 <module>"), format!("{file}:4 f")]);
        let text = exocet::raw::traceback(&got, vm);
        assert!(text.contains("raise error  # where it happens") && text.contains("f()  # where it begins"), "{text}");
        assert!(text.ends_with("ValueError: mine\n"), "{text}");

        got.set_traceback(None);
        let got = load(&handle("outer", vm)?, &own, vm).expect_err("what it imports raises");
        let outer = handle("outer", vm)?.origin().expect("it has one");
        assert_eq!(places(&got), [format!("{outer}:1 <module>"), format!("{file}:6 <module>"), format!("{file}:4 f")]);

        // The same through the interpreter's own import.
        let shared = load(&handle("outer", vm)?, &raw::pass_through(vm), vm);
        let shared = shared.expect_err("there is no module `thrown`");
        assert_eq!(places(&shared), [format!("{outer}:1 <module>"), format!("{file}:1 <module>")]);
        Ok(())
    });
}

/// File, line and function of each step of a traceback.
fn places(error: &PyBaseExceptionRef) -> Vec<String> {
    let traceback = error.traceback().expect("it was raised");
    let entries = traceback.iter().map(|entry| {
        let code = entry.frame.iframe().code();
        format!("{}:{} {}", code.source_path(), entry.lineno.get(), code.code.obj_name)
    });
    entries.collect()
}

#[test]
fn a_syntax_error_names_its_file_line_and_text() {
    each_source(&[("app.py", "x = 1\ny = (\nz = 2\n")], |vm| {
        let app = handle("app", vm)?;
        let error = load(&app, &raw::empty(vm), vm).expect_err("it is no Python");
        assert_eq!(error.class().name().to_string(), "SyntaxError");
        check(error.as_object(), "filename", &format!("'{}'", app.origin().expect("it has one")), vm)?;
        check(error.as_object(), "lineno", "2", vm)?;
        assert!(attr(error.as_object(), "text", vm)?.contains("y = ("));
        Ok(())
    });
}

#[test]
fn notes_causes_and_groups_survive() {
    let app = "
try: 1 / 0
except ZeroDivisionError as cause:
    error = ExceptionGroup('several', [ValueError('one'), KeyError('two')])
    error.add_note('a note')
    raise error from cause
";
    each_source(&[("app.py", app)], |vm| {
        let error = load(&handle("app", vm)?, &raw::empty(vm), vm).expect_err("it raises");
        check(error.as_object(), "__notes__", "['a note']", vm)?;
        check(error.as_object(), "exceptions", "(ValueError('one'), KeyError('two'))", vm)?;
        check(error.as_object(), "__cause__", "ZeroDivisionError('division by zero')", vm)
    });
}

#[test]
fn an_edit_in_memory_is_seen_by_the_next_load() {
    let source = Arc::new(Memory::new("<memory>"));
    source.insert("app.py", "x = 0");
    let runtime = Runtime::builder().isolated().shared_source(source.clone()).build().expect("it starts");
    runtime.enter(|vm| {
        each_edit(|text| source.insert("app.py", text), vm);
        source.remove("app.py");
        assert!(handle("app", vm).is_err());
    });
}

#[test]
fn an_edit_on_disk_is_seen_by_the_next_load_however_fast() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app.py");
    let write = |text: &str| std::fs::write(&file, text).expect("it can be written");
    write("x = 0");
    let runtime = Runtime::builder().isolated().path(folder.path()).expect("it opens").build().expect("it starts");
    runtime.enter(|vm| each_edit(write, vm));
}

#[test]
fn an_edit_that_puts_the_clock_back_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app.py");
    // One that has been left alone for so long that its unit needs no second look at the bytes.
    let old = std::time::SystemTime::now() - Duration::from_secs(3600);
    let write = |text: &str| {
        std::fs::write(&file, text).expect("it can be written");
        let opened = std::fs::File::options().write(true).open(&file).expect("it opens");
        opened.set_modified(old).expect("times can be set");
    };
    write("x = 0");
    let runtime = Runtime::builder().isolated().path(folder.path()).expect("it opens").build().expect("it starts");
    runtime.enter(|vm| {
        std::thread::sleep(Duration::from_millis(2200));
        each_edit(write, vm);
        std::thread::sleep(Duration::from_millis(2200));
        each_edit(write, vm);
    });
}

#[test]
fn an_archive_that_is_replaced_is_seen_by_the_next_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app.zip");
    let write =
        |text: &str| std::fs::write(&file, crate::support::archive(&[("app.py", text)])).expect("it can be written");
    let replace = |text: &str| {
        let other = folder.path().join("other.zip");
        std::fs::write(&other, crate::support::archive(&[("app.py", text)])).expect("it can be written");
        std::fs::rename(other, &file).expect("it can be replaced");
    };
    write("x = 0");
    let runtime = Runtime::builder().isolated().path(&file).expect("it opens").build().expect("it starts");
    runtime.enter(|vm| {
        each_edit(write, vm);
        each_edit(replace, vm);
    });
}

/// Edits a module as fast as it goes, with texts of one size, and looks after each edit.
pub(crate) fn each_edit(edit: impl Fn(&str), vm: &VirtualMachine) {
    let check = |value: usize| {
        let app = handle("app", vm)?;
        for _ in 0..2 {
            let module = load(&app, &raw::empty(vm), vm)?;
            assert_eq!(attr(module.as_object(), "x", vm)?, value.to_string());
        }
        Ok::<_, PyBaseExceptionRef>(())
    };
    for value in (0..10).chain(0..10).chain([3, 3, 4, 3]) {
        edit(&format!("x = {value}"));
        check(value).unwrap_or_else(|error| panic!("{}", exocet::raw::traceback(&error, vm)));
    }
}

#[test]
fn a_traceback_shows_the_text_of_its_own_load() {
    let source = Arc::new(Memory::new("<memory>"));
    let runtime = Runtime::builder().isolated().shared_source(source.clone()).build().expect("it starts");
    runtime.enter(|vm| {
        for text in ["1 / 0  # first", "1 / 0  # other"] {
            source.insert("app.py", text);
            let error = fresh("app", vm).expect_err("it raises");
            assert!(exocet::raw::traceback(&error, vm).contains(text));
        }
    });
}

/// Runs `test` with one file `app.py` of the given bytes, from every kind of source.
#[track_caller]
fn each_source_of_bytes(bytes: &[u8], test: impl Fn(PyResult, &VirtualMachine)) {
    for kind in KINDS {
        let folder = tempfile::tempdir().expect("a folder");
        let source: Arc<dyn Source> = match kind {
            "memory" => Arc::new(Memory::new("<memory>").with("app.py", bytes)),
            "directory" => {
                std::fs::write(folder.path().join("app.py"), bytes).expect("a file");
                exocet::source::open(folder.path()).expect("it opens")
            }
            _ => {
                let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
                archive.start_file("app.py", zip::write::SimpleFileOptions::default()).expect("a member");
                archive.write_all(bytes).expect("its bytes");
                Arc::new(
                    Zip::from_bytes("<zip>", archive.finish().expect("an archive").into_inner()).expect("it opens"),
                )
            }
        };
        let runtime = Runtime::builder().isolated().shared_source(source).build().expect("it starts");
        runtime.enter(|vm| test(fresh("app", vm), vm));
    }
}

#[test]
fn encodings_and_line_ends_are_those_of_python() {
    for (bytes, expected) in [
        (&b"# -*- coding: latin-1 -*-\nx = '\xe9'"[..], "'\u{e9}'"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\nx = '\xa4'", "'\u{20ac}'"),
        (b"# coding: cp1251\nx = '\xff'", "'\u{44f}'"),
        (b"\xef\xbb\xbfx = '\xc3\xa9'", "'\u{e9}'"),
        (b"\xef\xbb\xbf# coding: utf-8\nx = 1", "1"),
        (b"if 1:\r\n    x = '''a\r\nb'''\r\n", r"'a\nb'"),
        (b"if 1:\r    x = '''a\rb'''\r", r"'a\nb'"),
        (b"y = 1\rx = 2\r\nz = 3\n", "2"),
        (b"x = 'caf\xc3\xa9'", "'caf\u{e9}'"),
        (b"x = 1 \\\r\n + 1", "2"),
        (b"\x0cx = 1", "1"),
        (b"x = 1", "1"),
        (b"x = 1\n\x1a".split_last().map_or(&b""[..], |(_, rest)| rest), "1"),
    ] {
        each_source_of_bytes(bytes, |module, vm| match module {
            Ok(module) => assert_eq!(attr(module.as_object(), "x", vm).ok().as_deref(), Some(expected), "{bytes:?}"),
            Err(error) => panic!("{bytes:?}: {}", exocet::raw::traceback(&error, vm)),
        });
    }
}

#[test]
fn text_that_can_not_be_decoded_is_a_syntax_error_with_a_line() {
    for (bytes, line) in [
        (&b"x = 1\ny = '\xe9'"[..], "2"),
        (b"# coding: no-such-thing\nx = 1", "1"),
        (b"x = 1\n\0", "2"),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1", "1"),
    ] {
        each_source_of_bytes(bytes, |module, vm| {
            let error = module.expect_err("it can't be read");
            assert_eq!(error.class().name().to_string(), "SyntaxError", "{bytes:?}");
            assert_eq!(attr(error.as_object(), "lineno", vm).ok().as_deref(), Some(line), "{bytes:?}");
        });
    }
}

#[test]
fn loads_nest_and_happen_at_any_time() {
    let app = "
import exocet
def again(): return exocet.loadNamed('other', exocet.pep302Mapper).value
now = again()
class Lazy:
    def __getattr__(self, name): return exocet.loadNamed('other', exocet.pep302Mapper)
lazy = Lazy().anything.value
class Dying:
    def __del__(self):
        global dead
        dead = exocet.loadNamed('other', exocet.pep302Mapper).value
Dying()
def __getattr__(name):
    return exocet.loadNamed('other', exocet.emptyMapper.withOverrides({'exocet': exocet, 'deeper': exocet.loadNamed('deeper', exocet.pep302Mapper)})).value
def generator():
    yield exocet.loadNamed('other', exocet.pep302Mapper).value
generated = next(generator())
got = now, lazy, dead, generated
";
    let other =
        "import exocet\nimport deeper\nvalue = exocet.loadNamed('deeper', exocet.pep302Mapper).value + deeper.value";
    let tree = [("app.py", app), ("other.py", other), ("deeper.py", "value = 20")];
    each_source(&tree, |vm| {
        let app = fresh("app", vm)?;
        check(app.as_object(), "got", "(40, 40, 40, 40)", vm)?;
        check(app.as_object(), "made_up", "40", vm)?;
        assert_eq!(app.get_attr("again", vm)?.call((), vm)?.repr(vm)?.to_string(), "40");
        Ok(())
    });
}

#[test]
fn a_module_that_loads_itself_for_ever_ends_in_an_exception() {
    let app = "import exocet\nexocet.loadNamed(__name__, exocet.pep302Mapper)";
    let chain = "import chain";
    on_big_stack(move || {
        each_source(&[("app.py", app), ("chain.py", chain)], |vm| {
            let error = fresh("app", vm).expect_err("it never ends");
            assert_eq!(error.class().name().to_string(), "LimitExceeded");
            let chain = handle("chain", vm)?;
            let (own, _) = recorder([("chain", Answer::load(chain.clone()))], Answer::NotMine, vm);
            let error = load(&chain, &own, vm).expect_err("it never ends");
            assert_eq!(error.class().name().to_string(), "LimitExceeded");
            Ok(())
        });
    });
}

/// A test thread has two megabytes; a program's main thread has eight.
fn on_big_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(test).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Python code that makes functions of fresh modules, drops them, and counts which are left; and of how many the builtins
/// are left, which the makers may share. The builtins of a function are no part of a cycle that the VM sees: they go one
/// collection later.
const COUNT: &str = "
import gc, _weakref
class Mark: pass
def alive(make, times, shared):
    functions, builtins = [], []
    for _ in range(times):
        mark = Mark()
        function = make()
        function.__globals__['__builtins__']['mark'] = mark
        functions.append(_weakref.ref(function))
        builtins.append(_weakref.ref(mark))
    del function, mark
    def left(refs): return sum(ref() is not None for ref in refs)
    # Other tests have interpreters in this process, and while one of them collects, `gc.collect()` does nothing.
    for _ in range(1000):
        gc.collect()
        if left(functions) == 0 and left(builtins) <= shared: break
    return [left(functions), left(builtins)]
";

#[test]
fn modules_that_nobody_uses_are_collected() {
    let app = "
def f(): return f, g
def g(): return C
class C:
    def m(self): return self.m
items = [f, g, C()]
items.append(items)
";
    let tree = [
        ("count.py", COUNT),
        ("app.py", app),
        ("importer.py", "import app, pk.sub\nfrom pk import sub\ndef f(): return app"),
        ("pk/__init__.py", "from . import sub\ndef f(): return sub"),
        ("pk/sub.py", "from . import __name__\nimport pk\ndef f(): return pk"),
        ("friend.py", "import app, leaf\nfrom app import C\ndef f(): return app, C"),
        ("leaf.py", "def f(): return f"),
        ("raises.py", "keep = []\ndef f(): return keep\ninstances.append(f)\n1 / 0"),
        ("failing/__init__.py", "from . import sub\nimport kept\nkept.append(sub.f)\n1 / 0"),
        ("failing/sub.py", "import failing\ndef f(): return failing"),
        ("maker.py", MAKER),
    ];
    const MAKER: &str = "
import exocet
app, importer, pk = map(exocet.getModule, ['app', 'importer', 'pk'])
def plain(): return app.load(exocet.emptyMapper).f
def own_mapper(): return app.load(exocet.emptyMapper.withOverrides({})).f
def overridden():
    mapper = exocet.pep302Mapper.withOverrides({'app': app.load(exocet.emptyMapper), 'pk.sub': 1})
    return importer.load(mapper).f
def package(): return pk.load(exocet.emptyMapper).f
def package_with_mapper(): return exocet.loadPackage(pk, exocet.pep302Mapper.withOverrides({'x': plain()})).loadNamed('pk').f
class Caching:
    def __init__(self): self.made = {}
    def lookup(self, name):
        if name not in self.made: self.made[name] = exocet.loadNamed(name, self)
        return self.made[name]
def python_mapper(): return exocet.loadNamed('friend', Caching()).f
def by_exec():
    module = app.load(exocet.emptyMapper)
    exec('def h(): return h', module.__dict__)
    return module.h
def failing():
    instances = []
    try: exocet.loadNamed('raises', exocet.pep302Mapper, exocet_module(instances))
    except ZeroDivisionError: pass
    return instances.pop()
def failing_package():
    kept = []
    try: exocet.loadNamed('failing', exocet.emptyMapper.withOverrides({'kept': kept}))
    except ZeroDivisionError: pass
    return kept.pop()
def exocet_module(instances):
    module = type(exocet)('raises')
    module.instances = instances
    return module
makers = plain, own_mapper, overridden, package, package_with_mapper, python_mapper, by_exec, failing, failing_package
";
    alone("loading::modules_that_nobody_uses_are_collected", || {
        each_source(&tree, |vm| {
            let count = fresh("count", vm)?;
            let makers = fresh("maker", vm)?.get_attr("makers", vm)?;
            for make in makers.try_to_value::<Vec<PyObjectRef>>(vm)? {
                let name = attr(&make, "__name__", vm)?;
                let shares = ["'plain'", "'by_exec'", "'failing'"].contains(&name.as_str());
                let alive = count.get_attr("alive", vm)?.call((make, 20, usize::from(shares)), vm)?;
                let alive = alive.repr(vm)?.to_string();
                assert!(alive == "[0, 0]" || shares && alive == "[0, 1]", "{name}: {alive}");
            }
            Ok(())
        });
    });
}

#[test]
fn modules_that_are_gone_leave_nothing_behind() {
    let tree =
        [("shared.py", "class Base: pass"), ("app.py", "from shared import Base\nclass A(Base): pass\nclass B: pass")];
    alone("loading::modules_that_are_gone_leave_nothing_behind", || {
        each_source(&tree, |vm| {
            let shared = fresh("shared", vm)?;
            let base = shared.get_attr("Base", vm)?.downcast::<PyType>().expect("a class");
            let left = || (base.subclasses.read().len(), vm.ctx.types.object_type.subclasses.read().len());
            let overrides = vm.ctx.new_dict();
            overrides.set_item("shared", shared.clone(), vm)?;
            let mapper = raw::empty(vm).with_overrides(overrides, vm);
            let app = handle("app", vm)?;
            let (_, before) = left();
            for _ in 0..6000 {
                load(&app, &mapper, vm)?;
            }
            // Of what was in use when the collector first looked, which the VM never looks at again by itself.
            let survivors = vm.import("gc", 0)?.get_attr("get_count", vm)?.call((), vm)?.get_item(&1, vm)?;
            assert!(survivors.try_to_value::<usize>(vm)? < 500);
            let (of_base, of_object) = left();
            // References of dead classes stay for as long as a thousand modules, and the collector has its own pace.
            assert!(of_base < 3000 && of_object < before + 3000, "{of_base}, {before}, {of_object}");
            // The living ones are still there.
            let alive = load(&app, &mapper, vm)?.get_attr("A", vm)?;
            for _ in 0..2100 {
                load(&app, &mapper, vm)?;
            }
            let found = vm.call_method(base.as_object(), "__subclasses__", ())?;
            assert!(found.try_to_value::<Vec<PyObjectRef>>(vm)?.iter().any(|class| class.is(&alive)));
            Ok(())
        });
    });
}

#[test]
fn code_that_outlives_its_module_still_imports_through_its_mapper() {
    // Its globals keep the mapper alive. Code that the module runs in globals of its own making, and that outlives both
    // the module and the mapper, is the one exception: the VM shows its collector no reference from there.
    let app = "
def f():
    import needle
    return needle
class C:
    def m(self):
        import needle
        return needle
method = C().m
def generate():
    while True:
        import needle
        yield needle
generator = generate().__next__
l = {}
exec('def f():\\n    import needle\\n    return needle', globals(), l)
by_exec = l['f']
";
    alone("loading::code_that_outlives_its_module_still_imports_through_its_mapper", || {
        each_source(&[("app.py", app)], |vm| {
            let stub: PyObjectRef = vm.ctx.new_str("stub").into();
            for how in ["f", "method", "generator", "by_exec"] {
                let (own, _) = recorder([("needle", Answer::object(stub.clone()))], Answer::NotMine, vm);
                let module = load(&handle("app", vm)?, &own, vm)?;
                let left = module.get_attr(how, vm)?;
                drop((module, own));
                collect(vm)?;
                let got = left.call((), vm).unwrap_or_else(|error| panic!("{how}: {}", said(&error, vm)));
                assert!(got.is(&stub), "{how}");
            }
            Ok(())
        });
    });
}

fn collect(vm: &VirtualMachine) -> PyResult<()> {
    let collect = raw::pass_through(vm).lookup("gc", vm)?.get_attr("collect", vm)?;
    // More often than it takes: while the interpreter of another test collects, a call does nothing.
    (0..20).try_for_each(|_| collect.call((), vm).map(drop))
}

#[test]
fn loading_into_a_module_keeps_what_it_has_and_binds_the_rest() {
    each_source(&[("app.py", "'Doc.'\ndef f(): return kept\nnew = kept\nbound = 2")], |vm| {
        let module = vm.new_module("old", vm.ctx.new_dict(), None);
        module.as_object().set_attr("kept", vm.ctx.new_int(1), vm)?;
        module.as_object().set_attr("bound", vm.ctx.new_int(1), vm)?;
        load_into(&handle("app", vm)?, &raw::empty(vm), &module, vm)?;
        for (name, expected) in
            [("__name__", "'app'"), ("__doc__", "'Doc.'"), ("kept", "1"), ("new", "1"), ("bound", "2")]
        {
            check(module.as_object(), name, expected, vm)?;
        }
        assert_eq!(module.get_attr("f", vm)?.call((), vm)?.repr(vm)?.to_string(), "1");
        assert!(module.get_attr("f", vm)?.get_attr("__globals__", vm)?.is(module.dict().as_object()));
        Ok(())
    });
}

#[test]
fn a_native_module_is_a_module_object_of_its_own() {
    let names: Tree<'_> = &[("app.py", "")];
    each_source(names, |vm| {
        let before = world(vm)?;
        for name in ["sys", "builtins", "time", "marshal", "itertools", "errno", "_codecs"] {
            let Ok(handle) = handle(name, vm) else { continue };
            let one = load(&handle, &raw::empty(vm), vm)?;
            let two = load(&handle, &raw::empty(vm), vm)?;
            assert!(!one.is(&two), "{name}");
            check(one.as_object(), "__name__", &format!("'{name}'"), vm)?;
            one.as_object().set_attr("mark", vm.ctx.new_int(1), vm)?;
            assert!(vm.get_attribute_opt(two.as_object(), "mark")?.is_none(), "{name}");
        }
        assert_eq!(world(vm)?, before);
        Ok(())
    });
}

#[test]
fn a_program_runs_as_main_under_its_mapper() {
    let program = "
import exocet, needle
got = __name__, __spec__, __package__, needle
def later():
    import needle
    return needle
";
    each_source(&[("program.py", program)], |vm| {
        let stub: PyObjectRef = vm.ctx.new_str("stub").into();
        let (own, _) = recorder([("needle", Answer::object(stub.clone()))], Answer::PassThrough, vm);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("program.py");
        std::fs::write(&file, program).expect("a file");
        let main = PythonModule::from_file(&file, "__main__").map_err(|error| error.into_exception(vm))?;
        run_main(&main, &own, vm)?;
        let main = vm.sys_module.get_attr("modules", vm)?.get_item("__main__", vm)?;
        check(&main, "got", "('__main__', None, None, 'stub')", vm)?;
        // What the program leaves running (threads, exit functions) imports through the mapper too.
        drop(own);
        collect(vm)?;
        let got = main.get_attr("later", vm)?.call((), vm)?;
        assert!(got.is(&stub));
        Ok(())
    });
}

#[test]
fn a_source_that_fails_is_an_error_of_the_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let file: &Path = &folder.path().join("app.py");
    std::fs::write(file, "x = 1").expect("a file");
    let runtime = Runtime::builder().isolated().path(folder.path()).expect("it opens").build().expect("it starts");
    runtime.enter(|vm| {
        let app = handle("app", vm).expect("it is there");
        std::fs::remove_file(file).expect("it can go");
        let error = load(&app, &raw::empty(vm), vm).expect_err("it is gone");
        assert!(said(&error, vm).contains("`app`"), "{}", said(&error, vm));
    });
}

#[test]
fn mappers_in_python_may_load_under_themselves() {
    let mapping = "
import exocet
asked = []
class M:
    def lookup(self, name):
        asked.append(name)
        return exocet.loadNamed(name, self)
m = M()
";
    let tree = [
        ("mapping.py", mapping),
        ("a.py", "import b, c\nx = b.x + c.x"),
        ("b.py", "import c\nx = c.x"),
        ("c.py", "x = 1"),
    ];
    each_source(&tree, |vm| {
        let mapping = fresh("mapping", vm)?;
        let own = mapping.get_attr("m", vm)?;
        let own = MapperRef::from_object(&own, vm)?;
        let a = load(&handle("a", vm)?, &own, vm)?;
        check(a.as_object(), "x", "2", vm)?;
        check(mapping.as_object(), "asked", "['b', 'c', 'c']", vm)
    });
}

#[test]
fn deep_source_may_have_constants_that_the_vm_must_hash() {
    let deep = format!("1{}", "+1".repeat(400));
    let app = format!("value = {deep}, 2 in {{1, 2, 'x'}}\n");
    let user = format!(
        "import app\ntext = {:?}\nspace = {{}}\nexec(text, space)\nby_compile = {{}}\nexec(compile(text, 'f', 'exec'), by_compile)\n\
         by_eval = eval(text.removeprefix('value = '))\n\
         values = app.value, space['value'], by_compile['value'], by_eval, eval(compile('401 in {{1, 401, \\'x\\'}}', 'f', 'eval'))\n",
        app
    );
    each_source(&[("app.py", &app), ("user.py", &user)], |vm| {
        let user = load(&handle("user", vm)?, &raw::pass_through(vm), vm)?;
        let value = "(401, True)";
        assert_eq!(attr(user.as_ref(), "values", vm)?, format!("({value}, {value}, {value}, {value}, True)"));
        Ok(())
    });
}
