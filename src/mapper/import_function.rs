//! The `__import__` that loaded modules have. What it does when it is called stands in `import/hook.rs`.

use super::{
    reference::{MapperRef, WeakMapper},
    request::Request,
};
use crate::interpreter::{dunders, frames, importlib::IMPORT_SYSTEM};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyStr},
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::sync::atomic::{AtomicBool, Ordering};

/// The `__import__` that all modules loaded under one mapper share, or that one module has to itself.
#[pyclass(module = "exocet", name = "__import__", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct ImportFunction {
    mapper: WeakMapper,
    /// The mapper itself, where nothing else of the module's keeps it alive.
    kept: Option<MapperRef>,
    /// The name that the one module was loaded under.
    pub(crate) owner: Option<String>,
}

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for ImportFunction {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.kept.traverse(visit);
    }
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
        let import = Self { mapper: mapper.downgrade(vm)?, kept: None, owner: owner.map(str::to_owned) };
        Ok(import.into_ref(&vm.ctx).into())
    }

    /// The same, keeping the mapper alive.
    pub(crate) fn keeping(&self, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let import = Self { mapper: mapper.downgrade(vm)?, kept: Some(mapper.clone()), owner: self.owner.clone() };
        Ok(import.into_ref(&vm.ctx).into())
    }

    /// The mapper, where code in these globals asks. While the module is being collected only its own references lead there: the
    /// collector clears weak ones first.
    pub(crate) fn mapper_of(
        &self,
        globals: impl FnOnce() -> Option<PyDictRef>,
        vm: &VirtualMachine,
    ) -> PyResult<MapperRef> {
        let error = match self.mapper.upgrade(vm) {
            Ok(mapper) => return Ok(mapper),
            Err(error) => error,
        };
        let Some(globals) = globals() else { return Err(error) };
        let from_spec = kept_by_spec(&globals, vm)?.and_then(|kept| MapperRef::of_mapper(&kept));
        let from_builtins = || {
            let builtins = globals.get_item_opt(dunders::get(vm).builtins, vm).ok()??;
            Self::in_builtins(&builtins, vm)?.kept.clone()
        };
        from_spec.or_else(from_builtins).ok_or(error)
    }

    /// The `__import__` of a module in the builtins of a frame.
    fn in_builtins(builtins: &PyObject, vm: &VirtualMachine) -> Option<PyRef<Self>> {
        builtins.downcast_ref::<PyDict>()?.get_item_opt(IMPORT, vm).ok()??.downcast().ok()
    }
}

/// What a module's `__spec__` keeps alive: its mapper, unless its code has changed that.
pub(crate) fn kept_by_spec(globals: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let names = dunders::get(vm);
    let Some(spec) = globals.get_item_opt(names.spec, vm)? else { return Ok(None) };
    let Some(dict) = spec.dict() else { return Ok(None) };
    dict.get_item_opt(names.loader_state, vm)
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
    let shared = || vm.builtins.dict().get_item_opt(IMPORT, vm).ok().flatten();
    object.downcast_ref::<ImportFunction>().is_some()
        || IMPORT_SYSTEM.of(vm).import.is(object)
        || shared().is_some_and(|shared| shared.is(object))
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
