//! Every form of import in every position, with every kind of answer, from every kind of source.

use crate::support::{Log, each_source, handle, recorder};
use exocet::{
    Answer,
    raw::{self, load},
    vm::{
        AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
        builtins::{PyBaseException, PyBaseExceptionRef},
    },
};

/// Where an import can stand. Each is the code of one module that imports `needle` and leaves it in `got`, or returns it
/// from `later()`, which is called when the module is loaded. `# <-` marks the line of the import, which is the first one
/// where there is no mark. Code that catches what the import raises hands on the exception.
struct Position {
    name: &'static str,
    code: &'static str,
    importer: Importer,
}

/// Whose `__name__` the importing code has.
#[derive(Clone, Copy)]
enum Importer {
    Own,
    Foreign,
    None,
}
use Importer::{Foreign, None as Nobody, Own};

const fn at(name: &'static str, code: &'static str, importer: Importer) -> Position {
    Position { name, code, importer }
}

const POSITIONS: &[Position] = &[
    at("top_level", "import needle  # <-\ngot = needle", Own),
    at("import_as", "import needle as n  # <-\ngot = n", Own),
    at("after_others", "'Doc.'\nfrom __future__ import annotations\nx = 1\nimport needle  # <-\ngot = needle", Own),
    at("function", "def later():\n    import needle  # <-\n    return needle", Own),
    at("global_function", "def f():\n    global got\n    import needle as got  # <-\nf()", Own),
    at(
        "closure",
        "def f():\n    def g():\n        import needle  # <-\n        return needle\n    return g\nlater = f()",
        Own,
    ),
    at("class_body", "class C:\n    import needle  # <-\ngot = C.__dict__['needle']", Own),
    at("method", "class C:\n    def m(self):\n        import needle  # <-\n        return needle\nlater = C().m", Own),
    at(
        "property",
        "class C:\n    @property\n    def p(self):\n        import needle  # <-\n        return needle\ndef later(): return C().p",
        Own,
    ),
    at("lambda_", "later = lambda: __import__('needle')", Own),
    at("list_comprehension", "got = [__import__('needle') for _ in range(1)][0]", Own),
    at("dict_comprehension", "got = {0: __import__('needle') for _ in range(1)}[0]", Own),
    at("generator_expression", "got = next(__import__('needle') for _ in range(1))", Own),
    at("default_argument", "def f(x=__import__('needle')): return x\ngot = f()", Own),
    at("decorator", "@lambda f: __import__('needle')\ndef got(): pass", Own),
    at("function_annotation", "def f(x: __import__('needle')): pass\ndef later(): return f.__annotations__['x']", Own),
    at(
        "class_annotation",
        "class C:\n    x: __import__('needle')  # <-\ndef later(): return C.__annotations__['x']",
        Own,
    ),
    at("type_alias", "type T = __import__('needle')\ndef later(): return T.__value__", Own),
    at(
        "type_parameter",
        "def f[T: __import__('needle')](): pass\ndef later(): return f.__type_params__[0].__bound__",
        Own,
    ),
    at("conditional", "if 1 < 2:\n    import needle  # <-\ngot = needle", Own),
    at("loop", "for i in range(1):\n    import needle  # <-\nelse:\n    got = needle", Own),
    at("match_", "match 1:\n    case 1:\n        import needle  # <-\n        got = needle", Own),
    at("walrus_in_f_string", "f'{[got := __import__(\"needle\")] and 1}'", Own),
    at(
        "try_",
        "try:\n    import needle  # <-\nexcept ImportError as error:\n    got = error\nelse:\n    got = needle",
        Own,
    ),
    at("finally_", "try: pass\nfinally:\n    import needle  # <-\ngot = needle", Own),
    at("except_", "try: 1 / 0\nexcept ZeroDivisionError:\n    import needle  # <-\n    got = needle", Own),
    at(
        "with_",
        "class W:\n    def __enter__(self):\n        import needle  # <-\n        return needle\n    def __exit__(self, *_): pass\nwith W() as got: pass",
        Own,
    ),
    at(
        "getattr_of_class",
        "class C:\n    def __getattr__(self, name):\n        import needle  # <-\n        return needle\ndef later(): return C().any",
        Own,
    ),
    at(
        "metaclass",
        "class M(type):\n    def __prepare__(*_):\n        import needle  # <-\n        return {'needle': needle}\nclass C(metaclass=M): pass\ngot = C.__dict__['needle']",
        Own,
    ),
    at(
        "sort_key",
        "box = []\ndef key(x):\n    import needle  # <-\n    box.append(needle)\n    return 0\ndef later():\n    sorted([1], key=key)\n    return box[0]",
        Own,
    ),
    at(
        "generator",
        "def g():\n    yield 1\n    import needle  # <-\n    yield needle\nit = g()\nnext(it)\nlater = it.__next__",
        Own,
    ),
    at(
        "coroutine",
        "async def c():\n    import needle  # <-\n    return needle\ndef later():\n    try: c().send(None)\n    except StopIteration as stop: return stop.value",
        Own,
    ),
    at(
        "async_generator",
        "async def g():\n    import needle  # <-\n    yield needle\ndef later():\n    try: g().__anext__().send(None)\n    except StopIteration as stop: return stop.value",
        Own,
    ),
    at(
        "finaliser",
        "class D:\n    def __del__(self):\n        global got\n        try:\n            import needle  # <-\n            got = needle\n        except ImportError as error:\n            got = error\nD()",
        Own,
    ),
    at("call_positional", "got = __import__('needle', globals(), locals(), (), 0)", Own),
    at("call_in_function", "def later():\n    return __import__('needle', globals(), None, None, 0)  # <-", Own),
    at(
        "call_by_keywords",
        "got = __import__(name='needle', globals=globals(), locals=None, fromlist=None, level=0)",
        Own,
    ),
    at("call_by_map", "def later():\n    return list(map(__import__, ['needle']))[0]  # <-", Own),
    at(
        "call_by_map_in_full",
        "def later():\n    return list(map(__import__, ['needle'], [globals()], [None], [None], [0]))[0]  # <-",
        Own,
    ),
    at(
        "call_under_another_name",
        "load = __import__\ndef call(f): return f('needle', globals(), locals(), None, 0)  # <-\ndef later(): return call(load)",
        Own,
    ),
    at("call_starred", "def later():\n    return __import__(*('needle', globals(), locals(), None, 0))  # <-", Own),
    at(
        "call_forwarded",
        "def call(*args): return imp(*args)  # <-\nimp = __import__\n__builtins__ = {**__builtins__, '__import__': call}\nexec('import needle')\ngot = needle",
        Own,
    ),
    at("call_from_builtins_dict", "got = __builtins__['__import__']('needle', globals())", Own),
    at("exec_", "exec('import needle')\ngot = needle", Own),
    at(
        "exec_in_function",
        "def later():\n    box = {}\n    exec('import needle', globals(), box)\n    return box['needle']",
        Own,
    ),
    at("exec_empty_globals", "g = {}; exec('import needle', g)\ngot = g['needle']", Nobody),
    at("exec_empty_globals_by_name", "g = {}; exec('import needle', globals=g)\ngot = g['needle']", Nobody),
    at("exec_locals", "g = {}; exec('import needle', {}, g)\ngot = g['needle']", Nobody),
    at("exec_class", "g = {}; exec('class C: import needle', g)\ngot = g['C'].__dict__['needle']", Nobody),
    at("exec_defines_function", "g = {}; exec('def f(): import needle; return needle', g)\nlater = g['f']", Nobody),
    at(
        "exec_in_exec",
        "g = {}; exec('h = {}; exec(\"import needle\", h); got = h[\"needle\"]', g)\ngot = g['got']",
        Nobody,
    ),
    at("exec_compiled", "g = {}; exec(compile('import needle', 'f', 'exec'), g)\ngot = g['needle']", Nobody),
    at("exec_bytes", "g = {}; exec(b'import needle', g)\ngot = g['needle']", Nobody),
    at("eval_", "got = eval('__import__(\"needle\")')", Own),
    at("eval_empty_globals", "got = eval('__import__(\"needle\")', {})", Nobody),
    at("eval_compiled", "got = eval(compile('__import__(\"needle\")', 'f', 'eval'), {})", Nobody),
    at("eval_by_map", "got = list(map(eval, ['__import__(\"needle\")'], [{}]))[0]", Nobody),
    at(
        "exec_in_other_module",
        "import other; exec('import needle', other.__dict__)\ngot = other.__dict__.pop('needle')",
        Foreign,
    ),
    at(
        "exec_with_own_builtins_module",
        "import other; g = {'__builtins__': other.builtins}; exec('import needle', g)\ngot = g['needle']",
        Nobody,
    ),
    at(
        "exec_with_own_builtins_dict",
        "import other; g = {'__builtins__': other.builtins.__dict__}; exec('import needle', g)\ngot = g['needle']",
        Nobody,
    ),
    at(
        "exec_in_copied_builtins",
        "g = {'__builtins__': dict(__builtins__)}; exec('import needle', g)\ngot = g['needle']",
        Nobody,
    ),
    at(
        "function_with_fresh_globals",
        "def f():\n    import needle  # <-\n    return needle\nlater = type(f)(f.__code__, {})",
        Nobody,
    ),
];

