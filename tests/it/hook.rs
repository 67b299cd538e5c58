//! What an importer is handed: views of parents, items of packages, errors that say who asked; and what is none of a
//! mapper's business.

use crate::support::{Log, attr, each_source, handle, recorder, said};
use exocet::{
    Answer,
    raw::{self, MapperRef, load},
    vm::{
        AsObject, PyObjectRef, PyResult, VirtualMachine,
        builtins::{PyBaseExceptionRef, PyDictRef},
    },
};

/// A dict of overrides.
fn dict(items: &[(&str, PyObjectRef)], vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let dict = vm.ctx.new_dict();
    for (name, value) in items {
        dict.set_item(*name, value.clone(), vm)?;
    }
    Ok(dict)
}

/// A string as an override: any object may be one.
fn text(text: &str, vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_str(text).into()
}

/// Loads `name` under a pass-through with overrides.
fn load_with(name: &str, overrides: &[(&str, PyObjectRef)], vm: &VirtualMachine) -> PyResult {
    load(&handle(name, vm)?, &raw::pass_through(vm).with_overrides(dict(overrides, vm)?, vm), vm)
}

#[track_caller]
fn check(module: &PyObjectRef, name: &str, expected: &str, vm: &VirtualMachine) -> PyResult<()> {
    assert_eq!(attr(module.as_object(), name, vm)?, expected);
    Ok(())
}

/// A package that is shared, and whose submodule `pk.sub.leaf` is overridden for some.
const SHARED: &[(&str, &str)] = &[
    ("pk/__init__.py", "value = 'pk'"),
    ("pk/sub/__init__.py", "value = 'pk.sub'"),
    ("pk/sub/leaf.py", "value = 'real leaf'"),
    ("pk/other.py", "value = 'other'"),
];

/// The tree of the shared package, with a module `app` of the given code.
fn shared(app: &'static str) -> Vec<(&'static str, &'static str)> {
    SHARED.iter().copied().chain([("app.py", app)]).collect()
}

#[test]
fn an_override_below_a_shared_package_is_seen_by_every_form_and_written_nowhere() {
    let app = "
import pk.sub.leaf
one = pk.sub.leaf
import pk.sub.leaf as two
from pk.sub import leaf as three
from pk import sub
four = sub.leaf
import pk
five = pk.sub.leaf
six = __import__('pk.sub.leaf').sub.leaf
seven = __import__('pk.sub', fromlist=['leaf']).leaf
from pk.sub import *
import pk.sub as s
eight = s.leaf
got = {one, two, three, four, five, six, seven, eight}
values = pk.value, pk.sub.value, value
later = lambda: pk.sub.leaf
";
    for before in [true, false] {
        each_source(&shared(app), |vm| {
            let pass = raw::pass_through(vm);
            if before {
                pass.lookup("pk.sub.leaf", vm)?;
            }
            let module = load_with("app", &[("pk.sub.leaf", text("fake", vm))], vm)?;
            check(&module, "got", "{'fake'}", vm)?;
            check(&module, "values", "('pk', 'pk.sub', 'pk.sub')", vm)?;
            assert_eq!(module.get_attr("later", vm)?.call((), vm)?.str(vm)?.to_string(), "fake");
            let sub = pass.lookup("pk.sub", vm)?;
            if before {
                assert!(sub.get_attr("leaf", vm)?.is(&pass.lookup("pk.sub.leaf", vm)?));
            } else {
                assert!(vm.get_attribute_opt(&sub, "leaf")?.is_none());
                let modules = vm.sys_module.get_attr("modules", vm)?;
                assert!(modules.get_item("pk.sub.leaf", vm).is_err());
            }
            Ok(())
        });
    }
}

