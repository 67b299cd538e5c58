//! Random packages, run by CPython's own import and as a realm here: the same values, the same order of execution, the
//! same kinds of error.
//!
//! CPython is an oracle for these tests only, and they skip where there is no `python3`. `EXOCET_CASES` says how many
//! random packages there are, and `EXOCET_SEED` which.

use crate::support::{Tree, archive, write};
use exocet::{
    Memory, Runtime, Source, Zip,
    modules::{Location, SearchPath},
    raw::{self, RealmRef, traceback},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{select, subsequence},
    test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner},
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::Arc,
};

const RECORDER: &str = include_str!("differential/recorder.py");
const ORACLE: &str = include_str!("differential/oracle.py");

/// The files of a case, in the folders of its search path in turn.
type Files = [BTreeMap<String, String>; 2];

/// CPython, waiting for cases.
struct Python {
    process: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Python {
    fn start() -> Option<Self> {
        let mut command = Command::new("python3");
        command.args(["-I", "-S", "-B", "-W", "ignore", "-c", ORACLE]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let answers = BufReader::new(process.stdout.take()?);
        Some(Self { process, answers })
    }

    fn run(&mut self, folders: &[String]) -> String {
        let mut line = String::new();
        let mut questions = self.process.stdin.as_ref().expect("its input is a pipe");
        writeln!(questions, "{}", folders.join("\t")).expect("it listens");
        self.answers.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("it answers in JSON")
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ended = self.process.wait();
    }
}

/// Both importers, for many cases.
struct Both {
    python: Python,
    runtime: Runtime,
    count: usize,
}

impl Both {
    fn start() -> Option<Self> {
        let python = Python::start()?;
        Some(Self { python, runtime: Runtime::builder().isolated().build().expect("it starts"), count: 0 })
    }

    /// What a case writes down by CPython, and as a realm.
    fn run(&mut self, files: &Files) -> (String, String) {
        self.count += 1;
        let folders: Vec<_> = files.iter().map(|_| tempfile::tempdir().expect("a temporary folder")).collect();
        for (folder, files) in folders.iter().zip(files) {
            write(folder.path(), &borrowed(files));
        }
        let paths: Vec<String> = folders.iter().map(|folder| folder.path().display().to_string()).collect();
        let theirs = self.python.run(&paths);
        let source = |at: usize| -> Arc<dyn Source> {
            let label = format!("<folder {at} of case {}>", self.count);
            let tree = borrowed(&files[at]);
            match self.count % 3 {
                0 => exocet::source::open(&paths[at]).expect("the folder opens"),
                1 => Arc::new(Zip::from_bytes(label, archive(&tree)).expect("the archive opens")),
                _ => Arc::new(tree.iter().fold(Memory::new(label), |memory, (path, text)| memory.with(*path, *text))),
            }
        };
        let location = |at| Location { source: source(at), folder: String::new() };
        let path = SearchPath::from_locations((0..files.len()).map(location));
        (theirs, realm(&self.runtime, &path))
    }
}

fn borrowed(files: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

fn realm(runtime: &Runtime, path: &SearchPath) -> String {
    runtime.enter(|vm| {
        let realm = RealmRef::builder(&raw::pass_through(vm)).search_path(path).build(vm);
        let recorder = realm.lookup("main", vm).and_then(|_| realm.lookup("recorder", vm));
        let result = recorder.and_then(|recorder| recorder.get_attr("result", vm));
        let leaked = vm.sys_module.get_attr("modules", vm).expect("it has modules");
        for name in ["p", "q", "r", "main", "recorder"] {
            assert!(leaked.get_item(name, vm).is_err(), "{name} is known outside of the realm");
        }
        match result.and_then(|result| result.try_into_value::<String>(vm)) {
            Ok(result) => result,
            Err(error) => format!("the case itself fails: {}", traceback(&error, vm)),
        }
    })
}

/// The names that modules and imports are made of. What isn't among the modules of a case is missing, and what has
/// something below it may be a namespace package.
const NAMES: [&str; 11] = ["p", "p.a", "p.b", "q", "p.s", "p.s.a", "p.s.b", "q.a", "r", "zz", "p.zz"];
const ATTRIBUTES: [&str; 9] = ["x", "y", "a", "b", "s", "f", "p", "q", "zz"];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(&NAMES[..9]), 1 => select(&NAMES[..])].prop_map(str::to_owned)
}

fn attribute() -> impl Strategy<Value = String> {
    select(&ATTRIBUTES[..]).prop_map(str::to_owned)
}

/// `x, y as z`
fn items() -> impl Strategy<Value = String> {
    let item = (attribute(), prop::option::weighted(0.2, attribute())).prop_map(|(name, new)| match new {
        Some(new) => format!("{name} as {new}"),
        None => name,
    });
    vec(item, 1..3).prop_map(|items| items.join(", "))
}

/// What stands after `from`.
fn origin() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => name(),
        3 => select(&[".", ".", "..", "...", "...."][..]).prop_map(str::to_owned),
        3 => (select(&[".", ".", "..", "..."][..]), select(&["a", "b", "s", "s.a", "zz"][..]))
            .prop_map(|(dots, name)| format!("{dots}{name}")),
    ]
}

