//! What one interpreter's loads share: the cache of units, the sources behind `sys.path`, and the interpreter's own
//! import machinery as it was when the runtime was built.

use crate::{
    Error, Limits, SearchPath,
    engine::Link,
    exception::ExceptionClass,
    instances::{self, Instances},
    internal::ImportCode,
    mapper::{self, MapperRef, lookup},
    observe::Watch,
    path::Location,
    source::{self, Source},
    tidy::Tidy,
    units::Units,
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyModule, PyStr, PyTypeRef, PyWeak},
    common::lock::PyMutex,
    function::FuncArgs,
    pyclass,
};
use std::{
    collections::HashMap,
    fmt,
    path::Path,
    sync::{Arc, OnceLock},
};

#[pyclass(module = "exocet", name = "State")]
#[derive(PyPayload)]
pub(crate) struct State {
    import: PyObjectRef,
    gcd_import: PyObjectRef,
    /// `_frozen_importlib`, for its module locks.
    pub(crate) importlib: PyObjectRef,
    pub(crate) spec_class: PyTypeRef,
    pub(crate) units: Units,
    /// What lies behind the strings of `sys.path` and of every `__path__`.
    sources: PyMutex<HashMap<String, Arc<dyn Source>>>,
    /// Where names are looked up last: the embedded standard library and the modules built into the interpreter.
    library: PyMutex<SearchPath>,
    /// The mapper of the main program, whose module has no spec that could keep it alive.
    pub(crate) main_mapper: PyMutex<Option<MapperRef>>,
    /// A mapper that is nothing but pass-through.
    plain: PyMutex<Option<MapperRef>>,
    /// Fresh modules by their name objects.
    pub(crate) instances: Instances,
    pub(crate) tidy: Tidy,
    /// The mappers made of Python objects, by the objects' ids.
    adapters: PyMutex<HashMap<usize, PyRef<PyWeak>>>,
    /// Who is told what the runtime does.
    pub(crate) watch: OnceLock<Arc<Watch>>,
    /// The class of the errors for what is withheld.
    pub(crate) withheld: ExceptionClass,
    /// The class of the exceptions for limits.
    pub(crate) limit_exceeded: ExceptionClass,
    /// The limits of code that is in no ward.
    pub(crate) limits: OnceLock<Limits>,
    /// The code of the interpreter's own import.
    pub(crate) import_code: ImportCode,
    /// The runtime of the interpreter, as handles on its objects know it.
    pub(crate) runtime: PyMutex<Link>,
}

impl State {
    /// The state of the interpreter, made when it is first asked for.
    pub(crate) fn of(vm: &VirtualMachine) -> PyRef<Self> {
        if let Some(state) = Self::existing(vm) {
            return state;
        }
        let sys = vm.sys_module.dict();
        let state = Self::new(vm).expect("the interpreter has its import machinery").into_ref(&vm.ctx);
        sys.set_item(crate::interned::get(vm).state, state.clone().into(), vm).expect("`sys` takes attributes");
        state
    }

    /// The state of the interpreter, if it has one: while it starts it has none.
    pub(crate) fn existing(vm: &VirtualMachine) -> Option<PyRef<Self>> {
        let found = vm.sys_module.dict().get_item_opt(crate::interned::get(vm).state, vm).ok().flatten();
        found?.downcast::<Self>().ok()
    }

    fn new(vm: &VirtualMachine) -> PyResult<Self> {
        crate::python::make_types();
        let modules = sys_modules(vm)?;
        let importlib = modules.get_item("_frozen_importlib", vm)?;
        // Without access to the host there is no second half.
        let external = modules.get_item_opt("_frozen_importlib_external", vm)?;
        let halves: Vec<PyObjectRef> = [importlib.clone()].into_iter().chain(external).collect();
        let import_code = ImportCode::of(&halves, vm)?;
        let spec_class = importlib.get_attr("ModuleSpec", vm)?.downcast::<rustpython_vm::builtins::PyType>();
        Ok(Self {
            import: vm.builtins.get_attr("__import__", vm)?,
            gcd_import: importlib.get_attr("_gcd_import", vm)?,
            spec_class: spec_class.map_err(|_| vm.new_type_error("ModuleSpec is no class"))?,
            importlib,
            units: Units::default(),
            sources: PyMutex::default(),
            library: PyMutex::default(),
            main_mapper: PyMutex::default(),
            plain: PyMutex::default(),
            instances: Instances::default(),
            tidy: Tidy::default(),
            adapters: PyMutex::default(),
            watch: OnceLock::new(),
            withheld: ExceptionClass::default(),
            limit_exceeded: ExceptionClass::default(),
            limits: OnceLock::new(),
            import_code,
            runtime: PyMutex::default(),
        })
    }