#[test]
fn where_nothing_below_is_overridden_the_importer_gets_the_very_object() {
    let app = "
import pk.sub.leaf, pk.other as other
from pk import other as again
import pk as top
sub = pk.sub
leaf = pk.sub.leaf
";
    each_source(&shared(app), |vm| {
        let pass = raw::pass_through(vm);
        let module = load_with("app", &[("elsewhere.leaf", text("fake", vm)), ("pkother", text("fake", vm))], vm)?;
        for (name, full) in [
            ("pk", "pk"),
            ("top", "pk"),
            ("sub", "pk.sub"),
            ("leaf", "pk.sub.leaf"),
            ("other", "pk.other"),
            ("again", "pk.other"),
        ] {
            assert!(module.get_attr(name, vm)?.is(&pass.lookup(full, vm)?), "{name}");
        }
        // Beside an override only the parents are views.
        let module = load_with("app", &[("pk.sub.leaf", text("fake", vm))], vm)?;
        assert!(module.get_attr("other", vm)?.is(&pass.lookup("pk.other", vm)?));
        assert!(!module.get_attr("pk", vm)?.is(&pass.lookup("pk", vm)?));
        Ok(())
    });
}

#[test]
fn a_view_lasts_and_keeps_what_is_set_on_it() {
    let app = "
import pk.sub
pk.sub.mark = 1
pk.mark = 2
import pk.sub as again
from pk import sub
import pk.sub.leaf
def f():
    import pk
    return pk
got = pk.sub is again is sub, f() is pk, pk.sub.mark, pk.mark, pk.sub.leaf, f().sub.leaf
";
    each_source(&shared(app), |vm| {
        let module = load_with("app", &[("pk.sub.leaf", text("fake", vm))], vm)?;
        check(&module, "got", "(True, True, 1, 2, 'fake', 'fake')", vm)?;
        let pk = raw::pass_through(vm).lookup("pk", vm)?;
        assert!(vm.get_attribute_opt(&pk, "mark")?.is_none());
        let sub = pk.get_attr("sub", vm)?;
        assert!(vm.get_attribute_opt(&sub, "mark")?.is_none());
        // Another mapper's modules have views of their own.
        let other = load_with("app", &[("pk.sub.leaf", text("other", vm))], vm)?;
        check(&other, "got", "(True, True, 1, 2, 'other', 'other')", vm)?;
        check(&module, "got", "(True, True, 1, 2, 'fake', 'fake')", vm)
    });
}

#[test]
fn an_override_wins_over_what_a_package_has_as_an_attribute_already() {
    let app = "
from pk import sub, value, other
from pk.sub import leaf
import pk.sub as s
import pk
got = str(sub), value, other.value, leaf, str(s), str(pk.sub), pk.value
";
    each_source(&shared(app), |vm| {
        let pass = raw::pass_through(vm);
        pass.lookup("pk.sub.leaf", vm)?;
        let overrides = [
            ("pk.sub", text("fake sub", vm)),
            ("pk.value", text("fake value", vm)),
            ("pk.sub.leaf", text("fake leaf", vm)),
        ];
        let module = load_with("app", &overrides, vm)?;
        check(
            &module,
            "got",
            "(\"<view of 'fake sub'>\", 'fake value', 'other', 'fake leaf', \"<view of 'fake sub'>\", \"<view of 'fake sub'>\", 'fake value')",
            vm,
        )?;
        let pk = pass.lookup("pk", vm)?;
        assert_eq!(attr(&pk, "value", vm)?, "'pk'");
        Ok(())
    });
}

#[test]
fn an_absent_item_never_comes_from_the_interpreters_own_modules() {
    // The VM itself looks into `sys.modules` for what a module lacks.
    let app = "
tried = []
try:
    from fake import leaf
    tried.append(leaf)
except ImportError as error:
    tried.append(str(error))
try:
    from pk.sub import leaf
    tried.append(leaf)
except ImportError as error:
    tried.append(type(error).__name__)
try:
    from fake import *
except AttributeError as error:
    tried.append(str(error))
";
    each_source(&shared(app), |vm| {
        let pass = raw::pass_through(vm);
        let leaf = pass.lookup("pk.sub.leaf", vm)?;
        let modules = vm.sys_module.get_attr("modules", vm)?;
        modules.set_item("fake.leaf", leaf, vm)?;
        let fake = vm.new_module("fake", vm.ctx.new_dict(), None);
        fake.as_object().set_attr("__all__", vm.ctx.new_list(vec![text("leaf", vm)]), vm)?;
        let sub = vm.new_module("pk.sub", vm.ctx.new_dict(), None);
        let module = load_with("app", &[("fake", fake.into()), ("pk.sub", sub.into())], vm)?;
        let expected = r#"["cannot import name 'leaf' from 'fake' (unknown location)", 'ImportError', "module 'fake' has no attribute 'leaf'"]"#;
        check(&module, "tried", expected, vm)?;
        modules.del_item("fake.leaf", vm)
    });
}

