//! A mapper's own `sys.modules`, which a realm has.

use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyStr, object::PyThreadingConstraint,
};
use std::any::Any;

/// The modules that a mapper holds itself, by name.
pub(crate) trait ModuleTable: Any + PyThreadingConstraint {
    /// Whether the table holds the module itself.
    fn is_inside(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool>;

    /// Whether the table has it that there is no such module.
    fn is_barred(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool>;

    /// The submodule `part` of `package`, which goes by its own name.
    fn submodule(&self, package: &PyObject, part: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>>;

    /// Whether the running code sees another module under that name than others do, until it is there for all.
    fn is_replacing(&self, name: &str) -> bool;

    /// Which of `name` and the packages that it lies in is the first that can't be had, if the table has any of them.
    fn first_missing<'a>(&self, name: &'a str, vm: &VirtualMachine) -> Option<&'a str>;

    /// Remembers what the mapper answered for a name that isn't inside, so that `sys.modules` shows it.
    fn note(&self, name: &str, object: &PyObject, vm: &VirtualMachine) -> PyResult<()>;

    /// The spec of a name inside; `None` for any other.
    fn find_spec(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>>;

    /// Hands out what ties the mapper to itself, for the collector, which takes the mapper apart.
    fn clear(&self, out: &mut Vec<PyObjectRef>);
}
