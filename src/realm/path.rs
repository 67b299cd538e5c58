//! The way to an object as a person writes it: `handlers["save"]`, `state.tools[2]`. No code of Python's runs to find out.

use super::{
    belongings::{described, module_name},
    search::{Origin, Roots, Step, Way},
};
use crate::{interpreter::threads::Running, syntax::identifiers::is_identifier};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, VirtualMachine,
    builtins::{
        PyBool, PyCode, PyDict, PyFrozenSet, PyFunction, PyInt, PyList, PyMemberDescriptor, PyModule, PyNone, PySet,
        PyStr, PyTuple, PyType,
    },
    frame::FrameObject,
};

/// What a person names first, and the way from there.
pub(super) fn written(way: &Way, roots: &Roots, vm: &VirtualMachine) -> (String, String) {
    let mut writer = Writer { holder: String::new(), path: String::new(), inside: Inside::Plain, vm };
    match &way.root {
        Origin::Entry { table, name } if way.steps.is_empty() => {
            writer.holder = if *table == 0 { "`sys.modules`" } else { "`sys.modules` of a realm" }.to_owned();
            writer.path = format!("[{name:?}]");
        }
        Origin::Entry { name, .. } => writer.holder = format!("module `{name}`"),
        Origin::Globals { at } => {
            writer.holder = format!("module `{}`", module_name(&roots.running[*at].globals, vm));
            writer.inside = Inside::Names;
        }
        Origin::Local { at, name } => {
            writer.holder = frame(&roots.running[*at]);
            writer.path.clone_from(name);
        }
        Origin::Code { at } => writer.holder = frame(&roots.running[*at]),
        Origin::Unreached => writer.holder = "an object that no module reaches".to_owned(),
        Origin::Unseen | Origin::Child { .. } => writer.holder = "what Python doesn't show".to_owned(),
    }
    if let (Origin::Unreached, Some(first)) = (&way.root, way.steps.first()) {
        writer.path = format!("<{}>", described(&first.object, vm));
    }
    way.steps.iter().for_each(|step| writer.step(step));
    (writer.holder, writer.path)
}

fn frame(running: &Running) -> String {
    let line = running.line.map_or_else(|| "?".to_owned(), |line| line.to_string());
    format!("frame of thread {}: `{}`, {}:{line}", running.thread, running.function, running.file)
}

struct Writer<'a> {
    holder: String,
    path: String,
    inside: Inside,
    vm: &'a VirtualMachine,
}

/// What the object that comes next is to the one before.
enum Inside {
    Plain,
    /// The dict of what the one before has as attributes.
    Names,
    /// The cells of a function, by their names.
    Cells(Vec<String>),
}