#[test]
fn inside_a_package_context_an_item_that_is_still_loading_is_found() {
    let tree = [
        ("pk/__init__.py", "from . import a\nfrom .b import seen"),
        ("pk/a.py", "from . import b"),
        (
            "pk/b.py",
            "from . import a, b\nfrom pk import a as again\nimport pk.a as third\nseen = a is again is third, b.__name__",
        ),
    ];
    each_source(&tree, |vm| {
        let package = load(&handle("pk", vm)?, &raw::empty(vm), vm)?;
        assert_eq!(attr(&package, "seen", vm)?, "(True, 'pk.b')");
        Ok(())
    });
}

#[test]
fn from_a_partly_made_module_says_so() {
    let tree = [("pk/__init__.py", ""), ("pk/a.py", "from . import b\nx = 1"), ("pk/b.py", "from .a import x")];
    each_source(&tree, |vm| {
        let package = load(&handle("pk", vm)?, &raw::empty(vm), vm)?;
        let import = package.get_attr("__builtins__", vm)?.get_item("__import__", vm)?;
        let error = import.call(("pk.a",), vm).expect_err("`x` isn't there yet");
        let said = said(&error, vm);
        assert!(
            said.starts_with(
                "ImportError: cannot import name 'x' from partially initialized module 'pk.a' (most likely due to a circular import) ("
            ),
            "{said}"
        );
        assert!(vm.get_attribute_opt(&package, "a")?.is_none() && vm.get_attribute_opt(&package, "b")?.is_none());
        Ok(())
    });
}

#[test]
fn who_asked_for_an_absent_name_stands_in_the_message() {
    let tree = [
        ("app.py", "\nimport middle"),
        ("middle.py", "\n\ndef f():\n    import deep\nf()"),
        ("deep.py", "try:\n    import absent.below\nexcept ImportError as error:\n    raise"),
    ];
    each_source(&tree, |vm| {
        let fresh = |name: &'static str| Ok::<_, PyBaseExceptionRef>((name, Answer::load(handle(name, vm)?)));
        for (answer, why) in [(Answer::NotMine, ""), (Answer::denied("the \u{e9}lite"), ": denied by the \u{e9}lite")] {
            let (recorder, _) = recorder([fresh("middle")?, fresh("deep")?], answer, vm);
            let error = load(&handle("app", vm)?, &recorder, vm).expect_err("it is absent");
            let name = handle("app", vm)?.origin().unwrap_or_default();
            let label = name.trim_end_matches("app.py");
            assert_eq!(
                said(&error, vm),
                format!(
                    "ModuleNotFoundError: No module named 'absent.below'{why} \
                     (asked by deep, {label}deep.py:2; asked by middle, {label}middle.py:4; asked by app, {label}app.py:2)"
                )
            );
            assert_eq!(attr(error.as_object(), "name", vm)?, "'absent.below'");
        }
        Ok(())
    });
}

