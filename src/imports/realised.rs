//! Imports of one runtime: the mapper that a description becomes there.

use super::{Description, Imports, Layer, Stub, choice::Chooser};
use crate::{
    error::Error,
    import::load::load,
    interpreter::engine::{RuntimeRef, guarded},
    mapper::{
        basic,
        contract::{Answer, Below, Mapper},
        exclusion::exclusion,
        reference::MapperRef,
        request::Request,
    },
    modules::handle::PythonModule,
    source::{contract::Source, memory::Memory},
    values::{
        bridge::Bridge,
        object::Object,
        side::{Made, Side},
    },
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, common::rc::PyRc, object::TraverseFn};
use std::{fmt, sync::Arc};

/// A mapper of one runtime, with a reference to the runtime that enforces its limits.
pub(super) type Realised = Object;

impl Imports {
    /// The mapper that the description is in a runtime. The first time it is made there.
    ///
    /// # Errors
    /// What is wrong with the description; a mapper of another runtime; a runtime that is gone.
    pub(crate) fn realise(&self, runtime: &RuntimeRef) -> Result<Object, Error> {
        let known = |realised: &[Realised]| realised.iter().find(|known| known.runtime().is(runtime)).cloned();
        if let Some(known) = known(&self.0.realised.lock()) {
            return Ok(known);
        }
        // What is not kept is dropped after the lock: its end may run any code.
        let made = self.0.description.realise(runtime)?;
        let mut gone = Vec::new();
        let mut realised = self.0.realised.lock();
        // Another thread may have been faster; its mapper counts.
        if let Some(known) = known(&realised) {
            return Ok(known);
        }
        realised.retain(|known| {
            let lives = known.runtime().engine().is_ok();
            gone.extend((!lives).then(|| known.clone()));
            lives
        });
        realised.push(made.clone());
        Ok(made)
    }

    /// The mapper that the description is in the runtime of `vm`.
    ///
    /// # Errors
    /// What is wrong with the description, as an exception.
    pub fn mapper(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        let realised = self.realise(&RuntimeRef::of(vm)).map_err(|error| error.into_exception(vm))?;
        MapperRef::from_object(&*realised.raw(vm)?, vm)
    }
}

impl Description {
    fn realise(&self, runtime: &RuntimeRef) -> Result<Realised, Error> {
        let make = |make: &dyn Fn(&VirtualMachine) -> MapperRef| {
            let made = runtime.enter(|vm| Ok(PyObjectRef::from(make(vm))))?;
            Ok(Object::linked(made, runtime.without_budget()))
        };
        match self {
            Self::PassThrough => make(&basic::pass_through),
            Self::None => make(&basic::empty),
            Self::Mapper(mapper) => make(&|vm| MapperRef::new(mapper.clone(), vm)),
            Self::Chosen(choose) => make(&|vm| MapperRef::new(Guarded::new(Chooser(choose.clone())), vm)),
            Self::Object(object) if object.runtime().is(runtime) => Ok(object.clone()),
            Self::Object(object) => Err(Error::other_runtime(format!("the mapper {object}"))),
            Self::Layer(base, layer) => layer.realise(&base.realise(runtime)?),
        }
    }
}

impl Layer {
    /// The layer before what other imports are in a runtime.
    fn realise(&self, base: &Realised) -> Result<Realised, Error> {
        let runtime = base.runtime();
        if let Self::Limits(limits) = self {
            return Ok(base.with_runtime(runtime.limited(limits.clone())));
        }
        let made = runtime.enter(|vm| {
            let raised = |exception| Error::from_exception(exception, vm);
            let bridge = Bridge { vm, runtime };
            let mapper = base.raw(vm).and_then(|base| MapperRef::from_object(&base, vm)).map_err(raised)?;
            let overridden = |name: &str, value: PyObjectRef| {
                let overrides = vm.ctx.new_dict();
                overrides.set_item(name, value, vm).map_err(raised)?;
                Ok(mapper.with_overrides(overrides, vm))
            };
            match self {
                Self::Module(module) => overridden(module.name(), module.build(bridge)?.into()),
                Self::Value(name, make) => match make.make(Side::Python(bridge))? {
                    Made::Object(object) => overridden(name, object),
                    Made::Value(_) => Err(Error::other_runtime(format!("`{name}`"))),
                },
                Self::RawValue(name, make) => overridden(name, make.make(vm).map_err(raised)?),
                Self::Source(stub) => overridden(&stub.name, stub.load(vm).map_err(raised)?),
                Self::Without(names) => Ok(exclusion(mapper.clone(), names, vm)),
                Self::Policy(policy) => policy.checked_mapper(mapper.clone(), vm),
                Self::Limits(_) => Ok(mapper.clone()),
            }
        })?;
        Ok(Object::linked(made.into(), runtime.clone()))
    }
}

impl Stub {
    fn load(&self, vm: &VirtualMachine) -> PyResult {
        let (folder, file) = self.file.rsplit_once('/').unwrap_or(("", &self.file));
        let source: Arc<dyn Source> = Arc::new(Memory::new(folder).with(file, &self.text));
        let module = PythonModule::from_source(&source, file, &self.name).map_err(|error| error.into_exception(vm))?;
        load(&module, &basic::pass_through(vm), vm)
    }
}

/// A mapper of the host's, whose panics become exceptions. A clone is the same mapper.
#[derive(Clone)]
pub(super) struct Guarded(PyRc<dyn Mapper>);

impl Guarded {
    pub(super) fn new(mapper: impl Mapper) -> Self {
        Self(PyRc::new(mapper))
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Mapper for Guarded {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        guarded(vm, || self.0.map(request, vm))
    }

    fn inner(&self) -> Option<&MapperRef> {
        self.0.inner()
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        guarded(vm, || self.0.enforce(request, vm))
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        guarded(vm, || Ok(self.0.below(name, vm))).unwrap_or(Below::Unknown)
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        guarded(vm, || Ok(self.0.unused(vm))).unwrap_or_default()
    }

    fn depends_on_importer(&self) -> bool {
        self.0.depends_on_importer()
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.0.traverse(visit);
    }
}
