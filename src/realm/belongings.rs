//! What belongs to modules that were loaded fresh: the modules and their names, the functions, classes and running code that they
//! made, and the instances of these classes.

use crate::{interpreter::dunders, load::instances::INSTANCES};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, VirtualMachine,
    builtins::{
        PyAsyncGen, PyBoundMethod, PyCode, PyCoroutine, PyDict, PyDictRef, PyFrozenSet, PyFunction, PyGenerator,
        PyModule, PyStr, PyType,
    },
    frame::FrameObject,
    types::PyTypeFlags,
};
use std::collections::{HashMap, HashSet};

/// The module that was loaded fresh and that made `object`, or its class, if one did.
pub(crate) fn owner_of(object: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
    if let Some(module) = object.downcast_ref::<PyModule>() {
        return made_in(&module.dict(), vm).filter(|owner| owner.is(object));
    }
    if let Some(class) = object.downcast_ref::<PyType>() {
        return maker(class, vm);
    }
    if object.downcast_ref::<PyFunction>().is_some() {
        let globals = native(object, &["__globals__"], vm)?;
        return made_in(globals.downcast_ref_if_exact::<PyDict>(vm)?, vm);
    }
    if let Some(frame) = object.downcast_ref::<FrameObject>() {
        return made_in(frame.iframe().globals(), vm);
    }
    if is_generator(object) {
        let frame = native(object, FRAMES, vm)?;
        return owner_of(&frame, vm);
    }
    if object.downcast_ref::<PyBoundMethod>().is_some() {
        let parts = ["__self__", "__func__"].into_iter().filter_map(|name| native(object, &[name], vm));
        // A method may be one of a method, to any depth: one step is enough for what programs make.
        let mut plain = parts.filter(|part| part.downcast_ref::<PyBoundMethod>().is_none());
        return plain.find_map(|part| owner_of(&part, vm));
    }
    object.class().mro_collect().iter().find_map(|class| maker(class, vm))
}