impl Writer<'_> {
    fn step(&mut self, step: &Step) {
        let (object, position, vm) = (&step.object, step.position, self.vm);
        let child = &step.referents[position];
        let inside = std::mem::replace(&mut self.inside, Inside::Plain);
        if let Inside::Cells(names) = &inside {
            let name = names.get(position).map_or("?", String::as_str);
            self.path.push_str(&format!(".<closure cell {name}>"));
        } else if object.class().is(vm.ctx.types.cell_type) {
            // What is in it stands for it.
        } else if object.dict().is_some_and(|dict| dict.is(child)) {
            if let Some(module) = object.downcast_ref::<PyModule>() {
                self.enter_module(module_name(&module.dict(), vm));
            }
            self.inside = Inside::Names;
        } else if object.downcast_ref::<PyDict>().is_some() {
            match (key(object, &step.referents, position, vm), inside) {
                (Key::Of(key), Inside::Names) => self.name(&key),
                (Key::Of(key), _) => self.path.push_str(&format!("[{}]", shown(&key, vm))),
                (Key::Is, _) => self.path.push_str(".<key>"),
                (Key::Unknown, _) => {
                    let name = attribute(object, child, vm);
                    self.path.push_str(&name.map_or_else(|| "[..]".to_owned(), |name| format!(".{name}")));
                }
            }
        } else if let Some(place) = element(object, child, position) {
            self.path.push_str(&place);
        } else if let Some(class) = object.downcast_ref::<PyType>() {
            match child.downcast_ref::<PyType>() {
                Some(other) if other.is(class.class()) => self.path.push_str(".__class__"),
                Some(_) => self.path.push_str(".<base class>"),
                None if child.downcast_ref::<PyDict>().is_some() => self.inside = Inside::Names,
                None => self.path.push_str(".<part>"),
            }
        } else if object.downcast_ref::<PyFunction>().is_some() {
            self.function(object, child);
        } else if let Some(frame) = object.downcast_ref::<FrameObject>() {
            let locals = frame.to_owned().locals(vm).ok().map(PyObjectRef::from);
            let locals = locals.and_then(|locals| locals.downcast_exact::<PyDict>(vm).ok());
            let name = locals.and_then(|locals| locals.into_iter().find(|(_, value)| value.is(child)));
            let name = name.map_or_else(|| "?".to_owned(), |(name, _)| text(&name));
            self.path.push_str(&format!(".<local {name}>"));
        } else if let Some(name) = attribute(object, child, vm) {
            self.path.push_str(&format!(".{name}"));
        } else {
            self.path.push_str(".<part>");
        }
    }

    /// A module is where a person begins, whatever led there.
    fn enter_module(&mut self, name: String) {
        if !self.path.is_empty() || self.holder.is_empty() {
            self.holder = format!("module `{name}`");
            self.path.clear();
        }
    }

    fn name(&mut self, key: &PyObject) {
        let name = text(key);
        match (is_identifier(&name), self.path.is_empty()) {
            (true, true) => self.path.push_str(&name),
            (true, false) => self.path.push_str(&format!(".{name}")),
            (false, _) => self.path.push_str(&format!("[{}]", shown(key, self.vm))),
        }
    }

    fn function(&mut self, function: &PyObject, child: &PyObjectRef) {
        let vm = self.vm;
        // Functions have no subclasses, so that this runs no code of Python's.
        let is = |name: &'static str| function.get_attr(name, vm).is_ok_and(|value| value.is(child));
        if is("__closure__") {
            let code = function.get_attr("__code__", vm).ok();
            let names = code.as_ref().and_then(|code| code.downcast_ref::<PyCode>());
            let names = names.map(|code| code.code.freevars.iter().map(ToString::to_string).collect());
            self.inside = Inside::Cells(names.unwrap_or_default());
        } else if let Some(globals) = child.downcast_ref::<PyDict>().filter(|_| is("__globals__")) {
            self.path.push_str(".__globals__");
            self.enter_module(module_name(globals, vm));
            self.inside = Inside::Names;
        } else {
            // To ask for its annotations could run code that makes them.
            let named = ["__defaults__", "__kwdefaults__", "__type_params__"].into_iter().find(|name| is(name));
            self.path.push_str(&named.map_or_else(|| ".<part>".to_owned(), |name| format!(".{name}")));
        }
    }
}

enum Key {
    Of(PyObjectRef),
    Is,
    Unknown,
}

/// The key of what a dict refers to at that position.
fn key(dict: &PyObject, referents: &[PyObjectRef], position: usize, vm: &VirtualMachine) -> Key {
    let child = &referents[position];
    if dict.downcast_ref_if_exact::<PyDict>(vm).is_some() {
        // Keys and values by turns.
        return if position.is_multiple_of(2) { Key::Is } else { Key::Of(referents[position - 1].clone()) };
    }
    let Some(dict) = dict.downcast_ref::<PyDict>() else { return Key::Unknown };
    let found = dict.into_iter().find(|(_, value)| value.is(child));
    found.map_or(Key::Unknown, |(key, _)| Key::Of(key))
}

