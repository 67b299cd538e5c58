//! What modules of one runtime import, kept on the Rust side.

use crate::{
    Answer, Error, HostModule, Limits, Mapper, MapperRef, Object, Policy, Realm, Request, SearchPath, engine,
    mapper::{self, Below},
    members::Members,
    value::Bridge,
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, object::TraverseFn};
use serde::Serialize;
use std::fmt;

/// A mapper of one [`Runtime`](crate::Runtime), kept on the Rust side: it decides what the modules import that are
/// loaded under it.
///
/// Each method gives a new one and leaves the old one alone; what was added last is asked first.
///
/// ```
/// use exocet::{Memory, Runtime};
///
/// let app = Memory::new("<app>").with("app.py", "import config\nimport socket");
/// let runtime = Runtime::builder().source(app).build()?;
/// let imports = runtime.pass_through().with("config", "anything")?.without(["socket"])?;
/// let error = runtime.load("app", &imports).unwrap_err();
/// let exception = error.exception().expect("an import failed");
/// assert!(exception.is("ImportError") && exception.message().contains("socket"));
/// assert_eq!((exception.import_chain()[0].module.as_str(), exception.import_chain()[0].line), ("app", 2));
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Imports {
    mapper: Object,
}

impl Imports {
    pub(crate) fn new(mapper: Object) -> Self {
        Self { mapper }
    }

    /// The same with a module made of Rust, under its name. Every module that imports it gets the same one.
    ///
    /// # Errors
    /// A value of the module that has no form in Python; a runtime that is gone.
    pub fn with_module(&self, module: HostModule) -> Result<Self, Error> {
        self.changed(|mapper, bridge| {
            let name = module.name().to_owned();
            let module = module.build(bridge)?;
            overridden(mapper, &name, module.into(), bridge.vm)
        })
    }

    /// The same with a value under a name: whoever imports the name gets the value. An [`Object`] is such a value, and so
    /// is a struct, which becomes an object with attributes.
    ///
    /// # Errors
    /// A value that has no form in Python, or belongs to another runtime; a runtime that is gone.
    pub fn with(&self, name: &str, value: impl Serialize) -> Result<Self, Error> {
        self.changed(|mapper, bridge| {
            let value = bridge.to_attributes(&value, || format!("`{name}`"))?;
            overridden(mapper, name, value, bridge.vm)
        })
    }

