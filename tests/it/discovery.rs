//! Finding plugins without running any of them.

use crate::support::{KINDS, Tree, directory, each_path, fixture};
use exocet::{
    Memory, Source,
    modules::{Kind, SearchPath},
    plugins::{Discovered, Discovery, Found, How, Marker, Requirement, Winner},
    source::{Entry, Shape, Stamp},
    syntax::marks,
};
use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
};

/// What runs it leaves a trace: a module that is only looked at doesn't.
const BOMB: &str = "raise SystemExit('a plugin ran')\n";

#[cfg(feature = "disk-cache")]
mod cached;

fn top_level(marker: &str) -> Discovery {
    Discovery::top_level().marked(marker.parse().expect("a marker"))
}

/// The plugins as one string: those that lose have a `-` before their names.
fn shown(discovered: &Discovered) -> String {
    let shown = |found: &Found| {
        let sign = if found.loses.is_some() { "-" } else { "" };
        let marks: Vec<_> = found.marks.iter().map(|mark| format!("{}:{}", mark.name, mark.line)).collect();
        let marks = if marks.is_empty() { String::new() } else { format!("[{}]", marks.join(",")) };
        format!("{sign}{}{marks}", found.name)
    };
    discovered.plugins.iter().map(shown).collect::<Vec<_>>().join(" ")
}

/// The problems, each by what it begins with.
fn problems(discovered: &Discovered) -> Vec<&str> {
    discovered.problems.iter().map(|problem| problem.message.as_str()).collect()
}

