//! Mappers decide what each `import` inside a loaded module gets.
//!
//! A [`Mapper`] is asked about one absolute name at a time and gives an [`Answer`]. Only [`Answer::NotMine`] goes on to
//! the next mapper of a chain. A [`MapperRef`] is a mapper as an object of the VM: what `load` takes, what Python sees,
//! and the owner of the builtins that the modules loaded under it share.

mod basic;
mod exclusion;
pub(crate) mod lookup;
mod overrides;
mod redirect;
mod request;

pub use basic::{chain, empty, pass_through};
pub use exclusion::exclusion;
pub(crate) use exclusion::{Exclusion, prefixes};
pub(crate) use lookup::Callable;
pub use lookup::callable;
pub(crate) use overrides::Overrides;
pub use overrides::overrides;
pub use redirect::redirect;
pub(crate) use request::Asker;
pub use request::{Item, Request};

use crate::{PythonModule, answer, hook, instances, members::Members, shims, state::State};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyWeak},
    common::lock::PyMutex,
    object::{PyThreadingConstraint, Traverse, TraverseFn},
    pyclass,
};
use std::fmt;

/// Answers import requests.
///
/// The one required method is [`map`](Mapper::map). Any mapper composes with any other, by [`chain`] or
/// [`MapperRef::with_overrides`].
///
/// ```
/// use exocet::{Answer, Mapper, MapperRef, Request, vm::{PyResult, VirtualMachine}};
///
/// /// Gives `answer` to everybody who imports it, and nothing else.
/// #[derive(Debug)]
/// struct Oracle;
///
/// impl Mapper for Oracle {
///     fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
///         Ok(match request.name() {
///             "answer" => Answer::Object(vm.ctx.new_int(42).into()),
///             _ => Answer::NotMine,
///         })
///     }
/// }
///
/// let runtime = exocet::Runtime::builder()
///     .source(exocet::Memory::new("<app>").with("app.py", "import answer\nseen = answer + 1"))
///     .build()?;
/// let seen: i32 = runtime.enter(|vm| {
///     let app = exocet::search_path(vm)?.get("app").map_err(|e| e.into_exception(vm))?;
///     let module = exocet::load(&app, &MapperRef::new(Oracle, vm), vm)?;
///     module.get_attr("seen", vm)?.try_into_value(vm)
/// }).expect("the module loads");
/// assert_eq!(seen, 43);
/// # Ok::<(), exocet::Error>(())
/// ```
pub trait Mapper: fmt::Debug + PyThreadingConstraint + 'static {
    /// What the importer that asks gets.
    ///
    /// # Errors
    /// An exception is an error of the mapper itself and reaches the importer as it is.
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer>;

    /// How this mapper treats names below `name`, so that what can't differ needn't be asked about.
    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let _ = (name, vm);
        Below::Unknown
    }

    /// Names that were given to this mapper and that nobody ever asked for: misspelt, most likely.
    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        let _ = vm;
        Vec::new()
    }

    /// What this mapper insists on even if a realm in front of it has the name itself: a replacement or a denial of that
    /// very name. A realm asks for it, before it answers with a module of its own.
    ///
    /// # Errors
    /// As for [`map`](Mapper::map).
    fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        let _ = (request, vm);
        Ok(None)
    }

    /// Whether this is nothing but pass-through.
    #[doc(hidden)]
    fn is_pass_through(&self) -> bool {
        false
    }

    /// The realm that this mapper is.
    #[doc(hidden)]
    fn members(&self) -> Option<&Members> {
        None
    }

    /// Tells the mapper which object it has become.
    #[doc(hidden)]
    fn adopt(&self, own: &MapperRef) {
        let _ = own;
    }

    /// Shows each object that the mapper owns to the cycle collector, once. One that is left out can only leak.
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        let _ = visit;
    }
}

/// What a mapper answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// This very object.
    Object(PyObjectRef),
    /// A module loaded fresh for this import, under the given mapper or else under the importer's own.
    Load(PythonModule, Option<MapperRef>),
    /// Whatever the importer's mapper answers to that name.
    Rename(String),
    /// What `import` outside of any mapper gives: the interpreter's shared module.
    PassThrough,
    /// The next mapper of the chain is asked. At the end of the chain the name is absent.
    NotMine,
    /// The import fails, for the reason given.
    Denied(String),
}

/// How a mapper treats the names below a name; the greater one of two wins in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Below {
    /// As the shared modules have them.
    Nothing,
    /// Some may be denied, and none is replaced.
    Denied,
    /// It can't be told before they are asked for.
    Unknown,
    /// Some are replaced: whoever imports the name gets a view of it that shows the replacements.
    Replaced,
}

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
        match &self.0.mapper {
            Some(mapper) if self.0.is_native() => mapper.insist(request, vm),
            _ => Ok(None),
        }
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
        let mut name = name.to_owned();
        for _ in 0..answer::RENAMES {
            match map(&Request::probe(&name))? {
                Answer::Object(_) | Answer::Load(..) => return Ok(true),
                Answer::PassThrough => return State::of(vm).is_importable(&name, vm),
                Answer::NotMine | Answer::Denied(_) => return Ok(false),
                Answer::Rename(other) => name = other,
            }
        }
        Ok(false)
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
        let made = hook::private_builtins(self, vm)?;
        instances::teach_library(vm)?;
        // Another thread may have been faster; its dict is the one that counts.
        Ok(self.0.home.lock().get_or_insert(made).clone())
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
        let mut name = name.to_owned();
        for _ in 0..answer::RENAMES {
            match self.map(&Request::probe(&name), vm)? {
                Answer::Object(object) => {
                    let spec = vm.get_attribute_opt(&object, "__spec__")?.filter(|spec| !vm.is_none(spec));
                    return spec.map_or_else(|| state.bare_spec(&name, vm), Ok).map(Some);
                }
                Answer::Load(handle, under) => {
                    let under = under.as_ref().unwrap_or(self);
                    return state.units.get(&handle, vm)?.found_spec(Some(under), vm).map(Some);
                }
                Answer::PassThrough if shims::stands_in(self, &name) => return self.shims(vm)?.find_spec(&name, vm),
                Answer::PassThrough => return state.find_shared_spec(&name, vm),
                Answer::NotMine | Answer::Denied(_) => return Ok(None),
                Answer::Rename(other) => name = other,
            }
        }
        Ok(None)
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