    /// The same without these names and what is below them.
    ///
    /// # Errors
    /// A runtime that is gone.
    pub fn without(&self, names: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, Error> {
        self.changed(|mapper, bridge| Ok(mapper::exclusion(mapper, names, bridge.vm)))
    }

    /// The same, and what is loaded under these imports is limited: each load, and each use of what came out of one.
    ///
    /// Once a limit is passed, what was loaded under these imports and those made of them is done for: each further use is an
    /// [error](Error::is_poisoned). What was loaded under others goes on. Shared modules that it passed on to are shared, as
    /// ever: one that was interrupted in the middle of a change may have been left there.
    ///
    /// # Errors
    /// A runtime that is gone.
    pub fn limited(&self, limits: Limits) -> Result<Self, Error> {
        let link = self.mapper.link().limited(limits);
        link.engine()?;
        Ok(Self::new(self.mapper.with_link(link)))
    }

    /// The same as far as `policy` allows. What it names has to be there: on the runtime's search path, or among what these
    /// imports have.
    ///
    /// # Errors
    /// A name in the policy that means nothing, as by [`Policy::check`]; a runtime that is gone.
    pub fn policed(&self, policy: &Policy) -> Result<Self, Error> {
        self.changed(|mapper, bridge| policy.checked_mapper(mapper, bridge.vm))
    }

    /// A realm of these modules, and of what is below them: fresh together, each loaded once, when it is first needed.
    /// What isn't inside is asked of what the realm is made from.
    ///
    /// ```
    /// use exocet::{Memory, Runtime};
    ///
    /// let app = Memory::new("<app>").with("a.py", "import b").with("b.py", "seen = []");
    /// let runtime = Runtime::builder().source(app).build()?;
    /// let (one, two) = (runtime.pass_through().realm(["a", "b"])?, runtime.pass_through().realm(["a", "b"])?);
    /// one.import("b")?.set("seen", "one")?;
    /// assert_eq!(one.import("a")?.get::<exocet::Object>("b")?.get::<String>("seen")?, "one");
    /// assert_eq!(two.import("b")?.get::<Vec<String>>("seen")?, [""; 0]);
    /// # Ok::<(), exocet::Error>(())
    /// ```
    ///
    /// # Errors
    /// A name that isn't found; a runtime that is gone.
    pub fn realm(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, Error> {
        self.changed(|mapper, bridge| {
            let path = crate::search_path(bridge.vm).map_err(|raised| Error::from_exception(raised, bridge.vm))?;
            let realm = names.into_iter().try_fold(Realm::builder(&mapper), |realm, name| {
                Ok::<_, Error>(realm.module(&path.get(name.as_ref())?))
            })?;
            Ok(realm.build(bridge.vm).into())
        })
    }

    /// A realm of all that is on a search path, such as one version of a library.
    ///
    /// # Errors
    /// A runtime that is gone.
    pub fn realm_of(&self, path: &SearchPath) -> Result<Self, Error> {
        self.changed(|mapper, bridge| Ok(Realm::builder(&mapper).search_path(path).build(bridge.vm).into()))
    }

    /// What an import of `name` gets: of a realm, its own module.
    ///
    /// # Errors
    /// A name that is absent or denied; whatever the module's code raises; a runtime that is gone.
    pub fn import(&self, name: &str) -> Result<Object, Error> {
        let link = self.mapper.link();
        let found = link.enter(|vm| {
            let found = self.raw(vm).and_then(|mapper| mapper.lookup(name, vm));
            found.map_err(|raised| Error::from_exception(raised, vm))
        })?;
        Ok(Object::linked(found, link.clone()))
    }

    /// The mapper, as Python code sees it: `lookup`, `contains`, `withOverrides`.
    pub fn object(&self) -> &Object {
        &self.mapper
    }

    /// The mapper, inside of its runtime.
    ///
    /// # Errors
    /// `RuntimeError` in another runtime's VM.
    pub fn raw(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        MapperRef::from_object(&*self.mapper.raw(vm)?, vm)
    }

    fn changed(&self, change: impl FnOnce(MapperRef, Bridge<'_>) -> Result<MapperRef, Error>) -> Result<Self, Error> {
        let link = self.mapper.link();
        link.enter(|vm| {
            let mapper = self.raw(vm).map_err(|exception| Error::from_exception(exception, vm))?;
            let changed = change(mapper, Bridge { vm, link })?;
            Ok(Self::new(Object::linked(changed.into(), link.clone())))
        })
    }
}

fn overridden(mapper: MapperRef, name: &str, value: PyObjectRef, vm: &VirtualMachine) -> Result<MapperRef, Error> {
    let overrides = vm.ctx.new_dict();
    overrides.set_item(name, value, vm).map_err(|exception| Error::from_exception(exception, vm))?;
    Ok(mapper.with_overrides(overrides, vm))
}

/// A mapper of the host's, whose panics become exceptions.
pub(crate) struct Guarded<M>(pub(crate) M);

impl<M: Mapper> fmt::Debug for Guarded<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<M: Mapper> Mapper for Guarded<M> {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        engine::guarded(vm, || self.0.map(request, vm))
    }

    fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        engine::guarded(vm, || self.0.insist(request, vm))
    }

    fn by_importer(&self) -> bool {
        self.0.by_importer()
    }

    fn is_pass_through(&self) -> bool {
        self.0.is_pass_through()
    }

    fn members(&self) -> Option<&Members> {
        self.0.members()
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        engine::guarded(vm, || Ok(self.0.below(name, vm))).unwrap_or(Below::Unknown)
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        engine::guarded(vm, || Ok(self.0.unused(vm))).unwrap_or_default()
    }

    fn adopt(&self, own: &MapperRef) {
        self.0.adopt(own);
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.0.traverse(visit);
    }
}
