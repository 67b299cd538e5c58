//! The module `exocet` as Python code inside the VM sees it: the original's names, and snake_case beside them.
//!
//! Only adapters stand here, and this is the one file with names in Python's camelCase.

use crate::{
    Error, PythonModule, loader,
    mapper::{self, MapperRef, PyMapper},
    realm, state,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, TryFromObject, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyModule, PyStr, PyType, PyTypeRef},
    class::PyClassImpl,
    common::{hash::PyHash, lock::PyMutex},
    function::{Callee, FuncArgs, PyComparisonValue},
    object::{Traverse, TraverseFn},
    protocol::PyIterReturn,
    pyclass, pymodule,
    types::{Comparable, Constructor, Hashable, IterNext, Iterable, PyComparisonOp, Representable, SelfIter},
};
use std::fmt;

pub(crate) use self::exocet::module_def;

/// Typing stubs of the Python module `exocet`, for `exocet.pyi` in a folder that a type checker looks into.
pub const STUBS: &str = include_str!("exocet.pyi");

/// Makes the classes of the objects that this crate hands to Python code.
pub(crate) fn make_types() {
    let _ = crate::state::State::make_static_type();
    crate::hook::Importer::make_type();
    let _ = crate::exec::Executor::make_static_type();
    let _ = crate::host::HostFunction::make_static_type();
    let _ = crate::view::View::make_static_type();
    let _ = crate::view::From::make_static_type();
    let _ = crate::finder::Loader::make_static_type();
    let _ = crate::finder::PathHook::make_static_type();
    let _ = crate::finder::Finder::make_static_type();
    let _ = crate::finder::MetaFinder::make_static_type();
    let _ = PyMapper::make_static_type();
    let _ = ModuleIterator::make_static_type();
}

/// The original's name of what is called otherwise here.
const CAMEL_CASE: &[(&str, &str)] = &[
    ("loadNamed", "load_named"),
    ("loadPackage", "load_package"),
    ("loadPackageNamed", "load_package_named"),
    ("getModule", "get_module"),
    ("iterModules", "iter_modules"),
    ("walkModules", "walk_modules"),
    ("proxyModule", "proxy_module"),
    ("withOverrides", "with_overrides"),
    ("pep302Mapper", "pep302_mapper"),
    ("emptyMapper", "empty_mapper"),
    ("isPackage", "is_package"),
    ("filePath", "file_path"),
    ("iterAttributes", "iter_attributes"),
    ("iterImportNames", "iter_import_names"),
    ("iterExportNames", "iter_export_names"),
];

fn add_camel_case(to: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    for (camel, snake) in CAMEL_CASE {
        let dict = match to.downcast_ref::<PyType>() {
            Some(class) => class.attributes.get(vm.ctx.intern_str(*snake)),
            None => vm.get_attribute_opt(to, *snake)?,
        };
        if let Some(value) = dict {
            match to.downcast_ref::<PyType>() {
                Some(class) => class.set_attr(vm.ctx.intern_str(*camel), value),
                None => to.set_attr(*camel, value, vm)?,
            }
        }
    }
    Ok(())
}

