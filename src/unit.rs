//! Units: source compiled once, and instantiated into any number of modules.

#[cfg(feature = "threading")]
use crate::ahead::Ahead;
use crate::{
    Error, Kind, PythonModule, broken,
    code::{self, Code},
    depth,
    exec::depth_error,
    finder::Loader,
    mapper::MapperRef,
    source::{Source, Stamp},
    state::{State, sys_modules},
    store::Store,
    text,
};
use hashbrown::{Equivalent, HashMap};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyDictRef, PyModule, PyTypeRef},
    bytecode::CodeFlags,
    common::{lock::PyMutex, rc::PyRc},
    compiler::{CompileOpts, Mode},
    function::ArgMapping,
    scope::Scope,
};
use std::sync::{Arc, OnceLock};

/// Source that is nested deeper than this is compiled on a stack that grows.
const SHALLOW: u32 = 100;

/// How deep the compiler may recurse. The VM's own limit is that of running code, and too low for a long sum.
const RECURSION_LIMIT: usize = 10_000;

/// The units of one interpreter. A unit is used only while the bytes that it was made of are the source's.
#[derive(Default)]
pub(crate) struct Units {
    units: PyMutex<HashMap<Key, Cached>>,
    /// Where compiled code is found, and left for others.
    store: OnceLock<Store>,
    /// Absent where nothing is compiled ahead.
    #[cfg(feature = "threading")]
    ahead: OnceLock<Option<Ahead>>,
}

/// A source by its address, which is its own as long as the cache keeps it alive, and the path in it; and the name, as
/// one file can be two modules.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    source: usize,
    path: String,
    name: String,
}

/// A key that borrows: a load that finds its unit allocates none.
#[derive(Hash)]
struct KeyRef<'a> {
    source: usize,
    path: &'a str,
    name: &'a str,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.source == key.source && self.path == key.path && self.name == key.name
    }
}

struct Cached {
    _source: Arc<dyn Source>,
    stamp: Option<Stamp>,
    bytes: Arc<[u8]>,
    unit: PyRc<Unit>,
}

/// Compiled source, and what every module made of it begins with.
pub(crate) struct Unit {
    /// Absent for a namespace package, which has no code.
    code: Option<PyRef<PyCode>>,
    name: String,
    globals: PyDictRef,
    spec: PyDictRef,
    spec_class: PyTypeRef,
    locations: Option<Vec<PyObjectRef>>,
}

impl Units {
    /// Decides where compiled code is kept, and whether other threads compile ahead, before the first unit is made.
    pub(crate) fn configure(&self, store: Store, #[cfg(feature = "threading")] ahead: bool) {
        // A second time there is nothing left to decide.
        let _ = self.store.set(store);
        #[cfg(feature = "threading")]
        if !ahead {
            let _ = self.ahead.set(None);
        }
    }

    /// Forgets all units: each module is compiled, or taken from the store, when it is loaded next.
    pub(crate) fn clear(&self) {
        // What the units hold is dropped after the lock: it may run any code.
        let units = std::mem::take(&mut *self.units.lock());
        drop(units);
    }

    fn store(&self) -> &Store {
        self.store.get_or_init(Store::default)
    }

    /// What compiles ahead for this interpreter.
    #[cfg(feature = "threading")]
    pub(crate) fn ahead(&self, vm: &VirtualMachine) -> Option<&Ahead> {
        self.ahead.get_or_init(|| Some(Ahead::new(self.store().clone(), compile_options(vm)))).as_ref()
    }

