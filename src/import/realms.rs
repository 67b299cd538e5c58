//! What imports need of realms, which are a layer above: the stand-ins of a mapper, and the context of a package.

use crate::{mapper::reference::MapperRef, modules::handle::PythonModule};
use rustpython_vm::{PyResult, VirtualMachine};
use std::sync::OnceLock;

/// The layer of realms, as imports call it.
pub(crate) struct Realms {
    /// The mapper that has the stand-in for a name, if the modules of a mapper get one where it passes the name through.
    pub(crate) stand_ins: fn(&MapperRef, &str, &VirtualMachine) -> PyResult<Option<MapperRef>>,
    /// A context of one package over a mapper: the package and its modules are fresh and consistent.
    pub(crate) context: fn(&PythonModule, &MapperRef, &VirtualMachine) -> MapperRef,
}

/// The layer of realms sets it before anything is loaded. It is the same for all interpreters, and every import that is passed
/// through reads it.
pub(crate) static REALMS: OnceLock<Realms> = OnceLock::new();

/// The layer of realms.
pub(crate) fn realms() -> &'static Realms {
    REALMS.get().expect("the layer of realms is installed with the module `exocet`")
}
