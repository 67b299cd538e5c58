//! What the original got wrong, one test each; and code that would kill the process of whoever runs it.

use crate::support::{attr, each_source, handle, recorder, said};
use exocet::{
    Answer, Imports, Memory, Runtime,
    raw::{self, MapperRef, load, load_package},
    vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseExceptionRef},
};

fn fresh(name: &str, vm: &VirtualMachine) -> PyResult {
    load(&handle(name, vm)?, &raw::pass_through(vm), vm)
}

/// Loads `name` under a pass-through with one override.
fn overridden(name: &str, key: &str, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let overrides = vm.ctx.new_dict();
    overrides.set_item(key, value, vm)?;
    load(&handle(name, vm)?, &raw::pass_through(vm).with_overrides(overrides, vm), vm)
}

#[track_caller]
fn check(module: &PyObjectRef, name: &str, expected: &str, vm: &VirtualMachine) -> PyResult<()> {
    assert_eq!(attr(module.as_object(), name, vm)?, expected);
    Ok(())
}

#[test]
fn functions_see_module_attributes_being_rebound() {
    each_source(&[("app.py", "value = 1\ndef f(): return value")], |vm| {
        let app = fresh("app", vm)?;
        app.as_object().set_attr("value", vm.ctx.new_int(2), vm)?;
        assert_eq!(app.get_attr("f", vm)?.call((), vm)?.repr(vm)?.to_string(), "2");
        Ok(())
    });
}

#[test]
fn the_name_is_right_while_the_code_runs() {
    let tree = [
        ("app.py", "name = __name__\nclass C: pass"),
        ("pk/__init__.py", ""),
        ("pk/m.py", "name = __name__\nclass C: pass"),
    ];
    each_source(&tree, |vm| {
        for name in ["app", "pk.m"] {
            let module = fresh(name, vm)?;
            check(&module, "name", &format!("'{name}'"), vm)?;
            check(&module, "C", &format!("<class '{name}.C'>"), vm)?;
        }
        Ok(())
    });
}

#[test]
fn relative_imports_work() {
    let tree = [
        ("pk/__init__.py", "x = 'top'"),
        ("pk/a.py", "from . import x, b\nfrom .b import y\nfrom .sub import z\ngot = x, b.y, y, z"),
        ("pk/b.py", "y = 'b'"),
        ("pk/sub/__init__.py", "from ..b import y as z"),
    ];
    each_source(&tree, |vm| check(&fresh("pk.a", vm)?, "got", "('top', 'b', 'b', 'b')", vm));
}

#[test]
fn an_error_of_a_mapper_leaves_the_interpreter_whole() {
    let mapping = "
class M:
    def lookup(self, name): raise RuntimeError('the mapper fails')
m = M()
";
    each_source(&[("mapping.py", mapping), ("app.py", "import anything"), ("fine.py", "x = 1")], |vm| {
        let own = fresh("mapping", vm)?.get_attr("m", vm)?;
        let own = MapperRef::from_object(&own, vm)?;
        let modules = vm.sys_module.get_attr("modules", vm)?;
        let names = || modules.try_to_value::<Vec<PyObjectRef>>(vm).map(|names| names.len());
        let import = vm.builtins.get_attr("__import__", vm)?;
        let before = names()?;
        for _ in 0..3 {
            let error = load(&handle("app", vm)?, &own, vm).expect_err("the mapper raises");
            assert_eq!(said(&error, vm), "RuntimeError: the mapper fails");
        }
        assert!(vm.builtins.get_attr("__import__", vm)?.is(&import));
        assert_eq!(names()?, before);
        vm.import("fine", 0)?;
        check(&fresh("fine", vm)?, "x", "1", vm)
    });
}

#[test]
fn an_override_of_a_submodule_leaves_the_shared_package_alone() {
    let tree = [
        ("xm/__init__.py", ""),
        ("xm/dom/__init__.py", ""),
        ("xm/dom/mini.py", "real = True"),
        ("app.py", "import xm.dom.mini\nfrom xm.dom import mini\ngot = xm.dom.mini, mini"),
        ("other.py", "import xm.dom.mini\ngot = xm.dom.mini.real"),
    ];
    each_source(&tree, |vm| {
        let app = overridden("app", "xm.dom.mini", vm.ctx.new_str("fake").into(), vm)?;
        check(&app, "got", "('fake', 'fake')", vm)?;
        check(&fresh("other", vm)?, "got", "True", vm)?;
        check(&app, "got", "('fake', 'fake')", vm)
    });
}

