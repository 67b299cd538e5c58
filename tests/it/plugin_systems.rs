//! What users of plugin systems report as faults most often, each as a test.

use super::plugins::{App, app, kind, shown};
use crate::support::alone;
use exocet::{
    HostModule, Imports, Limits, Memory, Object, Runtime,
    modules::SearchPath,
    observe::{Event, EventLog},
    plugins::{Discovery, OnFailure, Settings, State, What},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

#[test]
fn discovery_runs_nothing() {
    let log = EventLog::new();
    let files = Memory::new("<app>")
        .with("plugins/__init__.py", "raise SystemExit")
        .with("plugins/a.py", "raise SystemExit")
        .with("a-1.dist-info/METADATA", "Name: a\nVersion: 1\n")
        .with("a-1.dist-info/entry_points.txt", "[app]\na = plugins.a\n");
    let runtime = Runtime::builder().source(files).observer(log.clone()).build().expect("it starts");
    for discovery in [Discovery::top_level(), Discovery::package("plugins"), Discovery::group("app")] {
        assert!(!runtime.plugins(discovery).found().expect("it can be asked").plugins.is_empty());
    }
    assert!(log.events().iter().all(|event| !matches!(event, Event::Load(load) if load.fresh)), "{:?}", log.events());
}

#[test]
fn an_upgraded_distribution_is_a_new_generation() {
    let files = Arc::new(
        Memory::new("<site>")
            .with("tool.py", "def reply(): return 'one'")
            .with("tool-1.0.dist-info/METADATA", "Name: tool\nVersion: 1.0\n")
            .with("tool-1.0.dist-info/entry_points.txt", "[app]\ntool = tool\n"),
    );
    let runtime = Runtime::builder().source(files.clone()).build().expect("it starts");
    let plugins = runtime.plugins(Discovery::group("app"));
    plugins.load().expect("it can be asked");
    assert_eq!(plugins.status()[0].version.as_deref(), Some("1.0"));
    for path in ["METADATA", "entry_points.txt"] {
        files.remove(&format!("tool-1.0.dist-info/{path}"));
    }
    files.insert("tool-2.0.dist-info/METADATA", "Name: tool\nVersion: 2.0\n");
    files.insert("tool-2.0.dist-info/entry_points.txt", "[app]\ntool = tool:Tool\n");
    files.insert("tool.py", "class Tool:\n    pass\ndef reply(): return 'two'");
    assert_eq!(shown(&plugins.poll().expect("it can be asked")), [("tool", What::Replaced, 2)]);
    assert_eq!(plugins.status()[0].version.as_deref(), Some("2.0"));
    assert_eq!(plugins.first::<String>("reply", ()).expect("it is called").as_deref(), Some("two"));
    // Half of it is gone: the entry point leads to nothing.
    files.remove("tool.py");
    let changes = plugins.poll().expect("it can be asked");
    assert_eq!(shown(&changes), [("tool", What::Kept, 2)]);
    let error = changes[0].error.as_ref().expect("it failed");
    assert!(error.contains("tool") && error.contains("2.0"), "{error}");
    assert_eq!(plugins.first::<String>("reply", ()).expect("it is called").as_deref(), Some("two"));
}

#[test]
fn helpers_of_one_name_in_two_folders() {
    let folder = |label: &str, plugin: &str, word: &str| {
        Memory::new(label)
            .with(format!("{plugin}.py"), "import _helper\ndef reply(): return _helper.word")
            .with("_helper.py", format!("word = '{word}'"))
    };
    let path = SearchPath::new().with(folder("<one>", "a", "of a")).with(folder("<two>", "b", "of b"));
    let runtime = Runtime::new().expect("it starts");
    let plugins = runtime.plugins_on(&path, Discovery::top_level());
    plugins.load().expect("it can be asked");
    let replies = plugins.call_all::<String>("reply", ()).expect("they are called");
    let replies: Vec<_> = replies.into_iter().map(|reply| reply.result.expect("it replies")).collect();
    assert_eq!(replies, ["of a", "of b"]);
}

#[test]
fn two_versions_of_one_library() {
    let app = app([
        ("plugins/a.py", "import colour\ndef reply(): return colour.name"),
        ("plugins/b.py", "import colour\ndef reply(): return colour.name"),
        ("plugins/c.py", "import colour\ndef reply(): return colour.name"),
        ("colour.py", "name = 'shared'"),
    ]);
    let library = |label: &str, name: &str| Memory::new(label).with("colour.py", format!("name = '{name}'"));
    app.plugins.configure("a", Settings::new().library(library("<v1>", "grey")));
    app.plugins.configure("b", Settings::new().library(library("<v2>", "gray")));
    let app = app.load();
    app.check("reply", &[("a", "grey"), ("b", "gray"), ("c", "shared")]);
}

#[test]
fn a_plugin_that_exits_in_a_call() {
    let app = app([
        ("plugins/a.py", "import sys\ndef reply(): sys.exit(3)"),
        ("plugins/b.py", "def reply():\n    print('loud')\n    return 'b'"),
    ])
    .load();
    app.check("reply", &[("a", "SystemExit"), ("b", "b")]);
    assert_eq!(app.plugins.failures(Some("a"))[0].exit_code, Some(3));
}

#[test]
fn a_plugin_that_never_returns_or_eats_memory() {
    /// As if it had grown by that much each time that it is measured.
    fn size() -> usize {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static SIZE: AtomicUsize = AtomicUsize::new(0);
        SIZE.fetch_add(1 << 20, Ordering::Relaxed)
    }
    let app = app([
        ("plugins/a.py", "def reply():\n    while True: pass"),
        ("plugins/b.py", "def reply():\n    all = []\n    while True: all.append(b'x' * 1000)"),
        ("plugins/c.py", "def reply(): return 'c'"),
    ]);
    app.plugins.configure("a", Settings::new().limits(Limits::new().time(Duration::from_millis(100))));
    app.plugins.configure("b", Settings::new().limits(Limits::new().heap(4 << 20, size)));
    app.plugins.configure("*", Settings::new().on_failure(OnFailure::DisableAfter(1)));
    let app = app.load();
    let replies = app.plugins.call_all::<String>("reply", ()).expect("no failure ends the call");
    let shown: Vec<_> = replies.iter().map(|reply| reply.result.as_ref().map_err(|error| error.limit())).collect();
    let limits: Vec<_> = shown.iter().map(|result| result.as_ref().err().copied().flatten()).collect();
    assert_eq!(limits, [Some(exocet::error::Limit::Time), Some(exocet::error::Limit::Heap), None]);
    app.check("reply", &[("c", "c")]);
    app.check_state("b", State::Disabled, 1);
}

#[test]
fn a_plugin_that_is_removed_while_it_runs() {
    let app = app([(
        "plugins/a.py",
        "import host\ndef reply():\n    host.remove()\n    return word()\ndef word(): return 'to the end'",
    )]);
    let (plugins, files) = (app.plugins.clone(), app.files.clone());
    let host = HostModule::new("host").function("remove", move || {
        files.remove("plugins/a.py");
        assert_eq!(plugins.poll().expect("it can be asked")[0].what, What::Removed);
    });
    app.plugins.configure("*", Settings::new().imports(Imports::none().with_module(host)));
    let app = app.load();
    app.check("reply", &[("a", "to the end")]);
    app.check("reply", &[]);
}

#[test]
fn a_plugin_that_imports_one_that_is_being_replaced() {
    let app = app([
        ("plugins/base.py", "import host\nhost.loading()\nword = 'old'"),
        (
            "plugins/user.py",
            "__requires__ = ['base']\ndef reply():\n    from plugins.base import word\n    return word",
        ),
    ]);
    let plugins = app.plugins.clone();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let own = seen.clone();
    let host = HostModule::new("host").function("loading", move || {
        // In the middle of the load of the new one, the old one is what others get.
        let word = plugins.first::<String>("reply", ()).expect("it is called");
        own.lock().unwrap().push(word);
    });
    app.plugins.configure("base", Settings::new().imports(Imports::none().with_module(host)));
    let app = app.load();
    let changes = app.edit("plugins/base.py", "import host\nhost.loading()\nword = 'new'");
    assert_eq!(shown(&changes), [("base", What::Replaced, 2), ("user", What::Replaced, 2)]);
    assert_eq!(*seen.lock().unwrap(), [None, Some("old".to_owned())]);
    app.check("reply", &[("user", "new")]);
}

#[test]
fn plugins_see_one_another_only_where_they_are_given() {
    let app: App = app([
        ("plugins/a.py", "def reply():\n    import plugins.b\n    return 'seen'"),
        ("plugins/b.py", "names = []"),
        ("plugins/c.py", "__requires__ = ['b']\nfrom plugins import b\nimport plugins.b as again\ndef reply(): return str(b is again)"),
    ])
    .load();
    app.check("reply", &[("a", "ModuleNotFoundError"), ("c", "True")]);
    let given = app.plugins.object("c").unwrap().get::<Object>("b").unwrap();
    given.set("names", ["through c"]).unwrap();
    assert_eq!(app.plugins.object("b").unwrap().get::<Vec<String>>("names").unwrap(), ["through c"]);
    let error = app.plugins.call_all::<String>("reply", ()).unwrap().remove(0).result.unwrap_err();
    assert_eq!(kind(&error), "ModuleNotFoundError");
    assert_eq!(error.exception().unwrap().import_chain()[0].module, "plugins.a");
}

#[test]
fn what_still_holds_an_old_generation_is_reported() {
    alone("plugin_systems::what_still_holds_an_old_generation_is_reported", || {
        let app = app([
        ("menu.py", "handlers = {}\ntools = []\ndef is_tool(tool, cls): return isinstance(tool, cls)"),
        ("plugins/a.py", "import menu\nclass Tool: pass\ndef save(): return 'old'\nmenu.handlers['save'] = save\nmenu.tools.append(Tool())"),
    ])
    .load();
        let changes = app.edit("plugins/a.py", "class Tool: pass\ndef save(): return 'new'");
        assert_eq!(shown(&changes), [("a", What::Replaced, 2)]);
        let held = app.plugins.held("a", None).expect("there is one");
        let shown: Vec<String> = held.holders.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "module `menu`, `handlers[\"save\"]`: function `save`",
                "module `menu`, `tools[0]`: an instance of `Tool`",
            ]
        );
        assert_eq!(app.plugins.status()[0].replaced, [1]);
        // `isinstance` is false, and both sides can be asked why.
        let menu = app.runtime.import("menu", &Imports::pass_through()).unwrap();
        let tool = menu.get::<Vec<Object>>("tools").unwrap().remove(0);
        let class = app.plugins.object("a").unwrap().get::<Object>("Tool").unwrap();
        assert!(!menu.call::<bool>("is_tool", (&tool, &class)).unwrap());
        let of = |object: &Object| app.plugins.generation_of(object).unwrap().expect("it is a plugin's").to_string();
        assert_eq!(of(&tool), "generation 1 of the plugin `a`, where 2 is at work");
        assert_eq!(of(&class), "generation 2 of the plugin `a`");
        assert_eq!(app.plugins.generation_of(&menu).unwrap(), None);
        drop((tool, class));
        menu.set("tools", Vec::<u8>::new()).unwrap();
        assert_eq!(app.plugins.held("a", Some(1)).unwrap().holders.len(), 1);
        menu.set("handlers", ()).unwrap();
        assert!(app.plugins.held("a", Some(1)).unwrap().is_empty());
        assert_eq!(app.plugins.status()[0].replaced, [0; 0]);
    });
}

