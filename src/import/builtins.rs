//! The builtins of loaded modules: the interpreter's, with an `__import__` that asks the mapper, and with an `exec` and an `eval`
//! that keep these builtins.

use super::{asker, exec};
use crate::{
    interpreter::dunders,
    load::unit::Under,
    mapper::{
        import_function::{IMPORT, ImportFunction, kept_by_spec},
        reference::MapperRef,
    },
    observe::watch,
};
use rustpython_vm::{
    AsObject, Py, PyPayload, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef},
};

/// New builtins for the modules under `mapper`. With an `owner` they are for the one module of that name.
fn private_builtins(mapper: &MapperRef, owner: Option<&str>, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let builtins = vm.builtins.dict().copy().into_ref(&vm.ctx);
    builtins.set_item(IMPORT, ImportFunction::object(mapper, owner, vm)?, vm)?;
    exec::install(&builtins, vm)?;
    asker::expect();
    Ok(builtins)
}

/// Makes the globals of a module whose body has run lead to its builtins and to its mapper again, whatever its code did to the
/// names in them.
pub(super) fn restore(
    globals: &Py<PyDict>,
    builtins: PyDictRef,
    mapper: &MapperRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let names = dunders::get(vm);
    if kept_by_spec(globals, vm)?.is_some_and(|kept| kept.is(mapper.as_object())) {
        let own = globals.get_item_opt(names.builtins, vm)?.is_some_and(|own| own.is(&builtins));
        return if own { Ok(()) } else { globals.set_item(names.builtins, builtins.into(), vm) };
    }
    // Nothing else of the module's keeps the mapper, so its builtins do: a copy, since those that its functions were made with
    // are out of the collector's sight.
    let Some(import) = builtins.get_item_opt(IMPORT, vm)?.and_then(|import| import.downcast::<ImportFunction>().ok())
    else {
        return Ok(());
    };
    let keeping = builtins.copy().into_ref(&vm.ctx);
    keeping.set_item(IMPORT, import.keeping(mapper, vm)?, vm)?;
    exec::install_over(&keeping, vm)?;
    globals.set_item(names.builtins, keeping.into(), vm)
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