/// More names than one byte can number: the instructions of the import need a prefix.
fn many_names() -> String {
    let names: String = (0..300).map(|n| format!("n{n} = 0\n")).collect();
    format!("{names}import needle as last  # <-\ngot = last")
}

/// Positions that need the standard library.
#[cfg(feature = "stdlib")]
const WITH_LIBRARY: &[Position] = &[
    at(
        "thread",
        "import threading\nbox = []\ndef run():\n    try:\n        import needle  # <-\n    except ImportError as error:\n        box.append(error)\n    else:\n        box.append(needle)\ndef later():\n    thread = threading.Thread(target=run)\n    thread.start()\n    thread.join()\n    return box[0]",
        Own,
    ),
    at("partial", "import functools\ndef later():\n    return functools.partial(__import__, 'needle')()  # <-", Own),
    at(
        "asyncio_task",
        "import asyncio\nasync def c():\n    import needle  # <-\n    return needle\ndef later(): return asyncio.run(c())",
        Own,
    ),
];
#[cfg(not(feature = "stdlib"))]
const WITH_LIBRARY: &[Position] = &[];

/// Objects of the kinds that a mapper may answer with.
const KIT: &str = "
import builtins
class Bare:
    __slots__ = ()
class Proxy:
    def __getattribute__(self, name):
        if name.startswith('__'): return object.__getattribute__(self, name)
        return 'proxied ' + name
