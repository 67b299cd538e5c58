//! Keeping code from reaching round its mapper by way of the objects that it holds.
//!
//! A function knows its globals, a built-in function its module, a frame the one below it, a class all of its subclasses. For
//! code that runs under a mapper which [confines](crate::Policy::confined), the attributes that tell are withheld, and so is
//! what the builtins have for files and the terminal. Whether code is confined is read off the builtins of the frame that
//! runs, so `getattr`, `str.format` and `operator.attrgetter` count as the code that calls them; and what an allowed module
//! does in Python code of its own is that module's doing.
//!
//! The attributes belong to classes that all interpreters of a process share. They are guarded from the first confining
//! mapper on, and answer everybody else as before.

use crate::{hook, part::withheld, state::State};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr, PyType},
    frame::current_builtins,
    function::{FuncArgs, PySetterValue},
    types::PyTypeFlags,
};
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

type GetAttr = fn(&PyObject, &Py<PyStr>, &VirtualMachine) -> PyResult;
type DescrGet = fn(&PyObject, Option<&PyObject>, Option<&PyObject>, &VirtualMachine) -> PyResult;

/// What it is withheld by, in messages.
pub(crate) const RULE: &str = "the policy, which is confined";

/// The built-in functions that lead to the host: its files, its terminal, its debugger, its end.
const BUILTINS: [&str; 6] = ["breakpoint", "exit", "help", "input", "open", "quit"];

/// What `sys` has that leads to other modules, to frames, or to what concerns the whole process.
pub(crate) const OF_SYS: [&str; 27] = [
    "__breakpointhook__",
    "__stderr__",
    "__stdin__",
    "__stdout__",
    "_current_exceptions",
    "_current_frames",
    "_getframe",
    "_getframemodulename",
    "addaudithook",
    "audit",
    "breakpointhook",
    "displayhook",
    "excepthook",
    "getprofile",
    "gettrace",
    "meta_path",
    "modules",
    "monitoring",
    "path",
    "path_hooks",
    "path_importer_cache",
    "setprofile",
    "setrecursionlimit",
    "setswitchinterval",
    "settrace",
    "stdin",
    "unraisablehook",
];

/// What a function tells that leads out of it.
const OF_FUNCTIONS: [&str; 3] = ["__builtins__", "__closure__", "__globals__"];

/// Whether any mapper of the process confines.
static GUARDED: AtomicBool = AtomicBool::new(false);

/// What a guard keeps of the class that it is for. Without the feature `threading` each thread has classes of its own.
struct Kept(PyObjectRef);

// SAFETY: it is part of a class, which doesn't leave its thread.
#[cfg(not(feature = "threading"))]
unsafe impl Send for Kept {}

// SAFETY: as above.
#[cfg(not(feature = "threading"))]
unsafe impl Sync for Kept {}

impl Kept {
    fn get(&self) -> &PyObject {
        &self.0
    }
}

/// Takes out of the builtins of confined modules what leads to the host, and guards what leads round their mapper.
pub(crate) fn withhold_builtins(builtins: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    guard(vm);
    State::of(vm).confines.store(true, Ordering::Relaxed);
    for name in BUILTINS {
        if builtins.contains_key(name, vm) {
            let what = format!("'{name}'");
            let refuse = move |_: FuncArgs, vm: &VirtualMachine| -> PyResult { Err(withheld(&what, RULE, vm)) };
            builtins.set_item(name, vm.new_function(name, refuse).into(), vm)?;
        }
    }
    Ok(())
}

/// Refuses what confined code must not have; `what` says what that is.
pub(crate) fn check(what: &str, vm: &VirtualMachine) -> PyResult<()> {
    match is_confined(vm) {
        true => Err(withheld(what, RULE, vm)),
        false => Ok(()),
    }
}

/// Whether the code that runs is confined.
fn is_confined(vm: &VirtualMachine) -> bool {
    GUARDED.load(Ordering::Relaxed)
        && State::of(vm).confines.load(Ordering::Relaxed)
        && current_builtins().is_some_and(|builtins| hook::is_confined(&builtins, vm))
}

/// Guards the attributes of the VM's own classes, once for each set of them.
fn guard(vm: &VirtualMachine) {
    #[cfg(feature = "threading")]
    {
        static GUARD: std::sync::Once = std::sync::Once::new();
        GUARD.call_once(|| guard_classes(vm));
    }
    #[cfg(not(feature = "threading"))]
    {
        thread_local! {
            static GUARD: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
        }
        if !GUARD.replace(true) {
            guard_classes(vm);
        }
    }
}

