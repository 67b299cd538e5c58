//! Which fresh module a name means, for the parts of the standard library that look a class's module up by name.
//!
//! `dataclasses`, `typing`, `inspect` and others find the module of a class in `sys.modules` by the class's
//! `__module__`. A fresh module isn't there, and another module of that name may be. But the string in `__module__` is the
//! very object that the module has as `__name__`. So each fresh module has a string of its own there, by whose identity
//! it is found again.

use crate::interpreter::slots::Slot;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyModule, PyWeak},
    common::lock::PyMutex,
    function::FuncArgs,
};
use std::collections::HashMap;

/// Fresh modules by the addresses of their name objects.
#[derive(Default)]
pub(crate) struct Instances {
    modules: PyMutex<HashMap<usize, PyRef<PyWeak>>>,
    /// What modules that were loaded on their own put in their place in `sys.modules`, by the same addresses.
    placed: PyMutex<HashMap<usize, Placed>>,
}

/// What stands in a module's place.
enum Placed {
    /// While the module's body runs.
    Kept(PyObjectRef),
    /// Afterwards, as long as somebody uses it.
    Loaded(PyRef<PyWeak>),
}

pub(crate) static INSTANCES: Slot<Instances> = Slot::new(|_| Instances::default());

impl Instances {
    /// Makes `module` the one that `name`, a string of its own, means.
    pub(crate) fn add(&self, name: &PyObject, module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
        let module = module.as_object().downgrade(None, vm)?;
        // A module that another thread leaves meanwhile ends here, after the lock: its end may run any code.
        let mut alive = Vec::new();
        let mut instances = self.modules.lock();
        // Modules that are gone are dropped whenever as many were added as were left the last time.
        if instances.len() == instances.capacity() && instances.len() >= 64 {
            instances.retain(|_, module| module.upgrade().map(|module| alive.push(module)).is_some());
        }
        instances.insert(name.get_id(), module);
        Ok(())
    }

    /// The fresh module that has this very object as its name.
    pub(crate) fn find(&self, name: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let found = self.modules.lock().get(&name.get_id()).map(|module| module.upgrade());
        let module = found??;
        // The address may be that of another string by now.
        let own = module.downcast_ref::<PyModule>()?.dict().get_item_opt("__name__", vm).ok()??;
        own.is(name).then_some(module)
    }

    /// What stands in the place of the module that has this very object as its name: the module, or what its code put there.
    pub(crate) fn find_placed(&self, name: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let module = self.find(name, vm)?;
        let placed = match self.placed.lock().get(&name.get_id()) {
            None => Some(module),
            Some(Placed::Kept(placed)) => Some(placed.clone()),
            Some(Placed::Loaded(placed)) => placed.upgrade(),
        };
        placed.filter(|placed| !vm.is_none(placed))
    }

    /// Puts something in the place of the module that has this very object as its name; `None` takes it away.
    pub(crate) fn place(&self, name: &PyObject, value: PyObjectRef, _: &VirtualMachine) {
        let _former_dropped_after_the_lock = self.placed.lock().insert(name.get_id(), Placed::Kept(value));
    }

    /// What the module's body put in its place, which is the outcome of its load.
    ///
    /// # Errors
    /// `KeyError` where it took itself away, as for `import`.
    pub(crate) fn take_placed(&self, module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if self.placed.lock().is_empty() {
            return Ok(None);
        }
        let Some(name) = module.dict().get_item_opt("__name__", vm)? else { return Ok(None) };
        let Some(Placed::Kept(placed)) = self.placed.lock().remove(&name.get_id()) else { return Ok(None) };
        if vm.is_none(&placed) {
            return Err(vm.new_key_error(name));
        }
        if let Ok(weak) = placed.downgrade(None, vm) {
            self.placed.lock().insert(name.get_id(), Placed::Loaded(weak));
        }
        Ok(Some(placed))
    }
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
