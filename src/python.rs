//! The module `exocet` as Python code inside the VM sees it: the original's names, and snake_case beside them.
//!
//! Only adapters stand here and below. This is the one file with names in Python's camelCase.

mod arguments;
mod handles;
mod mappers;
mod realms;

use crate::mapper::PyMapper;
use rustpython_vm::{PyObject, PyResult, VirtualMachine, builtins::PyType, class::PyClassImpl, pymodule};

pub(crate) use self::exocet::module_def;
pub(crate) use realms::Realm;

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
    let _ = handles::ModuleIterator::make_static_type();
    let _ = Realm::make_static_type();
    let _ = crate::machinery::RealmFinder::make_static_type();
    let _ = crate::instances::Modules::make_static_type();
    let _ = crate::part::ModulePart::make_static_type();
    let _ = crate::instances::PickleImport::make_static_type();
    #[cfg(javascript)]
    crate::wasm::make_types();
}

/// The original's name of what is called otherwise here.
const CAMEL_CASE: &[(&str, &str)] = &[
    ("loadNamed", "load_named"),
    ("findSpec", "find_spec"),
    ("loadPackage", "load_package"),
    ("loadPackageNamed", "load_package_named"),
    ("compileAhead", "compile_ahead"),
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
        add_camel_case,
        arguments::{ListPath, Load, LoadNamed, LoadPackage, LoadPackageNamed, Name, Override, Redirect},
        handles::{Attribute, Handle, ModuleIterator},
        mappers::{CallableMapper, DictMapper, ExclusiveMapper, PolicyMapper},
        realms::Realm,
    };
    use crate::{
        mapper::{self, MapperRef, PyMapper},
        realm,
        view::View,
    };
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
            ("PolicyMapper", PolicyMapper::make_static_type().to_owned()),
            ("Withheld", crate::part::withheld_class(vm)),
            ("LimitExceeded", crate::limits::class(vm)),
            ("Realm", Realm::make_static_type().to_owned()),
            ("PythonModule", Handle::make_static_type().to_owned()),
            ("PythonAttribute", Attribute::make_static_type().to_owned()),
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
    fn load(args: Load, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
        args.module.load(&args.mapper, args.m, vm)
    }

    /// load_named(name, mapper, m=None): a fresh module object of the module of that name.
    #[pyfunction]
    fn load_named(args: LoadNamed, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
        Handle::named(&args.name, vm)?.load(&args.mapper, args.m, vm)
    }

    /// compile_ahead(modules): begins to compile modules on other threads, and what they import from beside them.
    #[pyfunction]
    fn compile_ahead(modules: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let modules: Vec<PyRef<Handle>> = modules.try_to_value(vm)?;
        #[cfg(feature = "threading")]
        crate::compile_ahead(modules.iter().map(|module| module.0.clone()), vm);
        // Where there are no other threads, each is compiled when it is loaded.
        drop(modules);
        Ok(())
    }

    /// load_package(package, mapper): a package whose modules are fresh together.
    #[pyfunction]
    fn load_package(args: LoadPackage, vm: &VirtualMachine) -> PyResult {
        realm::load_package(&args.package.0, &args.mapper, vm)
    }

    /// load_package_named(name, mapper): the package of that name, fresh together with its modules.
    #[pyfunction]
    fn load_package_named(args: LoadPackageNamed, vm: &VirtualMachine) -> PyResult {
        realm::load_package(&Handle::named(&args.name, vm)?.0, &args.mapper, vm)
    }

    /// get_module(name): a handle on the module of that name, without importing anything.
    #[pyfunction]
    fn get_module(args: Name, vm: &VirtualMachine) -> PyResult<Handle> {
        Handle::named(&args.name, vm)
    }

    /// iter_modules(onerror=None, path=None): the top-level modules of a path, or of sys.path and the embedded library.
    #[pyfunction]
    fn iter_modules(args: ListPath, vm: &VirtualMachine) -> PyResult<ModuleIterator> {
        Ok(ModuleIterator::new(args.search_path(vm)?.iter_modules(), args.onerror))
    }

    /// walk_modules(onerror=None, path=None): every module of a path, or of sys.path and the embedded library.
    #[pyfunction]
    fn walk_modules(args: ListPath, vm: &VirtualMachine) -> PyResult<ModuleIterator> {
        Ok(ModuleIterator::new(args.search_path(vm)?.walk_modules(), args.onerror))
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
    fn with_overrides(args: Override, vm: &VirtualMachine) -> PyObjectRef {
        args.mapper.with_overrides(args.overrides.0, vm).into()
    }

    /// redirect(mapper, names): a new mapper that answers each name, and what is below it, with another name's module.
    #[pyfunction]
    fn redirect(args: Redirect, vm: &VirtualMachine) -> PyObjectRef {
        mapper::chain([mapper::redirect(args.names.0, vm), args.mapper], vm).into()
    }

    /// chain(*mappers): asks each mapper until one has the name.
    #[pyfunction]
    fn chain(mappers: rustpython_vm::function::PosArgs<MapperRef>, vm: &VirtualMachine) -> PyObjectRef {
        mapper::chain(mappers, vm).into()
    }
}
