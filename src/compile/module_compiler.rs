//! How one interpreter comes by the code of modules: from the caches, or compiled now.

#[cfg(feature = "threading")]
use super::ahead::Ahead;
use super::{
    cache::Store,
    code::{Code, Key},
    compiler::{compile_options, compile_text, depth_error, is_deep},
    time_limit,
};
use crate::{
    error::Error,
    interpreter::{limits, slots::Slot},
    modules::handle::PythonModule,
    syntax::{decode::decode, nesting},
};
use rustpython_vm::{PyRef, PyResult, VirtualMachine, builtins::PyCode, compiler::Mode};
use std::sync::OnceLock;

/// Where one interpreter's modules are compiled.
#[derive(Default)]
pub(crate) struct ModuleCompiler {
    /// Where compiled code is found, and left for others.
    store: OnceLock<Store>,
    /// Absent where nothing is compiled ahead.
    #[cfg(feature = "threading")]
    ahead: OnceLock<Option<Ahead>>,
}

pub(crate) static MODULE_COMPILER: Slot<ModuleCompiler> = Slot::new(|_| ModuleCompiler::default());

impl ModuleCompiler {
    /// Decides where compiled code is kept, and whether other threads compile ahead, before anything is compiled.
    pub(crate) fn configure(&self, store: Store, #[cfg(feature = "threading")] ahead: bool) {
        // A second time there is nothing left to decide.
        let _ = self.store.set(store);
        #[cfg(feature = "threading")]
        if !ahead {
            let _ = self.ahead.set(None);
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

    /// Makes modules be compiled ahead that were before.
    pub(crate) fn forget_seen(&self) {
        #[cfg(feature = "threading")]
        if let Some(Some(ahead)) = self.ahead.get() {
            ahead.forget();
        }
    }

    /// The code of bytes that the interpreter itself is to compile, where the store has or can make it and no warning is
    /// lost.
    pub(crate) fn quiet_code(&self, bytes: &[u8], file: &str, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
        let options = compile_options(vm);
        let key = Key::new(bytes, file, &options);
        let compile = || {
            // What takes too long is reported when the VM itself is to compile it.
            time_limit::check_bytes(&limits::current(vm), bytes, file, vm).ok()?;
            self.store().compile(bytes, file, &options)
        };
        let code = self.store().get(&key, compile)?;
        code.is_quiet().then(|| code.instantiate(vm))
    }

    /// The code of a module's bytes: what the store has, or else compiled now.
    ///
    /// # Errors
    /// Bytes that can't be decoded or compiled; the exception for the limit of compile time.
    pub(crate) fn code(&self, handle: &PythonModule, bytes: &[u8], vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
        let file = handle.origin().unwrap_or_default();
        let options = compile_options(vm);
        let key = Key::new(bytes, &file, &options);
        let store = self.store();
        let mut late = Ok(());
        let compile = || {
            late = time_limit::check_bytes(&limits::current(vm), bytes, &file, vm);
            late.is_ok().then(|| store.compile(bytes, &file, &options)).flatten()
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
        let text = decode(bytes).map_err(|error| Error::decode(file.clone(), error).into_exception(vm))?;
        let depth = nesting::check(&text).map_err(|deep| depth_error(&deep, &file, vm))?;
        let code = compile_text(&text, Mode::Exec, &file, depth, vm)?;
        if !is_deep(depth) {
            store.add(key, Code::of_interpreter(&code));
        }
        Ok(code)
    }
}
