//! How the interpreter's own import finds modules in sources: a path hook through which entries of `sys.path` that are no folders on
//! the disk can be imported from, and the library's place in the order.

use super::distributions;
use crate::{
    error::Error,
    import::asker,
    interpreter::{
        loader::Loader,
        sources::{SOURCES, search_path},
    },
    load::units::UNITS,
    modules::{
        handle::{Kind, PythonModule},
        listing::package_listing,
        search_path::SearchPath,
    },
    realm::import_tables::{self, library_listing, pairs},
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrRef, PyType},
    function::{FuncArgs, OptionalArg},
    pyclass,
    types::{Constructor, Representable},
};

/// Finds modules in one entry of `sys.path` or of a package's `__path__`. The class is the path hook for the sources that aren't on
/// the disk, as `zipimporter` is the one for archives.
#[pyclass(module = "exocet", name = "Finder")]
#[derive(Debug, PyPayload)]
pub(crate) struct Finder {
    entry: String,
}

impl Constructor for Finder {
    type Args = (PyStrRef,);

    fn py_new(_: &Py<PyType>, (entry,): Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        // Any place in a source, as importlib remembers for ever what has no finder: a source that can't say what is there may be
        // able to the next time, and a folder that isn't there may come.
        match entry.to_str().filter(|entry| SOURCES.of(vm).is_labelled(entry)) {
            Some(entry) => Ok(Self { entry: entry.to_owned() }),
            None => Err(vm.new_import_error("no source of this runtime", entry)),
        }
    }
}

#[pyclass(with(Constructor, Representable))]
impl Finder {
    /// The entry.
    #[pygetset]
    fn path(zelf: &Py<Self>) -> String {
        zelf.entry.clone()
    }

    /// The spec of the module of that name, or None.
    #[pymethod]
    fn find_spec(zelf: &Py<Self>, name: String, _target: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let path = SOURCES.of(vm).location(&zelf.entry).into_iter().collect();
        let Some((handle, spec)) = find(&path, &name, vm)? else { return Ok(vm.ctx.none()) };
        if handle.kind() == Kind::Namespace {
            // Without a loader it is one portion, to which other entries may add theirs.
            spec.set_attr("loader", vm.ctx.none(), vm)?;
        }
        Ok(spec)
    }

    /// The modules here as pairs of a name and whether it is a package's, for `pkgutil`.
    #[pymethod]
    fn iter_modules(zelf: &Py<Self>, prefix: OptionalArg<String>, vm: &VirtualMachine) -> PyResult {
        let prefix = prefix.unwrap_or_default();
        let modules = SOURCES.of(vm).location(&zelf.entry).map(|location| package_listing(&location));
        Ok(pairs(modules.unwrap_or_default(), &prefix, vm))
    }

    /// Does nothing: there is no cache.
    #[pymethod]
    fn invalidate_caches(_zelf: &Py<Self>, _args: FuncArgs) {}
}

impl Representable for Finder {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("Finder({:?})", zelf.entry))
    }
}

/// Settles what the interpreter's `PathFinder` finds for the code of a realm, and what it makes of folders without `__init__.py`.
///
/// A module of the library comes before such folders, as where the library stands on `sys.path`: they are what is left when
/// nothing else is found. `library` is the finder that comes after `path_finder`, which would take the folder. Where none of the
/// folders is on the disk, they get a loader that can read them.
pub(crate) fn settle_path_finder(path_finder: &PyObject, library: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let find = path_finder.get_attr("find_spec", vm)?;
    let running = |vm: &VirtualMachine| asker::of_running(vm)?.mapper(vm).ok();
    let find_spec = vm.new_function("find_spec", move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let name = args.args.first().or_else(|| args.kwargs.get("fullname")).cloned();
        let path = args.args.get(1).or_else(|| args.kwargs.get("path"));
        let path = path.filter(|path| !vm.is_none(path)).cloned();
        let is_top = path.is_none();
        if let (Some(mapper), Some(name)) = (running(vm), name.as_deref())
            && let Some(name) = name.downcast_ref::<PyStr>()
            && let Some(spec) = import_tables::find_spec(&mapper, &name.to_string_lossy(), path, vm)?
        {
            return Ok(spec);
        }
        let spec = find.call(args, vm)?;
        if vm.is_none(&spec) || !vm.is_none(&*spec.get_attr("loader", vm)?) {
            return Ok(spec);
        }
        if is_top && !vm.is_none(&*vm.call_method(&library, "find_spec", (name,))?) {
            return Ok(vm.ctx.none());
        }
        if let Some(loader) = loader_of_folders(&spec, vm)? {
            spec.set_attr("loader", loader.into_ref(&vm.ctx), vm)?;
        }
        Ok(spec)
    });
    let find_spec = vm.builtins.get_attr("staticmethod", vm)?.call((find_spec,), vm)?;
    path_finder.set_attr("find_spec", find_spec, vm)?;
    distributions::settle_path_finder(path_finder, vm)
}

