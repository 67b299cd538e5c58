//! Exceptions of the VM as errors, and errors as exceptions: the one place in each direction.

use super::{
    object::Object,
    traceback::{describe, source_line, traceback},
};
use crate::{
    error::{Error, Exception, Frame, Importer, Kind},
    interpreter::{budget, engine::RuntimeRef, frames, limits},
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyStr, PyTuple, PyType},
};

impl Exception {
    /// Reads an exception of the VM.
    pub fn new(exception: PyBaseExceptionRef, vm: &VirtualMachine) -> Self {
        let class = exception.class().to_owned();
        Self {
            kinds: class.mro_map_collect(|class| class.name().to_string()),
            message: exception.as_object().str(vm).map(|text| text.to_string()).unwrap_or_default(),
            line: describe(&exception, vm),
            traceback: traceback(&exception, vm),
            frames: frames_of(&exception, vm),
            chain: chain(&exception, vm),
            exit_code: exit_code(&exception, vm),
            limit: limits::limit_of(&exception, vm),
            live: Box::new(Live::new(Object::linked(exception.into(), RuntimeRef::of(vm)))),
        }
    }

    /// The exception itself, while the runtime lives; without the feature `threading`, on the runtime's own thread.
    pub fn object(&self) -> Option<&Object> {
        self.live.downcast_ref::<Live>()?.get()
    }
}

impl Error {
    /// Makes an error of an exception of the VM.
    pub fn from_exception(exception: PyBaseExceptionRef, vm: &VirtualMachine) -> Self {
        // Code that is interrupted can't be asked what it raises.
        budget::exceeded().unwrap_or_else(|| Kind::Raised(Exception::new(exception, vm)).into())
    }

    /// The exception that Python code sees: the very same one that Python code raised; `ModuleNotFoundError` for what isn't
    /// there, `ValueError` for what can't be a name or isn't a package, `SyntaxError` for text that is no Python, `TypeError`
    /// for a value that doesn't fit, `OSError` and `RuntimeError` for the rest.
    #[must_use]
    pub fn into_exception(self, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let live = |exception: &Exception| exception.object()?.raw(vm).ok()?.downcast().ok();
        if let Some(exception) = self.exception().and_then(live) {
            return exception;
        }
        let named = match self.kind() {
            Kind::Raise { class, message } => Some((class.as_str(), message.as_str())),
            // One of another interpreter's is here what its class is called.
            Kind::Raised(exception) => Some((exception.kind(), exception.message())),
            _ => None,
        };
        if let Some((class, message)) = named {
            return raised(class, message, vm).unwrap_or_else(|error| error);
        }
        let message = vm.ctx.new_str(self.to_string());
        let class = class_of(self.kind(), vm).to_owned();
        let exception = match class.as_object().call((message,), vm).map(|made| made.downcast()) {
            Ok(Ok(exception)) => exception,
            Ok(Err(_)) => vm.new_runtime_error(self.to_string()),
            Err(raised) => raised,
        };
        self.set_attributes(&exception, vm);
        exception
    }

    /// Sets the attributes that CPython's exceptions of the kind have.
    fn set_attributes(&self, exception: &PyBaseExceptionRef, vm: &VirtualMachine) {
        // A new exception takes any attribute.
        let set = |name: &'static str, value: PyObjectRef| drop(exception.as_object().set_attr(name, value, vm));
        let (cause, origin) = match self.kind() {
            Kind::NotFound { name, .. } => return set("name", vm.ctx.new_str(name.as_str()).into()),
            Kind::Decode { cause, origin } => (cause.to_string(), origin),
            Kind::Scan { cause, origin } => (cause.to_string(), origin),
            _ => return,
        };
        set("msg", vm.ctx.new_str(cause).into());
        set("filename", vm.ctx.new_str(origin.as_str()).into());
        set("lineno", vm.ctx.new_int(self.line().unwrap_or(1)).into());
        set("offset", vm.ctx.new_int(1).into());
    }
}

fn class_of<'a>(kind: &Kind, vm: &'a VirtualMachine) -> &'a Py<PyType> {
    let kinds = &vm.ctx.exceptions;
    match kind {
        Kind::NotFound { .. } => kinds.module_not_found_error,
        Kind::BadName { .. } | Kind::NotAPackage { .. } | Kind::SameLabel { .. } | Kind::Malformed { .. } => {
            kinds.value_error
        }
        Kind::Decode { .. } | Kind::Scan { .. } => kinds.syntax_error,
        Kind::Misfit { .. } => kinds.type_error,
        Kind::Open { .. } | Kind::Find { .. } | Kind::List { .. } | Kind::Read { .. } => kinds.os_error,
        Kind::Start { .. }
        | Kind::Raised(_)
        | Kind::Raise { .. }
        | Kind::OtherRuntime { .. }
        | Kind::Limit { .. }
        | Kind::Poisoned { .. }
        | Kind::NotInterruptible
        | Kind::OnlyInIsolates { .. }
        | Kind::Reported(_)
        | Kind::Ended { .. }
        | Kind::EndedBefore
        | Kind::Gone
        | Kind::Broken => kinds.runtime_error,
    }
}

/// The built-in exception `class` with that message.
fn raised(class: &str, message: &str, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    let found = vm.get_attribute_opt(vm.builtins.as_object(), &*vm.ctx.new_str(class))?;
    let is_exception = |class: &Py<PyType>| class.fast_issubclass(vm.ctx.exceptions.base_exception_type);
    match found.map(|class| class.downcast::<PyType>()) {
        Some(Ok(class)) if is_exception(&class) => {
            let made = class.as_object().call((message.to_owned(),), vm)?;
            made.downcast().map_err(|_| vm.new_type_error(format!("{class} makes no exception", class = class.name())))
        }
        _ => Ok(vm.new_runtime_error(format!("{class}: {message}"))),
    }
}

