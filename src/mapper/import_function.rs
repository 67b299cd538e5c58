//! The `__import__` that loaded modules have. What it does when it is called stands in `import/hook.rs`.

use super::{
    reference::{MapperRef, WeakMapper},
    request::Request,
};
use crate::interpreter::{frames, importlib::IMPORT_SYSTEM};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
    pyclass,
};
use std::sync::atomic::{AtomicBool, Ordering};

/// The `__import__` that all modules loaded under one mapper share, or that one module has to itself.
#[pyclass(module = "exocet", name = "__import__")]
#[derive(Debug, PyPayload)]
pub(crate) struct ImportFunction {
    pub(crate) mapper: WeakMapper,
    /// The name that the one module was loaded under.
    pub(crate) owner: Option<String>,
}

pub(crate) const IMPORT: &str = "__import__";

/// Whether any module has an `__import__` to itself. Where none has, nobody need be looked for.
static OWNERS: AtomicBool = AtomicBool::new(false);

impl ImportFunction {
    /// Makes the `__import__` of one module, or of all modules under the mapper.
    pub(crate) fn object(mapper: &MapperRef, owner: Option<&str>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        if owner.is_some() {
            OWNERS.store(true, Ordering::Relaxed);
        }
        Ok(Self { mapper: mapper.downgrade(vm)?, owner: owner.map(str::to_owned) }.into_ref(&vm.ctx).into())
    }

    /// The `__import__` of a module in the builtins of a frame.
    fn in_builtins(builtins: &PyObject, vm: &VirtualMachine) -> Option<PyRef<Self>> {
        builtins.downcast_ref::<PyDict>()?.get_item_opt(IMPORT, vm).ok()??.downcast().ok()
    }
}

/// The mapper that the innermost frame's code was loaded under.
pub(crate) fn mapper_of_frame(vm: &VirtualMachine) -> Option<MapperRef> {
    let import = frames::find(|frame| Some(ImportFunction::in_builtins(frame.builtins(), vm)))??;
    import.mapper.upgrade(vm).ok()
}

/// The module whose code runs, or else the innermost one below on the stack, by the name that it was loaded under. It is
/// known by the `__import__` in the builtins of its frames, which its code can pass on and can't make.
pub(crate) fn owner_of(vm: &VirtualMachine) -> Option<String> {
    if !OWNERS.load(Ordering::Relaxed) {
        return None;
    }
    frames::find(|frame| ImportFunction::in_builtins(frame.builtins(), vm)?.owner.clone())
}

/// Whether `object` is an `__import__` that no Python code made: the interpreter's, or that of some mapper.
pub(crate) fn is_import(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.downcast_ref::<ImportFunction>().is_some() || IMPORT_SYSTEM.of(vm).import.is(object)
}

impl Request<'_> {
    /// The importing module. Under a mapper that [depends on the importer](super::Mapper::depends_on_importer) this is the
    /// name that it was loaded under, whatever its code does to `__name__`; of a call from outside of any module, `None`.
    /// Otherwise it is the `__name__` that its code has.
    #[must_use]
    pub fn importer(&self, vm: &VirtualMachine) -> Option<String> {
        if let Some(owner) = self.owner() {
            return Some(owner.to_owned());
        }
        if let Some(owner) = owner_of(vm) {
            return Some(owner);
        }
        let name = self.globals()?.get_item_opt("__name__", vm).ok()??;
        Some(name.downcast_ref::<PyStr>()?.to_string())
    }
}
