//! Small trees of Python files, run through every kind of source.

use exocet::{
    Kind, Memory, PythonModule, Runtime, SearchPath, Source, Zip, describe, search_path,
    vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseExceptionRef},
};
use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
    sync::Arc,
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Files by their paths.
pub type Tree<'a> = &'a [(&'a str, &'a str)];

/// The kinds of source that a fixture runs through.
pub const KINDS: [&str; 3] = ["memory", "directory", "zip"];

/// A source that holds a tree, and what has to outlive it.
pub struct Fixture {
    pub source: Arc<dyn Source>,
    _folder: Option<tempfile::TempDir>,
}

/// Puts `tree` into a source of `kind`.
pub fn fixture(kind: &str, tree: Tree<'_>) -> Fixture {
    match kind {
        "memory" => Fixture { source: Arc::new(tree.iter().copied().collect::<Memory>()), _folder: None },
        "directory" => {
            let folder = directory(tree);
            Fixture { source: exocet::open(folder.path()).expect("the folder opens"), _folder: Some(folder) }
        }
        "zip" => {
            let source = Zip::from_bytes("<zip>", archive(tree)).expect("it opens");
            Fixture { source: Arc::new(source), _folder: None }
        }
        other => panic!("no kind of source is called {other}"),
    }
}

/// A temporary folder that holds a tree.
pub fn directory(tree: Tree<'_>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), tree);
    folder
}

/// Puts a tree into a folder.
pub fn write(folder: &Path, tree: Tree<'_>) {
    for (path, content) in tree {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

/// A zip archive that holds a tree.
pub fn archive(tree: Tree<'_>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in tree {
        archive.start_file(*path, SimpleFileOptions::default()).expect("a member");
        archive.write_all(content.as_bytes()).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
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
                panic!("from {kind}:\n{}", exocet::traceback(&error, vm));
            }
        });
    }
}

/// The handle of a module on the search path.
pub fn handle(name: &str, vm: &VirtualMachine) -> PyResult<exocet::PythonModule> {
    search_path(vm)?.get(name).map_err(|error| error.into_exception(vm))
}

/// The repr of an attribute of a module.
pub fn attr(module: &exocet::vm::PyObject, name: &str, vm: &VirtualMachine) -> PyResult<String> {
    let value: PyObjectRef = module.get_attr(&*vm.ctx.new_str(name), vm)?;
    Ok(value.repr(vm)?.to_string())
}

/// What an exception says, in one line.
pub fn said(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    describe(error, vm)
}