    /// Calls the `__import__` that the interpreter started with.
    pub(crate) fn original_import(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        self.import.call(args, vm)
    }

    /// Whether `object` is the `__import__` that the interpreter started with.
    pub(crate) fn is_original_import(&self, object: &PyObject) -> bool {
        self.import.is(object)
    }

    /// What `import name` gives outside of any mapper: the shared module of that very name.
    pub(crate) fn import_shared(&self, name: &str, vm: &VirtualMachine) -> PyResult {
        if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)?
            && !vm.is_none(&module)
            && !self.is_initializing(&module, vm)?
        {
            if instances::is_looker(name) {
                instances::teach_library(vm)?;
            }
            return Ok(module);
        }
        let module = self.gcd_import.call((name.to_owned(),), vm)?;
        instances::teach_library(vm)?;
        Ok(module)
    }

    /// Whether `module` is still running its code for the first time.
    pub(crate) fn is_initializing(&self, module: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
        let names = crate::interned::get(vm);
        // This is asked at each import, so what nearly all modules are is taken apart by hand.
        let plain = module.downcast_ref_if_exact::<PyModule>(vm);
        let spec = match plain.map_or(Ok(None), |plain| plain.dict().get_item_opt(names.spec, vm))? {
            Some(spec) => Some(spec),
            None => vm.get_attribute_opt(module, names.spec)?,
        };
        let Some(spec) = spec else { return Ok(false) };
        if spec.class().is(&self.spec_class)
            && let Some(dict) = spec.dict()
        {
            return dict
                .get_item_opt(names.initializing, vm)?
                .map_or(Ok(false), |initializing| initializing.try_to_bool(vm));
        }
        match vm.get_attribute_opt(&spec, "_initializing")? {
            Some(initializing) => initializing.try_to_bool(vm),
            None => Ok(false),
        }
    }

    /// Whether `import name` would find something. It isn't imported to find out.
    pub(crate) fn is_importable(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)? {
            return Ok(!vm.is_none(&module));
        }
        Ok(self.search_path(vm)?.get(name).is_ok())
    }

    /// The spec that the interpreter's own import finds for `name`, whose package it imports for that.
    pub(crate) fn find_shared_spec(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let spec_of = |module: PyObjectRef| vm.get_attribute_opt(&module, "__spec__");
        if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)? {
            return Ok(spec_of(module)?.filter(|spec| !vm.is_none(spec)));
        }
        let path = match name.rsplit_once('.') {
            Some((package, _)) => {
                let package = self.import_shared(package, vm)?;
                vm.get_attribute_opt(&package, "__path__")?
            }
            None => None,
        };
        let spec = vm.call_method(&self.importlib, "_find_spec", (name.to_owned(), path))?;
        Ok(Some(spec).filter(|spec| !vm.is_none(spec)))
    }

    /// A spec that tells no more than a name.
    pub(crate) fn bare_spec(&self, name: &str, vm: &VirtualMachine) -> PyResult {
        self.spec_class.as_object().call((name.to_owned(), vm.ctx.none()), vm)
    }

    /// A mapper that is nothing but pass-through.
    pub(crate) fn plain(&self, vm: &VirtualMachine) -> MapperRef {
        self.plain.lock().get_or_insert_with(|| mapper::pass_through(vm)).clone()
    }

    /// The embedded library.
    pub(crate) fn search_library(&self) -> SearchPath {
        self.library.lock().clone()
    }

    /// Whether `object` is the shared module of that name.
    pub(crate) fn is_shared(&self, name: &str, object: &PyObject, vm: &VirtualMachine) -> bool {
        let shared = sys_modules(vm).and_then(|modules| modules.get_item_opt(name, vm));
        shared.is_ok_and(|shared| shared.is_some_and(|shared| shared.is(object)))
    }

    /// The live `sys.path`, then the library.
    pub(crate) fn search_path(&self, vm: &VirtualMachine) -> PyResult<SearchPath> {
        let path: Vec<PyObjectRef> = vm.sys_module.get_attr("path", vm)?.try_to_value(vm)?;
        let library = self.search_library();
        Ok(self.locations(&path).locations().iter().chain(library.locations()).cloned().collect())
    }

    /// The places that the entries of a `sys.path` or a `__path__` name, as far as they exist.
    pub(crate) fn locations(&self, entries: &[PyObjectRef]) -> SearchPath {
        let entries = entries.iter().filter_map(|entry| Some(entry.downcast_ref::<PyStr>()?.to_string()));
        entries.filter_map(|entry| self.location(&entry)).collect()
    }

    /// The place that an entry of `sys.path` or of a `__path__` names, if there is one.
    pub(crate) fn location(&self, entry: &str) -> Option<Location> {
        let mut sources = self.sources.lock();
        if let Some(known) = locate(&sources, entry) {
            return Some(known);
        }
        let (source, folder) = open_entry(if entry.is_empty() { "." } else { entry })?;
        let root = entry.strip_suffix(folder.as_str()).unwrap_or(entry).trim_end_matches('/');
        // A relative entry means another folder when the working directory is another one.
        if Path::new(root).is_absolute() {
            sources.insert(root.to_owned(), source.clone());
        }
        Some(Location { source, folder })
    }

    /// Makes `source` what its label stands for in `sys.path`.
    pub(crate) fn register(&self, source: Arc<dyn Source>) {
        self.sources.lock().insert(source.label().to_owned(), source);
    }

    /// Puts `source` at the end of what every search path ends with.
    pub(crate) fn extend_library(&self, source: Arc<dyn Source>) {
        self.register(source.clone());
        let mut library = self.library.lock();
        let location = Location { source, folder: String::new() };
        *library = library.locations().iter().cloned().chain([location]).collect();
    }

    /// The mapper that `object`, which has a `lookup` method, is: the same one as long as somebody uses it.
    pub(crate) fn adapter(&self, object: &PyObject, vm: &VirtualMachine) -> PyResult<MapperRef> {
        if vm.get_attribute_opt(object, "lookup")?.is_none() {
            let kind = object.class().name().to_owned();
            return Err(vm.new_type_error(format!("a mapper has a method 'lookup(name)', and '{kind}' has none")));
        }
        let mut adapters = self.adapters.lock();
        // An adapter that is alive keeps its object alive, so that no other object can have got its id.
        if let Some(adapter) = adapters.get(&object.get_id()).and_then(|weak| weak.upgrade()) {
            return MapperRef::from_object(&adapter, vm);
        }
        if adapters.len() >= 64 && adapters.len().is_power_of_two() {
            adapters.retain(|_, weak| weak.upgrade().is_some());
        }
        let adapter = lookup::adapter(object.to_owned(), vm);
        adapters.insert(object.get_id(), adapter.as_object().downgrade(None, vm)?);
        Ok(adapter)
    }
}

