//! The known routes round a mapper. `docs/src/trust.md` has the same table.

/// What becomes of a route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It leads nowhere.
    Closed,
    /// It leads to what the mapper would have denied.
    Open,
}

pub use Fate::{Closed, Open};

/// A route, as the table describes it.
pub struct Route {
    /// The first cell of its row in the table. Several routes may share one.
    pub row: &'static str,
    /// What is let in beside `tool`.
    pub allowed: &'static [&'static str],
    /// Code of a module, which sets `got` to what it reached.
    pub code: &'static str,
    /// Under a mapper that hands over what is let in, as it is.
    pub alone: Fate,
}

impl Route {
    /// A module that takes the route: `reached` says whether it got somewhere.
    pub fn module(&self) -> String {
        let body = self.code.replace('\n', "\n    ");
        format!(
            "got = None\ntry:\n    {body}\nexcept (ImportError, AttributeError, KeyError, NameError, OSError) as error:\n    got = None\nreached = got is not None\n"
        )
    }
}

const fn route(row: &'static str, allowed: &'static [&'static str], code: &'static str, alone: Fate) -> Route {
    Route { row, allowed, code, alone }
}

/// A build without access to the host has nothing to open.
const FILES: Fate = if cfg!(feature = "host_env") { Open } else { Closed };

pub const ROUTES: &[Route] = &[
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

pub const TOOL: &str = "import denied
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
