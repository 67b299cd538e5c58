//! The modules of a realm: what its `sys.modules` is, and how more of them are found and loaded.

use super::{
    guarded_dict::GuardedDict,
    import_tables::{Found, ImportTables},
    mapper::RealmMapper,
    reference::RealmBuilder,
    replacing::Replacing,
    stand_ins::{self, Serves},
};
use crate::{
    import::load::run,
    interpreter::{
        importlib::{IMPORT_SYSTEM, sys_modules},
        limits,
        module_lock::ModuleLock,
        sources::{SOURCES, search_path},
    },
    mapper::{
        contract::Answer,
        module_table::ModuleTable,
        reference::{MapperRef, PyMapper},
        request::Request,
    },
    modules::{
        handle::{Kind, PythonModule},
        search_path::SearchPath,
    },
    source::contract::Source,
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyModule, PyStr},
    common::{lock::PyMutex, rc::PyRc},
};
use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, atomic::AtomicUsize},
};

/// The modules of a realm, and where more of them are found.
pub(crate) struct RealmModules {
    pub(super) roots: Vec<PythonModule>,
    pub(super) outer: MapperRef,
    pub(super) path: SearchPath,
    /// What lies behind the entries of its `sys.path` and of its packages' `__path__`, before the interpreter's own.
    pub(super) sources: HashMap<String, Arc<dyn Source>>,
    /// What `sys.modules` is to the interpreter.
    pub(super) modules: GuardedDict,
    /// Those of `modules` that the mapper answered with, and that are not inside.
    pub(super) outside: GuardedDict,
    /// Those of `modules` that are being replaced.
    pub(super) replacing: Replacing,
    /// How many shared modules there were when `modules` last got those that the mapper passes through.
    pub(super) shared: AtomicUsize,
    /// Of a realm of stand-ins: whom it serves.
    pub(super) serves: Option<Serves>,
    /// Absent until a module of the realm asks for `sys`, and may change it.
    pub(super) tables: PyMutex<Option<PyRc<ImportTables>>>,
    /// The mapper that this realm is: its modules are loaded under it.
    pub(super) own: PyMutex<Option<MapperRef>>,
}

/// A name, as a realm knows it.
pub(super) enum Standing {
    /// A module of the realm, or what its code put in the place of one.
    Inside(PyObjectRef),
    /// A name of the realm's, and nothing is found for it.
    Missing,
    /// None of the realm's business.
    Outside,
}

impl RealmModules {
    pub(crate) fn new(builder: RealmBuilder, serves: Option<Serves>, vm: &VirtualMachine) -> Self {
        let RealmBuilder { mapper: outer, roots, path } = builder;
        let own = roots.iter().filter_map(PythonModule::search_path).chain([&path]);
        let sources = own.flat_map(|path| path.locations());
        let sources = sources.map(|location| (location.source.label().to_owned(), location.source.clone())).collect();
        let (modules, outside) = (GuardedDict::new(vm), GuardedDict::new(vm));
        let (tables, own) = (PyMutex::default(), PyMutex::default());
        let (shared, replacing) = (AtomicUsize::new(0), Replacing::default());
        Self { roots, outer, path, sources, modules, outside, replacing, shared, serves, tables, own }
    }

    /// The realm's modules, where the mapper is a realm.
    pub(crate) fn of(mapper: &MapperRef) -> Option<&Self> {
        (mapper.table()? as &dyn Any).downcast_ref()
    }

    /// The realm as the payload of a Python object.
    pub(super) fn into_payload(self) -> PyMapper {
        let modules = PyRc::new(self);
        PyMapper::with_table(RealmMapper(modules.clone()), modules)
    }

    /// Makes `own` the mapper that the realm is.
    pub(super) fn adopt(&self, own: &MapperRef) {
        *self.own.lock() = Some(own.clone());
    }

    pub(super) fn own(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        self.own.lock().clone().ok_or_else(|| vm.new_runtime_error("the realm is gone"))
    }

    pub(crate) fn modules(&self) -> &PyDictRef {
        self.modules.dict()
    }

    pub(crate) fn outer(&self) -> &MapperRef {
        &self.outer
    }

