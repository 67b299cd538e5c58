//! What the modules of a realm see and change of the import system: a `sys.path`, `sys.meta_path` and `sys.path_hooks`
//! of the realm's own, and finding by them as its modules left them.

use super::modules::RealmModules;
use crate::{
    interpreter::{
        importlib::{find_shared_spec, sys_modules, sys_table},
        sources::library,
    },
    load::units::UNITS,
    mapper::{
        contract::Answer,
        reference::{MapperRef, WeakMapper},
        request::Request,
    },
    modules::{handle::PythonModule, listing::package_listing, search_path::SearchPath},
    source::contract::Source,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::PyStr,
    common::{hash::PyHash, lock::PyMutex},
    function::{FuncArgs, KwArgs, OptionalArg, PyComparisonValue},
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Comparable, Hashable, PyComparisonOp},
};
use std::collections::{BTreeMap, HashSet};

/// The tables of a realm's own import system.
pub(crate) struct ImportTables {
    /// As its modules left them: they may put any object there.
    tables: [PyMutex<PyObjectRef>; 4],
    /// Stands in `meta_path` for the realm's own modules and for its mapper.
    finder: PyObjectRef,
    /// The hooks for what any source can be asked about itself.
    hooks: Vec<PyObjectRef>,
    /// The entries of `path` that lead out of the realm: what is found there is the mapper's business.
    outside: HashSet<String>,
}

/// One of the tables that a module finds in `sys`.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    Path,
    MetaPath,
    PathHooks,
    PathImporterCache,
}

/// What stands for a name.
pub(crate) enum Found {
    /// A module of the realm's sources.
    Handle(PythonModule),
    /// What a finder found that the realm's own modules put there.
    Spec(PyObjectRef),
}

