//! The known routes round a mapper, each with what becomes of it under a mapper alone. `docs/src/trust.md` has the same
//! table. A route that opens or closes fails a test here, on whichever build it does.

use crate::support::{attr, each_source, handle};
use exocet::{
    raw::{self, MapperRef, load},
    vm::{AsObject, VirtualMachine},
};

/// What becomes of a route.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It leads nowhere.
    Closed,
    /// It leads to what the mapper would have denied.
    Open,
}

use Fate::{Closed, Open};

/// A route, as the table describes it.
struct Route {
    /// The first cell of its row in the table. Several routes may share one.
    row: &'static str,
    /// What is let in beside `tool`.
    allowed: &'static [&'static str],
    /// Code of a module, which sets `got` to what it reached.
    code: &'static str,
    /// Under a mapper that hands over what is let in, as it is.
    alone: Fate,
}

const fn route(row: &'static str, allowed: &'static [&'static str], code: &'static str, alone: Fate) -> Route {
    Route { row, allowed, code, alone }
}

/// A build without access to the host has nothing to open.
const FILES: Fate = if cfg!(feature = "host_env") { Open } else { Closed };

const ROUTES: &[Route] = &[
    route(
        "`exec`, `eval`, `compile`, with any globals",
        &[],
        "space = {}\nexec('import denied', space)\ngot = space['denied']",
        Closed,
    ),
    route("`exec`, `eval`, `compile`, with any globals", &[], "got = eval('__import__(\"denied\")', {})", Closed),
    route(
        "`exec`, `eval`, `compile`, with any globals",
        &[],
        "space = {}\nexec(compile('import denied', 'x', 'exec'), space)\ngot = space['denied']",
        Closed,
    ),
    route(
        "`exec`, `eval`, `compile`, with any globals",
        &["builtins"],
        "import builtins\nspace = {'__builtins__': builtins}\nexec('import denied', space)\ngot = space['denied']",
        Closed,
    ),
    route(
        "`types.FunctionType(code, globals)`",
        &[],
        "space = {}\ntype(lambda: 0)(compile('import denied\\ngot = denied', 'x', 'exec'), space)()\ngot = space.get('got')",
        Closed,
    ),
    route(
        "the same with globals that bring the interpreter's builtins",
        &["builtins"],
        "space = {'__builtins__': __import__('builtins')}\ntype(lambda: 0)(compile('import denied\\ngot = denied', 'x', 'exec'), space)()\ngot = space.get('got')",
        Open,
    ),
    route("`print.__self__`, `len.__self__`", &[], "got = len.__self__.__import__('denied')", Closed),
    route(
        "`print.__self__`, `len.__self__`",
        &[],
        "got = getattr(print, '__se' + 'lf__').__import__('denied')",
        Closed,
    ),
    route(
        "`__loader__`, `__spec__.loader` of a module that was let in, or of one's own",
        &[],
        "import tool\ngot = tool.__loader__.get_data(tool.__file__)",
        Open,
    ),
    route(
        "`__loader__`, `__spec__.loader` of a module that was let in, or of one's own",
        &[],
        "import tool\ngot = tool.__spec__.loader.get_source('tool')",
        Open,
    ),
    route(
        "`__loader__`, `__spec__.loader` of a module that was let in, or of one's own",
        &[],
        "got = __loader__.get_data(__file__.rsplit('guest', 1)[0] + 'denied.py')",
        Open,
    ),
    route("`__spec__.loader_state`, the mapper itself", &[], "got = __spec__.loader_state.lookup('denied')", Closed),
    route(
        "a module that is an attribute of an allowed one (`codecs.sys`)",
        &[],
        "import tool\ngot = tool.denied",
        Open,
    ),
    route(
        "a module that is an attribute of an allowed one (`codecs.sys`)",
        &[],
        "import tool\ngot = vars(tool)['denied']",
        Open,
    ),
    route(
        "`__globals__`, `__closure__`, `__defaults__` of functions",
        &[],
        "import tool\ngot = tool.work.__globals__['denied']",
        Open,
    ),
    route(
        "`__globals__`, `__closure__`, `__defaults__` of functions",
        &[],
        "import tool\ngot = tool.Kind.work.__globals__['denied']",
        Open,
    ),
    route(
        "`__globals__`, `__closure__`, `__defaults__` of functions",
        &[],
        "import tool\ngot = tool.Kind.made.__closure__[0].cell_contents.word",
        Open,
    ),
    route(
        "`__globals__`, `__closure__`, `__defaults__` of functions",
        &[],
        "import tool\ngot = tool.Kind.work.__defaults__[0].word",
        Open,
    ),
    route(
        "`__globals__`, `__closure__`, `__defaults__` of functions",
        &[],
        "import tool\ngot = type(lambda: 0).__defaults__.__get__(tool.Kind.work)[0].word",
        Open,
    ),
    route(
        "`__globals__`, `__closure__`, `__defaults__` of functions",
        &[],
        "got = ().__reduce_ex__(2)[0].__globals__",
        Open,
    ),
    route(
        "attribute walks of `str.format`, `getattr`",
        &[],
        "import tool\ngot = '{0.Kind.work.__globals__[denied]}'.format(tool)",
        Open,
    ),
    route(
        "attribute walks of `str.format`, `getattr`",
        &[],
        "import tool\ngot = [*map(getattr, [tool.Kind.work], ['__globals__'])][0]",
        Open,
    ),
    route(
        "frames: of a traceback, below one's own, of a generator or coroutine",
        &[],
        "import tool\ntry:\n    tool.fail()\nexcept ValueError as error:\n    got = error.__traceback__.tb_next.tb_frame.f_globals['denied']",
        Open,
    ),
    route(
        "frames: of a traceback, below one's own, of a generator or coroutine",
        &[],
        "import tool\ntry:\n    tool.fail()\nexcept ValueError as error:\n    got = error.__traceback__.tb_next.tb_frame.f_locals['local']",
        Open,
    ),
    route(
        "frames: of a traceback, below one's own, of a generator or coroutine",
        &[],
        "import tool\nreached = []\ndef callback():\n    try:\n        raise ValueError\n    except ValueError as error:\n        reached.append(error.__traceback__.tb_frame.f_back.f_globals['denied'])\ntool.call(callback)\ngot = reached[0]",
        Open,
    ),
    route(
        "frames: of a traceback, below one's own, of a generator or coroutine",
        &[],
        "import tool\ngot = tool.generate().gi_frame.f_globals['denied']",
        Open,
    ),
    route(
        "`f_builtins` of a frame",
        &[],
        "import tool\nrunning = tool.wait()\ngot = running.cr_frame.f_builtins['__import__']('denied')\nrunning.close()",
        Closed,
    ),
    route(
        "frames: of a traceback, below one's own, of a generator or coroutine",
        &[],
        "import tool\ngot = tool.stream().ag_frame.f_globals['denied']",
        Open,
    ),
    route(
        "`().__class__.__base__.__subclasses__()`",
        &[],
        "got = [kind for kind in ().__class__.__base__.__subclasses__() if kind.__name__ == 'module'][0]",
        Open,
    ),
    route("`().__class__.__base__.__subclasses__()`", &[], "got = [*type.__subclasses__(object)]", Open),
    route("reading `__builtins__`", &[], "got = __builtins__['__import__']('denied')", Closed),
    route(
        "`import builtins`, if it is let in",
        &["builtins"],
        "import builtins\ngot = builtins.__import__('denied')",
        Closed,
    ),
    route(
        "`importlib`, `pkgutil`, handed over as objects",
        &["importlib"],
        "import importlib\ngot = importlib.import_module('denied')",
        Closed,
    ),
    route(
        "`importlib`, `pkgutil`, handed over as objects",
        &["pkgutil"],
        "import pkgutil\ngot = pkgutil.resolve_name('denied:word')",
        Closed,
    ),
    route("`runpy`, handed over as an object", &["runpy"], "import runpy\ngot = runpy.run_module('denied')", Open),
    route(
        "`sys.modules`, `sys.meta_path`, `sys.settrace`, if `sys` is let in",
        &["sys"],
        "import sys\ngot = sys.modules['builtins']",
        Open,
    ),
    route(
        "`sys.modules`, `sys.meta_path`, `sys.settrace`, if `sys` is let in",
        &["sys"],
        "import sys\ngot = sys.meta_path",
        Open,
    ),
    route(
        "`sys.modules`, `sys.meta_path`, `sys.settrace`, if `sys` is let in",
        &["sys"],
        "import sys\ngot = sys.settrace",
        Open,
    ),
    route(
        "`sys.modules`, `sys.meta_path`, `sys.settrace`, if `sys` is let in",
        &["sys"],
        "import sys\ngot = sys._getframe",
        Open,
    ),
    route("`open`", &[], "got = open('Cargo.toml').read()", FILES),
    route("`input`, `breakpoint`", &[], "try:\n    input(1, 2, 3)\nexcept TypeError:\n    got = True", Open),
    route("`input`, `breakpoint`", &[], "got = breakpoint()", Open),
    route(
        "a built-in function that a library calls for it: `UserList(map(getattr, ...))`",
        &[],
        "import tool\ngot = tool.run(map(getattr, [tool.Kind.work], ['__globals__']))[0]['denied']",
        Open,
    ),
    route(
        "`types.FunctionType(code, globals)` with the globals of another module",
        &[],
        "import tool\nspace = tool.Kind.work.__globals__\ntype(lambda: 0)(compile('import denied\\ngot = denied', 'x', 'exec'), space)()\ngot = space['got']",
        Open,
    ),
    route(
        "setting `__code__` of another module's function",
        &[],
        "import tool\ntool.Kind.work.__code__ = (lambda self, held: __import__('denied')).__code__\ngot = tool.Kind().work()",
        Open,
    ),
    route(
        "objects of shared modules that can be changed (`json.encoder.ESCAPE_DCT`)",
        &[],
        "import tool\ntool.table['changed'] = 1\ngot = tool.table['changed']",
        Open,
    ),
    route(
        "`gc.get_objects`, if `gc` is let in",
        &["gc"],
        "import gc\ngot = [it for it in gc.get_objects() if type(it) is dict and it.get('word') == 'denied word'][0]",
        Open,
    ),
    route(
        "`atexit`, if it is let in: code that runs in the end",
        &["atexit"],
        "import atexit\ngot = atexit.register(lambda: None)",
        Open,
    ),
    route(
        "classes of shared modules, which can be changed for all",
        &[],
        "import tool\ntool.Kind.changed = True\ngot = tool.Kind.changed",
        Open,
    ),
    route(
        "`map(__import__, ...)` at a module's top level with just the arguments that the VM passes",
        &[],
        "got = [*map(__import__, ['denied'], [globals()], [locals()], [None], [0])][0]",
        Open,
    ),
    #[cfg(feature = "stdlib")]
    route(
        "`pickle`, if it is let in: imports what a pickle names",
        &["pickle"],
        "import pickle\ngot = pickle.loads(b'cdenied\\nword\\n.')",
        Open,
    ),
    #[cfg(feature = "stdlib")]
    route(
        "a library that looks into objects on request: `inspect.getmembers(f)`",
        &["inspect"],
        "import inspect, tool\ngot = dict(inspect.getmembers(tool.Kind.work))['__globals__']['denied']",
        Open,
    ),
    #[cfg(feature = "stdlib")]
    route(
        "classes that say they are of another module (`__module__`), to `typing`, `dataclasses`, `enum`",
        &["typing"],
        "import tool, typing\nclass Sly:\n    __module__ = 'denied'\n    x: \"type('Seen', (), {'word': word})\"\ngot = typing.get_type_hints(Sly)['x'].word",
        Open,
    ),
    #[cfg(all(feature = "stdlib", feature = "threading"))]
    route(
        "an interpreter inside (`_interpreters`, `concurrent.interpreters`), if it is let in",
        &["_interpreters"],
        "import _interpreters\nid = _interpreters.create()\ngot = _interpreters.run_string(id, 'import colorsys') is None or None\n_interpreters.destroy(id)",
        Open,
    ),
    #[cfg(all(feature = "stdlib", feature = "threading"))]
    route(
        "other threads, if `threading` is let in",
        &["threading"],
        "import threading\nfound = []\ndef run():\n    try:\n        import denied\n        found.append(denied)\n    except ImportError: pass\nthread = threading.Thread(target=run)\nthread.start()\nthread.join()\ngot = found[0] if found else None",
        Closed,
    ),
];

const TOOL: &str = "import denied
def work(): return 1
def fail():
    local = 1
    raise ValueError
def call(f): f()
def generate(): yield
async def wait(): pass
async def stream(): yield
table = {}
def run(items): return list(items)
def make():
    held = denied
    def made(self): return held
    return made
class Kind:
    def work(self, held=denied): return denied
    made = make()
";

/// Loads the code of each route under its mapper, and looks whether it got hold of what it calls `got`.
#[track_caller]
fn check(mapper: impl Fn(&Route, &VirtualMachine) -> MapperRef) {
    let guest = |route: &Route| {
        let body = route.code.replace('\n', "\n    ");
        format!(
            "got = None\ntry:\n    {body}\nexcept (ImportError, AttributeError, KeyError, NameError, OSError) as error:\n    got = None\nreached = got is not None\n"
        )
    };
    let guests: Vec<_> = ROUTES.iter().enumerate().map(|(at, route)| (format!("guest{at}.py"), guest(route))).collect();
    let mut tree: Vec<(&str, &str)> = guests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    tree.extend([("denied.py", "word = 'denied word'"), ("tool.py", TOOL)]);
    each_source(&tree, |vm| {
        let hit = vm.new_function("hook", |_: exocet::vm::function::FuncArgs, _: &VirtualMachine| "hit");
        vm.sys_module.as_object().set_attr("breakpointhook", hit, vm)?;
        let mut others = Vec::new();
        for (at, route) in ROUTES.iter().enumerate() {
            let guest = load(&handle(&format!("guest{at}"), vm)?, &mapper(route, vm), vm)?;
            let fate = if attr(guest.as_ref(), "reached", vm)? == "True" { Open } else { Closed };
            if fate != route.alone {
                others.push((route.code, fate));
            }
        }
        assert!(others.is_empty(), "{others:#?}");
        Ok(())
    });
}

/// Hands over what is named as it is, and nothing else.
fn only(allowed: &[&str], vm: &VirtualMachine) -> MapperRef {
    let names = vm.ctx.new_dict();
    for name in allowed.iter().chain(&["tool"]) {
        let module = raw::pass_through(vm).lookup(name, vm).expect("the interpreter has it");
        names.set_item(*name, module, vm).expect("a dict takes it");
    }
    raw::overrides(names, vm)
}

#[test]
fn each_route_round_a_mapper_alone_is_as_the_table_says() {
    check(|route, vm| only(route.allowed, vm));
}

#[test]
fn the_documentation_has_the_table() {
    let page = include_str!("../../docs/src/trust.md");
    let rows = page.lines().skip_while(|line| *line != "| route | a mapper alone |").skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).collect();
    // Some routes need the library, or threads.
    if cfg!(all(feature = "stdlib", feature = "threading")) {
        for row in &rows {
            assert!(ROUTES.iter().any(|route| row.starts_with(&format!("| {} |", route.row))), "no test of {row}");
        }
    }
    for route in ROUTES {
        let row = rows.iter().find(|line| line.starts_with(&format!("| {} |", route.row)));
        let row = row.unwrap_or_else(|| panic!("no row {}", route.row));
        let says = if route.alone == Open { "open" } else { "closed" };
        // Without access to the host some of what the table calls open is closed.
        if route.row != "`open`" {
            assert!(row.starts_with(&format!("| {} | {says}", route.row)), "{row}");
        }
    }
}