#[test]
fn a_shared_module_that_is_absent_is_an_absence_and_its_own_failures_are_not() {
    let tree = [
        (
            "app.py",
            "try:\n    import absent\nexcept ModuleNotFoundError as error:\n    one = error.name, 'asked by app' in str(error)\ntry:\n    import breaks\nexcept ModuleNotFoundError as error:\n    two = error.name\ntry:\n    import raises\nexcept ZeroDivisionError as error:\n    three = error.__traceback__.tb_next.tb_frame.f_globals['__name__']",
        ),
        ("breaks.py", "import something_else"),
        ("raises.py", "1 / 0"),
    ];
    each_source(&tree, |vm| {
        let fallback = vm.new_module("breaks", vm.ctx.new_dict(), None);
        // What is missing inside of a shared module must not make the next mapper of a chain answer.
        let own =
            raw::chain([raw::pass_through(vm), raw::overrides(dict(&[("breaks", fallback.into())], vm)?, vm)], vm);
        let module = load(&handle("app", vm)?, &own, vm)?;
        check(&module, "one", "('absent', True)", vm)?;
        check(&module, "two", "'something_else'", vm)?;
        check(&module, "three", "'raises'", vm)
    });
}

#[test]
fn denial_goes_by_prefix_and_an_override_above_it_allows_again() {
    let app = "
def tried(name):
    try: return type(__import__(name)).__name__
    except ModuleNotFoundError as error: return str(error).split(' (')[0]
got = [tried(name) for name in ('pk', 'pk.sub', 'pk.sub.leaf', 'pk.other')]
try:
    from pk import sub
except ImportError as error: item = type(error).__name__, error.name
try:
    from pk import *
except ImportError as error: item = type(error).__name__, error.name
from pk.sub import leaf
";
    each_source(&shared(app), |vm| {
        let pass = raw::pass_through(vm);
        pass.lookup("pk.sub.leaf", vm)?;
        let own = raw::exclusion(pass.clone(), ["pk.sub"], vm);
        let own = own.with_overrides(dict(&[("pk.sub.leaf", text("allowed", vm))], vm)?, vm);
        let module = load(&handle("app", vm)?, &own, vm)?;
        let denied = "\"No module named 'pk.sub': denied by the exclusion of 'pk.sub'\"";
        check(&module, "got", &format!("['ModuleView', {denied}, 'ModuleView', 'ModuleView']"), vm)?;
        check(&module, "item", "('ModuleNotFoundError', 'pk.sub')", vm)?;
        check(&module, "leaf", "'allowed'", vm)
    });
}

#[test]
fn a_denied_submodule_is_not_reached_through_its_parent() {
    // The parent is the shared one and has the submodule as an attribute; that is documented as a route round a mapper
    // that only denies. `from` is an import, though, and goes to the mapper.
    let app = "
import pk
try:
    from pk import sub
except ImportError as error: got = type(error).__name__, error.name
attribute = hasattr(pk, 'sub')
";
    each_source(&shared(app), |vm| {
        let pass = raw::pass_through(vm);
        pass.lookup("pk.sub.leaf", vm)?;
        let module = load(&handle("app", vm)?, &raw::exclusion(pass, ["pk.sub"], vm), vm)?;
        check(&module, "got", "('ModuleNotFoundError', 'pk.sub')", vm)?;
        check(&module, "attribute", "True", vm)
    });
}

#[test]
fn fallback_cascades_work_under_an_empty_mapper() {
    let app = "
try:
    import simplejson as json
except ImportError:
    try:
        from json import loads
    except ModuleNotFoundError:
        json = None
";
    each_source(&[("app.py", app)], |vm| check(&load(&handle("app", vm)?, &raw::empty(vm), vm)?, "json", "None", vm));
}

#[test]
fn fresh_parents_hold_their_fresh_children() {
    let app = "
import pk.sub.leaf
from pk.sub import leaf
import pk.sub.leaf as third
names = pk.__name__, pk.sub.__name__, pk.sub.leaf.__name__, leaf.__name__, third.__name__
";
    each_source(&shared(app), |vm| {
        let fresh = |name: &'static str| Ok::<_, PyBaseExceptionRef>((name, Answer::load(handle(name, vm)?)));
        let (recorder, _) = recorder([fresh("pk")?, fresh("pk.sub")?, fresh("pk.sub.leaf")?], Answer::NotMine, vm);
        let module = load(&handle("app", vm)?, &recorder, vm)?;
        check(&module, "names", "('pk', 'pk.sub', 'pk.sub.leaf', 'pk.sub.leaf', 'pk.sub.leaf')", vm)?;
        let modules = vm.sys_module.get_attr("modules", vm)?;
        assert!(modules.get_item("pk", vm).is_err());
        Ok(())
    });
}