    /// The unit of a module that isn't native, as its source is now.
    pub(crate) fn get(&self, handle: &PythonModule, vm: &VirtualMachine) -> PyResult<PyRc<Unit>> {
        let raise = |error: Error| error.into_exception(vm);
        let Some((source, path)) = handle.source_and_path() else {
            return Ok(PyRc::new(Unit::new(handle, None, vm)?));
        };
        let key = KeyRef { source: Arc::as_ptr(source).cast::<()>() as usize, path, name: handle.name() };
        // The stamp comes first: what is written after it was taken makes it differ from the next one.
        let stamp = handle.stamp().map_err(raise)?;
        if stamp.is_some()
            && let Some(cached) = self.units.lock().get(&key)
            && cached.stamp == stamp
        {
            return Ok(cached.unit.clone());
        }
        let bytes = handle.read().map_err(raise)?.unwrap_or_default();
        let mut edited = false;
        if let Some(cached) = self.units.lock().get_mut(&key) {
            if cached.bytes == bytes {
                cached.stamp = stamp;
                return Ok(cached.unit.clone());
            }
            edited = true;
        }
        if edited {
            forget_lines(handle, vm)?;
        }
        #[cfg(feature = "stdlib")]
        let frozen = crate::frozen::code(handle, vm);
        #[cfg(not(feature = "stdlib"))]
        let frozen = None;
        let code = frozen.map_or_else(|| self.code(handle, &bytes, vm), Ok)?;
        let unit = PyRc::new(Unit::new(handle, Some(code), vm)?);
        let cached = Cached { _source: source.clone(), stamp, bytes, unit: unit.clone() };
        let key = Key { source: key.source, path: path.to_owned(), name: handle.name().to_owned() };
        self.units.lock().insert(key, cached);
        Ok(unit)
    }

    /// The code of bytes that the interpreter itself is to compile, where the store has or can make it and no warning is
    /// lost.
    pub(crate) fn quiet_code(&self, bytes: &[u8], file: &str, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
        let options = compile_options(vm);
        let key = code::Key::new(bytes, file, &options);
        let code = self.store().get(&key, || Code::compile(bytes, file, &options))?;
        code.is_quiet().then(|| code.instantiate(vm))
    }

    /// The code of a module's bytes: what the store has, or else compiled now.
    fn code(&self, handle: &PythonModule, bytes: &[u8], vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
        let file = handle.origin().unwrap_or_default();
        let options = compile_options(vm);
        let key = code::Key::new(bytes, &file, &options);
        let store = self.store();
        if let Some(code) = store.get(&key, || Code::compile(bytes, &file, &options)) {
            #[cfg(feature = "threading")]
            if let Some(ahead) = self.ahead(vm) {
                ahead.follow(handle, &code);
            }
            return Ok(code.instantiate(vm));
        }
        let text = text::decode(bytes).map_err(|error| Error::decode(file.clone(), error).into_exception(vm))?;
        let depth = depth::check(&text).map_err(|deep| depth_error(&deep, &file, vm))?;
        let code = compile_text(&text, Mode::Exec, &file, depth, vm)?;
        if !is_deep(depth) {
            store.add(key, Code::of_interpreter(&code));
        }
        Ok(code)
    }
}

/// Makes `linecache` read the source anew, which it can't know has changed where there is no file on the disk.
fn forget_lines(handle: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
    let Some(linecache) = sys_modules(vm)?.get_item_opt("linecache", vm)? else { return Ok(()) };
    if let Some(file) = handle.origin()
        && let Some(cache) = vm.get_attribute_opt(&linecache, "cache")?
    {
        vm.call_method(&cache, "pop", (file, vm.ctx.none()))?;
    }
    Ok(())
}

/// How the interpreter compiles modules.
fn compile_options(vm: &VirtualMachine) -> CompileOpts {
    let mut options = vm.compile_opts();
    options.recursion_limit = options.recursion_limit.max(RECURSION_LIMIT);
    options
}