/// Where a sequence or a set has what it refers to.
fn element(object: &PyObject, child: &PyObjectRef, position: usize) -> Option<String> {
    if object.downcast_ref::<PySet>().is_some() || object.downcast_ref::<PyFrozenSet>().is_some() {
        return Some("{..}".to_owned());
    }
    let is_exact = object.class().heaptype_ext.is_none();
    let at = |items: &[PyObjectRef]| match is_exact {
        true => Some(position),
        false => items.iter().position(|item| item.is(child)),
    };
    let at = if let Some(list) = object.downcast_ref::<PyList>() {
        at(&list.borrow_vec())
    } else if let Some(tuple) = object.downcast_ref::<PyTuple>() {
        at(tuple.as_slice())
    } else {
        (is_exact && &*object.class().slot_name() == "collections.deque").then_some(position)
    };
    at.map(|at| format!("[{at}]"))
}

/// The attribute that `child` is, where a descriptor of the VM's own has it.
fn attribute(object: &PyObject, child: &PyObjectRef, vm: &VirtualMachine) -> Option<String> {
    native(object, child, vm).map(str::to_owned).or_else(|| slot(object, child, vm))
}

/// What classes of the VM's own show of what their instances refer to.
const NATIVE: [&str; 20] = [
    "__self__",
    "__func__",
    "func",
    "args",
    "keywords",
    "fget",
    "fset",
    "fdel",
    "default_factory",
    "tb_frame",
    "tb_next",
    "__traceback__",
    "__cause__",
    "__context__",
    "gi_frame",
    "cr_frame",
    "ag_frame",
    "__wrapped__",
    "__callback__",
    "__origin__",
];

/// The attribute that `child` is by the object's native classes.
fn native(object: &PyObject, child: &PyObjectRef, vm: &VirtualMachine) -> Option<&'static str> {
    let classes = object.class().mro_collect();
    NATIVE.into_iter().find(|name| {
        let name = vm.ctx.intern_str(*name);
        let mut native = classes.iter().filter(|class| class.heaptype_ext.is_none());
        let descriptor = native.find_map(|class| class.get_direct_attr(name));
        descriptor.is_some_and(|descriptor| is_descriptor_of(&descriptor, object, child, vm))
    })
}

/// The slot of a class of Python's that `child` is in.
fn slot(object: &PyObject, child: &PyObjectRef, vm: &VirtualMachine) -> Option<String> {
    object.class().mro_collect().iter().filter(|class| class.heaptype_ext.is_some()).find_map(|class| {
        let named = class.get_attributes(&vm.ctx).into_iter();
        let mut slots = named.filter(|(_, value)| value.downcast_ref::<PyMemberDescriptor>().is_some());
        slots.find(|(_, slot)| is_descriptor_of(slot, object, child, vm)).map(|(name, _)| name.to_string())
    })
}

/// Whether a descriptor of the VM's own has `child` of `object`.
fn is_descriptor_of(descriptor: &PyObjectRef, object: &PyObject, child: &PyObjectRef, vm: &VirtualMachine) -> bool {
    if descriptor.class().heaptype_ext.is_some() {
        return false;
    }
    let class = object.class().as_object();
    let got = vm.call_get_descriptor_specific(descriptor, Some(object), Some(class));
    got.is_some_and(|got| got.is_ok_and(|value| value.is(child)))
}

/// A key, as it is written.
fn shown(key: &PyObject, vm: &VirtualMachine) -> String {
    if key.downcast_ref::<PyStr>().is_some() {
        return format!("{:?}", text(key));
    }
    if let Some(number) = key.downcast_ref_if_exact::<PyInt>(vm) {
        return number.as_bigint().to_string();
    }
    if let Some(constant) = key.downcast_ref_if_exact::<PyBool>(vm) {
        return if constant.as_object().is(&vm.ctx.true_value) { "True" } else { "False" }.to_owned();
    }
    match key.downcast_ref::<PyNone>() {
        Some(_) => "None".to_owned(),
        None => format!("<{}>", described(key, vm)),
    }
}

fn text(object: &PyObject) -> String {
    object.downcast_ref::<PyStr>().map_or_else(|| "?".to_owned(), |text| text.to_string_lossy().into_owned())
}