#[test]
fn an_item_is_taken_from_its_module_as_often_as_python_takes_it() {
    let app = "
class Counter:
    count = 0
    @property
    def item(self):
        Counter.count += 1
        return Counter.count
";
    each_source(&[("app.py", app), ("user.py", "from counter import item")], |vm| {
        let app = load(&handle("app", vm)?, &raw::empty(vm), vm)?;
        let counter = app.get_attr("Counter", vm)?.call((), vm)?;
        let user = load_with("user", &[("counter", counter)], vm)?;
        check(&user, "item", "1", vm)
    });
}

#[test]
fn renames_that_go_in_circles_are_an_error() {
    each_source(&[("app.py", "import a")], |vm| {
        let known = [("a", Answer::rename("b")), ("b", Answer::rename("a"))];
        let (recorder, _) = recorder(known, Answer::NotMine, vm);
        let error = load(&handle("app", vm)?, &recorder, vm).expect_err("it goes in circles");
        assert_eq!(said(&error, vm), "ImportError: the renames of 'a' go in circles");
        Ok(())
    });
}

#[test]
fn an_error_of_a_mapper_reaches_the_importer_and_harms_nothing() {
    let app = "
try:
    import odd
except KeyError as error:
    got = error.args
import fine
";
    let mapper = "
class M:
    def lookup(self, name):
        if name == 'odd': raise KeyError('from the mapper')
        return name
m = M()
";
    each_source(&[("app.py", app), ("mapping.py", mapper)], |vm| {
        let mapping = load(&handle("mapping", vm)?, &raw::empty(vm), vm)?;
        let own = mapping.get_attr("m", vm)?;
        let own = MapperRef::from_object(&own, vm)?;
        let module = load(&handle("app", vm)?, &own, vm)?;
        check(&module, "got", "('from the mapper',)", vm)?;
        check(&module, "fine", "'fine'", vm)
    });
}

/// Code that makes the VM import something for itself, as the code of a function body that leaves a string in `got`.
const INTERNAL: &[&str] = &[
    "class C: pass\ngot = str(C().__reduce_ex__(2)[0].__name__)",
    "class C: pass\ngot = str(C().__reduce_ex__(0)[0].__name__)",
    "class C: __slots__ = 'x'\ntry: C().__reduce_ex__(0)\nexcept TypeError as error: got = str(error)",
    "got = str((1).__reduce_ex__(4))",
    "try: list[int]()()\nexcept TypeError as error: got = str(error)",
    "try: '{'.format()\nexcept ValueError as error: got = str(error)",
    "try: '{0.x}'.format(1)\nexcept AttributeError as error: got = str(error)",
    "try: raise KeyboardInterrupt\nexcept KeyboardInterrupt: got = 'interrupted'",
    "got = str(eval(\"'\\\\d'\"))",
    "exec('assert (1, 2)')\ngot = str(eval('1 is 1')) + str(~True)",
    "async def f(): pass\nf()\ngot = 'never awaited'",
    "class D:\n    def __del__(self): raise ValueError('in __del__')\nD()\ngot = 'unraisable'",
    "class D:\n    def __del__(self, *_): raise ValueError('in __del__')\n    def __init__(self, *_): pass\nD(1, 2, 3, 4, 5)\nunused = lambda: __import__\ngot = 'unraisable'",
    "import_ = __import__\nclass D:\n    def __del__(self): raise ValueError('in __del__')\nD()\ngot = 'unraisable beside __import__'",
    "def g():\n    try: yield\n    finally: raise ValueError('in finally')\ni = g()\nnext(i)\ndel i\ngot = 'unraisable'",
    "def g():\n    try: yield\n    except GeneratorExit: yield\ni = g()\nnext(i)\ndel i\ngot = 'ignored exit'",
    "got = repr('x'.encode('latin-1')) + b'\\xff'.decode('utf-8', 'replace')",
    "try: 'x'.encode('no such codec')\nexcept LookupError as error: got = str(error)",
    "got = repr('\u{e9}'.encode('ascii', 'namereplace'))",
    "try: __import__\nexcept NameError: pass\ngot = str(compile('1', 'f', 'eval').co_consts)",
    "try: int('x' * 10)\nexcept ValueError as error: got = str(error)",
    "got = repr(print) + repr(type(print)) + repr(help) if 'help' in dir(__builtins__) else 'no help'",
    "import_ = [__import__]\ngot = repr(import_)[:20]",
];

