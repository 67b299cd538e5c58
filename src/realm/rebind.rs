//! Binding the names that other modules took from a module to what its replacement has.

use super::{belongings::owner_of, modules::RealmModules};
use crate::{
    import::asker::Asker,
    interpreter::{dunders, importlib::sys_modules, loader::Loader},
    modules::handle::PythonModule,
    syntax::{Import, ImportKind, scan::imports},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyModule, PyStr},
};
use std::collections::HashMap;

/// A module that was replaced, and what is there in its place.
pub(super) struct Change<'a> {
    pub(super) name: &'a str,
    pub(super) old: &'a PyObjectRef,
    pub(super) new: &'a PyObjectRef,
}

impl RealmModules {
    /// Binds names of the realm's other modules that are the old module, or that came from it, to what is new. Returns which, as
    /// modules and names.
    ///
    /// A name came from the old module if it is an object that this module made, or if an import statement of the module that has
    /// the name takes it from there, and it still is what the old module has. So a number that two modules happen to share stays,
    /// and one that was imported follows. What is in containers, in instances and in classes stays in any case.
    pub(super) fn rebind(&self, change: &Change<'_>, vm: &VirtualMachine) -> PyResult<Vec<(String, String)>> {
        let Some(pairs) = Pairs::of(change, vm) else { return Ok(Vec::new()) };
        let mut rebound = Vec::new();
        // The main program is none of the realm's modules, and may run under the realm.
        let main = sys_modules(vm)?.get_item_opt(MAIN, vm)?.map(|main| (vm.ctx.new_str(MAIN).into(), main));
        let modules: Vec<_> = self.modules().into_iter().filter(|(key, _)| !is_main(key)).chain(main).collect();
        for (key, module) in modules {
            let Some(name) = key.downcast_ref::<PyStr>().and_then(|key| key.to_str()) else { continue };
            let Some(globals) = module.downcast_ref_if_exact::<PyModule>(vm).map(Py::<PyModule>::dict) else {
                continue;
            };
            let is_own = match name {
                MAIN => self.is_mapper_of(&globals, vm),
                _ => self.entry(name, vm)?.is_some_and(|(_, inside)| inside),
            };
            if is_own && !module.is(change.new) {
                let names = pairs.rebind(change, &globals, vm)?;
                rebound.extend(names.into_iter().map(|bound| (name.to_owned(), bound)));
            }
        }
        rebound.sort();
        Ok(rebound)
    }

    /// Whether the imports of code in these globals go to the realm.
    fn is_mapper_of(&self, globals: &Py<PyDict>, vm: &VirtualMachine) -> bool {
        let mapper = Asker::of_globals(globals, vm).and_then(|asker| asker.mapper(vm).ok());
        mapper.is_some_and(|mapper| Self::of(&mapper).is_some_and(|modules| std::ptr::eq(modules, self)))
    }
}

/// The name of the main program's module.
const MAIN: &str = "__main__";

fn is_main(key: &PyObject) -> bool {
    key.downcast_ref::<PyStr>().is_some_and(|key| key.as_bytes() == MAIN.as_bytes())
}

/// What the old module has, with what the new one has under the same names.
struct Pairs {
    names: HashMap<String, (PyObjectRef, PyObjectRef)>,
    /// The names that `import *` takes.
    exported: Vec<String>,
}

impl Pairs {
    fn of(change: &Change<'_>, vm: &VirtualMachine) -> Option<Self> {
        let dict = |module: &PyObject| module.downcast_ref::<PyModule>().map(|module| module.dict());
        let (old, new) = (dict(change.old), dict(change.new));
        let (Some(old), Some(new)) = (old, new) else {
            // What stands in for a module has its names by itself.
            return Some(Self { names: HashMap::new(), exported: Vec::new() });
        };
        let names: HashMap<_, _> = entries(&old)
            .filter(|(name, _)| !(name.starts_with("__") && name.ends_with("__")))
            .filter_map(|(name, former)| {
                let present = new.get_item_opt(&*name, vm).ok().flatten()?;
                (!present.is(&former)).then_some((name, (former, present)))
            })
            .collect();
        let all = old.get_item_opt("__all__", vm).ok().flatten();
        let all = all.and_then(|all| all.try_to_value::<Vec<PyObjectRef>>(vm).ok());
        let exported = match all {
            Some(all) => all.iter().filter_map(|name| Some(name.downcast_ref::<PyStr>()?.to_string())).collect(),
            None => names.keys().filter(|name| !name.starts_with('_')).cloned().collect(),
        };
        Some(Self { names, exported })
    }

