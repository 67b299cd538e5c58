//! Replacing one module of a realm while the others go on.

use super::{
    belongings::owner_of,
    holders::{Held, holders},
    import_tables::Found,
    modules::RealmModules,
    rebind::{Change, entries},
    reference::RealmRef,
    replacement::Replacement,
};
use crate::{
    error::Error,
    import::{
        missing::{Miss, not_found},
        parent_view::ParentView,
    },
    interpreter::garbage::GARBAGE,
    mapper::request::Request,
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyModule, PyStr},
};
use std::collections::BTreeSet;

impl RealmRef {
    /// Replaces one module of the realm, which is loaded already: it is found anew and loaded fresh, and stands in the place of the old
    /// one from then on, also in the package that it belongs to. All other modules, and all that they took from the old one, stay as
    /// they are. The submodules of a package stay loaded, and are attributes of the new one before its code runs.
    ///
    /// Until the new module stands only the thread that loads it sees it, so that imports in a circle get it; everybody else gets the
    /// old one. If the load fails everything is as it was, but for shared modules that were imported meanwhile.
    ///
    /// # Errors
    /// `ValueError` for a name that isn't loaded, or that isn't the realm's own; as for [`load`](crate::raw::load).
    pub fn replace(&self, name: &str, vm: &VirtualMachine) -> PyResult<Replacement> {
        self.own_modules().replace(name, false, vm)
    }

    /// As [`replace`](Self::replace); then the names of the realm's other modules, and of the main program if it runs under the realm,
    /// that are the old module, or that came from it, are bound to what the new one has under that name: `import m`, `from m import f`,
    /// and `from m import f as g`. What is in containers, instances and classes stays.
    ///
    /// # Errors
    /// As for [`replace`](Self::replace).
    pub fn replace_rebinding(&self, name: &str, vm: &VirtualMachine) -> PyResult<Replacement> {
        self.own_modules().replace(name, true, vm)
    }
}

impl RealmModules {
    pub(crate) fn replace(&self, name: &str, rebind: bool, vm: &VirtualMachine) -> PyResult<Replacement> {
        let replaced = {
            let _lock = self.lock(name, vm)?;
            let old = self.replaceable(name, vm)?;
            let new = self.load_anew(name, &old, vm)?;
            self.put_in_place(name, &old, &new, vm)?;
            let change = Change { name, old: &old, new: &new };
            let rebound = if rebind { self.rebind(&change, vm)? } else { Vec::new() };
            let (before, after) = (names(&old), names(&new));
            let replacement = Replacement {
                name: name.to_owned(),
                origin: origin(&new, vm),
                added: after.difference(&before).cloned().collect(),
                removed: before.difference(&after).cloned().collect(),
                rebound,
                held: Held::default(),
            };
            (replacement, old, new)
        };
        let (replacement, old, new) = replaced;
        // What the code of a module put in its own place doesn't hold the module itself.
        let made = owner_of(&old, vm).filter(|made| !made.is(&old) && !made.is(&new) && is_called(made, name, vm));
        let old: Vec<PyObjectRef> = [Some(old), made].into_iter().flatten().collect();
        let held = holders(&old, &[self.modules().clone()], vm)?;
        drop(old);
        GARBAGE.of(vm).count_replaced(vm);
        Ok(Replacement { held, ..replacement })
    }

    /// The module of that name, if it can be replaced.
    fn replaceable(&self, name: &str, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let refuse = |why: String| Err(Error::malformed(why).into_exception(vm));
        if self.replacing.has(name) {
            return refuse(format!("`{name}` is being replaced already, by this thread"));
        }
        match self.entry(name, vm)? {
            Some((module, true)) if !vm.is_none(&module) => Ok(module),
            Some((module, _)) if !vm.is_none(&module) => {
                refuse(format!("`{name}` is none of the realm's own modules: the realm's mapper has it"))
            }
            _ => refuse(format!("`{name}` isn't loaded in the realm")),
        }
    }