/// An import statement that may stand anywhere.
fn import() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => name().prop_map(|name| format!("import {name}")),
        2 => (name(), attribute()).prop_map(|(name, new)| format!("import {name} as {new}")),
        5 => (origin(), items()).prop_map(|(origin, items)| format!("from {origin} import {items}")),
    ]
}

/// A call that imports.
fn imported() -> impl Strategy<Value = String> {
    let list = || vec(select(&["x", "a", "b", "*", "zz"][..]), 0..3);
    prop_oneof![
        name().prop_map(|name| format!("_importlib.import_module('{name}')")),
        select(&[".a", ".b", "..a", "...p", ".zz", "..s.a"][..])
            .prop_map(|name| format!("_importlib.import_module('{name}', __package__)")),
        select(&[".a", ".s", "..a"][..]).prop_map(|name| format!("_importlib.import_module('{name}', __name__)")),
        name().prop_map(|name| format!("__import__('{name}')")),
        (name(), list()).prop_map(|(name, list)| format!("__import__('{name}', fromlist={list:?})")),
        (select(&["a", "b", "s.a", "", "zz"][..]), list(), 1..3)
            .prop_map(|(name, list, level)| format!("__import__('{name}', globals(), None, {list:?}, {level})")),
        name().prop_map(|name| format!("_importlib.reload(_sys.modules['{name}'])")),
        name().prop_map(|name| format!("bool(_util.find_spec('{name}'))")),
        name().prop_map(|name| format!("'{name}' in _sys.modules")),
        (name(), attribute()).prop_map(|(name, attribute)| format!("_sys.modules['{name}'].{attribute}")),
        (name(), attribute()).prop_map(|(name, attribute)| format!("_r.call(_sys.modules['{name}'].f, '{attribute}')")),
        (name(), attribute()).prop_map(|(name, attribute)| format!("hasattr(_sys.modules['{name}'], '{attribute}')")),
        (attribute(), attribute()).prop_map(|(first, second)| format!("{first}.{second}")),
        (name(), attribute()).prop_map(|(first, second)| format!("{first}.{second}")),
        attribute(),
    ]
}

