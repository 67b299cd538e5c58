//! Keeping code from reaching round its mapper by way of the objects that it holds.
//!
//! A function knows its globals, a built-in function its module, a frame the one below it, a class all of its subclasses. For
//! code that runs under a mapper which [confines](crate::Policy::confined), the attributes that tell are withheld, and so is
//! what the builtins have for files and the terminal. Whether code is confined is read off the builtins of the frames on the
//! stack, so `getattr`, `map` and `str.format` count as the code that calls them, also where a library runs them for it;
//! only what a library names in its own code it may read. Confined code has all of its own functions.
//!
//! The attributes belong to classes that all interpreters of a process share. They are guarded from the first confining
//! mapper on, and answer everybody else as before.

use crate::{
    engine, hook, internal,
    part::withheld,
    state::{State, sys_modules},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyMemberDescriptor, PyStr, PyType, PyTypeRef},
    frame::{InterpreterFrame, current_thread_iframe},
    function::{FuncArgs, PySetterValue},
    types::PyTypeFlags,
};
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

type GetAttr = fn(&PyObject, &Py<PyStr>, &VirtualMachine) -> PyResult;
type SetAttr = fn(&PyObject, &Py<PyStr>, PySetterValue, &VirtualMachine) -> PyResult<()>;
type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
type DescrGet = fn(&PyObject, Option<&PyObject>, Option<&PyObject>, &VirtualMachine) -> PyResult;

/// What it is withheld by, in messages.
pub(crate) const RULE: &str = "the policy, which is confined";

/// The built-in functions that lead to the host: its files, its terminal, its debugger, its end.
const BUILTINS: [&str; 6] = ["breakpoint", "exit", "help", "input", "open", "quit"];

/// What is left of `sys`. Most of it leads to other modules, to frames, to files, or concerns the whole process.
pub(crate) const OF_SYS: [&str; 28] = [
    "api_version",
    "argv",
    "builtin_module_names",
    "byteorder",
    "copyright",
    "exc_info",
    "exception",
    "exit",
    "flags",
    "float_info",
    "float_repr_style",
    "getdefaultencoding",
    "getfilesystemencoding",
    "getrecursionlimit",
    "getsizeof",
    "hash_info",
    "hexversion",
    "implementation",
    "int_info",
    "intern",
    "maxsize",
    "maxunicode",
    "platform",
    "stdlib_module_names",
    "thread_info",
    "version",
    "version_info",
    "warnoptions",
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
    match confined(vm) {
        Some(_) => Err(withheld(what, RULE, vm)),
        None => Ok(()),
    }
}

/// The confined code that runs, or on whose behalf other code runs.
pub(crate) struct Confined {
    pub(crate) builtins: PyObjectRef,
    /// Whether it is its own code that runs, or else that of a library which it called.
    direct: bool,
}

/// The innermost confined code on the stack. What a library does while the interpreter imports it is none of that code's
/// doing. A thread that no host entered and that runs no Python code was started by some.
pub(crate) fn confined(vm: &VirtualMachine) -> Option<Confined> {
    if !GUARDED.load(Ordering::Relaxed)
        || !State::existing(vm).is_some_and(|state| state.confines.load(Ordering::Relaxed))
    {
        return None;
    }
    let mut frame = current_thread_iframe();
    if frame.is_null() && !engine::is_entered() {
        return Some(Confined { builtins: vm.ctx.none(), direct: true });
    }
    let mut direct = true;
    while !frame.is_null() {
        // SAFETY: the frames on this thread's stack live at least until the native call that we are in returns.
        let iframe = unsafe { &*frame };
        if hook::is_confined(iframe.builtins(), vm) {
            return Some(Confined { builtins: iframe.builtins().to_owned(), direct });
        }
        if is_file(iframe, |file| file.starts_with("<frozen importlib") || file.starts_with("_frozen_importlib")) {
            return None;
        }
        direct = false;
        frame = iframe.previous();
    }
    // Of a thread that Python code started nobody knows on whose behalf it runs.
    (!engine::is_entered()).then(|| Confined { builtins: vm.ctx.none(), direct: false })
}

fn is_file(iframe: &InterpreterFrame, test: impl Fn(&str) -> bool) -> bool {
    iframe.code().source_path().as_object().downcast_ref::<PyStr>().and_then(|file| file.to_str()).is_some_and(test)
}

