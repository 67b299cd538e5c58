//! Loading: a handle and a mapper make a fresh module object.

use super::{builtins::restore, realms::realms};
use crate::{
    interpreter::{importlib::sys_modules, limits::Nested},
    load::{instances::INSTANCES, recorder, units::UNITS},
    mapper::reference::MapperRef,
    modules::handle::PythonModule,
    observe::watch,
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    AsObject, Py, PyRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyModule},
};

/// Makes a fresh module object of `handle` and runs its code; `mapper` decides what its imports get, now and for as
/// long as the module's code lives.
///
/// A package comes with a context of its own, a realm of one package: its modules are fresh and consistent, and only names
/// outside of it go to `mapper`. [`load_package`](crate::raw::load_package) returns the context.
///
/// Nothing global changes: neither `sys.modules` nor the package that the module belongs to.
///
/// # Errors
/// A source that can't be read, decoded or compiled; whatever the module's code raises, unchanged.
pub fn load(handle: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult {
    if handle.is_package() {
        return (realms().context)(handle, mapper, vm).lookup(handle.name(), vm);
    }
    let module = run(handle, mapper, None, |_| Ok(()), vm)?;
    // As of an import, the outcome is what its code put in its place.
    let placed = INSTANCES.of(vm).outcome(&module, vm)?;
    Ok(placed.unwrap_or_else(|| module.into()))
}

/// Loads into a module object that exists already, instead of a fresh one. Names that it has stay, unless the loaded
/// code binds them anew. A package is loaded alone.
///
/// # Errors
/// As for [`load`].
pub fn load_into(
    handle: &PythonModule,
    mapper: &MapperRef,
    module: &Py<PyModule>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    run(handle, mapper, Some(module), |_| Ok(()), vm).map(drop)
}

/// The name of the main program's module.
const MAIN: &str = "__main__";

/// Runs `handle` as the main program, in the module `__main__`. A handle that is called `__main__` is a script; one of
/// another name is run as by [`run_module_as_main`].
///
/// # Errors
/// As for [`load`]; `SystemExit` is one.
pub fn run_main(handle: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<()> {
    if handle.name() != MAIN {
        return run_module_as_main(handle, mapper, vm);
    }
    // What CPython calls text that was given as such, and which is the one program without a `__file__`.
    let is_text = handle.origin().is_some_and(|origin| origin == "<string>");
    run_in_main(handle, mapper, vm, |globals| {
        globals.set_item("__spec__", vm.ctx.none(), vm)?;
        globals.set_item("__package__", vm.ctx.none(), vm)?;
        if is_text {
            globals.del_item("__file__", vm)?;
        }
        Ok(())
    })
}

/// Runs a module as `python -m` runs it: the package that it belongs to is asked of `mapper` first. The `__main__` of a folder
/// or of an archive is such a module, too. `__spec__` is the module's own.
///
/// # Errors
/// As for [`load`]; `SystemExit` is one.
pub fn run_module_as_main(handle: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(parent) = Dotted(handle.name()).parent() {
        mapper.lookup(parent, vm)?;
    }
    run_in_main(handle, mapper, vm, |_| Ok(()))
}

fn run_in_main(
    handle: &PythonModule,
    mapper: &MapperRef,
    vm: &VirtualMachine,
    prepare: impl FnOnce(&PyDictRef) -> PyResult<()>,
) -> PyResult<()> {
    let modules = sys_modules(vm)?;
    let main = match modules.get_item_opt(MAIN, vm)?.and_then(|main| main.downcast::<PyModule>().ok()) {
        Some(main) => main,
        None => {
            let main = vm.new_module(MAIN, vm.ctx.new_dict(), None);
            modules.set_item(MAIN, main.clone().into(), vm)?;
            main
        }
    };
    let prepare = |main: &Py<PyModule>| {
        let globals = main.dict();
        globals.set_item("__name__", vm.ctx.new_str(MAIN).into(), vm)?;
        prepare(&globals)
    };
    run(handle, mapper, Some(&main), prepare, vm).map(drop)
}

/// Makes a module of `handle`, or fills `into`, calls `prepare`, and runs the module's code: the way of every load.
pub(crate) fn run(
    handle: &PythonModule,
    mapper: &MapperRef,
    into: Option<&Py<PyModule>>,
    prepare: impl FnOnce(&Py<PyModule>) -> PyResult<()>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyModule>> {
    if handle.is_native() {
        let native = load_native(handle.name(), vm)?;
        let module = match into {
            Some(module) => {
                module.dict().merge_object(native.dict().into(), vm)?;
                module.to_owned()
            }
            None => native,
        };
        prepare(&module)?;
        return Ok(module);
    }
    let _nested = Nested::enter(handle.name(), vm)?;
    watch::load(handle, vm, |stage| {
        let unit = UNITS.of(vm).get(handle, vm)?;
        recorder::note(handle, &unit);
        let under = mapper.under(handle.name(), vm)?;
        let builtins = under.builtins.clone();
        let module = match into {
            Some(module) => {
                unit.fill(module, under, vm)?;
                module.to_owned()
            }
            None => unit.fresh(under, vm)?,
        };
        prepare(&module)?;
        stage.ready(unit.source(), vm)?;
        let ran = unit.run(&module.dict(), vm);
        // Code may be left of a module whose body has raised, such as what runs in the end.
        restore(&module.dict(), builtins, mapper, vm)?;
        ran.map(|()| module)
    })
}

/// A module object of its own around a module that is built into the interpreter. Its functions and classes are the
/// interpreter's: there is no code that could run a second time.
fn load_native(name: &str, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    if let Some(shared) = sys_modules(vm)?.get_item_opt(name, vm)?
        && let Some(dict) = shared.dict()
    {
        let copy: PyDictRef = rustpython_vm::PyPayload::into_ref(dict.copy(), &vm.ctx);
        return Ok(PyRef::new_ref(PyModule::new(), vm.ctx.types.module_type.to_owned(), Some(copy)));
    }
    let missing = || vm.new_import_error(format!("no built-in module '{name}'"), vm.ctx.new_str(name));
    let definition = vm.state.module_defs.get(name).copied().ok_or_else(missing)?;
    let module = definition.create_module(vm)?;
    definition.exec_module(vm, &module)?;
    let importer = sys_modules(vm)?.get_item("_frozen_importlib", vm)?.get_attr("BuiltinImporter", vm)?;
    let spec = vm.call_method(&importer, "find_spec", (name.to_owned(),))?;
    module.as_object().set_attr("__spec__", spec, vm)?;
    module.as_object().set_attr("__loader__", importer, vm)?;
    module.as_object().set_attr("__package__", vm.ctx.new_str(""), vm)?;
    Ok(module)
}