fn guard_classes(vm: &VirtualMachine) {
    GUARDED.store(true, Ordering::SeqCst);
    let types = &vm.ctx.types;
    // These are members, by whose class others know what a member is, so they stay and are guarded where they are read.
    let function = &types.function_type.slots().getattro;
    if let Some(original) = function.load() {
        let _ = FUNCTION_GETATTR.set(original);
    }
    function.store(Some(function_getattr));
    types.function_type.modified();
    let member = &types.member_descriptor_type.slots().descr_get;
    if let Some(original) = member.load() {
        let _ = MEMBER_GET.set(original);
        member.store(Some(member_get));
    }
    for (class, name, only) in [
        (types.function_type, "__defaults__", Only::Any),
        (types.function_type, "__kwdefaults__", Only::Any),
        (types.frame_type, "f_back", Only::Any),
        (types.frame_type, "f_builtins", Only::Any),
        (types.frame_type, "f_globals", Only::Any),
        (types.frame_type, "f_locals", Only::Any),
        (types.builtin_function_or_method_type, "__self__", Only::Module),
        (types.type_type, "__dict__", Only::StaticClass),
        (types.type_type, "__subclasses__", Only::Any),
    ] {
        guard_attribute(class, name, only, vm);
    }
}

/// Of which objects an attribute is withheld.
#[derive(Clone, Copy)]
enum Only {
    Any,
    /// Where its value is a module.
    Module,
    /// Of classes that are the VM's own.
    StaticClass,
}

/// Puts a descriptor in the place of the one that `class` has for `name`, which refuses confined code.
fn guard_attribute(class: &'static Py<PyType>, name: &'static str, only: Only, vm: &VirtualMachine) {
    let interned = vm.ctx.intern_str(name);
    let Some(original) = class.get_direct_attr(interned) else { return };
    let setter = Kept(original.clone());
    let original = Kept(original);
    let get = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        if let Only::Any = only {
            check(&format!("'{name}'"), vm)?;
        }
        if let Only::StaticClass = only
            && object
                .downcast_ref::<PyType>()
                .is_some_and(|class| !class.slots().flags.contains(&PyTypeFlags::HEAPTYPE))
        {
            check(&format!("'{name}' of a built-in class"), vm)?;
        }
        // The class that has the descriptor is asked for it, not for its value.
        let of_class = matches!(only, Only::Any) && object.is(vm.ctx.types.type_type);
        let original = original.get();
        let value = match original.class().slots().descr_get.load() {
            Some(get) if !of_class => get(original, Some(&object), Some(object.class().as_object()), vm)?,
            _ => original.to_owned(),
        };
        if let Only::Module = only
            && value.fast_isinstance(vm.ctx.types.module_type)
        {
            check(&format!("'{name}' of a built-in function"), vm)?;
        }
        Ok(value)
    };
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
        let setter = setter.get();
        match setter.class().slots().descr_set.load() {
            Some(set) => set(setter, object, value, vm),
            None => Err(vm.new_attribute_error(format!("attribute '{name}' is read-only"))),
        }
    };
    let guarded = vm.ctx.new_getset(name, class, get, set);
    class.set_attr(interned, guarded.into());
}

static FUNCTION_GETATTR: OnceLock<GetAttr> = OnceLock::new();
static MEMBER_GET: OnceLock<DescrGet> = OnceLock::new();

fn function_getattr(function: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    if is_of_functions(name.as_bytes()) {
        check(&format!("'{name}' of a function"), vm)?;
    }
    match FUNCTION_GETATTR.get() {
        Some(original) => original(function, name, vm),
        None => function.generic_getattr(name, vm),
    }
}

/// Reads a member of an object, or hands out the descriptor itself, by which it could be read later.
fn member_get(
    descriptor: &PyObject,
    object: Option<&PyObject>,
    class: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(member) = descriptor.downcast_ref::<rustpython_vm::builtins::PyMemberDescriptor>()
        && is_of_functions(member.common.name.as_bytes())
        && member.common.typ.is(vm.ctx.types.function_type)
    {
        check(&format!("'{}' of a function", member.common.name), vm)?;
    }
    match MEMBER_GET.get() {
        Some(original) => original(descriptor, object, class, vm),
        None => Ok(descriptor.to_owned()),
    }
}

fn is_of_functions(name: &[u8]) -> bool {
    name.starts_with(b"__") && OF_FUNCTIONS.iter().any(|own| own.as_bytes() == name)
}
