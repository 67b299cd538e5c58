//! The arguments of the functions and methods that Python code calls.

use super::handles::Handle;
#[cfg(not(feature = "toml"))]
use crate::error::Error;
use crate::{
    interpreter::{
        engine::RuntimeRef,
        sources::{SOURCES, search_path},
    },
    mapper::reference::MapperRef,
    modules::{handle::PythonModule, search_path::SearchPath},
    policy::{form::Form, rules::Policy},
    values::bridge::Bridge,
};
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, TryFromObject, VirtualMachine,
    builtins::{PyModule, PyStr},
};

impl TryFromObject for MapperRef {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        Self::from_object(&object, vm)
    }
}

/// The arguments of a function, which are given by position or by name.
macro_rules! arguments {
    ($class:ident { $($name:ident: $kind:ty),* $(; $($option:ident: $option_kind:ty),*)? }) => {
        #[derive(rustpython_vm::FromArgs)]
        pub(crate) struct $class {
            $(#[pyarg(any)] pub(super) $name: $kind,)*
            $($(#[pyarg(any, default)] pub(super) $option: Option<$option_kind>,)*)?
        }
    };
}

arguments!(Load { module: PyRef<Handle>, mapper: MapperRef; m: PyRef<PyModule> });
arguments!(LoadNamed { name: String, mapper: MapperRef; m: PyRef<PyModule> });
arguments!(LoadSelf { mapper: MapperRef; m: PyRef<PyModule> });
arguments!(LoadPackage { package: PyRef<Handle>, mapper: MapperRef });
arguments!(LoadPackageNamed { name: String, mapper: MapperRef });
arguments!(Name { name: String });
arguments!(List { ; onerror: Function });
arguments!(ListPath { ; onerror: Function, path: Names });
arguments!(Override { mapper: MapperRef, overrides: Mapping });
arguments!(OverrideSelf { overrides: Mapping });
arguments!(Redirect { mapper: MapperRef, names: Renames });
arguments!(NewDict { mapping: Mapping });
arguments!(NewCallable { function: Function; contains: Function });
arguments!(NewRealm { ; packages: Packages, mapper: MapperRef, path: Names });
arguments!(Replace { name: String; rebind: bool });
arguments!(NewPolicy { mapper: MapperRef, policy: PolicyForm });
arguments!(NewExclusive { mapper: MapperRef, names: Names });

/// Something that can be called.
pub(crate) struct Function(pub(super) PyObjectRef);

impl TryFromObject for Function {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        if object.is_callable() {
            return Ok(Self(object));
        }
        Err(vm.new_type_error(format!("a callable is wanted, and '{}' is none", object.class().name())))
    }
}

/// A mapping as `dict` knows it: an object with `keys` and `__getitem__`.
pub(crate) struct Mapping(pub(super) PyObjectRef);

impl TryFromObject for Mapping {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        if vm.get_attribute_opt(&object, "keys")?.is_some() && vm.get_attribute_opt(&object, "__getitem__")?.is_some() {
            return Ok(Self(object));
        }
        Err(vm.new_type_error(format!("a mapping by name is wanted, and '{}' is none", object.class().name())))
    }
}

/// A mapping from names to names.
pub(crate) struct Renames(pub(super) Vec<(String, String)>);

impl TryFromObject for Renames {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        let mapping = Mapping::try_from_object(vm, object)?.0;
        let pair =
            |key: PyObjectRef| Ok((key.clone().try_into_value(vm)?, mapping.get_item(&*key, vm)?.try_into_value(vm)?));
        let keys: Vec<PyObjectRef> = vm.call_method(&mapping, "keys", ())?.try_to_value(vm)?;
        keys.into_iter().map(pair).collect::<PyResult<_>>().map(Renames)
    }
}

/// A policy: a mapping in the form of [`Form`], or TOML text.
pub(crate) struct PolicyForm(pub(super) Policy);

impl TryFromObject for PolicyForm {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        let policy = match object.downcast_ref::<PyStr>() {
            #[cfg(feature = "toml")]
            Some(text) => Policy::from_toml(text.as_ref()),
            #[cfg(not(feature = "toml"))]
            Some(_) => Err(Error::malformed("this build reads no TOML; write the policy as a dict")),
            None => Bridge { vm, runtime: &RuntimeRef::of(vm) }
                .to_rust::<Form>(object, || "the policy".to_owned())
                .map(Policy::from),
        };
        policy.map(Self).map_err(|error| error.into_exception(vm))
    }
}

/// Several names, or a single one.
pub(crate) struct Names(pub(super) Vec<String>);

impl TryFromObject for Names {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        match object.downcast_ref::<PyStr>() {
            Some(name) => Ok(Self(vec![name.to_string()])),
            None => object.try_to_value(vm).map(Self),
        }
    }
}

impl ListPath {
    /// The entries given, as far as they exist, or else the interpreter's search path.
    pub(super) fn search_path(&self, vm: &VirtualMachine) -> PyResult<SearchPath> {
        match &self.path {
            Some(entries) => Ok(entries.0.iter().filter_map(|entry| SOURCES.of(vm).location(entry)).collect()),
            None => search_path(vm),
        }
    }
}

/// Several packages, or a single one: handles or names.
pub(crate) struct Packages(pub(super) Vec<PythonModule>);

impl TryFromObject for Packages {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        let one = |object: &PyObjectRef| match (object.downcast_ref::<Handle>(), object.downcast_ref::<PyStr>()) {
            (Some(handle), _) => Some(Ok(handle.0.clone())),
            (_, Some(name)) => Some(Handle::named(&name.to_string_lossy(), vm).map(|handle| handle.0)),
            _ => None,
        };
        if let Some(package) = one(&object) {
            return package.map(|package| Self(vec![package]));
        }
        let several: Vec<PyObjectRef> = object.try_to_value(vm)?;
        let wrong = |object: &PyObjectRef| {
            Err(vm.new_type_error(format!("a package or its name is wanted, and '{}' is none", object.class().name())))
        };
        several.iter().map(|object| one(object).unwrap_or_else(|| wrong(object))).collect::<PyResult<_>>().map(Self)
    }
}