#[test]
fn a_marker_is_found_in_the_text() {
    #[track_caller]
    fn check(marker: &str, text: &str, expected: &str) {
        let marker: Marker = marker.parse().expect("a marker");
        let found = marks(text, "pk.m", false, &marker).expect("it is Python");
        let found: Vec<_> = found.iter().map(|mark| format!("{}:{}", mark.name, mark.line)).collect();
        assert_eq!(found.join(" "), expected, "{marker} in\n{text}");
    }
    // What is bound.
    check("plugin", "x = 1\nplugin = 2\nplugin = 3", "plugin:2");
    check("plugin", "def plugin(): ...", "plugin:1");
    check("plugin", "@app.register\nclass plugin: ...", "plugin:2");
    check("plugin", "try:\n    from x import y as plugin\nexcept ImportError:\n    pass", "plugin:2");
    check("plugin", "from x import (\n    a,\n    plugin,\n)", "plugin:3");
    check("plugin", "if x:\n    with y as plugin: ...", "plugin:2");
    check("plugin", "plugin = 1\ndel plugin", "");
    check("plugin", "def f():\n    plugin = 1\nclass C:\n    plugin = 1\nplugin.x = 1\nplugin: int", "");
    check("plugin", "'plugin'  # plugin = 1", "");
    check("été", "été = 1", "été:1");
    // Decorators.
    check("@hookimpl", "@hookimpl\ndef f(): ...", "f:2");
    check("@hookimpl", "@hookimpl(tryfirst=True)\nasync def f(): ...", "f:2");
    check("@hookimpl", "@app.hookimpl()()\nclass C: ...", "C:2");
    check("@app.hookimpl", "import app\n@app.hookimpl(a=1)\ndef f(): ...", "f:3");
    check("@app.hookimpl", "import app as a\n@other\n@a.hookimpl\ndef f(): ...", "f:4");
    check("@app.hookimpl", "from app import hookimpl as impl\n@impl\ndef f(): ...", "f:3");
    check("@app.hookimpl", "from app import *\n@hookimpl\ndef f(): ...", "f:3");
    check("@app.hookimpl", "from other import hookimpl\n@hookimpl\ndef f(): ...", "");
    check("@hookimpl", "from app import hookimpl as impl\n@impl\ndef f(): ...", "f:3");
    check("@hookimpl", "from app import other as hookimpl\n@hookimpl\ndef f(): ...", "");
    check("@hookimpl", "hookimpl = pluggy.HookimplMarker('app')\n@hookimpl\ndef f(): ...", "f:3");
    check("@app.hookimpl", "import app\nmine = app.hookimpl\n@mine\ndef f(): ...", "f:4");
    check("@pk.m.mine", "def mine(f): return f\n@mine\ndef f(): ...", "f:3");
    check("@pk.mine", "from . import mine as own\n@own\ndef f(): ...", "f:3");
    check("@pk.b.mine", "from .b import mine\n@mine\ndef f(): ...", "f:3");
    check("@hookimpl", "if x:\n    @hookimpl\n    def f(): ...\nelse:\n    @hookimpl\n    def g(): ...", "f:3 g:6");
    check("@hookimpl", "match x:\n    case 1:\n        @hookimpl\n        def f(): ...", "f:4");
    check("@a.h", "try:\n    from a import h\nexcept ImportError:\n    from b import h\n@h\ndef f(): ...", "f:6");
    check("@a.h", "from a import h\nfrom b import h\n@h\ndef f(): ...", "");
    check("@hookimpl", "class C:\n    @hookimpl\n    def f(self): ...\ndef g():\n    @hookimpl\n    def f(): ...", "");
    check("@hookimpl", "@hookimpl\ndef f(): ...\ndel f", "");
    check("@hookimpl", "@hookimpl[0]\n@(lambda f: hookimpl)\n@ahookimpl\n@hookimpl.x\ndef f(): ...", "");
    // Base classes.
    check("(Tool)", "from app import Tool as T\nclass X(T): ...", "X:2");
    check("(app.Tool)", "from app import Tool as T\nclass X(T): ...", "X:2");
    check("(app.Tool)", "import app.base as b, app\nclass X(A, app.Tool, metaclass=M): ...", "X:2");
    check(
        "(app.Tool)",
        "from app import Tool\nclass X(Tool[int]): ...\nclass Y(X): ...\nclass Z(Y, A): ...",
        "X:2 Y:3 Z:4",
    );
    check("(app.Tool)", "from app import Tool\nclass X(Tool): ...\nV = X\nclass Y(V): ...", "X:2 Y:4");
    check("(app.Tool)", "from app import Tool\nclass X(Tool): ...\nclass X: ...\nclass Y(X): ...", "X:2");
    check("(app.Tool)", "from app import Tool\ndef f():\n    class X(Tool): ...\nclass Y(metaclass=Tool): ...", "");
    check("(Tool)", "class Tool: ...\nclass X(Tool): ...", "X:2");
    check("(Exception)", "class X(Exception): ...", "X:1");
    check("(Tool)", "class X(*bases, Tool()): ...\nclass Y(T.x): ...", "");
}

#[test]
fn aliases_that_feed_on_one_another_stay_few() {
    let text = "if x:\n    a = b\n    b = a\n    a = a.b\n    b = b.a\n".repeat(2000)
        + "from app import h as a\n@a\ndef f(): ...";
    let found = marks(&text, "m", false, &Marker::decorator("app.h")).expect("it is Python");
    assert_eq!(found.len(), 1);
}

#[test]
fn a_marker_is_one_text() {
    for text in ["plugin", "@hookimpl", "@app.hookimpl", "(app.Tool)", "(Tool)"] {
        let marker: Marker = text.parse().expect("a marker");
        assert_eq!(marker.to_string(), text);
        assert_eq!(serde_json::to_string(&marker).unwrap(), format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Marker>(&format!("{text:?}")).unwrap(), marker);
    }
    for text in ["", "@", "()", "a.b", "(a", "a)", "@a b", "(a, b)", "@a.", "1", "@(a)"] {
        let error = text.parse::<Marker>().unwrap_err().to_string();
        assert_eq!(error, format!("`{text}` is not a marker, which is `name`, `@decorator` or `(Class)`"));
    }
}

const APP: Tree<'_> = &[
    ("app/__init__.py", BOMB),
    ("app/plugins/a.py", BOMB),
    ("app/plugins/b/__init__.py", BOMB),
    ("app/plugins/b/inner.py", "plugin = 1"),
    ("app/plugins/b.py", "plugin = 1"),
    ("app/plugins/c/deep.py", "plugin = 1"),
    ("app/plugins/my-notes.py", BOMB),
    ("app/plugins/data/x.txt", ""),
    ("broken.py", "def (:"),
    ("single.py", "x = plugin = 1"),
];

