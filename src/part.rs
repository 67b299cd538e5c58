//! Part of a module, for importers that are to use no more of it.
//!
//! The module itself stays as it is. What is handed over in its place shows the names that are let through, and hands out what
//! they stand for as it is. That helps against mistakes, and keeps nobody out: functions and classes lead to the rest of
//! their module.

use crate::{mapper::MapperRef, state::State, view::View};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTypeRef},
    function::PySetterValue,
    object::{Traverse, TraverseFn},
    pyclass,
    types::{GetAttr, Representable, SetAttr},
};
use std::{collections::BTreeSet, fmt};

/// Which names of a module are let through, and the rule that says so.
///
/// Whoever gets the part can't use another name of the module by mistake. It is no wall: what is let through is handed over as
/// it is, and a function or a class leads to the rest by `__globals__`, `__module__` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    names: BTreeSet<String>,
    rule: String,
}

/// What an object that stands for a module tells of it, whichever names are let through.
const SHOWN: [&str; 6] = ["__all__", "__class__", "__doc__", "__name__", "__package__", "__version__"];

impl Part {
    /// These names and no others; `rule` is what says so.
    pub fn of(names: impl IntoIterator<Item = impl Into<String>>, rule: impl Into<String>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), rule: rule.into() }
    }

    /// Whether the name is let through.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        SHOWN.contains(&name) || self.names.contains(name)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        f.write_str(&names.join(", "))
    }
}

/// `whole`, known as `name`, as far as `part` goes. What is no module is handed over as it is. The modules under one
/// mapper get the same object for the same part.
pub(crate) fn show(name: &str, whole: PyObjectRef, part: &Part, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult {
    if !is_module(&whole, vm) {
        return Ok(whole);
    }
    let (views, key) = (mapper.views(vm), format!("{name} in part: {part} by {}", part.rule));
    if let Some(known) = views.get_item_opt(&*key, vm)?
        && known.downcast_ref::<ModulePart>().is_some_and(|known| known.target.is(&whole))
    {
        return Ok(known);
    }
    let shown: PyObjectRef =
        ModulePart { name: name.to_owned(), target: whole, part: part.clone() }.into_ref(&vm.ctx).into();
    views.set_item(&*key, shown.clone(), vm)?;
    Ok(shown)
}

fn is_module(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.fast_isinstance(vm.ctx.types.module_type) || object.downcast_ref::<View>().is_some()
}

/// What Python code reads of it.
const DOC: &str = "A name of a module is withheld by a policy.";

/// The class of the error for a name that is withheld.
pub(crate) fn withheld_class(vm: &VirtualMachine) -> PyTypeRef {
    State::of(vm).withheld.get("Withheld", vm.ctx.exceptions.attribute_error, DOC, vm)
}

/// A module in part.
#[pyclass(module = "exocet", name = "ModulePart", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct ModulePart {
    name: String,
    target: PyObjectRef,
    part: Part,
}

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for ModulePart {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
    }
}

impl ModulePart {
    /// The names that are let through and that the module has.
    fn names(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let all = vm.dir(Some(self.target.clone()))?.borrow_vec().to_vec();
        Ok(all.into_iter().filter(|name| self.lets(name)).collect())
    }

    fn lets(&self, name: &PyObject) -> bool {
        name.downcast_ref::<PyStr>().and_then(|name| name.to_str()).is_some_and(|name| self.part.has(name))
    }

    /// The attribute of the module itself.
    fn read(&self, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        // A name that isn't there is told as any other module tells it, whether it is let through or not.
        let absent = || vm.new_attribute_error(format!("module '{}' has no attribute '{name}'", self.name));
        vm.get_attribute_opt(&self.target, name)?.ok_or_else(absent)
    }

    /// The error for what the rule withholds.
    fn withheld(&self, what: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
        vm.new_exception_msg(withheld_class(vm), format!("{what} is withheld by {}", self.part.rule).into())
    }
}

impl GetAttr for ModulePart {
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

impl SetAttr for ModulePart {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, _: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(zelf.withheld(&format!("setting '{}.{name}'", zelf.name), vm))
    }
}

impl Representable for ModulePart {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<module '{}' in part>", zelf.name))
    }
}

#[pyclass(with(GetAttr, SetAttr, Representable), flags(HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl ModulePart {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        zelf.names(vm)
    }
}
