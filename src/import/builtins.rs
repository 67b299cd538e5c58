//! The builtins of loaded modules: the interpreter's, with an `__import__` that asks the mapper, and with an `exec` and an `eval`
//! that keep these builtins.

use super::exec;
use crate::{
    load::{instances, unit::Under},
    mapper::{
        import_function::{IMPORT, ImportFunction},
        reference::MapperRef,
    },
    observe::watch,
};
use rustpython_vm::{PyPayload, PyResult, VirtualMachine, builtins::PyDictRef};

/// New builtins for the modules under `mapper`. With an `owner` they are for the one module of that name.
fn private_builtins(mapper: &MapperRef, owner: Option<&str>, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let builtins = vm.builtins.dict().copy().into_ref(&vm.ctx);
    builtins.set_item(IMPORT, ImportFunction::object(mapper, owner, vm)?, vm)?;
    exec::install(&builtins, vm)?;
    instances::teach_library(vm)?;
    Ok(builtins)
}

impl MapperRef {
    /// The builtins of the modules loaded under this mapper, made when the first of them needs them.
    pub(crate) fn builtins(&self, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        if let Some(builtins) = &self.payload().given.lock().builtins {
            return Ok(builtins.clone());
        }
        let made = private_builtins(self, None, vm)?;
        // Another thread may have been faster; its dict is the one that counts.
        Ok(self.payload().given.lock().builtins.get_or_insert(made).clone())
    }

    /// The builtins of the module `name`: those that all share, unless it is to be known by its own.
    pub(crate) fn builtins_of(&self, name: &str, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        if !self.depends_on_importer() && watch::active(vm).is_none() {
            return self.builtins(vm);
        }
        private_builtins(self, Some(name), vm)
    }

    /// What the module `name` gets when it is loaded under this mapper.
    pub(crate) fn under(&self, name: &str, vm: &VirtualMachine) -> PyResult<Under> {
        Ok(Under { builtins: self.builtins_of(name, vm)?, loader_state: self.as_object().to_owned() })
    }
}