#[test]
fn plugins_are_the_modules_directly_below_a_package() {
    each_path(APP, |path, label| {
        let discovered = Discovery::package("app.plugins").find(&path);
        assert_eq!((shown(&discovered).as_str(), discovered.problems.len()), ("a b -b c", 0));
        let [a, b, lost, c] = &discovered.plugins[..] else { panic!("four") };
        assert_eq!((a.module.as_str(), a.kind), ("app.plugins.a", Some(Kind::Module)));
        assert_eq!(a.origin.as_deref(), Some(&*format!("{label}/app/plugins/a.py")));
        assert_eq!((a.attribute.as_deref(), a.handle().map(|handle| handle.name())), (None, Some("app.plugins.a")));
        assert_eq!(a.how.to_string(), "in the package `app.plugins`");
        assert_eq!((b.kind, c.kind), (Some(Kind::Package), Some(Kind::Namespace)));
        assert_eq!(c.origin.as_deref(), Some(&*format!("{label}/app/plugins/c")));
        assert_eq!(lost.origin.as_deref(), Some(&*format!("{label}/app/plugins/b.py")));
        let loses = lost.loses.as_ref().expect("it loses").to_string();
        assert_eq!(loses, format!("`{label}/app/plugins/b/__init__.py` is found first"));
    });
}

#[test]
fn a_marker_goes_deep() {
    each_path(APP, |path, label| {
        let discovered = top_level("plugin").find(&path);
        let expected =
            "app.plugins.b.inner[plugin:1] -app.plugins.b[plugin:1] app.plugins.c.deep[plugin:1] single[plugin:1]";
        let mut shown: Vec<_> = shown(&discovered).split(' ').map(str::to_owned).collect();
        shown.sort_by_key(|name| name.trim_start_matches('-').replace('[', "~"));
        assert_eq!(shown.join(" "), expected);
        assert_eq!(problems(&discovered).len(), 1);
        let problem = &discovered.problems[0];
        assert!(problem.message.starts_with(&format!("can't parse `{label}/broken.py`: ")), "{problem}");
        assert_eq!((problem.module.as_deref(), problem.line), (Some("broken"), Some(1)));

        let discovered = Discovery::package("app.plugins").marked(Marker::binding("plugin")).find(&path);
        assert_eq!(discovered.plugins.len(), 3);
        assert!(discovered.problems.is_empty(), "{discovered:?}");
        let deep = &discovered.plugins[2];
        assert_eq!((deep.name.as_str(), deep.module.as_str()), ("c.deep", "app.plugins.c.deep"));
        assert_eq!(deep.how.to_string(), "marked `plugin` below `app.plugins`");
    });
}

#[test]
fn a_namespace_package_has_plugins_from_several_folders() {
    for kind in KINDS {
        let one = fixture(kind, &[("ns/a.py", BOMB), ("ns/both.py", "__version__ = '1'"), ("top.py", "")]);
        let two = fixture(kind, &[("ns/b.py", BOMB), ("ns/both/__init__.py", BOMB), ("top/x.py", "")]);
        let path = SearchPath::new().with(one.source.clone()).with(two.source.clone());
        let discovered = Discovery::package("ns").find(&path);
        assert_eq!(shown(&discovered), "a b both -both", "{kind}");
        assert_eq!(discovered.plugins[2].facts().unwrap().version.as_deref(), Some("1"));
        let first = format!("{}/ns/both.py", one.source.label());
        assert_eq!(discovered.plugins[3].loses, Some(Winner::Module { origin: first }));
        assert_eq!(shown(&Discovery::top_level().find(&path)), "ns top -top", "{kind}");
        // The portions of one namespace package hide nothing of each other.
        let path = SearchPath::new().with(two.source.clone()).with(one.source.clone());
        assert_eq!(shown(&Discovery::package("ns").find(&path)), "a b both -both", "{kind}");
    }
}