/// What is written to tables and modules.
fn written() -> impl Strategy<Value = String> {
    let value = || {
        prop_oneof![
            Just("None".to_owned()),
            Just("5".to_owned()),
            Just("_r.Stand()".to_owned()),
            // Without a `__path__`: CPython looks for submodules below an object's own `__name__`, and a realm below the
            // name that is imported, which is the one that its mapper knows.
            Just("_r.Stand(x=1, a=2, __name__='p')".to_owned()),
            Just("type(_sys)('other')".to_owned()),
            name().prop_map(|name| format!("_sys.modules['{name}']")),
        ]
    };
    prop_oneof![
        (attribute(), 0..9).prop_map(|(attribute, value)| format!("{attribute} = {value}")),
        attribute().prop_map(|attribute| format!("del {attribute}")),
        (name(), attribute(), value())
            .prop_map(|(name, attribute, value)| format!("_sys.modules['{name}'].{attribute} = {value}")),
        (name(), attribute()).prop_map(|(name, attribute)| format!("del _sys.modules['{name}'].{attribute}")),
        name().prop_map(|name| format!("del _sys.modules['{name}']")),
        name().prop_map(|name| format!("_sys.modules.pop('{name}', None)")),
        (name(), value()).prop_map(|(name, value)| format!("_sys.modules['{name}'] = {value}")),
        value().prop_map(|value| format!("_sys.modules[__name__] = {value}")),
        (name(), value()).prop_map(|(name, value)| format!("_sys.modules.setdefault('{name}', {value})")),
        select(&["__path__ = []", "__path__.clear()", "del __path__", "__package__ = 'p.s'", "del __package__"][..])
            .prop_map(str::to_owned),
        // Not `del __name__`: CPython's `from` then fails with an `AttributeError` of its own.
        select(&["__spec__ = None", "__package__ = None", "__package__ = 'zz'"][..]).prop_map(str::to_owned),
    ]
}

