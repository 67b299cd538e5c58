use super::{Answer, Below, Mapper, Request, chain, lookup, overrides};
use crate::{answer, hook, instances, members::Members, observe, shims, state::State};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyWeak},
    common::lock::PyMutex,
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
    /// Whether it answers by a `lookup` method in Python.
    own_lookup: bool,
    /// The builtins of every module that is loaded under this mapper. One dict serves them all: to copy it for each
    /// module would cost more than an empty module does.
    home: PyMutex<Option<PyDictRef>>,
    /// The views that its modules were handed, by name: whoever imports the name again gets the same one.
    views: PyMutex<Option<PyDictRef>>,
    /// The stand-ins for what would import past this mapper.
    shims: PyMutex<Option<MapperRef>>,
}

impl PyMapper {
    pub(crate) fn new(mapper: impl Mapper) -> Self {
        Self::of(Some(Box::new(mapper)), false)
    }

    /// Whether it answers by itself, and not by a `lookup` method in Python.
    pub(crate) fn is_native(&self) -> bool {
        !self.own_lookup
    }

    /// The realm that it is.
    pub(crate) fn members(&self) -> Option<&Members> {
        self.mapper.as_ref()?.members()
    }

    /// The same for an instance of a Python class whose own `lookup` comes before what the mapper says.
    pub(crate) fn with_own_lookup(self, own_lookup: bool) -> Self {
        Self { own_lookup, ..self }
    }

    /// A mapper whose answers come from the `lookup` method of the Python object that it becomes.
    pub(crate) fn by_own_lookup() -> Self {
        Self::of(None, true)
    }

    fn of(mapper: Option<Box<dyn Mapper>>, own_lookup: bool) -> Self {
        Self { mapper, own_lookup, home: PyMutex::new(None), views: PyMutex::new(None), shims: PyMutex::new(None) }
    }
}

impl MapperRef {
    /// Makes a mapper of Rust's an object of the VM.
    pub fn new(mapper: impl Mapper, vm: &VirtualMachine) -> Self {
        let own = Self(PyMapper::new(mapper).into_ref(&vm.ctx));
        own.adopt();
        own
    }

    /// Tells a new mapper which object it has become.
    pub(crate) fn adopt(&self) {
        if let Some(mapper) = &self.0.mapper {
            mapper.adopt(self);
        }
    }

    /// The mapper that a Python object is: itself, or its `lookup` method.
    ///
    /// # Errors
    /// `TypeError` for an object without `lookup`.
    pub fn from_object(object: &PyObject, vm: &VirtualMachine) -> PyResult<Self> {
        match object.downcast_ref::<PyMapper>() {
            Some(mapper) => Ok(Self(mapper.to_owned())),
            None => State::of(vm).adapter(object, vm),
        }
    }

    /// The mapper as Python sees it.
    #[must_use]
    pub fn as_object(&self) -> &PyObject {
        self.0.as_object()
    }

