//! Locks on modules that are being loaded.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Keeps other threads from loading a module meanwhile. It is one of importlib's own module locks: the thread that has
/// it can take it again, and it gives way to a deadlock. Without the feature `threading` there is nobody to keep out.
pub(crate) struct ModuleLock<'a> {
    lock: Option<PyObjectRef>,
    vm: &'a VirtualMachine,
}

impl<'a> ModuleLock<'a> {
    /// Waits for the lock of that name.
    #[cfg(feature = "threading")]
    pub(crate) fn acquire(name: &str, vm: &'a VirtualMachine) -> PyResult<Self> {
        use rustpython_vm::AsObject;
        let locks = super::importlib::IMPORT_SYSTEM.of(vm).importlib.clone();
        let lock = locks.get_attr("_get_module_lock", vm)?.call((name.to_owned(),), vm)?;
        let lock = match vm.call_method(&lock, "acquire", ()) {
            Ok(_) => Some(lock),
            // A circular import across threads: the module is taken as it is, partly made.
            Err(error) if error.class().name().contains("Deadlock") => None,
            Err(error) => return Err(error),
        };
        Ok(Self { lock, vm })
    }

    #[cfg(not(feature = "threading"))]
    pub(crate) fn acquire(_: &str, vm: &'a VirtualMachine) -> PyResult<Self> {
        Ok(Self { lock: None, vm })
    }
}

impl Drop for ModuleLock<'_> {
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            // It was acquired by this thread, which is all that can go wrong with a release.
            let _ = self.vm.call_method(&lock, "release", ());
        }
    }
}