bare, proxy, none, number = Bare(), Proxy(), None, 7
";

fn tree(positions: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = [("kit", KIT), ("needle", "mark = object()"), ("other", "import builtins")];
    own.iter().chain(positions).map(|(name, code)| (format!("{name}.py"), (*code).to_owned())).collect()
}

/// Loads the module of a position, lets it import, and gives what the import gave.
fn outcome(
    position: &str,
    mapper: &exocet::raw::MapperRef,
    vm: &VirtualMachine,
) -> PyResult<Result<PyObjectRef, PyBaseExceptionRef>> {
    let run = || {
        let module = load(&handle(position, vm)?, mapper, vm)?;
        match vm.get_attribute_opt(module.as_object(), "later")? {
            Some(later) => later.call((), vm),
            None => module.get_attr("got", vm),
        }
    };
    Ok(run().and_then(|got| match got.downcast::<PyBaseException>() {
        Ok(caught) => Err(caught),
        Err(got) => Ok(got),
    }))
}

/// The line that the marked import stands in.
fn marked_line(code: &str) -> usize {
    code.lines().position(|line| line.contains("# <-")).unwrap_or(0) + 1
}

#[track_caller]
fn check_asked(position: &Position, answer: &str, log: &Log, outcome: impl FnOnce() -> String) {
    let mut asked: Vec<_> = log.take().into_iter().filter(|seen| seen.name == "needle").collect();
    assert_eq!(asked.len(), 1, "{} with {answer}: {asked:?}, {}", position.name, outcome());
    let seen = asked.pop().expect("there is one");
    let importer = match position.importer {
        Own => Some(position.name.to_owned()),
        Foreign => Some("other".to_owned()),
        Nobody => None,
    };
    assert_eq!(seen.importer, importer, "{} with {answer}", position.name);
    let line = importer.map(|_| marked_line(position.code));
    if line.is_some() {
        assert_eq!(seen.line, line, "{} with {answer}", position.name);
    }
}

