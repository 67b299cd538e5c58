//! Mappers that are Python code: an object with a `lookup` method, or a callable.

use super::{
    contract::{Answer, Mapper},
    reference::{MapperRef, PyMapper},
    request::{Item, Request},
};
use crate::{interpreter::slots::Slot, syntax::dotted::Dotted};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyWeak},
    common::lock::PyMutex,
    object::{Traverse, TraverseFn},
};
use std::{collections::HashMap, fmt};

/// Answers with what `function`, a Python callable, returns for a name. `ModuleNotFoundError` for that very name means that
/// the next mapper is to be asked. `contains`, another callable, returns whether a name would be found; without it the
/// function itself is called to find out.
#[must_use]
pub fn callable(function: PyObjectRef, contains: Option<PyObjectRef>, vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Callable::new(function, contains), vm)
}

/// The mappers made of Python objects, by the objects' ids.
static ADAPTERS: Slot<PyMutex<HashMap<usize, PyRef<PyWeak>>>> = Slot::new(|_| PyMutex::default());

/// The mapper that `object`, which has a `lookup` method, is: the same one as long as somebody uses it.
///
/// # Errors
/// `TypeError` for an object without `lookup`.
pub(super) fn adapter_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<MapperRef> {
    if vm.get_attribute_opt(object, "lookup")?.is_none() {
        let kind = object.class().name().to_owned();
        return Err(vm.new_type_error(format!("a mapper has a method 'lookup(name)', and '{kind}' has none")));
    }
    let adapters = ADAPTERS.of(vm);
    // An adapter that another thread leaves meanwhile ends here, after the lock: its end may run any code.
    let mut alive = Vec::new();
    let mut adapters = adapters.lock();
    // An adapter that is alive keeps its object alive, so that no other object can have got its id.
    if let Some(adapter) = adapters.get(&object.get_id()).and_then(|weak| weak.upgrade()) {
        return MapperRef::from_object(&adapter, vm);
    }
    if adapters.len() >= 64 && adapters.len().is_power_of_two() {
        adapters.retain(|_, weak| weak.upgrade().map(|adapter| alive.push(adapter)).is_some());
    }
    let adapter = MapperRef::new(Adapter(object.to_owned()), vm);
    adapters.insert(object.get_id(), adapter.as_object().downgrade(None, vm)?);
    Ok(adapter)
}

/// Asks the `lookup` method of `object`.
///
/// An item that the module has and that is no module is not asked about: names of functions and classes are no business
/// of a mapper.
pub(super) fn ask(object: &PyObject, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
    if request.item() == Some(Item::Value) {
        return Ok(Answer::NotMine);
    }
    if request.is_probe()
        && let Some(contains) = vm.get_attribute_opt(object, "contains")?
        // The method that every mapper inherits asks the mapper itself.
        && !inherits_contains(object, vm)
    {
        return ask_contains(&contains, request, vm);
    }
    let lookup = object.get_attr("lookup", vm)?;
    ask_callable(&lookup, request, vm)
}

pub(crate) struct Callable {
    function: PyObjectRef,
    contains: Option<PyObjectRef>,
}

impl Callable {
    pub(crate) fn new(function: PyObjectRef, contains: Option<PyObjectRef>) -> Self {
        Self { function, contains }
    }
}

impl fmt::Debug for Callable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callable({})", self.function.class().name())
    }
}

impl Mapper for Callable {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        match &self.contains {
            Some(contains) if request.is_probe() => ask_contains(contains, request, vm),
            _ if request.item() == Some(Item::Value) => Ok(Answer::NotMine),
            _ => ask_callable(&self.function, request, vm),
        }
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.function.traverse(visit);
        self.contains.traverse(visit);
    }
}

struct Adapter(PyObjectRef);

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.class().name())
    }
}

impl Mapper for Adapter {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        ask(&self.0, request, vm)
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.0.traverse(visit);
    }
}

/// Whether the `lookup` method of `object` finds `name`.
pub(crate) fn finds(object: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    let lookup = object.get_attr("lookup", vm)?;
    ask_callable(&lookup, &Request::probe(name), vm).map(|answer| matches!(answer, Answer::Object { .. }))
}

/// Whether the class of `object` has the `contains` method of `IMapper`.
pub(super) fn inherits_contains(object: &PyObject, vm: &VirtualMachine) -> bool {
    let own = |name: &'static str| object.class().get_attr(vm.ctx.intern_str(name));
    let base = PyMapper::class(&vm.ctx).get_attr(vm.ctx.intern_str("contains"));
    match (own("contains"), base) {
        (Some(own), Some(base)) => own.is(&base),
        _ => false,
    }
}

fn ask_contains(contains: &PyObject, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
    let found = contains.call((request.name().to_owned(),), vm)?.try_to_bool(vm)?;
    Ok(if found { Answer::object(vm.ctx.none()) } else { Answer::NotMine })
}

fn ask_callable(function: &PyObject, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
    match function.call((request.name().to_owned(),), vm) {
        Ok(object) => Ok(Answer::object(object)),
        Err(error) if is_absence(error.as_object(), request.name(), vm) => Ok(Answer::NotMine),
        Err(error) => Err(error),
    }
}

/// Whether `error` means that just `name` doesn't exist, or one of its parents.
pub(crate) fn is_absence(error: &PyObject, name: &str, vm: &VirtualMachine) -> bool {
    absent(error, vm).is_some_and(|missing| Dotted(name).is_within(&missing))
}

/// Whether `error` means that `name` doesn't exist.
pub(crate) fn is_absence_of(error: &PyObject, name: &str, vm: &VirtualMachine) -> bool {
    absent(error, vm).is_some_and(|missing| missing == name)
}

/// The name of the module that a `ModuleNotFoundError` is about.
fn absent(error: &PyObject, vm: &VirtualMachine) -> Option<String> {
    if !error.fast_isinstance(vm.ctx.exceptions.module_not_found_error) {
        return None;
    }
    let missing = error.get_attr("name", vm).ok()?;
    Some(missing.downcast_ref::<PyStr>()?.to_string())
}
