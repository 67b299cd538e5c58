//! Plugins: loaded apart, called by the names of their functions, and replaced while the program runs.

use exocet::vm::AsObject;
use exocet::{
    Error, HostModule, Imports, Limits, Memory, Object, Runtime,
    error::Limit,
    plugins::{Change, Discovery, Marker, OnFailure, Plugins, Settings, State, What},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// Files that can be edited, and the plugins of the folder `plugins` in them.
pub struct App {
    pub files: Arc<Memory>,
    pub runtime: Runtime,
    pub plugins: Plugins,
}

pub fn app<const N: usize>(files: [(&str, &str); N]) -> App {
    let files = files.into_iter().fold(Memory::new("<app>"), |memory, (path, text)| memory.with(path, text));
    let files = Arc::new(files);
    let runtime = Runtime::builder().source(files.clone()).build().expect("it starts");
    let plugins = runtime.plugins(Discovery::package("plugins"));
    App { files, runtime, plugins }
}

impl App {
    pub fn load(self) -> Self {
        self.plugins.load().expect("it can be asked");
        self
    }

    pub fn edit(&self, path: &str, text: &str) -> Vec<Change> {
        self.files.insert(path, text);
        self.plugins.poll().expect("it can be asked")
    }

    /// What each plugin answers, or the kind of what it raises.
    #[track_caller]
    pub fn check(&self, hook: &str, expected: &[(&str, &str)]) {
        let replies = self.plugins.call_all::<String>(hook, ()).expect("no failure ends the call");
        let replies: Vec<_> = replies
            .into_iter()
            .map(|reply| (reply.plugin.to_string(), reply.result.unwrap_or_else(|error| kind(&error))))
            .collect();
        let replies: Vec<_> = replies.iter().map(|(plugin, reply)| (plugin.as_str(), reply.as_str())).collect();
        assert_eq!(replies, expected);
    }

    #[track_caller]
    pub fn check_state(&self, name: &str, state: State, generation: u32) {
        let status = self.plugins.status_of(name).expect("there is such a plugin");
        assert_eq!((status.state, status.generation), (state, generation), "{status:?}");
    }
}

pub fn kind(error: &Error) -> String {
    error.exception().map_or_else(|| error.to_string(), |exception| exception.kind().to_owned())
}

/// What became of plugins: name, what, generation.
pub fn shown(changes: &[Change]) -> Vec<(&str, What, u32)> {
    changes.iter().map(|change| (change.plugin.as_str(), change.what, change.generation)).collect()
}

#[test]
fn each_plugin_is_loaded_and_called_in_order() {
    let app = app([
        ("plugins/b.py", "def reply(): return __name__"),
        ("plugins/a.py", "def reply(): return __name__"),
        ("plugins/first.py", "__priority__ = 5\ndef reply(): return __name__"),
        ("plugins/silent.py", "reply = None"),
        ("plugins/last.py", "def reply(): return __name__"),
    ]);
    app.plugins.configure("l*", Settings::new().priority(-1));
    assert!(app.plugins.status().is_empty());
    let changes = app.plugins.load().expect("they load");
    assert!(changes.iter().all(|change| (change.what, change.generation) == (What::Loaded, 1)));
    app.check("reply", &[("first", "plugins.first"), ("a", "plugins.a"), ("b", "plugins.b"), ("last", "plugins.last")]);
    assert_eq!(app.plugins.order(), ["first", "a", "b", "silent", "last"]);
    assert_eq!(app.plugins.hook("reply").order().expect("it is there"), ["first", "a", "b", "last"]);
    assert_eq!(app.plugins.load().expect("nothing is left to load"), []);
}

#[test]
fn a_broken_plugin_harms_nobody() {
    let app = app([
        ("plugins/good.py", "def reply(): return 'fine'"),
        ("plugins/exits.py", "import sys\nsys.exit(3)"),
        ("plugins/lacks.py", "import a_module_that_nobody_has"),
        ("plugins/raises.py", "def reply(): raise KeyError('k')"),
        ("plugins/torn.py", "def reply(:"),
    ])
    .load();
    app.check("reply", &[("good", "fine"), ("raises", "KeyError")]);
    for (name, during, text) in [
        ("exits", "load", "SystemExit: 3"),
        ("lacks", "load", "a_module_that_nobody_has"),
        ("torn", "load", "SyntaxError"),
        ("raises", "hook reply", "KeyError: 'k'"),
    ] {
        let failures = app.plugins.failures(Some(name));
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert_eq!(failures[0].during, during);
        assert!(failures[0].error.contains(text), "{failures:?}");
        assert!(failures[0].traceback.as_ref().is_some_and(|traceback| traceback.contains(name)), "{failures:?}");
    }
    app.check_state("torn", State::Failed, 0);
    app.check_state("raises", State::Loaded, 1);
}

#[test]
fn a_failure_does_what_the_caller_decides() {
    let app = app([("plugins/a.py", "def reply(): raise ValueError"), ("plugins/b.py", "def reply(): return 'b'")]);
    app.plugins.configure("a", Settings::new().on_failure(OnFailure::DisableAfter(2)));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = heard.clone();
    app.plugins.on_change(move |change| listener.lock().unwrap().push((change.plugin.clone(), change.what)));
    let app = app.load();
    let raised = app.plugins.hook("reply").on_failure(OnFailure::Raise).call_all::<String>(());
    assert_eq!(kind(&raised.unwrap_err()), "ValueError");
    app.check("reply", &[("a", "ValueError"), ("b", "b")]);
    app.check("reply", &[("b", "b")]);
    app.check_state("a", State::Disabled, 1);
    assert_eq!(heard.lock().unwrap().last().expect("it was notified"), &("a".to_owned(), What::Disabled));
    // An edit is another chance.
    assert_eq!(shown(&app.edit("plugins/a.py", "def reply(): return 'a'")), [("a", What::Loaded, 2)]);
    app.check("reply", &[("a", "a"), ("b", "b")]);
}

#[test]
fn first_and_chain() {
    let app = app([
        ("plugins/a.py", "def ask(n): return None\ndef grow(n): return n + ['a']"),
        ("plugins/b.py", "def ask(n): return n if n > 1 else None\ndef grow(n): raise OSError"),
        ("plugins/c.py", "def ask(n): return -n\ndef grow(n): return n + ['c']"),
    ])
    .load();
    assert_eq!(app.plugins.first::<i32>("ask", (5,)).expect("one answers"), Some(5));
    assert_eq!(app.plugins.first::<i32>("ask", (1,)).expect("one answers"), Some(-1));
    assert_eq!(app.plugins.first::<i32>("nothing", (1,)).expect("none is asked"), None);
    assert_eq!(app.plugins.chain::<Vec<String>>("grow", vec!["x"]).expect("it is passed on"), ["x", "a", "c"]);
}

#[test]
fn helpers_are_each_plugins_own() {
    let app = app([
        ("plugins/__init__.py", "seen = []"),
        (
            "plugins/one.py",
            "from . import helper, seen\nhelper.names.append('one')\nseen.append(1)\ndef reply(): return ' '.join(helper.names)",
        ),
        (
            "plugins/two.py",
            "from .helper import names\nfrom plugins import seen\nseen.append(2)\nnames.append('two')\ndef reply(): return ' '.join(names)",
        ),
        ("plugins/helper.py", "names = []"),
    ]);
    // As it stands there, it is found among the plugins, and others may not see it.
    let error = app.plugins.load().expect("it can be asked").remove(1).error.expect("it failed");
    assert!(error.contains("the plugin `one`, which doesn't require the plugin `helper`"), "{error}");
    app.plugins.configure("helper", Settings::new().helper());
    app.plugins.poll().expect("it can be asked");
    app.check("reply", &[("one", "one"), ("two", "two")]);
    assert_eq!(app.plugins.status().len(), 2);
    let seen = app.runtime.import("plugins", &Imports::pass_through()).expect("it is shared");
    assert_eq!(seen.get::<Vec<u8>>("seen").expect("it has it"), [1, 2]);
}

#[test]
fn a_private_module_is_a_helper() {
    let app = app([
        ("plugins/one.py", "from ._common import names\nnames.append('one')\ndef reply(): return ' '.join(names)"),
        (
            "plugins/two.py",
            "from plugins import _common\n_common.names.append('two')\ndef reply(): return ' '.join(_common.names)",
        ),
        ("plugins/_common.py", "names = []"),
    ])
    .load();
    app.check("reply", &[("one", "one"), ("two", "two")]);
    let changes = app.edit("plugins/_common.py", "names = ['now']");
    assert_eq!(shown(&changes), [("one", What::Replaced, 2), ("two", What::Replaced, 2)]);
    assert_eq!(changes[0].why, ["<app>/plugins/_common.py"]);
    app.check("reply", &[("one", "now one"), ("two", "now two")]);
}

#[test]
fn a_new_generation_stands_beside_the_old_one_until_it_is_checked() {
    let app = app([("plugins/a.py", "def reply(): return 'one'")]).load();
    assert_eq!(app.plugins.poll().expect("nothing has changed"), []);
    for (text, error) in [
        ("def reply(:", "SyntaxError"),
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("def check(): return False", "its check() returned False"),
        ("def check(): raise ValueError('not this one')", "not this one"),
        ("__requires__ = 3", "__requires__"),
        ("__requires__ = ['b']", "there is no such plugin"),
        ("def load_state(state): raise OSError('no room')\ndef save_state(): pass", ""),
    ] {
        let changes = app.edit("plugins/a.py", text);
        if error.is_empty() {
            assert_eq!(shown(&changes), [("a", What::Replaced, 2)]);
            continue;
        }
        assert_eq!(shown(&changes), [("a", What::Kept, 1)], "{text}");
        assert!(changes[0].error.as_ref().is_some_and(|own| own.contains(error)), "{changes:?}");
        assert_eq!(app.plugins.poll().expect("it is not tried again"), []);
        app.check("reply", &[("a", "one")]);
    }
    let changes = app.edit("plugins/a.py", "def load_state(state): raise OSError('no room')");
    assert_eq!(shown(&changes), [("a", What::Kept, 2)]);
    assert_eq!(app.plugins.failures(Some("a")).last().expect("it is on record").during, "load_state");
    assert_eq!(shown(&app.edit("plugins/a.py", "def reply(): return 'three'")), [("a", What::Replaced, 3)]);
    app.check("reply", &[("a", "three")]);
}

#[test]
fn a_marked_plugin_stays_while_its_text_is_broken() {
    let text = "def hook(f): return f\n@hook\ndef reply(): return 'one'";
    let files = Arc::new(Memory::new("<app>").with("plugins/a.py", text));
    let runtime = Runtime::builder().source(files.clone()).build().expect("it starts");
    let plugins = runtime.plugins(Discovery::package("plugins").marked(Marker::decorator("hook")));
    let app = App { files, runtime, plugins }.load();
    for (text, expected) in [
        ("@hook\ndef reply(:", ("a", What::Kept, 1)),
        (&text.replace("one", "two"), ("a", What::Replaced, 2)),
        ("def reply(): return 'unmarked'", ("a", What::Removed, 0)),
    ] {
        assert_eq!(shown(&app.edit("plugins/a.py", text)), [expected]);
        assert_eq!(app.plugins.poll().expect("nothing is left to do"), []);
    }
    app.check("reply", &[]);
}

#[test]
fn state_is_passed_on_and_the_old_one_is_closed() {
    let text = "import log\ncount = 0\ndef count_up():\n    global count\n    count += 1\n    return str(count)\n\
        def save_state(): return {'count': count}\ndef load_state(state):\n    global count\n    count = state['count']\n\
        def close(): log.add(f'closed at {count}')\n";
    let app = app([("plugins/a.py", text)]);
    let lines = Arc::new(Mutex::new(Vec::<String>::new()));
    let own = lines.clone();
    let log = HostModule::new("log").function("add", move |line: String| own.lock().unwrap().push(line));
    app.plugins.configure("*", Settings::new().imports(Imports::none().with_module(log)));
    let app = app.load();
    app.check("count_up", &[("a", "1")]);
    app.check("count_up", &[("a", "2")]);
    assert_eq!(shown(&app.edit("plugins/a.py", &format!("{text}# edited"))), [("a", What::Replaced, 2)]);
    assert_eq!(*lines.lock().unwrap(), ["closed at 2"]);
    app.check("count_up", &[("a", "3")]);
    app.plugins.disable("a").expect("there is one");
    assert_eq!(lines.lock().unwrap().last().expect("it was closed"), "closed at 3");
    app.check("count_up", &[]);
    assert_eq!(app.edit("plugins/a.py", text), []);
    assert_eq!(shown(&app.plugins.enable("a").expect("there is one")), [("a", What::Loaded, 3)]);
    app.check("count_up", &[("a", "1")]);
}

#[test]
fn a_function_of_another_module_is_not_the_plugins_own() {
    let app = app([
        ("plugins/a.py", "from lib import close, check, reply"),
        ("lib.py", "def check(): return False\ndef close(): 1/0\ndef reply(): return 'hi'"),
    ])
    .load();
    app.check("reply", &[("a", "hi")]);
    app.plugins.reload(["a"]).expect("it can be asked");
    assert_eq!(app.plugins.failures(None), []);
}

#[test]
fn plugins_that_require_one_another() {
    let app = app([
        ("plugins/base.py", "__version__ = '1.4'\nclass Tool: pass\ndef word(): return 'old'"),
        ("plugins/a.py", "__requires__ = ['base >= 1.0']\nfrom .base import Tool, word\nclass Own(Tool): pass\ndef reply(): return word()"),
        ("plugins/b.py", "__requires__ = ['base < 1.0']\ndef reply(): return 'b'"),
        ("plugins/c.py", "__requires__ = ['d']"),
        ("plugins/d.py", "__requires__ = ['e']"),
        ("plugins/e.py", "__requires__ = ['c']"),
        ("plugins/f.py", "__requires__ = ['b']"),
        ("plugins/g.py", "from plugins import base"),
    ])
    .load();
    app.check("reply", &[("a", "old")]);
    let error = |name: &str| app.plugins.status_of(name).and_then(|status| status.error).expect("it failed");
    assert!(error("b").contains("`b` requires `base <1.0`, and `base` is 1.4"), "{}", error("b"));
    assert!(error("c").contains("in a circle: `c` requires `d` requires `e` requires `c`"), "{}", error("c"));
    assert!(error("f").contains("`f` requires `b`"), "{}", error("f"));
    assert!(error("g").contains("the plugin `g`, which doesn't require the plugin `base`"), "{}", error("g"));
    // Those that require it follow it, and the classes of both are of one generation.
    let changes = app.edit("plugins/base.py", "__version__ = '1.5'\nclass Tool: pass\ndef word(): return 'new'");
    // What failed on the old one is tried on the new one.
    let failed = [("b", What::Failed, 0), ("f", What::Failed, 0)];
    assert_eq!(shown(&changes), [&[("base", What::Replaced, 2), ("a", What::Replaced, 2)][..], &failed].concat());
    assert_eq!(changes[1].why, ["requires `base`"]);
    app.check("reply", &[("a", "new")]);
    let class = |plugin: &str, name: &str| app.plugins.object(plugin).unwrap().get::<Object>(name).unwrap();
    let bases: Vec<Object> = class("a", "Own").get("__bases__").expect("a class has them");
    let related = app.runtime.enter(|vm| bases[0].raw(vm).unwrap().is(&class("base", "Tool").raw(vm).unwrap()));
    assert!(related);
    // All or none: where one of them doesn't stand on the new one, both stay.
    let changes = app.edit("plugins/base.py", "__version__ = '2.0'\nclass Tool: pass");
    assert_eq!(shown(&changes), [&[("base", What::Kept, 2), ("a", What::Kept, 2)][..], &failed].concat());
    assert!(changes[0].error.as_ref().is_some_and(|error| error.contains("`a` failed")), "{changes:?}");
    app.check("reply", &[("a", "new")]);
}

#[test]
fn plugins_that_come_and_go() {
    let app = app([("plugins/a.py", "def reply(): return 'a'\ndef close(): open_ends.append(1)")]).load();
    assert_eq!(shown(&app.edit("plugins/b.py", "def reply(): return 'b'")), [("b", What::Loaded, 1)]);
    app.files.remove("plugins/a.py");
    let changes = app.plugins.poll().expect("it can be asked");
    assert_eq!(shown(&changes), [("a", What::Removed, 0)]);
    app.check("reply", &[("b", "b")]);
    assert!(app.plugins.status_of("a").is_none());
    assert_eq!(app.plugins.failures(Some("a")).last().expect("it is on record").during, "close");
    assert_eq!(shown(&app.edit("plugins/a.py", "def reply(): return 'new'")), [("a", What::Loaded, 1)]);
}

#[test]
fn files_that_a_plugin_names_or_would_import_count() {
    let app = app([
        ("plugins/a.py", "FILE = 'words.txt'\ndef reply():\n    from ._late import word\n    return word"),
        ("plugins/_late.py", "word = 'late'"),
        ("plugins/_other.py", "word = 'other'"),
        ("plugins/words.txt", "some"),
        ("plugins/other.txt", "some"),
    ])
    .load();
    assert_eq!(app.edit("plugins/other.txt", "more"), []);
    assert_eq!(app.edit("plugins/_other.py", "word = 'more'"), []);
    for (path, text) in [("plugins/words.txt", "more"), ("plugins/_late.py", "word = 'later'")] {
        let changes = app.edit(path, text);
        assert_eq!((changes.len(), &changes[0].why[..]), (1, &[format!("<app>/{path}")][..]), "{changes:?}");
    }
    app.check("reply", &[("a", "later")]);
}

#[test]
fn a_limit_counts_for_one_generation() {
    let app = app([
        ("plugins/good.py", "def reply(): return 'fine'"),
        ("plugins/stuck.py", "def reply():\n    while True: pass"),
    ]);
    app.plugins.configure("*", Settings::new().limits(Limits::new().time(Duration::from_millis(200))));
    let app = app.load();
    let replies = app.plugins.call_all::<String>("reply", ()).expect("no failure ends the call");
    assert_eq!(replies[1].result.as_ref().unwrap_err().limit(), Some(Limit::Time));
    assert!(app.plugins.call_all::<String>("reply", ()).unwrap()[1].result.as_ref().unwrap_err().is_poisoned());
    assert_eq!(app.plugins.failures(Some("stuck"))[0].limit, Some(Limit::Time));
    assert_eq!(shown(&app.edit("plugins/stuck.py", "def reply(): return 'free'")), [("stuck", What::Replaced, 2)]);
    app.check("reply", &[("good", "fine"), ("stuck", "free")]);
}

#[test]
fn a_call_ends_on_the_generation_that_it_began_on() {
    let app = app([
        (
            "plugins/a.py",
            "import host\ndef reply():\n    before = word()\n    host.replace()\n    return before + word()\n\
          def word(): return 'old '\ndef close(): host.closed()",
        ),
        ("plugins/b.py", "def reply(): return 'old'"),
    ]);
    let (plugins, files) = (app.plugins.clone(), app.files.clone());
    let closed = Arc::new(Mutex::new(Vec::new()));
    let (own, seen) = (closed.clone(), closed.clone());
    let host = HostModule::new("host")
        .function("replace", move || {
            files.insert("plugins/a.py", "def reply(): return 'new'");
            files.insert("plugins/b.py", "def reply(): return 'new'");
            let changes = plugins.poll().expect("it can be asked");
            assert_eq!(changes.len(), 2);
            assert_eq!(*seen.lock().unwrap(), [0; 0], "it is in use");
        })
        .function("closed", move || own.lock().unwrap().push(1));
    app.plugins.configure("*", Settings::new().imports(Imports::pass_through().with_module(host)));
    let app = app.load();
    app.check("reply", &[("a", "old old "), ("b", "old")]);
    assert_eq!(*closed.lock().unwrap(), [1]);
    app.check("reply", &[("a", "new"), ("b", "new")]);
}

#[test]
fn a_change_in_the_middle_of_a_change_is_an_error() {
    let app = app([("plugins/a.py", "import host\nhost.reload()")]);
    let plugins = app.plugins.clone();
    let host =
        HostModule::new("host").function("reload", move || plugins.load().expect("nothing else is in the way").len());
    app.plugins.configure("*", Settings::new().imports(Imports::none().with_module(host)));
    let changes = app.plugins.load().expect("it can be asked");
    assert_eq!(changes[0].what, What::Failed);
    assert!(changes[0].error.as_ref().is_some_and(|error| error.contains("in the middle of a change")), "{changes:?}");
}

#[test]
fn to_load_once_more_notices_what_is_found_otherwise() {
    let (first, second) = (Arc::new(Memory::new("<first>")), Arc::new(Memory::new("<second>")));
    second.insert("plugins/a.py", "def reply(): return 'second'");
    second.insert("plugins/b.py", "__requires__ = ['a']\ndef reply(): return 'b'");
    let builder = Runtime::builder().shared_source(first.clone()).shared_source(second.clone());
    let runtime = builder.build().expect("it starts");
    let plugins = runtime.plugins(Discovery::package("plugins"));
    plugins.load().expect("it can be asked");
    first.insert("plugins/a.py", "def reply(): return 'first'");
    let changes = plugins.load().expect("it can be asked");
    assert_eq!(shown(&changes), [("a", What::Replaced, 2), ("b", What::Replaced, 2)]);
    assert_eq!(changes[0].why, ["found as <first>/plugins/a.py"]);
    assert_eq!(plugins.first::<String>("reply", ()).expect("it is called").as_deref(), Some("first"));
    // What requires one that is gone is tried without it, and kept.
    first.remove("plugins/a.py");
    second.remove("plugins/a.py");
    let changes = plugins.load().expect("it can be asked");
    assert_eq!(shown(&changes), [("a", What::Removed, 0), ("b", What::Kept, 2)]);
    assert_eq!(plugins.load().expect("it can be asked"), []);
}