/// What functions, methods and generators have under the first of these names that there is. None of their classes has subclasses,
/// so that this runs no code of Python's.
fn native(object: &PyObject, names: &[&'static str], vm: &VirtualMachine) -> Option<PyObjectRef> {
    names.iter().find_map(|name| object.get_attr(*name, vm).ok())
}

/// The frames of generators, coroutines and asynchronous generators, and their code.
const FRAMES: &[&str] = &["gi_frame", "cr_frame", "ag_frame"];
const CODES: &[&str] = &["gi_code", "cr_code", "ag_code"];

/// The fresh module whose globals these are.
fn made_in(globals: &Py<PyDict>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let name = globals.get_item_opt(dunders::get(vm).name, vm).ok()??;
    let module = INSTANCES.of(vm).find(&name, vm)?;
    let own = module.downcast_ref::<PyModule>()?.dict();
    own.is(globals).then_some(module)
}

/// The fresh module that made a class.
fn maker(class: &Py<PyType>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let name = class.get_direct_attr(vm.ctx.intern_str("__module__"))?;
    INSTANCES.of(vm).find(&name, vm)
}

/// What an object refers to, while nothing changes it.
pub(super) fn referents(object: &PyObject) -> Vec<PyObjectRef> {
    let mut referents = object.gc_get_referents();
    // The VM's collector doesn't look into these.
    if let Some(set) = object.downcast_ref::<PyFrozenSet>() {
        referents.extend(set.elements());
    }
    referents
}

/// What decides whose a method or a generator is, what it is bound to and what it runs; `None` of any other object. Nothing may change
/// it meanwhile.
fn parts(object: &PyObject) -> Option<Vec<PyObjectRef>> {
    let is_made_of_parts = object.downcast_ref::<PyBoundMethod>().is_some() || is_generator(object);
    let is_plain = |part: &PyObjectRef| part.downcast_ref::<PyBoundMethod>().is_none();
    is_made_of_parts.then(|| object.gc_get_referents().into_iter().filter(is_plain).collect())
}

fn is_generator(object: &PyObject) -> bool {
    object.downcast_ref::<PyGenerator>().is_some()
        || object.downcast_ref::<PyCoroutine>().is_some()
        || object.downcast_ref::<PyAsyncGen>().is_some()
}

/// What belongs to a set of modules, by addresses: to ask waits for no lock and runs no code.
pub(super) struct Belongings {
    /// The modules, and the dicts that they have their names in.
    places: HashSet<usize>,
    /// The dicts alone.
    globals: HashSet<usize>,
    /// The strings by whose identity their classes are known.
    names: HashSet<usize>,
    /// Whether a class is one of theirs, and whether it has one of theirs among its bases.
    made: HashMap<usize, bool>,
    derived: HashMap<usize, bool>,
}

impl Belongings {
    pub(super) fn of(modules: &[PyObjectRef], vm: &VirtualMachine) -> Self {
        let dicts: Vec<_> =
            modules.iter().filter_map(|module| Some(module.downcast_ref::<PyModule>()?.dict())).collect();
        let globals: HashSet<usize> = dicts.iter().map(|dict| dict.get_id()).collect();
        let name = |dict: &PyDictRef| {
            let name = dict.get_item_opt(dunders::get(vm).name, vm).ok()??;
            INSTANCES.of(vm).find(&name, vm).map(|_| name.get_id())
        };
        let names = dicts.iter().filter_map(name).collect();
        let places = modules.iter().map(AsObject::get_id).chain(globals.iter().copied()).collect();
        Self { places, globals, names, made: HashMap::new(), derived: HashMap::new() }
    }

    /// Whether `object` is one of the modules, or holds their names.
    pub(super) fn is_place(&self, object: &PyObject) -> bool {
        self.places.contains(&object.get_id())
    }

    /// Whether code that runs in these globals is theirs.
    pub(super) fn is_globals(&self, globals: &PyObject) -> bool {
        self.globals.contains(&globals.get_id())
    }

    /// Whether `object` is the string by whose identity classes are known to be theirs.
    pub(super) fn is_name(&self, object: &PyObject) -> bool {
        self.names.contains(&object.get_id())
    }

    /// Whether `object` belongs to the modules.
    pub(super) fn has(&mut self, object: &PyObject) -> bool {
        if self.is_place(object) || self.has_instances_of(object.class()) {
            return true;
        }
        if let Some(class) = object.downcast_ref::<PyType>() {
            return self.has_made(class);
        }
        match parts(object) {
            Some(parts) => parts.iter().any(|part| self.has_plain(part)),
            None => self.has_plain(object),
        }
    }

    /// As `has`, of what isn't made of parts.
    fn has_plain(&mut self, object: &PyObject) -> bool {
        if let Some(frame) = object.downcast_ref::<FrameObject>() {
            return self.globals.contains(&frame.iframe().globals().get_id());
        }
        if object.downcast_ref::<PyFunction>().is_some() {
            return object.gc_get_referents().iter().any(|referent| self.globals.contains(&referent.get_id()));
        }
        self.has_instances_of(object.class())
    }

    /// Whether the class is theirs.
    pub(super) fn has_made(&mut self, class: &Py<PyType>) -> bool {
        if !is_heap(class) {
            return false;
        }
        if let Some(known) = self.made.get(&class.get_id()) {
            return *known;
        }
        // Read off what the class refers to: its own lock may be taken.
        let namespaces = class.as_object().gc_get_referents();
        let made = namespaces.iter().filter_map(|referent| referent.downcast_ref::<PyDict>()).any(|namespace| {
            let items = namespace.as_object().gc_get_referents();
            items.chunks_exact(2).any(|pair| self.is_name(&pair[1]) && is_text(&pair[0], "__module__"))
        });
        self.made.insert(class.get_id(), made);
        made
    }

    /// Whether instances of the class are theirs: the class is, or one that it is derived from.
    fn has_instances_of(&mut self, class: &Py<PyType>) -> bool {
        if !is_heap(class) || self.names.is_empty() {
            return false;
        }
        if let Some(known) = self.derived.get(&class.get_id()) {
            return *known;
        }
        let metaclass = class.class().get_id();
        let bases = class.as_object().gc_get_referents();
        let bases = bases.iter().filter_map(|base| base.downcast_ref::<PyType>());
        let derived =
            self.has_made(class) || bases.filter(|base| base.get_id() != metaclass).any(|base| self.has_made(base));
        self.derived.insert(class.get_id(), derived);
        derived
    }
}

fn is_heap(class: &Py<PyType>) -> bool {
    class.slots.flags.has_feature(PyTypeFlags::HEAPTYPE)
}

pub(super) fn is_text(object: &PyObject, text: &str) -> bool {
    object.downcast_ref::<PyStr>().is_some_and(|own| own.as_bytes() == text.as_bytes())
}

/// An object as a person names it: ``function `save` ``, ``an instance of `Tool` ``. No code of Python's runs to find out.
pub(super) fn described(object: &PyObject, vm: &VirtualMachine) -> String {
    if let Some(module) = object.downcast_ref::<PyModule>() {
        return format!("module `{}`", module_name(&module.dict(), vm));
    }
    if let Some(class) = object.downcast_ref::<PyType>() {
        return format!("class `{}`", class.name());
    }
    if object.downcast_ref::<PyFunction>().is_some() {
        return format!("function `{}`", function_name(object, vm));
    }
    if object.downcast_ref::<PyBoundMethod>().is_some() {
        let function = native(object, &["__func__"], vm);
        return match function.filter(|function| function.downcast_ref::<PyFunction>().is_some()) {
            Some(function) => format!("method `{}`", function_name(&function, vm)),
            None => "a method".to_owned(),
        };
    }
    if let Some(frame) = object.downcast_ref::<FrameObject>() {
        return format!("a frame of `{}`", frame.iframe().code().code.qualname);
    }
    if is_generator(object) {
        let kind = if object.downcast_ref::<PyCoroutine>().is_some() { "coroutine" } else { "generator" };
        let code = native(object, CODES, vm);
        let code = code.as_ref().and_then(|code| code.downcast_ref::<PyCode>());
        return format!("a {kind} of `{}`", code.map_or("?", |code| code.code.qualname.as_str()));
    }
    if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm)
        && let Some(module) = made_in(dict, vm)
    {
        return format!("the names of {}", described(&module, vm));
    }
    format!("an instance of `{}`", object.class().name())
}

/// The name of the module that has these globals.
pub(super) fn module_name(globals: &Py<PyDict>, vm: &VirtualMachine) -> String {
    let name = globals.get_item_opt(dunders::get(vm).name, vm).ok().flatten();
    let name = name.as_ref().and_then(|name| name.downcast_ref::<PyStr>());
    name.map_or_else(|| "?".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn function_name(function: &PyObject, vm: &VirtualMachine) -> String {
    let name = native(function, &["__qualname__"], vm);
    let name = name.as_ref().and_then(|name| name.downcast_ref::<PyStr>());
    name.map_or_else(|| "?".to_owned(), |name| name.to_string_lossy().into_owned())
}
