//! Realms as a Python class.

use super::{
    arguments::{Name, Names, NewRealm},
    mappers::has_own_lookup,
};
use crate::{
    Location, SearchPath, answer,
    machinery::Table,
    mapper::{self, MapperRef, PyMapper, Request},
    members::Members,
    realm,
    state::State,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyType, PyTypeRef},
    function::{Callee, FuncArgs},
    object::{Traverse, TraverseFn},
    pyclass,
    types::Constructor,
};

/// A mapper with modules of its own, fresh together and each loaded once; it asks another for the rest.
#[pyclass(module = "exocet", name = "Realm", base = PyMapper, traverse = "manual")]
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Realm(PyMapper);

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for Realm {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.0.traverse(visit);
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        self.0.clear(out);
    }
}

impl Constructor for Realm {
    type Args = NewRealm;

    fn py_new(class: &Py<PyType>, args: NewRealm, vm: &VirtualMachine) -> PyResult<Self> {
        let mapper = args.mapper.unwrap_or_else(|| mapper::pass_through(vm));
        let realm = realm::Realm::builder(&mapper).search_path(&search_path(args.path, vm)?);
        let packages = args.packages.map(|packages| packages.0).unwrap_or_default();
        let payload = packages.iter().fold(realm, realm::RealmBuilder::module).into_payload(None, vm);
        Ok(Self(payload.with_own_lookup(has_own_lookup(class, vm))))
    }

    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let realm = Self::py_new(&class, args.bind_for(vm, Callee::of::<Self>(vm))?, vm)?;
        let realm = realm.into_ref_with_type(vm, class)?;
        MapperRef::from_object(realm.as_object(), vm)?.adopt();
        Ok(realm.into())
    }
}

/// The places that these entries name.
fn search_path(entries: Option<Names>, vm: &VirtualMachine) -> PyResult<SearchPath> {
    let state = State::of(vm);
    let place = |entry: String| match state.location(&entry) {
        Some(location) => Ok(location),
        None => crate::open(&entry)
            .map(|source| Location { source, folder: String::new() })
            .map_err(|error| error.into_exception(vm)),
    };
    entries.map(|entries| entries.0).unwrap_or_default().into_iter().map(place).collect()
}

impl Realm {
    pub(crate) fn of(payload: PyMapper) -> Self {
        Self(payload)
    }

    fn members(&self) -> &Members {
        self.0.members().expect("every realm is made with members")
    }

    fn table(&self, table: Table, vm: &VirtualMachine) -> PyResult {
        Ok(self.members().machinery(vm)?.get(table))
    }

    fn set_table(&self, table: Table, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.members().machinery(vm)?.set(table, value);
        Ok(())
    }
}

#[pyclass(with(Constructor), flags(BASETYPE, HAS_WEAKREF, HAS_DICT))]
impl Realm {
    /// load_named(name): the realm's module of that name, loaded if it isn't yet.
    #[pymethod]
    fn load_named(zelf: &Py<Self>, args: Name, vm: &VirtualMachine) -> PyResult {
        let mapper = MapperRef::from_object(zelf.as_object(), vm)?;
        answer::require(&mapper, &Request::direct(&args.name), vm)
    }

    /// The realm's modules by name, as they see them in sys.modules.
    #[pygetset]
    fn modules(zelf: &Py<Self>) -> PyDictRef {
        zelf.members().modules().clone()
    }

    /// What its modules see as sys.path.
    #[pygetset]
    fn path(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.table(Table::Path, vm)
    }

    #[pygetset(setter)]
    fn set_path(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_table(Table::Path, value, vm)
    }

    /// What its modules see as sys.meta_path.
    #[pygetset]
    fn meta_path(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.table(Table::MetaPath, vm)
    }

    #[pygetset(setter)]
    fn set_meta_path(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_table(Table::MetaPath, value, vm)
    }

    /// What its modules see as sys.path_hooks.
    #[pygetset]
    fn path_hooks(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.table(Table::PathHooks, vm)
    }

    #[pygetset(setter)]
    fn set_path_hooks(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_table(Table::PathHooks, value, vm)
    }

    /// What its modules see as sys.path_importer_cache.
    #[pygetset]
    fn path_importer_cache(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.table(Table::PathImporterCache, vm)
    }

    #[pygetset(setter)]
    fn set_path_importer_cache(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_table(Table::PathImporterCache, value, vm)
    }
}
