//! Handles on modules, and what is known of them without running them, as Python classes.

use super::arguments::{Function, List, LoadSelf};
use crate::{
    error::Error,
    import::load::{load, load_into},
    interpreter::sources::search_path,
    mapper::reference::MapperRef,
    modules::handle::PythonModule,
    syntax::imports::Import,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyModule},
    common::{hash::PyHash, lock::PyMutex},
    function::PyComparisonValue,
    protocol::PyIterReturn,
    pyclass,
    types::{Comparable, Hashable, IterNext, Iterable, PyComparisonOp, Representable, SelfIter},
};
use std::fmt;

/// A module that exists in a source.
#[pyclass(module = "exocet", name = "PythonModule")]
#[derive(Debug, PyPayload)]
pub(crate) struct Handle(pub(super) PythonModule);

impl Handle {
    pub(super) fn named(name: &str, vm: &VirtualMachine) -> PyResult<Self> {
        search_path(vm)?.get(name).map(Self).map_err(|error| error.into_exception(vm))
    }

    pub(super) fn load(&self, mapper: &MapperRef, into: Option<PyRef<PyModule>>, vm: &VirtualMachine) -> PyResult {
        match into {
            Some(module) => load_into(&self.0, mapper, &module, vm).map(|()| module.into()),
            None => load(&self.0, mapper, vm),
        }
    }
}

fn strings(names: Result<Vec<String>, Error>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let names = names.map_err(|error| error.into_exception(vm))?;
    Ok(names.into_iter().map(|name| vm.ctx.new_str(name).into()).collect())
}

fn iterator(items: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    vm.ctx.new_list(items).as_object().get_iter(vm).map(Into::into)
}

#[pyclass(with(Comparable, Hashable, Representable), flags(DISALLOW_INSTANTIATION))]
impl Handle {
    /// The absolute dotted name.
    #[pygetset]
    fn name(zelf: &Py<Self>) -> String {
        zelf.0.name().to_owned()
    }

    /// The file that the module stands in; None for a namespace package.
    #[pygetset]
    fn file_path(zelf: &Py<Self>) -> Option<String> {
        zelf.0.origin()
    }

    /// 'module', 'package' or 'namespace'.
    #[pygetset]
    fn kind(zelf: &Py<Self>) -> String {
        zelf.0.kind().to_string()
    }

    /// is_package(): whether the module may have submodules.
    #[pymethod]
    fn is_package(zelf: &Py<Self>) -> bool {
        zelf.0.is_package()
    }

    /// load(mapper, m=None): a fresh module object of this module.
    #[pymethod(name = "load")]
    fn load_self(zelf: &Py<Self>, args: LoadSelf, vm: &VirtualMachine) -> PyResult {
        zelf.load(&args.mapper, args.m, vm)
    }

    /// iter_modules(onerror=None): the modules directly below this one.
    #[pymethod]
    fn iter_modules(zelf: &Py<Self>, args: List) -> ModuleIterator {
        ModuleIterator::new(zelf.0.iter_modules(), args.onerror)
    }

    /// walk_modules(onerror=None): this module and every one below it.
    #[pymethod]
    fn walk_modules(zelf: &Py<Self>, args: List) -> ModuleIterator {
        ModuleIterator::new(zelf.0.walk_modules(), args.onerror)
    }

    /// iter_attributes(): the module's top-level attributes, read from its source.
    #[pymethod]
    fn iter_attributes(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let names = zelf.0.attributes().map_err(|error| error.into_exception(vm))?;
        let attribute = |name: String| Attribute { module: zelf.0.clone(), name }.into_ref(&vm.ctx).into();
        iterator(names.into_iter().map(attribute).collect(), vm)
    }

    /// iter_import_names(): the absolute names that the module imports, read from its source.
    #[pymethod]
    fn iter_import_names(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let names = zelf.0.imports().map(|imports| imports.iter().map(Import::dotted).collect());
        iterator(strings(names, vm)?, vm)
    }

    /// iter_export_names(): the names that `from module import *` binds, read from the module's source.
    #[pymethod]
    fn iter_export_names(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        iterator(strings(zelf.0.exports(), vm)?, vm)
    }
}

impl Representable for Handle {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("PythonModule<'{}'>", zelf.0.name()))
    }
}

impl Hashable for Handle {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        let key = (zelf.0.name().to_owned(), zelf.0.origin());
        vm.ctx
            .new_tuple(vec![
                vm.ctx.new_str(key.0).into(),
                vm.unwrap_or_none(key.1.map(|key| vm.ctx.new_str(key).into())),
            ])
            .as_object()
            .hash(vm)
    }
}

impl Comparable for Handle {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, _: &VirtualMachine) -> PyResult<PyComparisonValue> {
        Ok(match other.downcast_ref::<Self>() {
            Some(other) => PyComparisonValue::Implemented(op.eval_ord(zelf.0.cmp(&other.0))),
            None => PyComparisonValue::NotImplemented,
        })
    }
}

/// A top-level attribute of a module, known from its source.
#[pyclass(module = "exocet", name = "PythonAttribute")]
#[derive(Debug, PyPayload)]
pub(crate) struct Attribute {
    module: PythonModule,
    name: String,
}

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl Attribute {
    /// The absolute dotted name of the attribute.
    #[pygetset]
    fn name(zelf: &Py<Self>) -> String {
        format!("{}.{}", zelf.module.name(), zelf.name)
    }

    /// The handle of the attribute's module.
    #[pygetset]
    fn module(zelf: &Py<Self>) -> Handle {
        Handle(zelf.module.clone())
    }
}

impl Representable for Attribute {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("PythonAttribute<'{}.{}'>", zelf.module.name(), zelf.name))
    }
}

type Handles = Box<dyn Iterator<Item = Result<PythonModule, Error>> + Send>;

/// Returns the handles of a listing one by one. What can't be listed is reported to `onerror`, or else is a warning.
#[pyclass(module = "exocet", name = "module_iterator")]
#[derive(PyPayload)]
pub(crate) struct ModuleIterator {
    handles: PyMutex<Handles>,
    onerror: Option<Function>,
}

impl ModuleIterator {
    pub(super) fn new(
        handles: impl Iterator<Item = Result<PythonModule, Error>> + Send + 'static,
        onerror: Option<Function>,
    ) -> Self {
        Self { handles: PyMutex::new(Box::new(handles)), onerror }
    }

    fn report(&self, error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<()> {
        match &self.onerror {
            Some(onerror) => onerror.0.call((error,), vm).map(drop),
            None => {
                let message = error.as_object().str(vm)?.to_string();
                rustpython_vm::warn::warn(
                    vm.ctx.new_str(message).into(),
                    Some(vm.ctx.exceptions.import_warning.to_owned()),
                    1,
                    None,
                    vm,
                )
            }
        }
    }
}

impl SelfIter for ModuleIterator {}

impl IterNext for ModuleIterator {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        loop {
            let next = zelf.handles.lock().next();
            match next {
                Some(Ok(module)) => return Ok(PyIterReturn::Return(Handle(module).into_ref(&vm.ctx).into())),
                Some(Err(error)) => zelf.report(error.into_exception(vm), vm)?,
                None => return Ok(PyIterReturn::StopIteration(None)),
            }
        }
    }
}

#[pyclass(with(IterNext, Iterable), flags(DISALLOW_INSTANTIATION))]
impl ModuleIterator {}

impl fmt::Debug for ModuleIterator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ModuleIterator")
    }
}