/// Lets `pkgutil` list the library, which stands on no `sys.path`, by the finder that finds it.
pub(crate) fn list_library(finder: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let iter_modules = vm.new_function("iter_modules", |prefix: OptionalArg<String>, vm: &VirtualMachine| {
        pairs(library_listing(vm), &prefix.unwrap_or_default(), vm)
    });
    let iter_modules = vm.builtins.get_attr("staticmethod", vm)?.call((iter_modules,), vm)?;
    finder.set_attr("iter_modules", iter_modules, vm)
}

/// The loader of a namespace package none of whose folders is on the disk.
fn loader_of_folders(spec: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Loader>> {
    let sources = SOURCES.of(vm);
    let entries: Vec<PyObjectRef> = spec.get_attr("submodule_search_locations", vm)?.try_to_value(vm)?;
    let is_labelled = |entry: &PyObjectRef| {
        entry.downcast_ref::<PyStr>().and_then(|entry| entry.to_str()).is_some_and(|entry| sources.is_labelled(entry))
    };
    if !entries.iter().all(is_labelled) {
        return Ok(None);
    }
    let name: String = spec.get_attr("name", vm)?.try_to_value(vm)?;
    let folders = sources.locations(&entries).locations().to_vec();
    Ok(Some(Loader::new(PythonModule::namespace(name, folders))))
}

/// Finds modules of the library, where that isn't frozen into the interpreter, and on the whole of `sys.path`, where the interpreter has no
/// finder of its own.
#[pyclass(module = "exocet", name = "MetaFinder")]
#[derive(Debug, PyPayload)]
pub(crate) struct MetaFinder;

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl MetaFinder {
    /// The spec of the module of that name, or None.
    #[pymethod]
    fn find_spec(
        _zelf: &Py<Self>,
        name: String,
        path: OptionalArg<Option<Vec<PyObjectRef>>>,
        _target: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let path = match path.flatten() {
            Some(entries) => SOURCES.of(vm).locations(&entries),
            None => search_path(vm)?,
        };
        let Some((_, spec)) = find(&path, &name, vm)? else { return Ok(vm.ctx.none()) };
        Ok(spec)
    }

    /// The modules of the library as pairs of a name and whether it is a package's, for `pkgutil`: what else it finds stands on `sys.path`.
    #[pymethod]
    fn iter_modules(_zelf: &Py<Self>, prefix: OptionalArg<String>, vm: &VirtualMachine) -> PyObjectRef {
        pairs(library_listing(vm), &prefix.unwrap_or_default(), vm)
    }

    /// Does nothing: there is no cache.
    #[pymethod]
    fn invalidate_caches(_zelf: &Py<Self>, _args: FuncArgs) {}
}

/// A module and its spec as the interpreter's own import wants it.
fn find(path: &SearchPath, name: &str, vm: &VirtualMachine) -> PyResult<Option<(PythonModule, PyObjectRef)>> {
    let (parent, last) = Dotted(name).split();
    let Some(handle) = path.find(parent, last).map_err(|error: Error| error.into_exception(vm))? else {
        return Ok(None);
    };
    let spec = UNITS.of(vm).get(&handle, vm)?.found_spec(None, vm)?;
    Ok(Some((handle, spec)))
}
