//! Random and hostile use: every case ends in a value or a Python exception, and never in a panic, an abort, a stack that
//! overflows, or nothing.
//!
//! The cases run in processes of their own, a few seconds by default and `EXOCET_FUZZ_SECONDS` long if that is set. What
//! they found stays here as a named case.

mod random;

use exocet::{
    Memory, Runtime,
    modules::{Location, SearchPath},
    raw::{self, RealmRef},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use random::{chosen, duration, noise};
use std::{
    fs::File,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

/// What modules and scripts begin with: objects that are not what they are taken for.
const ODD: &str = include_str!("fuzz/odd.py");

/// The statements of each module; the module `script` begins.
type Case = Vec<(String, Vec<String>)>;

const NAMES: &[&str] = &[
    "'m0'",
    "'m1'",
    "'pk'",
    "'pk.sub'",
    "'pk.sub.deep'",
    "'pk.odd'",
    "'json'",
    "'json.decoder'",
    "'sys'",
    "'builtins'",
    "'importlib'",
    "'importlib.util'",
    "'exocet'",
    "'__main__'",
    "'zz'",
    "'zz.y'",
    "'pk.zz'",
    "'m0.zz'",
    "''",
    "'.'",
    "'..'",
    "'.sub'",
    "'pk.'",
    "'.pk'",
    "'a..b'",
    "'\\0'",
    "'pk\\0'",
    "'pk.\\0'",
    "'\\ud800'",
    "'pk.\\ud800'",
    "'\\ud800.pk'",
    // As a from-list it is a search for each character, in CPython too: a longer one only takes its time.
    "'x' * 20000",
    "'a.' * 3000 + 'a'",
    "'pk.' * 3000",
    "b'pk'",
    "5",
    "None",
    "True",
    "1.5",
    "Str('pk')",
    "BadStr('pk')",
    "object()",
    "'\\u00e9'",
    "'a b'",
    "'a/b'",
    "'../pk'",
    "'<fuzz>'",
    "'pk/sub'",
    "'__init__'",
    "'script'",
    "'time'",
    "'math'",
    "'_io'",
    "'typing'",
    "'os.path'",
    "'xml.dom'",
    "'import'",
    "'pk.import'",
];

const VALUES: &[&str] = &[
    "None",
    "0",
    "5",
    "-1",
    "''",
    "'x'",
    "'\\ud800'",
    "b'x'",
    "[]",
    "()",
    "{}",
    "[5]",
    "['x']",
    "['\\ud800']",
    "{'pk': 5}",
    "{5: 5}",
    "object()",
    "object",
    "type",
    "len",
    "print",
    "Raises()",
    "RaisesOnGet()",
    "Recurses()",
    "Loads()",
    "Odd()",
    "Mutates()",
    "Lies()",
    "Class",
    "Finder(None)",
    "Finder(5)",
    "Finder(Lies())",
    "Finder(Spec())",
    "Finder(Spec(loader=Loader()))",
    "Finder(Spec(loader=None))",
    "Finder(RealSpec('m0'))",
    "Hook(5)",
    "Hook(Finder(Spec()))",
    "Hook(None)",
    "lambda *a: 1 / 0",
    "lambda *a: a",
    "lambda name: sys.modules",
    "BadStr('x')",
    "BadList()",
    "BadDict()",
    "Missing()",
    "sys",
    "sys.modules",
    "exocet",
    "exocet.pep302Mapper",
    "exocet.emptyMapper",
    "exocet.IMapper",
    "exocet.Realm",
    "exocet.Realm()",
    "exocet.IMapper()",
    "exocet.DictMapper({})",
    "exocet.getModule('pk')",
    "exocet.getModule('m0')",
    "types.ModuleType('zz')",
    "types.ModuleType('\\ud800')",
    "Module('zz')",
    "types.SimpleNamespace(__path__=5)",
    "types.SimpleNamespace(__path__=['<fuzz>/pk'])",
    "types.MappingProxyType({'pk': 5})",
    "iter([])",
    "float('nan')",
    "range(3)",
    "1 << 70",
    "sys._getframe()",
    "__builtins__",
    "__import__",
    "exec",
    "__spec__",
    "globals()",
    "importlib",
    "iter(['x', 'y'])",
    "memoryview(b'x')",
    "weakref.ref(Class)",
    "super",
    "property()",
    "NotImplemented",
    "...",
    "['<fuzz>']",
    "['<fuzz>/pk']",
    "['<stdlib>']",
    "['/nowhere', '', '.', '\\0']",
    "['<fuzz>/' * 500]",
    "'<fuzz>'",
    "['m0', 'pk']",
    "('pk', 'pk.sub')",
    "{'m0': 'm0'}",
    "{'m0': 'm1', 'm1': 'm0'}",
    "{'pk': 'pk.sub'}",
];

/// Any object, or what a name is.
fn value() -> BoxedStrategy<String> {
    prop_oneof![3 => chosen(VALUES), 1 => chosen(NAMES), 2 => mapping(), 1 => namespace()].boxed()
}

fn name() -> BoxedStrategy<String> {
    prop_oneof![3 => select(&NAMES[..18]).prop_map(str::to_owned), 2 => chosen(NAMES), 1 => chosen(VALUES)].boxed()
}

/// A mapper, most often.
fn mapping() -> BoxedStrategy<String> {
    let leaf = chosen(&[
        "exocet.pep302Mapper",
        "exocet.emptyMapper",
        "Raises()",
        "Recurses()",
        "Loads()",
        "Odd()",
        "Mutates()",
        "Lies()",
        "Subclass()",
        "SubRealm()",
        "exocet.IMapper()",
        "exocet.Realm(path=['<fuzz>'])",
        "exocet.Realm('pk')",
        "exocet.Realm(['pk', 'm0'], exocet.emptyMapper)",
        "kept.setdefault('realm', exocet.Realm(path='<fuzz>'))",
    ]);
    leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            (chosen(NAMES), chosen(VALUES)).prop_map(|(key, value)| format!("exocet.DictMapper({{{key}: {value}}})")),
            (inner.clone(), chosen(NAMES), chosen(VALUES))
                .prop_map(|(mapper, key, value)| format!("exocet.withOverrides({mapper}, {{{key}: {value}}})")),
            (inner.clone(), chosen(VALUES)).prop_map(|(mapper, value)| format!("{mapper}.withOverrides({value})")),
            (inner.clone(), chosen(NAMES))
                .prop_map(|(mapper, name)| format!("exocet.ExclusiveMapper({mapper}, [{name}])")),
            (inner.clone(), chosen(VALUES))
                .prop_map(|(mapper, value)| format!("exocet.ExclusiveMapper({mapper}, {value})")),
            (inner.clone(), inner.clone()).prop_map(|(first, second)| format!("exocet.chain({first}, {second})")),
            (inner.clone(), chosen(VALUES)).prop_map(|(mapper, value)| format!("exocet.redirect({mapper}, {value})")),
            (inner.clone(), chosen(NAMES), chosen(NAMES))
                .prop_map(|(mapper, from, to)| format!("exocet.redirect({mapper}, {{{from}: {to}}})")),
            inner.clone().prop_map(|mapper| format!("exocet.CallableMapper({mapper}.lookup)")),
            chosen(VALUES).prop_map(|value| format!("exocet.CallableMapper({value})")),
            (chosen(VALUES), chosen(VALUES))
                .prop_map(|(first, second)| format!("exocet.CallableMapper({first}, {second})")),
            (chosen(VALUES), inner, chosen(VALUES))
                .prop_map(|(packages, mapper, path)| format!("exocet.Realm({packages}, {mapper}, {path})")),
        ]
    })
    .boxed()
}

