//! A runtime: one interpreter with the library, the `exocet` module and a search path.

#[cfg(feature = "disk-cache")]
use crate::DiskCache;
use crate::{
    Error, Imports, Limits, Mapper, MapperRef, Object, PythonModule, SearchPath,
    engine::Engine,
    finder::{MetaFinder, PathHook},
    imports::Guarded,
    library, loader, mapper,
    observe::{self, Observer},
    python, realm,
    source::{self, Source},
    state::{State, sys_modules},
    store::Store,
    value::Bridge,
};
use rustpython_vm::{
    Interpreter, PyObjectRef, PyPayload, PyResult, Settings, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyListRef, PyType},
    common::rc::PyRc,
};
use serde::Serialize;
use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// An interpreter that can load modules. Make one and keep it: an interpreter that is dropped leaves memory behind
/// (RustPython issue 3504).
///
/// With the feature `threading` it may be shared by threads, and they run Python code side by side; without it, it stays
/// on its thread. It may be entered while it is entered already, as by a function that its own Python code called, and
/// while another runtime is.
pub struct Runtime {
    engine: PyRc<Engine>,
}

/// What a runtime is made of.
#[derive(Default)]
#[must_use]
pub struct Builder {
    path: Vec<Arc<dyn Source>>,
    arguments: Vec<String>,
    isolated: bool,
    without_signals: bool,
    store: Store,
    observers: Vec<Arc<dyn Observer>>,
    limits: Limits,
    #[cfg(feature = "threading")]
    alone: bool,
}

impl Runtime {
    /// Begins a new runtime.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Loads the module `name` of the search path: makes a new module object and runs its code. What its imports get,
    /// `imports` decides.
    ///
    /// # Errors
    /// A name that isn't found; a module that can't be read; whatever its code raises; `imports` of another runtime.
    pub fn load(&self, name: &str, imports: &Imports) -> Result<Object, Error> {
        self.load_by(name, imports, |handle, mapper, vm| loader::load(handle, mapper, vm).map(Into::into))
    }

    /// Loads the package `name` as a realm of its own: the package and its modules are fresh, and see one another.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn load_package(&self, name: &str, imports: &Imports) -> Result<Object, Error> {
        self.load_by(name, imports, realm::load_package)
    }

    fn load_by(
        &self,
        name: &str,
        imports: &Imports,
        load: impl FnOnce(&PythonModule, &MapperRef, &VirtualMachine) -> PyResult,
    ) -> Result<Object, Error> {
        let link = imports.object().link().clone();
        if !link.is(&self.engine.link()) {
            return Err(Error::other_runtime(format!("what `{name}` imports")));
        }
        let handle = self.search_path()?.get(name)?;
        let raised = |exception, vm: &VirtualMachine| Error::from_exception(exception, vm);
        let loaded = link.enter(|vm| {
            let module = imports.raw(vm).and_then(|mapper| load(&handle, &mapper, vm));
            module.map_err(|exception| raised(exception, vm))
        });
        loaded.map(|module| Object::linked(module, link))
    }

    /// The sources, the live `sys.path` and the library, where modules are found and listed.
    ///
    /// # Errors
    /// `sys.path` that is no list.
    pub fn search_path(&self) -> Result<SearchPath, Error> {
        self.try_enter(crate::search_path)
    }

    /// Imports as `import` itself has them: the interpreter's shared modules.
    #[must_use]
    pub fn pass_through(&self) -> Imports {
        self.imports(mapper::pass_through)
    }

    /// No imports at all.
    #[must_use]
    pub fn no_imports(&self) -> Imports {
        self.imports(mapper::empty)
    }

    /// Imports by a mapper of your own. A panic of it becomes a `RuntimeError`.
    #[must_use]
    pub fn mapper(&self, mapper: impl Mapper) -> Imports {
        self.imports(|vm| MapperRef::new(Guarded(mapper), vm))
    }

    fn imports(&self, make: impl FnOnce(&VirtualMachine) -> MapperRef) -> Imports {
        Imports::new(Object::linked(self.enter(make).into(), self.engine.link()))
    }

    /// Makes a Python object of a Rust value.
    ///
    /// # Errors
    /// A value that has no form in Python, or belongs to another runtime.
    pub fn object(&self, value: impl Serialize) -> Result<Object, Error> {
        let link = self.engine.link();
        let object =
            self.engine.try_enter(|vm| Bridge { vm, link: &link }.to_python(&value, || "the value".to_owned()))?;
        Ok(Object::linked(object, link))
    }

    /// Runs `f` inside the interpreter, where all of the VM can be used. What `f` returns must not be used inside of
    /// another runtime.
    ///
    /// # Panics
    /// As `f` does; and if a panic went through Python code before, which leaves the interpreter in no known state. A
    /// panic in a function or a mapper of the host's is no such panic: it becomes an exception.
    pub fn enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> R) -> R {
        self.engine.enter(f)
    }

    /// As [`enter`](Self::enter), with an exception as a typed error.
    ///
    /// # Errors
    /// The exception; a panic in the VM, now or before.
    pub fn try_enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> PyResult<R>) -> Result<R, Error> {
        self.engine.try_enter(|vm| f(vm).map_err(|exception| Error::from_exception(exception, vm)))
    }

    /// Runs `f` as a whole program, then ends the interpreter as `python` ends: threads are joined, `atexit` functions
    /// run, and an exception is printed. Gives the exit code.
    ///
    /// On another thread than the one that built the runtime the modules are left as they are in the end.
    pub fn run(self, f: impl FnOnce(&VirtualMachine) -> PyResult<()>) -> u32 {
        self.engine.run(f)
    }
}