#[test]
fn what_is_no_package_is_a_problem() {
    let path = SearchPath::new().with(Memory::new("<m>").with("a.py", BOMB));
    let problem = |name: &str| Discovery::package(name).find(&path).problems[0].message.clone();
    assert_eq!(problem("a"), "`a` is not a package");
    assert_eq!(problem("b"), "no module `b`: looked for `b` in `<m>`");
    assert_eq!(
        problem("a..b"),
        "`a..b` is not a module name: names are parts joined by dots, and none is empty or a path"
    );
}

const SITE: Tree<'_> = &[
    ("One_Thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: One.Thing\nVersion: 1.0\n\nVersion: 9\n"),
    (
        "One_Thing-1.0.dist-info/entry_points.txt",
        "stray = stray\n# comment\n[console_scripts]\none = one:main\n\n[ app.plugins ]\n[app.plugins]\n\
         # another\nwhole = one\n  deep.name=one.sub : make.it [extra1, extra2]\ntaken = one:first\nodd = a b\nword\n\
         half = gone.sub:x\n= one\nempty = one:\n",
    ),
    ("one/__init__.py", "raise SystemExit\n__version__ = 'not this'"),
    ("one/sub.py", BOMB),
    ("two.egg-info/PKG-INFO", "name: two\nversion: 2\n"),
    ("two.egg-info/entry_points.txt", "[app.plugins]\ntaken=two\n"),
    ("two.py", "plugin = 1"),
    ("bad-1.dist-info/METADATA", "Name: bad\n"),
    ("bad-1.dist-info/entry_points.txt", "[app.plugins]\nbad = two\n"),
    ("none-3.dist-info/entry_points.txt", "[app.plugins]\nnone = two\n"),
    ("quiet-3.dist-info/RECORD", ""),
    ("old-0.5-py3.8.egg-info", "Name: old\nVersion: 0.5\n"),
];

#[test]
fn entry_points_are_those_of_the_distributions_on_the_path() {
    each_path(SITE, |path, label| {
        let discovered = Discovery::group("app.plugins").find(&path);
        assert_eq!(shown(&discovered), " bad deep.name empty half none odd taken -taken whole word");
        let named = |name: &str| discovered.plugins.iter().find(|found| found.name == name).expect("it is there");
        let deep = named("deep.name");
        assert_eq!((deep.module.as_str(), deep.attribute.as_deref()), ("one.sub", Some("make.it")));
        let distribution = deep.distribution.as_ref().expect("it has one");
        assert_eq!(
            (distribution.to_string().as_str(), distribution.version.as_deref()),
            ("One.Thing 1.0", Some("1.0"))
        );
        assert_eq!(distribution.folder, format!("{label}/One_Thing-1.0.dist-info"));
        let file = format!("{label}/One_Thing-1.0.dist-info/entry_points.txt");
        assert_eq!(deep.how, How::EntryPoint { group: "app.plugins".to_owned(), file: file.clone(), line: 10 });
        assert_eq!(named("whole").attribute, None);
        assert_eq!(named("whole").facts().unwrap().version.as_deref(), Some("1.0"));

        let half = named("half").problem.as_ref().expect("its module isn't there");
        assert_eq!(
            half.message,
            format!(
                "the entry point `half` of the distribution `One.Thing 1.0` needs the module `gone.sub` (`{file}`, line \
                 14): no module `gone.sub`: looked for `gone` in `{label}`"
            )
        );
        assert_eq!((half.module.as_deref(), half.line, named("half").handle()), (Some("gone.sub"), Some(14), None));
        assert!(named("half").facts().unwrap_err().to_string().contains("looked for `gone`"));
        for (name, text, line) in
            [("odd", "odd = a b", 12), ("word", "word", 13), ("", "= one", 15), ("empty", "empty = one:", 16)]
        {
            let problem = named(name).problem.as_ref().expect("its line is malformed");
            let expected = format!(
                "`{text}` is not an entry point, which is `name = module:object`: line {line} of `{file}`, distribution \
                 `One.Thing 1.0`"
            );
            assert_eq!((problem.message.as_str(), problem.line), (expected.as_str(), Some(line)));
        }
        let taken = discovered.plugins.iter().find(|found| found.loses.is_some()).expect("one loses");
        assert_eq!(
            taken.loses.as_ref().unwrap().to_string(),
            format!("the entry point of `One.Thing 1.0` in `{label}/One_Thing-1.0.dist-info`, line 11, comes first")
        );
        assert_eq!(named("none").distribution.as_ref().unwrap().to_string(), "none 3");
        assert_eq!(named("bad").distribution.as_ref().unwrap().to_string(), "bad 1");
        let ending = ": name and version are taken from the name of the folder";
        assert_eq!(
            problems(&discovered),
            [
                format!("`{label}/bad-1.dist-info/METADATA` doesn't have both a name and a version{ending}"),
                format!("there is no `{label}/none-3.dist-info/METADATA`{ending}"),
            ]
        );
        // By a marker as well.
        let discovered = Discovery::group("app.plugins").marked(Marker::binding("plugin")).find(&path);
        assert_eq!(shown(&discovered), " bad[plugin:1] empty half none[plugin:1] odd -taken[plugin:1] word");
        assert!(Discovery::group("plugins").find(&path).plugins.is_empty());
    });
}

