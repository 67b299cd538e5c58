//! The search for who refers to what belongs to modules: from all that a person can name to the first object that is theirs.

use super::{
    belongings::{Belongings, referents},
    component::{Component, Rest, is_atom},
};
use crate::interpreter::threads::{Running, Stillness};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyDictRef, PyTuple, PyType},
};
use std::collections::HashMap;

/// What the search begins at.
pub(super) struct Roots {
    /// What is `sys.modules`, to the interpreter first, then to each realm.
    pub(super) tables: Vec<Table>,
    pub(super) running: Vec<Running>,
}

/// Modules by their names, and the dict that has them.
pub(super) struct Table {
    pub(super) dict: PyDictRef,
    pub(super) entries: Vec<(String, PyObjectRef)>,
}

/// How an object was come by.
#[derive(Clone)]
pub(super) enum Origin {
    /// It is in one of the tables, under that name.
    Entry { table: usize, name: String },
    /// It is what running code has its names in.
    Globals { at: usize },
    /// It is a local variable of running code.
    Local { at: usize, name: String },
    /// It is code that runs.
    Code { at: usize },
    /// Another object refers to it, by its reference at that position.
    Child { parent: usize, position: usize },
    /// Nothing that a person can name leads there.
    Unreached,
    /// What refers to it is no object.
    Unseen,
}

/// One reference to what is theirs, and the way to it: from the root on, each object with what it refers to, and with the position
/// there of what comes next.
pub(super) struct Way {
    pub(super) root: Origin,
    pub(super) steps: Vec<Step>,
    /// Absent where it is code that runs.
    pub(super) target: Option<PyObjectRef>,
}

pub(super) struct Step {
    pub(super) object: PyObjectRef,
    pub(super) referents: Vec<PyObjectRef>,
    pub(super) position: usize,
}

/// What was found, as far as it is reported; the number is of the rest.
#[derive(Default)]
pub(super) struct Found {
    pub(super) ways: Vec<Way>,
    pub(super) more: usize,
}

/// Whether anything refers to what belongs to `modules` but they themselves.
pub(super) fn is_held(modules: &[PyObjectRef], vm: &VirtualMachine) -> bool {
    let mut theirs = Belongings::of(modules, vm);
    let _still = Stillness::begin(vm);
    Component::of(modules, &mut theirs).is_held(&mut theirs)
}

/// Searches for up to `limit` references.
pub(super) fn search(modules: &[PyObjectRef], roots: &Roots, limit: usize, vm: &VirtualMachine) -> Found {
    let mut search = Search {
        theirs: Belongings::of(modules, vm),
        nodes: Vec::new(),
        seen: HashMap::new(),
        limit,
        hits: Vec::new(),
        more: 0,
    };
    let _still = Stillness::begin(vm);
    let component = Component::of(modules, &mut search.theirs);
    search.begin(roots);
    search.spread();
    if search.hits.is_empty() {
        search.look_elsewhere(&component, vm);
    }
    Found {
        ways: search.hits.iter().map(|(origin, target)| search.way(origin, target.as_ref())).collect(),
        more: search.more,
    }
}

#[derive(PartialEq)]
enum Seen {
    Theirs,
    Other,
}

struct Search {
    theirs: Belongings,
    /// Each object that isn't theirs, once.
    nodes: Vec<(PyObjectRef, Origin)>,
    seen: HashMap<usize, Seen>,
    limit: usize,
    hits: Vec<(Origin, Option<PyObjectRef>)>,
    more: usize,
}

impl Search {
    fn begin(&mut self, roots: &Roots) {
        for (table, Table { dict, entries }) in roots.tables.iter().enumerate() {
            // A way through it would begin anew at each module.
            self.seen.insert(dict.get_id(), Seen::Other);
            for (name, module) in entries {
                self.reach(module, Origin::Entry { table, name: name.clone() });
            }
        }
        for (at, running) in roots.running.iter().enumerate() {
            if self.theirs.is_globals(running.globals.as_object()) {
                self.hit(Origin::Code { at }, None);
                continue;
            }
            self.reach(running.globals.as_object(), Origin::Globals { at });
            for (name, value) in &running.locals {
                self.reach(value, Origin::Local { at, name: name.clone() });
            }
        }
    }

    fn hit(&mut self, origin: Origin, target: Option<&PyObject>) {
        match self.hits.len() < self.limit {
            true => self.hits.push((origin, target.map(ToOwned::to_owned))),
            false => self.more += 1,
        }
    }

    fn reach(&mut self, object: &PyObject, origin: Origin) {
        match self.seen.get(&object.get_id()) {
            Some(Seen::Theirs) => self.hit(origin, Some(object)),
            Some(Seen::Other) => {}
            None if is_atom(object) => {}
            None if self.theirs.has(object) => {
                self.seen.insert(object.get_id(), Seen::Theirs);
                self.hit(origin, Some(object));
            }
            None => {
                self.seen.insert(object.get_id(), Seen::Other);
                self.nodes.push((object.to_owned(), origin));
            }
        }
    }

    /// Goes on from what was reached, nearest first.
    fn spread(&mut self) {
        let mut parent = 0;
        while parent < self.nodes.len() {
            let object = self.nodes[parent].0.clone();
            let is_class = object.downcast_ref::<PyType>().is_some();
            let referents = referents(&object);
            for (position, referent) in referents.iter().enumerate() {
                // A class has each of its bases three times over.
                let is_again = || referents[..position].iter().any(|former| former.is(referent));
                if is_class && (referent.downcast_ref::<PyTuple>().is_some() || is_again()) {
                    continue;
                }
                self.reach(referent, Origin::Child { parent, position });
            }
            parent += 1;
        }
    }

    /// Looks for what else there is that isn't garbage.
    fn look_elsewhere(&mut self, component: &Component, vm: &VirtualMachine) {
        let leads = component.leads(&mut self.theirs);
        let seen = &self.seen;
        let Rest { objects, left } = Rest::of(component, |object| seen.contains_key(&object.get_id()), vm);
        for (other, is_root) in objects {
            if self.theirs.has(&other) {
                if is_root {
                    self.hit(Origin::Unseen, Some(&other));
                }
                continue;
            }
            let referents = referents(&other);
            let parent = self.nodes.len();
            self.nodes.push((other, Origin::Unreached));
            for (position, referent) in referents.iter().enumerate() {
                let leads_there = component.places.get(&referent.get_id()).is_some_and(|at| leads[*at]);
                if leads_there || self.theirs.has(referent) {
                    self.hit(Origin::Child { parent, position }, Some(referent));
                }
            }
        }
        for (at, object) in component.objects.iter().enumerate() {
            if left[at] > 0 && leads[at] && !self.seen.contains_key(&object.get_id()) {
                self.hit(Origin::Unseen, Some(object));
            }
        }
    }

    fn way(&self, origin: &Origin, target: Option<&PyObjectRef>) -> Way {
        let (mut steps, mut root) = (Vec::new(), origin);
        while let Origin::Child { parent, position } = root {
            let (object, above) = &self.nodes[*parent];
            steps.push(Step { object: object.clone(), referents: referents(object), position: *position });
            root = above;
        }
        steps.reverse();
        Way { root: root.clone(), steps, target: target.cloned() }
    }
}
