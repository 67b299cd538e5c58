//! Loading plugins, and replacing generations by new ones.

use super::{
    batch::{Batch, Wanted},
    generation::Generation,
    registry::{Plugin, Plugins},
    replaced::Replaced,
    status::{Change, State, What},
};
use crate::{error::Error, modules::search_path::SearchPath};
use rustpython_vm::common::rc::PyRc;

impl Plugins {
    /// Finds plugins, and loads those that aren't loaded, or that are found elsewhere than before: each in the order of priority and name,
    /// after those that it requires. Returns what became of each of them. One that fails keeps no other from being loaded, except those
    /// that require it.
    ///
    /// # Errors
    /// A search path that can't be had; a runtime that is gone; a call in the middle of another change.
    pub fn load(&self) -> Result<Vec<Change>, Error> {
        self.change(true, |batch| {
            let waiting = |plugin: &Plugin| matches!(plugin.state, State::Found | State::Failed) && plugin.is_wanted();
            let mut wanted = batch.take_moved();
            for (name, _) in batch.table.plugins.iter().filter(|(_, plugin)| waiting(plugin)) {
                wanted.entry(name.clone()).or_default();
            }
            Ok(wanted)
        })
    }

    /// Loads new generations of these plugins, and of all that require them, and puts them in the place of the old ones: all of those that
    /// require one another, or none.
    ///
    /// A new generation is checked by its own `check()`, if it has one; what the old one's `save_state()` returns is passed to the new
    /// one's `load_state`. From then on calls are made to the new one. When no call is in the middle of the old one any more, its
    /// `close()` is called. If anything of that fails before the new one is at work, the old one stays.
    ///
    /// # Errors
    /// A name that no plugin has; as for [`load`](Self::load).
    pub fn reload(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Vec<Change>, Error> {
        let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
        self.change(false, |batch| {
            for name in &names {
                let plugin = batch.table.plugins.get_mut(name).ok_or_else(|| unknown(name))?;
                plugin.barred = false;
            }
            Ok(names.into_iter().map(|name| (name, Vec::new())).collect())
        })
    }

    /// Puts a plugin out of use, until it is [enabled](Self::enable) or reloaded.
    ///
    /// # Errors
    /// As for [`reload`](Self::reload).
    pub fn disable(&self, name: &str) -> Result<Change, Error> {
        let retired = self.update(|table| {
            let plugin = table.plugins.get_mut(name).ok_or_else(|| unknown(name))?;
            plugin.barred = true;
            plugin.become_state(State::Disabled, None);
            Ok::<_, Error>(plugin.generation.take())
        })?;
        let previous = retired.as_ref().map_or(0, |generation| generation.number);
        if let Some(generation) = retired {
            self.retire(&generation)?;
        }
        let change = Change { previous, ..Change::new(name, What::Disabled) };
        self.notify(std::slice::from_ref(&change));
        Ok(change)
    }

    /// Loads a plugin that was disabled.
    ///
    /// # Errors
    /// As for [`reload`](Self::reload).
    pub fn enable(&self, name: &str) -> Result<Vec<Change>, Error> {
        self.reload([name])
    }

    /// Makes one change while no other thread makes one: finds plugins, if `find` says so, and loads those that `choose` wants.
    pub(super) fn change(
        &self,
        find: bool,
        choose: impl FnOnce(&mut Batch<'_>) -> Result<Wanted, Error>,
    ) -> Result<Vec<Change>, Error> {
        self.alone(|path| {
            let mut batch = Batch::new(self, path);
            if find {
                batch.find();
            }
            let wanted = choose(&mut batch)?;
            batch.carry_out(wanted)
        })
    }

    /// Runs `change` while no other thread changes the plugins, and notifies whoever listens.
    pub(super) fn alone(
        &self,
        change: impl FnOnce(&SearchPath) -> Result<Vec<Change>, Error>,
    ) -> Result<Vec<Change>, Error> {
        let changes = self.0.runtime.enter(|vm| {
            self.0.changing.alone(vm, || {
                let path = self.search_path()?;
                change(&path)
            })
        })?;
        self.notify(&changes);
        Ok(changes)
    }

    /// Takes a generation out of use that calls aren't made to any more.
    pub(super) fn retire(&self, generation: &PyRc<Generation>) -> Result<(), Error> {
        let replaced = self
            .0
            .runtime
            .enter(|vm| Replaced::new(generation, vm).map_err(|raised| Error::from_exception(raised, vm)))?;
        let olds = self.table().plugins.get(&*generation.plugin).map(|plugin| plugin.replaced.clone());
        if let Some(olds) = olds {
            let mut olds = olds.lock();
            olds.retain(Replaced::is_alive);
            olds.push(replaced);
        }
        generation.retire();
        Ok(())
    }
}

fn unknown(name: &str) -> Error {
    Error::raise("KeyError", format!("there is no plugin `{name}`"))
}