#[test]
fn every_position_asks_the_mapper_and_gets_its_answer() {
    let many = Position { name: "many_names", code: many_names().leak(), importer: Own };
    let positions: Vec<_> = POSITIONS.iter().chain(WITH_LIBRARY).chain([&many]).collect();
    let files = tree(&positions.iter().map(|position| (position.name, position.code)).collect::<Vec<_>>());
    let files: Vec<_> = files.iter().map(|(name, code)| (name.as_str(), code.as_str())).collect();
    each_source(&files, |vm| {
        let pass = raw::pass_through(vm);
        let kit = load(&handle("kit", vm)?, &pass, vm)?;
        let other = load(&handle("other", vm)?, &pass, vm)?;
        // A module of the interpreter's own has the interpreter's builtins.
        other.dict().expect("a module has one").set_item("__builtins__", vm.builtins.clone().into(), vm)?;
        let shared = pass.lookup("needle", vm)?;
        let object = |name: &'static str| kit.get_attr(name, vm).map(Answer::object);
        let needle = handle("needle", vm)?;
        let answers = [
            ("a module", Answer::object(shared.clone())),
            ("a bare object", object("bare")?),
            ("a proxy", object("proxy")?),
            ("None", object("none")?),
            ("an int", object("number")?),
            ("a fresh module", Answer::load(needle.clone())),
            ("a fresh module under another mapper", Answer::load_under(needle, raw::empty(vm))),
            ("another name", Answer::rename("haystack")),
            ("a pass-through", Answer::PassThrough),
            ("nothing", Answer::NotMine),
            ("a denial", Answer::denied("the test")),
        ];
        for (kind, answer) in answers {
            let hay = vm.new_module("haystack", vm.ctx.new_dict(), None);
            let known = [
                ("needle", answer.clone()),
                ("haystack", Answer::object(hay.clone())),
                ("other", Answer::object(other.clone())),
            ];
            let (recorder, log) = recorder(known, Answer::PassThrough, vm);
            for position in &positions {
                let got = outcome(position.name, &recorder, vm)?;
                let said = || got.as_ref().map_or_else(|error| raw::traceback(error, vm), |got| format!("{got:?}"));
                check_asked(position, kind, &log, said);
                let same = |expected: &PyObject| {
                    let got = got.as_ref().unwrap_or_else(|error| {
                        panic!("{} with {kind}:\n{}", position.name, raw::traceback(error, vm))
                    });
                    assert!(got.is(expected), "{} with {kind}: {:?}", position.name, got.repr(vm));
                };
                match &answer {
                    Answer::Object { object, .. } => same(object),
                    Answer::PassThrough => same(&shared),
                    Answer::Rename { .. } => same(hay.as_object()),
                    Answer::Load { .. } => {
                        let got =
                            got.unwrap_or_else(|error| panic!("{} {}", position.name, raw::traceback(&error, vm)));
                        assert!(!got.is(&shared), "{}", position.name);
                        assert!(!got.get_attr("mark", vm)?.is(&shared.get_attr("mark", vm)?), "{}", position.name);
                    }
                    Answer::NotMine | Answer::Denied { .. } => {
                        let Err(error) = got else { panic!("{} with {kind} gets something", position.name) };
                        let said = raw::describe(&error, vm);
                        assert!(
                            said.starts_with("ModuleNotFoundError: No module named 'needle'"),
                            "{}: {said}",
                            position.name
                        );
                        assert_eq!(
                            crate::support::attr(error.as_object(), "name", vm)?,
                            "'needle'",
                            "{}",
                            position.name
                        );
                        assert_eq!(
                            said.contains("denied by the test"),
                            kind == "a denial",
                            "{}: {said}",
                            position.name
                        );
                    }
                    _ => unreachable!("attenuations have tests of their own"),
                }
            }
        }
        Ok(())
    });
}

