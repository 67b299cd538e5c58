//! What imports need of realms, which are a layer above: the stand-ins of a mapper, and the context of a package.

use crate::{interpreter::slots::Slot, mapper::reference::MapperRef, modules::handle::PythonModule};
use rustpython_vm::{PyResult, VirtualMachine};
use std::sync::OnceLock;

/// The layer of realms, as imports call it.
#[derive(Clone, Copy)]
pub(crate) struct Realms {
    /// The mapper that has the stand-in for a name, if the modules of a mapper get one where it passes the name through.
    pub(crate) stand_ins: fn(&MapperRef, &str, &VirtualMachine) -> PyResult<Option<MapperRef>>,
    /// A context of one package over a mapper: the package and its modules are fresh and consistent.
    pub(crate) context: fn(&PythonModule, &MapperRef, &VirtualMachine) -> MapperRef,
}

/// The layer of realms fills it before anything is loaded.
pub(crate) static REALMS: Slot<OnceLock<Realms>> = Slot::new(|_| OnceLock::new());

/// The layer of realms.
pub(crate) fn realms(vm: &VirtualMachine) -> Realms {
    *REALMS.of(vm).get().expect("the layer of realms is installed with the module `exocet`")
}
