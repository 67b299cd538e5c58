//! The Python methods of the `__loader__` of loaded modules.

use crate::{
    import::{asker, load::load},
    interpreter::{
        importlib::{IMPORT_SYSTEM, sys_modules},
        limits,
        loader::Loader,
        slots::Slot,
    },
    load::{unit::Unit, units::UNITS},
    mapper::basic::plain,
    modules::{
        handle::PythonModule,
        search_path::{Location, SearchPath},
    },
    observe::watch::{self, Maker},
    source::{contract::Entry, embedded},
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyBytes, PyModule, PyStr},
    common::rc::PyRc,
    function::OptionalArg,
    pyclass,
    types::Representable,
};
use std::sync::OnceLock;

impl Loader {
    /// The handle of the named module, which must be the loader's own.
    fn own(&self, name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<&PythonModule> {
        if let OptionalArg::Present(name) = name
            && !vm.is_none(&name)
            && name.downcast_ref::<PyStr>().is_none_or(|name| name.as_bytes() != self.handle.name().as_bytes())
        {
            let message = format!("loader for {} cannot handle {}", self.handle.name(), name.str(vm)?);
            return Err(vm.new_import_error(message, vm.ctx.new_str(self.handle.name())));
        }
        Ok(&self.handle)
    }

    /// The unit of the module whose code is handed out.
    fn unit(&self, handle: &PythonModule, vm: &VirtualMachine) -> PyResult<PyRc<Unit>> {
        let unit = UNITS.of(vm).get(handle, vm)?;
        if let Some(watch) = watch::active(vm)
            && let Some(source) = unit.source().filter(|_| !handle.is_embedded())
        {
            watch.code(&handle.origin().unwrap_or_default(), source, Maker::Loader(handle.name()), vm)?;
        }
        Ok(unit)
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
        let unit = zelf.unit(zelf.own(name, vm)?, vm)?;
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
        let absent = || file_not_found(&path, vm);
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

    /// What reads the files of the package, or those beside a module that is no package; None for a module without a file.
    #[pymethod]
    fn get_resource_reader(zelf: &Py<Self>, _name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let locations = match (zelf.handle.search_path(), zelf.handle.source_and_path()) {
            (Some(path), _) => path.locations().to_vec(),
            (None, Some((source, path))) if !zelf.handle.is_native() => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                vec![Location { source: source.clone(), folder: folder.to_owned() }]
            }
            (None, _) => return Ok(vm.ctx.none()),
        };
        let folders = locations.iter().map(|location| vm.ctx.new_str(location.to_string()).into()).collect();
        let resources = resources(vm)?;
        resources.get_attr("Reader", vm)?.call((zelf.to_owned(), vm.ctx.new_list(folders)), vm)
    }

    /// None: the interpreter is to make the module object itself.
    #[pymethod]
    fn create_module(_zelf: &Py<Self>, _spec: PyObjectRef) -> Option<PyObjectRef> {
        None
    }

    /// Imports the module as the code that calls does, or runs its code again where the interpreter's own `sys.modules` has it.
    #[pymethod]
    fn load_module(zelf: &Py<Self>, name: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let name = zelf.own(name, vm)?.name();
        match asker::of_running(vm) {
            // What is asked of a mapper isn't to be found in the interpreter's tables.
            Some(asker) => asker.import.module(&asker, name.to_owned(), vm),
            None => {
                let importlib = IMPORT_SYSTEM.of(vm).importlib.clone();
                let spec = UNITS.of(vm).get(&zelf.handle, vm)?.found_spec(None, vm)?;
                match sys_modules(vm)?.get_item_opt(name, vm)? {
                    Some(module) => {
                        vm.call_method(&importlib, "_exec", (spec, module))?;
                        sys_modules(vm)?.get_item(name, vm)
                    }
                    None => vm.call_method(&importlib, "_load", (spec,)),
                }
            }
        }
    }

    /// Runs the module's code as whoever calls would run it.
    #[pymethod]
    fn exec_module(zelf: &Py<Self>, module: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(module) = module.downcast_ref::<PyModule>() else {
            return Err(vm.new_type_error("exec_module() takes a module"));
        };
        zelf.own(OptionalArg::Present(module.as_object().get_attr("__name__", vm)?), vm)?;
        let globals = module.dict();
        if !globals.contains_key("__builtins__", vm) {
            // The code is that of whoever has it run.
            let builtins =
                asker::of_call(None, vm).map_or_else(|| vm.builtins.clone().into(), |asker| asker.builtins.into());
            globals.set_item("__builtins__", builtins, vm)?;
        }
        // A bare module object has no spec, and gets nothing but what the code makes.
        if globals.get_item_opt("__spec__", vm)?.is_some_and(|spec| !vm.is_none(&spec))
            && let Some(origin) = zelf.handle.origin()
            && !globals.contains_key("__file__", vm)
        {
            globals.set_item("__file__", vm.ctx.new_str(origin).into(), vm)?;
        }
        // Through this function of importlib's, for which the VM leaves importlib's frames out of tracebacks.
        let call = IMPORT_SYSTEM.of(vm).importlib.get_attr("_call_with_frames_removed", vm)?;
        let Some(code) = zelf.unit(&zelf.handle, vm)?.code().cloned() else { return Ok(()) };
        call.call((vm.builtins.get_attr("exec", vm)?, code, globals), vm).map(drop)
    }
}

impl Representable for Loader {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<exocet loader of '{}'>", zelf.handle.name()))
    }
}

/// The module that reads the files beside modules.
pub(super) fn resources(vm: &VirtualMachine) -> PyResult {
    static RESOURCES: Slot<OnceLock<PyObjectRef>> = Slot::new(|_| OnceLock::new());
    if let Some(resources) = RESOURCES.of(vm).get() {
        return Ok(resources.clone());
    }
    let source = SearchPath::from_locations([Location::root(embedded::stand_ins())]);
    let handle = source.get("_exocet_resources").map_err(|error| error.into_exception(vm))?;
    let loaded = load(&handle, &plain(vm), vm)?;
    Ok(RESOURCES.of(vm).get_or_init(|| loaded).clone())
}

/// The exception that `open` raises where there is no such file.
fn file_not_found(path: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    // As `errno.ENOENT` has it on every system that CPython runs on.
    const ABSENT: i32 = 2;
    let arguments = (ABSENT, "No such file or directory", path);
    match vm.ctx.exceptions.file_not_found_error.as_object().call(arguments, vm).map(PyObjectRef::downcast) {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_os_error(path.to_owned()),
        Err(error) => error,
    }
}