/// Refuses confined code the attribute `name` of what isn't its own. A library's own code may read it, as long as it is
/// that very attribute which it names, and not one that it reads for somebody by a call.
fn refuse(name: &str, what: &str, is_own: impl Fn(&PyObject) -> bool, vm: &VirtualMachine) -> PyResult<()> {
    match confined(vm) {
        Some(by) if !is_own(&by.builtins) && (by.direct || !internal::names_attribute(name)) => {
            Err(withheld(&format!("'{name}'{what}"), RULE, vm))
        }
        _ => Ok(()),
    }
}

/// Guards what the VM's own classes tell, once for each set of them.
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

/// Puts a function in the place of the one in a slot, which is kept for whoever isn't confined.
macro_rules! replace {
    ($slot:expr, $kept:ident, $own:ident) => {
        if let Some(original) = $slot.load() {
            let _ = $kept.set(original);
            $slot.store(Some($own));
        }
    };
}

fn guard_classes(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    // These are members, by whose class others know what a member is, so they stay and are guarded where they are read.
    replace!(types.function_type.slots().getattro, FUNCTION_GETATTR, function_getattr);
    replace!(types.function_type.slots().setattro, FUNCTION_SETATTR, function_setattr);
    replace!(types.member_descriptor_type.slots().descr_get, MEMBER_GET, member_get);
    replace!(types.function_type.slots().new, FUNCTION_NEW, function_new);
    replace!(types.code_type.slots().new, CODE_NEW, code_new);
    types.function_type.modified();
    for (class, name, kind) in [
        (types.function_type, "__annotate__", Kind::Wrapped),
        (types.function_type, "__annotations__", Kind::Wrapped),
        (types.function_type, "__code__", Kind::Code),
        (types.function_type, "__defaults__", Kind::Function),
        (types.function_type, "__dict__", Kind::Wrapped),
        (types.function_type, "__kwdefaults__", Kind::Function),
        (types.function_type, "__type_params__", Kind::Wrapped),
        (types.code_type, "replace", Kind::Any),
        (types.frame_type, "f_back", Kind::Any),
        (types.frame_type, "f_builtins", Kind::Any),
        (types.frame_type, "f_globals", Kind::Any),
        (types.frame_type, "f_locals", Kind::Any),
        (types.builtin_function_or_method_type, "__self__", Kind::Module),
        (types.type_type, "__dict__", Kind::OfFunctions),
        (types.type_type, "__subclasses__", Kind::Subclasses),
    ] {
        guard_attribute(class, name, kind, vm);
    }
    GUARDED.store(true, Ordering::SeqCst);
}

/// Of which objects an attribute is withheld.
#[derive(Clone, Copy)]
enum Kind {
    Any,
    /// Of functions that are not the code's own.
    Function,
    /// The same; to read it is harmless.
    Code,
    /// The same; `functools.wraps` reads and sets it.
    Wrapped,
    /// Where its value is a module.
    Module,
    /// Of the class of functions, whose members are read by descriptors that ask nobody.
    OfFunctions,
    /// Of classes that others share. The library's abstract classes ask all classes for theirs.
    Subclasses,
}

/// Puts a descriptor in the place of the one that `class` has for `name`, which refuses confined code.
fn guard_attribute(class: &'static Py<PyType>, name: &'static str, kind: Kind, vm: &VirtualMachine) {
    let interned = vm.ctx.intern_str(name);
    let Some(original) = class.get_direct_attr(interned) else { return };
    let setter = Kept(original.clone());
    let original = Kept(original);
    let get = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let original = original.get();
        let refuse = |what: &str| refuse(name, what, |_| false, vm);
        match kind {
            Kind::Any => refuse("")?,
            Kind::Function | Kind::Wrapped => check_function(&object, name, vm)?,
            Kind::OfFunctions if object.is(vm.ctx.types.function_type) => refuse(" of the class of functions")?,
            Kind::Subclasses if is_shared_class(&object, vm) && !is_abc() => refuse(" of a class that others share")?,
            _ => {}
        }
        let value = match original.class().slots().descr_get.load() {
            // The class that has the descriptor is asked for it, not for its value.
            Some(_) if matches!(kind, Kind::Subclasses) && object.is(vm.ctx.types.type_type) => original.to_owned(),
            Some(get) => get(original, Some(&object), Some(object.class().as_object()), vm)?,
            None => original.to_owned(),
        };
        if let Kind::Module = kind
            && value.fast_isinstance(vm.ctx.types.module_type)
        {
            refuse(" of a built-in function")?;
        }
        Ok(value)
    };
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
        if matches!(kind, Kind::Function | Kind::Code | Kind::Wrapped) {
            check_function(&object, name, vm)?;
        }
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
static FUNCTION_SETATTR: OnceLock<SetAttr> = OnceLock::new();
static FUNCTION_NEW: OnceLock<New> = OnceLock::new();
static MEMBER_GET: OnceLock<DescrGet> = OnceLock::new();
static CODE_NEW: OnceLock<New> = OnceLock::new();

