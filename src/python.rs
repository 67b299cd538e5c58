//! The module `exocet` as Python code inside the VM sees it: the original's names, and snake_case beside them.
//!
//! Only adapters stand here and below. This is the one file with names in Python's camelCase.

mod arguments;
mod distributions;
pub(crate) mod finders;
mod handles;
mod loaders;
mod mappers;
mod plugin_reply;
mod plugin_settings;
mod plugins;
mod realms;
mod replacements;

use crate::{
    import::{
        attenuation::AttenuatedModule,
        exec::Executor,
        hook::Import,
        parent_view::{ImportedFrom, ParentView},
    },
    interpreter::loader::Loader,
    mapper::{import_function::ImportFunction, reference::PyMapper},
    realm::{self, import_tables::RealmFinder, reference::PyRealm},
    values::{host_module::HostFunction, module_proxy::ModuleProxy},
};
use rustpython_vm::{VirtualMachine, builtins::PyType, class::PyClassImpl, pymodule};

pub(crate) use self::exocet::module_def;

/// Typing stubs of the Python module `exocet`, for `exocet.pyi` in a folder that a type checker looks into.
pub const STUBS: &str = include_str!("exocet.pyi");

/// Makes the classes of the objects that Python code gets, and connects the layers, for one interpreter.
pub(crate) fn install(vm: &VirtualMachine) {
    ImportFunction::make_import_type();
    let _ = Executor::make_static_type();
    let _ = HostFunction::make_static_type();
    let _ = ModuleProxy::make_static_type();
    let _ = ParentView::make_static_type();
    let _ = ImportedFrom::make_static_type();
    let _ = Loader::make_static_type();
    let _ = finders::Finder::make_static_type();
    let _ = finders::MetaFinder::make_static_type();
    // A program may get these before anything imports `exocet`.
    name_in_camel_case(&PyMapper::make_static_type(), vm);
    let _ = handles::ModuleIterator::make_static_type();
    name_in_camel_case(&PyRealm::make_static_type(), vm);
    let _ = RealmFinder::make_static_type();
    realm::make_types();
    let _ = AttenuatedModule::make_static_type();
    let _ = replacements::PyReplacement::make_static_type();
    let _ = replacements::PyHolder::make_static_type();
    #[cfg(feature = "watch")]
    let _ = plugins::PluginWatch::make_static_type();
    realm::install();
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

fn name_in_camel_case(class: &PyType, vm: &VirtualMachine) {
    for (camel, snake) in CAMEL_CASE {
        if let Some(value) = class.attributes.get(vm.ctx.intern_str(*snake)) {
            class.set_attr(vm.ctx.intern_str(*camel), value);
        }
    }
}

/// Loads Python modules fresh, with mappers that decide what their imports get.
#[pymodule]
pub(crate) mod exocet {
    use super::{
        arguments::{ListPath, Load, LoadNamed, LoadPackage, LoadPackageNamed, Name, Override, Redirect},
        handles::{Attribute, Handle, ModuleIterator},
        mappers::{CallableMapper, DictMapper, ExclusiveMapper, PolicyMapper},
        name_in_camel_case,
        plugin_reply::Reply,
        plugins::PyPlugins,
        replacements::{PyHolder, PyReplacement},
    };
    use crate::{
        import::attenuation,
        interpreter::{importlib::IMPORT_SYSTEM, limits},
        mapper::{
            basic, redirect,
            reference::{MapperRef, PyMapper},
        },
        realm::reference::{self as realm, PyRealm},
        values::module_proxy::ModuleProxy,
    };
    use rustpython_vm::{
        AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine, builtins::PyModule, class::PyClassImpl,
        function::KwArgs,
    };

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        if IMPORT_SYSTEM.of_started(vm).is_none() {
            let why = "exocet works in the interpreter of its runtime, and in none that was made inside";
            return Err(vm.new_import_error(why, vm.ctx.new_str("exocet")));
        }
        __module_exec(vm, module);
        let module = module.as_object();
        let classes = [
            ("IMapper", PyMapper::make_static_type().to_owned()),
            ("DictMapper", DictMapper::make_static_type().to_owned()),
            ("CallableMapper", CallableMapper::make_static_type().to_owned()),
            ("ExclusiveMapper", ExclusiveMapper::make_static_type().to_owned()),
            ("PolicyMapper", PolicyMapper::make_static_type().to_owned()),
            ("Withheld", attenuation::withheld_class(vm)),
            ("LimitExceeded", limits::class(vm)),
            ("Realm", PyRealm::make_static_type().to_owned()),
            ("PackageContext", PyRealm::make_static_type().to_owned()),
            ("Plugins", PyPlugins::make_static_type().to_owned()),
            ("Reply", Reply::make_static_type().to_owned()),
            ("Replacement", PyReplacement::make_static_type().to_owned()),
            ("Holder", PyHolder::make_static_type().to_owned()),
            ("PythonModule", Handle::make_static_type().to_owned()),
            ("PythonAttribute", Attribute::make_static_type().to_owned()),
        ];
        for (name, class) in classes {
            name_in_camel_case(&class, vm);
            module.set_attr(name, class, vm)?;
        }
        module.set_attr("pep302_mapper", PyObjectRef::from(basic::pass_through(vm)), vm)?;
        module.set_attr("empty_mapper", PyObjectRef::from(basic::empty(vm)), vm)?;
        module.set_attr("__version__", vm.ctx.new_str(env!("CARGO_PKG_VERSION")), vm)?;
        for (camel, snake) in super::CAMEL_CASE {
            if let Some(value) = vm.get_attribute_opt(module, *snake)? {
                module.set_attr(*camel, value, vm)?;
            }
        }
        Ok(())
    }

    /// load(module, mapper, m=None): a fresh module object of a handle, a package with its modules; or `m`, filled.
    #[pyfunction]
    fn load(args: Load, vm: &VirtualMachine) -> PyResult {
        args.module.load(&args.mapper, args.m, vm)
    }

    /// load_named(name, mapper, m=None): a fresh module object of the module of that name.
    #[pyfunction]
    fn load_named(args: LoadNamed, vm: &VirtualMachine) -> PyResult {
        Handle::named(&args.name, vm)?.load(&args.mapper, args.m, vm)
    }

    /// compile_ahead(modules): begins to compile modules on other threads, and what they import from beside them.
    #[pyfunction]
    fn compile_ahead(modules: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let modules: Vec<PyRef<Handle>> = modules.try_to_value(vm)?;
        #[cfg(feature = "threading")]
        crate::compile::ahead::compile_ahead(modules.iter().map(|module| module.0.clone()), vm);
        // Where there are no other threads, each is compiled when it is loaded.
        drop(modules);
        Ok(())
    }

    /// load_package(package, mapper): the context of a package, a realm of its modules, which are fresh together.
    #[pyfunction]
    fn load_package(args: LoadPackage, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        realm::load_package(&args.package.0, &args.mapper, vm).map(Into::into)
    }

    /// load_package_named(name, mapper): the context of the package of that name.
    #[pyfunction]
    fn load_package_named(args: LoadPackageNamed, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        realm::load_package(&Handle::named(&args.name, vm)?.0, &args.mapper, vm).map(Into::into)
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
    fn proxy_module(original: PyObjectRef, replacements: KwArgs, vm: &VirtualMachine) -> PyResult<ModuleProxy> {
        let own = vm.ctx.new_dict();
        for (name, value) in replacements {
            own.set_item(&*vm.ctx.new_str(name), value, vm)?;
        }
        Ok(ModuleProxy::new(original, own))
    }

    /// with_overrides(mapper, overrides): a new mapper that looks into a mapping before it asks `mapper`.
    #[pyfunction]
    fn with_overrides(args: Override, vm: &VirtualMachine) -> PyObjectRef {
        args.mapper.with_overrides(args.overrides.0, vm).into()
    }

    /// redirect(mapper, names): a new mapper that answers each name, and what is below it, with another name's module.
    #[pyfunction]
    fn redirect(args: Redirect, vm: &VirtualMachine) -> PyObjectRef {
        basic::chain([redirect::redirect(args.names.0, vm), args.mapper], vm).into()
    }

    /// chain(*mappers): asks each mapper until one has the name.
    #[pyfunction]
    fn chain(mappers: rustpython_vm::function::PosArgs<MapperRef>, vm: &VirtualMachine) -> PyObjectRef {
        basic::chain(mappers, vm).into()
    }
}