    /// What the realm's modules see and change of the import system.
    pub(crate) fn tables(&self, vm: &VirtualMachine) -> PyResult<PyRc<ImportTables>> {
        if let Some(tables) = self.tables.lock().as_ref() {
            return Ok(tables.clone());
        }
        let made = PyRc::new(ImportTables::new(&self.path, &self.own(vm)?, vm)?);
        // These are there from the start, wherever one looks.
        for name in ["sys", "builtins", "__main__"] {
            if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)? {
                self.note(name, &module, vm)?;
            }
        }
        Ok(self.tables.lock().get_or_insert(made).clone())
    }

    /// Whether these are the stand-ins that a mapper's modules get.
    pub(super) fn is_stand_ins(&self) -> bool {
        self.serves.is_some()
    }

    /// The mapper that these stand-ins serve.
    pub(super) fn client(&self, vm: &VirtualMachine) -> Option<MapperRef> {
        self.serves.as_ref()?.client.upgrade(vm).ok()
    }

    pub(super) fn has_root(&self, name: &str) -> bool {
        self.roots.iter().any(|root| root.name() == name)
    }

    /// The package that these are the modules of, once it is loaded, where they are those of one alone.
    pub(crate) fn package(&self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        match &self.roots[..] {
            [package] if self.path.locations().is_empty() => self.modules.get(package.name(), vm),
            _ => Ok(None),
        }
    }

    /// What `modules` has under that name, and whether it is inside.
    pub(crate) fn entry(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, bool)>> {
        if let Some(replaced) = self.replacing.get(name) {
            return Ok(replaced.map(|module| (module, true)));
        }
        let Some(object) = self.modules.get(name, vm)? else { return Ok(None) };
        let answered = self.outside.get(name, vm)?;
        let inside = !answered.is_some_and(|answered| answered.is(&object));
        Ok(Some((object, inside)))
    }

    /// Puts something into `modules`, or where the running code sees it instead.
    pub(super) fn put(&self, name: &str, module: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        self.replacing.set(name, module).or_else(|module| self.modules.set(name, module, vm))
    }

    /// The modules inside that are loaded, or what their code put in their place.
    pub(crate) fn inside(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let mut inside = Vec::new();
        for (name, _) in self.modules.dict().items_vec() {
            let Some(name) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else { continue };
            if let Some((module, true)) = self.entry(name, vm)? {
                inside.push(module);
            }
        }
        Ok(inside)
    }

    /// Finds the name inside, and loads it if it wasn't yet, after the packages that it lies in.
    pub(super) fn require(&self, name: &str, vm: &VirtualMachine) -> PyResult<Standing> {
        if let Some((_, false)) = self.entry(name, vm)? {
            return Ok(Standing::Outside);
        }
        let steps: Vec<&str> = Dotted(name).prefixes().collect();
        let mut first = 0;
        // What is there already counts, whatever became of the packages that it lies in.
        for (at, step) in steps.iter().enumerate().rev() {
            if self.entry(step, vm)?.is_some() {
                first = at;
                break;
            }
        }
        let mut parent: Option<(&str, PyObjectRef)> = None;
        // One step a component, and no recursion: a name may have any number of them.
        for step in steps.into_iter().skip(first) {
            let package = parent.as_ref().map(|(_, module)| module);
            let module = match self.loaded(step, vm)? {
                Some((_, false)) => continue,
                Some((module, true)) => Some(module),
                None => match self.find(step, package, vm)? {
                    Some(found) => {
                        let module = self.load(step, &found, package, vm)?;
                        // Whatever its code put in its own place is the answer this time.
                        if step == name {
                            return Ok(Standing::Inside(module));
                        }
                        Some(module)
                    }
                    None if parent.is_some() => None,
                    None => match self.find_dropped(step, vm)? {
                        Some(found) => self.load(step, &found, None, vm).map(Some)?,
                        None => continue,
                    },
                },
            };
            // `None` in `sys.modules` stands for a module that is not to be found.
            let Some(module) = module.filter(|module| !vm.is_none(module)) else { return Ok(Standing::Missing) };
            parent = Some((step, module));
        }
        Ok(match parent {
            Some((step, module)) if step == name => Standing::Inside(module),
            _ => Standing::Outside,
        })
    }

    /// What stands for `name`, which isn't loaded yet; `package` is the one inside that it lies in.
    pub(super) fn find(
        &self,
        name: &str,
        package: Option<&PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Found>> {
        if let Some(root) = self.roots.iter().find(|root| root.name() == name) {
            return Ok(Some(Found::Handle(root.clone())));
        }
        let path = match package {
            Some(package) => match vm.get_attribute_opt(package, "__path__")? {
                Some(path) => Some(path),
                None => return Ok(None),
            },
            None if name.contains('.') => return Ok(None),
            None => None,
        };
        let tables = self.tables.lock().clone();
        match tables {
            Some(tables) => tables.find(self, name, path, vm),
            None => self.find_here(name, path, vm).map(|found| found.map(Found::Handle)),
        }
    }

    /// What stands for a shared module that was taken out of `sys.modules` here: it is to be loaded anew, as importing
    /// it would do in CPython, and as only this realm sees it. What has a stand-in here keeps it.
    pub(super) fn find_dropped(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<Found>> {
        if !self.outside.has(name, vm)
            || name == "sys"
            || stand_ins::has(&self.own(vm)?, name)
            || !matches!(self.outer.map(&Request::probe(name), vm)?, Answer::PassThrough)
        {
            return Ok(None);
        }
        Ok(search_path(vm)?.get(name).ok().map(Found::Handle))
    }

    /// What stands for `name` in the sources, by a package's `__path__` or else the realm's own search path.
    pub(crate) fn find_here(
        &self,
        name: &str,
        path: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PythonModule>> {
        let (parent, last) = Dotted(name).split();
        let is_top = path.is_none();
        let found = match path {
            Some(path) => self.locations(&path.try_to_value::<Vec<PyObjectRef>>(vm)?, vm).find(parent, last),
            None => self.path.find(parent, last),
        };
        let found = found.map_err(|error| error.into_exception(vm))?;
        if is_top { self.unless_left(found, vm) } else { Ok(found) }
    }

    /// What was found on the realm's own search path, but for a folder without `__init__.py` whose name the mapper has a module
    /// for: such a folder is what is left when nothing else is found, wherever.
    pub(super) fn unless_left(
        &self,
        found: Option<PythonModule>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PythonModule>> {
        match found {
            Some(handle) if handle.kind() == Kind::Namespace && self.outer.has_regular(handle.name(), vm)? => Ok(None),
            found => Ok(found),
        }
    }

    /// The places that these entries of a search path name.
    fn locations(&self, entries: &[PyObjectRef], vm: &VirtualMachine) -> SearchPath {
        let known = SOURCES.of(vm);
        let entries = entries.iter().filter_map(|entry| entry.downcast_ref::<PyStr>());
        entries.filter_map(|entry| known.location_among(&self.sources, &entry.to_string_lossy())).collect()
    }

    /// The module if it is loaded, or being loaded by this thread, and whether it is inside. What another thread is
    /// loading is waited for.
    fn loaded(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, bool)>> {
        let found = self.entry(name, vm)?;
        if let Some((module, true)) = &found
            && IMPORT_SYSTEM.of(vm).is_initializing(module, vm)?
        {
            let _waited = self.lock(name, vm)?;
            return self.entry(name, vm);
        }
        Ok(found)
    }

    fn load(&self, name: &str, found: &Found, package: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let _lock = self.lock(name, vm)?;
        if let Some((module, true)) = self.entry(name, vm)? {
            return Ok(module);
        }
        let ran = match found {
            Found::Handle(handle) => self.run(handle, vm),
            Found::Spec(spec) => self.run_foreign(name, spec, vm),
        };
        if let Err(error) = ran {
            if self.entry(name, vm)?.is_some() {
                self.put(name, None, vm)?;
            }
            return Err(error);
        }
        self.replacing.note_loaded(name);
        // The module may have put something else in its place, or in that of its package, or nothing.
        let placed = |name: &str| {
            let missing = || vm.new_key_error(vm.ctx.new_str(name).into());
            Ok(self.entry(name, vm)?.ok_or_else(missing)?.0)
        };
        let loaded = placed(name)?;
        if let (Some(_), (Some(parent), last)) = (package, Dotted(name).split())
            && let Err(error) = placed(parent)?.set_attr(vm.ctx.intern_str(last), loaded.clone(), vm)
            && !error.fast_isinstance(vm.ctx.exceptions.attribute_error)
        {
            return Err(error);
        }
        Ok(loaded)
    }

    /// Runs a module of the realm's sources.
    fn run(&self, handle: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
        if !self.is_stand_ins() && !handle.is_native() {
            limits::current(vm).check_modules(self.modules.dict().__len__(), handle.name(), vm)?;
        }
        self.run_alone(handle, |_| Ok(()), vm)
    }

    /// Runs a module in the place of the one of its name, if there is one; `complete` is called before its code runs.
    pub(super) fn run_alone(
        &self,
        handle: &PythonModule,
        complete: impl FnOnce(&Py<PyModule>) -> PyResult<()>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let prepare = |module: &Py<PyModule>| {
            if let Some(serves) = &self.serves {
                module.dict().merge_object(serves.given.clone().into(), vm)?;
            }
            complete(module)?;
            self.put(handle.name(), Some(module.to_owned().into()), vm)
        };
        run(handle, &self.own(vm)?, None, prepare, vm).map(drop)
    }

    /// Runs a module that a finder of the realm's own modules has found.
    pub(super) fn run_foreign(&self, name: &str, spec: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let loader = spec.get_attr("loader", vm)?;
        let module = vm.call_method(&IMPORT_SYSTEM.of(vm).importlib, "module_from_spec", (spec.clone(),))?;
        if let Some(module) = module.downcast_ref::<PyModule>()
            && !module.dict().contains_key("__builtins__", vm)
        {
            module.dict().set_item("__builtins__", self.own(vm)?.builtins_of(name, vm)?.into(), vm)?;
        }
        self.put(name, Some(module.clone()), vm)?;
        spec.set_attr("_initializing", vm.ctx.new_bool(true), vm)?;
        let ran = vm.call_method(&loader, "exec_module", (module,)).map(drop);
        spec.set_attr("_initializing", vm.ctx.new_bool(false), vm)?;
        ran
    }

    /// Keeps other threads from loading the module meanwhile.
    pub(super) fn lock<'a>(&self, name: &str, vm: &'a VirtualMachine) -> PyResult<ModuleLock<'a>> {
        ModuleLock::acquire(&format!("{name} in realm {:x}", self.modules.dict().get_id()), vm)
    }
}