fn raised() -> impl Strategy<Value = String> {
    const KINDS: [&str; 6] = [
        "ValueError('x')",
        "ImportError('x', name='q')",
        "ModuleNotFoundError('x', name='p.a')",
        "ModuleNotFoundError(name=__name__)",
        "AttributeError('x')",
        "KeyError('x')",
    ];
    select(&KINDS[..]).prop_map(|kind| format!("raise {kind}"))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

fn guarded(text: &str) -> String {
    format!("try:\n{}except Exception as _error:\n    _r.error(_error)\n", indented(text))
}

/// A statement for the top level of a module.
fn statement() -> impl Strategy<Value = String> {
    let anything = || {
        prop_oneof![
            8 => import(),
            3 => imported().prop_map(|call| format!("_r.record({call})")),
            1 => (attribute(), imported()).prop_map(|(name, call)| format!("{name} = {call}")),
            3 => written(),
        ]
    };
    let function = |body: &str| format!("def f(name):\n{}    return {{**locals()}}.get(name)\n", indented(body));
    prop_oneof![
        12 => anything(),
        8 => anything().prop_map(|text| guarded(&text)),
        4 => origin().prop_map(|origin| format!("from {origin} import *")),
        3 => origin().prop_map(|origin| guarded(&format!("from {origin} import *"))),
        2 => import().prop_map(|text| format!("try:\n{}except ImportError as _error:\n    _r.error(_error)\n", indented(&text))),
        4 => import().prop_map(move |text| function(&text)),
        2 => import().prop_map(|text| format!("def g():\n{}_r.call(g)\n", indented(&text))),
        1 => import().prop_map(|text| format!("class C:\n{}", indented(&text))),
        2 => subsequence(&ATTRIBUTES[..], 1..4).prop_map(|names| format!("__all__ = {names:?}")),
        1 => (attribute(), 0..9).prop_map(|(name, value)| lazy(&format!("if name == '{name}': return {value}"))),
        1 => Just(lazy("if name in 'ab': return _importlib.import_module('.' + name, __name__)")),
        1 => import().prop_map(|text| lazy(&text)),
        1 => raised(),
        1 => (name(), raised()).prop_map(|(name, raised)| format!("if '{name}' in _sys.modules: {raised}")),
    ]
}

/// A module's `__getattr__`. Names with underscores are the business of the importers themselves.
fn lazy(body: &str) -> String {
    let body = format!("def look():\n{}    raise AttributeError(name)\n", indented(body));
    format!(
        "def __getattr__(name):\n    if name[:1] == '_': raise AttributeError(name)\n    _r.record('asked', name)\n{}    \
         return _r.call(look)\n",
        indented(&body)
    )
}

/// The text of a module.
fn text(statements: &[String]) -> String {
    let begin = "import recorder as _r, sys as _sys, importlib as _importlib, importlib.util as _util\n";
    format!("{begin}_r.start(__name__)\n{}\n_r.end(__name__)\n", statements.join("\n"))
}

/// A module: its name, whether it is a package even with nothing below it, the folder that it is in, its statements.
fn module() -> impl Strategy<Value = (String, bool, usize, Vec<String>)> {
    let folder = prop_oneof![4 => Just(0usize), 1 => Just(1usize)];
    (select(&NAMES[..9]).prop_map(str::to_owned), prop::bool::weighted(0.2), folder, vec(statement(), 0..7))
}

fn case() -> impl Strategy<Value = Files> {
    (vec(module(), 1..9), vec(statement(), 1..6)).prop_map(|(modules, steps)| {
        let mut files = Files::default();
        let names: Vec<String> = modules.iter().map(|(name, ..)| format!("{name}.")).collect();
        for (name, is_package, folder, statements) in &modules {
            let below = format!("{name}.");
            let is_package = *is_package || names.iter().any(|other| *other != below && other.starts_with(&below));
            let path = if is_package { below + "__init__" } else { name.clone() }.replace('.', "/") + ".py";
            files[*folder].entry(path).or_insert_with(|| text(statements));
        }
        files[0].insert("recorder.py".to_owned(), RECORDER.to_owned());
        files[0].insert("main.py".to_owned(), main(&steps));
        files
    })
}

/// The module that begins, and leaves in `recorder.result` what was written down.
fn main(steps: &[String]) -> String {
    let mut main = "import recorder as _r, sys as _sys, importlib as _importlib, importlib.util as _util\n".to_owned();
    for step in steps {
        // Code of its own, since not every statement may stand in a function.
        main.push_str(&format!("_r.step(lambda: exec({step:?}, globals()))\n"));
    }
    main + "_r.result = _r.dump()\n"
}

/// What random cases have found: a name, the statements of each file, and those of `main`.
const FOUND: &[(&str, Tree<'_>, &[&str])] = &[
    ("a relative import outside of packages names no module", &[], &["from . import x", "from . import *"]),
    (
        "the first package that is missing is named",
        &[("p.py", "")],
        &["import p.s.a as x", "import p.s.a", "import zz.y"],
    ),
    (
        "a module that puts None in its place is None once",
        &[("q.py", NONE)],
        &["import q", "import q", "from q import x"],
    ),
    ("an object without a name", &[], &["_sys.modules['q'] = 5", "from q import x", "from q import *"]),
    ("a module that reloads itself", &[("q.py", "_r.record(_importlib.reload(_sys.modules['q']))")], &["import q"]),
    (
        "a reload gives back what was deleted",
        &[("q.py", "del __package__"), ("r.py", "")],
        &["import q, r", "del r.__package__", "_importlib.reload(r)", "_importlib.reload(q)"],
    ),
    ("a module that removes itself", &[("q.py", "del _sys.modules[__name__]")], &["import q", "import q"]),
    (
        "a module that removes its package",
        &[("p/s/b.py", "del _sys.modules['p.s']")],
        &["import p.s.b", "from p.s import b", "import p.s.b as x"],
    ),
    (
        "a module that outlives its package",
        &[("p/__init__.py", "import p.s\nraise ValueError"), ("p/s/__init__.py", ""), ("p/s/a.py", "")],
        &["import p", "import p.s.a", "from p.s.a import x", "from p.s import a", "import p.s.a as y"],
    ),
    (
        "a module whose package failed is no reason to load the package again",
        &[("p/__init__.py", ""), ("p/s/__init__.py", "import p.s.a\nraise ValueError"), ("p/s/a.py", "")],
        &["import p.s", "import p.s.a", "import p.s.a as x"],
    ),
    (
        "a module without its package",
        &[],
        &["_sys.modules['q.a'] = 5", "import q.a as x", "import q.a", "from q.a import y"],
    ),
    (
        "a name of __all__ that is a module and no attribute",
        &[("p/__init__.py", "__all__ = ['a']\nfrom . import *\nraise ValueError"), ("p/a.py", "")],
        &["import p", "import p"],
    ),
    (
        "the first name of __all__ that is missing is the last one that is asked for",
        &[(
            "q.py",
            "__all__ = ['a', 'zz']\ndef __getattr__(name):\n    if name[0] != '_': _r.record(name)\n    raise AttributeError(name)",
        )],
        &["from q import *"],
    ),
    (
        "a spec is that of the module that is loaded",
        &[("p.py", ""), ("q.py", "__spec__ = None")],
        &[
            "_sys.modules['p.b'] = None",
            "_r.record(_util.find_spec('p.b'))",
            "_r.record(_util.find_spec('p.a'))",
            "import q",
            "_util.find_spec('q')",
            "_r.record(_util.find_spec('p').name)",
        ],
    ),
    (
        "a submodule that says of itself that it is missing",
        &[("p/__init__.py", ""), ("p/b.py", "raise ModuleNotFoundError(name=__name__)")],
        &["from p import b", "import p.b", "import p.b as x"],
    ),
    (
        "a submodule that may not be found",
        &[("p/__init__.py", ""), ("p/b.py", ""), ("q.py", "")],
        &[
            "_sys.modules['p.b'] = None",
            "from p import b",
            "import p.b",
            "_sys.modules['q.b'] = None",
            "from q import b",
        ],
    ),
    (
        "a call that asks for everything gets the module itself",
        &[("p/__init__.py", "__all__ = ['a', 'y']"), ("p/a.py", ""), ("q.py", "__all__ = ['y']")],
        &["_r.record(__import__('p', fromlist=['*']))", "_r.record(__import__('q', fromlist=['*']))", "import p, q"],
    ),
    (
        "a submodule that is hidden by a value",
        &[("p/__init__.py", "import p.a\na = 5"), ("p/a.py", "x = 1")],
        &["import p.a as x", "from p import a as y", "from p.a import x as z", "import p.a"],
    ),
    (
        "a submodule that is taken away",
        &[("p/__init__.py", ""), ("p/a.py", "")],
        &["import p.a", "del p.a", "import p.a as x", "from p import a", "from p import *", "p.a"],
    ),
];

const NONE: &str = "_sys.modules[__name__] = None";

#[test]
fn what_random_packages_found_stays_as_cpython_has_it() {
    let Some(mut both) = Both::start() else { return };
    let strings = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    for (name, tree, steps) in FOUND {
        let mut files = Files::default();
        for (path, statements) in *tree {
            files[0].insert((*path).to_owned(), text(&strings(&[*statements])));
        }
        files[0].insert("recorder.py".to_owned(), RECORDER.to_owned());
        files[0].insert("main.py".to_owned(), main(&strings(steps)));
        // Once from each kind of source.
        for _ in 0..3 {
            let (theirs, ours) = both.run(&files);
            assert!(theirs == ours, "{name}\n{}\n{}", shown(&files), difference(&theirs, &ours));
            assert!(!theirs.contains("the case itself fails"), "{name}: {theirs}");
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn random_packages_run_as_cpython_runs_them() {
    let Some(both) = Both::start() else { return };
    let both = RefCell::new(both);
    let cases = number("EXOCET_CASES").or_else(|| number("PROPTEST_CASES")).unwrap_or(150);
    let cases = u32::try_from(cases).expect("so many cases");
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("EXOCET_SEED").unwrap_or(0).to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let ran = runner.run(&case(), |files| {
        let (theirs, ours) = both.borrow_mut().run(&files);
        prop_assert!(theirs == ours);
        Ok(())
    });
    if let Err(TestError::Fail(_, files)) = ran {
        let (theirs, ours) = both.borrow_mut().run(&files);
        panic!("{}\n{}", shown(&files), difference(&theirs, &ours));
    }
    ran.expect("every case is made");
}

fn shown(files: &Files) -> String {
    let mut text = String::new();
    for (at, files) in files.iter().enumerate() {
        for (path, content) in files.iter().filter(|(path, _)| *path != "recorder.py") {
            text.push_str(&format!("----- {at}/{path}\n{content}"));
        }
    }
    text
}

fn difference(theirs: &str, ours: &str) -> String {
    let (theirs, ours): (Vec<_>, Vec<_>) = (theirs.lines().collect(), ours.lines().collect());
    let same = theirs.iter().zip(&ours).take_while(|(theirs, ours)| theirs == ours).count();
    let rest = |lines: &[&str]| lines[same..].join("\n");
    format!("===== both\n{}\n===== CPython\n{}\n===== realm\n{}", theirs[..same].join("\n"), rest(&theirs), rest(&ours))
}
