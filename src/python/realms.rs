//! Realms as a Python class.

use super::{
    arguments::{Name, Names, NewRealm, Replace},
    mappers::has_own_lookup,
    replacements::PyReplacement,
};
use crate::{
    import::resolve::resolve,
    interpreter::sources::SOURCES,
    mapper::{basic::pass_through, reference::MapperRef, request::Request},
    modules::search_path::{Location, SearchPath},
    realm::{
        import_tables::Table,
        reference::{PyRealm, RealmBuilder, RealmRef},
    },
    source::open::open,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyStr, PyType, PyTypeRef},
    function::{Callee, FuncArgs},
    pyclass,
    types::{Constructor, GetAttr},
};

impl Constructor for PyRealm {
    type Args = NewRealm;

    fn py_new(_: &Py<PyType>, _: NewRealm, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("a realm is made by its class"))
    }

    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let args: NewRealm = args.bind_for(vm, Callee::of::<Self>(vm))?;
        let mapper = args.mapper.unwrap_or_else(|| pass_through(vm));
        let realm = RealmRef::builder(&mapper).search_path(&search_path(args.path, vm)?);
        let packages = args.packages.map(|packages| packages.0).unwrap_or_default();
        let own_lookup = has_own_lookup(&class, vm);
        packages.iter().fold(realm, RealmBuilder::module).build_as(class, own_lookup, vm)
    }
}

/// The places that these entries name.
pub(super) fn search_path(entries: Option<Names>, vm: &VirtualMachine) -> PyResult<SearchPath> {
    let place = |entry: String| match SOURCES.of(vm).location(&entry) {
        Some(location) => Ok(location),
        None => open(&entry).map(Location::root).map_err(|error| error.into_exception(vm)),
    };
    entries.map(|entries| entries.0).unwrap_or_default().into_iter().map(place).collect()
}

impl PyRealm {
    fn table(&self, table: Table, vm: &VirtualMachine) -> PyResult {
        Ok(self.modules().tables(vm)?.get(table))
    }

    fn set_table(&self, table: Table, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.modules().tables(vm)?.set(table, value);
        Ok(())
    }
}

/// The context of a package shows what the package has, too, but for what every module has.
impl GetAttr for PyRealm {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if let Some(own) = zelf.as_object().generic_getattr_opt(name, None, vm)? {
            return Ok(own);
        }
        let package = match name.as_bytes().starts_with(b"__") {
            true => None,
            false => PyRealm::modules(zelf).package(vm)?,
        };
        let shown = package.map(|package| vm.get_attribute_opt(&package, name)).transpose()?.flatten();
        shown.ok_or_else(|| vm.new_no_attribute_error(zelf.to_owned().into(), name.to_owned()))
    }
}

#[pyclass(with(Constructor, GetAttr), flags(BASETYPE, HAS_WEAKREF, HAS_DICT))]
impl PyRealm {
    /// load_named(name): the realm's module of that name, loaded if it isn't yet.
    #[pymethod]
    fn load_named(zelf: &Py<Self>, args: Name, vm: &VirtualMachine) -> PyResult {
        let mapper = MapperRef::from_object(zelf.as_object(), vm)?;
        resolve(&mapper, &Request::direct(&args.name), vm)
    }

    /// replace(name, rebind=False): loads a module that is loaded already anew, in its place, and returns what has changed.
    #[pymethod]
    fn replace(zelf: &Py<Self>, args: Replace, vm: &VirtualMachine) -> PyResult<PyReplacement> {
        PyRealm::modules(zelf).replace(&args.name, args.rebind.unwrap_or(false), vm).map(PyReplacement)
    }

    /// The mapper that the realm is.
    #[pygetset]
    fn mapper(zelf: &Py<Self>) -> PyObjectRef {
        zelf.as_object().to_owned()
    }

    /// The realm's modules by name, as they see them in sys.modules.
    #[pygetset(name = "modules")]
    fn modules_by_name(zelf: &Py<Self>) -> PyDictRef {
        PyRealm::modules(zelf).modules().clone()
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