#[test]
fn names_that_the_vm_imports_for_itself_are_asked_for_in_every_position_too() {
    // The hook tells the VM's imports by their names and arguments; these are names of that kind.
    for own in ["copyreg", "sys", "time"] {
        let files: Vec<_> =
            POSITIONS.iter().map(|position| (position.name, position.code.replace("needle", own))).collect();
        let files = tree(&files.iter().map(|(name, code)| (*name, code.as_str())).collect::<Vec<_>>());
        let files: Vec<_> = files.iter().map(|(name, code)| (name.as_str(), code.as_str())).collect();
        each_source(&files, |vm| {
            let other = load(&handle("other", vm)?, &raw::pass_through(vm), vm)?;
            other.dict().expect("a module has one").set_item("__builtins__", vm.builtins.clone().into(), vm)?;
            let stub: PyObjectRef = vm.ctx.new_str("stub").into();
            let known = [("other", Answer::object(other)), (own, Answer::object(stub.clone()))];
            let (recorder, log) = recorder(known, Answer::PassThrough, vm);
            for position in POSITIONS {
                let got = outcome(position.name, &recorder, vm)?;
                let got = got.unwrap_or_else(|error| panic!("{} {}", position.name, raw::traceback(&error, vm)));
                assert!(got.is(&stub), "{own} in {}: {:?}", position.name, got.repr(vm));
                let asked = log.take().iter().filter(|seen| seen.name == own).count();
                assert_eq!(asked, 1, "{own} in {}", position.name);
            }
            Ok(())
        });
    }
}

#[cfg(feature = "stdlib")]
#[test]
fn a_debugger_that_watches_every_instruction_changes_nothing() {
    // `sys.monitoring` puts reporting instructions in the place of the real ones, which the hook reads.
    const WATCH: &str = "
import sys
seen = []
def watch(*events):
    sys.monitoring.use_tool_id(1, 'test')
    for event in events:
        sys.monitoring.register_callback(1, event, lambda *args: seen.append(args[0].co_name))
    sys.monitoring.set_events(1, sum(events))
def trace():
    def local(frame, event, arg):
        frame.f_trace_opcodes = True
        return local
    sys.settrace(local)
def stop():
    sys.settrace(None)
    if sys.monitoring.get_tool(1): sys.monitoring.free_tool_id(1)
line, instruction = sys.monitoring.events.LINE, sys.monitoring.events.INSTRUCTION
";
    const APP: &str = "
def later():
    import sys
    import pk.sys as leaf
    from sys import path
    return sys, leaf, path
";
    each_source(&[("app.py", APP), ("watch.py", WATCH)], |vm| {
        for how in ["watch(line)", "watch(instruction)", "watch(line, instruction)", "trace()"] {
            let watch = load(&handle("watch", vm)?, &raw::pass_through(vm), vm)?;
            let stub = load(&handle("watch", vm)?, &raw::pass_through(vm), vm)?;
            stub.as_object().set_attr("path", vm.ctx.new_int(1), vm)?;
            let known = ["sys", "pk.sys"].map(|name| (name, Answer::object(stub.clone())));
            let (recorder, log) = recorder(known, Answer::NotMine, vm);
            let app = load(&handle("app", vm)?, &recorder, vm)?;
            let eval = vm.builtins.get_attr("eval", vm)?;
            eval.call((how, watch.dict()), vm)?;
            let got = app.get_attr("later", vm)?.call((), vm);
            watch.get_attr("stop", vm)?.call((), vm)?;
            let got: Vec<PyObjectRef> = got?.try_to_value(vm)?;
            assert!(got[0].is(&stub) && got[1].is(&stub), "{how}");
            assert_eq!(got[2].repr(vm)?.to_string(), "1", "{how}");
            assert!(log.names().contains(&"pk.sys".to_owned()), "{how}");
        }
        Ok(())
    });
}

