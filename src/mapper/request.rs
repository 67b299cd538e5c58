//! One question to a mapper.

use super::trail::Trail;
use rustpython_vm::{
    Py, PyObjectRef, VirtualMachine,
    builtins::{PyDict, PyModule, PyStr, PyTuple},
};
use serde::{Deserialize, Serialize};

/// One question to a mapper: an absolute name, and who asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    name: &'a str,
    written: &'a str,
    level: usize,
    names: Option<&'a PyObjectRef>,
    item: Option<Item>,
    probe: bool,
    importer: Option<&'a Py<PyDict>>,
    /// The name that the importing module was loaded under, where each module has an `__import__` of its own.
    owner: Option<&'a str>,
    trail: Option<&'a Trail>,
}

/// What the module of a `from module import x` has as `x` already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// Nothing yet: a submodule of that name may be wanted.
    Absent,
    /// A module.
    Module,
    /// An object that is no module.
    Value,
}

impl Item {
    /// What `value`, if there is one, is as an item.
    pub(crate) fn of(value: Option<&PyObjectRef>) -> Self {
        match value {
            None => Item::Absent,
            Some(value) if value.downcast_ref::<PyModule>().is_some() => Item::Module,
            Some(_) => Item::Value,
        }
    }
}

impl<'a> Request<'a> {
    /// A request that no import statement made.
    #[must_use]
    pub fn direct(name: &'a str) -> Self {
        Self {
            name,
            written: name,
            level: 0,
            names: None,
            item: None,
            probe: false,
            importer: None,
            owner: None,
            trail: None,
        }
    }

    /// A request that nothing must be imported to answer.
    #[must_use]
    pub fn probe(name: &'a str) -> Self {
        Self { probe: true, ..Self::direct(name) }
    }

    /// The request of an import statement in the module with these globals.
    pub(crate) fn statement(
        name: &'a str,
        written: &'a str,
        level: usize,
        names: Option<&'a PyObjectRef>,
        importer: Option<&'a Py<PyDict>>,
    ) -> Self {
        Self { name, written, level, names, item: None, probe: false, importer, owner: None, trail: None }
    }

    /// Makes the module that was loaded as `owner` the importer.
    #[must_use]
    pub fn from_module(self, owner: &'a str) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// Notes the way to the answer in `trail`.
    pub(crate) fn watched(self, trail: &'a Trail) -> Self {
        Self { trail: Some(trail), ..self }
    }

    pub(crate) fn trail(&self) -> Option<&'a Trail> {
        self.trail
    }

    /// Reports by which of its rules the mapper that is asked answers. The text is made only if somebody observes.
    pub fn explain(&self, rule: impl FnOnce() -> String) {
        if let Some(trail) = self.trail {
            trail.rule(rule());
        }
    }

    /// Makes it a request for another name.
    pub(crate) fn renamed(self, name: &'a str) -> Self {
        Self { name, ..self }
    }

    /// Makes it a request for `name` as an item of a `from ... import`.
    pub(crate) fn for_item(self, name: &'a str, item: Item) -> Self {
        Self { name, item: Some(item), ..self }
    }

    /// The absolute name that is asked for.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The name as the import statement has it, without its leading dots.
    #[must_use]
    pub fn written(&self) -> &'a str {
        self.written
    }

    /// The number of leading dots.
    #[must_use]
    pub fn level(&self) -> usize {
        self.level
    }

    /// The names after `from ... import`; none for a plain `import`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let strings = |items: &[PyObjectRef]| {
            items.iter().filter_map(|item| Some(item.downcast_ref::<PyStr>()?.to_string())).collect()
        };
        match self.names {
            Some(names) => names.downcast_ref::<PyTuple>().map_or_else(Vec::new, |names| strings(names.as_slice())),
            None => Vec::new(),
        }
    }

    /// Whether the name is asked for as `x` of `from package import x`, which need not be a module: then what the
    /// package has under that name.
    #[must_use]
    pub fn item(&self) -> Option<Item> {
        self.item
    }

    /// Whether the answer is only wanted for `contains`.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.probe
    }

    /// The name that the importing module was loaded under, where each module has an `__import__` of its own.
    pub(crate) fn owner(&self) -> Option<&'a str> {
        self.owner
    }

    /// The globals of the importing module.
    pub(crate) fn globals(&self) -> Option<&'a Py<PyDict>> {
        self.importer
    }

    /// The line of the import statement, where a statement of Python code asks.
    #[must_use]
    pub fn line(&self, vm: &VirtualMachine) -> Option<usize> {
        self.importer?;
        usize::try_from(vm.current_frame()?.lineno()).ok()
    }
}
