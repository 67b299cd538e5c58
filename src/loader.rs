//! Loading: a handle and a mapper make a fresh module object.

use crate::{PythonModule, limits::Nested, mapper::MapperRef, observe, state::State, state::sys_modules};
use rustpython_vm::{
    AsObject, Py, PyRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyModule},
};

/// Makes a fresh module object of `handle` and runs its code; what its imports get, `mapper` decides, now and for as
/// long as the module's code lives.
///
/// Nothing global changes: neither `sys.modules` nor the package that the module belongs to hears of it.
///
/// # Errors
/// A source that can't be read, decoded or compiled; whatever the module's code raises, unchanged.
pub fn load(handle: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    if handle.is_native() {
        return load_native(handle, vm);
    }
    let _nested = Nested::enter(handle.name(), vm)?;
    observe::load(handle, vm, |stage| {
        let unit = State::of(vm).units.get(handle, vm)?;
        let module = unit.fresh(mapper, vm)?;
        stage.ready(vm)?;
        unit.run(&module.dict(), vm)?;
        Ok(module)
    })
}

/// Loads into a module object that exists already, instead of a fresh one. Names that it has stay, unless the loaded
/// code binds them anew.
///
/// # Errors
/// As for [`load`].
pub fn load_into(
    handle: &PythonModule,
    mapper: &MapperRef,
    module: &Py<PyModule>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if handle.is_native() {
        let native = load_native(handle, vm)?;
        return module.dict().merge_object(native.dict().into(), vm);
    }
    let _nested = Nested::enter(handle.name(), vm)?;
    observe::load(handle, vm, |stage| {
        let unit = State::of(vm).units.get(handle, vm)?;
        unit.fill(module, mapper, vm)?;
        stage.ready(vm)?;
        unit.run(&module.dict(), vm)
    })
}

/// Runs `handle` as the main program, in the module `__main__`. A handle that is called `__main__` is a script; one of
/// another name is run as `python -m` runs it: the package that it belongs to is asked of `mapper` first.
///
/// # Errors
/// As for [`load`]; `SystemExit` is one.
pub fn run_main(handle: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<()> {
    let is_script = handle.name() == MAIN;
    if let Some((parent, _)) = handle.name().rsplit_once('.') {
        mapper.lookup(parent, vm)?;
    }
    let modules = sys_modules(vm)?;
    let main = match modules.get_item_opt(MAIN, vm)?.and_then(|main| main.downcast::<PyModule>().ok()) {
        Some(main) => main,
        None => {
            let main = vm.new_module(MAIN, vm.ctx.new_dict(), None);
            modules.set_item(MAIN, main.clone().into(), vm)?;
            main
        }
    };
    observe::load(handle, vm, |stage| {
        let unit = State::of(vm).units.get(handle, vm)?;
        unit.fill(&main, mapper, vm)?;
        let globals = main.dict();
        globals.set_item("__name__", vm.ctx.new_str(MAIN).into(), vm)?;
        *State::of(vm).main_mapper.lock() = Some(mapper.clone());
        if is_script {
            globals.set_item("__spec__", vm.ctx.none(), vm)?;
            globals.set_item("__package__", vm.ctx.none(), vm)?;
        }
        stage.ready(vm)?;
        unit.run(&globals, vm)
    })
}

/// The name of the main program's module.
const MAIN: &str = "__main__";

/// A module object of its own around a module that is built into the interpreter. Its functions and classes are the
/// interpreter's: there is no code that could run a second time.
pub(crate) fn load_native(handle: &PythonModule, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    let name = handle.name();
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
    let importer = vm.sys_module.get_attr("modules", vm)?.get_item("_frozen_importlib", vm)?;
    let importer = importer.get_attr("BuiltinImporter", vm)?;
    let spec = vm.call_method(&importer, "find_spec", (name.to_owned(),))?;
    module.as_object().set_attr("__spec__", spec, vm)?;
    module.as_object().set_attr("__loader__", importer, vm)?;
    module.as_object().set_attr("__package__", vm.ctx.new_str(""), vm)?;
    Ok(module)
}