/// An import, what it leaves, and every name that the mapper is asked for.
struct Form {
    code: &'static str,
    got: &'static str,
    asked: &'static [&'static str],
}

const fn form(code: &'static str, got: &'static str, asked: &'static [&'static str]) -> Form {
    Form { code, got, asked }
}

const PACKAGE: &[(&str, &str)] = &[
    ("pk/__init__.py", "name = __name__\nvalue = 'pk.value'"),
    ("pk/a.py", "name = __name__\nx = 'a.x'\ny = 'a.y'\n_hidden = 1"),
    ("pk/star.py", "__all__ = ['one', '_two']\none = 1\n_two = 2\nthree = 3"),
    (
        "pk/lazy.py",
        "def __getattr__(name):\n    if name == 'made': return 'made by ' + __name__\n    raise AttributeError(name)",
    ),
    ("pk/exports/__init__.py", "__all__ = ['late', 'here']\nhere = 1"),
    ("pk/exports/late.py", "name = __name__"),
    ("pk/replaced.py", "import sys\nsys.modules[__name__] = __import__('types').SimpleNamespace(is_replaced=True)"),
    ("pk/sub/__init__.py", "name = __name__\nz = 'sub.z'"),
    ("pk/sub/b.py", "name = __name__\nw = 'b.w'"),
    ("ns/deep/m.py", "name = __name__"),
];

