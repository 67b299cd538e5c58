//! The interpreter's own import system, as it was when the runtime was built.

use super::{dunders, frames::Importing, slots::Slot, sources};
use crate::syntax::dotted::Dotted;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyModule, PyType, PyTypeRef},
};

/// What the interpreter started with.
pub(crate) struct ImportSystem {
    /// `builtins.__import__`.
    pub(crate) import: PyObjectRef,
    /// `_frozen_importlib._gcd_import`.
    pub(crate) gcd_import: PyObjectRef,
    /// `_frozen_importlib`.
    pub(crate) importlib: PyObjectRef,
    pub(crate) spec_class: PyTypeRef,
    /// The loaders of what the interpreter itself consists of.
    pub(crate) own_loaders: [PyObjectRef; 2],
}

pub(crate) static IMPORT_SYSTEM: Slot<ImportSystem> =
    Slot::new(|vm| ImportSystem::new(vm).expect("the interpreter has its import system"));

impl ImportSystem {
    fn new(vm: &VirtualMachine) -> PyResult<Self> {
        let importlib = sys_modules(vm)?.get_item("_frozen_importlib", vm)?;
        let spec_class = importlib.get_attr("ModuleSpec", vm)?.downcast::<PyType>();
        Ok(Self {
            import: vm.builtins.get_attr("__import__", vm)?,
            gcd_import: importlib.get_attr("_gcd_import", vm)?,
            own_loaders: [importlib.get_attr("FrozenImporter", vm)?, importlib.get_attr("BuiltinImporter", vm)?],
            spec_class: spec_class.map_err(|_| vm.new_type_error("ModuleSpec is no class"))?,
            importlib,
        })
    }

    /// Whether `module` is still running its code for the first time.
    pub(crate) fn is_initializing(&self, module: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
        let names = dunders::get(vm);
        // This is asked at each import, so what nearly all modules are is taken apart by hand.
        let plain = module.downcast_ref_if_exact::<PyModule>(vm);
        let spec = match plain.map_or(Ok(None), |plain| plain.dict().get_item_opt(names.spec, vm))? {
            Some(spec) => Some(spec),
            None => vm.get_attribute_opt(module, names.spec)?,
        };
        let Some(spec) = spec else { return Ok(false) };
        let initializing = match spec.dict().filter(|_| spec.class().is(&self.spec_class)) {
            Some(dict) => dict.get_item_opt(names.initializing, vm)?,
            None => vm.get_attribute_opt(&spec, names.initializing)?,
        };
        initializing.map_or(Ok(false), |initializing| initializing.try_to_bool(vm))
    }
}

/// Imports the shared module of that very name, as `import` does outside of any mapper.
pub(crate) fn import_shared(name: &str, vm: &VirtualMachine) -> PyResult {
    let system = IMPORT_SYSTEM.of(vm);
    if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)?
        && !vm.is_none(&module)
        && !system.is_initializing(&module, vm)?
    {
        return Ok(module);
    }
    let _importing = Importing::enter();
    system.gcd_import.call((name.to_owned(),), vm)
}

/// Whether `object` is the shared module of that name.
pub(crate) fn is_shared(name: &str, object: &PyObject, vm: &VirtualMachine) -> bool {
    let shared = sys_modules(vm).and_then(|modules| modules.get_item_opt(name, vm));
    shared.is_ok_and(|shared| shared.is_some_and(|shared| shared.is(object)))
}

/// Whether `import name` would find something. It isn't imported to find out.
pub(crate) fn is_importable(name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)? {
        return Ok(!vm.is_none(&module));
    }
    Ok(sources::search_path(vm)?.get(name).is_ok())
}

/// The spec that the interpreter's own import finds for `name`, whose package it imports for that.
pub(crate) fn find_shared_spec(name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)? {
        return Ok(vm.get_attribute_opt(&module, "__spec__")?.filter(|spec| !vm.is_none(spec)));
    }
    let path = match Dotted(name).parent() {
        Some(package) => vm.get_attribute_opt(&*import_shared(package, vm)?, "__path__")?,
        None => None,
    };
    let importlib = IMPORT_SYSTEM.of(vm).importlib.clone();
    let _importing = Importing::enter();
    let spec = vm.call_method(&importlib, "_find_spec", (name.to_owned(), path))?;
    Ok(Some(spec).filter(|spec| !vm.is_none(spec)))
}

/// A spec that has no more than a name.
pub(crate) fn bare_spec(name: &str, vm: &VirtualMachine) -> PyResult {
    IMPORT_SYSTEM.of(vm).spec_class.as_object().call((name.to_owned(), vm.ctx.none()), vm)
}

/// One of the tables in the interpreter's own `sys`, whoever asks.
pub(crate) fn sys_table(name: &str, vm: &VirtualMachine) -> PyResult {
    vm.sys_module.dict().get_item(name, vm)
}

/// The interpreter's `sys.modules`.
pub(crate) fn sys_modules(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let modules = vm.sys_module.dict().get_item(dunders::get(vm).modules, vm)?;
    modules.downcast::<PyDict>().map_err(|_| vm.new_runtime_error("sys.modules is no dict"))
}
