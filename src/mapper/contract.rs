//! The contract of a mapper: one question, one answer.

use super::{attenuation::Attenuation, reference::MapperRef, request::Request};
use crate::modules::handle::PythonModule;
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    object::{PyThreadingConstraint, Traverse, TraverseFn},
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Answers import requests.
///
/// The one required method is [`map`](Mapper::map). Any mapper composes with any other, by [`chain`](crate::raw::chain) or
/// [`with_overrides`](crate::raw::MapperRef::with_overrides). A mapper that wraps another one returns it in
/// [`inner`](Mapper::inner), and the other provided methods then delegate to that one.
///
/// ```
/// use exocet::{Answer, Imports, Mapper, Memory, Request, Runtime, vm::{PyResult, VirtualMachine}};
///
/// /// Answers `answer` with 42, and nothing else.
/// #[derive(Debug)]
/// struct Oracle;
///
/// impl Mapper for Oracle {
///     fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
///         Ok(match request.name() {
///             "answer" => Answer::object(vm.ctx.new_int(42)),
///             _ => Answer::NotMine,
///         })
///     }
/// }
///
/// let app = Memory::new("<app>").with("app.py", "import answer\nseen = answer + 1");
/// let runtime = Runtime::builder().source(app).build()?;
/// assert_eq!(runtime.load("app", &Imports::from_mapper(Oracle))?.get::<i32>("seen")?, 43);
/// # Ok::<(), exocet::Error>(())
/// ```
pub trait Mapper: fmt::Debug + PyThreadingConstraint + 'static {
    /// Answers what the importer that asks gets.
    ///
    /// # Errors
    /// An exception is an error of the mapper itself and reaches the importer as it is.
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer>;

    /// The mapper that this one wraps, if it wraps one.
    fn inner(&self) -> Option<&MapperRef> {
        None
    }

    /// What the mapper enforces even if a realm in front of it has the name itself: a replacement or a denial of that
    /// very name. A realm asks this before it answers with a module of its own.
    ///
    /// # Errors
    /// As for [`map`](Mapper::map).
    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        self.inner().map_or(Ok(None), |inner| inner.enforce(request, vm))
    }

    /// How the mapper treats names below `name`, so that what can't differ needn't be asked about.
    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        // What a wrapper does to a name can't be known.
        self.inner().map_or(Below::Unknown, |inner| inner.below(name, vm).max(Below::Unknown))
    }

    /// Names that were given to the mapper and that nobody ever asked for: misspelt, most likely.
    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        self.inner().map_or_else(Vec::new, |inner| inner.unused(vm))
    }

    /// Whether the answers depend on who asks. If so, each module has builtins of its own, and with them an `__import__` by
    /// which it is known; that is a copy of the builtins for each load.
    fn depends_on_importer(&self) -> bool {
        self.inner().is_some_and(MapperRef::depends_on_importer)
    }

    /// Shows each object that the mapper owns to the cycle collector, once. One that is left out can only leak.
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(inner) = self.inner() {
            inner.traverse(visit);
        }
    }
}

/// What a mapper answers.
///
/// Outside of this crate the variants with content are made by functions: [`Answer::object`], [`Answer::denied`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Answer {
    /// This very object.
    #[non_exhaustive]
    Object {
        /// What the importer gets.
        object: PyObjectRef,
    },
    /// A module loaded fresh for this import.
    #[non_exhaustive]
    Load {
        /// The module.
        module: PythonModule,
        /// What its own imports get; the importer's own mapper decides if absent.
        mapper: Option<MapperRef>,
    },
    /// Whatever the importer's mapper answers to another name.
    #[non_exhaustive]
    Rename {
        /// The other name.
        name: String,
    },
    /// Some names of the module that another answer leads to.
    #[non_exhaustive]
    Attenuated {
        /// The other answer.
        answer: Box<Answer>,
        /// Which names.
        attenuation: Arc<Attenuation>,
    },
    /// What `import` outside of any mapper gets: the interpreter's shared module.
    PassThrough,
    /// The next mapper of the chain is asked. At the end of the chain the name is absent.
    NotMine,
    /// The import fails.
    #[non_exhaustive]
    Denied {
        /// The reason, which follows "denied by" in the message.
        reason: String,
    },
}

