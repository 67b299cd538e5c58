//! Which fresh module a name means, for the parts of the standard library that look a class's module up by name.
//!
//! `dataclasses`, `typing`, `inspect` and others find the module of a class in `sys.modules` by the class's
//! `__module__`. A fresh module isn't there, and another module of that name may be. But the string in `__module__` is the
//! very object that the module has as `__name__`. So each fresh module has a string of its own there, by whose identity
//! it is found again, and those parts of the library are given a `sys` whose `modules` looks at that first.

use crate::{
    interpreter::{
        importlib::{IMPORT_SYSTEM, sys_modules},
        slots::Slot,
    },
    values::module_proxy::ModuleProxy,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func,
    builtins::{PyModule, PyStr, PyWeak},
    common::lock::{LazyLock, PyMutex},
    function::{FuncArgs, OptionalArg},
    protocol::{PyMappingMethods, PySequenceMethods},
    pyclass,
    types::{AsMapping, AsSequence, Callable, GetAttr},
};
use std::collections::HashMap;

/// The parts of the library that look modules up by name.
const LOOKERS: [&str; 8] = ["annotationlib", "dataclasses", "doctest", "enum", "inspect", "pickle", "pydoc", "typing"];

/// Fresh modules by the addresses of their name objects.
#[derive(Default)]
pub(crate) struct Instances(PyMutex<HashMap<usize, PyRef<PyWeak>>>);

pub(crate) static INSTANCES: Slot<Instances> = Slot::new(|_| Instances::default());

impl Instances {
    /// Makes `module` the one that `name`, a string of its own, means.
    pub(crate) fn add(&self, name: &PyObject, module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
        let module = module.as_object().downgrade(None, vm)?;
        // A module that another thread leaves meanwhile ends here, after the lock: its end may run any code.
        let mut alive = Vec::new();
        let mut instances = self.0.lock();
        // Modules that are gone are dropped whenever as many were added as were left the last time.
        if instances.len() == instances.capacity() && instances.len() >= 64 {
            instances.retain(|_, module| module.upgrade().map(|module| alive.push(module)).is_some());
        }
        instances.insert(name.get_id(), module);
        Ok(())
    }

    /// The fresh module that has this very object as its name.
    pub(crate) fn find(&self, name: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let found = self.0.lock().get(&name.get_id()).map(|module| module.upgrade());
        let module = found??;
        // The address may be that of another string by now.
        let own = module.downcast_ref::<PyModule>()?.dict().get_item_opt("__name__", vm).ok()??;
        own.is(name).then_some(module)
    }
}

/// Puts a `sys` that knows fresh modules too into the parts of the library that look modules up by name, as far as they are
/// imported.
pub(crate) fn teach_library(vm: &VirtualMachine) -> PyResult<()> {
    let modules = sys_modules(vm)?;
    for name in LOOKERS {
        let Some(looker) = modules.get_item_opt(name, vm)? else { continue };
        let Some(looker) = looker.downcast_ref::<PyModule>() else { continue };
        let dict = looker.dict();
        if !dict.get_item_opt("sys", vm)?.is_some_and(|sys| sys.is(&vm.sys_module)) {
            continue;
        }
        let own = vm.ctx.new_dict();
        own.set_item("modules", Modules.into_ref(&vm.ctx).into(), vm)?;
        let sys = ModuleProxy::new(vm.sys_module.clone().into(), own);
        dict.set_item("sys", sys.into_ref(&vm.ctx).into(), vm)?;
        // A string of its own, so that who else writes the same name doesn't have the same object.
        dict.set_item("__name__", vm.ctx.new_str(name.to_owned()).into(), vm)?;
        if name == "pickle" {
            dict.set_item("__import__", PickleImport.into_ref(&vm.ctx).into(), vm)?;
        }
    }
    Ok(())
}

/// Refuses an import by a fresh module's own name object. Only pickling imports by such a one: it makes sure that who
/// reads the pickle will find the module by its name, which would be another module, or none.
pub(crate) fn refuse(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(name) = args.args.first().filter(|name| INSTANCES.of(vm).find(name, vm).is_some()) else {
        return Ok(());
    };
    let message = format!(
        "its module {} was loaded fresh, and who reads the pickle would not find that module by its name; a realm's \
         modules can pickle what is the realm's",
        name.repr(vm)?
    );
    Err(vm.new_import_error(message, vm.ctx.new_str(name.str(vm)?.to_string())))
}

/// Does so after an import of `name`, which may have brought one of them if it brought anything new.
pub(crate) fn teach_library_after(name: &str, brought: bool, vm: &VirtualMachine) -> PyResult<()> {
    if brought || LOOKERS.contains(&name) { teach_library(vm) } else { Ok(()) }
}

/// `sys.modules`, with fresh modules by their name objects in front.
#[pyclass(module = "exocet", name = "modules")]
#[derive(Debug, PyPayload)]
pub(crate) struct Modules;

impl Modules {
    fn find(name: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        match INSTANCES.of(vm).find(name, vm) {
            Some(module) => Ok(Some(module)),
            None => sys_modules(vm)?.get_item_opt(name, vm),
        }
    }
}

#[pyclass(with(AsMapping, AsSequence, GetAttr), flags(DISALLOW_INSTANTIATION))]
impl Modules {
    #[pymethod]
    fn get(_zelf: &Py<Self>, name: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        Ok(Self::find(&name, vm)?.unwrap_or_else(|| default.unwrap_or_none(vm)))
    }
}

impl AsMapping for Modules {
    fn as_mapping() -> &'static PyMappingMethods {
        static AS_MAPPING: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|_, vm| Ok(sys_modules(vm)?.__len__())),
            subscript: atomic_func!(|_, name, vm| {
                Modules::find(name, vm)?.ok_or_else(|| vm.new_key_error(name.to_owned()))
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &AS_MAPPING
    }
}

impl AsSequence for Modules {
    fn as_sequence() -> &'static PySequenceMethods {
        static AS_SEQUENCE: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            contains: atomic_func!(|_, name, vm| Ok(Modules::find(name, vm)?.is_some())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &AS_SEQUENCE
    }
}

impl GetAttr for Modules {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.as_bytes() {
            b"get" | b"__class__" => zelf.as_object().generic_getattr(name, vm),
            _ => sys_modules(vm)?.as_object().get_attr(name, vm),
        }
    }
}

/// The `__import__` of `pickle`.
#[pyclass(module = "exocet", name = "pickle_import")]
#[derive(Debug, PyPayload)]
pub(crate) struct PickleImport;

impl Callable for PickleImport {
    type Args = FuncArgs;

    fn call(_: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        refuse(&args, vm)?;
        IMPORT_SYSTEM.of(vm).import.call(args, vm)
    }
}

#[pyclass(with(Callable), flags(DISALLOW_INSTANTIATION))]
impl PickleImport {}