impl ImportTables {
    pub(crate) fn new(path: &SearchPath, own: &MapperRef, vm: &VirtualMachine) -> PyResult<Self> {
        let list = |name: &'static str| {
            let list = sys_table(name, vm)?;
            list.try_to_value::<Vec<PyObjectRef>>(vm)
        };
        let inside: Vec<String> = path.locations().iter().map(ToString::to_string).collect();
        let shared = list("path")?;
        let text = |entry: &PyObjectRef| Some(entry.downcast_ref::<PyStr>()?.to_string());
        let outside: HashSet<String> = shared.iter().filter_map(text).filter(|entry| !inside.contains(entry)).collect();
        let entries = inside.iter().map(|entry| vm.ctx.new_str(entry.as_str()).into());
        let others = shared.into_iter().filter(|entry| text(entry).is_none_or(|entry| outside.contains(&entry)));
        let finder = RealmFinder::new(own, vm)?;
        let finder: PyObjectRef = finder.into_ref(&vm.ctx).into();
        let hooks = list("path_hooks").unwrap_or_default();
        let tables = [
            vm.ctx.new_list(entries.chain(others).collect()).into(),
            vm.ctx.new_list(vec![finder.clone()]).into(),
            vm.ctx.new_list(hooks.clone()).into(),
            vm.ctx.new_dict().into(),
        ];
        Ok(Self { tables: tables.map(PyMutex::new), finder, hooks, outside })
    }

    pub(crate) fn get(&self, table: Table) -> PyObjectRef {
        self.tables[table as usize].lock().clone()
    }

    pub(crate) fn set(&self, table: Table, value: PyObjectRef) {
        // What was there is dropped after the lock, since its end may run any code.
        let _former = std::mem::replace(&mut *self.tables[table as usize].lock(), value);
    }

    fn items(&self, table: Table, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        self.get(table).try_to_value(vm)
    }

    /// What stands for `name`, on the `__path__` of its package or else on the realm's `sys.path`, by every finder in
    /// `sys.meta_path` in turn.
    pub(crate) fn find(
        &self,
        realm: &RealmModules,
        name: &str,
        path: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Found>> {
        let finders = self.items(Table::MetaPath, vm)?;
        let last = finders.last().cloned();
        for finder in finders {
            if vm.bool_eq(&self.finder, &finder)? {
                if let Some(found) = self.find_on_path(realm, name, path.as_ref(), vm)? {
                    return Ok(Some(found));
                }
                // Finders that come later are for what nobody else has.
                let is_last = last.as_ref().is_none_or(|last| last.is(&finder));
                if path.is_none() && !is_last && realm.outer().contains(name, vm)? {
                    return Ok(None);
                }
                continue;
            }
            let Some(find_spec) = vm.get_attribute_opt(&finder, "find_spec")? else { continue };
            let path = vm.unwrap_or_none(path.clone());
            let spec = find_spec.call((name.to_owned(), path, vm.ctx.none()), vm)?;
            if !vm.is_none(&spec) {
                return Ok(Some(Found::Spec(spec)));
            }
        }
        Ok(None)
    }

    fn find_on_path(
        &self,
        realm: &RealmModules,
        name: &str,
        path: Option<&PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Found>> {
        let is_top = path.is_none();
        let path = match path {
            Some(path) => path.clone(),
            None => {
                let leads_out = |entry: &PyObjectRef| {
                    entry.downcast_ref::<PyStr>().is_none_or(|entry| self.outside.contains(&entry.to_string()))
                };
                let entries = self.items(Table::Path, vm)?;
                vm.ctx.new_list(entries.into_iter().filter(|entry| !leads_out(entry)).collect()).into()
            }
        };
        let hooks = self.items(Table::PathHooks, vm)?;
        let foreign: Vec<_> = hooks.iter().filter(|hook| !self.hooks.iter().any(|own| own.is(*hook))).collect();
        if !foreign.is_empty() {
            for entry in path.try_to_value::<Vec<PyObjectRef>>(vm)? {
                let Some(finder) = self.finder_for(&entry, &foreign, vm)? else { continue };
                let spec = vm.call_method(&finder, "find_spec", (name.to_owned(),))?;
                if vm.is_none(&spec) {
                    continue;
                }
                // Without a loader it is one portion of a namespace package.
                let loader = spec.get_attr("loader", vm)?;
                if !vm.is_none(&loader) {
                    return Ok(Some(Found::Spec(spec)));
                }
            }
        }
        let found = realm.find_here(name, Some(path), vm)?;
        let found = if is_top { realm.unless_left(found, vm)? } else { found };
        Ok(found.map(Found::Handle))
    }

    /// The finder that one of `hooks` makes for an entry of a search path.
    fn finder_for(
        &self,
        entry: &PyObject,
        hooks: &[&PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        let cache = self.get(Table::PathImporterCache);
        if vm._contains(&cache, entry)? {
            return Ok(Some(cache.get_item(entry, vm)?).filter(|finder| !vm.is_none(finder)));
        }
        for hook in hooks {
            match hook.call((entry.to_owned(),), vm) {
                Ok(finder) => {
                    cache.set_item(entry, finder.clone(), vm)?;
                    return Ok(Some(finder));
                }
                Err(error) if error.fast_isinstance(vm.ctx.exceptions.import_error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    pub(crate) fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.tables.iter().for_each(|table| table.traverse(visit));
        self.finder.traverse(visit);
        self.hooks.traverse(visit);
    }
}

/// The modules of the library that have files, as `pkgutil` lists them.
pub(crate) fn library_listing(vm: &VirtualMachine) -> BTreeMap<String, bool> {
    library(vm).locations().iter().flat_map(package_listing).collect()
}

/// Modules as a list of pairs, as `pkgutil` takes them from a finder.
pub(crate) fn pairs(modules: BTreeMap<String, bool>, prefix: &str, vm: &VirtualMachine) -> PyObjectRef {
    let pair = |(name, is_package): (String, bool)| {
        let name = vm.ctx.new_str(format!("{prefix}{name}"));
        vm.ctx.new_tuple(vec![name.into(), vm.ctx.new_bool(is_package).into()]).into()
    };
    vm.ctx.new_list(modules.into_iter().map(pair).collect()).into()
}

/// The `PathFinder` of the interpreter, which finds modules on `sys.path`, where it has one.
fn path_finder(vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(external) = sys_modules(vm)?.get_item_opt("_frozen_importlib_external", vm)? else { return Ok(None) };
    vm.get_attribute_opt(&external, "PathFinder")
}

/// The spec of the module of that name, on a `path` or else on the `sys.path` of the realm that `mapper` is, or of what the realm's
/// mapper passes through. `None` if `mapper` is no realm.
pub(crate) fn find_spec(
    mapper: &MapperRef,
    name: &str,
    path: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let Some(realm) = RealmModules::of(mapper) else { return Ok(None) };
    let found = match &path {
        Some(path) => realm.find_here(name, Some(path.clone()), vm)?,
        None => match realm.tables(vm)?.find_on_path(realm, name, None, vm)? {
            Some(Found::Handle(handle)) => Some(handle),
            Some(Found::Spec(spec)) => return Ok(Some(spec)),
            None => None,
        },
    };
    if let Some(handle) = found.filter(|handle| !handle.is_native()) {
        if let Some(spec) = spec_of_file(&handle, vm)? {
            spec.set_attr("loader_state", mapper.as_object().to_owned(), vm)?;
            return Ok(Some(spec));
        }
        return UNITS.of(vm).get(&handle, vm)?.found_spec(Some(mapper.clone().into()), vm).map(Some);
    }
    // What is the realm's own and isn't there is nowhere.
    if realm.is_own(name, vm)? {
        return Ok(Some(vm.ctx.none()));
    }
    let passed = match realm.outer().map(&Request::probe(name), vm)? {
        Answer::PassThrough => find_shared_spec(name, vm)?,
        _ => None,
    };
    Ok(Some(vm.unwrap_or_none(passed)))
}

/// The spec that the interpreter's `PathFinder` has for a file, which is one on the disk, or without a host any of a source: finders that
/// programs write on top of it ask whether its loader is a `SourceFileLoader`.
fn spec_of_file(handle: &PythonModule, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(external) = sys_modules(vm)?.get_item_opt("_frozen_importlib_external", vm)? else { return Ok(None) };
    let is_file = |source: &dyn Source| cfg!(not(feature = "host_env")) || source.folder().is_some();
    let is_file = handle.source_and_path().is_some_and(|(source, _)| is_file(&**source));
    let Some(origin) = handle.origin().filter(|_| is_file) else { return Ok(None) };
    let locations = handle.search_path().map(|path| {
        vm.ctx.new_list(path.locations().iter().map(|location| vm.ctx.new_str(location.to_string()).into()).collect())
    });
    let locations = vm.unwrap_or_none(locations.map(Into::into));
    let locations = KwArgs::from_iter([("submodule_search_locations".to_owned(), locations)]);
    let origin: PyObjectRef = vm.ctx.new_str(origin).into();
    let spec = external.get_attr("spec_from_file_location", vm)?;
    let spec = spec.call(FuncArgs::new(vec![vm.ctx.new_str(handle.name()).into(), origin.clone()], locations), vm)?;
    if cfg!(not(feature = "host_env")) {
        // The label of a source is no path that could be made absolute.
        spec.get_attr("loader", vm)?.set_attr("path", origin.clone(), vm)?;
        spec.set_attr("origin", origin, vm)?;
    }
    Ok(Some(spec))
}

/// What stands in a realm's `sys.meta_path` for the realm's own modules and for its mapper. It is equal to `PathFinder`, so that
/// programs that look for that, to put a finder of their own before it, find their place.
#[pyclass(module = "exocet", name = "RealmFinder")]
#[derive(Debug, PyPayload)]
pub(crate) struct RealmFinder {
    mapper: WeakMapper,
    path_finder: Option<PyObjectRef>,
}

impl RealmFinder {
    pub(super) fn new(mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { mapper: mapper.downgrade(vm)?, path_finder: path_finder(vm)? })
    }
}

impl Comparable for RealmFinder {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, _: &VirtualMachine) -> PyResult<PyComparisonValue> {
        op.eq_only(|| {
            let is_known = zelf.path_finder.as_ref().is_some_and(|known| other.is(known));
            Ok(PyComparisonValue::Implemented(is_known || other.is(zelf)))
        })
    }
}

impl Hashable for RealmFinder {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        match &zelf.path_finder {
            Some(known) => known.hash(vm),
            None => Ok(zelf.get_id() as PyHash),
        }
    }
}

#[pyclass(with(Comparable, Hashable), flags(DISALLOW_INSTANTIATION))]
impl RealmFinder {
    /// The name of what it stands for.
    #[pygetset]
    fn __name__(_zelf: &Py<Self>) -> &'static str {
        "PathFinder"
    }

    /// The spec of the module of that name, or None.
    #[pymethod]
    fn find_spec(
        zelf: &Py<Self>,
        name: String,
        path: OptionalArg<Option<PyObjectRef>>,
        _target: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let mapper = zelf.mapper.upgrade(vm)?;
        let found = match find_spec(&mapper, &name, path.flatten(), vm)? {
            Some(found) => Some(found),
            None => mapper.find_spec(&name, vm)?,
        };
        Ok(vm.unwrap_or_none(found))
    }

    /// The modules of the library as pairs of a name and whether it is a package's, for `pkgutil`: those that the realm's mapper
    /// passes through.
    #[pymethod]
    fn iter_modules(zelf: &Py<Self>, prefix: OptionalArg<String>, vm: &VirtualMachine) -> PyResult {
        let mapper = zelf.mapper.upgrade(vm)?;
        let mut modules = library_listing(vm);
        if let Some(realm) = RealmModules::of(&mapper) {
            let mut passed = BTreeMap::new();
            for (name, is_package) in modules {
                if matches!(realm.outer().map(&Request::probe(&name), vm)?, Answer::PassThrough) {
                    passed.insert(name, is_package);
                }
            }
            modules = passed;
        }
        Ok(pairs(modules, &prefix.unwrap_or_default(), vm))
    }

    /// The distributions on the realm's search path, for `importlib.metadata`.
    #[pymethod]
    fn find_distributions(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let _alive = zelf.mapper.upgrade(vm)?;
        match &zelf.path_finder {
            Some(path_finder) => path_finder.get_attr("find_distributions", vm)?.call(args, vm),
            None => Ok(vm.ctx.new_tuple(Vec::new()).into()),
        }
    }

    /// Does nothing: there is no cache.
    #[pymethod]
    fn invalidate_caches(_zelf: &Py<Self>, _args: FuncArgs) {}
}
