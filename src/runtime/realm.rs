//! A realm, kept on the Rust side.

use crate::{
    error::Error,
    imports::Imports,
    mapper::reference::MapperRef,
    realm::{modules::RealmModules, replacement::Replacement},
    values::object::Object,
};

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

    /// The realm that an object is, such as one that was made with `vm`.
    ///
    /// ```
    /// use exocet::{Imports, Memory, Realm, Runtime};
    ///
    /// let files = Memory::new("<app>").with("pk/__init__.py", "seen = 42");
    /// let runtime = Runtime::builder().source(files).build()?;
    /// let pk = runtime.load_package("pk", &Imports::none())?;
    /// let same = Realm::from_object(pk.object())?;
    /// assert_eq!(same.import("pk")?.get::<u32>("seen")?, 42);
    /// assert!(Realm::from_object(&same.import("pk")?).is_err());
    /// # Ok::<(), exocet::Error>(())
    /// ```
    ///
    /// # Errors
    /// An object that is no realm; a runtime that is gone.
    pub fn from_object(object: &Object) -> Result<Self, Error> {
        object.runtime().enter(|vm| {
            let mapper = object.raw(vm).and_then(|realm| MapperRef::from_object(&realm, vm));
            let mapper = mapper.map_err(|raised| Error::from_exception(raised, vm))?;
            match RealmModules::of(&mapper) {
                Some(_) => Ok(Self(object.clone())),
                None => Err(Error::malformed(format!("`{object}` is no realm"))),
            }
        })
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

    /// Replaces one module of the realm, which is loaded already: it is found anew and loaded fresh, and stands in the place of the old
    /// one from then on, also in the package that it belongs to. All other modules, and all that they took from the old one, stay as
    /// they are, and so do handles on its objects; the result has who still holds what of the old one. The submodules of a package
    /// stay loaded, and are attributes of the new one before its code runs.
    ///
    /// Until the new module stands only the thread that loads it sees it, so that imports in a circle get it; everybody else gets the
    /// old one. If the load fails everything is as it was, but for shared modules that were imported meanwhile.
    ///
    /// To find out who holds what, all other threads stand still for some milliseconds. One that is in a function of the host's is waited
    /// for, as it is by the VM's collector.
    ///
    /// ```
    /// use exocet::{Imports, Memory, Runtime};
    /// use std::sync::Arc;
    ///
    /// let app = Memory::new("<app>").with("pk/__init__.py", "").with("pk/menu.py", "def dish(): return 'soup'");
    /// let app = Arc::new(app.with("pk/page.py", "from pk.menu import dish\nfrom pk import menu\nshown = [dish]"));
    /// let runtime = Runtime::builder().shared_source(app.clone()).build()?;
    /// let pk = runtime.load_package("pk", &Imports::none())?;
    /// let page = pk.import("pk.page")?;
    /// app.insert("pk/menu.py", "def dish(): return 'salad'\ndef price(): return 5");
    ///
    /// let replacement = pk.replace("pk.menu")?;
    /// assert_eq!(replacement.added, ["price"]);
    /// assert_eq!(pk.import("pk.menu")?.call::<String>("dish", ())?, "salad");
    /// assert_eq!(page.call::<String>("dish", ())?, "soup");
    /// let held = replacement.held.to_string();
    /// assert!(held.contains("module `pk.page`, `shown[0]`: function `dish`"), "{held}");
    /// # Ok::<(), exocet::Error>(())
    /// ```
    ///
    /// # Errors
    /// A name that isn't loaded, or that isn't the realm's own; whatever finding and loading the module raises; a runtime that is gone.
    pub fn replace(&self, name: &str) -> Result<Replacement, Error> {
        self.replaced(name, false)
    }

    /// As [`replace`](Self::replace); then the names of the realm's other modules, and of the main program if it runs under the realm,
    /// that are the old module, or that came from it, are bound to what the new one has under that name: `import m`, `from m import f`,
    /// and `from m import f as g`. What is in containers, instances and classes stays.
    ///
    /// A name came from the old module if it is an object that this module made, or if an import statement takes it from there and
    /// it still is what the old module has: constants follow where they were imported, and nowhere else.
    ///
    /// # Errors
    /// As for [`replace`](Self::replace).
    pub fn replace_rebinding(&self, name: &str) -> Result<Replacement, Error> {
        self.replaced(name, true)
    }

    fn replaced(&self, name: &str, rebind: bool) -> Result<Replacement, Error> {
        self.0.runtime().enter(|vm| {
            let mapper = self.0.raw(vm).and_then(|realm| MapperRef::from_object(&realm, vm));
            let replaced = mapper.and_then(|mapper| {
                RealmModules::of(&mapper).expect("a realm is made by its builder").replace(name, rebind, vm)
            });
            replaced.map_err(|raised| Error::from_exception(raised, vm))
        })
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