/// Compiles source text of that depth.
pub(crate) fn compile_text(
    text: &str,
    mode: Mode,
    file: &str,
    depth: u32,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyCode>> {
    let options = compile_options(vm);
    if !is_deep(depth) {
        broken::check(text, mode, file, false, vm)?;
        let compiled = vm.compile_with_opts(text, mode, file, options);
        return compiled.map_err(|error| error.into_pyexception(vm, Some(text)));
    }
    // Without the VM: it measures what is left of the thread's own stack, and takes any other for one that has overflowed.
    match on_deep_stack(depth, || rustpython_vm::compiler::compile(text, mode, file, options)) {
        Ok(code) => Ok(PyCode::new_ref_from_bytecode(vm, code)),
        Err(error) => Err(vm.new_syntax_error(&error, Some(text))),
    }
}

/// Whether source of that depth may need more stack than is at hand.
pub(crate) fn is_deep(depth: u32) -> bool {
    depth > SHALLOW
}

/// Runs `f` where there is stack enough for source of that depth.
pub(crate) fn on_deep_stack<R>(depth: u32, f: impl FnOnce() -> R) -> R {
    if is_deep(depth) { stacker::grow(256 << 20, f) } else { f() }
}

impl Unit {
    fn new(handle: &PythonModule, code: Option<PyRef<PyCode>>, vm: &VirtualMachine) -> PyResult<Self> {
        let name: PyObjectRef = vm.ctx.intern_str(handle.name()).to_object();
        let parent = match handle.kind() {
            Kind::Module => handle.name().rsplit_once('.').map_or("", |(parent, _)| parent),
            Kind::Package | Kind::Namespace => handle.name(),
        };
        let loader: PyObjectRef = Loader::new(handle.clone()).into_ref(&vm.ctx).into();
        let origin = handle.origin().map(|origin| vm.ctx.new_str(origin));
        let locations = handle
            .search_path()
            .map(|path| path.locations().iter().map(|location| vm.ctx.new_str(location.to_string()).into()).collect());
        let doc = code.as_ref().filter(|code| code.code.flags.contains(CodeFlags::HAS_DOCSTRING));
        let doc = doc.and_then(|code| Some(code.code.constants.first()?.as_object().to_owned()));

        let spec = vm.ctx.new_dict();
        let has_location = handle.kind() != Kind::Namespace;
        for (key, value) in [
            ("name", name.clone()),
            ("loader", loader.clone()),
            ("origin", vm.unwrap_or_none(origin.clone().map(Into::into))),
            ("loader_state", vm.ctx.none()),
            ("submodule_search_locations", vm.ctx.none()),
            ("_uninitialized_submodules", vm.ctx.none()),
            ("_set_fileattr", vm.ctx.new_bool(has_location).into()),
            ("_cached", vm.ctx.none()),
            ("_initializing", vm.ctx.new_bool(true).into()),
        ] {
            spec.set_item(vm.ctx.intern_str(key), value, vm)?;
        }
        let globals = vm.ctx.new_dict();
        globals.set_item(vm.ctx.intern_str("__name__"), name, vm)?;
        globals.set_item(vm.ctx.intern_str("__doc__"), vm.unwrap_or_none(doc), vm)?;
        globals.set_item(vm.ctx.intern_str("__package__"), vm.ctx.intern_str(parent).to_object(), vm)?;
        globals.set_item(vm.ctx.intern_str("__loader__"), loader, vm)?;
        globals.set_item(vm.ctx.intern_str("__spec__"), vm.ctx.none(), vm)?;
        if let Some(file) = origin {
            globals.set_item(vm.ctx.intern_str("__file__"), file.into(), vm)?;
        }
        globals.set_item(vm.ctx.intern_str("__builtins__"), vm.ctx.none(), vm)?;
        Ok(Self {
            code,
            name: handle.name().to_owned(),
            globals,
            spec,
            spec_class: State::of(vm).spec_class.clone(),
            locations,
        })
    }

    /// A module of this unit whose code didn't run yet.
    pub(crate) fn fresh(&self, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
        let globals = self.globals.copy().into_ref(&vm.ctx);
        self.complete(&globals, mapper, vm)?;
        let module = PyRef::new_ref(PyModule::new(), vm.ctx.types.module_type.to_owned(), Some(globals));
        self.give_name(&module, vm)?;
        Ok(module)
    }

    /// Gives a module that exists already what a fresh one begins with.
    pub(crate) fn fill(&self, module: &Py<PyModule>, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<()> {
        let globals = module.dict();
        globals.merge_object(self.globals.clone().into(), vm)?;
        self.complete(&globals, mapper, vm)?;
        self.give_name(module, vm)
    }

    /// Gives the module a string of its own as its name, by which it is found again.
    fn give_name(&self, module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
        let name: PyObjectRef = vm.ctx.new_str(self.name.as_str()).into();
        module.dict().set_item(crate::interned::get(vm).name, name.clone(), vm)?;
        let state = State::of(vm);
        state.classes.count(vm);
        state.instances.add(&name, module, vm)
    }

    fn complete(&self, globals: &PyDictRef, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<()> {
        let names = crate::interned::get(vm);
        globals.set_item(names.builtins, mapper.home(vm)?.into(), vm)?;
        let spec = self.new_spec(Some(mapper), vm)?;
        if self.locations.is_some() {
            globals.set_item(names.path, spec.get_attr(names.search_locations, vm)?, vm)?;
        }
        globals.set_item(names.spec, spec, vm)
    }

    /// A spec of its own for one module, which keeps the module's mapper alive.
    pub(crate) fn new_spec(&self, mapper: Option<&MapperRef>, vm: &VirtualMachine) -> PyResult {
        let spec = self.spec.copy().into_ref(&vm.ctx);
        let names = crate::interned::get(vm);
        if let Some(mapper) = mapper {
            spec.set_item(names.loader_state, mapper.as_object().to_owned(), vm)?;
        }
        // Only a package has submodules to keep a list of.
        if let Some(locations) = &self.locations {
            spec.set_item(names.uninitialized_submodules, vm.ctx.new_list(Vec::new()).into(), vm)?;
            spec.set_item(names.search_locations, vm.ctx.new_list(locations.clone()).into(), vm)?;
        }
        Ok(vm.ctx.new_base_object(self.spec_class.clone(), Some(spec)))
    }

    /// A spec as finders give it, of a module that doesn't exist yet.
    pub(crate) fn found_spec(&self, mapper: Option<&MapperRef>, vm: &VirtualMachine) -> PyResult {
        let spec = self.new_spec(mapper, vm)?;
        spec.set_attr("_initializing", vm.ctx.new_bool(false), vm)?;
        // Without access to the host, importlib lacks the half that could tell the place of a cached bytecode file.
        if cfg!(not(feature = "host_env")) {
            spec.set_attr("_set_fileattr", vm.ctx.new_bool(false), vm)?;
        }
        Ok(spec)
    }

    /// Runs the code in `globals`, which `fresh` or `fill` made ready.
    pub(crate) fn run(&self, globals: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
        let result = self.execute(globals, vm);
        if let Some(spec) = globals.get_item_opt(crate::interned::get(vm).spec, vm)?
            && let Some(dict) = spec.dict()
        {
            dict.set_item(crate::interned::get(vm).initializing, vm.ctx.new_bool(false).into(), vm)?;
        }
        result
    }

    /// Runs the code in `globals` and leaves its spec alone.
    pub(crate) fn execute(&self, globals: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(code) = &self.code else { return Ok(()) };
        let scope = Scope::new(Some(ArgMapping::from_dict_exact(globals.clone())), globals.clone());
        vm.run_code_obj(code.clone(), scope).map(drop)
    }

    /// The compiled code, which a namespace package has none of.
    pub(crate) fn code(&self) -> Option<&PyRef<PyCode>> {
        self.code.as_ref()
    }
}

impl std::fmt::Debug for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unit").field("globals", &self.globals.get_id()).finish_non_exhaustive()
    }
}