/// The same, of what needs the standard library; `tools` is a module that has it all.
#[cfg(feature = "stdlib")]
const INTERNAL_LIBRARY: &[&str] = &[
    "got = repr(list[int] | None) + repr(int | str) + repr(tuple[int, ...])",
    "type X[T] = list[T] | None\ngot = repr(X) + repr(X.__value__) + repr(X[int])",
    "class G[T]: pass\ngot = repr(G.__parameters__) + repr(G[int])",
    "class G[T = int]: pass\ngot = repr(G.__type_params__[0].__default__)",
    "def f(x: 'a' | 1): pass\ntry: f.__annotations__\nexcept TypeError as error: got = 'refused'",
    "x = 1\ngot = repr(type(t'a{x}' + t'b'))",
    "def f[T: int, *U, **P](x: T) -> list[T]: pass\ngot = repr(f.__type_params__) + repr(list[f.__type_params__[0]][int])",
    "class C: x = 1\ngot = str(tools.copy.copy(C()).x) + str(tools.copy.deepcopy([C()])[0].x)",
    "got = repr(tools.pickle.loads(tools.pickle.dumps({1: (2, 3j), 'x': range(3)})))",
    "got = repr(tools._pickle.loads(tools._pickle.dumps({1: (2, 3j), 'x': range(3), 'f': len}, 0)))",
    "got = repr(tools._pickle.loads(tools._pickle.dumps(tools.collections.OrderedDict(a=1), 2)))",
    "tools.warnings.warn('x')\ntools.warnings.warn('y', DeprecationWarning)\ngot = 'warned'",
    "with tools.warnings.catch_warnings(record=True) as seen:\n    tools.warnings.simplefilter('always')\n    tools.warnings.warn('x')\ngot = str(seen[0].message)",
    "tools.warnings.warn_explicit('x', UserWarning, 'file', 1, 'module')\ngot = 'warned'",
    "tools.warnings.warn(*('x', UserWarning, 1, None))\ngot = 'warned'",
    "def run(): 1 / 0\nt = tools.threading.Thread(target=run)\nt.start()\nt.join()\ngot = 'thread raised'",
    "lock = tools._thread.allocate_lock()\nlock.acquire()\nclass E(Exception):\n    def __del__(self): lock.release()\ndef run(): raise E\ntools._thread.start_new_thread(run, ())\ngot = str(lock.acquire(True, 60))",
    "f = open(tools.os.devnull, encoding='locale')\ngot = f.encoding\nf.close()",
    "f = open(tools.os.devnull)\ngot = f.encoding\nf.close()",
    "got = repr(tools.io.TextIOWrapper(tools.io.BytesIO(b'x')).read())",
    "got = repr(tools.time.strptime('2020-01-02', '%Y-%m-%d')[:3])",
    "try: tools.time.strptime('x', '%Y')\nexcept ValueError as error: got = str(error)",
    "got = repr(tools.datetime.datetime.strptime('2020-01-02', '%Y-%m-%d'))",
    "got = tools.datetime.date(2020, 1, 2).strftime('%Y %j') + repr(tools.datetime.date(2020, 1, 2).timetuple()[:3])",
    "got = repr(type(tools.datetime.datetime.now())) + repr(type(tools.datetime.date.today()))",
    "class D(tools.datetime.date): pass\ngot = repr(type(D.today()).__name__)",
    "got = repr(tools.datetime.datetime.fromtimestamp(0, tools.datetime.timezone.utc)) + str(tools.datetime.datetime(2020, 1, 2).timestamp() > 0)",
    "got = repr(tools.typing.List[int]) + repr(tools.typing.Optional['x']) + repr(tools.typing.TypeVar('T') | int)",
    "class P(tools.typing.Protocol):\n    def f(self): pass\ngot = str(isinstance(1, tools.typing.runtime_checkable(P)))",
    "class N(tools.typing.NamedTuple):\n    x: int = 1\ngot = repr(N())",
    "got = repr(tools.typing.get_type_hints(tools.typing.TypedDict('T', {'x': 'int'})))",
    "try: tools.re.compile('(')\nexcept tools.re.error as error: got = str(error)",
    "got = repr(tools.re.compile('a', tools.re.I)) + repr(tools.re.sub('a', r'\\g<0>b', 'a')) + repr(tools.copy.copy(tools.re.compile('a')))",
    "got = repr(tools.array.array('i', [1]).__reduce_ex__(3)[0].__name__) + repr(tools.array.array('i', [1]))",
    "try: tools.json.loads('{')\nexcept ValueError as error: got = str(error)",
    "got = tools.json.dumps({'x': [1.5, None]})",
    "async def c(): await tools.asyncio.sleep(0); return 'ran'\ngot = tools.asyncio.run(c())",
    "async def c(): 1 / 0\nasync def m():\n    t = tools.asyncio.ensure_future(c())\n    await tools.asyncio.sleep(0)\n    await tools.asyncio.sleep(0)\n    return repr(t)[:14]\ngot = tools.asyncio.run(m())",
    "async def c():\n    async with tools.asyncio.timeout(10): return 'in time'\ngot = tools.asyncio.run(c())",
    "got = repr(tools.operator.methodcaller('x', 1, y=2).__reduce__()[0])[:9]",
    "got = repr(tools.operator.methodcaller('x', y=2).__reduce__()[0].func.__name__)",
    "e = tools.ElementTree.fromstring('<a><b c=\"d\"/></a>')\ngot = e.find('b').get('c') + str(len(e.findall('.//b'))) + tools.copy.deepcopy(e).tag",
    "got = 'parsed'\ntry: tools.ElementTree.fromstring('<a></b>')\nexcept SyntaxError as error: got = 'no xml'",
    "got = 'x'.encode('punycode').decode() + 'x'.encode('idna').decode() + b'x'.decode('utf-7') + 'x'.encode('cp1252').decode('cp1252')",
    "got = tools.hashlib.sha256(b'x').hexdigest()[:4] + tools.hashlib.md5(b'x').hexdigest()[:4]",
    "try: 1 / 0\nexcept ZeroDivisionError: got = tools.traceback.format_exc().splitlines()[-1]",
    "class C: pass\nc = C()\nr = tools.weakref.ref(c, lambda r: 1 / 0)\ndel c\ngot = 'callback raised'",
    "got = repr(tools.contextvars.copy_context().run(lambda: 1))",
    "got = str(tools.gc.collect() >= 0)",
    "got = repr(tools.ast.dump(tools.copy.replace(tools.ast.parse('x').body[0], lineno=2)))[:5]",
    "got = repr(tools.types.GenericAlias(list, int).__reduce__()[1])",
    "got = tools.string.Template('$x').substitute(x=1) + tools.string.Formatter().format('{0}', 2)",
    "got = repr(tools.decimal.Decimal('1.50')) + repr(tools.fractions.Fraction(1, 2))",
    "E = tools.enum.Enum('E', 'A B')\ngot = repr(list(E)[0].name)",
    "got = tools.io.open_code(tools.os.devnull).read().decode() + 'read'",
    "h = tools.sys.unraisablehook\ngot = str(callable(h))",
    "got = repr(tools.zoneinfo.ZoneInfo.from_file(tools.io.BytesIO(b'')) if False else 'zones')",
    "got = repr(tools.struct.unpack('<H', b'ab')) + repr(tools.random.Random(1).random() < 1)",
    "log = tools.logging.getLogger('t')\nlog.addHandler(tools.logging.NullHandler())\nlog.propagate = False\nlog.warning('x')\ngot = 'logged'",
    "got = repr(tools.inspect.signature(len)) + repr(tools.inspect.signature(lambda x: x))",
    "got = str(tools.unittest.mock.Mock(return_value=1)())",
];
#[cfg(not(feature = "stdlib"))]
const INTERNAL_LIBRARY: &[&str] = &[];