#[test]
fn an_override_does_not_leak_into_what_is_imported_by_passing_through() {
    let tree = [
        ("clock.py", "now = 'real'"),
        ("library.py", "import clock\ndef f():\n    import clock as again\n    return clock.now, again.now"),
        ("app.py", "import clock, library\ngot = clock, library.f()"),
    ];
    each_source(&tree, |vm| {
        let app = overridden("app", "clock", vm.ctx.new_str("fake").into(), vm)?;
        check(&app, "got", "('fake', ('real', 'real'))", vm)
    });
}

#[cfg(feature = "threading")]
#[test]
fn the_imports_of_another_thread_are_its_own_during_a_load() {
    // A load that waits in its import until another thread has imported something for itself.
    let app = "
import exocet, threads
done = []
lock, finished = threads.allocate_lock(), threads.allocate_lock()
finished.acquire()
def run():
    try:
        done.append(exocet.loadNamed('other', exocet.pep302Mapper).seen)
    except BaseException as error:
        done.append(error)
    finished.release()
threads.start_new_thread(run, ())
finished.acquire()
import late
got = done, late
";
    each_source(
        &[("app.py", app), ("other.py", "import helper\nseen = helper.x"), ("helper.py", "x = 'helped'")],
        |vm| {
            let pass = raw::pass_through(vm);
            let known = [
                ("exocet", Answer::PassThrough),
                ("threads", Answer::object(pass.lookup("_thread", vm)?)),
                ("late", Answer::object(vm.ctx.new_int(1))),
            ];
            let (own, log) = recorder(known, Answer::NotMine, vm);
            let app = load(&handle("app", vm)?, &own, vm)?;
            check(&app, "got", "(['helped'], 1)", vm)?;
            assert_eq!(log.names(), ["exocet", "late", "threads"]);
            Ok(())
        },
    );
}

const CIRCLE: &[(&str, &str)] = &[
    ("pk/__init__.py", "from . import a"),
    ("pk/a.py", "from . import b\nimport pk.c\nclass A: pass"),
    ("pk/b.py", "import pk\nfrom . import a\ndef f(): return a.A"),
    ("pk/c.py", "from pk.b import f"),
    ("user.py", "import pk.c\nfrom pk import a\ngot = pk.c.f() is a.A"),
];

#[test]
fn a_package_context_over_a_pass_through_has_submodules_of_its_own() {
    each_source(CIRCLE, |vm| {
        let pass = raw::pass_through(vm);
        let shared = pass.lookup("pk.a", vm)?;
        let one = load_package(&handle("pk", vm)?, &pass, vm)?;
        let two = load_package(&handle("pk", vm)?, &pass, vm)?;
        let (one, two) = (one.lookup("pk.a", vm)?, two.lookup("pk.a", vm)?);
        assert!(!one.is(&two) && !one.is(&shared));
        let b = one.get_attr("b", vm)?;
        assert!(b.get_attr("f", vm)?.call((), vm)?.is(&one.get_attr("A", vm)?));
        Ok(())
    });
}

#[test]
fn circular_imports_work_under_a_pass_through() {
    each_source(CIRCLE, |vm| {
        check(&fresh("user", vm)?, "got", "True", vm)?;
        // A fresh module of the circle itself meets the shared ones.
        fresh("pk.a", vm).map(drop)
    });
}

#[test]
fn import_star_works() {
    let tree = [
        ("one.py", "a, _b = 1, 2"),
        ("two.py", "__all__ = ['_c']\n_c, d = 3, 4"),
        ("app.py", "from one import *\nfrom two import *\ngot = a, _c, '_b' in globals(), 'd' in globals()"),
    ];
    each_source(&tree, |vm| check(&fresh("app", vm)?, "got", "(1, 3, False, False)", vm));
}