#[test]
fn generations_that_nobody_holds_are_collected() {
    alone("plugin_systems::generations_that_nobody_holds_are_collected", || {
        let app = app([(
            "plugins/a.py",
            "class Tool:\n    def use(self): return Tool\nkept = [Tool(), Tool]\ndef reply(): return 'x'",
        )])
        .load();
        for _ in 0..300 {
            app.plugins.reload(["a"]).expect("it can be asked");
            app.check("reply", &[("a", "x")]);
        }
        assert!(app.plugins.held("a", None).unwrap().is_empty());
        assert_eq!(app.plugins.status()[0].generation, 301);
        assert_eq!(app.plugins.status()[0].replaced, [0; 0]);
    });
}

#[test]
fn observers_are_notified_of_what_becomes_of_plugins() {
    let log = EventLog::new();
    let files = Arc::new(Memory::new("<app>").with("plugins/a.py", "word = 1"));
    let runtime = Runtime::builder().source(files.clone()).observer(log.clone()).build().expect("it starts");
    let plugins = runtime.plugins(Discovery::package("plugins"));
    plugins.load().expect("it can be asked");
    files.insert("plugins/a.py", "word = (");
    plugins.poll().expect("it can be asked");
    let seen = log.events().into_iter().filter_map(|event| match event {
        Event::Plugin(change) => Some((change.plugin, change.what, change.generation, change.error.is_some())),
        _ => None,
    });
    let seen: Vec<_> = seen.collect();
    assert_eq!(seen, [("a".to_owned(), "loaded".to_owned(), 1, false), ("a".to_owned(), "kept".to_owned(), 1, true)]);
}

