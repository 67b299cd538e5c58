//! A realm, kept on the Rust side.

use crate::{error::Error, imports::Imports, mapper::reference::MapperRef, values::object::Object};

/// Modules of one runtime that are fresh together: inside each name is loaded once, when it is first needed, and the modules see
/// one another. [`Runtime::realm`](crate::Runtime::realm) and [`Runtime::load_package`](crate::Runtime::load_package) make one.
///
/// ```
/// use exocet::{Imports, Memory, Object, Runtime};
///
/// let files = Memory::new("<app>").with("pk/__init__.py", "from . import a").with("pk/a.py", "names = []");
/// let runtime = Runtime::builder().source(files).build()?;
/// let pk = runtime.load_package("pk", &Imports::none())?;
/// pk.import("pk.a")?.set("names", ["Ann"])?;
/// assert_eq!(pk.import("pk")?.get::<Object>("a")?.get::<Vec<String>>("names")?, ["Ann"]);
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Realm(Object);

impl Realm {
    pub(super) fn new(realm: Object) -> Self {
        Self(realm)
    }

    /// Resolves `name` as an import of it inside the realm would: to the realm's own module, the same one each time, or to what
    /// the realm's imports have.
    ///
    /// # Errors
    /// A name that is absent or denied; whatever the module's code raises; a runtime that is gone.
    pub fn import(&self, name: &str) -> Result<Object, Error> {
        let runtime = self.0.runtime();
        let found = runtime.enter(|vm| {
            let mapper = self.0.raw(vm).and_then(|realm| MapperRef::from_object(&realm, vm));
            let found = mapper.and_then(|mapper| mapper.lookup(name, vm));
            found.map_err(|raised| Error::from_exception(raised, vm))
        })?;
        Ok(Object::linked(found, runtime.clone()))
    }

    /// Imports that ask the realm: what others load under them gets the realm's modules. They can be used in the realm's
    /// runtime alone.
    pub fn imports(&self) -> Imports {
        Imports::from_object(self.0.clone())
    }

    /// The realm as Python code sees it, an `exocet.Realm`.
    #[must_use]
    pub fn object(&self) -> &Object {
        &self.0
    }
}
