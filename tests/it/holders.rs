//! Who holds what of a module that was replaced, as it is reported.

use crate::support::alone;
#[cfg(feature = "threading")]
use crate::support::gate;
use exocet::{Held, Imports, Memory, Object, Realm, Runtime};

const TOOL: &str = "
import user
class Tool:
    def run(self): return self
def make(): return Tool()
def stepped():
    tool = Tool()
    yield tool
def called(function): return function()
async def waited(): pass
def outer():
    def inner(): return Tool
    return inner
";

/// A realm of a module `tool` and of a module `user` with this text, both loaded.
fn realm(user: &str) -> (Runtime, Realm) {
    realm_under(user, &Imports::pass_through())
}

fn realm_under(user: &str, imports: &Imports) -> (Runtime, Realm) {
    let tree = Memory::new("<holders>").with("tool.py", TOOL).with("user.py", user);
    let runtime = Runtime::builder().isolated().source(tree).build().expect("it starts");
    let realm = runtime.realm(["tool", "user"], imports);
    let realm = realm.unwrap_or_else(|error| panic!("{error}"));
    for name in ["user", "tool"] {
        realm.import(name).unwrap_or_else(|error| panic!("{error}"));
    }
    (runtime, realm)
}

/// Whether the replacement of `tool` reports exactly these holders, in any order, when a module has this text.
#[track_caller]
fn check(user: &str, expected: &[&str]) {
    let (_runtime, realm) = realm(user);
    let held = realm.replace("tool").unwrap_or_else(|error| panic!("{error}")).held;
    assert_eq!(lines(&held), expected.iter().map(ToString::to_string).collect::<Vec<_>>());
}