/// Each is the code of a module `pk.sub.formN` that leaves something in `got`.
const FORMS: &[Form] = &[
    form("import pk\ngot = pk.name", "'pk'", &["pk"]),
    form("import pk.a\ngot = pk.a.x", "'a.x'", &["pk", "pk.a"]),
    form(
        "import pk.sub.b\ngot = pk.name, pk.sub.name, pk.sub.b.name",
        "('pk', 'pk.sub', 'pk.sub.b')",
        &["pk", "pk.sub", "pk.sub.b"],
    ),
    form("import pk.sub.b as d\ngot = d.name", "'pk.sub.b'", &["pk.sub.b"]),
    form("import pk.a, pk.sub as s\ngot = pk.a.x, s.z", "('a.x', 'sub.z')", &["pk", "pk.a", "pk.sub"]),
    form("from pk.a import x, y as z\ngot = x, z", "('a.x', 'a.y')", &["pk.a"]),
    form("from pk import a\ngot = a.x", "'a.x'", &["pk", "pk.a"]),
    form("from pk import value, a as c\ngot = value, c.x", "('pk.value', 'a.x')", &["pk", "pk.a"]),
    form("from pk.a import *\ngot = x, y, '_hidden' in globals()", "('a.x', 'a.y', False)", &["pk.a"]),
    form("from pk.star import *\ngot = one, _two, 'three' in globals()", "(1, 2, False)", &["pk.star"]),
    form(
        "from pk.exports import *\ngot = late.name, here",
        "('pk.exports.late', 1)",
        &["pk.exports", "pk.exports.late"],
    ),
    form("from . import b\ngot = b.name", "'pk.sub.b'", &["pk.sub", "pk.sub.b"]),
    form("from . import z\ngot = z", "'sub.z'", &["pk.sub"]),
    form("from .b import w\ngot = w", "'b.w'", &["pk.sub.b"]),
    form("from .. import a\ngot = a.x", "'a.x'", &["pk", "pk.a"]),
    form("from ..a import y\ngot = y", "'a.y'", &["pk.a"]),
    form("from ..sub import b as c\ngot = c.w", "'b.w'", &["pk.sub", "pk.sub.b"]),
    form("from .b import *\ngot = w", "'b.w'", &["pk.sub.b"]),
    form("from pk.lazy import made\ngot = made", "'made by pk.lazy'", &["pk.lazy"]),
    form("import pk.lazy as l\ngot = l.made", "'made by pk.lazy'", &["pk.lazy"]),
    form(
        "try:\n    from pk.lazy import none\nexcept ImportError as error:\n    got = type(error).__name__, error.name, str(error).startswith(\"cannot import name 'none' from 'pk.lazy' (\")",
        "('ImportError', 'pk.lazy', True)",
        &["pk.lazy", "pk.lazy.none"],
    ),
    form(
        "try:\n    import pk.absent\nexcept ModuleNotFoundError as error:\n    got = error.name",
        "'pk.absent'",
        &["pk.absent"],
    ),
    form(
        "try:\n    import pk.a.below\nexcept ModuleNotFoundError as error:\n    got = error.name, 'is not a package' in str(error)",
        "('pk.a.below', True)",
        &["pk.a.below"],
    ),
    form(
        "try:\n    from .absent import x\nexcept ModuleNotFoundError as error:\n    got = error.name",
        "'pk.sub.absent'",
        &["pk.sub.absent"],
    ),
    form(
        "try:\n    from .... import x\nexcept ImportError as error:\n    got = str(error)",
        "'attempted relative import beyond top-level package'",
        &[],
    ),
    form("import ns.deep.m\ngot = ns.deep.m.name", "'ns.deep.m'", &["ns", "ns.deep", "ns.deep.m"]),
    form("from ns.deep import m\ngot = m.name", "'ns.deep.m'", &["ns.deep", "ns.deep.m"]),
    form("import ns.deep.m as m\ngot = m.name", "'ns.deep.m'", &["ns.deep.m"]),
    form(
        "from __future__ import annotations\ndef f(x: absent.name): pass\ngot = f.__annotations__",
        "{'x': 'absent.name'}",
        &["__future__", "__future__.annotations"],
    ),
    form(
        "got = __import__('pk.sub.b').name, __import__('pk.sub.b', fromlist=['w']).w",
        "('pk', 'b.w')",
        &["pk", "pk.sub", "pk.sub.b"],
    ),
    form("got = __import__('b', globals(), None, ['w'], 1).w", "'b.w'", &["pk.sub.b"]),
    form("got = __import__('', globals(), None, ['b'], 1).b.name", "'pk.sub.b'", &["pk.sub", "pk.sub.b"]),
    form("got = __import__('', globals(), None, [], 2).name", "'pk'", &["pk"]),
    form("got = __import__('sub.b', globals(), None, [], 2).name", "'pk.sub'", &["pk.sub", "pk.sub.b"]),
];

/// Names of the forms' modules, and their files.
fn forms() -> (Vec<String>, Vec<(String, String)>) {
    let names: Vec<_> = (0..FORMS.len()).map(|number| format!("pk.sub.form{number}")).collect();
    let own =
        FORMS.iter().zip(&names).map(|(form, name)| (format!("{}.py", name.replace('.', "/")), form.code.to_owned()));
    let package = PACKAGE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let files = package.chain(own).collect();
    (names, files)
}

#[test]
fn every_form_works_under_a_pass_through_and_asks_for_absolute_names() {
    let (names, files) = forms();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    each_source(&files, |vm| {
        let (recorder, log) = recorder([], Answer::PassThrough, vm);
        for (form, name) in FORMS.iter().zip(&names) {
            let module = load(&handle(name, vm)?, &recorder, vm)?;
            assert_eq!(crate::support::attr(module.as_object(), "got", vm)?, form.got, "{}", form.code);
            let seen = log.take();
            assert!(seen.iter().all(|seen| seen.importer.as_ref() == Some(name)), "{}: {seen:?}", form.code);
            // Whether a value of the module is asked about too is up to the hook; what may be a module has to be.
            let mut asked: Vec<_> = seen.iter().map(|seen| seen.name.as_str()).collect();
            asked.retain(|asked| form.asked.contains(asked) || !is_value(asked));
            asked.sort_unstable();
            asked.dedup();
            assert_eq!(asked, form.asked, "{}", form.code);
        }
        Ok(())
    });
}

