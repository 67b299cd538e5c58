//! Modules that show some of their names.
//!
//! The module itself stays as it is. What its importer gets instead shows the names that are listed, and returns what they stand
//! for as it is. That helps against mistakes, and keeps nobody out: functions and classes lead to the rest of their module.

use super::parent_view::ParentView;
use crate::{
    interpreter::{exception_class::ExceptionClass, slots::Slot},
    mapper::{attenuation::Attenuation, reference::MapperRef},
    values::module_proxy::is_proxy,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTypeRef},
    function::PySetterValue,
    object::{Traverse, TraverseFn},
    pyclass,
    types::{GetAttr, Representable, SetAttr},
};

/// `module`, known as `name`, with the names that `attenuation` lists. What is no module is returned as it is. The modules under
/// one mapper get the same object for the same attenuation.
pub(crate) fn show(
    name: &str,
    module: PyObjectRef,
    attenuation: &Attenuation,
    mapper: &MapperRef,
    vm: &VirtualMachine,
) -> PyResult {
    if !is_module(&module, vm) {
        return Ok(module);
    }
    let (views, key) = (mapper.views(vm), format!("{name}: {attenuation} by {}", attenuation.rule()));
    if let Some(known) = views.get_item_opt(&*key, vm)?
        && known.downcast_ref::<AttenuatedModule>().is_some_and(|known| known.target.is(&module))
    {
        return Ok(known);
    }
    let shown: PyObjectRef =
        AttenuatedModule { name: name.to_owned(), target: module, attenuation: attenuation.clone() }
            .into_ref(&vm.ctx)
            .into();
    views.set_item(&*key, shown.clone(), vm)?;
    Ok(shown)
}

fn is_module(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.fast_isinstance(vm.ctx.types.module_type)
        || object.downcast_ref::<ParentView>().is_some()
        || object.downcast_ref::<AttenuatedModule>().is_some()
        || is_proxy(object)
}

/// The docstring of the exception class.
const DOC: &str = "A name of a module is withheld by a policy.";

/// The class of the error for a name that is withheld.
pub(crate) fn withheld_class(vm: &VirtualMachine) -> PyTypeRef {
    static WITHHELD: Slot<ExceptionClass> =
        Slot::new(|vm| ExceptionClass::new("Withheld", vm.ctx.exceptions.attribute_error, DOC, vm));
    ExceptionClass::of(&WITHHELD, vm)
}

/// What an importer gets in place of a module that is attenuated.
#[pyclass(module = "exocet", name = "AttenuatedModule", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct AttenuatedModule {
    name: String,
    target: PyObjectRef,
    attenuation: Attenuation,
}

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for AttenuatedModule {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
    }
}

impl AttenuatedModule {
    /// The names that are shown and that the module has.
    fn names(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let all = vm.dir(Some(self.target.clone()))?.borrow_vec().to_vec();
        Ok(all.into_iter().filter(|name| self.lets(name)).collect())
    }

    fn lets(&self, name: &PyObject) -> bool {
        name.downcast_ref::<PyStr>().and_then(|name| name.to_str()).is_some_and(|name| self.attenuation.shows(name))
    }

    /// The attribute of the module itself.
    fn read(&self, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        // A name that isn't there raises what it raises of any other module, whether it is let through or not.
        let absent = || vm.new_attribute_error(format!("module '{}' has no attribute '{name}'", self.name));
        vm.get_attribute_opt(&self.target, name)?.ok_or_else(absent)
    }

    /// The error for what the rule withholds.
    fn withheld(&self, what: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
        vm.new_exception_msg(withheld_class(vm), format!("{what} is withheld by {}", self.attenuation.rule()).into())
    }
}

impl GetAttr for AttenuatedModule {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.as_bytes() {
            b"__class__" => Ok(vm.ctx.types.module_type.to_owned().into()),
            // The name that it was asked for by, and a string of its own: the module's `__name__` is what it is found by.
            b"__name__" => Ok(vm.ctx.new_str(zelf.name.as_str()).into()),
            b"__dict__" => {
                let dict = vm.ctx.new_dict();
                for name in zelf.names(vm)? {
                    if let Some(name) = name.downcast_ref::<PyStr>()
                        && let Some(value) = vm.get_attribute_opt(zelf.as_object(), name)?
                    {
                        dict.set_item(name, value, vm)?;
                    }
                }
                Ok(dict.into())
            }
            b"__all__" => {
                let all: Vec<PyObjectRef> = zelf.read(name, vm)?.try_to_value(vm)?;
                Ok(vm.ctx.new_list(all.into_iter().filter(|name| zelf.lets(name)).collect()).into())
            }
            _ => {
                let value = zelf.read(name, vm)?;
                match zelf.lets(name.as_object()) {
                    true => Ok(value),
                    false => Err(zelf.withheld(&format!("'{}.{name}'", zelf.name), vm)),
                }
            }
        }
    }
}

impl SetAttr for AttenuatedModule {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, _: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(zelf.withheld(&format!("setting '{}.{name}'", zelf.name), vm))
    }
}

impl Representable for AttenuatedModule {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<module '{}' in part>", zelf.name))
    }
}

#[pyclass(with(GetAttr, SetAttr, Representable), flags(HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl AttenuatedModule {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        zelf.names(vm)
    }
}