/// Globals that lie.
fn namespace() -> BoxedStrategy<String> {
    let key = select(&["__package__", "__name__", "__spec__", "__path__", "__builtins__", "__loader__", "x"][..]);
    vec((key, prop_oneof![chosen(VALUES), chosen(NAMES)]), 0..4)
        .prop_map(|items| {
            let items: Vec<_> = items.iter().map(|(key, value)| format!("'{key}': {value}")).collect();
            format!("{{{}}}", items.join(", "))
        })
        .boxed()
}

/// Something that is run for what it does.
fn action() -> BoxedStrategy<String> {
    const TABLES: &[&str] = &["modules", "path", "meta_path", "path_hooks", "path_importer_cache"];
    const DUNDERS: &[&str] = &[
        "__name__",
        "__spec__",
        "__path__",
        "__builtins__",
        "__loader__",
        "__package__",
        "__file__",
        "__all__",
        "__class__",
    ];
    const OWN: &[&str] = &[
        "load",
        "loadNamed",
        "loadPackage",
        "loadPackageNamed",
        "getModule",
        "iterModules",
        "walkModules",
        "proxyModule",
        "withOverrides",
        "redirect",
        "chain",
        "IMapper",
        "DictMapper",
        "CallableMapper",
        "ExclusiveMapper",
        "Realm",
        "PythonModule",
    ];
    const LIBRARY: &[&str] = &[
        "importlib.import_module",
        "importlib.reload",
        "importlib.invalidate_caches",
        "importlib.__import__",
        "importlib.util.find_spec",
        "importlib.util.module_from_spec",
        "importlib.util.resolve_name",
        "importlib.util.spec_from_loader",
        "importlib.util.spec_from_file_location",
        "pkgutil.iter_modules",
        "pkgutil.walk_packages",
        "pkgutil.get_data",
        "pkgutil.resolve_name",
        "pkgutil.extend_path",
        "pkgutil.iter_importers",
        "pkgutil.get_importer",
        "runpy.run_module",
        "runpy.run_path",
        "importlib.resources.files",
        "importlib.metadata.version",
        "importlib.metadata.distributions",
        "inspect.getmodule",
        "inspect.getsource",
        "pickle.dumps",
        "copy.deepcopy",
        "typing.get_type_hints",
    ];
    const METHODS: &[&str] = &[
        "lookup",
        "contains",
        "withOverrides",
        "findSpec",
        "load",
        "loadNamed",
        "isPackage",
        "iterModules",
        "walkModules",
        "iterAttributes",
        "iterImportNames",
        "iterExportNames",
        "__call__",
        "__init__",
        "__repr__",
        "__dir__",
        "__hash__",
        "__eq__",
        "__reduce__",
        "find_spec",
        "exec_module",
        "create_module",
        "get_data",
        "get_source",
        "get_code",
        "is_package",
        "unused",
    ];
    let call = |functions: &'static [&'static str]| {
        (select(functions), vec(prop_oneof![name(), value()], 0..4))
            .prop_map(|(function, arguments)| format!("drain({function}({}))", arguments.join(", ")))
    };
    let own = (select(OWN), vec(prop_oneof![name(), mapping(), value()], 0..4))
        .prop_map(|(function, arguments)| format!("drain(exocet.{function}({}))", arguments.join(", ")));
    prop_oneof![
        4 => (name(), prop_oneof![namespace(), value()], value(), value())
            .prop_map(|(name, globals, from, level)| format!("__import__({name}, {globals}, None, {from}, {level})")),
        4 => (name(), namespace(), chosen(&["()", "('x',)", "('*',)", "['sub', 'odd']", "('\\ud800', 'x')", "('x', 5)"]), 0..4)
            .prop_map(|(name, globals, from, level)| format!("__import__({name}, {globals}, None, {from}, {level})")),
        2 => (name(), value()).prop_map(|(name, value)| format!("__import__({name}, fromlist={value})")),
        2 => namespace().prop_map(|globals| format!("__import__(**{globals})")),
        6 => (chosen(&["'m0'", "'m1'", "'pk'", "'pk.sub'", "'pk.odd'"]), mapping())
            .prop_map(|(name, mapper)| format!("drain(exocet.loadNamed({name}, {mapper}))")),
        3 => (chosen(&["'m0'", "'m1'", "'pk'", "'pk.sub'", "'pk.odd'"]), mapping())
            .prop_map(|(name, mapper)| format!("drain(exocet.loadPackageNamed({name}, {mapper}))")),
        3 => (chosen(&["'pk'", "'pk.sub'"]), mapping(), name())
            .prop_map(|(package, mapper, name)| format!("drain(exocet.loadPackageNamed({package}, {mapper}).loadNamed({name}))")),
        2 => (chosen(&["'m0'", "'pk'"]), mapping(), value())
            .prop_map(|(name, mapper, value)| format!("exocet.loadNamed({name}, {mapper}, {value})")),
        5 => own,
        4 => call(LIBRARY),
        5 => (prop_oneof![mapping(), value()], select(METHODS), vec(prop_oneof![name(), value()], 0..3))
            .prop_map(|(object, method, arguments)| format!("drain(({object}).{method}({}))", arguments.join(", "))),
        3 => (name(), mapping()).prop_map(|(name, mapper)| format!("({mapper}).lookup({name})")),
        2 => (select(TABLES), value()).prop_map(|(table, value)| format!("sys.{table} = {value}")),
        3 => (select(&TABLES[1..4]), value()).prop_map(|(table, value)| format!("sys.{table}.insert(0, {value})")),
        2 => (name(), value()).prop_map(|(name, value)| format!("sys.modules[{name}] = {value}")),
        1 => name().prop_map(|name| format!("del sys.modules[{name}]")),
        // Not `del sys.modules`: without the interpreter's own, any attribute that any module lacks overflows the VM's stack.
        1 => chosen(&["sys.modules.clear()", "sys.path.clear()", "del sys.meta_path", "sys.meta_path.clear()"]),
        2 => (select(DUNDERS), value()).prop_map(|(name, value)| format!("globals()['{name}'] = {value}")),
        1 => (select(DUNDERS), value())
            .prop_map(|(name, value)| format!("sys.modules[__name__].{name} = {value}")),
        1 => select(DUNDERS).prop_map(|name| format!("del globals()['{name}']")),
        1 => (select(&["name", "loader", "origin", "parent", "submodule_search_locations", "_initializing", "loader_state"][..]), value())
            .prop_map(|(name, value)| format!("__spec__.{name} = {value}")),
        1 => value().prop_map(|value| format!("__builtins__['__import__'] = {value}")),
        1 => (select(TABLES), value())
            .prop_map(|(table, value)| format!("kept.setdefault('realm', exocet.Realm(path='<fuzz>')).{table} = {value}")),
        1 => name().prop_map(|name| format!("kept.setdefault('realm', exocet.Realm(path='<fuzz>')).loadNamed({name})")),
        2 => (prop_oneof![value(), mapping()], chosen(NAMES)).prop_map(|(value, name)| format!("getattr({value}, {name})")),
        1 => (value(), chosen(NAMES), value()).prop_map(|(object, name, value)| format!(
            "setattr(exocet.proxyModule({object}), {name}, {value})")),
        2 => (plain(), namespace()).prop_map(|(code, globals)| format!("exec({code:?}, {globals})")),
        1 => (value(), namespace(), value()).prop_map(|(code, globals, locals)| format!("exec({code}, {globals}, {locals})")),
        1 => (value(), namespace()).prop_map(|(code, globals)| format!("eval({code}, {globals})")),
        1 => value().prop_map(|value| format!("raise {value}")),
        1 => value().prop_map(|value| format!("repr({value})")),
        5 => plain(),
    ]
    .boxed()
}

