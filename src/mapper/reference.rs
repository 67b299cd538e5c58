//! A mapper as an object of the VM.

use super::{
    contract::{Answer, Below, Mapper},
    lookup,
    module_table::ModuleTable,
    request::Request,
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyWeak},
    common::{lock::PyMutex, rc::PyRc},
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::fmt;

/// A mapper as an object of the VM: what `load` takes and what Python sees.
#[derive(Clone)]
pub struct MapperRef(PyRef<PyMapper>);

/// The payload of a [`MapperRef`], the class `exocet.IMapper`.
#[pyclass(module = "exocet", name = "IMapper", traverse = "manual")]
#[derive(PyPayload)]
pub(crate) struct PyMapper {
    /// Absent in an instance of a Python class below `IMapper`, which answers by its own `lookup`.
    mapper: Option<Box<dyn Mapper>>,
    /// The modules that the mapper holds itself: of a realm.
    table: Option<PyRc<dyn ModuleTable>>,
    /// Whether it answers by a `lookup` method in Python.
    own_lookup: bool,
    /// What its modules were given. The layers above fill it.
    pub(crate) given: PyMutex<Given>,
}

/// What the modules that are loaded under one mapper were given.
#[derive(Default)]
pub(crate) struct Given {
    /// The builtins of every module that is loaded under the mapper. One dict serves them all: to copy it for each
    /// module would cost more than an empty module does.
    pub(crate) builtins: Option<PyDictRef>,
    /// The views that its modules were given, by name: whoever imports the name again gets the same one.
    pub(crate) views: Option<PyDictRef>,
    /// The stand-ins for what would import past the mapper.
    pub(crate) stand_ins: Option<MapperRef>,
}

impl PyMapper {
    pub(crate) fn new(mapper: impl Mapper) -> Self {
        Self { mapper: Some(Box::new(mapper)), ..Self::by_own_lookup() }.with_own_lookup(false)
    }

    /// A mapper that holds modules itself.
    pub(crate) fn with_table(mapper: impl Mapper, table: PyRc<dyn ModuleTable>) -> Self {
        Self { table: Some(table), ..Self::new(mapper) }
    }

    /// A mapper whose answers come from the `lookup` method of the Python object that it becomes.
    pub(crate) fn by_own_lookup() -> Self {
        Self { mapper: None, table: None, own_lookup: true, given: PyMutex::default() }
    }

    /// Decides whether the `lookup` of a Python class comes before what the mapper answers.
    pub(crate) fn with_own_lookup(self, own_lookup: bool) -> Self {
        Self { own_lookup, ..self }
    }

    /// Whether it answers by itself, and not by a `lookup` method in Python.
    pub(crate) fn is_native(&self) -> bool {
        !self.own_lookup
    }

    /// The modules that it holds itself.
    pub(crate) fn table(&self) -> Option<&dyn ModuleTable> {
        self.table.as_deref()
    }

    /// The ready-made mapper that a Python class is below, which `super()` asks.
    pub(crate) fn base(&self) -> Option<&dyn Mapper> {
        self.mapper.as_deref()
    }

    fn native(&self) -> Option<&dyn Mapper> {
        self.mapper.as_deref().filter(|_| self.is_native())
    }
}

impl MapperRef {
    /// Makes a mapper of Rust's an object of the VM.
    pub fn new(mapper: impl Mapper, vm: &VirtualMachine) -> Self {
        Self::of(PyMapper::new(mapper), vm)
    }

    pub(crate) fn of(payload: PyMapper, vm: &VirtualMachine) -> Self {
        Self(payload.into_ref(&vm.ctx))
    }

    /// The mapper that a Python object is: itself, or its `lookup` method.
    ///
    /// # Errors
    /// `TypeError` for an object without `lookup`.
    pub fn from_object(object: &PyObject, vm: &VirtualMachine) -> PyResult<Self> {
        match object.downcast_ref::<PyMapper>() {
            Some(mapper) => Ok(Self(mapper.to_owned())),
            None => lookup::adapter_of(object, vm),
        }
    }

    /// The mapper that an object is, and not just by a `lookup` method.
    pub(crate) fn of_mapper(object: &PyObject) -> Option<Self> {
        Some(Self(object.downcast_ref::<PyMapper>()?.to_owned()))
    }