impl Answer {
    /// This very object.
    pub fn object(object: impl Into<PyObjectRef>) -> Self {
        Self::Object { object: object.into() }
    }

    /// A module loaded fresh, whose imports the importer's own mapper decides.
    #[must_use]
    pub fn load(module: PythonModule) -> Self {
        Self::Load { module, mapper: None }
    }

    /// A module loaded fresh, whose imports `mapper` decides.
    #[must_use]
    pub fn load_under(module: PythonModule, mapper: MapperRef) -> Self {
        Self::Load { module, mapper: Some(mapper) }
    }

    /// Whatever the importer's mapper answers to `name`.
    pub fn rename(name: impl Into<String>) -> Self {
        Self::Rename { name: name.into() }
    }

    /// Some names of the module that `answer` leads to.
    #[must_use]
    pub fn attenuated(answer: Self, attenuation: impl Into<Arc<Attenuation>>) -> Self {
        Self::Attenuated { answer: Box::new(answer), attenuation: attenuation.into() }
    }

    /// The import fails; `reason` follows "denied by" in the message.
    pub fn denied(reason: impl Into<String>) -> Self {
        Self::Denied { reason: reason.into() }
    }

    /// The attenuations of the answer, the outermost first, and what is inside of them.
    pub(crate) fn unpacked(mut self) -> (Vec<Arc<Attenuation>>, Self) {
        let mut attenuations = Vec::new();
        while let Self::Attenuated { answer, attenuation } = self {
            attenuations.push(attenuation);
            self = *answer;
        }
        (attenuations, self)
    }

    /// The answer inside of attenuations, the outermost first.
    pub(crate) fn attenuated_by(self, attenuations: Vec<Arc<Attenuation>>) -> Self {
        attenuations.into_iter().rev().fold(self, Self::attenuated)
    }

    /// Whether it is [`Answer::NotMine`].
    #[must_use]
    pub fn is_not_mine(&self) -> bool {
        matches!(self, Self::NotMine)
    }

    /// The kind of the answer.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Answer::Object { .. } => Verdict::Object,
            Answer::Load { .. } => Verdict::Load,
            Answer::Rename { .. } => Verdict::Rename,
            Answer::Attenuated { .. } => Verdict::Attenuated,
            Answer::PassThrough => Verdict::PassThrough,
            Answer::NotMine => Verdict::NotMine,
            Answer::Denied { .. } => Verdict::Denied,
        }
    }

    /// The other name of a rename, the reason of a denial, the module of a fresh load, the names of an attenuation.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Answer::Load { module, .. } => Some(module.name().to_owned()),
            Answer::Rename { name } => Some(name.clone()),
            Answer::Denied { reason } => Some(reason.clone()),
            Answer::Attenuated { attenuation, .. } => Some(attenuation.to_string()),
            Answer::Object { .. } | Answer::PassThrough | Answer::NotMine => None,
        }
    }
}

/// How a mapper treats the names below a name; the greater one of two wins in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Below {
    /// As the shared modules have them.
    Nothing,
    /// Some may be denied, and none is replaced.
    Denied,
    /// It can't be known before they are asked for.
    Unknown,
    /// Some are replaced: whoever imports the name gets a view of it that shows the replacements.
    Replaced,
}

/// The kind of an [`Answer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// An object that the mapper has.
    Object,
    /// A module loaded fresh.
    Load,
    /// The answer to another name.
    Rename,
    /// The interpreter's shared module.
    PassThrough,
    /// Some names of a module.
    Attenuated,
    /// No mapper has the name.
    NotMine,
    /// A mapper denies it.
    Denied,
}

impl Verdict {
    /// Whether the importer gets something.
    pub(crate) fn gives(self) -> bool {
        !matches!(self, Self::NotMine | Self::Denied)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Object => "object",
            Verdict::Load => "load",
            Verdict::Rename => "rename",
            Verdict::PassThrough => "pass-through",
            Verdict::Attenuated => "attenuated",
            Verdict::NotMine => "not-mine",
            Verdict::Denied => "denied",
        })
    }
}