/// Import statements.
fn plain() -> BoxedStrategy<String> {
    chosen(&[
        "import m0",
        "import m1",
        "import pk",
        "import pk.sub",
        "import pk.sub.deep",
        "import pk.odd as odd",
        "import json.decoder as j",
        "from . import sub",
        "from .sub import x",
        "from .. import m0",
        "from .... import x",
        "from pk import *",
        "from pk import sub, zz",
        "from pk.sub import deep as d",
        "from m0 import x",
        "from m0 import *",
        "from json import zz",
        "import zz",
        "import zz.y",
        "import sys.x",
        "from sys import modules",
        "from sys import *",
        "import script",
        "from __future__ import annotations",
        "from m1 import __name__",
        "import importlib.util as u",
        "from importlib import *",
        "from xml.dom import minidom",
        "import xml.dom.zz",
    ])
}

fn case() -> BoxedStrategy<Case> {
    let body = || vec(prop_oneof![8 => action(), 1 => raw()], 0..5);
    (body(), body(), body(), body(), noise(), vec(action(), 1..8))
        .prop_map(|(m0, m1, pk, sub, odd, script)| {
            let files = [("m0.py", m0), ("m1.py", m1), ("pk/__init__.py", pk), ("pk/sub/__init__.py", sub)];
            let files = files.into_iter().chain([("pk/odd.py", vec![format!("NOISE{odd}")]), ("script.py", script)]);
            files.map(|(path, statements)| (path.to_owned(), statements)).collect()
        })
        .boxed()
}

