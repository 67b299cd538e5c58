//! Whether anything outside of a set of modules holds what is theirs, by counting references, as the VM's collector does.

use super::belongings::{Belongings, is_text, referents};
use crate::mapper::reference::PyMapper;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyBool, PyBytes, PyCode, PyDict, PyFloat, PyInt, PyModule, PyNone, PyStr, PyType},
};
use std::collections::HashMap;

/// What can be reached from modules without going through anybody else's modules, classes or mappers.
pub(super) struct Component {
    pub(super) objects: Vec<PyObjectRef>,
    /// Where each object is in `objects`, by its address.
    pub(super) places: HashMap<usize, usize>,
    /// What each object refers to in here.
    edges: Vec<Vec<usize>>,
    /// How many references to each there are from elsewhere.
    pub(super) left: Vec<usize>,
}

impl Component {
    /// The component of `modules`. Each entry of that list is one reference that doesn't count.
    pub(super) fn of(modules: &[PyObjectRef], theirs: &mut Belongings) -> Self {
        let mut own = Self { objects: Vec::new(), places: HashMap::new(), edges: Vec::new(), left: Vec::new() };
        for module in modules {
            own.place(module);
        }
        let mut within = vec![0; own.objects.len()];
        let mut next = 0;
        while next < own.objects.len() {
            let object = own.objects[next].clone();
            let referents = if is_own(&object, theirs) { referents(&object) } else { Vec::new() };
            let counted = referents.iter().filter(|referent| !is_atom(referent) || theirs.is_name(referent));
            let edges: Vec<usize> = counted.map(|referent| own.place(referent)).collect();
            within.resize(own.objects.len(), 0);
            edges.iter().for_each(|edge| within[*edge] += 1);
            own.edges.push(edges);
            next += 1;
        }
        modules.iter().for_each(|module| within[own.places[&module.get_id()]] += 1);
        let left = |(object, within): (&PyObjectRef, usize)| object.strong_count().saturating_sub(within + 1);
        own.left = own.objects.iter().zip(within).map(left).collect();
        own
    }

    fn place(&mut self, object: &PyObjectRef) -> usize {
        *self.places.entry(object.get_id()).or_insert_with(|| {
            self.objects.push(object.clone());
            self.objects.len() - 1
        })
    }

    /// Whether something elsewhere refers to what is theirs, or to what leads there.
    pub(super) fn is_held(&self, theirs: &mut Belongings) -> bool {
        let mut waiting: Vec<usize> = (0..self.objects.len()).filter(|at| self.left[*at] > 0).collect();
        let mut live = vec![false; self.objects.len()];
        while let Some(at) = waiting.pop() {
            if std::mem::replace(&mut live[at], true) {
                continue;
            }
            if theirs.is_name(&self.objects[at]) || theirs.has(&self.objects[at]) {
                return true;
            }
            waiting.extend(&self.edges[at]);
        }
        false
    }

    /// Which of the objects are theirs, or lead there.
    pub(super) fn leads(&self, theirs: &mut Belongings) -> Vec<bool> {
        let mut leads: Vec<bool> = self.objects.iter().map(|object| theirs.has(object)).collect();
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for at in 0..leads.len() {
                if !leads[at] && self.edges[at].iter().any(|edge| leads[*edge]) {
                    (leads[at], changed) = (true, true);
                }
            }
        }
        leads
    }
}

/// Whether what the object refers to is looked at, too: nobody else's module, class, globals or mapper.
fn is_own(object: &PyObject, theirs: &mut Belongings) -> bool {
    if theirs.is_place(object) {
        return true;
    }
    if let Some(class) = object.downcast_ref::<PyType>() {
        return theirs.has_made(class);
    }
    let is_foreign = object.downcast_ref::<PyModule>().is_some() || object.downcast_ref::<PyMapper>().is_some();
    !is_foreign && !is_globals(object)
}

/// Whether the object is a dict in which code runs.
pub(super) fn is_globals(object: &PyObject) -> bool {
    object.downcast_ref::<PyDict>().is_some()
        && referents(object).iter().step_by(2).any(|key| is_text(key, "__builtins__"))
}

/// Whether the object is of a kind that refers to nothing.
pub(super) fn is_atom(object: &PyObject) -> bool {
    let is_text = object.downcast_ref::<PyStr>().is_some() || object.downcast_ref::<PyBytes>().is_some();
    let is_number = object.downcast_ref::<PyInt>().is_some() || object.downcast_ref::<PyFloat>().is_some();
    let is_constant = object.downcast_ref::<PyNone>().is_some() || object.downcast_ref::<PyBool>().is_some();
    let is_instance_of_heap_class = object.class().heaptype_ext.is_some();
    !is_instance_of_heap_class && (is_text || is_number || is_constant || object.downcast_ref::<PyCode>().is_some())
}

/// What the interpreter tracks beside what was seen and the component, and what isn't garbage.
pub(super) struct Rest {
    /// Each object, and whether something that the interpreter doesn't track refers to it.
    pub(super) objects: Vec<(PyObjectRef, bool)>,
    /// How many references to each object of the component come from nothing that is tracked.
    pub(super) left: Vec<usize>,
}

impl Rest {
    pub(super) fn of(component: &Component, is_seen: impl Fn(&PyObject) -> bool, vm: &VirtualMachine) -> Self {
        let is_other = |object: &PyObjectRef| !is_seen(object) && !component.places.contains_key(&object.get_id());
        let others: Vec<PyObjectRef> = vm.state.gc.get_objects(None).into_iter().filter(is_other).collect();
        let places: HashMap<usize, usize> = others.iter().enumerate().map(|(at, other)| (other.get_id(), at)).collect();
        let (mut within, mut left) = (vec![0; others.len()], component.left.clone());
        let mut edges = vec![Vec::new(); others.len()];
        for (other, edges) in others.iter().zip(&mut edges) {
            for referent in referents(other) {
                if let Some(at) = places.get(&referent.get_id()) {
                    within[*at] += 1;
                    edges.push(*at);
                } else if let Some(at) = component.places.get(&referent.get_id()) {
                    left[*at] = left[*at].saturating_sub(1);
                }
            }
        }
        for referent in component.objects.iter().flat_map(|object| referents(object)) {
            if let Some(at) = places.get(&referent.get_id()) {
                within[*at] += 1;
            }
        }
        let is_root: Vec<bool> =
            others.iter().zip(within).map(|(other, within)| other.strong_count() > within + 1).collect();
        let mut waiting: Vec<usize> = (0..others.len()).filter(|at| is_root[*at]).collect();
        let mut live = vec![false; others.len()];
        while let Some(at) = waiting.pop() {
            if !std::mem::replace(&mut live[at], true) {
                waiting.extend(&edges[at]);
            }
        }
        let objects = others.into_iter().zip(is_root).zip(live).filter_map(|(other, live)| live.then_some(other));
        Self { objects: objects.collect(), left }
    }
}
