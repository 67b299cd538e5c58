//! Small trees of Python files, run through every kind of source.

pub mod routes;
pub mod script;
mod tree;
pub use tree::{Tree, archive, directory, write};

use exocet::{
    Answer, Mapper, Memory, Request, Runtime, Source, Zip,
    modules::{Kind, PythonModule, SearchPath},
    raw::{MapperRef, describe, search_path},
    vm::{PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseExceptionRef},
};
use std::sync::{Arc, Mutex};
#[cfg(feature = "threading")]
use {
    exocet::{HostModule, vm::vm::thread::with_current_vm},
    std::sync::mpsc::{Receiver, Sender, channel},
};

/// The kinds of source that a fixture runs through.
pub const KINDS: [&str; 3 + cfg!(feature = "bundles") as usize] = [
    "memory",
    "directory",
    "zip",
    #[cfg(feature = "bundles")]
    "bundle",
];

/// A source that holds a tree, and what has to outlive it.
pub struct Fixture {
    pub source: Arc<dyn Source>,
    _folder: Option<tempfile::TempDir>,
}

impl Fixture {
    /// `memory` with a tree in it.
    pub fn of(memory: Memory, tree: Tree<'_>) -> Self {
        tree.iter().for_each(|(path, text)| memory.insert(*path, text.as_bytes()));
        Self { source: Arc::new(memory), _folder: None }
    }
}

/// Puts `tree` into a source of `kind`.
pub fn fixture(kind: &str, tree: Tree<'_>) -> Fixture {
    match kind {
        "memory" => Fixture { source: Arc::new(tree.iter().copied().collect::<Memory>()), _folder: None },
        "directory" => {
            let folder = directory(tree);
            Fixture { source: exocet::source::open(folder.path()).expect("the folder opens"), _folder: Some(folder) }
        }
        "zip" => {
            let source = Zip::from_bytes("<zip>", archive(tree)).expect("it opens");
            Fixture { source: Arc::new(source), _folder: None }
        }
        #[cfg(feature = "bundles")]
        "bundle" => {
            let files =
                tree.iter().fold(exocet::bundle::BundleBuilder::new(), |files, (path, text)| files.file(*path, *text));
            let source =
                exocet::Bundle::from_bytes("<bundle>", files.build().expect("it is made")).expect("it is whole");
            Fixture { source: Arc::new(source), _folder: None }
        }
        other => panic!("no kind of source is called {other}"),
    }
}

/// Runs `test` on the same files in every kind of source. The label of the source comes second.
#[track_caller]
pub fn each_path(tree: Tree<'_>, test: impl Fn(SearchPath, &str)) {
    for kind in KINDS {
        let fixture = fixture(kind, tree);
        let label = fixture.source.label().to_owned();
        test(SearchPath::new().with(fixture.source.clone()), &label);
    }
}