#[test]
fn ten_thousand_generations_leave_nothing_behind() {
    alone("plugin_systems::ten_thousand_generations_leave_nothing_behind", || {
        let resident = || memory_stats::memory_stats().expect("the system reports it").physical_mem;
        let text = "from _helper import Base\nclass Tool(Base):\n    def use(self): return Tool\nkept = [Tool(), Tool]\n\
             def reply(): return 'x'\ndef save_state(): return {'tools': len(kept)}\ndef load_state(state): pass\ndef close(): pass";
        let files = Memory::new("<app>").with("plugins/a.py", text).with("_helper.py", "class Base: pass");
        let runtime = Runtime::builder().source(files).build().expect("it starts");
        let plugins = runtime.plugins(Discovery::package("plugins"));
        plugins.load().expect("it can be asked");
        let reload = |times| {
            for _ in 0..times {
                assert_eq!(plugins.reload(["a"]).expect("it can be asked")[0].what, What::Replaced);
            }
        };
        reload(2_000);
        let before = resident();
        reload(8_000);
        let grown = resident().saturating_sub(before);
        // Ten thousand that stayed would take up hundreds of megabytes.
        assert!(grown < 24 << 20, "{grown} bytes");
        assert_eq!(plugins.status()[0].generation, 10_001);
    });
}