fn function_getattr(function: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    if let Some(name) = of_functions(name.as_bytes()) {
        check_function(function, name, vm)?;
    }
    match FUNCTION_GETATTR.get() {
        Some(original) => original(function, name, vm),
        None => function.generic_getattr(name, vm),
    }
}

fn function_setattr(function: &PyObject, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    check_function(function, name.as_ref(), vm)?;
    match FUNCTION_SETATTR.get() {
        Some(original) => original(function, name, value, vm),
        None => function.generic_setattr(name, value, vm),
    }
}

/// Refuses confined code an attribute of a function that runs with other builtins than its own.
fn check_function(function: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<()> {
    let builtins = || {
        // Read by the descriptor itself, which asks nobody.
        let member = vm.ctx.types.function_type.get_direct_attr(vm.ctx.intern_str("__builtins__"))?;
        MEMBER_GET.get()?(&member, Some(function), None, vm).ok()
    };
    // What `functools.wraps` copies for the functions that a library makes.
    let is_copied =
        !["__code__", "__defaults__", "__kwdefaults__"].contains(&name) && of_functions(name.as_bytes()).is_none();
    if is_copied && confined(vm).is_some_and(|by| !by.direct) {
        return Ok(());
    }
    refuse(name, " of a function", |own| builtins().is_some_and(|builtins| builtins.is(own)), vm)
}

/// Reads a member of an object, or hands out the descriptor itself, by which it could be read later.
fn member_get(
    descriptor: &PyObject,
    object: Option<&PyObject>,
    class: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(member) = descriptor.downcast_ref::<PyMemberDescriptor>()
        && let Some(name) = of_functions(member.common.name.as_bytes())
        && member.common.typ.is(vm.ctx.types.function_type)
    {
        match object {
            Some(function) => check_function(function, name, vm)?,
            None => refuse(name, " of functions", |_| false, vm)?,
        }
    }
    match MEMBER_GET.get() {
        Some(original) => original(descriptor, object, class, vm),
        None => Ok(descriptor.to_owned()),
    }
}

/// The name, if it is one of what a function tells that leads out of it.
fn of_functions(name: &[u8]) -> Option<&'static str> {
    let found = || OF_FUNCTIONS.iter().find(|own| own.as_bytes() == name).copied();
    name.starts_with(b"__").then(found).flatten()
}

fn is_static(object: &PyObject) -> bool {
    object.downcast_ref::<PyType>().is_some_and(|class| !class.slots().flags.contains(&PyTypeFlags::HEAPTYPE))
}

/// Whether the class is found under its name in one of the interpreter's shared modules, or is the VM's own.
fn is_shared_class(object: &PyObject, vm: &VirtualMachine) -> bool {
    let Some(class) = object.downcast_ref::<PyType>() else { return false };
    if is_static(object) {
        return true;
    }
    let find = || {
        let module = class.get_direct_attr(vm.ctx.intern_str("__module__"))?;
        let module = sys_modules(vm).ok()?.get_item_opt(&*module, vm).ok()??;
        module.dict()?.get_item_opt(&*class.name(), vm).ok()?
    };
    find().is_some_and(|found| found.is(object))
}

/// Whether the library's own `abc` runs.
fn is_abc() -> bool {
    let frame = current_thread_iframe();
    // SAFETY: the frame on top of this thread's stack lives at least until the native call that we are in returns.
    !frame.is_null() && is_file(unsafe { &*frame }, |file| ["abc", "<stdlib>/abc.py", "<shims>/abc.py"].contains(&file))
}

/// Makes a function of code, unless confined code would run it with the builtins of others.
fn function_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if let Some(by) = confined(vm)
        && let Some(globals) = args.args.get(1).or_else(|| args.kwargs.get("globals"))
        && let Some(globals) = globals.downcast_ref::<PyDict>()
        && let Some(builtins) = globals.get_item_opt("__builtins__", vm)?
        && !builtins.is(&by.builtins)
    {
        return Err(withheld("a function with the builtins of others", RULE, vm));
    }
    match FUNCTION_NEW.get() {
        Some(original) => original(class, args, vm),
        None => Err(vm.new_type_error("cannot create functions")),
    }
}

/// Makes code of its parts. What doesn't fit together can take the VM down, so confined code makes none.
fn code_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    check("making code of its parts", vm)?;
    match CODE_NEW.get() {
        Some(original) => original(class, args, vm),
        None => Err(vm.new_type_error("cannot create code")),
    }
}
