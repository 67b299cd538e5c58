//! What a Python exception says to Rust code.

use crate::{Limit, Object, describe, engine::Link, internal, mapper::Asker, traceback};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyStr, PyTuple, PyType, PyTypeRef},
    common::lock::PyMutex,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An exception that Python code raised: what it says, read while it was fresh, and the exception itself.
///
/// It is part of an [`Error`](crate::Error), and goes to other threads with it.
pub struct Exception {
    kinds: Vec<String>,
    message: String,
    line: String,
    traceback: String,
    chain: Vec<Importer>,
    exit_code: Option<i32>,
    limit: Option<Limit>,
    live: Live,
}

/// A module that asked for another one, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Importer {
    /// The `__name__` of the importing module.
    pub module: String,
    /// Its file, as tracebacks name it.
    pub file: String,
    /// The line of the import statement.
    pub line: usize,
}

impl Exception {
    pub(crate) fn new(exception: PyBaseExceptionRef, vm: &VirtualMachine) -> Self {
        let class = exception.class().to_owned();
        Self {
            kinds: class.mro_map_collect(|class| class.name().to_string()),
            message: exception.as_object().str(vm).map(|text| text.to_string()).unwrap_or_default(),
            line: describe(&exception, vm),
            traceback: traceback(&exception, vm),
            chain: chain(&exception, vm),
            exit_code: exit_code(&exception, vm),
            limit: limit(&exception, vm),
            live: Live::new(Object::linked(exception.into(), Link::of(vm))),
        }
    }

    /// The name of its class: `ValueError`.
    pub fn kind(&self) -> &str {
        self.kinds.first().map_or("", String::as_str)
    }

    /// The names of its class and of those that its class is derived from, nearest first.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Whether its class, or one that its class is derived from, has that name: a `KeyError` is a `LookupError`.
    pub fn is(&self, class: &str) -> bool {
        self.kinds.iter().any(|kind| kind == class)
    }

    /// What it says, without its class: `str(exception)`. Empty if its `__str__` raises.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The traceback as `python` prints it, with source text from every kind of source, notes and causes.
    pub fn traceback(&self) -> &str {
        &self.traceback
    }

    /// The modules that were in the middle of an import statement when it was raised, innermost first. For a module
    /// that wasn't found this is the chain that asked for it.
    pub fn import_chain(&self) -> &[Importer] {
        &self.chain
    }

    /// What a `SystemExit` asks the process to end with, by the rules of `sys.exit`; `None` for another exception.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }

    /// The limit that was passed, if that is what it says.
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// The exception itself, while the runtime lives; without the feature `threading`, on the runtime's own thread.
    pub fn object(&self) -> Option<&Object> {
        self.live.get()
    }

    /// The exception itself, if it belongs to the interpreter.
    pub(crate) fn live(&self, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
        self.object()?.raw(vm).ok()?.downcast().ok()
    }
}

impl std::error::Error for Exception {}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.traceback.trim_end())
    }
}

impl From<Asker> for Importer {
    fn from(asker: Asker) -> Self {
        Self { module: asker.module, file: asker.file, line: asker.line }
    }
}

/// An exception class of the module `exocet`, one for each interpreter, made when it is first asked for.
#[derive(Default)]
pub(crate) struct ExceptionClass(PyMutex<Option<PyTypeRef>>);

impl ExceptionClass {
    pub(crate) fn get(&self, name: &str, base: &Py<PyType>, doc: &str, vm: &VirtualMachine) -> PyTypeRef {
        let make = || {
            let class = vm.ctx.new_exception_type("exocet", name, Some(vec![base.to_owned()]));
            class.set_attr(vm.ctx.intern_str("__doc__"), vm.ctx.new_str(doc).into());
            class
        };
        self.0.lock().get_or_insert_with(make).clone()
    }
}

/// The attribute under which an exception for a missing module carries who asked for it.
const IMPORTERS: &str = "importers";

/// Puts the chain of modules that asked on the exception for a missing one, as tuples of module, file and line.
pub(crate) fn set_importers(exception: &PyBaseExceptionRef, askers: &[Asker], vm: &VirtualMachine) {
    let text = |text: &str| PyObjectRef::from(vm.ctx.new_str(text));
    let tuple = |asker: &Asker| {
        vm.ctx.new_tuple(vec![text(&asker.module), text(&asker.file), vm.ctx.new_int(asker.line).into()]).into()
    };
    let importers = vm.ctx.new_tuple(askers.iter().map(tuple).collect());
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
        .filter(|entry| internal::is_import_at(&entry.frame, entry.lasti))
        .filter(|entry| !internal::is_machinery(entry.frame.iframe().code(), vm))
        .map(|entry| Asker { line: entry.lineno.get(), ..Asker::of(&entry.frame, vm) })
        .map(Importer::from)
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

fn limit(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<Limit> {
    if !exception.class().is(&crate::limits::class(vm)) {
        return None;
    }
    let limit = exception.as_object().get_attr("limit", vm).ok()?;
    limit.downcast_ref::<PyStr>()?.to_str()?.parse().ok()
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
