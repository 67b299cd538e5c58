//! Exception classes of the module `exocet`, one of each for an interpreter.

use super::slots::{Filled, Slot};
use rustpython_vm::{
    Py, VirtualMachine,
    builtins::{PyType, PyTypeRef},
};

/// An exception class that lives in a slot.
pub(crate) struct ExceptionClass(PyTypeRef);

impl ExceptionClass {
    /// A new class of that name, derived from `base`.
    pub(crate) fn new(name: &str, base: &Py<PyType>, doc: &str, vm: &VirtualMachine) -> Self {
        let class = vm.ctx.new_exception_type("exocet", name, Some(vec![base.to_owned()]));
        class.set_attr(vm.ctx.intern_str("__doc__"), vm.ctx.new_str(doc).into());
        Self(class)
    }

    /// The class in the slot.
    pub(crate) fn of(slot: &Slot<Self>, vm: &VirtualMachine) -> PyTypeRef {
        let class: Filled<Self> = slot.of(vm);
        class.0.clone()
    }
}