/// The attribute under which an exception for a missing module carries who asked for it.
const IMPORTERS: &str = "importers";

/// Puts the chain of modules that asked on the exception for a missing one, as tuples of module, file and line.
pub(crate) fn set_importers(exception: &PyBaseExceptionRef, importers: &[Importer], vm: &VirtualMachine) {
    let text = |text: &str| PyObjectRef::from(vm.ctx.new_str(text));
    let tuple =
        |by: &Importer| vm.ctx.new_tuple(vec![text(&by.module), text(&by.file), vm.ctx.new_int(by.line).into()]).into();
    let importers = vm.ctx.new_tuple(importers.iter().map(tuple).collect());
    // A new exception takes any attribute.
    let _ = exception.as_object().set_attr(IMPORTERS, importers, vm);
}

fn chain(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Vec<Importer> {
    if exception.fast_isinstance(vm.ctx.exceptions.module_not_found_error)
        && let Ok(Some(importers)) = vm.get_attribute_opt(exception.as_object(), IMPORTERS)
        && let Some(importers) = importers.downcast_ref::<PyTuple>()
    {
        return importers.iter().filter_map(|importer| read_importer(importer, vm).ok()).collect();
    }
    let Some(traceback) = exception.traceback() else { return Vec::new() };
    let mut chain: Vec<_> = traceback
        .iter()
        .filter(|entry| frames::is_import_at(&entry.frame, entry.lasti))
        .filter(|entry| !frames::carries_imports(&entry.frame, vm))
        .map(|entry| Importer { line: entry.lineno.get(), ..frames::importer(&entry.frame, vm) })
        .collect();
    chain.reverse();
    chain
}

fn read_importer(importer: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Importer> {
    let [module, file, line]: [PyObjectRef; 3] = importer
        .try_to_value::<Vec<PyObjectRef>>(vm)?
        .try_into()
        .map_err(|_| vm.new_type_error("an importer is a module, a file and a line"))?;
    Ok(Importer { module: module.try_into_value(vm)?, file: file.try_into_value(vm)?, line: line.try_into_value(vm)? })
}

fn frames_of(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Vec<Frame> {
    let mut frames = Vec::new();
    for entry in exception.traceback().iter().flat_map(|traceback| traceback.iter()) {
        let (code, line) = (entry.frame.iframe().code(), entry.lineno.get());
        let function = Some(code.code.obj_name.to_string());
        let source = source_line(&entry.frame, line, vm);
        frames.push(Frame { file: code.source_path().to_string(), line, column: None, function, source });
    }
    if exception.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        let attribute = |name: &'static str| vm.get_attribute_opt(exception.as_object(), name).ok().flatten();
        let text = |name| attribute(name).and_then(|value| Some(value.downcast_ref::<PyStr>()?.to_string()));
        let number = |name| attribute(name).and_then(|value| value.try_to_value::<usize>(vm).ok());
        if let (Some(file), Some(line)) = (text("filename"), number("lineno")) {
            let source = text("text").map(|text| text.trim_end_matches('\n').to_owned());
            frames.push(Frame { file, line, column: number("offset"), function: None, source });
        }
    }
    frames
}

/// As `python` ends: no code is 0, a code that is no number is 1.
fn exit_code(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<i32> {
    if !exception.fast_isinstance(vm.ctx.exceptions.system_exit) {
        return None;
    }
    let code = exception.as_object().get_attr("code", vm).ok()?;
    if vm.is_none(&code) {
        return Some(0);
    }
    // `python` keeps the lowest bits of a number that is too long, and takes the rest for -1.
    Some(code.downcast_ref::<PyInt>().map_or(1, |code| code.try_to_primitive::<i64>(vm).map_or(-1, |code| code as i32)))
}

/// A live exception that can be sent to another thread.
#[cfg(feature = "threading")]
struct Live(Object);

#[cfg(feature = "threading")]
impl Live {
    fn new(object: Object) -> Self {
        Self(object)
    }

    fn get(&self) -> Option<&Object> {
        Some(&self.0)
    }
}

/// A live exception that can be sent to another thread, where it is out of reach.
#[cfg(not(feature = "threading"))]
struct Live {
    thread: std::thread::ThreadId,
    object: std::mem::ManuallyDrop<Object>,
}

// SAFETY: the object is reached and dropped only on the thread that made it.
#[cfg(not(feature = "threading"))]
unsafe impl Send for Live {}

// SAFETY: as above.
#[cfg(not(feature = "threading"))]
unsafe impl Sync for Live {}

#[cfg(not(feature = "threading"))]
impl Live {
    fn new(object: Object) -> Self {
        Self { thread: std::thread::current().id(), object: std::mem::ManuallyDrop::new(object) }
    }

    fn get(&self) -> Option<&Object> {
        (self.thread == std::thread::current().id()).then_some(&*self.object)
    }
}

#[cfg(not(feature = "threading"))]
impl Drop for Live {
    fn drop(&mut self) {
        if self.get().is_some() {
            // SAFETY: it is dropped here alone, and not used afterwards. On another thread it has to be leaked.
            unsafe { std::mem::ManuallyDrop::drop(&mut self.object) }
        }
    }
}