    /// Asks for an answer, without carrying it out.
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
        match &self.0.mapper {
            Some(mapper) if self.0.is_native() => mapper.map(request, vm),
            // A class that doesn't say otherwise contains what its base does.
            Some(mapper) if request.is_probe() && lookup::inherits_contains(self.as_object(), vm) => {
                mapper.map(request, vm)
            }
            _ => lookup::ask(self.as_object(), request, vm),
        }
    }

    /// See [`Mapper::insist`].
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        match request.trail() {
            None => self.ask_to_insist(request, vm),
            Some(trail) => trail.attempt(self, || self.ask_to_insist(request, vm)),
        }
    }

    fn ask_to_insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        match &self.0.mapper {
            Some(mapper) if self.0.is_native() => mapper.insist(request, vm),
            _ => Ok(None),
        }
    }

    /// See [`Mapper::by_importer`].
    #[must_use]
    pub fn by_importer(&self) -> bool {
        self.0.mapper.as_ref().is_some_and(|mapper| mapper.by_importer())
    }

    /// See [`Mapper::below`].
    #[must_use]
    pub fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        match &self.0.mapper {
            Some(mapper) if self.0.is_native() => mapper.below(name, vm),
            _ => Below::Unknown,
        }
    }

    /// See [`Mapper::unused`].
    #[must_use]
    pub fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        self.0.mapper.as_ref().map_or_else(Vec::new, |mapper| mapper.unused(vm))
    }

    /// Asks for `name` and carries the answer out, as an import of it would.
    ///
    /// # Errors
    /// `ModuleNotFoundError` for a name that is absent or denied, and what the mapper or a module's body raises.
    pub fn lookup(&self, name: &str, vm: &VirtualMachine) -> PyResult {
        answer::require(self, &Request::direct(name), vm)
    }

    /// What `super().lookup(name)` gives in a Python class below a ready-made mapper; `None` if it isn't below any.
    pub(crate) fn lookup_of_base(&self, name: &str, vm: &VirtualMachine) -> Option<PyResult> {
        let request = Request::direct(name);
        let answer = self.0.mapper.as_ref()?.map(&request, vm);
        Some(answer.and_then(|answer| answer::require_answer(self, &request, answer, vm)))
    }

    /// Whether `lookup` would find `name`. Nothing is imported to find out.
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn contains(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        Self::finds(|request| self.map(request, vm), name, vm)
    }

    /// What `super().contains(name)` gives in a Python class below a ready-made mapper; `None` if it isn't below any.
    pub(crate) fn contains_of_base(&self, name: &str, vm: &VirtualMachine) -> Option<PyResult<bool>> {
        let mapper = self.0.mapper.as_ref()?;
        Some(Self::finds(|request| mapper.map(request, vm), name, vm))
    }

    fn finds(map: impl Fn(&Request<'_>) -> PyResult<Answer>, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(match Self::probe(map, name)? {
            (_, Answer::Object(_) | Answer::Load(..)) => true,
            (name, Answer::PassThrough) => State::of(vm).is_importable(&name, vm)?,
            (_, Answer::NotMine | Answer::Denied(_) | Answer::Rename(_) | Answer::Part(..)) => false,
        })
    }

    /// What `map` would answer, and under which name, once it has renamed the name as often as it does.
    fn probe(map: impl Fn(&Request<'_>) -> PyResult<Answer>, name: &str) -> PyResult<(String, Answer)> {
        let mut name = name.to_owned();
        for _ in 0..answer::RENAMES {
            match map(&Request::probe(&name))? {
                Answer::Rename(other) => name = other,
                // What there is a part of, there is.
                Answer::Part(whole, _) => return Ok((name, *whole)),
                answer => return Ok((name, answer)),
            }
        }
        Ok((name, Answer::NotMine))
    }

    /// A new mapper that looks into `mapping`, any Python mapping, before it asks this one. The mapping stays live.
    #[must_use]
    pub fn with_overrides(&self, mapping: impl Into<PyObjectRef>, vm: &VirtualMachine) -> Self {
        chain([overrides(mapping, vm), self.clone()], vm)
    }

    /// The builtins of the modules loaded under this mapper, made when the first of them needs them.
    pub(crate) fn home(&self, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        if let Some(home) = self.0.home.lock().as_ref() {
            return Ok(home.clone());
        }
        let made = hook::private_builtins(self, None, vm)?;
        instances::teach_library(vm)?;
        // Another thread may have been faster; its dict is the one that counts.
        Ok(self.0.home.lock().get_or_insert(made).clone())
    }

    /// The builtins of the module `name`: those that all share, unless it is to be known by its own.
    pub(crate) fn home_of(&self, name: &str, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        if !self.by_importer() && observe::active(vm).is_none() {
            return self.home(vm);
        }
        instances::teach_library(vm)?;
        hook::private_builtins(self, Some(name), vm)
    }

    /// The views that the modules loaded under this mapper were handed, by name.
    pub(crate) fn views(&self, vm: &VirtualMachine) -> PyDictRef {
        self.0.views.lock().get_or_insert_with(|| vm.ctx.new_dict()).clone()
    }

    /// The stand-ins for what would import past this mapper.
    pub(crate) fn shims(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        if let Some(shims) = self.0.shims.lock().as_ref() {
            return Ok(shims.clone());
        }
        let made = shims::realm_for(self, vm)?;
        Ok(self.0.shims.lock().get_or_insert(made).clone())
    }

    /// Whether it is nothing but pass-through.
    pub(crate) fn is_pass_through(&self) -> bool {
        self.0.is_native() && self.0.mapper.as_ref().is_some_and(|mapper| mapper.is_pass_through())
    }

    /// The realm that it is.
    pub(crate) fn as_realm(&self) -> Option<&Members> {
        self.0.members()
    }

    /// The spec of what an import of `name` would get; `None` where it would get nothing. Only the packages above are
    /// imported to find out, as far as the shared modules are concerned.
    ///
    /// # Errors
    /// What the mapper raises, or one of those packages.
    pub fn find_spec(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let state = State::of(vm);
        if let Some(found) = self.as_realm().map_or(Ok(None), |realm| realm.find_spec(name, vm))? {
            return Ok(Some(found));
        }
        let (name, answer) = Self::probe(|request| self.map(request, vm), name)?;
        Ok(match answer {
            Answer::Object(object) => {
                let spec = vm.get_attribute_opt(&object, "__spec__")?.filter(|spec| !vm.is_none(spec));
                Some(spec.map_or_else(|| state.bare_spec(&name, vm), Ok)?)
            }
            Answer::Load(handle, under) => {
                Some(state.units.get(&handle, vm)?.found_spec(Some(under.as_ref().unwrap_or(self)), vm)?)
            }
            Answer::PassThrough if shims::stands_in(self, &name) => self.shims(vm)?.find_spec(&name, vm)?,
            Answer::PassThrough => state.find_shared_spec(&name, vm)?,
            Answer::NotMine | Answer::Denied(_) | Answer::Rename(_) | Answer::Part(..) => None,
        })
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

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for PyMapper {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(mapper) = &self.mapper {
            mapper.traverse(visit);
        }
        self.home.traverse(visit);
        self.views.traverse(visit);
        self.shims.traverse(visit);
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        if let Some(home) = self.home.get_mut().take() {
            out.push(home.into());
        }
        if let Some(views) = self.views.get_mut().take() {
            out.push(views.into());
        }
        if let Some(shims) = self.shims.get_mut().take() {
            out.push(shims.into());
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