#[test]
fn the_first_distribution_of_a_name_on_the_path_counts() {
    let files = |version: &str, points: &str| {
        let folder = format!("my_dist-{version}.dist-info");
        [
            (format!("{folder}/METADATA"), format!("Name: My.Dist\nVersion: {version}\n")),
            (format!("{folder}/entry_points.txt"), format!("[g]\n{points}")),
        ]
    };
    let memory = |label: &str, files: Vec<[(String, String); 2]>| {
        let memory = Memory::new(label).with("m.py", BOMB);
        files.iter().flatten().for_each(|(path, text)| memory.insert(path.as_str(), text));
        memory
    };
    let one = memory("<one>", vec![files("1.0", "p = m:a")]);
    let two = memory("<two>", vec![files("2.0", "p = m:b\nq = m")]);
    let path = SearchPath::new().with(one).with(two);
    let discovered = Discovery::group("g").find(&path);
    assert_eq!(shown(&discovered), "p -p -q");
    assert_eq!(discovered.plugins[0].attribute.as_deref(), Some("a"));
    for lost in &discovered.plugins[1..] {
        assert_eq!(
            lost.loses.as_ref().unwrap().to_string(),
            "the distribution `My.Dist 1.0` in `<one>/my_dist-1.0.dist-info` comes first"
        );
    }
    // In one folder the newer one counts, and one with metadata before any.
    let both = memory("<both>", vec![files("1.9", "p = m:a"), files("1.10", "p = m:b")]);
    let broken = "my_dist-3.0.dist-info/entry_points.txt";
    both.insert(broken, "[g]\np = m:c");
    let discovered = Discovery::group("g").find(&SearchPath::new().with(both));
    let attributes: Vec<_> = discovered.plugins.iter().filter_map(|found| found.attribute.as_deref()).collect();
    assert_eq!(attributes, ["b", "a", "c"]);
    // One without entry points hides others, too.
    let quiet = Memory::new("<quiet>").with("MY_DIST-9.egg-info", "Name: my-dist\nVersion: 9\n");
    let loud = memory("<loud>", vec![files("1.0", "p = m:a")]);
    assert_eq!(shown(&Discovery::group("g").find(&SearchPath::new().with(quiet).with(loud))), "-p");
}