/// What is not caught in the module where it goes wrong.
fn raw() -> BoxedStrategy<String> {
    action().prop_map(|action| format!("RAW{action}")).boxed()
}

/// The text of a file of a case.
fn text(statements: &[String]) -> String {
    let mut text = String::from(
        "from odd import *\nimport exocet, importlib, importlib.util, sys, types, weakref, copy, typing, inspect, pickle, pkgutil, runpy, importlib.resources, importlib.metadata\nstarted()\nx = 1\n",
    );
    for statement in statements {
        if let Some(noise) = statement.strip_prefix("NOISE") {
            return noise.to_owned();
        }
        match statement.strip_prefix("RAW") {
            Some(raw) => text.push_str(&format!("{raw}\n")),
            None => text.push_str(&format!(
                "try: exec({statement:?}, globals())\nexcept BaseException as error: told(error)\n"
            )),
        }
    }
    text
}

/// An interpreter for many cases.
struct Fuzzed {
    runtime: Runtime,
    memory: Arc<Memory>,
}

/// Keeps the tables of the interpreter, so that one case doesn't disturb the next.
const KEEP: &str = "
import sys
sys.fuzz_starts = 0
kept = {name: (getattr(sys, name), getattr(sys, name).copy()) for name in TABLES}
kept_attributes = {name: getattr(sys, name) for name in ('stdout', 'stderr', 'displayhook', 'excepthook', 'argv')}
kept_builtins = dict(vars(__import__('builtins')))
def restore():
    for name, (table, copy) in kept.items():
        setattr(sys, name, table)
        table.clear()
        table.update(copy) if isinstance(table, dict) else table.extend(copy)
    for name, value in kept_attributes.items():
        setattr(sys, name, value)
    vars(sys.modules['builtins']).update(kept_builtins)