    /// Rebinds the names of one module.
    fn rebind(&self, change: &Change<'_>, globals: &PyDictRef, vm: &VirtualMachine) -> PyResult<Vec<String>> {
        let taken = self.taken(change.name, globals, vm);
        let mut rebound = Vec::new();
        for (name, value) in entries(globals).collect::<Vec<_>>() {
            let new = match value.is(change.old) {
                true => Some(change.new),
                false => self.new_for(&name, &value, &taken, change, vm),
            };
            if let Some(new) = new {
                globals.set_item(&*name, new.clone(), vm)?;
                rebound.push(name);
            }
        }
        Ok(rebound)
    }

    /// What stands for a value that a name has, where that came from the old module.
    fn new_for(
        &self,
        name: &str,
        value: &PyObject,
        taken: &HashMap<String, String>,
        change: &Change<'_>,
        vm: &VirtualMachine,
    ) -> Option<&PyObjectRef> {
        let pair = |item: &str| self.names.get(item).filter(|(old, _)| old.is(value)).map(|(_, new)| new);
        if let Some(new) = taken.get(name).and_then(|item| pair(item)) {
            return Some(new);
        }
        if !owner_of(value, vm).is_some_and(|owner| owner.is(change.old)) {
            return None;
        }
        // Under its own name first: one object may have several.
        pair(name).or_else(|| {
            let mut others: Vec<_> = self.names.iter().filter(|(_, (old, _))| old.is(value)).collect();
            others.sort_by_key(|(name, _)| *name);
            others.first().map(|(_, (_, new))| new)
        })
    }

    /// The names that the import statements of a module take from the one that was replaced, as far as the names are bound when the
    /// module is loaded; and what they are there.
    fn taken(&self, from: &str, globals: &Py<PyDict>, vm: &VirtualMachine) -> HashMap<String, String> {
        let Some(handle) = handle_of(globals, vm) else { return HashMap::new() };
        // What can't be read or parsed any more takes nothing.
        let text = handle.text().ok().flatten().unwrap_or_default();
        let found = imports(&text, handle.name(), handle.is_package()).unwrap_or_default();
        let binds =
            |import: &&Import| matches!(import.kind, ImportKind::TopLevel | ImportKind::Try) && import.name == from;
        let mut taken = HashMap::new();
        for import in found.iter().filter(binds) {
            match import.item.as_deref() {
                Some("*") => taken.extend(self.exported.iter().map(|name| (name.clone(), name.clone()))),
                Some(item) => {
                    taken.insert(import.alias.as_deref().unwrap_or(item).to_owned(), item.to_owned());
                }
                None => {}
            }
        }
        taken
    }
}

/// The handle of the module that has these globals.
fn handle_of(globals: &Py<PyDict>, vm: &VirtualMachine) -> Option<PythonModule> {
    let spec = globals.get_item_opt(dunders::get(vm).spec, vm).ok()??;
    let loader = spec.dict()?.get_item_opt("loader", vm).ok()??;
    Some(loader.downcast_ref::<Loader>()?.handle.clone())
}

/// The names of a module, with what they are.
pub(super) fn entries(globals: &Py<PyDict>) -> impl Iterator<Item = (String, PyObjectRef)> + use<> {
    let text =
        |(name, value): (PyObjectRef, PyObjectRef)| Some((name.downcast_ref::<PyStr>()?.to_str()?.to_owned(), value));
    let globals: PyDictRef = globals.to_owned();
    globals.into_iter().filter_map(text)
}