const TOOLS: &str = "
import _pickle, _thread, array, ast, asyncio, collections, contextvars, copy, datetime, decimal, enum, fractions, gc, \
hashlib, inspect, io, json, logging, operator, os, pickle, random, re, string, struct, sys, threading, time, traceback, \
types, typing, unittest.mock, warnings, weakref, zoneinfo
from xml.etree import ElementTree
";

/// What the code leaves in `got` under a mapper, at the top level of a module and in a function.
fn internal(number: usize, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<[String; 2]> {
    let top = load(&handle(&format!("top{number}"), vm)?, mapper, vm)?;
    let inner = load(&handle(&format!("inner{number}"), vm)?, mapper, vm)?;
    let later = inner.get_attr("later", vm)?.call((), vm)?;
    Ok([attr(top.as_object(), "got", vm)?, later.repr(vm)?.to_string()])
}

#[test]
fn imports_of_the_vm_itself_are_neither_seen_nor_broken() {
    let code: Vec<_> = INTERNAL.iter().chain(INTERNAL_LIBRARY).collect();
    let mut files = vec![("tools.py".to_owned(), TOOLS.to_owned())];
    for (number, code) in code.iter().enumerate() {
        let import = if code.contains("tools.") { "import tools\n" } else { "" };
        files.push((format!("top{number}.py"), format!("{import}{code}")));
        let body = code.replace('\n', "\n    ");
        files.push((format!("inner{number}.py"), format!("{import}def later():\n    {body}\n    return got")));
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    each_source(&files, |vm| {
        crate::support::silence(vm)?;
        let pass = raw::pass_through(vm);
        let tools = if cfg!(feature = "stdlib") { pass.lookup("tools", vm)? } else { vm.ctx.none() };
        let tools = [("tools", Answer::object(tools))];
        let (nothing, unseen) = recorder(tools.clone(), Answer::NotMine, vm);
        let (denying, denied) = recorder(tools, Answer::denied("the test"), vm);
        for (number, code) in code.iter().enumerate() {
            // The denying ones go first: nothing that they need may have been imported by the others.
            let results = [&denying, &nothing, &pass].map(|mapper| {
                internal(number, mapper, vm)
                    .unwrap_or_else(|error| panic!("{code}\n{}", exocet::raw::traceback(&error, vm)))
            });
            assert_eq!(results[0], results[2], "{code}");
            assert_eq!(results[1], results[2], "{code}");
            for log in [&unseen, &denied] {
                assert!(log.names().iter().all(|name| name == "tools"), "{code}");
            }
        }
        Ok(())
    });
}

#[test]
fn what_a_mapper_imports_for_itself_is_not_the_modules_import() {
    // While a mapper answers, its own code runs; its imports are those of its own module.
    let mapping = "
class M:
    def lookup(self, name):
        import copyreg, sys
        return name, copyreg.__name__, sys.__name__
m = M()
";
    each_source(&[("app.py", "import sys, thing"), ("mapping.py", mapping)], |vm| {
        let mapping = load(&handle("mapping", vm)?, &raw::pass_through(vm), vm)?;
        let own = mapping.get_attr("m", vm)?;
        let own = MapperRef::from_object(&own, vm)?;
        let (recorder, log): (_, Log) = recorder([], Answer::NotMine, vm);
        let module = load(&handle("app", vm)?, &raw::chain([recorder, own], vm), vm)?;
        check(&module, "thing", "('thing', 'copyreg', 'sys')", vm)?;
        check(&module, "sys", "('sys', 'copyreg', 'sys')", vm)?;
        assert_eq!(log.names(), ["sys", "thing"]);
        Ok(())
    });
}
