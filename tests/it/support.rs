//! Small trees of Python files, run through every kind of source.

use exocet::{
    Memory, Runtime, Source, Zip, describe, search_path,
    vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseExceptionRef},
};
use std::{io::Write, sync::Arc};

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
        "memory" => {
            let source = Memory::new("<memory>");
            for (path, text) in tree {
                source.insert(path, text.as_bytes().to_vec());
            }
            Fixture { source: Arc::new(source), _folder: None }
        }
        "directory" => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            for (path, text) in tree {
                let file = folder.path().join(path);
                std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
                std::fs::write(file, text).expect("a file");
            }
            let source = exocet::open(folder.path()).expect("the folder opens");
            Fixture { source, _folder: Some(folder) }
        }
        "zip" => {
            let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for (path, text) in tree {
                archive.start_file(*path, zip::write::SimpleFileOptions::default()).expect("a member");
                archive.write_all(text.as_bytes()).expect("its bytes");
            }
            let bytes = archive.finish().expect("an archive").into_inner();
            Fixture { source: Arc::new(Zip::from_bytes("<zip>", bytes).expect("it opens")), _folder: None }
        }
        other => panic!("no kind of source is called {other}"),
    }
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
