//! What stands beside a plugin, and is its own helper: a copy of its own for each plugin.

use super::{
    found::Found,
    registry::Table,
    start::{folders_of, is_entry_point},
};
use crate::{
    modules::{handle::PythonModule, search_path::SearchPath},
    syntax::dotted::Dotted,
};
use rustpython_vm::common::rc::PyRc;
use std::{cell::RefCell, collections::BTreeMap};

/// The modules of packages that plugins stand in, listed once for each change.
#[derive(Default)]
pub(super) struct Beside(RefCell<BTreeMap<String, PyRc<[PythonModule]>>>);

impl Beside {
    /// The modules beside a plugin in its package that are no plugins; none where it stands in no package, or brings a package of its own.
    pub(super) fn of(&self, found: &Found, path: &SearchPath, table: &Table) -> PyRc<[PythonModule]> {
        let parent = Dotted(&found.module).parent().filter(|_| !is_entry_point(found));
        let Some(parent) = parent else { return PyRc::from([]) };
        if let Some(known) = self.0.borrow().get(parent) {
            return known.clone();
        }
        let is_plugin = |name: &str| table.plugins.values().any(|plugin| plugin.found.module == name);
        let listed = path.get(parent).into_iter().flat_map(|parent| parent.iter_modules());
        let beside: Vec<_> = listed.flatten().filter(|module| !is_plugin(module.name())).collect();
        let beside: PyRc<[PythonModule]> = beside.into();
        self.0.borrow_mut().insert(parent.to_owned(), beside.clone());
        beside
    }

    /// The module of a name, if it is the plugin or its own helper.
    pub(super) fn find(&self, found: &Found, beside: &[PythonModule], name: &str) -> Option<PythonModule> {
        let handle = found.handle()?;
        let within = |module: &PythonModule| match name == module.name() {
            true => Some(module.clone()),
            false => module.get(Dotted(name).below(module.name())?).ok(),
        };
        let own = [handle].into_iter().chain(beside).find_map(within);
        own.or_else(|| match handle.name().contains('.') {
            true => None,
            false => folders_of(handle).get(name).ok(),
        })
    }
}