#[test]
fn a_missing_name_is_a_module_not_found_error() {
    each_source(
        &[(
            "app.py",
            "import exocet\ntry: exocet.DictMapper({}).lookup('absent')\nexcept ModuleNotFoundError as error: got = error.name\nimport absent",
        )],
        |vm| {
            let own = raw::pass_through(vm);
            let error = load(&handle("app", vm)?, &own, vm).expect_err("it is absent");
            assert_eq!(error.class().name().to_string(), "ModuleNotFoundError");
            assert_eq!(attr(error.as_object(), "name", vm)?, "'absent'");
            Ok(())
        },
    );
}

#[test]
fn what_is_set_on_a_proxied_module_can_be_read_back() {
    let app = "
import exocet, real
proxy = exocet.proxyModule(real, x='replaced')
proxy.y = 'set'
proxy.x = 'set over'
del proxy.y
proxy.y = 'again'
got = proxy.x, proxy.y, proxy.z, hasattr(real, 'y'), real.x
";
    each_source(&[("app.py", app), ("real.py", "x = 'x'\nz = 'z'")], |vm| {
        check(&fresh("app", vm)?, "got", "('set over', 'again', 'z', False, 'x')", vm)
    });
}

#[test]
fn contains_imports_nothing() {
    let app = "
import exocet, sys
m = exocet.pep302Mapper
before = set(sys.modules)
got = m.contains('loud'), m.contains('loud.below'), m.contains('absent'), m.withOverrides({'x': 1}).contains('x')
same = set(sys.modules) == before
";
    each_source(
        &[("app.py", app), ("loud/__init__.py", "raise SystemExit"), ("loud/below.py", "raise SystemExit")],
        |vm| {
            let app = fresh("app", vm)?;
            check(&app, "got", "(True, True, False, True)", vm)?;
            check(&app, "same", "True", vm)
        },
    );
}

/// Text that is nested `depth` deep; where that is very deep, reading it overflows the stack of whoever doesn't count.
fn deep_texts(depth: usize) -> Vec<(&'static str, String)> {
    let blocks = depth.min(2_000);
    let nested_if: String = (0..blocks).map(|level| format!("{}if 1:\n", " ".repeat(level))).collect();
    let nested_def: String = (0..blocks).map(|level| format!("{}def f():\n", " ".repeat(level))).collect();
    vec![
        ("a long sum", format!("x = {}1", "1+".repeat(depth.min(200_000)))),
        ("many elif", format!("if 0: pass\n{}", "elif 0: pass\n".repeat(depth.min(100_000)))),
        ("nested if", format!("{nested_if}{}pass", " ".repeat(blocks))),
        ("nested def", format!("{nested_def}{}pass", " ".repeat(blocks))),
        ("parentheses", format!("{}{}", "(".repeat(depth.min(20_000)), ")".repeat(depth.min(20_000)))),
        ("brackets that stay open", "[".repeat(depth.min(20_000))),
        ("unary minus", format!("x = {}1", "-".repeat(depth.min(20_000)))),
        ("not", format!("x = {}1", "not ".repeat(depth.min(20_000)))),
        ("lambda", format!("x = {}1", "lambda: ".repeat(depth.min(20_000)))),
        ("attributes", format!("x = a{}", ".a".repeat(depth.min(20_000)))),
        ("calls", format!("x = a{}", "()".repeat(depth.min(20_000)))),
        ("subscripts", format!("x = a{}", "[0]".repeat(depth.min(20_000)))),
        ("comparisons", format!("x = {}1", "1 if 1 else ".repeat(depth.min(20_000)))),
        ("powers", format!("x = {}1", "1**".repeat(depth.min(20_000)))),
        ("await", format!("async def f():\n    {}x", "await ".repeat(depth.min(20_000)))),
        ("f-strings", format!("x = {}1{}", "f'{".repeat(depth.min(1_000)), "}'".repeat(depth.min(1_000)))),
        ("decorators", format!("{}def f(): pass", "@a\n".repeat(depth.min(2_000)))),
        ("comprehension", format!("x = [a {}]", "for a in b ".repeat(depth.min(20_000)))),
        ("with", format!("with {} c: pass", "a as b, ".repeat(depth.min(20_000)))),
        (
            "patterns",
            format!("match 1:\n    case {}1{}: pass", "[".repeat(depth.min(20_000)), "]".repeat(depth.min(20_000))),
        ),
        ("or-patterns", format!("match 1:\n    case {}1: pass", "1|".repeat(depth.min(20_000)))),
        ("assignments", format!("{}1", "x = ".repeat(depth.min(2_000)))),
        ("annotations", format!("x: {}1", "a|".repeat(depth.min(20_000)))),
        ("type parameters", format!("def f[T: {}int](): pass", "a|".repeat(depth.min(20_000)))),
    ]
}