    /// The mapper as Python sees it.
    #[must_use]
    pub fn as_object(&self) -> &PyObject {
        self.0.as_object()
    }

    pub(crate) fn payload(&self) -> &PyMapper {
        &self.0
    }

    /// Asks for an answer, without fulfilling it.
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        match request.trail() {
            None => self.ask(request, vm),
            Some(trail) => trail.step(self, || self.ask(request, vm)),
        }
    }

    fn ask(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        match (&self.0.mapper, self.0.native()) {
            (_, Some(mapper)) => mapper.map(request, vm),
            // A class that doesn't say otherwise contains what its base does.
            (Some(mapper), None) if request.is_probe() && lookup::inherits_contains(self.as_object(), vm) => {
                mapper.map(request, vm)
            }
            _ => lookup::ask(self.as_object(), request, vm),
        }
    }

    /// See [`Mapper::enforce`].
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        let ask = || self.0.native().map_or(Ok(None), |mapper| mapper.enforce(request, vm));
        match request.trail() {
            None => ask(),
            Some(trail) => trail.attempt(self, ask),
        }
    }

    /// See [`Mapper::below`].
    #[must_use]
    pub fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        self.0.native().map_or(Below::Unknown, |mapper| mapper.below(name, vm))
    }

    /// See [`Mapper::unused`].
    #[must_use]
    pub fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        self.0.mapper.as_ref().map_or_else(Vec::new, |mapper| mapper.unused(vm))
    }

    /// See [`Mapper::depends_on_importer`].
    #[must_use]
    pub fn depends_on_importer(&self) -> bool {
        self.0.mapper.as_ref().is_some_and(|mapper| mapper.depends_on_importer())
    }

    /// The modules that it holds itself.
    pub(crate) fn table(&self) -> Option<&dyn ModuleTable> {
        self.0.table()
    }

    /// The views that the modules loaded under this mapper were given, by name.
    pub(crate) fn views(&self, vm: &VirtualMachine) -> PyDictRef {
        self.0.given.lock().views.get_or_insert_with(|| vm.ctx.new_dict()).clone()
    }

    /// A reference that doesn't keep the mapper alive.
    pub(crate) fn downgrade(&self, vm: &VirtualMachine) -> PyResult<WeakMapper> {
        self.as_object().downgrade(None, vm).map(WeakMapper)
    }
}

/// A mapper that others keep alive: each module loaded under it does, through its `__spec__.loader_state`.
///
/// The builtins that modules share have no other kind of reference to their mapper, since the VM's cycle collector
/// doesn't see that a function refers to its builtins. A mapper that owns modules, as a realm does, would otherwise
/// never be collected.
#[derive(Debug, Clone)]
pub(crate) struct WeakMapper(PyRef<PyWeak>);

impl WeakMapper {
    pub(crate) fn upgrade(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        match self.0.upgrade().map(|mapper| mapper.downcast()) {
            Some(Ok(mapper)) => Ok(MapperRef(mapper)),
            _ => Err(vm.new_import_error("the mapper of this code is gone", vm.ctx.new_str(""))),
        }
    }
}

impl From<MapperRef> for PyObjectRef {
    fn from(mapper: MapperRef) -> Self {
        mapper.0.into()
    }
}

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for MapperRef {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.0.traverse(visit);
    }
}

// SAFETY: each owned reference is visited once: the table is the mapper's, which visits what is in it.
unsafe impl Traverse for PyMapper {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(mapper) = &self.mapper {
            mapper.traverse(visit);
        }
        if let Some(given) = self.given.try_lock() {
            given.builtins.traverse(visit);
            given.views.traverse(visit);
            given.stand_ins.traverse(visit);
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        let given = std::mem::take(self.given.get_mut());
        let dicts = [given.builtins, given.views].into_iter().flatten().map(Into::into);
        out.extend(dicts.chain(given.stand_ins.map(Into::into)));
        if let Some(table) = &self.table {
            table.clear(out);
        }
    }
}

impl fmt::Debug for MapperRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        PyMapper::fmt(&self.0, f)
    }
}

impl fmt::Debug for PyMapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mapper {
            Some(mapper) => mapper.fmt(f),
            None => f.write_str("IMapper"),
        }
    }
}
