//! What a realm is to the hook: its modules by name, how more of them are found and loaded, and what its mapper is asked.

use crate::{
    PythonModule, SearchPath,
    limits::{self, Nested},
    lock::ModuleLock,
    machinery::{Found, Machinery},
    mapper::{Answer, Below, Item, Mapper, MapperRef, Request, prefixes},
    observe,
    realm::RealmBuilder,
    shims,
    source::Source,
    state::{State, locate, sys_modules},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyModule, PyStr},
    common::{lock::PyMutex, rc::PyRc},
    object::{Traverse, TraverseFn},
};
use std::{collections::HashMap, fmt, sync::Arc};

/// The modules of a realm, and where more of them are found.
pub struct Members {
    roots: Vec<PythonModule>,
    outer: MapperRef,
    path: SearchPath,
    /// What lies behind the entries of its `sys.path` and of its packages' `__path__`, before the interpreter's own.
    sources: HashMap<String, Arc<dyn Source>>,
    /// What `sys.modules` is to the interpreter.
    modules: PyDictRef,
    /// Those of `modules` that the mapper answered with, and that are not inside.
    outside: PyDictRef,
    /// What modules are given beside what every fresh module has.
    given: Option<PyDictRef>,
    /// Absent until a module of the realm asks for `sys`, and may change it.
    machinery: PyMutex<Option<PyRc<Machinery>>>,
    /// The mapper that this realm is: its modules are loaded under it.
    own: PyMutex<Option<MapperRef>>,
}

/// A name, as a realm knows it.
enum Standing {
    /// A module of the realm, or what its code put in the place of one.
    Inside(PyObjectRef),
    /// A name of the realm's, and nothing is found for it.
    Missing,
    /// None of the realm's business.
    Outside,
}

impl Members {
    pub(crate) fn new(builder: RealmBuilder, given: Option<PyDictRef>, vm: &VirtualMachine) -> Self {
        let RealmBuilder { mapper: outer, roots, path } = builder;
        let own = roots.iter().filter_map(PythonModule::search_path).chain([&path]);
        let sources = own.flat_map(|path| path.locations());
        let sources = sources.map(|location| (location.source.label().to_owned(), location.source.clone())).collect();
        let (modules, outside) = (vm.ctx.new_dict(), vm.ctx.new_dict());
        let (machinery, own) = (PyMutex::default(), PyMutex::default());
        Self { roots, outer, path, sources, modules, outside, given, machinery, own }
    }

    fn own(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        self.own.lock().clone().ok_or_else(|| vm.new_runtime_error("the realm is gone"))
    }

    pub(crate) fn modules(&self) -> &PyDictRef {
        &self.modules
    }

    pub(crate) fn outer(&self) -> &MapperRef {
        &self.outer
    }

