//! A realm: modules loaded fresh together, each name once.

use crate::{
    PythonModule, SearchPath,
    mapper::{MapperRef, PyMapper},
    members::Members,
};
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, builtins::PyDictRef};
use std::ops::Deref;

/// Modules loaded fresh together: inside a realm each name is loaded once, when it is first needed, and the modules see
/// one another. Whatever isn't inside is asked of the realm's mapper. A realm is a mapper itself, so others can be given
/// its modules.
///
/// ```
/// use exocet::{Memory, Realm, Runtime, SearchPath, mapper, vm::AsObject};
///
/// let plugins = SearchPath::new().with(
///     Memory::new("<plugins>").with("one.py", "import two\nword = two.word").with("two.py", "word = []"),
/// );
/// let runtime = Runtime::builder().build()?;
/// runtime.enter(|vm| {
///     let realm = Realm::builder(&mapper::pass_through(vm)).search_path(&plugins).build(vm);
///     let other = Realm::builder(&mapper::pass_through(vm)).search_path(&plugins).build(vm);
///     let word = realm.lookup("one", vm)?.get_attr("word", vm)?;
///     assert!(word.is(&realm.lookup("two", vm)?.get_attr("word", vm)?));
///     assert!(!word.is(&other.lookup("two", vm)?.get_attr("word", vm)?));
///     exocet::vm::PyResult::Ok(())
/// }).expect("both load");
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Realm(MapperRef);

/// What a realm is made of.
#[derive(Debug)]
#[must_use]
pub struct RealmBuilder {
    pub(crate) mapper: MapperRef,
    pub(crate) roots: Vec<PythonModule>,
    pub(crate) path: SearchPath,
}

/// Loads a package as a realm of its own: the package and what lies below it are fresh and see one another, each of them
/// loaded once, when it is first needed; anything else is asked of `mapper`.
///
/// # Errors
/// As for [`load`](crate::load).
pub fn load_package(package: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult {
    Realm::builder(mapper).module(package).build(vm).lookup(package.name(), vm)
}

impl Realm {
    /// Begins a realm that asks `mapper` for what isn't inside.
    pub fn builder(mapper: &MapperRef) -> RealmBuilder {
        RealmBuilder { mapper: mapper.clone(), roots: Vec::new(), path: SearchPath::new() }
    }

    /// Its modules by name, as they see them in `sys.modules`.
    #[must_use]
    pub fn modules(&self) -> PyDictRef {
        self.0.as_realm().expect("a realm is made by its builder").modules().clone()
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
    pub fn build(self, vm: &VirtualMachine) -> Realm {
        self.build_with(None, vm)
    }

    /// Makes a realm whose modules begin with what is given.
    pub(crate) fn build_with(self, given: Option<PyDictRef>, vm: &VirtualMachine) -> Realm {
        let realm = crate::python::Realm::of(self.into_payload(given, vm)).into_ref(&vm.ctx);
        let realm = MapperRef::from_object(realm.as_object(), vm).expect("a realm is a mapper");
        realm.adopt();
        Realm(realm)
    }

    /// The realm as the payload of a Python object.
    pub(crate) fn into_payload(self, given: Option<PyDictRef>, vm: &VirtualMachine) -> PyMapper {
        PyMapper::new(Members::new(self, given, vm))
    }
}

impl Deref for Realm {
    type Target = MapperRef;

    fn deref(&self) -> &MapperRef {
        &self.0
    }
}

impl From<Realm> for MapperRef {
    fn from(realm: Realm) -> Self {
        realm.0
    }
}

impl From<Realm> for PyObjectRef {
    fn from(realm: Realm) -> Self {
        realm.0.into()
    }
}
