//! Units: source compiled once, and instantiated into any number of modules.

use super::instances::INSTANCES;
use crate::{
    interpreter::{dunders, garbage::GARBAGE, importlib::IMPORT_SYSTEM, loader::Loader},
    modules::handle::{Kind, PythonModule},
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyDictRef, PyModule, PyStr, PyTypeRef},
    bytecode::CodeFlags,
    function::ArgMapping,
    scope::Scope,
};
use std::sync::Arc;

/// Compiled source, and what every module made of it begins with.
pub(crate) struct Unit {
    /// Absent for a namespace package, which has no code.
    code: Option<PyRef<PyCode>>,
    /// The bytes that the code was made of.
    source: Option<Arc<[u8]>>,
    name: String,
    globals: PyDictRef,
    spec: PyDictRef,
    spec_class: PyTypeRef,
    locations: Option<Vec<PyObjectRef>>,
}

/// What a module gets of the mapper that it is loaded under.
pub(crate) struct Under {
    /// Its `__builtins__`.
    pub(crate) builtins: PyDictRef,
    /// Its `__spec__.loader_state`, which keeps the mapper alive.
    pub(crate) loader_state: PyObjectRef,
}

impl Unit {
    /// `made` is the code, and the bytes that it was made of.
    pub(crate) fn new(
        handle: &PythonModule,
        made: Option<(PyRef<PyCode>, Arc<[u8]>)>,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        let (code, source) = made.unzip();
        let name: PyObjectRef = vm.ctx.intern_str(handle.name()).to_object();
        let parent = match handle.kind() {
            Kind::Module => Dotted(handle.name()).parent().unwrap_or_default(),
            Kind::Package | Kind::Namespace => handle.name(),
        };
        let loader: PyObjectRef = Loader::new(handle.clone()).into_ref(&vm.ctx).into();
        let origin = handle.origin().map(|origin| vm.ctx.new_str(origin));
        let locations = handle
            .search_path()
            .map(|path| path.locations().iter().map(|location| vm.ctx.new_str(location.to_string()).into()).collect());
        let doc = code.as_ref().filter(|code| code.code.flags.contains(CodeFlags::HAS_DOCSTRING));
        let doc = doc.and_then(|code| Some(code.code.constants.first()?.as_object().to_owned()));

        let spec = vm.ctx.new_dict();
        let has_location = handle.kind() != Kind::Namespace;
        for (key, value) in [
            ("name", name.clone()),
            ("loader", loader.clone()),
            ("origin", vm.unwrap_or_none(origin.clone().map(Into::into))),
            ("loader_state", vm.ctx.none()),
            ("submodule_search_locations", vm.ctx.none()),
            ("_uninitialized_submodules", vm.ctx.none()),
            ("_set_fileattr", vm.ctx.new_bool(has_location).into()),
            ("_cached", vm.ctx.none()),
            ("_initializing", vm.ctx.new_bool(true).into()),
        ] {
            spec.set_item(vm.ctx.intern_str(key), value, vm)?;
        }
        let globals = vm.ctx.new_dict();
        globals.set_item(vm.ctx.intern_str("__name__"), name, vm)?;
        globals.set_item(vm.ctx.intern_str("__doc__"), vm.unwrap_or_none(doc), vm)?;
        globals.set_item(vm.ctx.intern_str("__package__"), vm.ctx.intern_str(parent).to_object(), vm)?;
        globals.set_item(vm.ctx.intern_str("__loader__"), loader, vm)?;
        globals.set_item(vm.ctx.intern_str("__spec__"), vm.ctx.none(), vm)?;
        if let Some(file) = origin {
            globals.set_item(vm.ctx.intern_str("__file__"), file.into(), vm)?;
        }
        globals.set_item(vm.ctx.intern_str("__builtins__"), vm.ctx.none(), vm)?;
        Ok(Self {
            code,
            source,
            name: handle.name().to_owned(),
            globals,
            spec,
            spec_class: IMPORT_SYSTEM.of(vm).spec_class.clone(),
            locations,
        })
    }