/// Runs `test` on a thread with as much stack as a program's main thread has.
fn on_main_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(test).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Loads, runs, evaluates and compiles each deep text; each either works or ends in an exception.
///
/// `tokenize` is left out: the VM's tokenizer parses what it reads by itself, where no check can be put before it.
fn survive_deep_text() {
    // Also what is just about let through.
    let texts: Vec<_> = [2_900, usize::MAX].into_iter().flat_map(deep_texts).collect();
    let routes = "
def exec_(): exec(text, {})
def eval_(): eval(text.removeprefix('x = '), {})
def compile_(): compile(text, 'deep', 'exec')
def exec_bytes(): exec(text.encode(), {})
def exec_bytearray(): exec(bytearray(text.encode()), {})
def compile_view(): compile(memoryview(text.encode()), 'deep', 'exec')
def compile_single(): compile(text, 'deep', 'single')
def compile_ast(): compile(text, 'deep', 'exec', 0x400)
def exec_subclass():
    class Text(str): pass
    exec(Text(text), {})
class Index:
    def __index__(self): return 0
routes = exec_, eval_, compile_, exec_bytes, exec_bytearray, compile_view, compile_single, compile_ast, exec_subclass
library = ()
try: import ast, symtable, codeop
except ImportError: pass
else:
    def parse(): ast.parse(text)
    def literal_eval(): ast.literal_eval(text.removeprefix('x = '))
    def table(): symtable.symtable(text, 'deep', 'exec')
    def codeop_(): codeop.compile_command(text)
    routes += parse, literal_eval, table, codeop_
";
    let source = std::sync::Arc::new(exocet::Memory::new("<memory>").with("routes.py", routes));
    let runtime = exocet::Runtime::builder().isolated().shared_source(source.clone()).build().expect("it starts");
    runtime.enter(|vm| {
        let run = || {
            let routes = fresh("routes", vm)?;
            for (name, text) in &texts {
                source.insert("deep.py", text.as_str());
                outcome(name, "load", fresh("deep", vm).map(drop), vm);
                outcome(name, "import", raw::pass_through(vm).lookup("deep", vm).map(drop), vm);
                routes.as_object().set_attr("text", vm.ctx.new_str(text.as_str()), vm)?;
                for route in routes.get_attr("routes", vm)?.try_to_value::<Vec<PyObjectRef>>(vm)? {
                    let route_name = attr(&route, "__name__", vm)?;
                    outcome(name, &route_name, route.call((), vm).map(drop), vm);
                }
            }
            Ok::<_, PyBaseExceptionRef>(())
        };
        run().unwrap_or_else(|error| panic!("{}", exocet::raw::traceback(&error, vm)));
    });
}

/// Only that it ends is asked for, and that what it raises says something about the text.
#[track_caller]
fn outcome(text: &str, route: &str, result: PyResult<()>, vm: &VirtualMachine) {
    let Err(error) = result else { return };
    let kind = error.class().name().to_string();
    // Shallow text may also be wrong for the mode, or name what isn't there.
    let known =
        ["SyntaxError", "RecursionError", "MemoryError", "ValueError", "NameError", "TypeError", "OverflowError"];
    assert!(known.contains(&kind.as_str()), "{text} by {route}: {}", said(&error, vm));
}

#[test]
fn deep_text_ends_in_an_exception_even_on_the_stack_of_a_thread() {
    // A test runs on a thread with two megabytes; a program's main thread has eight.
    survive_deep_text();
}

#[test]
fn text_at_the_limits_still_compiles_and_runs() {
    // What Python code of some size has: generated tables, long sums, chains of elif.
    let texts = [
        format!("x = {}1", "1+".repeat(900)),
        format!("if 0: pass\n{}else: x = 901", "elif 0: pass\n".repeat(900)),
        format!("x = {}901{}", "(".repeat(90), ")".repeat(90)),
        format!(
            "x = [{}][-1]",
            (0..20_000).map(|n| format!("{},", n % 902)).collect::<String>().trim_end_matches(',').to_owned() + ", 901"
        ),
    ];
    for text in texts {
        let text: &'static str = text.leak();
        each_source(&[("app.py", text)], |vm| check(&fresh("app", vm)?, "x", "901", vm));
    }
}