    /// Loads the module fresh. Whatever happens, the realm is as it was then, but for what the new module has imported.
    fn load_anew(&self, name: &str, old: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let package = match Dotted(name).parent() {
            Some(package) => self.entry(package, vm)?.filter(|(_, inside)| *inside).map(|(package, _)| package),
            None => None,
        };
        let found = match self.find(name, package.as_ref(), vm)? {
            None if package.is_none() => self.find_dropped(name, vm)?,
            found => found,
        };
        let Some(found) = found else {
            return Err(not_found(&self.own(vm)?, &Request::direct(name), Miss::NotMine, vm));
        };
        let turn = self.replacing.begin(name, old.clone());
        let ran = match &found {
            Found::Handle(handle) => {
                self.run_alone(handle, |module| self.adopt_submodules(name, module.as_object(), vm), vm)
            }
            Found::Spec(spec) => self.run_foreign(name, spec, vm),
        };
        // Its code may have put something else in its place, or nothing.
        let placed = ran.and_then(|()| {
            let placed = self.replacing.get(name).flatten();
            placed.ok_or_else(|| vm.new_key_error(vm.ctx.new_str(name).into()))
        });
        let loaded = turn.end();
        if placed.is_err() {
            loaded.iter().rev().try_for_each(|loaded| self.unload(loaded, vm))?;
        }
        placed
    }

    /// Makes the submodules of a package that are loaded attributes of the new one, as they are of the old.
    fn adopt_submodules(&self, name: &str, package: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let Some(globals) = package.downcast_ref::<PyModule>().map(|package| package.dict()) else { return Ok(()) };
        if !globals.contains_key("__path__", vm) {
            return Ok(());
        }
        for (key, module) in self.modules().into_iter().collect::<Vec<_>>() {
            let Some(full) = key.downcast_ref::<PyStr>().and_then(|key| key.to_str()) else { continue };
            if let (Some(parent), part) = Dotted(full).split()
                && parent == name
                && !vm.is_none(&module)
                && self.entry(full, vm)?.is_some_and(|(_, inside)| inside)
                && !globals.contains_key(part, vm)
            {
                globals.set_item(part, module, vm)?;
            }
        }
        Ok(())
    }

    /// Takes away a module that was loaded for one that failed.
    fn unload(&self, name: &str, vm: &VirtualMachine) -> PyResult<()> {
        let Some(module) = self.modules.get(name, vm)? else { return Ok(()) };
        self.modules.set(name, None, vm)?;
        if let (Some(parent), part) = Dotted(name).split()
            && let Some(parent) = self.modules.get(parent, vm)?
            && let Some(globals) = parent.downcast_ref::<PyModule>().map(|parent| parent.dict())
            && globals.get_item_opt(part, vm)?.is_some_and(|own| own.is(&module))
        {
            globals.del_item(part, vm)?;
        }
        Ok(())
    }

    /// Puts the new module where the old one is: into the realm's table and into its package.
    fn put_in_place(&self, name: &str, old: &PyObjectRef, new: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        // Other threads may have loaded submodules meanwhile.
        self.adopt_submodules(name, new, vm)?;
        if let (Some(parent), part) = Dotted(name).split() {
            let attribute = vm.ctx.intern_str(part);
            if let Some((package, true)) = self.entry(parent, vm)? {
                // What the package has under that name otherwise is its own business: `from .save import save`.
                let own = match package.downcast_ref::<PyModule>() {
                    Some(package) => package.dict().get_item_opt(attribute, vm)?,
                    None => vm.get_attribute_opt(&package, attribute)?,
                };
                if own.is_some_and(|own| own.is(old)) {
                    package.set_attr(attribute, new.clone(), vm)?;
                }
            } else if let Some(view) = self.own(vm)?.views(vm).get_item_opt(parent, vm)?
                && let Some(view) = view.downcast_ref::<ParentView>()
            {
                view.relink(part, old, new, vm)?;
            }
        }
        self.modules.set(name, Some(new.clone()), vm)
    }
}

/// The names that a module has, without those that every module has.
fn names(module: &PyObject) -> BTreeSet<String> {
    let globals = module.downcast_ref::<PyModule>().map(|module| module.dict());
    let names = globals.iter().flat_map(|globals| entries(globals)).map(|(name, _)| name);
    names.filter(|name| !(name.starts_with("__") && name.ends_with("__"))).collect()
}

fn origin(module: &PyObject, vm: &VirtualMachine) -> Option<String> {
    let globals = module.downcast_ref::<PyModule>()?.dict();
    let file = globals.get_item_opt("__file__", vm).ok()??;
    Some(file.downcast_ref::<PyStr>()?.to_string())
}

fn is_called(module: &PyObject, name: &str, vm: &VirtualMachine) -> bool {
    let globals = module.downcast_ref::<PyModule>().map(|module| module.dict());
    let own = globals.and_then(|globals| globals.get_item_opt("__name__", vm).ok().flatten());
    own.is_some_and(|own| own.downcast_ref::<PyStr>().is_some_and(|own| own.as_bytes() == name.as_bytes()))
}
