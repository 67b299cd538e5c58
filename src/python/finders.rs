//! What the interpreter's own import knows of sources: the `__loader__` of loaded modules, and a path hook through which
//! entries of `sys.path` that are no folders on the disk can be imported from.

use crate::{
    error::Error,
    import::{asker, load::load},
    interpreter::{
        importlib::IMPORT_SYSTEM,
        limits,
        loader::Loader,
        slots::Slot,
        sources::{SOURCES, search_path},
    },
    load::units::UNITS,
    mapper::basic::plain,
    modules::{
        handle::{Kind, PythonModule},
        search_path::{Location, SearchPath},
    },
    source::{
        contract::{Entry, Shape, join},
        embedded,
    },
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBytes, PyModule, PyStr, PyStrRef, PyType},
    function::{FuncArgs, OptionalArg},
    pyclass,
    types::{Constructor, Representable},
};
use std::{collections::BTreeMap, sync::OnceLock};

impl Loader {
    /// The handle of the named module, which must be the loader's own.
    fn own(&self, name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<&PythonModule> {
        if let OptionalArg::Present(name) = name
            && !vm.is_none(&name)
            && name.downcast_ref::<PyStr>().is_none_or(|name| name.as_bytes() != self.handle.name().as_bytes())
        {
            let message = format!("the loader of '{}' can't handle {}", self.handle.name(), name.repr(vm)?);
            return Err(vm.new_import_error(message, vm.ctx.new_str(self.handle.name())));
        }
        Ok(&self.handle)
    }
}

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl Loader {
    /// The name of the loader's module.
    #[pygetset]
    fn name(zelf: &Py<Self>) -> String {
        zelf.handle.name().to_owned()
    }

    /// The file of the loader's module; None for a namespace package.
    #[pygetset]
    fn path(zelf: &Py<Self>) -> Option<String> {
        zelf.handle.origin()
    }

    /// The source text, or None where there is nothing to read.
    #[pymethod]
    fn get_source(zelf: &Py<Self>, name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<String>> {
        let limit = limits::current(vm).source_bytes;
        zelf.own(name, vm)?.text_within(limit).map_err(|error| error.into_exception(vm))
    }

    /// The compiled code.
    #[pymethod]
    fn get_code(zelf: &Py<Self>, name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let unit = UNITS.of(vm).get(zelf.own(name, vm)?, vm)?;
        // Callers such as `pkgutil` and `runpy` expect code, also of a module that has none.
        match unit.code() {
            Some(code) => Ok(code.clone().into()),
            None => vm.builtins.get_attr("compile", vm)?.call(("", "<namespace>", "exec"), vm),
        }
    }

    /// The file that the module stands in.
    #[pymethod]
    fn get_filename(zelf: &Py<Self>, name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<String> {
        let handle = zelf.own(name, vm)?;
        let missing = || vm.new_import_error("a namespace package has no file", vm.ctx.new_str(handle.name()));
        handle.origin().ok_or_else(missing)
    }

    /// Whether the module may have submodules.
    #[pymethod]
    fn is_package(zelf: &Py<Self>, name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(zelf.own(name, vm)?.is_package())
    }

    /// The bytes of a file beside the module, by its full path.
    #[pymethod]
    fn get_data(zelf: &Py<Self>, path: String, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let absent = || vm.new_os_error(format!("no file '{path}' in the source of '{}'", zelf.handle.name()));
        let (source, inner) = zelf.handle.place_of(&path).ok_or_else(absent)?;
        match source.read(&inner) {
            Ok(Some(bytes)) => Ok(PyBytes::from(bytes.to_vec()).into_ref(&vm.ctx).into()),
            Ok(None) => Err(absent()),
            Err(error) => Err(vm.new_os_error(error.to_string())),
        }
    }

    /// The names of the files and folders in a folder beside the module, by its full path; None where there is none.
    #[pymethod]
    fn list_folder(zelf: &Py<Self>, path: String, vm: &VirtualMachine) -> PyResult<Option<Vec<PyObjectRef>>> {
        let Some((source, inner)) = zelf.handle.place_of(&path) else { return Ok(None) };
        let entries = source.list(&inner).map_err(|error| vm.new_os_error(error.to_string()))?;
        let names = |entries: Vec<std::io::Result<Entry>>| {
            entries.into_iter().flatten().map(|entry| vm.ctx.new_str(entry.name).into()).collect()
        };
        Ok(entries.map(names))
    }

    /// Whether there is such a file or folder beside the module, by its full path.
    #[pymethod]
    fn exists(zelf: &Py<Self>, path: String, vm: &VirtualMachine) -> PyResult<bool> {
        let Some((source, inner)) = zelf.handle.place_of(&path) else { return Ok(false) };
        source.probe(&inner).map(|shape| shape.is_some()).map_err(|error| vm.new_os_error(error.to_string()))
    }

    /// What reads the files of the package; None for a module that is no package.
    #[pymethod]
    fn get_resource_reader(zelf: &Py<Self>, _name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let Some(path) = zelf.handle.search_path() else { return Ok(vm.ctx.none()) };
        let folders = path.locations().iter().map(|location| vm.ctx.new_str(location.to_string()).into()).collect();
        static RESOURCES: Slot<OnceLock<PyObjectRef>> = Slot::new(|_| OnceLock::new());
        let resources = match RESOURCES.of(vm).get() {
            Some(resources) => resources.clone(),
            None => {
                let source = SearchPath::from_locations([Location::root(embedded::stand_ins())]);
                let handle = source.get("_exocet_resources").map_err(|error| error.into_exception(vm))?;
                let loaded = load(&handle, &plain(vm), vm)?;
                RESOURCES.of(vm).get_or_init(|| loaded).clone()
            }
        };
        resources.get_attr("Reader", vm)?.call((zelf.to_owned(), vm.ctx.new_list(folders)), vm)
    }

    /// None: the interpreter is to make the module object itself.
    #[pymethod]
    fn create_module(_zelf: &Py<Self>, _spec: PyObjectRef) -> Option<PyObjectRef> {
        None
    }

    /// Runs the module's code as the interpreter's own import does: no mapper is asked.
    #[pymethod]
    fn exec_module(zelf: &Py<Self>, module: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(module) = module.downcast_ref::<PyModule>() else {
            return Err(vm.new_type_error("exec_module() takes a module"));
        };
        let globals = module.dict();
        if !globals.contains_key("__builtins__", vm) {
            // The code is that of whoever has it run.
            let builtins =
                asker::of_call(None, vm).map_or_else(|| vm.builtins.clone().into(), |asker| asker.builtins.into());
            globals.set_item("__builtins__", builtins, vm)?;
        }
        if let Some(origin) = zelf.handle.origin()
            && !globals.contains_key("__file__", vm)
        {
            globals.set_item("__file__", vm.ctx.new_str(origin).into(), vm)?;
        }
        // Through this function of importlib's, for which the VM leaves importlib's frames out of tracebacks.
        let call = IMPORT_SYSTEM.of(vm).importlib.get_attr("_call_with_frames_removed", vm)?;
        let Some(code) = UNITS.of(vm).get(&zelf.handle, vm)?.code().cloned() else { return Ok(()) };
        call.call((vm.builtins.get_attr("exec", vm)?, code, globals), vm).map(drop)
    }
}

impl Representable for Loader {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<exocet loader of '{}'>", zelf.handle.name()))
    }
}

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
        let item = |(name, is_package): (String, bool)| {
            let name = vm.ctx.new_str(format!("{prefix}{name}"));
            vm.ctx.new_tuple(vec![name.into(), vm.ctx.new_bool(is_package).into()]).into()
        };
        Ok(vm.ctx.new_list(modules.unwrap_or_default().into_iter().map(item).collect()).into())
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

/// The modules in a folder as `pkgutil` lists them, sorted: under any name without a dot, and no namespace packages. What can't be listed
/// is left out.
fn package_listing(Location { source, folder }: &Location) -> BTreeMap<String, bool> {
    let entries = source.list(folder).ok().flatten().unwrap_or_default();
    let mut modules = BTreeMap::new();
    for Entry { name, shape } in entries.into_iter().flatten() {
        let init = || source.probe(&join(&join(folder, &name), "__init__.py"));
        match shape {
            Shape::Folder if !name.contains('.') && matches!(init(), Ok(Some(Shape::File))) => {
                modules.insert(name, true);
            }
            Shape::File => match name.strip_suffix(".py") {
                Some(name) if name != "__init__" && !name.contains('.') => {
                    modules.entry(name.to_owned()).or_insert(false);
                }
                _ => {}
            },
            Shape::Folder | Shape::Native => {}
        }
    }
    modules
}

/// Lets the interpreter's own import find a module of the library before a folder without `__init__.py` that has its name, as where the
/// library stands on `sys.path`: such a folder is what is left when nothing else is found. `library` is the finder that comes after
/// `path_finder`, which would take the folder.
pub(crate) fn put_library_before_folders(
    path_finder: &PyObject,
    library: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let find = path_finder.get_attr("find_spec", vm)?;
    let find_spec = vm.new_function("find_spec", move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let name = args.args.first().or_else(|| args.kwargs.get("fullname")).cloned();
        let path = args.args.get(1).or_else(|| args.kwargs.get("path"));
        let is_top = path.is_none_or(|path| vm.is_none(path));
        let spec = find.call(args, vm)?;
        if is_top
            && !vm.is_none(&spec)
            && vm.is_none(&*spec.get_attr("loader", vm)?)
            && !vm.is_none(&*vm.call_method(&library, "find_spec", (name,))?)
        {
            return Ok(vm.ctx.none());
        }
        Ok(spec)
    });
    let find_spec = vm.builtins.get_attr("staticmethod", vm)?.call((find_spec,), vm)?;
    path_finder.set_attr("find_spec", find_spec, vm)
}

/// Finds modules on the whole of `sys.path`, where the interpreter has no finder of its own: without access to the host.
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
