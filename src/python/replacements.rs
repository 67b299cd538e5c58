//! What `Realm.replace` returns.

use crate::realm::{holders::Holder, replacement::Replacement};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass, types::Representable};

/// What the replacement of a module has changed.
#[pyclass(module = "exocet", name = "Replacement")]
#[derive(Debug, PyPayload)]
pub(crate) struct PyReplacement(pub(super) Replacement);

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl PyReplacement {
    /// The name of the module.
    #[pygetset]
    fn name(zelf: &Py<Self>) -> String {
        zelf.0.name.clone()
    }

    /// The file of the new module; None where it has none.
    #[pygetset]
    fn origin(zelf: &Py<Self>) -> Option<String> {
        zelf.0.origin.clone()
    }

    /// The names that the new module has and the old one had not.
    #[pygetset]
    fn added(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        texts(&zelf.0.added, vm)
    }

    /// The names that the old module had and the new one has not.
    #[pygetset]
    fn removed(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        texts(&zelf.0.removed, vm)
    }

    /// The names of other modules that were bound anew, as pairs of a module's name and a name in it.
    #[pygetset]
    fn rebound(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let pair = |(module, name): &(String, String)| {
            let pair = [module, name].map(|text| vm.ctx.new_str(text.as_str()).into());
            vm.ctx.new_tuple(pair.into()).into()
        };
        vm.ctx.new_list(zelf.0.rebound.iter().map(pair).collect()).into()
    }

    /// Who still holds what belongs to the old module, each as a Holder.
    #[pygetset]
    fn held(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let holder = |holder: &Holder| PyHolder(holder.clone()).into_ref(&vm.ctx).into();
        vm.ctx.new_list(zelf.0.held.holders.iter().map(holder).collect()).into()
    }

    /// How many holders there are beside those in held.
    #[pygetset]
    fn more(zelf: &Py<Self>) -> usize {
        zelf.0.held.more
    }
}

impl Representable for PyReplacement {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<replacement of '{}'>", zelf.0.name))
    }
}

/// One reference to what belongs to a module that was replaced.
#[pyclass(module = "exocet", name = "Holder")]
#[derive(Debug, PyPayload)]
pub(crate) struct PyHolder(Holder);

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl PyHolder {
    /// The module or the frame where the way to the object begins.
    #[pygetset]
    fn holder(zelf: &Py<Self>) -> String {
        zelf.0.holder.clone()
    }

    /// The way to the object from there.
    #[pygetset]
    fn path(zelf: &Py<Self>) -> String {
        zelf.0.path.clone()
    }

    /// What is held.
    #[pygetset]
    fn object(zelf: &Py<Self>) -> String {
        zelf.0.object.clone()
    }
}

impl Representable for PyHolder {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<{}>", zelf.0))
    }
}

fn texts(texts: &[String], vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_list(texts.iter().map(|text| vm.ctx.new_str(text.as_str()).into()).collect()).into()
}
