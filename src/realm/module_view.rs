//! `sys.modules` as the library sees it, and as modules do that were loaded on their own.
//!
//! `dataclasses`, `typing`, `inspect` and others find the module of a class in `sys.modules` by the class's `__module__`. That
//! string is the very object that a fresh module has as `__name__`, by whose identity the module is found; any other name means
//! what it means to the code that called the library.

use super::modules::RealmModules;
use crate::{
    import::asker::{self, Asker},
    interpreter::{dunders, importlib::sys_modules},
    load::instances::INSTANCES,
    mapper::reference::MapperRef,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, atomic_func,
    builtins::{PyDictRef, PyStr},
    common::lock::LazyLock,
    function::OptionalArg,
    protocol::{PyMappingMethods, PySequenceMethods},
    pyclass,
    types::{AsMapping, AsSequence, GetAttr, Iterable},
};

/// A mapping that is another one to each who uses it.
#[pyclass(module = "exocet", name = "modules")]
#[derive(Debug, PyPayload)]
pub(super) struct ModuleView;

/// Whose `sys.modules` it is.
struct Whose {
    asker: Option<Asker>,
    mapper: Option<MapperRef>,
    /// Whether it is the library that reads.
    is_library: bool,
}

impl Whose {
    /// That of whoever asks for `name`.
    fn of(name: Option<&PyObject>, vm: &VirtualMachine) -> Self {
        let name = name.and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
        let asker = asker::of_call(name.as_deref(), vm);
        let mapper = asker.as_ref().and_then(|asker| asker.mapper(vm).ok());
        let client = mapper.as_ref().and_then(RealmModules::of).and_then(|realm| realm.client(vm));
        Self { asker, mapper: client.or(mapper), is_library: asker::of_running(vm).is_none() }
    }

    fn realm(&self) -> Option<&RealmModules> {
        self.mapper.as_ref().and_then(RealmModules::of)
    }

    /// The dict that holds what is set and listed.
    fn dict(&self, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        self.realm().map_or_else(|| sys_modules(vm), |realm| Ok(realm.modules().clone()))
    }

    /// The name object of the module that asks, if it was loaded on its own and `name` is its name.
    fn own_name(&self, name: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        // The library has it from a class; other code that has the name of another fresh module means the name.
        if self.is_library && INSTANCES.of(vm).find(name, vm).is_some() {
            return Ok(Some(name.to_owned()));
        }
        let Some(asker) = self.asker.as_ref().filter(|_| self.realm().is_none()) else { return Ok(None) };
        let Some(own) = asker.globals.get_item_opt(dunders::get(vm).name, vm)? else { return Ok(None) };
        let is_same = own.downcast_ref::<PyStr>().zip(name.downcast_ref::<PyStr>());
        let is_same = is_same.is_some_and(|(own, name)| own.as_bytes() == name.as_bytes());
        Ok((is_same && INSTANCES.of(vm).find(&own, vm).is_some()).then_some(own))
    }

    fn find(&self, name: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Some(own) = self.own_name(name, vm)?
            && let Some(module) = INSTANCES.of(vm).find_placed(&own, vm)
        {
            return Ok(Some(module));
        }
        if let Some(realm) = self.realm() {
            if let Some(text) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str())
                && let Some(replaced) = realm.replacing.get(text)
            {
                return Ok(replaced);
            }
            if let Some(module) = realm.modules.read(|modules| modules.get_item_opt(name, vm))? {
                return Ok(Some(module));
            }
            if let Some(text) = name.downcast_ref::<PyStr>()
                && realm.is_own(text.to_string_lossy().as_ref(), vm)?
            {
                return Ok(None);
            }
        }
        sys_modules(vm)?.get_item_opt(name, vm)
    }

    fn set(&self, name: &PyObject, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        if self.realm().is_none()
            && let Some(own) = self.own_name(name, vm)?
        {
            INSTANCES.of(vm).place(&own, value);
            return Ok(());
        }
        if let Some(realm) = self.realm()
            && let Some(name) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str())
        {
            return realm.put(name, value, vm);
        }
        match value {
            Some(value) => self.dict(vm)?.set_item(name, value, vm),
            None => self.dict(vm)?.del_item(name, vm),
        }
    }
}

#[pyclass(with(AsMapping, AsSequence, GetAttr, Iterable), flags(DISALLOW_INSTANTIATION))]
impl ModuleView {
    #[pymethod]
    fn get(_zelf: &Py<Self>, name: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        Ok(Whose::of(Some(&name), vm).find(&name, vm)?.unwrap_or_else(|| default.unwrap_or_none(vm)))
    }

    #[pymethod]
    fn setdefault(
        _zelf: &Py<Self>,
        name: PyObjectRef,
        default: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let whose = Whose::of(Some(&name), vm);
        if let Some(found) = whose.find(&name, vm)? {
            return Ok(found);
        }
        let default = default.unwrap_or_none(vm);
        whose.set(&name, Some(default.clone()), vm)?;
        Ok(default)
    }

    #[pymethod]
    fn pop(_zelf: &Py<Self>, name: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let whose = Whose::of(Some(&name), vm);
        match (whose.find(&name, vm)?, default) {
            (Some(found), _) => whose.set(&name, None, vm).map(|()| found),
            (None, OptionalArg::Present(default)) => Ok(default),
            (None, OptionalArg::Missing) => Err(vm.new_key_error(name)),
        }
    }
}

impl AsMapping for ModuleView {
    fn as_mapping() -> &'static PyMappingMethods {
        static AS_MAPPING: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|_, vm| Ok(Whose::of(None, vm).dict(vm)?.__len__())),
            subscript: atomic_func!(|_, name, vm| {
                Whose::of(Some(name), vm).find(name, vm)?.ok_or_else(|| vm.new_key_error(name.to_owned()))
            }),
            ass_subscript: atomic_func!(|_, name, value, vm| Whose::of(Some(name), vm).set(name, value, vm)),
        });
        &AS_MAPPING
    }
}

impl AsSequence for ModuleView {
    fn as_sequence() -> &'static PySequenceMethods {
        static AS_SEQUENCE: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            contains: atomic_func!(|_, name, vm| Ok(Whose::of(Some(name), vm).find(name, vm)?.is_some())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &AS_SEQUENCE
    }
}

impl Iterable for ModuleView {
    fn iter(_: rustpython_vm::PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let dict: PyObjectRef = Whose::of(None, vm).dict(vm)?.into();
        Ok(dict.get_iter(vm)?.into())
    }
}

/// Its other methods are those of the dict behind it.
impl GetAttr for ModuleView {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.as_bytes() {
            b"get" | b"setdefault" | b"pop" | b"__class__" => zelf.as_object().generic_getattr(name, vm),
            _ => Whose::of(None, vm).dict(vm)?.as_object().get_attr(name, vm),
        }
    }
}
