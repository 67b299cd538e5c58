use super::{
    Answer, Below, Mapper, MapperRef, Request,
    exclusion::{is_below, prefixes},
};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
    common::lock::PyMutex,
    object::{Traverse, TraverseFn},
};
use std::collections::BTreeSet;

/// Gives the objects of a Python mapping by name, and nothing else. The mapping stays live: what is put into it later
/// counts from then on.
///
/// An object stands for everything below its name too: what an import asks for there is an attribute of it. One that
/// is a package (it has `__path__`) leaves what it lacks to the next mapper.
#[must_use]
pub fn overrides(mapping: impl Into<PyObjectRef>, vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Overrides::new(mapping), vm)
}

#[derive(Debug)]
pub(crate) struct Overrides {
    mapping: PyObjectRef,
    asked: PyMutex<BTreeSet<String>>,
}

impl Overrides {
    pub(crate) fn new(mapping: impl Into<PyObjectRef>) -> Self {
        Self { mapping: mapping.into(), asked: PyMutex::default() }
    }

    fn get(&self, name: &str, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let found = match self.mapping.downcast_ref_if_exact::<PyDict>(vm) {
            Some(dict) => dict.get_item_opt(name, vm)?,
            None => match self.mapping.get_item(name, vm) {
                Ok(value) => Some(value),
                Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => None,
                Err(error) => return Err(error),
            },
        };
        if found.is_some() && !request.is_probe() && !self.asked.lock().contains(name) {
            self.asked.lock().insert(name.to_owned());
        }
        Ok(found)
    }

    fn names(&self, vm: &VirtualMachine) -> Vec<String> {
        let keys: PyResult<Vec<PyObjectRef>> = match self.mapping.downcast_ref::<PyDict>() {
            Some(dict) => Ok(dict.keys_vec()),
            None => self.mapping.try_to_value(vm),
        };
        // A mapping that can't be listed has no names that could be known before they are asked for.
        let keys = keys.unwrap_or_default();
        keys.iter().filter_map(|key| Some(key.downcast_ref::<PyStr>()?.to_string())).collect()
    }
}

impl Mapper for Overrides {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        if let Some(found) = self.get(name, request, vm)? {
            return Ok(Answer::Object(found));
        }
        for parent in prefixes(name).rev().skip(1) {
            let Some(mut object) = self.get(parent, request, vm)? else { continue };
            for part in name[parent.len() + 1..].split('.') {
                match vm.get_attribute_opt(&object, &*vm.ctx.new_str(part))? {
                    Some(child) => object = child,
                    None if vm.get_attribute_opt(&object, "__path__")?.is_some() => return Ok(Answer::NotMine),
                    None if request.item().is_some() => return Ok(Answer::NotMine),
                    None => return Ok(Answer::Denied(format!("the override of '{parent}', which has no '{part}'"))),
                }
            }
            return Ok(Answer::Object(object));
        }
        Ok(Answer::NotMine)
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let replaces = match self.mapping.downcast_ref::<PyDict>() {
            Some(dict) if dict.is_empty() => false,
            _ => self.names(vm).iter().any(|key| is_below(key, name)),
        };
        if replaces { Below::Replaced } else { Below::Nothing }
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        let asked = self.asked.lock();
        self.names(vm).into_iter().filter(|name| !asked.contains(name)).collect()
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.mapping.traverse(visit);
    }
}
