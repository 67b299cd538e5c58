//! Replacing modules by the objects of a mapping.

use super::{
    basic::chain,
    contract::{Answer, Below, Mapper},
    reference::MapperRef,
    request::Request,
};
use crate::syntax::dotted::Dotted;
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
    common::lock::PyMutex,
    object::{Traverse, TraverseFn},
};
use std::{collections::BTreeSet, fmt};

/// Answers with the objects of a Python mapping by name, and with nothing else. The mapping stays live: what is put into it later
/// counts from then on.
///
/// An object stands for everything below its name too: what an import asks for there is an attribute of it. One that
/// is a package (it has `__path__`) leaves what it lacks to the next mapper.
#[must_use]
pub fn overrides(mapping: impl Into<PyObjectRef>, vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Overrides::new(mapping), vm)
}

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
            // To ask first keeps a mapping that makes up what it lacks from having every name.
            None if !vm._contains(&self.mapping, vm.ctx.new_str(name).as_object())? => None,
            None => Some(self.mapping.get_item(name, vm)?),
        };
        if found.is_some() && !request.is_probe() && !self.asked.lock().contains(name) {
            self.asked.lock().insert(name.to_owned());
        }
        Ok(found)
    }

    fn names(&self, vm: &VirtualMachine) -> Vec<String> {
        match self.mapping.downcast_ref::<PyDict>() {
            Some(dict) => strings(&dict.keys_vec()),
            // A mapping that can't be listed has no names that could be known before they are asked for.
            None => strings(&self.mapping.try_to_value::<Vec<PyObjectRef>>(vm).unwrap_or_default()),
        }
    }
}

fn strings(keys: &[PyObjectRef]) -> Vec<String> {
    keys.iter().filter_map(|key| Some(key.downcast_ref::<PyStr>()?.to_string())).collect()
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mapping.downcast_ref::<PyDict>() {
            Some(dict) => f.debug_tuple("Overrides").field(&strings(&dict.keys_vec())).finish(),
            None => write!(f, "Overrides({})", self.mapping.class().name()),
        }
    }
}

impl Mapper for Overrides {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        if let Some(found) = self.get(name, request, vm)? {
            request.explain(|| format!("the override of '{name}'"));
            return Ok(Answer::object(found));
        }
        if !name.contains('.') {
            return Ok(Answer::NotMine);
        }
        for parent in Dotted(name).prefixes().rev().skip(1) {
            let Some(mut object) = self.get(parent, request, vm)? else { continue };
            request.explain(|| format!("the override of '{parent}'"));
            for part in name[parent.len() + 1..].split('.') {
                match vm.get_attribute_opt(&object, &*vm.ctx.new_str(part))? {
                    Some(child) => object = child,
                    None if vm.get_attribute_opt(&object, "__path__")?.is_some() => return Ok(Answer::NotMine),
                    None if request.item().is_some() => return Ok(Answer::NotMine),
                    None => return Ok(Answer::denied(format!("the override of '{parent}', which has no '{part}'"))),
                }
            }
            return Ok(Answer::object(object));
        }
        Ok(Answer::NotMine)
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        Ok(Some(self.map(request, vm)?).filter(|answer| !answer.is_not_mine()))
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let replaces = match self.mapping.downcast_ref::<PyDict>() {
            // This is asked at each import: nothing is copied.
            Some(dict) => dict.into_iter().any(|(key, _)| {
                key.downcast_ref::<PyStr>().and_then(|key| key.to_str()).is_some_and(|key| Dotted(key).is_below(name))
            }),
            None => self.names(vm).iter().any(|key| Dotted(key).is_below(name)),
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

impl MapperRef {
    /// A new mapper that looks into `mapping`, any Python mapping, before it asks this one. The mapping stays live.
    #[must_use]
    pub fn with_overrides(&self, mapping: impl Into<PyObjectRef>, vm: &VirtualMachine) -> Self {
        chain([overrides(mapping, vm), self.clone()], vm)
    }
}
