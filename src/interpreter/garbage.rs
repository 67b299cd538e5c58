//! Taking away what modules leave behind that the VM doesn't take away by itself.
//!
//! Its collector looks by itself only at the youngest objects, so what was in use when it looked stays for ever, once it is
//! part of a cycle; and a class that is gone stays in the lists of its bases as a dead reference, until somebody asks a base
//! for its subclasses. Loading modules for ever would fill the memory.

use super::slots::Slot;
use rustpython_vm::{AsObject, Py, PyRef, VirtualMachine, builtins::PyType};
use std::{
    collections::HashSet,
    sync::atomic::{AtomicU32, Ordering},
};

/// How many modules are run between two looks at what survived a first collection, and at all classes.
const OFTEN: u32 = 1 << 10;

/// How many modules are run between two looks at everything.
const SELDOM: u32 = 1 << 15;

/// How many modules are replaced between two looks at everything. Each has survived a first collection as long as it was in use, so
/// that the collector doesn't look at it any more.
const REPLACED: u32 = 1 << 4;

/// Counts modules, and collects garbage now and then.
#[derive(Default)]
pub(crate) struct Garbage {
    run: AtomicU32,
    replaced: AtomicU32,
}

pub(crate) static GARBAGE: Slot<Garbage> = Slot::new(|_| Garbage::default());

impl Garbage {
    /// To be called for each module, where any Python code may run.
    pub(crate) fn count(&self, vm: &VirtualMachine) {
        let count = self.run.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if count.is_multiple_of(OFTEN) {
            // A program that has switched collecting off keeps it off.
            vm.state.gc.collect(if count.is_multiple_of(SELDOM) { 2 } else { 1 });
            forget_dead_classes(vm);
        }
    }

    /// To be called for each module that another one has replaced, where any Python code may run.
    pub(crate) fn count_replaced(&self, vm: &VirtualMachine) {
        if self.replaced.fetch_add(1, Ordering::Relaxed).wrapping_add(1).is_multiple_of(REPLACED) {
            vm.state.gc.collect(2);
            forget_dead_classes(vm);
        }
    }
}

fn forget_dead_classes(vm: &VirtualMachine) {
    let mut seen = HashSet::new();
    let mut waiting: Vec<PyRef<PyType>> = vec![vm.ctx.types.object_type.to_owned()];
    while let Some(class) = waiting.pop() {
        let alive = living_subclasses(&class);
        waiting.extend(alive.into_iter().filter(|subclass| seen.insert(subclass.get_id())));
    }
}

fn living_subclasses(class: &Py<PyType>) -> Vec<PyRef<PyType>> {
    // What other threads let go of meanwhile is dropped after the lock: its end may run any code.
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