/// Modules as one string: `a`, `pk/` for a package, `ns//` for a namespace package, `!` for an error.
pub fn shown(modules: impl Iterator<Item = Result<PythonModule, exocet::Error>>) -> String {
    let shown = modules.map(|module| match module {
        Err(_) => "!".to_owned(),
        Ok(module) => match module.kind() {
            Kind::Module => module.to_string(),
            Kind::Package => format!("{module}/"),
            Kind::Namespace => format!("{module}//"),
        },
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Runs `test` in a runtime that has `tree` on its search path, once for every kind of source.
#[track_caller]
pub fn each_source(tree: Tree<'_>, test: impl Fn(&VirtualMachine) -> PyResult<()>) {
    for kind in KINDS {
        let fixture = fixture(kind, tree);
        let runtime = Runtime::builder().isolated().shared_source(fixture.source.clone()).build().expect("it starts");
        runtime.enter(|vm| {
            if let Err(error) = test(vm) {
                panic!("from {kind}:\n{}", exocet::raw::traceback(&error, vm));
            }
        });
    }
}

/// The handle of a module on the search path.
pub fn handle(name: &str, vm: &VirtualMachine) -> PyResult<exocet::modules::PythonModule> {
    search_path(vm)?.get(name).map_err(|error| error.into_exception(vm))
}

/// The repr of an attribute of a module.
pub fn attr(module: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<String> {
    let value: PyObjectRef = module.get_attr(&*vm.ctx.new_str(name), vm)?;
    Ok(value.repr(vm)?.to_string())
}

/// One request, as a mapper saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    pub importer: Option<String>,
    pub line: Option<usize>,
    /// Whether it is the `x` of a `from module import x`.
    pub is_item: bool,
}

/// What a recorder wrote down.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    /// The requests since the last call.
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().expect("no test panicked with the log in hand"))
    }

    /// The names that were asked for since the last call, sorted, each once.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.take().into_iter().map(|seen| seen.name).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// A mapper that answers from a table and writes down what it was asked.
#[derive(Debug)]
struct Recorder {
    log: Log,
    answers: Vec<(String, Answer)>,
    otherwise: Answer,
}

impl Mapper for Recorder {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        if !request.is_probe() {
            self.log.0.lock().expect("no test panicked with the log in hand").push(Seen {
                name: name.to_owned(),
                importer: request.importer(vm),
                line: request.line(vm),
                is_item: request.item().is_some(),
            });
        }
        let answer = self.answers.iter().find(|(known, _)| known == name);
        Ok(answer.map_or(&self.otherwise, |(_, answer)| answer).clone())
    }
}

/// A recording mapper that gives `answers` by name, and `otherwise` for every other name.
pub fn recorder<'a>(
    answers: impl IntoIterator<Item = (&'a str, Answer)>,
    otherwise: Answer,
    vm: &VirtualMachine,
) -> (MapperRef, Log) {
    let log = Log::default();
    let answers = answers.into_iter().map(|(name, answer)| (name.to_owned(), answer)).collect();
    (MapperRef::new(Recorder { log: log.clone(), answers, otherwise }, vm), log)
}

/// What an exception says, in one line.
pub fn said(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    describe(error, vm)
}

/// Keeps what is written to `sys.stderr` out of the test's output.
pub fn silence(vm: &VirtualMachine) -> PyResult<()> {
    let code = "
class Nowhere:
    encoding = 'utf-8'
    def write(self, text): return len(text)
    def flush(self): pass
";
    let scope = vm.new_scope_with_builtins();
    vm.run_string(scope.clone(), code, "<test>")?;
    let nowhere = scope.globals.get_item("Nowhere", vm)?.call((), vm)?;
    vm.sys_module.set_attr("stderr", nowhere, vm)
}

/// Runs the test of that name in a process of its own, which `body` is for: the VM's cycle collector does nothing while
/// the interpreter of another test collects.
#[track_caller]
pub fn alone(name: &str, body: impl FnOnce()) {
    const ALONE: &str = "EXOCET_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return body();
    }
    let own = std::env::current_exe().expect("the test binary");
    let ended = std::process::Command::new(own).args(["--exact", name]).env(ALONE, "1").output().expect("it starts");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}

/// A module of the host's with a function that reports that code has come to it, and waits there until the code may go on.
#[cfg(feature = "threading")]
pub fn gate() -> (HostModule, Receiver<()>, Sender<()>) {
    let (came, has_come) = channel();
    let (go, may_go) = channel::<()>();
    let ends = Mutex::new((came, may_go));
    let wait = move || {
        let ends = ends.lock().expect("no test panicked here");
        // Who has no other end left waits for nobody.
        let _ = ends.0.send(());
        // Whoever wants all threads to stand still would wait for this one otherwise.
        let _ = with_current_vm(|vm| vm.allow_threads(|| ends.1.recv()));
    };
    (HostModule::new("gate").function("wait", wait), has_come, go)
}