#[test]
fn loads_at_the_end_of_the_stack_end_in_a_recursion_error() {
    // Each level compiles something while there is ever less stack left.
    let app = "
import exocet
depth = 0
def load():
    global depth
    depth += 1
    m = exocet.loadNamed('leaf', exocet.pep302Mapper)
    load()
def compiled():
    exec('x = ((1 + 2) * 3)', {})
    eval('[a for a in (1, 2)]', {})
    compiled()
def nested():
    exec('nested()', globals())
def lazy():
    class C:
        def __getattr__(self, name): return getattr(C(), name)
    return C().x
def tried(f):
    try: f()
    except RecursionError: return 'RecursionError'
got = [tried(f) for f in (load, compiled, nested, lazy)]
";
    let leaf = "x = {}\ny = [i for i in range(3)]\nclass C:\n    def m(self): return lambda: (((1 + 2)))\n";
    for stack in [2 << 20, 8 << 20] {
        let run = move || {
            each_source(&[("app.py", app), ("leaf.py", leaf)], |vm| {
                check(
                    &fresh("app", vm)?,
                    "got",
                    "['RecursionError', 'RecursionError', 'RecursionError', 'RecursionError']",
                    vm,
                )
            });
        };
        let thread = std::thread::Builder::new().stack_size(stack).spawn(run).expect("a thread");
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn a_chain_of_imports_of_any_length_ends_or_works() {
    on_main_stack(|| {
        let files: Vec<_> = (0..1_500).map(|n| (format!("m{n}.py"), format!("import m{}", n + 1))).collect();
        let memory: exocet::Memory = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        memory.insert("m1500.py", "x = 1");
        let runtime = exocet::Runtime::builder().isolated().source(memory).build().expect("it starts");
        runtime.enter(|vm| {
            let mapping = "class M:\n    def lookup(self, name):\n        import exocet\n        return exocet.loadNamed(name, self)\nm = M()";
            let scope = vm.new_scope_with_builtins();
            vm.run_string(scope.clone(), mapping, "<test>").expect("it runs");
            let own = scope.globals.get_item("m", vm).expect("it is there");
            let own = MapperRef::from_object(&own, vm).expect("it is a mapper");
            for own in [own, raw::pass_through(vm)] {
                if let Err(error) = load(&handle("m0", vm).expect("it is there"), &own, vm) {
                    assert_eq!(error.class().name().to_string(), "RecursionError", "{}", said(&error, vm));
                }
            }
        });
    });
}

/// Code that makes the VM import what is denied, in places where it takes success for granted.
///
/// One kind is left out: code that takes `__import__` out of its builtins or puts something in its place that has no
/// `sys`, and then lets an exception get lost in a `__del__`. The VM asks the builtins of the running frame, with or
/// without a mapper, and panics where it gets no `sys`.
const FATAL: &[&str] = &[
    "class D:\n    def __del__(self): raise ValueError\nD()",
    "class D:\n    def __del__(self): raise ValueError\ndef f(d, *_): pass\nx = __import__\nf(D(), 2, 3, 4, 5)",
    "class D:\n    def __del__(self): raise ValueError\nd = D()\nd.own = d\ndel d\nimport gc\ngc.collect()",
    "class D:\n    def __del__(self):\n        import sys\nD()",
    "class D:\n    def __del__(self): exec('import sys', {})\nD()",
    "class D:\n    def __del__(self): raise SystemExit\nD()",
    "class D:\n    def __del__(self): raise KeyboardInterrupt\nD()",
    "def g():\n    try: yield\n    finally: 1 / 0\nx = g()\nnext(x)\ndel x",
    "async def f(): pass\nf()",
    "async def g():\n    try: yield\n    finally: 1 / 0\nx = g()\ntry: x.__anext__().send(None)\nexcept StopIteration: pass\ndel x",
    "class E(Exception):\n    def __str__(self): raise ValueError\n    __repr__ = __str__\nclass D:\n    def __del__(self): raise E\nD()",
    "class C:\n    def __reduce_ex__(self, n): return object.__reduce_ex__(self, 2)\nC().__reduce_ex__(2)",
    "__builtins__.clear()",
    "raise SystemExit",
    "raise KeyboardInterrupt",
    "raise BaseException",
    "import sys, os, builtins",
    "def f(): f()\nf()",
    "class M(type):\n    def __instancecheck__(self, other): raise ValueError\nclass C(metaclass=M): pass\ntry: 1 / 0\nexcept C: pass",
    "x = []\nx.append(x)\nrepr(x)\nx == x",
    "x = []\nfor _ in range(100_000): x = [x]\ndel x",
    "x = ()\nfor _ in range(100_000): x = (x,)\nx = None",
    "x = None\nfor _ in range(100_000): x = {'x': x}\nx = None",
    "def f(): pass\nfor _ in range(50_000): f = (lambda g: lambda: g)(f)\nf = None",
    "class C: pass\nx = None\nfor _ in range(100_000):\n    c = C()\n    c.x = x\n    x = c\nx = c = None",
    "x = []\nfor _ in range(100_000): x = [x]\ntry: repr(x)\nexcept RecursionError: pass\ntry: x == [x]\nexcept RecursionError: pass",
];

#[test]
fn code_under_a_mapper_that_denies_everything_can_not_take_the_host_down() {
    let files: Vec<_> =
        FATAL.iter().enumerate().map(|(number, code)| (format!("fatal{number}.py"), (*code).to_owned())).collect();
    let files: Vec<_> = files.iter().map(|(name, code)| (name.as_str(), code.as_str())).collect();
    let memory: exocet::Memory = files.into_iter().collect();
    let runtime = exocet::Runtime::builder().isolated().source(memory).build().expect("it starts");
    runtime.enter(|vm| {
        let run = || {
            crate::support::silence(vm)?;
            let gc = raw::pass_through(vm).lookup("gc", vm)?;
            for number in 0..FATAL.len() {
                for otherwise in [Answer::denied("the test"), Answer::NotMine, Answer::object(vm.ctx.none())] {
                    // A module may break its builtins, which are those of its mapper: each has a mapper of its own.
                    let (own, _) = recorder([("gc", Answer::object(gc.clone()))], otherwise, vm);
                    drop(load(&handle(&format!("fatal{number}"), vm)?, &own, vm));
                    gc.get_attr("collect", vm)?.call((), vm)?;
                }
            }
            Ok::<_, PyBaseExceptionRef>(())
        };
        run().unwrap_or_else(|error| panic!("{}", exocet::raw::traceback(&error, vm)));
    });
}

#[cfg(feature = "stdlib")]
#[test]
fn modules_whose_names_have_one_character_stay_apart() {
    // The VM has one string for each such name, and a class is known to be a module's by the identity of that string.
    let text = "import dataclasses, typing\nkind = None\n@dataclasses.dataclass\nclass Point:\n    at: 'kind'\n\
                def hints(): return typing.get_type_hints(Point)['at']";
    each_source(&[("m.py", text)], |vm| {
        let (one, two) = (fresh("m", vm)?, fresh("m", vm)?);
        one.set_attr("kind", vm.ctx.types.int_type.to_owned(), vm)?;
        two.set_attr("kind", vm.ctx.types.str_type.to_owned(), vm)?;
        assert!(one.get_attr("hints", vm)?.call((), vm)?.is(vm.ctx.types.int_type));
        assert!(two.get_attr("hints", vm)?.call((), vm)?.is(vm.ctx.types.str_type));
        Ok(())
    });
}

/// Where there are no threads, the collector runs whenever anything is made; so it did in an interpreter that was just being made.
#[test]
fn what_a_dropped_runtime_left_does_not_disturb_the_start_of_another() {
    // The end of each looks for modules, which an interpreter has once it has started.
    let left = "async def wait(): pass\nclass C:\n    def __del__(self):\n        import sys\n        sys.nope\n\
                ring = [wait(), C()]\nring.append(ring)\ndel ring";
    let runtime = |text: &str| {
        let source = Memory::new("<app>").with("app.py", text);
        Runtime::builder().isolated().source(source).build().expect("it starts")
    };
    for _ in 0..20 {
        runtime(left).load("app", &Imports::pass_through()).expect("it loads");
    }
    let app = runtime("import gc\nassert gc.isenabled()").load("app", &Imports::pass_through());
    assert!(app.is_ok(), "{app:?}");
}
