//! One load of a plugin: its realm, its functions, and the calls that are in the middle of it.

use super::{log::Log, settings::OnFailure, status::Failure};
use crate::{
    error::Error, interpreter::engine::RuntimeRef, mapper::reference::MapperRef, realm::modules::RealmModules,
    values::object::Object,
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyFunction, PyModule, PyStr, PyStrInterned, PyType},
    common::rc::PyRc,
    function::FuncArgs,
    object::TraverseFn,
};
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// One load of a plugin.
pub(crate) struct Generation {
    loaded: Loaded,
    /// How often it failed in hooks.
    pub(super) failures: AtomicU32,
    /// How many calls are in the middle of it.
    calls: AtomicUsize,
    /// Whether it is out of use, so that the last call that leaves it closes it.
    retired: AtomicBool,
    closed: AtomicBool,
}

/// What a load of a plugin came to.
pub(crate) struct Loaded {
    pub(super) plugin: Arc<str>,
    pub(super) number: u32,
    /// The runtime, with the limits of the generation.
    pub(super) runtime: RuntimeRef,
    pub(super) realm: Object,
    /// The plugin's module.
    pub(super) module: Object,
    /// What offers the plugin's functions: the module, or what the entry point names.
    pub(super) object: Object,
    pub(super) on_failure: OnFailure,
    pub(super) priority: i64,
    pub(super) took: Duration,
    pub(super) log: PyRc<Log>,
}

impl Deref for Generation {
    type Target = Loaded;

    fn deref(&self) -> &Loaded {
        &self.loaded
    }
}

impl Generation {
    pub(super) fn new(loaded: Loaded) -> Self {
        Self {
            loaded,
            failures: AtomicU32::new(0),
            calls: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    pub(crate) fn plugin(&self) -> &Arc<str> {
        &self.plugin
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// What offers functions: a class that an entry point names is none, as its functions want an instance.
    fn offerer(&self, vm: &VirtualMachine) -> PyResult {
        let object = self.object.raw(vm)?;
        if object.downcast_ref::<PyType>().is_some() { self.module.raw(vm) } else { Ok(object) }
    }

    /// The function that the plugin offers under this name.
    pub(super) fn offered(&self, name: &'static PyStrInterned, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let object = self.offerer(vm)?;
        let found = match object.downcast_ref::<PyModule>().map(|module| module.dict()) {
            // Most plugins don't offer most hooks, and to look an attribute up in vain costs more than this.
            Some(dict) => match dict.get_item_opt(name, vm)? {
                None if !dict.contains_key("__getattr__", vm) => None,
                None => vm.get_attribute_opt(&object, name)?,
                found => found,
            },
            None => vm.get_attribute_opt(&object, name)?,
        };
        Ok(found.filter(|found| found.is_callable()))
    }

    /// Runs `f` under the limits of the generation.
    pub(super) fn enter<T>(&self, f: impl FnOnce(&VirtualMachine) -> PyResult<T>) -> Result<T, Error> {
        self.runtime.enter(|vm| f(vm).map_err(|raised| Error::from_exception(raised, vm)))
    }

    /// Calls one of the functions that a plugin may have for its own life, if it has it: one of another module's that it happened to
    /// import, as `from os import close`, is none.
    pub(super) fn call_own(
        &self,
        name: &str,
        args: impl FnOnce(&VirtualMachine) -> FuncArgs,
    ) -> Result<Option<Object>, Error> {
        let called = self.enter(|vm| match self.offered(vm.ctx.intern_str(name), vm)? {
            Some(function) if self.is_own(&function, vm) => function.call(args(vm), vm).map(Some),
            _ => Ok(None),
        })?;
        Ok(called.map(|object| Object::linked(object, self.runtime.clone())))
    }

    fn is_own(&self, function: &PyObject, vm: &VirtualMachine) -> bool {
        if function.class().is(vm.ctx.types.builtin_function_or_method_type) {
            return false;
        }
        let Some(function) = function.downcast_ref::<PyFunction>() else { return true };
        let module = function.as_object().get_attr("__module__", vm).ok();
        let module = module.as_ref().and_then(|module| module.downcast_ref::<PyStr>()?.to_str());
        let realm = self.realm.raw(vm).and_then(|realm| MapperRef::from_object(&realm, vm));
        match (module, realm) {
            (Some(module), Ok(realm)) => {
                RealmModules::of(&realm).is_some_and(|modules| matches!(modules.entry(module, vm), Ok(Some((_, true)))))
            }
            _ => false,
        }
    }

    /// Records what it did wrong.
    pub(super) fn note(&self, during: impl Into<String>, error: &Error) {
        self.log.add(Failure::new(&self.plugin, self.number, during, error));
    }

    /// Takes it out of use. It is closed when the last call has left it.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::SeqCst);
        if self.calls.load(Ordering::SeqCst) == 0 {
            self.close();
        }
    }

    fn close(&self) {
        if self.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        if let Err(error) = self.call_own("close", |_| FuncArgs::default())
            && !error.is_poisoned()
        {
            self.note("close", &error);
        }
    }
}

/// Calls that begin together: as long as this lives, their generations aren't closed.
pub(super) struct Calls(PyRc<[PyRc<Generation>]>);

impl Calls {
    /// To be called while nothing is replaced.
    pub(super) fn begin(generations: PyRc<[PyRc<Generation>]>) -> Self {
        for generation in generations.iter() {
            generation.calls.fetch_add(1, Ordering::SeqCst);
        }
        Self(generations)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &PyRc<Generation>> {
        self.0.iter()
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        for generation in self.0.iter() {
            if generation.calls.fetch_sub(1, Ordering::SeqCst) == 1 && generation.retired.load(Ordering::SeqCst) {
                generation.close();
            }
        }
    }
}

impl Generation {
    /// Shows the objects that it owns to the cycle collector.
    pub(super) fn traverse(&self, visit: &mut TraverseFn<'_>) {
        for object in [&self.realm, &self.module, &self.object] {
            object.traverse(visit);
        }
    }
}
