//! What classes leave behind: a class that is gone stays in the lists of its bases as a dead reference, which the VM takes
//! out only when somebody asks a base for its subclasses. Loading modules with classes for ever would fill the memory, and
//! slow down each change of a base.

use rustpython_vm::{AsObject, Py, PyRef, VirtualMachine, builtins::PyType};
use std::{
    collections::HashSet,
    sync::atomic::{AtomicU32, Ordering},
};

/// How many modules are made between two looks at all classes.
const EVERY: u32 = 1024;

/// Counts modules, and takes dead references out now and then.
#[derive(Default)]
pub(crate) struct Classes(AtomicU32);

impl Classes {
    /// To be called for each module.
    pub(crate) fn count(&self, vm: &VirtualMachine) {
        if self.0.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1 {
            prune(vm);
        }
    }
}

fn prune(vm: &VirtualMachine) {
    let mut seen = HashSet::new();
    let mut waiting: Vec<PyRef<PyType>> = vec![vm.ctx.types.object_type.to_owned()];
    while let Some(class) = waiting.pop() {
        // What other threads let go of meanwhile is dropped after the lock: its end may run any code.
        let alive = living_subclasses(&class);
        waiting.extend(alive.into_iter().filter(|subclass| seen.insert(subclass.get_id())));
    }
}

fn living_subclasses(class: &Py<PyType>) -> Vec<PyRef<PyType>> {
    let mut alive = Vec::new();
    class.subclasses.write().retain(|subclass| match subclass.upgrade() {
        Some(subclass) => {
            alive.push(subclass);
            true
        }
        None => false,
    });
    alive.into_iter().filter_map(|subclass| subclass.downcast().ok()).collect()
}