    /// A module of this unit whose code didn't run yet.
    pub(crate) fn fresh(&self, under: Under, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
        let globals = self.globals.copy().into_ref(&vm.ctx);
        self.complete(&globals, under, vm)?;
        let module = PyRef::new_ref(PyModule::new(), vm.ctx.types.module_type.to_owned(), Some(globals));
        self.set_name(&module, vm)?;
        Ok(module)
    }

    /// Puts into a module that exists already what a fresh one begins with.
    pub(crate) fn fill(&self, module: &Py<PyModule>, under: Under, vm: &VirtualMachine) -> PyResult<()> {
        let globals = module.dict();
        globals.merge_object(self.globals.clone().into(), vm)?;
        self.complete(&globals, under, vm)?;
        self.set_name(module, vm)
    }

    /// Sets a string of its own as the module's name, by which it is found again.
    fn set_name(&self, module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
        // The context would return one and the same string for a name of one character.
        let name: PyObjectRef = PyStr::from(self.name.as_str()).into_ref(&vm.ctx).into();
        module.dict().set_item(dunders::get(vm).name, name.clone(), vm)?;
        INSTANCES.of(vm).add(&name, module, vm)
    }

    fn complete(&self, globals: &PyDictRef, under: Under, vm: &VirtualMachine) -> PyResult<()> {
        let names = dunders::get(vm);
        globals.set_item(names.builtins, under.builtins.into(), vm)?;
        let spec = self.new_spec(Some(under.loader_state), vm)?;
        if self.locations.is_some() {
            globals.set_item(names.path, spec.get_attr(names.search_locations, vm)?, vm)?;
        }
        globals.set_item(names.spec, spec, vm)
    }

    /// A spec of its own for one module.
    fn new_spec(&self, loader_state: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let spec = self.spec.copy().into_ref(&vm.ctx);
        let names = dunders::get(vm);
        if let Some(loader_state) = loader_state {
            spec.set_item(names.loader_state, loader_state, vm)?;
        }
        // Only a package has submodules to keep a list of.
        if let Some(locations) = &self.locations {
            spec.set_item(names.uninitialized_submodules, vm.ctx.new_list(Vec::new()).into(), vm)?;
            spec.set_item(names.search_locations, vm.ctx.new_list(locations.clone()).into(), vm)?;
        }
        Ok(vm.ctx.new_base_object(self.spec_class.clone(), Some(spec)))
    }

    /// A spec as finders return it, of a module that doesn't exist yet.
    pub(crate) fn found_spec(&self, loader_state: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let spec = self.new_spec(loader_state, vm)?;
        spec.set_attr("_initializing", vm.ctx.new_bool(false), vm)?;
        // Without access to the host, importlib lacks the half that knows where a bytecode file would be cached.
        if cfg!(not(feature = "host_env")) {
            spec.set_attr("_set_fileattr", vm.ctx.new_bool(false), vm)?;
        }
        Ok(spec)
    }

    /// Runs the code in `globals`, which `fresh` or `fill` made ready.
    pub(crate) fn run(&self, globals: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
        let result = self.execute(globals, vm);
        if let Some(spec) = globals.get_item_opt(dunders::get(vm).spec, vm)?
            && let Some(dict) = spec.dict()
        {
            dict.set_item(dunders::get(vm).initializing, vm.ctx.new_bool(false).into(), vm)?;
        }
        result
    }

    /// Runs the code in `globals` and leaves its spec alone.
    pub(crate) fn execute(&self, globals: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(code) = &self.code else { return Ok(()) };
        GARBAGE.of(vm).count(vm);
        let scope = Scope::new(Some(ArgMapping::from_dict_exact(globals.clone())), globals.clone());
        vm.run_code_obj(code.clone(), scope).map(drop)
    }

    /// The bytes that the code was made of.
    pub(crate) fn source(&self) -> Option<&[u8]> {
        self.source.as_deref()
    }

    /// The bytes that the code was made of, for whoever keeps them.
    pub(crate) fn shared_source(&self) -> Option<Arc<[u8]>> {
        self.source.clone()
    }

    /// The compiled code, which a namespace package has none of.
    pub(crate) fn code(&self) -> Option<&PyRef<PyCode>> {
        self.code.as_ref()
    }
}

impl std::fmt::Debug for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unit").field("globals", &self.globals.get_id()).finish_non_exhaustive()
    }
}