";

impl Fuzzed {
    fn new() -> Self {
        let memory = Arc::new(Memory::new("<fuzz>"));
        memory.insert("odd.py", ODD);
        memory.insert("pk/sub/deep.py", "x = 'deep'");
        let runtime = Runtime::builder().isolated().shared_source(memory.clone()).build().expect("it starts");
        runtime.enter(|vm| {
            crate::support::silence(vm).expect("it has a stderr");
            for name in
                ["os", "json", "warnings", "traceback", "runpy", "pkgutil", "inspect", "pickle", "importlib.metadata"]
            {
                let _known = vm.import(vm.ctx.intern_str(name), 0);
            }
        });
        Self { runtime, memory }
    }

    /// What the script raises, if anything.
    fn run(&self, case: &Case) -> Option<String> {
        for (path, statements) in case {
            self.memory.insert(path.as_str(), text(statements));
        }
        self.runtime.enter(|vm| {
            let scope = vm.new_scope_with_builtins();
            let tables = ["modules", "path", "meta_path", "path_hooks", "path_importer_cache"];
            let tables = tables.map(|name| vm.ctx.new_str(name).into()).to_vec();
            scope.globals.set_item("TABLES", vm.ctx.new_list(tables).into(), vm).expect("a dict");
            vm.run_string(scope.clone(), KEEP, "<fuzz>").expect("the tables are there");
            let location = Location { source: self.memory.clone(), folder: String::new() };
            let path = SearchPath::from_locations([location]);
            let realm = RealmRef::builder(&raw::pass_through(vm)).search_path(&path).build(vm);
            // Any end will do that is one.
            let ended = realm.lookup("script", vm);
            let error = ended.as_ref().err().map(|error| exocet::raw::traceback(error, vm));
            drop((ended, realm));
            let restore = scope.globals.get_item("restore", vm).expect("it is defined");
            if let Err(error) = restore.call((), vm) {
                panic!("the tables can't be restored: {}", exocet::raw::traceback(&error, vm));
            }
            error
        })
    }
}

