//! Generations that are out of use, and that something may still hold.

use super::generation::Generation;
use crate::{mapper::reference::MapperRef, realm::modules::RealmModules};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine, builtins::PyWeak};

/// A generation that is out of use, which this doesn't keep alive.
#[derive(Clone)]
pub(crate) struct Replaced {
    number: u32,
    modules: Vec<PyRef<PyWeak>>,
}

impl Replaced {
    /// The modules of a generation as they are now.
    pub(super) fn new(generation: &Generation, vm: &VirtualMachine) -> PyResult<Self> {
        let modules = modules_of(generation, vm)?;
        let weak = modules.iter().filter_map(|module| module.downgrade(None, vm).ok()).collect();
        Ok(Self { number: generation.number, modules: weak })
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Whether something holds a module of it, or anything that holds one.
    pub(super) fn is_alive(&self) -> bool {
        self.modules.iter().any(|module| module.upgrade().is_some())
    }

    /// The modules that are still there.
    pub(super) fn modules(&self) -> Vec<PyObjectRef> {
        self.modules.iter().filter_map(|module| module.upgrade()).collect()
    }

    pub(super) fn has(&self, module: &PyObject) -> bool {
        self.modules.iter().any(|own| own.upgrade().is_some_and(|own| own.is(module)))
    }
}

/// The modules that were loaded in the realm of a generation.
pub(super) fn modules_of(generation: &Generation, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let realm = MapperRef::from_object(&*generation.realm.raw(vm)?, vm)?;
    RealmModules::of(&realm).map_or_else(|| Ok(Vec::new()), |modules| modules.inside(vm))
}