    /// What the realm's modules see and change of the import system.
    pub(crate) fn machinery(&self, vm: &VirtualMachine) -> PyResult<PyRc<Machinery>> {
        if let Some(machinery) = self.machinery.lock().as_ref() {
            return Ok(machinery.clone());
        }
        let made = PyRc::new(Machinery::new(&self.path, &self.own(vm)?, vm)?);
        // These are there from the start, wherever one looks.
        for name in ["builtins", "__main__"] {
            if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)? {
                self.note(name, &module, vm)?;
            }
        }
        Ok(self.machinery.lock().get_or_insert(made).clone())
    }

    /// Whether these are the stand-ins that a mapper's modules get.
    pub(crate) fn is_shims(&self) -> bool {
        self.given.is_some()
    }

    fn has_root(&self, name: &str) -> bool {
        self.roots.iter().any(|root| root.name() == name)
    }

    /// What `modules` has under that name, and whether it is inside.
    fn entry(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, bool)>> {
        let Some(object) = self.modules.get_item_opt(name, vm)? else { return Ok(None) };
        let answered = self.outside.get_item_opt(name, vm)?;
        let inside = !answered.is_some_and(|answered| answered.is(&object));
        Ok(Some((object, inside)))
    }

    pub(crate) fn is_inside(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(self.entry(name, vm)?.is_some_and(|(_, inside)| inside))
    }

    /// Whether the realm's `sys.modules` says that there is no such module.
    pub(crate) fn is_barred(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(self.modules.get_item_opt(name, vm)?.is_some_and(|entry| vm.is_none(&entry)))
    }

    /// What `sys.modules` has as the submodule `part` of `package`, which goes by its own name.
    pub(crate) fn submodule(
        &self,
        package: &PyObject,
        part: &Py<PyStr>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        let name = vm.get_attribute_opt(package, "__name__")?;
        match name.as_ref().and_then(|name| name.downcast_ref::<PyStr>()) {
            Some(name) => self.modules.get_item_opt(&*format!("{name}.{part}"), vm),
            None => Ok(None),
        }
    }

    /// Remembers what the mapper answered for a name that isn't inside, so that `sys.modules` shows it.
    pub(crate) fn note(&self, name: &str, object: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let lies_below = |root: &PythonModule| name.strip_prefix(root.name()).is_some_and(|rest| rest.starts_with('.'));
        if self.is_inside(name, vm)? || self.has_root(name) || self.roots.iter().any(lies_below) {
            return Ok(());
        }
        let note = |name: &str, object: PyObjectRef| {
            self.modules.set_item(name, object.clone(), vm)?;
            self.outside.set_item(name, object, vm)
        };
        note(name, object.to_owned())?;
        // Whoever imports a shared module has imported the packages above it.
        if let Some((package, _)) = name.rsplit_once('.')
            && !self.modules.contains_key(package, vm)
            && State::of(vm).is_shared(name, object, vm)
            && let Some(package_module) = sys_modules(vm)?.get_item_opt(package, vm)?
        {
            return self.note(package, &package_module, vm);
        }
        Ok(())
    }

    /// Finds the name inside, and loads it if it wasn't yet, after the packages that it lies in.
    fn require(&self, name: &str, vm: &VirtualMachine) -> PyResult<Standing> {
        if let Some((_, false)) = self.entry(name, vm)? {
            return Ok(Standing::Outside);
        }
        let steps: Vec<&str> = prefixes(name).collect();
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

    /// Which of `name` and the packages that it lies in is the first that can't be had, if the realm has any of them.
    pub(crate) fn first_missing<'a>(&self, name: &'a str, vm: &VirtualMachine) -> Option<&'a str> {
        let mut missing = name;
        for step in prefixes(name).rev() {
            match self.entry(step, vm).ok()? {
                Some((_, inside)) => return inside.then_some(missing),
                None => missing = step,
            }
        }
        None
    }

    /// What stands for `name`, which isn't loaded yet; `package` is the one inside that it lies in.
    fn find(&self, name: &str, package: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<Found>> {
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
        let machinery = self.machinery.lock().clone();
        match machinery {
            Some(machinery) => machinery.find(self, name, path, vm),
            None => self.find_here(name, path, vm).map(|found| found.map(Found::Handle)),
        }
    }

    /// What stands for a shared module that was taken out of `sys.modules` here: it is to be loaded anew, as importing
    /// it would do in CPython, and as only this realm sees it. What has a stand-in here keeps it.
    fn find_dropped(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<Found>> {
        if !self.outside.contains_key(name, vm)
            || name == "sys"
            || shims::stands_in(&self.own(vm)?, name)
            || !matches!(self.outer.map(&Request::probe(name), vm)?, Answer::PassThrough)
        {
            return Ok(None);
        }
        Ok(State::of(vm).search_path(vm)?.get(name).ok().map(Found::Handle))
    }

    /// What stands for `name` in the sources, by a package's `__path__` or else the realm's own search path.
    pub(crate) fn find_here(
        &self,
        name: &str,
        path: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PythonModule>> {
        let (parent, last) = match name.rsplit_once('.') {
            Some((parent, last)) => (Some(parent), last),
            None => (None, name),
        };
        let found = match path {
            Some(path) => self.locations(&path.try_to_value::<Vec<PyObjectRef>>(vm)?, vm).find(parent, last),
            None => self.path.find(parent, last),
        };
        found.map_err(|error| error.into_exception(vm))
    }

    /// The places that these entries of a search path name.
    fn locations(&self, entries: &[PyObjectRef], vm: &VirtualMachine) -> SearchPath {
        let state = State::of(vm);
        let entries = entries.iter().filter_map(|entry| entry.downcast_ref::<PyStr>());
        let entries = entries.map(ToString::to_string);
        entries.filter_map(|entry| locate(&self.sources, &entry).or_else(|| state.location(&entry))).collect()
    }

    /// The module if it is loaded, or being loaded by this thread, and whether it is inside. What another thread is
    /// loading is waited for.
    fn loaded(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, bool)>> {
        let found = self.entry(name, vm)?;
        if let Some((module, true)) = &found
            && State::of(vm).is_initializing(module, vm)?
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
            if self.modules.contains_key(name, vm) {
                self.modules.del_item(name, vm)?;
            }
            return Err(error);
        }
        // The module may have put something else in its place, or in that of its package, or nothing.
        let placed = |name: &str| {
            let missing = || vm.new_key_error(vm.ctx.new_str(name).into());
            self.modules.get_item_opt(name, vm)?.ok_or_else(missing)
        };
        let loaded = placed(name)?;
        if let (Some(_), Some((parent, last))) = (package, name.rsplit_once('.'))
            && let Err(error) = placed(parent)?.set_attr(vm.ctx.intern_str(last), loaded.clone(), vm)
            && !error.fast_isinstance(vm.ctx.exceptions.attribute_error)
        {
            return Err(error);
        }
        Ok(loaded)
    }

    /// Runs a module of the realm's sources.
    fn run(&self, handle: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
        if handle.is_native() {
            let module = crate::loader::load_native(handle, vm)?;
            return self.modules.set_item(handle.name(), module.into(), vm);
        }
        let _nested = Nested::enter(handle.name(), vm)?;
        if !self.is_shims() {
            limits::current(vm).check_modules(self.modules.__len__(), handle.name(), vm)?;
        }
        observe::load(handle, vm, |stage| {
            let unit = State::of(vm).units.get(handle, vm)?;
            let module = unit.fresh(&self.own(vm)?, vm)?;
            if let Some(given) = &self.given {
                module.dict().merge_object(given.clone().into(), vm)?;
            }
            stage.ready(vm)?;
            self.modules.set_item(handle.name(), module.clone().into(), vm)?;
            unit.run(&module.dict(), vm)
        })
    }

    /// Runs a module that a finder of the realm's own modules has found.
    fn run_foreign(&self, name: &str, spec: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let loader = spec.get_attr("loader", vm)?;
        let module = vm.call_method(&State::of(vm).importlib, "module_from_spec", (spec.clone(),))?;
        if let Some(module) = module.downcast_ref::<PyModule>()
            && !module.dict().contains_key("__builtins__", vm)
        {
            module.dict().set_item("__builtins__", self.own(vm)?.home_of(name, vm)?.into(), vm)?;
        }
        self.modules.set_item(name, module.clone(), vm)?;
        spec.set_attr("_initializing", vm.ctx.new_bool(true), vm)?;
        let ran = vm.call_method(&loader, "exec_module", (module,)).map(drop);
        spec.set_attr("_initializing", vm.ctx.new_bool(false), vm)?;
        ran
    }

    /// Keeps other threads from loading the module meanwhile.
    fn lock<'a>(&self, name: &str, vm: &'a VirtualMachine) -> PyResult<ModuleLock<'a>> {
        ModuleLock::acquire(&format!("{name} in realm {:x}", self.modules.get_id()), vm)
    }

    /// The spec of a name inside; `None` for any other.
    pub(crate) fn find_spec(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Some((module, true)) = self.entry(name, vm)? {
            let spec = if vm.is_none(&module) { None } else { vm.get_attribute_opt(&module, "__spec__")? };
            return Ok(spec.filter(|spec| !vm.is_none(spec)));
        }
        let package = match name.rsplit_once('.') {
            Some((package, _)) => self.entry(package, vm)?.filter(|(_, inside)| *inside).map(|(module, _)| module),
            None => None,
        };
        match self.find(name, package.as_ref(), vm)? {
            Some(Found::Handle(handle)) if handle.is_native() => Ok(None),
            Some(Found::Handle(handle)) => {
                State::of(vm).units.get(&handle, vm)?.found_spec(Some(&self.own(vm)?), vm).map(Some)
            }
            Some(Found::Spec(spec)) => Ok(Some(spec)),
            None => Ok(None),
        }
    }

    /// Whether the name is inside, without loading it.
    fn probe(&self, name: &str, vm: &VirtualMachine) -> PyResult<Standing> {
        if let Some((module, true)) = self.entry(name, vm)? {
            return Ok(if vm.is_none(&module) { Standing::Missing } else { Standing::Inside(module) });
        }
        let below = |root: &PythonModule| name.strip_prefix(root.name()).map(|rest| (root.clone(), rest.to_owned()));
        let top = name.split('.').next().unwrap_or(name);
        let found = match self.roots.iter().find_map(below) {
            Some((_, rest)) if rest.is_empty() => true,
            Some((root, rest)) if rest.starts_with('.') => root.get(&rest[1..]).is_ok(),
            _ if self.find(top, None, vm)?.is_some() || self.is_inside(top, vm)? => self.path.get(name).is_ok(),
            _ => return Ok(Standing::Outside),
        };
        Ok(if found { Standing::Inside(vm.ctx.none()) } else { Standing::Missing })
    }

    /// The answer to a request that the realm's mapper doesn't insist on.
    fn own_answer(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        // What a package has as an attribute already comes before a submodule of that name; only a root may hang in a
        // package outside, which has another one.
        if matches!(request.item(), Some(Item::Module | Item::Value))
            && !self.has_root(name)
            && let Some((package, _)) = name.rsplit_once('.')
            && self.is_inside(package, vm)?
        {
            return Ok(Answer::NotMine);
        }
        let standing = if request.is_probe() { self.probe(name, vm)? } else { self.require(name, vm)? };
        match standing {
            Standing::Inside(module) => return Ok(Answer::Object(module)),
            Standing::Missing => return Ok(Answer::NotMine),
            Standing::Outside => {}
        }
        let own_sys = || {
            self.machinery(vm)?;
            shims::sys_of(&self.own(vm)?, vm)
        };
        let wants_sys = name == "sys" && !request.is_probe() && !self.is_shims();
        match self.outer.map(request, vm)? {
            Answer::PassThrough if wants_sys => own_sys(),
            Answer::Part(whole, part) if wants_sys && matches!(*whole, Answer::PassThrough) => {
                Ok(Answer::Part(own_sys()?.into(), part))
            }
            answer => Ok(answer),
        }
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.roots.iter().map(|root| root.name().to_owned());
        let inside: Vec<String> = names.chain(self.path.locations().iter().map(ToString::to_string)).collect();
        f.debug_tuple("Realm").field(&inside).field(&self.outer).finish()
    }
}

