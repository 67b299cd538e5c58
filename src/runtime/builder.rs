//! Building a runtime.

use super::{
    Runtime, arguments,
    search::{install_finders, install_path, python_path},
};
#[cfg(feature = "disk-cache")]
use crate::compile::disk_cache::DiskCache;
#[cfg(feature = "units")]
use crate::compile::elsewhere::Compiler;
#[cfg(all(unix, feature = "host_env"))]
use crate::interpreter::signals;
#[cfg(feature = "threading")]
use crate::interpreter::{shared_classes, threads};
use crate::{
    compile::{cache::Store, module_compiler::MODULE_COMPILER},
    error::{Error, Kind},
    import::{exec::guard_interpreter, made_code, shared_import},
    interpreter::{
        engine::Engine,
        import_code::IMPORT_CODE,
        library_code::LIBRARY,
        limits::{DEFAULT_LIMITS, Limits},
    },
    load::library,
    observe::{observer::Observer, watch},
    python,
    realm::sys,
    source::{contract::Source, open::open},
};
use rustpython_vm::{
    Interpreter, InterpreterBuilder, PyResult, Settings, VirtualMachine, builtins::PyBaseExceptionRef,
};
use std::{
    ffi::OsString,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// What a runtime is made of.
#[derive(Default)]
#[must_use]
pub struct RuntimeBuilder {
    path: Vec<Arc<dyn Source>>,
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    files: Vec<Arc<dyn Source>>,
    arguments: Vec<OsString>,
    settings: Settings,
    isolated: bool,
    interrupts: bool,
    store: Store,
    observers: Vec<Arc<dyn Observer>>,
    limits: Limits,
    #[cfg(feature = "threading")]
    alone: bool,
}

impl RuntimeBuilder {
    /// Puts a folder or a zip archive at the end of the search path.
    ///
    /// # Errors
    /// Something else, or nothing, at that path.
    pub fn path(self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let source = open(path)?;
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

    /// Hands in files, without modules being looked up among them. Where the VM has no access to the host, code sees the files of all
    /// sources, read-only and each at the path that its label is, and no others: of a source labelled `/a/b` there is `/a/b/x.txt`, of
    /// one labelled `<app>` there is `<app>/x.txt`, which is below the root as well.
    #[cfg(all(feature = "library", not(feature = "host_env")))]
    pub fn files(mut self, source: Arc<dyn Source>) -> Self {
        self.files.push(source);
        self
    }

    /// What `sys.argv` holds. What isn't UTF-8 is there as CPython has it, with `surrogateescape`.
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// The settings of the VM itself, such as `optimize` or `warnoptions`. The runtime's own are its arguments, its search path,
    /// its encoding and that it writes no bytecode.
    ///
    /// ```
    /// let mut settings = exocet::vm::Settings::default();
    /// settings.optimize = 1;
    /// let source = exocet::Memory::new("<settings>").with("m.py", "debug = __debug__");
    /// let runtime = exocet::Runtime::builder().vm_settings(settings).source(source).build()?;
    /// assert!(!runtime.load("m", &exocet::Imports::none())?.get::<bool>("debug")?);
    /// # Ok::<(), exocet::Error>(())
    /// ```
    pub fn vm_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Leaves the environment variables of Python alone; `PYTHONPATH` follows the search path otherwise.
    pub fn isolated(mut self) -> Self {
        self.isolated = true;
        self
    }

    /// Has Ctrl-C raise `KeyboardInterrupt` in Python code, unless the process handles or ignores `SIGINT` already. It takes effect once
    /// code runs on the thread that built the runtime, and stays when the runtime is dropped. Otherwise a runtime leaves the signals of
    /// the process alone.
    pub fn interrupts(mut self) -> Self {
        self.interrupts = true;
        self
    }

    /// Keeps compiled code in a folder on the disk as well, for the processes to come. All runtimes of a process share it in
    /// memory anyway.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// let cache = exocet::compile::DiskCache::new(folder.path());
    /// let runtime = exocet::Runtime::builder()
    ///     .source(exocet::Memory::new("<disk cache>").with("kept.py", "answer = 42"))
    ///     .disk_cache(cache)
    ///     .build()?;
    /// runtime.load("kept", &exocet::Imports::none())?;
    /// assert_eq!(exocet::compile::DiskCache::new(folder.path()).info()?.entries, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "disk-cache")]
    pub fn disk_cache(mut self, cache: DiskCache) -> Self {
        self.store.disk = Some(Arc::new(cache));
        self
    }

    /// Has modules compiled elsewhere than here.
    #[cfg(feature = "units")]
    pub fn compiler(mut self, compiler: impl Compiler) -> Self {
        self.store.compiler = Some(Arc::new(compiler));
        self
    }

    /// Compiles modules when they are loaded and not before. Otherwise what a module imports from beside it is compiled
    /// ahead on other threads, as far as its source [lets that happen](Source::reads_ahead).
    #[cfg(feature = "threading")]
    pub fn without_compiling_ahead(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Notifies `observer` of each answer of a mapper and each load; several observers are notified in turn. A runtime without
    /// any pays nothing for it.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Limits code that [`Imports::with_limits`](crate::Imports::with_limits) doesn't limit. Here the limits for the source of a
    /// module, its nesting and compile time, the modules of a realm and the depth of imports count; exceeding one is an
    /// exception, and no more.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Builds the runtime.
    ///
    /// # Errors
    /// Two sources with one label; a bundle's lock that can't be read; an interpreter that doesn't start; one doesn't where an argument
    /// of the process is not UTF-8, unless the system is Linux with glibc.
    pub fn build(mut self) -> Result<Runtime, Error> {
        for (at, source) in self.path.iter().enumerate() {
            if self.path[..at].iter().any(|other| other.label() == source.label() && !Arc::ptr_eq(other, source)) {
                return Err(Kind::SameLabel { label: source.label().to_owned() }.into());
            }
        }
        #[cfg(feature = "bundles")]
        for bundle in self.path.iter().filter_map(|source| source.bundle().cloned()).collect::<Vec<_>>() {
            if let Some(lock) = bundle.lock()? {
                self = self.observer(lock);
            }
            self.store.bundles.push(bundle);
        }
        // Interpreters share their built-in classes, and while the first one makes them, another sees them half-made.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        let (signals, listens) = rustpython_vm::signal::user_signal_channel();
        let builder = Interpreter::builder(self.settings());
        let builder = with_modules(builder.init_hook(move |vm| {
            vm.set_user_signal_channel(listens);
            // What a collection finalizes may be of a runtime that was dropped, and its code would find this one half-made.
            vm.state.gc.disable();
        }));
        let interpreter = arguments::while_text(|| builder.build())?;
        let installed = interpreter.enter(|vm| {
            let installed = self.install(vm).map_err(|error| describe(&error, vm));
            vm.state.gc.enable();
            installed
        });
        installed.map_err(|traceback| Kind::Start { traceback })?;
        Ok(Runtime { engine: Engine::new(interpreter, signals) })
    }

    fn settings(&mut self) -> Settings {
        let mut settings = std::mem::take(&mut self.settings);
        if self.arguments.is_empty() {
            // Programs rely on a first argument, as CPython does where it is embedded.
            self.arguments.push(OsString::new());
        }
        settings.argv = self.arguments.iter().map(|argument| arguments::text(argument)).collect();
        settings.isolated |= self.isolated;
        settings.ignore_environment |= settings.isolated;
        // What the VM does itself would break the handlers of the process.
        settings.install_signal_handlers = self.interrupts && !cfg!(unix);
        settings.write_bytecode = false;
        // Text is UTF-8, as it is from Python 3.15 on: the VM never asks the locale, and would take it for ASCII.
        settings.utf8_mode = 1;
        settings
    }

    /// Puts everything of a runtime's into a new interpreter.
    fn install(self, vm: &VirtualMachine) -> PyResult<()> {
        python::install(vm);
        #[cfg(feature = "threading")]
        shared_classes::settle(vm);
        // Before any code can have changed what it consists of.
        let _ = (IMPORT_CODE.of(vm), LIBRARY.of(vm));
        #[cfg(feature = "threading")]
        threads::install(vm);
        #[cfg(all(unix, feature = "host_env"))]
        signals::install(self.interrupts, vm)?;
        #[cfg(feature = "threading")]
        MODULE_COMPILER.of(vm).configure(self.store, !self.alone);
        #[cfg(not(feature = "threading"))]
        MODULE_COMPILER.of(vm).configure(self.store);
        library::install(vm)?;
        // Where there is a library, it comes before what bundles bring of it.
        #[cfg(all(feature = "bundles", not(feature = "stdlib")))]
        for library in self.path.iter().filter_map(|source| source.bundle()?.library()) {
            super::search::extend_library(Arc::new(library), vm);
        }
        guard_interpreter(vm)?;
        shared_import::install(vm)?;
        sys::install(vm);
        install_finders(vm)?;
        arguments::install(&self.arguments, vm)?;
        let environment = if vm.state.config.settings.ignore_environment { Vec::new() } else { python_path() };
        install_path(&self.path, &environment, vm)?;
        #[cfg(all(feature = "library", not(feature = "host_env")))]
        for source in self.files {
            super::search::show(source, vm);
        }
        if !self.observers.is_empty() {
            made_code::watch_marshal(vm)?;
        }
        // They are set once, here. Where the library is source, what the interpreter itself needs of it may be larger.
        let _ = DEFAULT_LIMITS.of(vm).set(self.limits);
        watch::install(self.observers, vm)
    }
}

/// Adds the native modules of the library, what is frozen, and the module `exocet`.
fn with_modules(builder: InterpreterBuilder) -> InterpreterBuilder {
    #[cfg(feature = "library")]
    let builder = {
        let natives = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
        #[cfg(not(feature = "host_env"))]
        let natives = [natives, crate::load::library::module_defs(&builder.ctx)].concat();
        builder.add_native_modules(&natives)
    };
    #[cfg(feature = "stdlib")]
    let builder = builder.add_frozen_modules(rustpython_pylib::FROZEN_STDLIB).init_hook(|vm| {
        use rustpython_vm::common::rc::PyRc;
        if let Some(state) = PyRc::get_mut(&mut vm.state) {
            state.config.paths.stdlib_dir = Some(crate::source::embedded::LIBRARY_LABEL.to_owned());
        }
    });
    #[cfg(feature = "threading")]
    let builder = {
        let gentle = shared_classes::abc_module_def(&builder.ctx);
        builder.add_native_modules(gentle.as_slice())
    };
    let natives = [python::module_def(&builder.ctx)];
    builder.add_native_modules(&natives)
}

fn describe(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    let mut text = String::new();
    // Writing into a string can't fail.
    let _ = vm.write_exception(&mut text, error);
    text
}
