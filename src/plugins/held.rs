//! Who still holds a generation, and of which generation something is.

use super::{
    generation::Generation,
    registry::Plugins,
    replaced::{Replaced, modules_of},
};
use crate::{
    error::Error,
    mapper::reference::MapperRef,
    realm::{
        belongings::owner_of,
        holders::{Held, holders},
        modules::RealmModules,
    },
    values::object::Object,
};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyDictRef, common::rc::PyRc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A generation of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GenerationOf {
    /// The plugin.
    pub plugin: String,
    /// The generation, counted from 1.
    pub generation: u32,
    /// The one that is at work; 0 if none is.
    pub current: u32,
}

impl fmt::Display for GenerationOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "generation {} of the plugin `{}`", self.generation, self.plugin)?;
        match self.current {
            0 => f.write_str(", which isn't at work"),
            current if current == self.generation => Ok(()),
            current => write!(f, ", where {current} is at work"),
        }
    }
}

impl Plugins {
    /// Who holds what of an old generation, as a person would name it; of all old generations of the plugin, if none is named. What
    /// nobody holds is collected before. Empty means that they are gone.
    ///
    /// # Errors
    /// A name that no plugin has; a runtime that is gone.
    pub fn held(&self, plugin: &str, generation: Option<u32>) -> Result<Held, Error> {
        let table = self.table();
        let own = table.plugins.get(plugin);
        let own = own.ok_or_else(|| Error::raise("KeyError", format!("there is no plugin `{plugin}`")))?;
        self.0.runtime.enter(|vm| {
            let held = || {
                vm.state.gc.collect(2);
                let olds = own.replaced.lock().clone();
                let olds = olds.iter().filter(|old| generation.is_none_or(|number| number == old.number()));
                let modules: Vec<PyObjectRef> = olds.flat_map(Replaced::modules).collect();
                holders(&modules, &self.tables(vm)?, vm)
            };
            held().map_err(|raised: rustpython_vm::builtins::PyBaseExceptionRef| Error::from_exception(raised, vm))
        })
    }

    /// Of which generation of which plugin an object is: a function, a class, an instance of a class, a module. `None` for anything else.
    /// Where `isinstance` is false though the names are the same, this shows why.
    ///
    /// # Errors
    /// An object of another runtime; a runtime that is gone.
    pub fn generation_of(&self, object: &Object) -> Result<Option<GenerationOf>, Error> {
        self.0.runtime.enter(|vm| {
            let found = object.raw(vm).and_then(|object| self.generation_of_raw(&object, vm));
            found.map_err(|raised| Error::from_exception(raised, vm))
        })
    }

    pub(crate) fn generation_of_raw(&self, object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<GenerationOf>> {
        let Some(module) = owner_of(object, vm) else { return Ok(None) };
        for (name, plugin) in self.table().plugins {
            let current = plugin.generation.as_ref().map_or(0, |generation| generation.number);
            let of = |generation| GenerationOf { plugin: name.clone(), generation, current };
            if let Some(generation) = &plugin.generation
                && modules_of(generation, vm)?.iter().any(|own| own.is(&module))
            {
                return Ok(Some(of(generation.number)));
            }
            if let Some(old) = plugin.replaced.lock().iter().find(|old| old.has(&module)) {
                return Ok(Some(of(old.number())));
            }
        }
        Ok(None)
    }

    /// The modules of all realms that are at work.
    fn tables(&self, vm: &VirtualMachine) -> PyResult<Vec<PyDictRef>> {
        let table = self.table();
        let generations = table.plugins.values().filter_map(|plugin| plugin.generation.as_ref());
        generations.filter_map(|generation| realm_table(generation, vm).transpose()).collect()
    }
}

fn realm_table(generation: &PyRc<Generation>, vm: &VirtualMachine) -> PyResult<Option<PyDictRef>> {
    let realm = MapperRef::from_object(&*generation.realm.raw(vm)?, vm)?;
    Ok(RealmModules::of(&realm).map(|modules| modules.modules().clone()))
}
