//! Who holds what belongs to modules that were loaded fresh, once they are to be gone.

use super::{
    belongings::described,
    path::written,
    search::{Origin, Roots, Table, Way, is_held, search},
};
use crate::interpreter::{importlib::sys_modules, threads};
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyStr},
};
use serde::{Deserialize, Serialize};
use std::{fmt, iter};

/// How many holders are reported one by one.
const REPORTED: usize = 100;

/// Who still refers to what belongs to modules: each reference by which the modules are kept, as far as there are no more than a
/// hundred.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The references that were found, those nearest to a module or a frame first.
    pub holders: Vec<Holder>,
    /// How many there are beside these.
    pub more: usize,
}

/// One reference to what belongs to a module, as a person names it: ``module `app.menu` ``, `handlers["save"]`, ``function `save` ``.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// Where the way to the object begins: a module, or a frame of a thread; or that nothing in Python shows it.
    pub holder: String,
    /// The way from there. It is empty where the holder itself is what refers to the object.
    pub path: String,
    /// What is held.
    pub object: String,
}

impl Held {
    /// Whether nobody holds anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holders.is_empty() && self.more == 0
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holders = self.holders.iter().map(ToString::to_string);
        let more = (self.more > 0).then(|| format!("and {} more", self.more));
        f.write_str(&holders.chain(more).collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.holder)?;
        if !self.path.is_empty() {
            write!(f, ", `{}`", self.path)?;
        }
        write!(f, ": {}", self.object)
    }
}

/// Who refers to what belongs to `modules`, of all that can be reached from the interpreter's modules, from those in `others` (what is
/// `sys.modules` to realms), and from the frames of all threads. Each entry of `modules` is one reference that doesn't count.
///
/// No code of Python's runs meanwhile, and no other thread.
pub(crate) fn holders(modules: &[PyObjectRef], others: &[PyDictRef], vm: &VirtualMachine) -> PyResult<Held> {
    // Nearly always nobody does, which is known without looking at everything.
    if !is_held(modules, vm) {
        return Ok(Held::default());
    }
    let table = |dict: PyDictRef| {
        let entry = |(name, module): (PyObjectRef, PyObjectRef)| {
            Some((name.downcast_ref::<PyStr>()?.to_string_lossy().into_owned(), module))
        };
        let entries = dict.clone().into_iter().filter_map(entry).collect();
        Table { dict, entries }
    };
    let tables = iter::once(sys_modules(vm)?).chain(others.iter().cloned()).map(table).collect();
    let roots = Roots { tables, running: threads::running(vm) };
    let found = search(modules, &roots, REPORTED, vm);
    let holders = found.ways.iter().map(|way| holder(way, &roots, vm)).collect();
    Ok(Held { holders, more: found.more })
}

fn holder(way: &Way, roots: &Roots, vm: &VirtualMachine) -> Holder {
    let (holder, path) = written(way, roots, vm);
    let object = match (&way.target, &way.root) {
        (Some(target), _) => described(target, vm),
        (None, Origin::Code { at }) => format!("running function `{}`", roots.running[*at].function),
        (None, _) => "?".to_owned(),
    };
    Holder { holder, path, object }
}