impl Builder {
    /// Puts a folder or a zip archive at the end of the search path.
    ///
    /// # Errors
    /// Something else, or nothing, at that path.
    pub fn path(self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let source = source::open(path)?;
        Ok(self.shared_source(source))
    }

    /// Puts a source at the end of the search path. Each source needs a label of its own.
    pub fn source(self, source: impl Source) -> Self {
        self.shared_source(Arc::new(source))
    }

    /// Puts a source that others hold too at the end of the search path.
    pub fn shared_source(mut self, source: Arc<dyn Source>) -> Self {
        self.path.push(source);
        self
    }

    /// What `sys.argv` holds.
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Leaves the environment variables of Python alone; `PYTHONPATH` follows the search path otherwise.
    pub fn isolated(mut self) -> Self {
        self.isolated = true;
        self
    }

    /// Leaves the signals of the process alone: Ctrl-C ends it, and doesn't raise `KeyboardInterrupt`.
    pub fn without_signals(mut self) -> Self {
        self.without_signals = true;
        self
    }

    /// Keeps compiled code in a folder on the disk as well, for the processes to come. All runtimes of a process share it in
    /// memory anyway.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// let cache = exocet::DiskCache::new(folder.path());
    /// let runtime = exocet::Runtime::builder()
    ///     .source(exocet::Memory::new("<disk cache>").with("kept.py", "answer = 42"))
    ///     .disk_cache(cache)
    ///     .build()?;
    /// runtime.load("kept", &runtime.no_imports())?;
    /// assert_eq!(exocet::DiskCache::new(folder.path()).info()?.entries, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "disk-cache")]
    pub fn disk_cache(mut self, cache: DiskCache) -> Self {
        self.store.disk = Some(Arc::new(cache));
        self
    }