/// Loads Python modules fresh, with mappers that decide what their imports get.
#[pymodule]
pub(crate) mod exocet {
    use super::{
        CallableMapper, DictMapper, ExclusiveMapper, Handle, MapperRef, ModuleIterator, PyMapper, add_camel_case,
        mapper, realm, state,
    };
    use crate::view::View;
    use rustpython_vm::{
        AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine, builtins::PyModule, class::PyClassImpl,
        function::KwArgs,
    };

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        let module = module.as_object();
        let classes = [
            ("IMapper", PyMapper::make_static_type().to_owned()),
            ("DictMapper", DictMapper::make_static_type().to_owned()),
            ("CallableMapper", CallableMapper::make_static_type().to_owned()),
            ("ExclusiveMapper", ExclusiveMapper::make_static_type().to_owned()),
            ("Realm", super::Realm::make_static_type().to_owned()),
            ("PythonModule", Handle::make_static_type().to_owned()),
            ("PythonAttribute", super::Attribute::make_static_type().to_owned()),
        ];
        for (name, class) in classes {
            add_camel_case(class.as_object(), vm)?;
            module.set_attr(name, class, vm)?;
        }
        module.set_attr("pep302_mapper", PyObjectRef::from(mapper::pass_through(vm)), vm)?;
        module.set_attr("empty_mapper", PyObjectRef::from(mapper::empty(vm)), vm)?;
        module.set_attr("__version__", vm.ctx.new_str(env!("CARGO_PKG_VERSION")), vm)?;
        add_camel_case(module, vm)
    }

    /// load(module, mapper, m=None): a fresh module object of a handle; or `m`, filled.
    #[pyfunction]
    fn load(args: super::Load, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
        args.module.load(&args.mapper, args.m, vm)
    }

    /// load_named(name, mapper, m=None): a fresh module object of the module of that name.
    #[pyfunction]
    fn load_named(args: super::LoadNamed, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
        Handle::named(&args.name, vm)?.load(&args.mapper, args.m, vm)
    }

    /// load_package(package, mapper): a package whose modules are fresh together.
    #[pyfunction]
    fn load_package(args: super::LoadPackage, vm: &VirtualMachine) -> PyResult {
        realm::load_package(&args.package.0, &args.mapper, vm)
    }

    /// load_package_named(name, mapper): the package of that name, fresh together with its modules.
    #[pyfunction]
    fn load_package_named(args: super::LoadPackageNamed, vm: &VirtualMachine) -> PyResult {
        realm::load_package(&Handle::named(&args.name, vm)?.0, &args.mapper, vm)
    }

    /// get_module(name): a handle on the module of that name, without importing anything.
    #[pyfunction]
    fn get_module(args: super::Name, vm: &VirtualMachine) -> PyResult<Handle> {
        Handle::named(&args.name, vm)
    }

    /// iter_modules(onerror=None): the top-level modules, on sys.path and in the embedded library.
    #[pyfunction]
    fn iter_modules(args: super::List, vm: &VirtualMachine) -> PyResult<ModuleIterator> {
        Ok(ModuleIterator::new(state::search_path(vm)?.iter_modules(), args))
    }

    /// walk_modules(onerror=None): every module, on sys.path and in the embedded library.
    #[pyfunction]
    fn walk_modules(args: super::List, vm: &VirtualMachine) -> PyResult<ModuleIterator> {
        Ok(ModuleIterator::new(state::search_path(vm)?.walk_modules(), args))
    }

    /// proxy_module(original, **replacements): the module with some attributes replaced. The original stays as it is.
    #[pyfunction]
    fn proxy_module(original: PyObjectRef, replacements: KwArgs, vm: &VirtualMachine) -> PyResult<View> {
        let own = vm.ctx.new_dict();
        for (name, value) in replacements {
            own.set_item(&*vm.ctx.new_str(name), value, vm)?;
        }
        Ok(View::proxy(original, own))
    }

    /// with_overrides(mapper, overrides): a new mapper that looks into a mapping before it asks `mapper`.
    #[pyfunction]
    fn with_overrides(args: super::Override, vm: &VirtualMachine) -> PyObjectRef {
        args.mapper.with_overrides(args.overrides.0, vm).into()
    }

    /// redirect(mapper, names): a new mapper that answers each name, and what is below it, with another name's module.
    #[pyfunction]
    fn redirect(args: super::Redirect, vm: &VirtualMachine) -> PyObjectRef {
        mapper::chain([mapper::redirect(args.names.0, vm), args.mapper], vm).into()
    }

    /// chain(*mappers): asks each mapper until one has the name.
    #[pyfunction]
    fn chain(mappers: rustpython_vm::function::PosArgs<MapperRef>, vm: &VirtualMachine) -> PyObjectRef {
        mapper::chain(mappers, vm).into()
    }
}

impl TryFromObject for MapperRef {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        Self::from_object(&object, vm)
    }
}

/// The arguments of a function, which are given by position or by name.
macro_rules! arguments {
    ($class:ident { $($name:ident: $kind:ty),* $(; $option:ident: $option_kind:ty)? }) => {
        #[derive(rustpython_vm::FromArgs)]
        pub(crate) struct $class {
            $(#[pyarg(any)] $name: $kind,)*
            $(#[pyarg(any, default)] $option: Option<$option_kind>,)?
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
arguments!(Override { mapper: MapperRef, overrides: Mapping });
arguments!(OverrideSelf { overrides: Mapping });
arguments!(Redirect { mapper: MapperRef, names: Renames });
arguments!(NewDict { mapping: Mapping });
arguments!(NewCallable { function: Function; contains: Function });
arguments!(NewExclusive { mapper: MapperRef, names: Names });

/// Something that can be called.
pub(crate) struct Function(PyObjectRef);

impl TryFromObject for Function {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        if object.is_callable() {
            return Ok(Self(object));
        }
        Err(vm.new_type_error(format!("a callable is wanted, and '{}' is none", object.class().name())))
    }
}

/// A mapping as `dict` knows it: an object with `keys` and `__getitem__`.
pub(crate) struct Mapping(PyObjectRef);

impl TryFromObject for Mapping {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        if vm.get_attribute_opt(&object, "keys")?.is_some() && vm.get_attribute_opt(&object, "__getitem__")?.is_some() {
            return Ok(Self(object));
        }
        Err(vm.new_type_error(format!("a mapping by name is wanted, and '{}' is none", object.class().name())))
    }
}

/// A mapping from names to names.
pub(crate) struct Renames(Vec<(String, String)>);

impl TryFromObject for Renames {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        let mapping = Mapping::try_from_object(vm, object)?.0;
        let pair =
            |key: PyObjectRef| Ok((key.clone().try_into_value(vm)?, mapping.get_item(&*key, vm)?.try_into_value(vm)?));
        let keys: Vec<PyObjectRef> = vm.call_method(&mapping, "keys", ())?.try_to_value(vm)?;
        keys.into_iter().map(pair).collect::<PyResult<_>>().map(Renames)
    }
}

/// Several names, or a single one.
pub(crate) struct Names(Vec<String>);

impl TryFromObject for Names {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        match object.downcast_ref::<PyStr>() {
            Some(name) => Ok(Self(vec![name.to_string()])),
            None => object.try_to_value(vm).map(Self),
        }
    }
}

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
            None => mapper::lookup::finds(zelf.as_object(), &args.name, vm),
        }
    }

    /// with_overrides(overrides): a new mapper that looks into a mapping before it asks this one.
    #[pymethod]
    fn with_overrides(zelf: PyRef<Self>, args: OverrideSelf, vm: &VirtualMachine) -> PyResult {
        Ok(MapperRef::from_object(zelf.as_object(), vm)?.with_overrides(args.overrides.0, vm).into())
    }

    /// unused(): the overridden and excluded names that nobody asked for.
    #[pymethod]
    fn unused(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let unused = MapperRef::from_object(zelf.as_object(), vm)?.unused(vm);
        Ok(unused.into_iter().map(|name| vm.ctx.new_str(name).into()).collect())
    }
}