fn lines(held: &Held) -> Vec<String> {
    let mut lines: Vec<String> = held.to_string().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn nobody_is_reported_where_nobody_holds_anything() {
    check("", &[]);
    check("import tool\ndel tool", &[]);
    check("import tool\ndef late():\n    import tool\n    return tool.make()\nlate()\ndel tool", &[]);
    check("import tool, _weakref\nref = _weakref.ref(tool.Tool)\ndel tool", &[]);
    check("import tool\nname = tool.__name__\nnumber = 5\ndel tool", &[]);
}

#[test]
fn names_of_modules_are_reported() {
    check("import tool", &["module `user`, `tool`: module `tool`"]);
    check("from tool import make as build", &["module `user`, `build`: function `make`"]);
    check("from tool import Tool", &["module `user`, `Tool`: class `Tool`"]);
    check("import tool\nnames = vars(tool)\ndel tool", &["module `user`, `names`: the names of module `tool`"]);
}

#[test]
fn containers_are_reported_by_what_leads_into_them() {
    let with = |rest: &str| format!("from tool import make, Tool\n{rest}\ndel make, Tool");
    let shown = |path: &str| format!("module `user`, `{path}`: function `make`");
    for (text, path) in [
        ("handlers = {'save': make}", "handlers[\"save\"]"),
        ("handlers = {1: [None, (make,)]}", "handlers[1][1][0]"),
        ("handlers = {make: 1}", "handlers.<key>"),
        ("handlers = {None: {True: make}}", "handlers[None][True]"),
        ("handlers = {make}", "handlers{..}"),
        ("handlers = frozenset([make])", "handlers{..}"),
        ("class D(dict): pass\nhandlers = D(save=make)", "handlers[\"save\"]"),
        ("class L(list): pass\nhandlers = L([0, make])", "handlers[1]"),
        ("globals()['not a name'] = make", "[\"not a name\"]"),
        ("def f(x=make): pass", "f.__defaults__[0]"),
        ("def f(*, x=make): pass", "f.__kwdefaults__[\"x\"]"),
        ("def f(): pass\nf.handler = make", "f.handler"),
        (
            "def outer(a, handler):\n    def f(): return a, handler\n    return f\nf = outer(1, make)",
            "f.<closure cell handler>",
        ),
        ("class State: handler = staticmethod(make)", "State.handler.__func__"),
        ("class State: pass\nstate = State()\nstate.tools = [0, 0, make]", "state.tools[2]"),
        ("class State: __slots__ = ('a', 'b')\nstate = State()\nstate.a = 0\nstate.b = make", "state.b"),
        ("class State: handler = property(make)", "State.handler.fget"),
        ("error = ValueError(make)", "error.args[0]"),
        ("import collections\nqueue = collections.deque([0, make])", "queue[1]"),
        ("import functools\npart = functools.partial(make)", "part.func"),
        ("import collections\nordered = collections.OrderedDict(a=0, b=make)", "ordered[\"b\"]"),
        ("import collections\ndefaults = collections.defaultdict(make)", "defaults.default_factory"),
    ] {
        if text.contains("import") && !cfg!(feature = "stdlib") {
            continue;
        }
        check(&with(text), &[&shown(path)]);
    }
}

#[test]
fn what_the_module_made_is_reported_as_what_it_is() {
    let with = |rest: &str| format!("import tool\n{rest}\ndel tool");
    for (text, path, object) in [
        ("tools = [tool.make()]", "tools[0]", "an instance of `Tool`"),
        ("run = tool.make().run", "run", "method `Tool.run`"),
        ("steps = tool.stepped()", "steps", "a generator of `stepped`"),
        ("steps = tool.stepped()\nnext(steps)", "steps", "a generator of `stepped`"),
        ("waited = tool.waited()", "waited", "a coroutine of `waited`"),
        ("inner = tool.outer()", "inner", "function `outer.<locals>.inner`"),
        ("class Own(tool.Tool): pass", "Own.<base class>", "class `Tool`"),
    ] {
        check(&with(text), &[&format!("module `user`, `{path}`: {object}")]);
    }
    // An instance of a class that is derived from one of the module's is the module's, and so is the base.
    check(
        &with("class Own(tool.Tool): pass\nown = Own()"),
        &["module `user`, `Own.<base class>`: class `Tool`", "module `user`, `own`: an instance of `Own`"],
    );
}

#[test]
fn a_suspended_generator_of_another_module_is_looked_into() {
    let text = "import tool\ndef steps(made):\n    yield made\nkept = steps(tool.make())\nnext(kept)\ndel tool";
    check(text, &["module `user`, `kept.gi_frame.<local made>`: an instance of `Tool`"]);
}

#[test]
fn other_realms_are_found_by_way_of_the_modules_that_are_reached() {
    let text = "import tool, sys\nsys.modules['elsewhere'] = tool\ndel tool";
    check(text, &["`sys.modules` of a realm, `[\"elsewhere\"]`: module `tool`"]);
}

#[test]
fn the_host_is_reported_where_nothing_else_holds() {
    let (_runtime, realm) = realm("");
    let make: Object = realm.import("tool").and_then(|tool| tool.get("make")).expect("it is there");
    let held = realm.replace("tool").expect("it loads").held;
    assert_eq!(lines(&held), ["what Python doesn't show: function `make`"]);
    drop(make);
    let tool: Object = realm.import("tool").and_then(|tool| tool.call("make", ())).expect("it returns");
    let held = realm.replace("tool").expect("it loads").held;
    assert_eq!(lines(&held), ["what Python doesn't show: an instance of `Tool`"]);
    drop(tool);
    assert!(realm.replace("tool").expect("it loads").held.is_empty());
}

#[test]
fn an_object_that_no_module_reaches_is_reported_where_something_keeps_it() {
    let (_runtime, realm) = realm("import tool\ndef make(): return [0, tool.make]");
    let list: Object = realm.import("user").and_then(|user| user.call("make", ())).expect("it returns");
    realm.import("user").and_then(|user| user.set("tool", 0)).expect("it is set");
    let held = realm.replace("tool").expect("it loads").held;
    assert_eq!(lines(&held), ["an object that no module reaches, `<an instance of `list`>[1]`: function `make`"]);
    drop(list);
}

#[test]
fn garbage_holds_nothing() {
    let text = "import tool, gc\ngc.disable()\nring = [tool.make]\nring.append(ring)\ndel ring, tool, gc";
    check(text, &[]);
}

#[test]
fn running_code_and_its_variables_are_reported() {
    let text = "
import tool
def run(realm):
    kept = tool.make()
    return [repr(holder) for holder in realm.replace('tool').held]
def within(realm):
    return tool.called(lambda: [repr(holder) for holder in realm.replace('tool').held])
";
    let (_runtime, realm) = realm(text);
    let user = realm.import("user").expect("it is there");
    let run = |name: &str| {
        let mut lines: Vec<String> = user.call(name, (realm.object(),)).unwrap_or_else(|error| panic!("{error}"));
        lines.sort();
        user.set("tool", realm.import("tool").expect("it is there")).expect("it is set");
        lines
    };
    assert_eq!(
        run("run"),
        [
            "<frame of thread 1: `run`, <holders>/user.py:5, `kept`: an instance of `Tool`>",
            "<module `user`, `tool`: module `tool`>"
        ]
    );
    assert_eq!(
        run("within"),
        [
            "<frame of thread 1: `called`, <holders>/tool.py:9: running function `called`>",
            "<module `user`, `tool`: module `tool`>"
        ]
    );
}

#[cfg(feature = "threading")]
#[test]
fn what_other_threads_are_in_the_middle_of_is_reported() {
    let text = "
import gate, tool
made = [tool.make()]
def hold():
    kept = [made.pop()]
    gate.wait()
del tool
";
    let (gate, has_come, go) = gate();
    let (_runtime, realm) = realm_under(text, &Imports::pass_through().with_module(gate));
    let user = realm.import("user").expect("it is there");
    std::thread::scope(|scope| {
        let holding = scope.spawn(|| user.call::<()>("hold", ()));
        has_come.recv().expect("it comes there");
        let held = realm.replace("tool").expect("it loads").held;
        assert_eq!(lines(&held), ["frame of thread 2: `hold`, <holders>/user.py:6, `kept[0]`: an instance of `Tool`"]);
        drop(go);
        holding.join().expect("no panic").expect("it returns");
    });
    assert!(realm.replace("tool").expect("it loads").held.is_empty());
}

#[test]
fn no_code_of_the_guests_runs() {
    let text = "
import tool
ran = []
class Loud:
    def __init__(self, inner): object.__setattr__(self, 'inner', inner)
    def __repr__(self): ran.append('repr')
    def __hash__(self): return ran.append('hash') or 5
    def __eq__(self, other): ran.append('eq')
    def __getattribute__(self, name): ran.append(name)
    def __getattr__(self, name): ran.append(name)
    def __iter__(self): ran.append('iter')
    @property
    def args(self): ran.append('property')
class Names(dict):
    def __getitem__(self, key): ran.append('getitem')
    def items(self): ran.append('items')
    def __iter__(self): ran.append('iter')
class Error(Exception):
    @property
    def args(self): ran.append('args')
loud = Loud(tool.make)
keyed = {loud: tool.make}
names = Names(a=tool.make)
error = Error(tool.make)
del tool
ran.clear()
";
    let (_runtime, realm) = realm(text);
    let held = realm.replace("tool").expect("it loads").held;
    assert_eq!(
        lines(&held),
        [
            "module `user`, `error.args[0]`: function `make`",
            "module `user`, `keyed[<an instance of `Loud`>]`: function `make`",
            "module `user`, `loud.inner`: function `make`",
            "module `user`, `names[\"a\"]`: function `make`",
        ]
    );
    assert_eq!(realm.import("user").and_then(|user| user.get::<Vec<String>>("ran")).expect("a list"), [""; 0]);
}

#[test]
fn beyond_a_hundred_holders_are_counted() {
    let (_runtime, realm) = realm("import tool\nmany = [tool.make] * 250\ndel tool");
    let held = realm.replace("tool").expect("it loads").held;
    assert_eq!((held.holders.len(), held.more), (100, 150));
    assert!(held.to_string().ends_with("\nand 150 more"));
}

#[test]
fn a_report_keeps_nothing_alive() {
    alone("holders::a_report_keeps_nothing_alive", || {
        let text = "
import tool, gc, _weakref
tools = [tool.make()]
ref = _weakref.ref(tool.Tool)
def drop():
    tools.clear()
    for _ in range(3): gc.collect()
    return ref() is None
del tool
";
        let (_runtime, realm) = realm(text);
        let replacement = realm.replace("tool").expect("it loads");
        assert_eq!(lines(&replacement.held), ["module `user`, `tools[0]`: an instance of `Tool`"]);
        assert!(realm.import("user").and_then(|user| user.call::<bool>("drop", ())).expect("it returns"));
    });
}

#[test]
fn a_report_is_data() {
    let (_runtime, realm) = realm("from tool import make");
    let replacement = realm.replace("tool").expect("it loads");
    let text = serde_json::to_string(&replacement).expect("it is data");
    assert_eq!(serde_json::from_str::<exocet::Replacement>(&text).expect("it is data"), replacement);
}