#[test]
fn facts_are_read_off_the_text() {
    #[track_caller]
    fn facts(text: &str) -> Result<exocet::plugins::Facts, String> {
        let path = SearchPath::new().with(Memory::new("<m>").with("a.py", text));
        Discovery::top_level().find(&path).plugins[0].facts().map_err(|error| error.to_string())
    }
    let known = facts(&format!(
        "{BOMB}__version__ = '1.2'\n__requires__ = ['other >= 1.0, < 2', 'third']\n__priority__: int = -10\n"
    ))
    .unwrap();
    assert_eq!((known.version.as_deref(), known.priority), (Some("1.2"), -10));
    assert_eq!(known.requires, ["other>=1.0,<2", "third"].map(|text| text.parse::<Requirement>().unwrap()));
    assert_eq!(serde_json::to_value(&known).unwrap()["requires"][0], "other >=1.0, <2");
    let none =
        facts("__version__ = __import__('x').version\ndef f():\n    __priority__ = 1\n__requires__ = ()").unwrap();
    assert_eq!((none.version, none.requires, none.priority), (None, vec![], 0));
    assert_eq!(facts("__version__ = '1'\ndel __version__").unwrap().version, None);
    assert_eq!(facts("__version__ = '1'\nif x: __version__ = '2'").unwrap().version, None);
    assert_eq!(facts("if x: __version__ = '2'\n__version__ = a = '1'").unwrap().version.as_deref(), Some("1"));
    #[track_caller]
    fn wrong(text: &str, expected: &str) {
        assert_eq!(facts(text).unwrap_err(), expected);
    }
    wrong("\n__version__ = 1", "`__version__` of `a` (`<m>/a.py`, line 2) can't be used: a text is wanted");
    let priority = "`__priority__` of `a` (`<m>/a.py`, line 1) can't be used: an integer is wanted, written out";
    ["'1'", "True", "1.0", "x", "1 + 1"].iter().for_each(|value| wrong(&format!("__priority__ = {value}"), priority));
    let requires = "`__requires__` of `a` (`<m>/a.py`, line 1) can't be used: a list of texts is wanted, written out";
    ["'x'", "[1]", "[*x]", "BASE + ['x']"].iter().for_each(|value| wrong(&format!("__requires__ = {value}"), requires));
    wrong(
        "__requires__ = ['a', '>= 1']",
        "`__requires__` of `a` (`<m>/a.py`, line 1) can't be used: `>= 1` is not a requirement, as `name >= 1.0, < 2` is",
    );
    assert!(
        facts("__requires__ = ['a =! 1']")
            .unwrap_err()
            .contains("`a =! 1` is not a requirement, as `name >= 1.0, < 2` is: ")
    );
    assert!(facts("x = (").unwrap_err().starts_with("can't parse `<m>/a.py`: "));
}