/// The search path of the interpreter: the live `sys.path`, then the embedded standard library and the modules that are
/// built into the interpreter.
///
/// # Errors
/// `sys.path` that is no list.
pub fn search_path(vm: &VirtualMachine) -> PyResult<SearchPath> {
    State::of(vm).search_path(vm)
}

/// The part of [`search_path`] that is no business of `sys.path`: the embedded standard library and the modules that are
/// built into the interpreter.
#[must_use]
pub fn library(vm: &VirtualMachine) -> SearchPath {
    State::of(vm).search_library()
}

/// Forgets which code belongs to which module, as if no module had been loaded yet. With
/// [`forget_compiled_code`](crate::forget_compiled_code) the next load of each is as cold as the first.
pub fn forget_units(vm: &VirtualMachine) {
    State::of(vm).units.clear();
}

pub(crate) fn sys_modules(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let modules = vm.sys_module.dict().get_item(crate::interned::get(vm).modules, vm)?;
    modules.downcast::<PyDict>().map_err(|_| vm.new_runtime_error("sys.modules is no dict"))
}

/// The place that an entry of a search path names in one of these sources. It may lie inside of one: `app.zip/lib`,
/// `<memory>/package`.
pub(crate) fn locate(sources: &HashMap<String, Arc<dyn Source>>, entry: &str) -> Option<Location> {
    let inner = entry.char_indices().rev().filter(|(_, char)| *char == '/' || *char == std::path::MAIN_SEPARATOR);
    std::iter::once(entry.len()).chain(inner.map(|(at, _)| at)).find_map(|end| {
        let source = sources.get(&entry[..end])?.clone();
        let folder = entry[end..].trim_start_matches(['/', std::path::MAIN_SEPARATOR]);
        Some(Location { source, folder: folder.replace('\\', "/") })
    })
}

/// The source that `entry`, or the longest part of it that is an archive, stands for.
fn open_entry(entry: &str) -> Option<(Arc<dyn Source>, String)> {
    let path = Path::new(entry);
    if path.is_dir() {
        return Some((source::open(path).ok()?, String::new()));
    }
    let archive = path.ancestors().find(|ancestor| ancestor.is_file())?;
    let folder = path.strip_prefix(archive).ok()?.to_str()?.replace('\\', "/");
    let opened: Result<_, Error> = source::open(archive);
    Some((opened.ok()?, folder))
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl State {}
