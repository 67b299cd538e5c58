//! An interpreter's cache of units.

#[cfg(feature = "threading")]
use crate::ahead::Ahead;
use crate::{
    Error, PythonModule,
    code::{self, Code},
    depth,
    exec::depth_error,
    internal::ImportCode,
    limits, shims,
    source::{Source, Stamp},
    state::sys_modules,
    store::Store,
    text,
    unit::{Unit, compile_options, compile_text, is_deep},
};
use hashbrown::{Equivalent, HashMap};
use rustpython_vm::{
    Py, PyRef, PyResult, VirtualMachine,
    builtins::PyCode,
    common::{lock::PyMutex, rc::PyRc},
    compiler::Mode,
};
use std::sync::{Arc, OnceLock};

/// The units of one interpreter. A unit is used only while the bytes that it was made of are the source's.
#[derive(Default)]
pub(crate) struct Units {
    units: PyMutex<HashMap<Key, Cached>>,
    /// The code of what stands for `importlib`.
    importlib: PyMutex<ImportCode>,
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
        let importlib = std::mem::take(&mut *self.importlib.lock());
        drop((units, importlib));
        #[cfg(feature = "threading")]
        if let Some(Some(ahead)) = self.ahead.get() {
            ahead.forget();
        }
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
        let limits = limits::current(vm);
        limits.check_source(&bytes, &handle.origin().unwrap_or_default(), vm)?;
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
        if Arc::ptr_eq(source, &shims::sources()) && path.starts_with("importlib/") {
            self.importlib.lock().add(&code);
        }
        let unit = PyRc::new(Unit::new(handle, Some(code), vm)?);
        let cached = Cached { _source: source.clone(), stamp, bytes, unit: unit.clone() };
        let key = Key { source: key.source, path: path.to_owned(), name: handle.name().to_owned() };
        self.units.lock().insert(key, cached);
        Ok(unit)
    }

    /// Whether it is code of what stands for `importlib`.
    pub(crate) fn is_importlib(&self, code: &Py<PyCode>) -> bool {
        self.importlib.lock().has(code)
    }

    /// The code of bytes that the interpreter itself is to compile, where the store has or can make it and no warning is
    /// lost.
    pub(crate) fn quiet_code(&self, bytes: &[u8], file: &str, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
        let options = compile_options(vm);
        let key = code::Key::new(bytes, file, &options);
        let compile = || {
            // What takes too long is told of when the VM itself is to compile it.
            limits::current(vm).check_compile_bytes(bytes, file, vm).ok()?;
            Code::compile(bytes, file, &options)
        };
        let code = self.store().get(&key, compile)?;
        code.is_quiet().then(|| code.instantiate(vm))
    }

    /// The code of a module's bytes: what the store has, or else compiled now.
    fn code(&self, handle: &PythonModule, bytes: &[u8], vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
        let file = handle.origin().unwrap_or_default();
        let options = compile_options(vm);
        let key = code::Key::new(bytes, &file, &options);
        let store = self.store();
        let mut late = Ok(());
        let compile = || {
            late = limits::current(vm).check_compile_bytes(bytes, &file, vm);
            late.is_ok().then(|| Code::compile(bytes, &file, &options)).flatten()
        };
        let compiled = store.get(&key, compile);
        late?;
        if let Some(code) = compiled {
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
