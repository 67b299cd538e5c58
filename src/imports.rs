//! What modules import, as a value that belongs to no runtime.

#[cfg(feature = "bundles")]
mod bundled;
pub(crate) mod choice;
mod realised;

use crate::{
    error::Error,
    interpreter::limits::Limits,
    mapper::contract::Mapper,
    policy::rules::Policy,
    values::{
        host_module::{HostModule, Make, RawMake},
        object::Object,
        side::{Kept, Made, Side},
        value::Value,
    },
};
use choice::{Choice, Choose, Question};
use realised::{Guarded, Realised};
use rustpython_vm::{
    PyResult, VirtualMachine,
    common::{lock::PyMutex, rc::PyRc},
    object::PyThreadingConstraint,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Decides what the modules import that are loaded under it: a plain description, which belongs to no runtime.
///
/// Each method returns new imports and leaves the old ones alone; what was added last is asked first. What is wrong with
/// a description, as a policy that names no module, is an error of whoever loads under it. In one runtime the same
/// description, and each clone of it, is the same mapper.
///
/// ```
/// use exocet::{Imports, Memory, Runtime};
///
/// let app = Memory::new("<app>").with("app.py", "import config\nimport socket");
/// let runtime = Runtime::builder().source(app).build()?;
/// let imports = Imports::pass_through().with_value("config", "anything").without(["socket"]);
/// let error = runtime.load("app", &imports).unwrap_err();
/// let exception = error.exception().expect("an import failed");
/// assert!(exception.is("ImportError") && exception.message().contains("socket"));
/// assert_eq!((exception.import_chain()[0].module.as_str(), exception.import_chain()[0].line), ("app", 2));
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Imports(PyRc<Inner>);

struct Inner {
    description: Description,
    /// What the description has become, by runtime.
    realised: PyMutex<Vec<Realised>>,
}

enum Description {
    PassThrough,
    None,
    /// A mapper of the host's.
    Mapper(Guarded),
    /// A function of the host's.
    Chosen(PyRc<dyn Choose>),
    /// A mapper of one runtime.
    Object(Object),
    Layer(Imports, Layer),
}

/// What stands before other imports.
enum Layer {
    Module(HostModule),
    Value(String, PyRc<dyn Make>),
    RawValue(String, PyRc<dyn RawMake>),
    Source(Stub),
    Without(Vec<String>),
    Policy(Policy),
    Limits(Limits),
}

/// A module that is made of its source where it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stub {
    /// The name that it is imported by.
    pub name: String,
    /// Its file, as tracebacks name it.
    pub file: String,
    /// Its source.
    pub text: String,
}

