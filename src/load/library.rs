//! The library behind every search path: the embedded standard library, and the modules built into the interpreter.

use crate::{
    interpreter::sources::SOURCES,
    source::{
        contract::{Entry, Shape, Source},
        embedded,
    },
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyStr};
use std::{collections::BTreeSet, io, sync::Arc};

/// Puts the library behind the search path of `vm`.
pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let sources = SOURCES.of(vm);
    #[cfg(feature = "library")]
    sources.extend_library(embedded::library());
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    sources.show(embedded::library());
    // `sys` and `builtins` are there from the start, and have no definition of their own.
    let names: Vec<PyObjectRef> = vm.sys_module.get_attr("builtin_module_names", vm)?.try_to_value(vm)?;
    let names = names.iter().filter_map(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
    let names = names.chain(vm.state.module_defs.keys().map(|name| (*name).to_owned())).collect();
    sources.extend_library(Arc::new(Native(names)));
    // After the native modules: `sys` is one, and has a stand-in only in a realm.
    #[cfg(not(feature = "library"))]
    sources.extend_library(embedded::stand_ins());
    #[cfg(all(feature = "library", not(feature = "stdlib")))]
    find_encodings(vm)?;
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    super::files::install(vm)?;
    #[cfg(not(feature = "host_env"))]
    super::fallbacks::install(vm)?;
    Ok(())
}

/// The native modules that stand for what the host has.
#[cfg(all(feature = "library", not(feature = "host_env")))]
pub(crate) fn module_defs(ctx: &rustpython_vm::Context) -> Vec<&'static rustpython_vm::builtins::PyModuleDef> {
    vec![
        super::entropy::module_def(ctx),
        super::files::module_def(ctx),
        #[cfg(all(target_family = "wasm", target_os = "unknown"))]
        super::errors::module_def(ctx),
    ]
}

/// Lets the interpreter find encodings beyond its own few in the library, which it imports by itself only where the whole
/// library is frozen into it.
#[cfg(all(feature = "library", not(feature = "stdlib")))]
fn find_encodings(vm: &VirtualMachine) -> PyResult<()> {
    use crate::interpreter::importlib::import_shared;
    use rustpython_vm::AsObject;
    let search = vm.new_function("search", |name: String, vm: &VirtualMachine| {
        let encodings = import_shared("encodings", vm)?;
        vm.call_method(&encodings, "search_function", (name,))
    });
    let register = import_shared("_codecs", vm)?.get_attr("register", vm)?;
    register.as_object().call((search,), vm).map(drop)
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