/// Whether a Python class below `IMapper` has a `lookup` of its own.
fn has_own_lookup(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
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
                let make: fn($args, &VirtualMachine) -> PyMapper = $make;
                Ok($class(make(args, vm).with_own_lookup(has_own_lookup(class, vm))))
            }

            fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
                let mapper = Self::py_new(&class, args.bind_for(vm, Callee::of::<Self>(vm))?, vm)?.into_ref_with_type(vm, class)?;
                MapperRef::from_object(mapper.as_object(), vm)?.adopt();
                Ok(mapper.into())
            }
        }

        #[pyclass(with(Constructor), flags(BASETYPE, HAS_WEAKREF, HAS_DICT))]
        impl $class {
            $($methods)*
        }
    };
}

mapper_class!(
    /// A mapper that gives what a mapping holds, and nothing else.
    DictMapper, "DictMapper", NewDict,
    |args, _| PyMapper::new(mapper::Overrides::new(args.mapping.0)),
    {}
);
mapper_class!(
    /// A mapper that gives what a function returns for a name, unless it raises ModuleNotFoundError for it.
    CallableMapper, "CallableMapper", NewCallable,
    |args, _| PyMapper::new(mapper::Callable::new(args.function.0, args.contains.map(|contains| contains.0))),
    {}
);
mapper_class!(
    /// A mapper that denies names and everything below them, and asks another mapper for the rest.
    ExclusiveMapper, "ExclusiveMapper", NewExclusive,
    |args, _| PyMapper::new(mapper::Exclusion::new(args.mapper, args.names.0)),
    {}
);
mapper_class!(
    /// A mapper that answers with the modules of a package, fresh together and each loaded once; the rest it asks another for.
    Realm, "Realm", LoadPackage,
    |args, vm| PyMapper::new(realm::Realm::new(args.package.0.clone(), args.mapper, vm)),
    {
        /// load_named(name): the realm's module of that name, loaded if it isn't yet.
        #[pymethod]
        fn load_named(zelf: &Py<Self>, args: Name, vm: &VirtualMachine) -> PyResult {
            MapperRef::from_object(zelf.as_object(), vm)?.lookup(&args.name, vm)
        }
    }
);

/// A module that exists in a source.
#[pyclass(module = "exocet", name = "PythonModule")]
#[derive(Debug, PyPayload)]
pub(crate) struct Handle(PythonModule);

impl Handle {
    fn named(name: &str, vm: &VirtualMachine) -> PyResult<Self> {
        state::search_path(vm)?.get(name).map(Self).map_err(|error| error.into_exception(vm))
    }

    fn load(
        &self,
        mapper: &MapperRef,
        into: Option<PyRef<PyModule>>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<PyModule>> {
        match into {
            Some(module) => loader::load_into(&self.0, mapper, &module, vm).map(|()| module),
            None => loader::load(&self.0, mapper, vm),
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
    fn load_self(zelf: &Py<Self>, args: LoadSelf, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
        zelf.load(&args.mapper, args.m, vm)
    }

    /// iter_modules(onerror=None): the modules directly below this one.
    #[pymethod]
    fn iter_modules(zelf: &Py<Self>, args: List) -> ModuleIterator {
        ModuleIterator::new(zelf.0.iter_modules(), args)
    }

    /// walk_modules(onerror=None): this module and every one below it.
    #[pymethod]
    fn walk_modules(zelf: &Py<Self>, args: List) -> ModuleIterator {
        ModuleIterator::new(zelf.0.walk_modules(), args)
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
        let names = zelf.0.imports().map(|imports| imports.iter().map(crate::scan::Import::dotted).collect());
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

/// Gives the handles of a listing one by one. What can't be listed is told to `onerror`, or else is a warning.
#[pyclass(module = "exocet", name = "module_iterator")]
#[derive(PyPayload)]
pub(crate) struct ModuleIterator {
    handles: PyMutex<Handles>,
    onerror: Option<Function>,
}

impl ModuleIterator {
    fn new(handles: impl Iterator<Item = Result<PythonModule, Error>> + Send + 'static, args: List) -> Self {
        Self { handles: PyMutex::new(Box::new(handles)), onerror: args.onerror }
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
