//! A runtime: one interpreter with the library, the `exocet` module and a search path.

mod arguments;
mod builder;
mod realm;
mod search;

pub use builder::RuntimeBuilder;
pub use realm::Realm;

#[cfg(feature = "bundles")]
use crate::source::bundle::Bundle;
use crate::{
    error::{Error, Kind},
    import::{
        check::{Extent, Finding, check},
        dry_run::DryRun,
        load::load,
    },
    imports::Imports,
    interpreter::{engine::Engine, sources},
    mapper::reference::MapperRef,
    modules::{handle::PythonModule, search_path::SearchPath},
    plugins::{discovery::Discovery, registry::Plugins},
    realm::reference::{RealmRef, load_package},
    source::contract::Source,
    values::{bridge::Bridge, object::Object},
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, common::rc::PyRc};
use serde::Serialize;
use std::{fmt, sync::Arc};

/// An interpreter that can load modules. Make one and keep it: an interpreter that is dropped leaves memory behind
/// (RustPython issue 3504).
///
/// With the feature `threading` it may be shared by threads, and they run Python code side by side; without it, it stays
/// on its thread. It may be entered while it is entered already, as by a function that its own Python code called, and
/// while another runtime is.
pub struct Runtime {
    engine: PyRc<Engine>,
}

impl Runtime {
    /// A runtime with the library and no sources.
    ///
    /// # Errors
    /// An interpreter that doesn't start.
    pub fn new() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Begins a new runtime.
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder::default()
    }

    /// Loads the module `name` of the search path: makes a new module object and runs its code. `imports` decides what its
    /// imports get.
    ///
    /// A package comes with a context of its own: its modules are fresh and consistent, and only names outside of it go to
    /// `imports`. [`load_package`](Self::load_package) returns the context.
    ///
    /// # Errors
    /// A name that isn't found; a module that can't be read; whatever its code raises; what is wrong with `imports`.
    pub fn load(&self, name: &str, imports: &Imports) -> Result<Object, Error> {
        let module = self.search_path()?.get(name)?;
        self.under(imports, |mapper, vm| load(&module, mapper, vm))
    }

    /// Loads the package `name` in a context of its own, a realm of one package, and returns the context.
    ///
    /// # Errors
    /// A module that is no package; as for [`load`](Self::load).
    pub fn load_package(&self, name: &str, imports: &Imports) -> Result<Realm, Error> {
        let package = self.search_path()?.get(name)?;
        self.under(imports, |mapper, vm| load_package(&package, mapper, vm).map(Into::into)).map(Realm::new)
    }

    /// Makes a realm of these modules, and of what is below them: fresh together, each loaded once, when it is first needed.
    /// What isn't inside is asked of `imports`.
    ///
    /// ```
    /// use exocet::{Imports, Memory, Object, Runtime};
    ///
    /// let app = Memory::new("<app>").with("a.py", "import b").with("b.py", "seen = []");
    /// let runtime = Runtime::builder().source(app).build()?;
    /// let imports = Imports::pass_through();
    /// let (one, two) = (runtime.realm(["a", "b"], &imports)?, runtime.realm(["a", "b"], &imports)?);
    /// one.import("b")?.set("seen", "one")?;
    /// assert_eq!(one.import("a")?.get::<Object>("b")?.get::<String>("seen")?, "one");
    /// assert_eq!(two.import("b")?.get::<Vec<String>>("seen")?, [""; 0]);
    /// # Ok::<(), exocet::Error>(())
    /// ```
    ///
    /// # Errors
    /// A name that isn't found; what is wrong with `imports`.
    pub fn realm(&self, names: impl IntoIterator<Item = impl AsRef<str>>, imports: &Imports) -> Result<Realm, Error> {
        let path = self.search_path()?;
        let modules = names.into_iter().map(|name| path.get(name.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let realm = self.under(imports, |mapper, vm| {
            let builder = modules.iter().fold(RealmRef::builder(mapper), |realm, module| realm.module(module));
            Ok(builder.build(vm).into())
        });
        realm.map(Realm::new)
    }

    /// Makes a realm of all that is on a search path, such as one version of a library.
    ///
    /// # Errors
    /// What is wrong with `imports`.
    pub fn realm_of(&self, path: &SearchPath, imports: &Imports) -> Result<Realm, Error> {
        let realm = |mapper: &MapperRef, vm: &VirtualMachine| RealmRef::builder(mapper).search_path(path).build(vm);
        self.under(imports, |mapper, vm| Ok(realm(mapper, vm).into())).map(Realm::new)
    }

    /// Makes a realm of all that is in a bundle, under the [imports](Bundle::imports) that it brings.
    ///
    /// # Errors
    /// A policy or a lock that can't be read; a policy that names what isn't there.
    #[cfg(feature = "bundles")]
    pub fn bundle(&self, bundle: &Bundle) -> Result<Realm, Error> {
        self.realm_of(&SearchPath::new().with(bundle.clone()), &bundle.imports()?)
    }

    /// The plugins that `discovery` finds on the runtime's own search path, without the library. Nothing is found or loaded yet.
    pub fn plugins(&self, discovery: Discovery) -> Plugins {
        Plugins::new(self.engine.reference(), discovery, None)
    }

    /// The plugins that `discovery` finds on a search path of their own.
    pub fn plugins_on(&self, path: &SearchPath, discovery: Discovery) -> Plugins {
        Plugins::new(self.engine.reference(), discovery, Some(path.clone()))
    }

    /// Resolves `name` as an import of it would.
    ///
    /// # Errors
    /// A name that is absent or denied; whatever the module's code raises; what is wrong with `imports`.
    pub fn import(&self, name: &str, imports: &Imports) -> Result<Object, Error> {
        self.under(imports, |mapper, vm| mapper.lookup(name, vm))
    }

    /// Finds out, without running anything, which imports of these modules and of all below them would fail or get something
    /// else. A package has its own modules, as where it is [loaded](Self::load).
    ///
    /// ```
    /// use exocet::{Imports, Memory, Runtime};
    ///
    /// let app = Memory::new("<app>").with("app.py", "import json\nimport socket");
    /// let runtime = Runtime::builder().source(app).build()?;
    /// let findings = runtime.check(["app"], &Imports::pass_through().without(["socket"]))?;
    /// assert!(findings.len() == 1 && findings[0].is_error());
    /// # Ok::<(), exocet::Error>(())
    /// ```
    ///
    /// # Errors
    /// A name that isn't found; what is wrong with `imports`.
    pub fn check(
        &self,
        names: impl IntoIterator<Item = impl AsRef<str>>,
        imports: &Imports,
    ) -> Result<Vec<Finding>, Error> {
        let path = self.search_path()?;
        let modules: Vec<PythonModule> =
            names.into_iter().map(|name| path.get(name.as_ref())).collect::<Result<_, _>>()?;
        let mapper = self.mapper(imports)?;
        self.try_enter(|vm| {
            let dry = DryRun::new(mapper_of(&mapper, vm)?, vm)?;
            check(&dry, &modules, Extent::Roots, |_, _, _| Ok(()))
        })
    }

    /// Names that were given to `imports` and that nobody in this runtime asked for: misspelt, most likely.
    ///
    /// # Errors
    /// What is wrong with `imports`.
    pub fn unused(&self, imports: &Imports) -> Result<Vec<String>, Error> {
        let mapper = self.mapper(imports)?;
        self.try_enter(|vm| Ok(mapper_of(&mapper, vm)?.unused(vm)))
    }

    /// The mapper that `imports` is in this runtime, as Python code sees it: `lookup`, `contains`, `withOverrides`.
    ///
    /// # Errors
    /// What is wrong with `imports`.
    pub fn mapper(&self, imports: &Imports) -> Result<Object, Error> {
        imports.realise(&self.engine.reference())
    }

    /// Runs `f` with the mapper that `imports` is here, under its limits.
    fn under(
        &self,
        imports: &Imports,
        f: impl FnOnce(&MapperRef, &VirtualMachine) -> PyResult<PyObjectRef>,
    ) -> Result<Object, Error> {
        let mapper = self.mapper(imports)?;
        let runtime = mapper.runtime().clone();
        let made = runtime.enter(|vm| {
            mapper_of(&mapper, vm).and_then(|mapper| f(&mapper, vm)).map_err(|raised| Error::from_exception(raised, vm))
        })?;
        Ok(Object::linked(made, runtime))
    }

    /// Puts a source at the end of the search path, as [`RuntimeBuilder::shared_source`] does before the start.
    ///
    /// ```
    /// use exocet::{Imports, Memory, Runtime};
    ///
    /// let runtime = Runtime::new()?;
    /// runtime.add_source(Memory::new("<late>").with("late.py", "here = 1"))?;
    /// assert_eq!(runtime.load("late", &Imports::pass_through())?.get::<u8>("here")?, 1);
    /// # Ok::<(), exocet::Error>(())
    /// ```
    ///
    /// # Errors
    /// A label that another source of the search path has; a bundle with a lock; `sys.path` that is no list.
    pub fn add_source(&self, source: impl Source) -> Result<(), Error> {
        self.add_shared_source(Arc::new(source))
    }

    /// As [`add_source`](Self::add_source), for a source that others hold too.
    ///
    /// # Errors
    /// As for [`add_source`](Self::add_source).
    pub fn add_shared_source(&self, source: Arc<dyn Source>) -> Result<(), Error> {
        let known = self.search_path()?;
        if known.locations().iter().any(|known| known.folder.is_empty() && known.source.label() == source.label()) {
            return Err(Kind::SameLabel { label: source.label().to_owned() }.into());
        }
        #[cfg(feature = "bundles")]
        if source.bundle().map(Bundle::lock).transpose()?.flatten().is_some() {
            return Err(Error::malformed(format!(
                "`{}` brings a lock, which a runtime has from its start",
                source.label()
            )));
        }
        self.try_enter(|vm| search::add_source(&source, vm))
    }

    /// Puts a source behind the standard library, for modules that this build of it doesn't have.
    #[cfg(not(feature = "stdlib"))]
    pub fn extend_library(&self, source: Arc<dyn Source>) {
        self.enter(|vm| search::extend_library(source, vm));
    }

    /// The sources, the live `sys.path` and the library, where modules are found and listed.
    ///
    /// # Errors
    /// `sys.path` that is no list.
    pub fn search_path(&self) -> Result<SearchPath, Error> {
        self.try_enter(sources::search_path)
    }

    /// Makes a Python object of a Rust value.
    ///
    /// # Errors
    /// A value that has no form in Python, or belongs to another runtime.
    pub fn object(&self, value: impl Serialize) -> Result<Object, Error> {
        let runtime = self.engine.reference();
        let object = self
            .engine
            .try_enter(|vm| Bridge { vm, runtime: &runtime }.to_python(&value, || "the value".to_owned()))?;
        Ok(Object::linked(object, runtime))
    }

    /// Runs `f` inside the interpreter, where all of the VM can be used. What `f` returns must not be used inside of
    /// another runtime.
    ///
    /// # Panics
    /// As `f` does; and if a panic went through Python code before, which leaves the interpreter in no known state. A
    /// panic in a function or a mapper of the host's is no such panic: it becomes an exception.
    pub fn enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> R) -> R {
        self.engine.enter(f)
    }

    /// Runs `f` inside the interpreter, with an exception as a typed error.
    ///
    /// # Errors
    /// The exception; a panic in the VM, now or before.
    pub fn try_enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> PyResult<R>) -> Result<R, Error> {
        self.engine.try_enter(|vm| f(vm).map_err(|exception| Error::from_exception(exception, vm)))
    }

    /// Runs `f` as a whole program, then ends the interpreter as `python` ends: threads are joined, `atexit` functions
    /// run, and an exception is printed. Returns the exit code.
    ///
    /// On another thread than the one that built the runtime the modules are left as they are in the end.
    pub fn run(self, f: impl FnOnce(&VirtualMachine) -> PyResult<()>) -> u32 {
        self.engine.run(f)
    }
}

/// The mapper that an object of this runtime is.
fn mapper_of(mapper: &Object, vm: &VirtualMachine) -> PyResult<MapperRef> {
    MapperRef::from_object(&*mapper.raw(vm)?, vm)
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}