#[test]
fn what_one_module_poisons_another_one_sees() {
    let tree = [
        (
            "poison.py",
            "try:\n    __builtins__['len'] = 'poisoned'\nexcept TypeError: pass\nimport shared\ntry:\n    shared.word = 'poisoned'\nexcept AttributeError: pass",
        ),
        ("victim.py", "import shared\nseen = str(len), shared.word"),
        ("shared.py", "word = 'clean'"),
    ];
    each_source(&tree, |vm| {
        let seen = |mapper: &MapperRef| {
            load(&handle("poison", vm)?, mapper, vm)?;
            attr(load(&handle("victim", vm)?, mapper, vm)?.as_ref(), "seen", vm)
        };
        let alone = raw::pass_through(vm);
        assert_eq!(seen(&alone)?, "('poisoned', 'poisoned')");
        // Builtins are shared under one mapper only; a shared module is everybody's.
        let other = attr(load(&handle("victim", vm)?, &raw::pass_through(vm), vm)?.as_ref(), "seen", vm)?;
        assert_eq!(other, "('<built-in function len>', 'poisoned')");
        Ok(())
    });
}

#[test]
fn machinery_that_is_passed_through_goes_to_the_mapper() {
    let calls = [
        "import importlib\ngot = importlib.import_module('denied')",
        "import importlib\ngot = importlib.__import__('denied')",
        "import importlib.util\ngot = importlib.util.find_spec('denied')",
        "import pkgutil\ngot = pkgutil.resolve_name('denied:word')",
        "import runpy\ngot = runpy.run_module('denied')",
    ];
    for call in calls {
        let guest = call.replace('\n', "\n    ");
        let guest = format!("try:\n    {guest}\nexcept ImportError:\n    got = None\n");
        each_source(&[("guest.py", &guest), ("denied.py", "word = 1")], |vm| {
            let mapper = raw::exclusion(raw::pass_through(vm), ["denied"], vm);
            let guest = load(&handle("guest", vm)?, &mapper, vm)?;
            assert_eq!(attr(guest.as_ref(), "got", vm)?, "None", "{call}");
            let open = load(&handle("guest", vm)?, &raw::pass_through(vm), vm)?;
            assert_ne!(attr(open.as_ref(), "got", vm)?, "None", "{call}");
            Ok(())
        });
    }
}

#[test]
fn a_call_of_import_by_other_means_goes_to_the_mapper() {
    each_source(
        &[
            (
                "guest.py",
                "try:\n    __import__('denied', globals(), locals(), None, 0)\n    got = 1\nexcept ImportError:\n    got = None",
            ),
            ("denied.py", ""),
        ],
        |vm| {
            let guest = load(&handle("guest", vm)?, &raw::empty(vm), vm)?;
            assert_eq!(attr(guest.as_ref(), "got", vm)?, "None");
            Ok(())
        },
    );
}
