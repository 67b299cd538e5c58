//! A module seen through replacements. The module itself is never written to.

use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyStr},
    function::PySetterValue,
    object::{Traverse, TraverseFn},
    pyclass,
    types::{GetAttr, Representable, SetAttr},
};

/// What `proxyModule` returns: a module with some attributes replaced. Values set on it stay on it.
#[pyclass(module = "exocet", name = "ModuleProxy", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct ModuleProxy {
    target: PyObjectRef,
    /// Replacements, and values that were set.
    own: PyDictRef,
}

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for ModuleProxy {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
        self.own.traverse(visit);
    }
}

impl ModuleProxy {
    /// `target` with some attributes replaced.
    pub(crate) fn new(target: PyObjectRef, replacements: PyDictRef) -> Self {
        Self { target, own: replacements }
    }
}

/// All names of `target` and `own` with their values, as a new dict; those of `own` count.
pub(crate) fn merged(target: Option<&PyObjectRef>, own: &PyDictRef, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let merged = vm.ctx.new_dict();
    if let Some(target) = target
        && let Some(dict) = vm.get_attribute_opt(target, "__dict__")?
        && let Ok(dict) = dict.downcast::<PyDict>()
    {
        merged.merge_object(dict.into(), vm)?;
    }
    merged.merge_object(own.clone().into(), vm)?;
    Ok(merged)
}

/// Sets or deletes an attribute among those that stand in front of a module.
pub(crate) fn set(own: &PyDictRef, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    match value {
        PySetterValue::Assign(value) => own.set_item(name, value, vm),
        PySetterValue::Delete if own.contains_key(name, vm) => own.del_item(name, vm),
        PySetterValue::Delete => {
            Err(vm.new_attribute_error(format!("'{name}' was not set on this view, so it can't be deleted from it")))
        }
    }
}

impl GetAttr for ModuleProxy {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes() == b"__dict__" {
            return merged(Some(&zelf.target), &zelf.own, vm).map(Into::into);
        }
        if let Some(own) = zelf.own.get_item_opt(name, vm)? {
            return Ok(own);
        }
        if let Some(original) = vm.get_attribute_opt(&zelf.target, name)? {
            return Ok(original);
        }
        let shown = match vm.get_attribute_opt(&zelf.target, "__name__")? {
            Some(name) => name.str(vm)?.to_string(),
            None => zelf.target.class().name().to_string(),
        };
        Err(vm.new_attribute_error(format!("module '{shown}' has no attribute '{name}'")))
    }
}

impl SetAttr for ModuleProxy {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        set(&zelf.own, name, value, vm)
    }
}

impl Representable for ModuleProxy {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let target = zelf.target.repr(vm)?;
        let names = zelf.own.keys_vec();
        let names = names.iter().map(|key| Ok(key.str(vm)?.to_string())).collect::<PyResult<Vec<_>>>()?;
        match names.is_empty() {
            true => Ok(format!("<view of {target}>")),
            false => Ok(format!("<view of {target}: {} replaced>", names.join(", "))),
        }
    }
}

#[pyclass(with(GetAttr, SetAttr, Representable), flags(HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl ModuleProxy {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        Ok(merged(Some(&zelf.target), &zelf.own, vm)?.keys_vec())
    }
}

/// Whether `object` is a module, or stands for one.
pub(crate) fn is_proxy(object: &PyObject) -> bool {
    object.downcast_ref::<ModuleProxy>().is_some()
}
