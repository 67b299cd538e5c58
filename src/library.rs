//! The library behind every search path: the embedded standard library, and the modules built into the interpreter.

use crate::{
    PythonModule,
    source::{Entry, Shape, Source},
    state::State,
};
use rustpython_vm::{
    PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyStr},
};
use std::{collections::BTreeSet, io, sync::Arc};

/// What the files of the embedded standard library are called: `<stdlib>/json/__init__.py`.
#[cfg(feature = "stdlib")]
pub(crate) const STDLIB: &str = "<stdlib>";

/// Puts the library behind the search path of `vm`.
pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let state = State::of(vm);
    #[cfg(feature = "stdlib")]
    state.extend_library(stdlib());
    #[cfg(not(feature = "stdlib"))]
    state.extend_library(Arc::new(
        SHIMS.into_iter().fold(crate::Memory::new("<shims>"), |shims, (path, text)| shims.with(path, text)),
    ));
    // `sys` and `builtins` are there from the start, and have no definition of their own.
    let names: Vec<PyObjectRef> = vm.sys_module.get_attr("builtin_module_names", vm)?.try_to_value(vm)?;
    let names = names.iter().filter_map(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
    let names = names.chain(vm.state.module_defs.keys().map(|name| (*name).to_owned())).collect();
    state.extend_library(Arc::new(Native(names)));
    Ok(())
}

/// What there is of a standard library where none is embedded.
#[cfg(not(feature = "stdlib"))]
const SHIMS: [(&str, &str); 1] = [("__future__.py", include_str!("../stdlib_shims/__future__.py"))];

/// The sources of the embedded standard library.
#[cfg(feature = "stdlib")]
fn stdlib() -> Arc<dyn Source> {
    use std::sync::OnceLock;
    static STDLIB_SOURCE: OnceLock<Arc<dyn Source>> = OnceLock::new();
    let open = || -> Arc<dyn Source> {
        let bytes: &'static [u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.zip"));
        Arc::new(crate::Zip::from_bytes(STDLIB, bytes).expect("the build script wrote an archive"))
    };
    STDLIB_SOURCE.get_or_init(open).clone()
}

/// The code of a module of the embedded standard library, which was compiled when the binary was built.
#[cfg(feature = "stdlib")]
pub(crate) fn frozen_code(handle: &PythonModule, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
    let (source, path) = handle.source_and_path()?;
    if !Arc::ptr_eq(source, &stdlib()) {
        return None;
    }
    // By its path and not by its name: the handle may be called otherwise.
    let name = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py"))?.replace('/', ".");
    let frozen = vm.state.frozen.get(name.as_str())?;
    let code = PyCode::new_ref_from_frozen(vm, frozen.code);
    set_file(rustpython_vm::AsObject::as_object(&code), vm.ctx.intern_str(handle.origin()?));
    Some(code)
}

/// Makes `file` the file name of `code` and of all code in it.
#[cfg(feature = "stdlib")]
fn set_file(code: &rustpython_vm::PyObject, file: &'static rustpython_vm::builtins::PyStrInterned) {
    if let Some(code) = code.downcast_ref::<PyCode>() {
        code.set_source_path(file);
        code.code.constants.iter().for_each(|constant| set_file(constant.as_object(), file));
    } else if let Some(tuple) = code.downcast_ref::<rustpython_vm::builtins::PyTuple>() {
        tuple.iter().for_each(|item| set_file(item, file));
    }
}

#[cfg(not(feature = "stdlib"))]
pub(crate) fn frozen_code(_: &PythonModule, _: &VirtualMachine) -> Option<PyRef<PyCode>> {
    None
}

/// The modules that are built into the interpreter: names without files.
struct Native(BTreeSet<String>);

impl Source for Native {
    fn read(&self, _: &str) -> io::Result<Option<Arc<[u8]>>> {
        Ok(None)
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        let entry = |name: &String| Ok(Entry { name: name.clone(), shape: Shape::Native });
        Ok(folder.is_empty().then(|| self.0.iter().map(entry).collect()))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        Ok(self.0.contains(path).then_some(Shape::Native))
    }

    fn label(&self) -> &str {
        "<built-in>"
    }
}