/// Names in the package that stand for no module.
fn is_value(name: &str) -> bool {
    let values = ["name", "x", "y", "z", "w", "value", "one", "_two", "here", "made"];
    name.rsplit('.').next().is_some_and(|last| values.contains(&last))
}

#[test]
fn every_form_works_inside_a_package_context_and_asks_nobody_about_its_own_names() {
    let (names, files) = forms();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    each_source(&files, |vm| {
        let (recorder, log) = recorder([], Answer::PassThrough, vm);
        let before = modules(vm)?;
        let package = load(&handle("pk", vm)?, &recorder, vm)?;
        let import = package.get_attr("__builtins__", vm)?.get_item("__import__", vm)?;
        for (form, name) in FORMS.iter().zip(&names) {
            let from = vm.ctx.new_tuple(vec![vm.ctx.new_str("got").into()]);
            let module = import.call((name.clone(), vm.ctx.none(), vm.ctx.none(), from), vm)?;
            assert_eq!(crate::support::attr(&module, "got", vm)?, form.got, "{}", form.code);
            let asked = log.names();
            assert!(asked.iter().all(|name| !name.starts_with("pk")), "{}: {asked:?}", form.code);
        }
        let after: Vec<_> = modules(vm)?.into_iter().filter(|name| !before.contains(name)).collect();
        assert!(after.iter().all(|name| !name.starts_with("pk")), "{after:?}");
        Ok(())
    });
}

fn modules(vm: &VirtualMachine) -> PyResult<Vec<String>> {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let names: Vec<PyObjectRef> = modules.try_to_value(vm)?;
    names.iter().map(|name| Ok(name.str(vm)?.to_string())).collect()
}

#[test]
fn builtins_that_a_module_makes_up_itself_stay() {
    each_source(&[("app.py", APP)], |vm| {
        let app = load(&handle("app", vm)?, &raw::empty(vm), vm)?;
        assert_eq!(crate::support::attr(app.as_object(), "got", vm)?, "('NameError', 'ImportError', 'own sys', 6)");
        Ok(())
    });
    // Templates and calculators rely on builtins of their own to keep expressions from calling anything.
    const APP: &str = "
def kind(code, builtins):
    try: exec(code, {'__builtins__': builtins})
    except Exception as error: return type(error).__name__
box = {'__builtins__': {'__import__': lambda name, *_: 'own ' + name}}
exec('import sys', box)
got = kind('len', {}), kind('import sys', {}), box['sys'], eval('f(6)', {'__builtins__': {'f': lambda x: x}})
";
}

#[test]
fn a_function_made_later_inside_foreign_globals_has_their_builtins() {
    // A limit of the VM, and CPython's too: a function takes its builtins from its globals when it is made, and the
    // foreign module must get its own back when `exec` is done. What `exec` itself defines goes to the mapper for ever;
    // what that defines when it is called later doesn't.
    let code = "import other\nexec('def f():\\n def g():\\n  import needle\\n  return needle\\n return g()', other.__dict__)\nlater = other.__dict__.pop('f')";
    let files = tree(&[("app", code)]);
    let files: Vec<_> = files.iter().map(|(name, code)| (name.as_str(), code.as_str())).collect();
    each_source(&files, |vm| {
        let shared = raw::pass_through(vm).lookup("needle", vm)?;
        let other = raw::pass_through(vm).lookup("other", vm)?;
        let (recorder, log) = recorder([("other", Answer::object(other))], Answer::NotMine, vm);
        let got = outcome("app", &recorder, vm)?;
        assert!(got.is_ok_and(|got| got.is(&shared)));
        assert_eq!(log.names(), ["other"]);
        Ok(())
    });
}