#[test]
fn what_is_found_is_data() {
    let path = SearchPath::new().with(SITE.iter().copied().collect::<Memory>());
    let discovered = Discovery::group("app.plugins").find(&path);
    let text = serde_json::to_string(&discovered).unwrap();
    let back: Discovered = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert!(back.plugins.iter().all(|found| found.handle().is_none()));
    let discovery = Discovery::package("app.plugins").marked(Marker::decorator("h"));
    let text = serde_json::to_string(&discovery).unwrap();
    assert_eq!(text, r#"{"place":{"package":"app.plugins"},"marked":"@h"}"#);
    assert_eq!(serde_json::from_str::<Discovery>(&text).unwrap(), discovery);
    assert_eq!(serde_json::from_str::<Discovery>(r#"{"place":"top-level"}"#).unwrap(), Discovery::top_level());
    assert!(serde_json::from_str::<Discovery>(r#"{"place":"top-level","markd":"@h"}"#).is_err());
}

/// A tree whose files are counted as they are read. `fails` can't be listed.
struct Watched {
    tree: Arc<dyn Source>,
    read: Arc<Mutex<Vec<String>>>,
    fails: &'static str,
}

impl Watched {
    fn new(tree: impl Source) -> (Self, Arc<Mutex<Vec<String>>>) {
        let read = Arc::new(Mutex::new(Vec::new()));
        (Watched { tree: Arc::new(tree), read: read.clone(), fails: "nowhere" }, read)
    }
}

impl Source for Watched {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        let bytes = self.tree.read(path)?;
        if bytes.is_some() {
            self.read.lock().unwrap().push(path.to_owned());
        }
        Ok(bytes)
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        if folder == self.fails { Err(io::Error::other("a loose wire")) } else { self.tree.list(folder) }
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        self.tree.probe(path)
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        self.tree.stamp(path)
    }

    fn folder(&self) -> Option<&Path> {
        self.tree.folder()
    }

    fn label(&self) -> &str {
        self.tree.label()
    }
}

#[test]
fn no_module_is_read_where_no_marker_is_wanted() {
    let (source, read) = Watched::new(APP.iter().chain(SITE).copied().collect::<Memory>());
    let path = SearchPath::new().with(source);
    Discovery::top_level().find(&path);
    Discovery::package("app.plugins").find(&path);
    assert!(read.lock().unwrap().is_empty());
    let found = Discovery::group("app.plugins").find(&path);
    assert!(read.lock().unwrap().iter().all(|path| !path.ends_with(".py")), "{read:?}");
    read.lock().unwrap().clear();
    found.plugins.iter().find(|found| found.name == "whole").unwrap().facts().unwrap();
    assert_eq!(*read.lock().unwrap(), ["one/__init__.py"]);
}

#[test]
fn nothing_runs_and_nothing_is_compiled() {
    let folder = directory(&[]);
    let trace = folder.path().join("trace");
    let text = format!("open({trace:?}, 'w').close()\n__version__ = '1'\nplugin = 1\n");
    let tree = directory(&[
        ("pk/__init__.py", &text),
        ("pk/a.py", &text),
        ("d-1.dist-info/METADATA", "Name: d\nVersion: 1\n"),
        ("d-1.dist-info/entry_points.txt", "[g]\np = pk.a:plugin"),
    ]);
    let path = SearchPath::new().with(exocet::source::open(tree.path()).unwrap());
    let ways = [Discovery::top_level(), Discovery::package("pk"), Discovery::group("g"), top_level("plugin")];
    for discovery in ways {
        let discovered = discovery.find(&path);
        assert!(!discovered.plugins.is_empty() && discovered.problems.is_empty(), "{discovered:?}");
        discovered.plugins.iter().for_each(|found| drop(found.facts().unwrap()));
    }
    assert!(!trace.exists());
    assert!(!tree.path().join("pk/__pycache__").exists());
}

#[test]
fn what_cannot_be_listed_is_one_problem_and_never_the_end() {
    let (mut source, _) = Watched::new(Memory::new("<m>").with("pk/a.py", "plugin = 1").with("b.py", "plugin = 1"));
    source.fails = "pk";
    let path = SearchPath::new().with(source);
    let discovered = top_level("plugin").find(&path);
    assert_eq!(shown(&discovered), "b[plugin:1]");
    assert_eq!(problems(&discovered), ["can't list the top-level modules: `<m>/pk`: a loose wire"]);
    let (mut source, _) = Watched::new(Memory::new("<m>"));
    source.fails = "";
    let site = SITE.iter().copied().collect::<Memory>();
    let discovered = Discovery::group("app.plugins").find(&SearchPath::new().with(source).with(site));
    assert_eq!(problems(&discovered)[0], "can't list the distributions in `<m>`: `<m>`: a loose wire");
    assert_eq!(discovered.plugins.len(), 11);
    let bytes = Memory::new("<m>").with("x-1.dist-info/entry_points.txt", b"[g]\n\xff = x");
    let discovered = Discovery::group("g").find(&SearchPath::new().with(bytes));
    let expected = "can't read the entry points in `<m>/x-1.dist-info/entry_points.txt`: it is not UTF-8";
    assert_eq!(problems(&discovered), [expected]);
    let text = Memory::new("<m>").with("a.py", b"plugin = '\xff'").with("b.py", "x = ".repeat(3) + &"(".repeat(5000));
    let discovered = top_level("plugin").find(&SearchPath::new().with(text));
    assert_eq!(discovered.problems.len(), 2, "{discovered:?}");
    assert!(problems(&discovered)[0].starts_with("can't decode `<m>/a.py`: "), "{discovered:?}");
}
