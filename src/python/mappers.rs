//! The mappers as Python classes.

use super::arguments::{Name, NewCallable, NewDict, NewExclusive, NewPolicy, OverrideSelf};
use crate::{
    interpreter::sources::search_path,
    mapper::{
        exclusion::Exclusion,
        lookup::{self, Callable},
        overrides::Overrides,
        reference::{MapperRef, PyMapper},
    },
    policy::mapper::Policed,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyType, PyTypeRef},
    function::{Callee, FuncArgs},
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Constructor, Representable},
};

impl Constructor for PyMapper {
    type Args = FuncArgs;

    fn py_new(_: &Py<PyType>, _: FuncArgs, _: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::by_own_lookup())
    }
}

/// Every mapper's methods. A Python class below this one has a `lookup(name)` of its own, and inherits the others.
#[pyclass(with(Constructor, Representable), flags(BASETYPE, HAS_WEAKREF, HAS_DICT))]
impl PyMapper {
    /// lookup(name): what an import of `name` gets.
    #[pymethod]
    fn lookup(zelf: PyRef<Self>, args: Name, vm: &VirtualMachine) -> PyResult {
        let mapper = MapperRef::from_object(zelf.as_object(), vm)?;
        // A class with a lookup of its own gets here by `super()` only.
        let missing = || vm.new_not_implemented_error(format!("'{}' has no lookup(name)", zelf.class().name()));
        mapper.lookup_of_base(&args.name, vm).ok_or_else(missing)?
    }

    /// contains(name): whether lookup would find `name`. Nothing is imported to find out.
    #[pymethod]
    fn contains(zelf: PyRef<Self>, args: Name, vm: &VirtualMachine) -> PyResult<bool> {
        let mapper = MapperRef::from_object(zelf.as_object(), vm)?;
        match mapper.contains_of_base(&args.name, vm) {
            Some(contains) => contains,
            None => lookup::finds(zelf.as_object(), &args.name, vm),
        }
    }

    /// with_overrides(overrides): a new mapper that looks into a mapping before it asks this one.
    #[pymethod]
    fn with_overrides(zelf: PyRef<Self>, args: OverrideSelf, vm: &VirtualMachine) -> PyResult {
        Ok(MapperRef::from_object(zelf.as_object(), vm)?.with_overrides(args.overrides.0, vm).into())
    }

    /// find_spec(name): the spec of what an import of `name` would get, or None.
    #[pymethod]
    fn find_spec(zelf: PyRef<Self>, args: Name, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        MapperRef::from_object(zelf.as_object(), vm)?.find_spec(&args.name, vm)
    }

    /// unused(): the overridden and excluded names that nobody asked for.
    #[pymethod]
    fn unused(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let unused = MapperRef::from_object(zelf.as_object(), vm)?.unused(vm);
        Ok(unused.into_iter().map(|name| vm.ctx.new_str(name).into()).collect())
    }
}

/// Whether a Python class below `IMapper` has a `lookup` of its own.
pub(super) fn has_own_lookup(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let name = vm.ctx.intern_str("lookup");
    let base = PyMapper::class(&vm.ctx).get_attr(name);
    class.get_attr(name).zip(base).is_some_and(|(own, base)| !own.is(&base))
}

impl Representable for PyMapper {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        if !zelf.is_native() {
            return Ok(format!("<exocet mapper {}>", zelf.class().name()));
        }
        Ok(format!("<exocet mapper {zelf:?}>"))
    }
}

/// A ready-made mapper as a class that Python code can make instances and subclasses of.
macro_rules! mapper_class {
    ($(#[$doc:meta])* $class:ident, $name:literal, $args:ty, $make:expr, { $($methods:tt)* }) => {
        $(#[$doc])*
        #[pyclass(module = "exocet", name = $name, base = PyMapper, traverse = "manual")]
        #[derive(Debug)]
        #[repr(transparent)]
        pub(crate) struct $class(PyMapper);

        // SAFETY: the one owned reference is visited once.
        unsafe impl Traverse for $class {
            fn traverse(&self, visit: &mut TraverseFn<'_>) {
                self.0.traverse(visit);
            }

            fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
                self.0.clear(out);
            }
        }

        impl Constructor for $class {
            type Args = $args;

            fn py_new(class: &Py<PyType>, args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
                let make: fn($args, &VirtualMachine) -> PyResult<PyMapper> = $make;
                Ok($class(make(args, vm)?.with_own_lookup(has_own_lookup(class, vm))))
            }

            fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
                let mapper = Self::py_new(&class, args.bind_for(vm, Callee::of::<Self>(vm))?, vm)?;
                mapper.into_ref_with_type(vm, class).map(Into::into)
            }
        }

        #[pyclass(with(Constructor), flags(BASETYPE, HAS_WEAKREF, HAS_DICT))]
        impl $class {
            $($methods)*
        }
    };
}

mapper_class!(
    /// A mapper that answers with what a mapping holds, and with nothing else.
    DictMapper, "DictMapper", NewDict,
    |args, _| Ok(PyMapper::new(Overrides::new(args.mapping.0))),
    {}
);
mapper_class!(
    /// A mapper that answers with what a function returns for a name, unless it raises ModuleNotFoundError for it.
    CallableMapper, "CallableMapper", NewCallable,
    |args, _| Ok(PyMapper::new(Callable::new(args.function.0, args.contains.map(|contains| contains.0)))),
    {}
);
mapper_class!(
    /// A mapper that denies names and everything below them, and asks another mapper for the rest.
    ExclusiveMapper, "ExclusiveMapper", NewExclusive,
    |args, _| Ok(PyMapper::new(Exclusion::new(args.mapper, args.names.0))),
    {}
);
mapper_class!(
    /// A mapper that asks another one for what a policy, as a dict or as TOML text, allows.
    PolicyMapper, "PolicyMapper", NewPolicy,
    |args, vm| {
        let path = search_path(vm)?;
        let known = |name: &str| args.mapper.contains(name, vm).unwrap_or(false);
        args.policy.0.check(&path, known).map_err(|error| error.into_exception(vm))?;
        Ok(PyMapper::new(Policed::new(args.policy.0, args.mapper)))
    },
    {}
);