    /// Compiles modules when they are loaded and not before. Otherwise what a module imports from beside it is compiled
    /// ahead on other threads, as far as its source [lets that happen](Source::reads_ahead).
    #[cfg(feature = "threading")]
    pub fn without_compiling_ahead(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Tells `observer` each answer of a mapper and each load; several observers are told in turn. A runtime without any pays
    /// nothing for it.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// What code may use up that [`Imports::limited`] says nothing else of. Here the limits for the source of a module, its nesting and
    /// compile time, the modules of a realm and the depth of imports count; passing one is an exception, and no more.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Builds the runtime.
    ///
    /// # Errors
    /// Two sources with one label, and an interpreter that doesn't start.
    pub fn build(self) -> Result<Runtime, Error> {
        for (at, source) in self.path.iter().enumerate() {
            if self.path[..at].iter().any(|other| other.label() == source.label() && !Arc::ptr_eq(other, source)) {
                return Err(Error::same_label(source.label()));
            }
        }
        // Interpreters share their built-in classes, and while the first one makes them, another sees them half-made.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut settings = Settings::default();
        // Programs rely on a first argument, as CPython does where it is embedded.
        settings.argv = if self.arguments.is_empty() { vec![String::new()] } else { self.arguments };
        settings.isolated = self.isolated;
        settings.ignore_environment = self.isolated;
        settings.install_signal_handlers = !self.without_signals;
        settings.write_bytecode = false;
        // Text is UTF-8, as it is from Python 3.15 on: the VM never asks the locale, and would take it for ASCII.
        settings.utf8_mode = 1;
        let (signals, listens) = rustpython_vm::signal::user_signal_channel();
        let builder = Interpreter::builder(settings).init_hook(move |vm| vm.set_user_signal_channel(listens));
        #[cfg(feature = "library")]
        let builder = {
            let natives = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
            #[cfg(not(feature = "host_env"))]
            let natives = [natives, vec![crate::entropy::module_def(&builder.ctx)]].concat();
            builder.add_native_modules(&natives)
        };
        #[cfg(feature = "stdlib")]
        let builder = builder.add_frozen_modules(rustpython_pylib::FROZEN_STDLIB).init_hook(|vm| {
            use rustpython_vm::common::rc::PyRc;
            if let Some(state) = PyRc::get_mut(&mut vm.state) {
                state.config.paths.stdlib_dir = Some(crate::embedded::LABEL.to_owned());
            }
        });
        let environment = if self.isolated { Vec::new() } else { python_path() };
        let natives = [python::module_def(&builder.ctx)];
        let interpreter = builder.add_native_modules(&natives).build();
        interpreter
            .enter(|vm| {
                #[cfg(feature = "threading")]
                State::of(vm).units.configure(self.store, !self.alone);
                #[cfg(not(feature = "threading"))]
                State::of(vm).units.configure(self.store);
                // It is set once, here.
                let _ = State::of(vm).limits.set(self.limits);
                install(&self.path, &environment, vm)
                    .and_then(|()| observe::install(self.observers, vm))
                    .map_err(|error| describe(&error, vm))
            })
            .map_err(Error::start)?;
        Ok(Runtime { engine: Engine::new(interpreter, signals) })
    }
}

fn install(path: &[Arc<dyn Source>], environment: &[String], vm: &VirtualMachine) -> PyResult<()> {
    let state = State::of(vm);
    library::install(vm)?;
    crate::exec::guard_interpreter(vm)?;
    // Some modules of the library import it, whether there is a program or not.
    let main = vm.new_module("__main__", vm.ctx.new_dict(), None);
    main.set_attr("__builtins__", vm.builtins.clone(), vm)?;
    sys_modules(vm)?.set_item("__main__", main.into(), vm)?;
    let finders = list("meta_path", vm)?;
    list("path_hooks", vm)?.borrow_vec_mut().insert(0, PathHook.into_ref(&vm.ctx).into());
    if sys_modules(vm)?.contains_key("_frozen_importlib_external", vm) {
        // The embedded library comes last, as the standard library does on CPython's `sys.path`.
        let name = |finder: &PyObjectRef| finder.downcast_ref::<PyType>().map(|class| class.name().to_string());
        finders.borrow_vec_mut().sort_by_key(|finder| name(finder).as_deref() == Some("FrozenImporter"));
    } else {
        finders.borrow_vec_mut().push(MetaFinder.into_ref(&vm.ctx).into());
    }
    // What the interpreter puts there by itself are the folders of a CPython that may happen to be installed.
    let mut entries = Vec::new();
    for source in path {
        state.register(Arc::new(source::guarded::Guarded(source.clone())));
        entries.push(vm.ctx.new_str(source.label()).into());
    }
    entries.extend(environment.iter().map(|entry| vm.ctx.new_str(entry.as_str()).into()));
    *list("path", vm)?.borrow_vec_mut() = entries;
    Ok(())
}

/// The entries of the environment variable `PYTHONPATH`.
fn python_path() -> Vec<String> {
    // Rust's own function for this stops the program under WASI.
    let separator = if cfg!(windows) { ';' } else { ':' };
    let path = std::env::var("PYTHONPATH").unwrap_or_default();
    path.split(separator).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn list(name: &'static str, vm: &VirtualMachine) -> PyResult<PyListRef> {
    vm.sys_module.get_attr(name, vm)?.try_into_value(vm)
}

fn describe(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    let mut text = String::new();
    // Writing into a string can't fail.
    let _ = vm.write_exception(&mut text, error);
    text
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}
