//! A dict that several threads fill at once.

use rustpython_vm::{
    Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef},
    common::lock::PyDetachingRwLock,
    object::{Traverse, TraverseFn},
};

/// A dict of names that Python code may have, too. The VM's own dict loses a key now and then where two threads put one in at the
/// same time; here one of them waits.
pub(super) struct GuardedDict {
    dict: PyDictRef,
    changing: PyDetachingRwLock<()>,
}

impl GuardedDict {
    pub(super) fn new(vm: &VirtualMachine) -> Self {
        Self { dict: vm.ctx.new_dict(), changing: PyDetachingRwLock::default() }
    }

    /// The dict itself.
    pub(super) fn dict(&self) -> &PyDictRef {
        &self.dict
    }

    /// Looks into the dict while nobody changes it.
    pub(super) fn read<R>(&self, look: impl FnOnce(&Py<PyDict>) -> R) -> R {
        let _unchanged = self.changing.read();
        look(&self.dict)
    }

    /// Changes the dict. What it had before is dropped when others can go on: its end may run any code.
    pub(super) fn set(&self, name: &str, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let (_former, changed) = {
            let _alone = self.changing.write();
            let former = self.dict.get_item_opt(name, vm)?;
            let changed = match value {
                Some(value) => self.dict.set_item(name, value, vm),
                None => self.dict.del_item(name, vm),
            };
            (former, changed)
        };
        changed
    }

    pub(super) fn get(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        self.read(|dict| dict.get_item_opt(name, vm))
    }

    pub(super) fn has(&self, name: &str, vm: &VirtualMachine) -> bool {
        self.read(|dict| dict.contains_key(name, vm))
    }
}

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for GuardedDict {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.dict.traverse(visit);
    }
}