const WORKER: &str = "EXOCET_FUZZ_WORKER";

/// What a worker is to do: so many cases of a seed, then the given ones.
type Work = (u64, usize, Vec<Case>);

/// Runs cases, in a process that is made for it. The last line of the log is the case that runs.
#[test]
#[ignore = "a part of the other tests"]
fn worker() {
    let Ok(folder) = std::env::var(WORKER) else { return };
    let work = std::fs::read(Path::new(&folder).join("work")).expect("there is work");
    let work: Work = serde_json::from_slice(&work).expect("it is understood");
    let log = File::create(Path::new(&folder).join("log")).expect("a log");
    let fuzzed = Fuzzed::new();
    let run = |case: &Case| {
        writeln!(&log, "{}", serde_json::to_string(case).expect("text")).expect("it is written");
        fuzzed.run(case);
    };
    let (seed, count, given) = work;
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let cases = case();
    (0..count).for_each(|_| run(&cases.new_tree(&mut runner).expect("a case").current()));
    given.iter().for_each(run);
    // The end of the interpreter is none of the cases.
    std::process::exit(0);
}

/// How a worker ended that didn't end well, and the cases that it had begun.
struct Found {
    how: String,
    cases: Vec<Case>,
}

/// Has a process do the work.
fn put_to_work(work: &Work) -> Option<Found> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let inside = |name: &str| folder.path().join(name);
    std::fs::write(inside("work"), serde_json::to_vec(work).expect("text")).expect("it is written");
    let out = File::create(inside("out")).expect("a file");
    let mut worker = Command::new(std::env::current_exe().expect("the test binary"))
        .args(["--exact", "fuzz::worker", "--ignored", "--nocapture"])
        .env(WORKER, folder.path())
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null())
        .stdout(out.try_clone().expect("the same file"))
        .stderr(out)
        .spawn()
        .expect("the test binary starts");
    let (mut seen, mut since) = (0, Instant::now());
    let how = loop {
        if let Some(status) = worker.try_wait().expect("it is a process of ours") {
            if status.success() {
                return None;
            }
            let out = std::fs::read(inside("out")).unwrap_or_default();
            let out = String::from_utf8_lossy(&out);
            break format!("{status}\n{}", &out[out.floor_char_boundary(out.len().saturating_sub(6000))..]);
        }
        let size = std::fs::metadata(inside("log")).map_or(0, |log| log.len());
        if size != seen {
            (seen, since) = (size, Instant::now());
        }
        if since.elapsed() > Duration::from_secs(20) {
            worker.kill().expect("it is a process of ours");
            worker.wait().expect("it ends");
            break "nothing happens any more".to_owned();
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let log = std::fs::read_to_string(inside("log")).unwrap_or_default();
    let cases = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    Some(Found { how, cases })
}

/// Leaves out of a case what it doesn't need to go wrong.
fn shrink(mut found: Found) -> Found {
    let last = found.cases.last().cloned().into_iter().collect();
    if let Some(alone) = put_to_work(&(0, 0, last)) {
        found = alone;
    }
    let wanted = Instant::now() + Duration::from_secs(300);
    let mut at = 0;
    while at < found.cases.len() && found.cases.len() > 1 && Instant::now() < wanted {
        let mut fewer = found.cases.clone();
        fewer.remove(at);
        match put_to_work(&(0, 0, fewer)) {
            Some(smaller) => found = smaller,
            None => at += 1,
        }
    }
    let mut places = Vec::new();
    for (case, files) in found.cases.iter().enumerate() {
        for (file, (_, statements)) in files.iter().enumerate() {
            places.extend((0..statements.len()).rev().map(|statement| (case, file, statement)));
        }
    }
    for (case, file, statement) in places {
        if Instant::now() > wanted {
            break;
        }
        let mut fewer = found.cases.clone();
        let Some((_, statements)) = fewer.get_mut(case).and_then(|files| files.get_mut(file)) else { continue };
        if statement < statements.len() {
            statements.remove(statement);
            if let Some(smaller) = put_to_work(&(0, 0, fewer)) {
                found = smaller;
            }
        }
    }
    found
}

#[test]
fn no_use_of_the_hook_and_of_mappers_panics() {
    let first = std::env::var("EXOCET_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let (begin, mut tried) = (Instant::now(), 0);
    for seed in first.. {
        let count = if duration() > Duration::from_secs(60) { 200 } else { 25 };
        if let Some(found) = put_to_work(&(seed, count, Vec::new())) {
            let found = shrink(found);
            let cases = serde_json::to_string_pretty(&found.cases).expect("text");
            panic!("seed {seed}, after {tried} cases:\n{cases}\n{}", found.how);
        }
        tried += count;
        if begin.elapsed() > duration() {
            break;
        }
    }
    println!("{tried} cases");
}

/// What was found by the statements of `script`: each used to kill the process.
const FOUND: &[(&str, &str)] = &[
    ("an unterminated string that ends with a character of several bytes", "compile('\"\\u00e9', 'f', 'exec')"),
    ("the same in bytes", "exec('\"\\u00e9'.encode())"),
    ("the same for eval", "eval('\"\\u00e9')"),
    ("an interpolation that ends nowhere", "exec('f\"{x:\\u00e9\"')"),
    ("a docstring that ends nowhere", "compile(b':?\"\"\"case \\xc3\\xa9?(', 'f', 'single')"),
    ("a realm's sys.modules that is deleted", "del sys.modules"),
];

#[test]
fn what_was_found_ends_in_an_exception() {
    let fuzzed = Fuzzed::new();
    for (name, statement) in FOUND {
        let error = fuzzed.run(&vec![("script.py".to_owned(), vec![format!("RAW{statement}")])]);
        assert!(error.is_some(), "{name}");
    }
    let noise = ["\"\u{e9}", "f'{x:\u{e9}'", ":?\"\"\"case \u{e9}?(", "__import__\"\u{feff}"];
    for text in noise {
        let odd = ("pk/odd.py".to_owned(), vec![format!("NOISE{text}")]);
        let error = fuzzed.run(&vec![odd, ("script.py".to_owned(), vec!["RAWimport pk.odd".to_owned()])]);
        assert!(error.as_ref().is_some_and(|error| error.contains("SyntaxError")), "{text}: {error:?}");
    }
}