/// A part of [`Imports`], see [`Imports::parts`]. What no part says passes through.
#[non_exhaustive]
pub enum Part<'a> {
    /// Nothing is imported that no layer has.
    Nothing,
    /// A function is asked for what no layer has.
    Chosen(&'a PyRc<dyn Choose>),
    /// A module made of Rust.
    Module(&'a HostModule),
    /// A value under a name.
    Value(&'a str, Value),
    /// A module made of its source.
    Source(&'a Stub),
    /// Names that are denied.
    Without(&'a [String]),
    /// A policy.
    Policy(&'a Policy),
    /// Limits.
    Limits(&'a Limits),
}

impl Imports {
    fn new(description: Description) -> Self {
        Self(PyRc::new(Inner { description, realised: PyMutex::default() }))
    }

    /// What the imports are made of, the outermost layer first, for whoever makes them elsewhere.
    ///
    /// # Errors
    /// What can't be anywhere else: a mapper or an object of the VM; a value that has no form in Python.
    pub fn parts(&self) -> Result<Vec<Part<'_>>, Error> {
        let mut parts = Vec::new();
        let mut imports = self;
        loop {
            let layer = match &imports.0.description {
                Description::PassThrough => return Ok(parts),
                Description::None => {
                    parts.push(Part::Nothing);
                    return Ok(parts);
                }
                Description::Chosen(choose) => {
                    parts.push(Part::Chosen(choose));
                    return Ok(parts);
                }
                Description::Mapper(_) | Description::Object(_) => {
                    let what =
                        format!("{self:?} has a mapper that works on objects of the VM, which nothing outside shares");
                    return Err(Error::malformed(what));
                }
                Description::Layer(base, layer) => {
                    imports = base;
                    layer
                }
            };
            parts.push(match layer {
                Layer::Module(module) => Part::Module(module),
                Layer::Value(name, make) => match make.make(Side::Isolate(Kept::NONE))? {
                    Made::Value(value) => Part::Value(name, value),
                    Made::Object(_) => return Err(Error::other_runtime(format!("`{name}`"))),
                },
                Layer::RawValue(..) => return Err(bound_to_the_vm("the value", layer)),
                Layer::Source(stub) => Part::Source(stub),
                Layer::Without(names) => Part::Without(names),
                Layer::Policy(policy) => Part::Policy(policy),
                Layer::Limits(limits) => Part::Limits(limits),
            });
        }
    }

    fn with(&self, layer: Layer) -> Self {
        Self::new(Description::Layer(self.clone(), layer))
    }

    /// Imports as `import` itself has them: the interpreter's shared modules.
    pub fn pass_through() -> Self {
        Self::new(Description::PassThrough)
    }

    /// No imports at all.
    pub fn none() -> Self {
        Self::new(Description::None)
    }

    /// Imports by a mapper of your own. A panic of it becomes a `RuntimeError`.
    pub fn from_mapper(mapper: impl Mapper) -> Self {
        Self::new(Description::Mapper(Guarded::new(mapper)))
    }

    /// Imports by a function that is asked for each name and knows nothing of the VM: in the process and, across the wall, for
    /// an isolate. A panic of it becomes a `RuntimeError`.
    ///
    /// ```
    /// use exocet::{Choice, Imports, Memory, Runtime};
    ///
    /// let app = Memory::new("<app>").with("app.py", "import settings, json\nseen = settings.level");
    /// let runtime = Runtime::builder().source(app).build()?;
    /// let imports = Imports::chosen(|question| match question.name.as_str() {
    ///     "settings" => Choice::source("level = 3"),
    ///     "socket" => Choice::denied("the rule against sockets"),
    ///     _ => Choice::PassThrough,
    /// });
    /// assert_eq!(runtime.load("app", &imports)?.get::<u8>("seen")?, 3);
    /// # Ok::<(), exocet::Error>(())
    /// ```
    pub fn chosen(choose: impl Fn(&Question) -> Choice + PyThreadingConstraint + 'static) -> Self {
        Self::new(Description::Chosen(PyRc::new(choose)))
    }

    /// Imports by a Python object with a method `lookup(name)`. They can be used in the object's runtime alone.
    pub fn from_object(mapper: Object) -> Self {
        Self::new(Description::Object(mapper))
    }

    /// Adds a module made of Rust, under its name. Every module that imports it gets the same one.
    pub fn with_module(&self, module: HostModule) -> Self {
        self.with(Layer::Module(module))
    }

    /// Adds a value under a name: whoever imports the name gets the value. An [`Object`] is such a value, and so is a
    /// struct, which becomes an object with attributes.
    pub fn with_value(&self, name: impl Into<String>, value: impl Serialize + PyThreadingConstraint + 'static) -> Self {
        let name = name.into();
        let what = format!("`{name}`");
        let make = move |side: Side<'_>| side.make_attributes(&value, || what.clone());
        self.with(Layer::Value(name, PyRc::new(make)))
    }

    /// Adds an object of the VM under a name, which is made once for each runtime.
    pub fn with_raw_value(
        &self,
        name: impl Into<String>,
        make: impl Fn(&VirtualMachine) -> PyResult + PyThreadingConstraint + 'static,
    ) -> Self {
        self.with(Layer::RawValue(name.into(), PyRc::new(make)))
    }

    /// Adds a module made of this source, under its name. It is loaded once, its own imports pass through, and every module that
    /// imports it gets the same one. Tracebacks name `file` as its place.
    ///
    /// ```
    /// use exocet::{Imports, Memory, Runtime};
    ///
    /// let app = Memory::new("<app>").with("app.py", "import clock\nnow = clock.now()");
    /// let runtime = Runtime::builder().source(app).build()?;
    /// let imports = Imports::pass_through().with_source("clock", "<stub>", "def now(): return 5");
    /// assert_eq!(runtime.load("app", &imports)?.get::<u8>("now")?, 5);
    /// # Ok::<(), exocet::Error>(())
    /// ```
    pub fn with_source(&self, name: impl Into<String>, file: impl Into<String>, text: impl Into<String>) -> Self {
        self.with(Layer::Source(Stub { name: name.into(), file: file.into(), text: text.into() }))
    }

    /// Denies these names and what is below them.
    pub fn without(&self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(Layer::Without(names.into_iter().map(Into::into).collect()))
    }

    /// Limits the imports to what `policy` allows. What it names has to be there: on the runtime's search path, or among what
    /// these imports have.
    pub fn with_policy(&self, policy: Policy) -> Self {
        self.with(Layer::Policy(policy))
    }

    /// Limits what is loaded under these imports: each load, and each use of what came out of one.
    ///
    /// Once a limit is exceeded, what was loaded under these imports and those made of them is not used again: each further
    /// use is an [error](crate::Error::is_poisoned). What was loaded under others goes on. Shared modules are shared, as
    /// ever: one that was interrupted in the middle of a change may have been left there.
    pub fn with_limits(&self, limits: Limits) -> Self {
        self.with(Layer::Limits(limits))
    }
}

/// What is made of objects of the VM can't be made anywhere else.
fn bound_to_the_vm(what: &str, part: &dyn fmt::Debug) -> Error {
    Error::malformed(format!("{what} {part:?} works on objects of the VM, which nothing outside of it shares"))
}

impl fmt::Debug for Imports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.description.fmt(f)
    }
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Description::PassThrough => f.write_str("PassThrough"),
            Description::None => f.write_str("None"),
            Description::Mapper(mapper) => mapper.fmt(f),
            Description::Chosen(_) => f.write_str("Chosen"),
            Description::Object(object) => object.fmt(f),
            Description::Layer(base, layer) => f.debug_tuple("Imports").field(layer).field(base).finish(),
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layer::Module(module) => module.fmt(f),
            Layer::Value(name, _) | Layer::RawValue(name, _) => f.debug_tuple("Value").field(name).finish(),
            Layer::Source(stub) => f.debug_tuple("Source").field(&stub.name).finish(),
            Layer::Without(names) => f.debug_tuple("Without").field(names).finish(),
            Layer::Policy(policy) => policy.fmt(f),
            Layer::Limits(limits) => limits.fmt(f),
        }
    }
}
