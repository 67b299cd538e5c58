//! A runtime: one interpreter with the library, the `exocet` module and a search path.

use crate::{
    Error,
    finder::{MetaFinder, PathHook},
    library, python,
    source::{self, Source},
    state::{State, sys_modules},
};
use rustpython_vm::{
    AsObject, Interpreter, PyObjectRef, PyPayload, PyResult, Settings, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyListRef, PyType},
};
use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// An interpreter that can load modules. Make one and keep it: an interpreter that is dropped leaves memory behind
/// (RustPython issue 3504).
pub struct Runtime {
    interpreter: Interpreter,
}

/// What a runtime is made of.
#[derive(Default)]
#[must_use]
pub struct Builder {
    path: Vec<Arc<dyn Source>>,
    arguments: Vec<String>,
    isolated: bool,
    without_signals: bool,
}

impl Runtime {
    /// Begins a new runtime.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Runs `f` inside the interpreter.
    pub fn enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> R) -> R {
        self.interpreter.enter(f)
    }

    /// Runs `f` as a whole program, then ends the interpreter as `python` ends: threads are joined, `atexit` functions
    /// run, and an exception is printed. Gives the exit code.
    pub fn run(self, f: impl FnOnce(&VirtualMachine) -> PyResult<()>) -> u32 {
        self.interpreter.run(|vm| f(vm).inspect_err(|error| shorten_exit_code(error, vm)))
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
        let builder = Interpreter::builder(settings);
        #[cfg(feature = "stdlib")]
        let builder = {
            let natives = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
            builder.add_native_modules(&natives).add_frozen_modules(rustpython_pylib::FROZEN_STDLIB).init_hook(|vm| {
                use rustpython_vm::common::rc::PyRc;
                if let Some(state) = PyRc::get_mut(&mut vm.state) {
                    state.config.paths.stdlib_dir = Some(crate::frozen::LABEL.to_owned());
                }
            })
        };
        let environment = if self.isolated { Vec::new() } else { python_path() };
        let natives = [python::module_def(&builder.ctx)];
        let interpreter = builder.add_native_modules(&natives).build();
        interpreter
            .enter(|vm| install(&self.path, &environment, vm).map_err(|error| describe(&error, vm)))
            .map_err(Error::start)?;
        Ok(Runtime { interpreter })
    }
}

/// Of an exit code that fits into 64 bits CPython keeps the lowest ones, where the interpreter takes any that is longer
/// than 32 bits for -1.
fn shorten_exit_code(error: &PyBaseExceptionRef, vm: &VirtualMachine) {
    if error.fast_isinstance(vm.ctx.exceptions.system_exit)
        && let Ok(code) = error.as_object().get_attr("code", vm)
        && let Some(code) = code.downcast_ref::<PyInt>()
        && let Ok(code) = code.try_to_primitive::<i64>(vm)
    {
        // An exception that takes no attribute keeps the code that it has.
        let _ = error.as_object().set_attr("code", vm.ctx.new_int(code as u32), vm);
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
    if sys_modules(vm)?.contains_key("_frozen_importlib_external", vm) {
        list("path_hooks", vm)?.borrow_vec_mut().insert(0, PathHook.into_ref(&vm.ctx).into());
        // The embedded library comes last, as the standard library does on CPython's `sys.path`.
        let name = |finder: &PyObjectRef| finder.downcast_ref::<PyType>().map(|class| class.name().to_string());
        finders.borrow_vec_mut().sort_by_key(|finder| name(finder).as_deref() == Some("FrozenImporter"));
    } else {
        finders.borrow_vec_mut().push(MetaFinder.into_ref(&vm.ctx).into());
    }
    // What the interpreter puts there by itself are the folders of a CPython that may happen to be installed.
    let mut entries = Vec::new();
    for source in path {
        state.register(source.clone());
        entries.push(vm.ctx.new_str(source.label()).into());
    }
    entries.extend(environment.iter().map(|entry| vm.ctx.new_str(entry.as_str()).into()));
    *list("path", vm)?.borrow_vec_mut() = entries;
    Ok(())
}

/// The entries of the environment variable `PYTHONPATH`.
fn python_path() -> Vec<String> {
    let path = std::env::var_os("PYTHONPATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter_map(|entry| entry.into_os_string().into_string().ok())
        .filter(|entry| !entry.is_empty())
        .collect()
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
