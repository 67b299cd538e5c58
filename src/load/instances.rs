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
use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

/// Fresh modules by the addresses of their name objects.
#[derive(Default)]
pub(crate) struct Instances(PyMutex<HashMap<usize, Instance>>);

struct Instance {
    module: PyRef<PyWeak>,
    /// What the module, loaded on its own, put in its place in `sys.modules`.
    placed: Option<Placed>,
}

enum Placed {
    /// While the module's body runs.
    Kept(PyObjectRef),
    /// Afterwards, as long as somebody uses it.
    Loaded(PyRef<PyWeak>),
    /// It took itself away.
    Nothing,
}

pub(crate) static INSTANCES: Slot<Instances> = Slot::new(|_| Instances::default());

/// Whether any module has put something in its place. Where none has, nothing need be looked for.
static PLACED: AtomicBool = AtomicBool::new(false);

impl Instances {
    /// Makes `module` the one that `name`, a string of its own, means.
    pub(crate) fn add(&self, name: &PyObject, module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
        let module = module.as_object().downgrade(None, vm)?;
        // What another thread leaves meanwhile ends here, after the lock, as does what belonged to modules that are gone: its end
        // may run any code.
        let (mut alive, mut gone) = (Vec::new(), Vec::new());
        let mut instances = self.0.lock();
        // Modules that are gone are dropped whenever as many were added as were left the last time.
        if instances.len() == instances.capacity() && instances.len() >= 64 {
            gone.extend(instances.extract_if(|_, instance| match instance.module.upgrade() {
                Some(module) => {
                    alive.push(module);
                    false
                }
                None => true,
            }));
        }
        // An earlier string may have had the address.
        let former = instances.insert(name.get_id(), Instance { module, placed: None });
        drop(instances);
        drop((alive, gone, former));
        Ok(())
    }

    /// The fresh module that has this very object as its name.
    pub(crate) fn find(&self, name: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let found = self.0.lock().get(&name.get_id()).map(|instance| instance.module.upgrade());
        let module = found??;
        // The address may be that of another string by now.
        let own = module.downcast_ref::<PyModule>()?.dict().get_item_opt("__name__", vm).ok()??;
        own.is(name).then_some(module)
    }

    /// What stands in the place of the module that has this very object as its name: the module, or what its code put there.
    pub(crate) fn find_placed(&self, name: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let module = self.find(name, vm)?;
        match self.0.lock().get(&name.get_id()).and_then(|instance| instance.placed.as_ref()) {
            None => Some(module),
            Some(Placed::Kept(placed)) => Some(placed.clone()),
            Some(Placed::Loaded(placed)) => placed.upgrade(),
            Some(Placed::Nothing) => None,
        }
    }

    /// Puts something in the place of the module that has this very object as its name, or takes away what is there.
    pub(crate) fn place(&self, name: &PyObject, value: Option<PyObjectRef>) {
        PLACED.store(true, Ordering::Relaxed);
        self.set_placed(name, value.map_or(Placed::Nothing, Placed::Kept));
    }

    /// What the module's body put in its place, which is the outcome of its load.
    ///
    /// # Errors
    /// `KeyError` where it took itself away, as for `import`.
    pub(crate) fn outcome(&self, module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if !PLACED.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let Some(name) = module.dict().get_item_opt("__name__", vm)? else { return Ok(None) };
        let placed = match self.0.lock().get(&name.get_id()).and_then(|instance| instance.placed.as_ref()) {
            Some(Placed::Kept(placed)) => placed.clone(),
            Some(Placed::Nothing) => return Err(vm.new_key_error(name)),
            Some(Placed::Loaded(_)) | None => return Ok(None),
        };
        // From now on it lives as long as somebody uses it. What can't be referred to weakly stays as long as the module.
        if let Ok(weak) = placed.downgrade(None, vm) {
            self.set_placed(&name, Placed::Loaded(weak));
        }
        Ok(Some(placed))
    }

    fn set_placed(&self, name: &PyObject, placed: Placed) {
        let mut instances = self.0.lock();
        let former = instances.get_mut(&name.get_id()).and_then(|instance| instance.placed.replace(placed));
        drop(instances);
        drop(former);
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
