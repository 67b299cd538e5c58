//! A realm as an object of the VM.

use super::{modules::RealmModules, stand_ins::Serves};
use crate::{
    error::Error,
    mapper::reference::{MapperRef, PyMapper, WeakMapper},
    modules::{handle::PythonModule, search_path::SearchPath},
};
use rustpython_vm::{
    AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyTypeRef},
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::{any::Any, ops::Deref};

/// Modules loaded fresh together: inside a realm each name is loaded once, when it is first needed, and the modules see
/// one another. Whatever isn't inside is asked of the realm's mapper. A realm is a mapper itself, so that others can import
/// its modules.
///
/// ```
/// use exocet::{Memory, Runtime, modules::SearchPath, raw::{self, RealmRef}, vm::AsObject};
///
/// let plugins = SearchPath::new().with(
///     Memory::new("<plugins>").with("one.py", "import two\nword = two.word").with("two.py", "word = []"),
/// );
/// let runtime = Runtime::new()?;
/// runtime.try_enter(|vm| {
///     let realm = RealmRef::builder(&raw::pass_through(vm)).search_path(&plugins).build(vm);
///     let other = RealmRef::builder(&raw::pass_through(vm)).search_path(&plugins).build(vm);
///     let word = realm.lookup("one", vm)?.get_attr("word", vm)?;
///     assert!(word.is(&realm.lookup("two", vm)?.get_attr("word", vm)?));
///     assert!(!word.is(&other.lookup("two", vm)?.get_attr("word", vm)?));
///     Ok(())
/// })?;
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RealmRef(MapperRef);

/// What a realm is made of.
#[derive(Debug)]
#[must_use]
pub struct RealmBuilder {
    pub(super) mapper: MapperRef,
    pub(super) roots: Vec<PythonModule>,
    pub(super) path: SearchPath,
}

/// Makes a context of a package, a realm of one: the package and what lies below it are fresh and consistent, each of them loaded
/// once, when it is first needed; anything else is asked of `mapper`. The package itself is loaded.
///
/// # Errors
/// `ValueError` for a module that is no package; as for [`load`](crate::raw::load).
pub fn load_package(package: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<RealmRef> {
    if !package.is_package() {
        return Err(Error::not_a_package(package.name()).into_exception(vm));
    }
    let realm = context(package, mapper, vm);
    realm.lookup(package.name(), vm)?;
    Ok(realm)
}

/// A context of a package, of which nothing is loaded yet.
pub(super) fn context(package: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> RealmRef {
    RealmRef::builder(mapper).module(package).build(vm)
}

impl RealmRef {
    /// Begins a realm that asks `mapper` for what isn't inside.
    pub fn builder(mapper: &MapperRef) -> RealmBuilder {
        RealmBuilder { mapper: mapper.clone(), roots: Vec::new(), path: SearchPath::new() }
    }

    /// Its modules by name, as they see them in `sys.modules`.
    #[must_use]
    pub fn modules(&self) -> PyDictRef {
        self.own_modules().modules().clone()
    }

    pub(super) fn own_modules(&self) -> &RealmModules {
        RealmModules::of(&self.0).expect("a realm is made by its builder")
    }

    /// The realm as a mapper.
    #[must_use]
    pub fn mapper(&self) -> &MapperRef {
        &self.0
    }
}

impl RealmBuilder {
    /// Puts a module into the realm, and what lies below it.
    pub fn module(mut self, module: &PythonModule) -> Self {
        self.roots.push(module.clone());
        self
    }

    /// Puts every module of a search path into the realm. It leads the realm's own `sys.path`.
    pub fn search_path(mut self, path: &SearchPath) -> Self {
        self.path = self.path.locations().iter().chain(path.locations()).cloned().collect();
        self
    }

    /// Makes the realm. Nothing is loaded yet.
    #[must_use]
    pub fn build(self, vm: &VirtualMachine) -> RealmRef {
        self.build_with(None, vm)
    }

    /// Makes a realm that serves a mapper, and whose modules begin with what is given.
    pub(super) fn build_for(self, client: WeakMapper, given: PyDictRef, vm: &VirtualMachine) -> RealmRef {
        self.build_with(Some(Serves { client, given }), vm)
    }

    fn build_with(self, serves: Option<Serves>, vm: &VirtualMachine) -> RealmRef {
        let payload = PyRealm(RealmModules::new(self, serves, vm).into_payload());
        RealmRef(adopted(payload.into_ref(&vm.ctx).as_object().to_owned(), vm).expect("a realm is a mapper"))
    }

    /// Makes the realm an object of `class`, below `exocet.Realm`.
    pub(crate) fn build_as(self, class: PyTypeRef, own_lookup: bool, vm: &VirtualMachine) -> PyResult {
        let payload = PyRealm(RealmModules::new(self, None, vm).into_payload().with_own_lookup(own_lookup));
        let realm: PyRef<PyRealm> = payload.into_ref_with_type(vm, class)?;
        adopted(realm.into(), vm).map(Into::into)
    }
}

/// The mapper that a new realm is, after its modules know it: they are loaded under it.
fn adopted(realm: PyObjectRef, vm: &VirtualMachine) -> PyResult<MapperRef> {
    let mapper = MapperRef::from_object(&realm, vm)?;
    if let Some(modules) = RealmModules::of(&mapper) {
        modules.adopt(&mapper);
    }
    Ok(mapper)
}

/// The payload of a realm, the class `exocet.Realm`. Its Python methods stand in `python/realms.rs`.
#[pyclass(module = "exocet", name = "Realm", base = PyMapper, traverse = "manual")]
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct PyRealm(PyMapper);

impl PyRealm {
    pub(crate) fn modules(&self) -> &RealmModules {
        let table = self.0.table().map(|table| table as &dyn Any);
        table.and_then(<dyn Any>::downcast_ref).expect("every realm is made with modules")
    }
}

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for PyRealm {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.0.traverse(visit);
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        self.0.clear(out);
    }
}

impl Deref for RealmRef {
    type Target = MapperRef;

    fn deref(&self) -> &MapperRef {
        &self.0
    }
}

impl From<RealmRef> for MapperRef {
    fn from(realm: RealmRef) -> Self {
        realm.0
    }
}

impl From<RealmRef> for PyObjectRef {
    fn from(realm: RealmRef) -> Self {
        realm.0.into()
    }
}
