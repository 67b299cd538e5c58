//! Where an interpreter finds modules: its finders, and `sys.path`.

use crate::{
    interpreter::{importlib::sys_modules, sources::SOURCES},
    python::finders::{Finder, MetaFinder, list_library, settle_path_finder},
    source::{contract::Source, guarded::Guarded},
};
use rustpython_vm::{
    AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyListRef, PyType},
    class::PyClassImpl,
};
use std::{
    ffi::{OsStr, OsString},
    sync::Arc,
};

/// Makes the interpreter's own import find modules in sources.
pub(super) fn install_finders(vm: &VirtualMachine) -> PyResult<()> {
    // Some modules of the library import it, whether there is a program or not.
    let main = vm.new_module("__main__", vm.ctx.new_dict(), None);
    main.set_attr("__builtins__", vm.builtins.clone(), vm)?;
    sys_modules(vm)?.set_item("__main__", main.into(), vm)?;
    let finders = list("meta_path", vm)?;
    let name = |finder: &PyObjectRef| finder.downcast_ref::<PyType>().map(|class| class.name().to_string());
    let named = |wanted| finders.borrow_vec().iter().find(|finder| name(finder).as_deref() == Some(wanted)).cloned();
    let library = match named("FrozenImporter") {
        Some(frozen) if cfg!(feature = "stdlib") => frozen,
        _ => MetaFinder.into_ref(&vm.ctx).into(),
    };
    let put_library_last = || {
        let mut finders = finders.borrow_vec_mut();
        finders.retain(|finder| !finder.is(&*library));
        finders.push(library.clone());
    };
    put_library_last();
    // With the whole library the interpreter does so by itself. Programs look for `PathFinder`, and ask it.
    #[cfg(all(feature = "library", not(feature = "stdlib")))]
    vm.call_method(&crate::interpreter::importlib::IMPORT_SYSTEM.of(vm).importlib, "_install_external_importers", ())?;
    // The embedded library comes last, as the standard library does on CPython's `sys.path`.
    put_library_last();
    {
        // Before the hook for folders and behind the one for archives: programs know the first and the last one by their places.
        let hooks = list("path_hooks", vm)?;
        let mut hooks = hooks.borrow_vec_mut();
        let place = hooks.len().saturating_sub(1);
        hooks.insert(place, Finder::make_static_type().to_owned().into());
    }
    if let Some(path_finder) = named("PathFinder") {
        if cfg!(feature = "stdlib") {
            list_library(&library, vm)?;
        }
        settle_path_finder(&path_finder, library, vm)?;
    }
    Ok(())
}

/// Sets `sys.path`: what the interpreter puts there by itself are the folders of a CPython that may happen to be installed.
pub(super) fn install_path(path: &[Arc<dyn Source>], environment: &[OsString], vm: &VirtualMachine) -> PyResult<()> {
    let mut entries: Vec<_> = path.iter().map(|source| install_source(source, vm)).collect();
    entries.extend(environment.iter().map(|entry| vm.fsdecode(entry.as_os_str()).into()));
    *list("path", vm)?.borrow_vec_mut() = entries;
    Ok(())
}

/// Makes a source known, and returns what stands for it in `sys.path`.
fn install_source(source: &Arc<dyn Source>, vm: &VirtualMachine) -> PyObjectRef {
    let source = Arc::new(Guarded(source.clone()));
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    SOURCES.of(vm).show(source.clone());
    // A label is text, and stands for a folder whose name isn't.
    let odd = source.folder().filter(|folder| folder.to_str().is_none());
    let entry = odd.map_or_else(|| vm.ctx.new_str(source.label()), |folder| vm.fsdecode(folder)).into();
    SOURCES.of(vm).register(source);
    entry
}

/// Puts a source at the end of the search path of an interpreter that runs.
///
/// # Errors
/// `sys.path` that is no list.
pub(super) fn add_source(source: &Arc<dyn Source>, vm: &VirtualMachine) -> PyResult<()> {
    let entry = install_source(source, vm);
    list("path", vm)?.borrow_vec_mut().push(entry);
    Ok(())
}

/// Puts a source behind the library.
#[cfg(not(feature = "stdlib"))]
pub(super) fn extend_library(source: Arc<dyn Source>, vm: &VirtualMachine) {
    SOURCES.of(vm).extend_library(Arc::new(Guarded(source)));
}

/// Lets code see the files of a source in which no modules are looked up.
#[cfg(all(feature = "library", not(feature = "host_env")))]
pub(super) fn show(source: Arc<dyn Source>, vm: &VirtualMachine) {
    SOURCES.of(vm).show(Arc::new(Guarded(source)));
}

/// The entries of the environment variable `PYTHONPATH`.
pub(super) fn python_path() -> Vec<OsString> {
    let path = std::env::var_os("PYTHONPATH").unwrap_or_default();
    split(&path).into_iter().filter(|entry| !entry.is_empty()).collect()
}

#[cfg(not(target_os = "wasi"))]
fn split(path: &OsStr) -> Vec<OsString> {
    std::env::split_paths(path).map(Into::into).collect()
}

/// Rust's own function for this stops the program here.
#[cfg(target_os = "wasi")]
fn split(path: &OsStr) -> Vec<OsString> {
    path.to_string_lossy().split(':').map(Into::into).collect()
}

fn list(name: &'static str, vm: &VirtualMachine) -> PyResult<PyListRef> {
    vm.sys_module.get_attr(name, vm)?.try_into_value(vm)
}
