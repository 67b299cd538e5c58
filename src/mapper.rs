//! Mappers decide what each `import` inside a loaded module gets.
//!
//! A [`Mapper`] is asked about one absolute name at a time and gives an [`Answer`]. Only [`Answer::NotMine`] goes on to
//! the next mapper of a chain. A [`MapperRef`] is a mapper as an object of the VM: what `load` takes, what Python sees,
//! and the owner of the builtins that the modules loaded under it share.

mod basic;
mod exclusion;
pub(crate) mod lookup;
mod overrides;
mod redirect;
mod reference;
mod request;
mod trail;

pub use basic::{chain, empty, pass_through};
pub use exclusion::exclusion;
pub(crate) use exclusion::{Exclusion, prefixes};
pub(crate) use lookup::Callable;
pub use lookup::callable;
pub(crate) use overrides::Overrides;
pub use overrides::overrides;
pub use redirect::redirect;
pub use reference::MapperRef;
pub(crate) use reference::{PyMapper, WeakMapper};
pub(crate) use request::Asker;
pub use request::{Item, Request};
pub use trail::Step;
pub(crate) use trail::Trail;

use crate::{PythonModule, members::Members, part::Part};
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    object::{PyThreadingConstraint, TraverseFn},
};
use std::{fmt, sync::Arc};

/// Answers import requests.
///
/// The one required method is [`map`](Mapper::map). Any mapper composes with any other, by [`chain`] or
/// [`MapperRef::with_overrides`].
///
/// ```
/// use exocet::{Answer, Mapper, MapperRef, Request, vm::{PyResult, VirtualMachine}};
///
/// /// Gives `answer` to everybody who imports it, and nothing else.
/// #[derive(Debug)]
/// struct Oracle;
///
/// impl Mapper for Oracle {
///     fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
///         Ok(match request.name() {
///             "answer" => Answer::Object(vm.ctx.new_int(42).into()),
///             _ => Answer::NotMine,
///         })
///     }
/// }
///
/// let runtime = exocet::Runtime::builder()
///     .source(exocet::Memory::new("<app>").with("app.py", "import answer\nseen = answer + 1"))
///     .build()?;
/// let seen: i32 = runtime.enter(|vm| {
///     let app = exocet::search_path(vm)?.get("app").map_err(|e| e.into_exception(vm))?;
///     let module = exocet::load(&app, &MapperRef::new(Oracle, vm), vm)?;
///     module.get_attr("seen", vm)?.try_into_value(vm)
/// }).expect("the module loads");
/// assert_eq!(seen, 43);
/// # Ok::<(), exocet::Error>(())
/// ```
pub trait Mapper: fmt::Debug + PyThreadingConstraint + 'static {
    /// What the importer that asks gets.
    ///
    /// # Errors
    /// An exception is an error of the mapper itself and reaches the importer as it is.
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer>;

    /// How this mapper treats names below `name`, so that what can't differ needn't be asked about.
    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let _ = (name, vm);
        Below::Unknown
    }

    /// Names that were given to this mapper and that nobody ever asked for: misspelt, most likely.
    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        let _ = vm;
        Vec::new()
    }

    /// Whether its answers depend on who asks. If so, each module has builtins of its own, and with them an `__import__` by
    /// which it is known; that is a copy of the builtins for each load.
    fn by_importer(&self) -> bool {
        false
    }

    /// What this mapper insists on even if a realm in front of it has the name itself: a replacement or a denial of that
    /// very name. A realm asks for it, before it answers with a module of its own.
    ///
    /// # Errors
    /// As for [`map`](Mapper::map).
    fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        let _ = (request, vm);
        Ok(None)
    }

    /// Whether this is nothing but pass-through.
    #[doc(hidden)]
    fn is_pass_through(&self) -> bool {
        false
    }

    /// The realm that this mapper is.
    #[doc(hidden)]
    fn members(&self) -> Option<&Members> {
        None
    }

    /// Tells the mapper which object it has become.
    #[doc(hidden)]
    fn adopt(&self, own: &MapperRef) {
        let _ = own;
    }

    /// Shows each object that the mapper owns to the cycle collector, once. One that is left out can only leak.
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        let _ = visit;
    }
}

/// What a mapper answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// This very object.
    Object(PyObjectRef),
    /// A module loaded fresh for this import, under the given mapper or else under the importer's own.
    Load(PythonModule, Option<MapperRef>),
    /// Whatever the importer's mapper answers to that name.
    Rename(String),
    /// Part of what another answer gives.
    Part(Box<Answer>, Arc<Part>),
    /// What `import` outside of any mapper gives: the interpreter's shared module.
    PassThrough,
    /// The next mapper of the chain is asked. At the end of the chain the name is absent.
    NotMine,
    /// The import fails, for the reason given.
    Denied(String),
}

/// How a mapper treats the names below a name; the greater one of two wins in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Below {
    /// As the shared modules have them.
    Nothing,
    /// Some may be denied, and none is replaced.
    Denied,
    /// It can't be told before they are asked for.
    Unknown,
    /// Some are replaced: whoever imports the name gets a view of it that shows the replacements.
    Replaced,
}