impl Mapper for Members {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        match self.outer.insist(request, vm)? {
            None => self.own_answer(request, vm),
            // Part of what the realm itself has.
            Some(Answer::Part(whole, part)) if matches!(*whole, Answer::NotMine) => {
                Ok(match self.own_answer(request, vm)? {
                    Answer::NotMine => Answer::NotMine,
                    answer => Answer::Part(answer.into(), part),
                })
            }
            Some(answer) => Ok(answer),
        }
    }

    fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        self.outer.insist(request, vm)
    }

    fn members(&self) -> Option<&Members> {
        Some(self)
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let lies_above = |root: &PythonModule| root.name().strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        if self.roots.iter().any(lies_above) {
            return Below::Replaced;
        }
        let outer = self.outer.below(name, vm);
        match self.is_inside(name, vm) {
            // Its modules hold what is below them themselves, but for what the mapper insists on.
            Ok(true) if outer == Below::Unknown => Below::Nothing,
            _ => outer,
        }
    }

    fn by_importer(&self) -> bool {
        self.outer.by_importer()
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        self.outer.unused(vm)
    }

    fn adopt(&self, own: &MapperRef) {
        *self.own.lock() = Some(own.clone());
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.outer.traverse(visit);
        self.modules.traverse(visit);
        self.outside.traverse(visit);
        self.given.traverse(visit);
        if let Some(machinery) = self.machinery.try_lock().as_deref().and_then(Option::as_ref) {
            machinery.traverse(visit);
        }
        self.own.traverse(visit);
    }
}
