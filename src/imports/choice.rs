//! Imports that a function of the host's decides, which knows nothing of the VM.

use super::Imports;
use crate::{
    error::Error,
    interpreter::{engine::RuntimeRef, sources::search_path},
    mapper::{
        attenuation::Attenuation,
        contract::{Answer, Mapper},
        request::{Item, Request},
    },
    modules::search_path::SearchPath,
    source::memory::Memory,
    values::{bridge::Bridge, host_module::HostModule, object::Object, transfer::NoTable, value::Value},
};
use rustpython_vm::{PyResult, VirtualMachine, common::rc::PyRc, object::PyThreadingConstraint};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What [`Imports::chosen`](crate::Imports::chosen) asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Question {
    /// The absolute name that is asked for.
    pub name: String,
    /// The name as the import statement has it, without its leading dots.
    pub written: String,
    /// The number of leading dots.
    pub level: usize,
    /// For `x` in `from package import x`, which need not be a module: what the package already has under that name.
    pub item: Option<Item>,
    /// The module that asks, where one does.
    pub importer: Option<String>,
    /// The line of the import statement, where there is one.
    pub line: Option<usize>,
    /// The names after `from ... import`.
    pub names: Vec<String>,
    /// Whether it is only asked whether there is such a name.
    pub is_probe: bool,
}

impl Question {
    /// What a mapper is asked, for a function that knows nothing of the VM.
    #[must_use]
    pub fn new(request: &Request<'_>, vm: &VirtualMachine) -> Self {
        Self {
            name: request.name().to_owned(),
            written: request.written().to_owned(),
            level: request.level(),
            item: request.item(),
            importer: request.importer(vm),
            line: request.line(vm),
            names: request.names(),
            is_probe: request.is_probe(),
        }
    }
}

/// By what such a function answers, for whoever observes.
const RULE: &str = "a function of the host's";

/// The answer to a [`Question`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Choice {
    /// What `import` outside of any mapper gets.
    PassThrough,
    /// Nobody has it.
    NotMine,
    /// The import fails; the reason follows "denied by" in the message.
    Denied(String),
    /// Whatever these imports answer to another name.
    Rename(String),
    /// A module made fresh of this source, whose own imports are decided as the importer's are.
    Source(String),
    /// The module of that name, made fresh for this import.
    Load {
        /// The name, on the search path.
        name: String,
        /// What its own imports get; as the importer's, if absent.
        imports: Option<Imports>,
    },
    /// Some names of the module that another choice leads to. It helps against mistakes, and is no wall.
    Attenuated {
        /// The other choice.
        of: Box<Choice>,
        /// The names that are shown.
        only: Vec<String>,
    },
    /// A module made of Rust, made anew for each import.
    Module(HostModule),
    /// A value.
    Value(Value),
    /// An object of the runtime that asks.
    Object(Object),
    /// The import raises this.
    Failed(Error),
}

impl Choice {
    /// A module made fresh of this source.
    pub fn source(text: impl Into<String>) -> Self {
        Self::Source(text.into())
    }

    /// The import fails, for this reason.
    pub fn denied(reason: impl Into<String>) -> Self {
        Self::Denied(reason.into())
    }

    /// The module of that name, made fresh, under the importer's own imports.
    pub fn load(name: impl Into<String>) -> Self {
        Self::Load { name: name.into(), imports: None }
    }

    /// Another name.
    pub fn rename(name: impl Into<String>) -> Self {
        Self::Rename(name.into())
    }

    /// What serde can write; a struct becomes an object with attributes.
    ///
    /// # Errors
    /// What has no form in Python.
    pub fn value(value: &impl Serialize) -> Result<Self, Error> {
        Value::with_attributes(value, 0, "the value").map(Self::Value)
    }
}

impl Choice {
    /// The answer that it is to an import of `name`.
    fn answer(self, name: &str, vm: &VirtualMachine) -> PyResult<Answer> {
        let raised = |error: Error| error.into_exception(vm);
        Ok(match self {
            Choice::PassThrough => Answer::PassThrough,
            Choice::NotMine => Answer::NotMine,
            Choice::Denied(reason) => Answer::denied(reason),
            Choice::Rename(other) => Answer::rename(other),
            Choice::Source(text) => {
                let path = format!("{}.py", name.replace('.', "/"));
                let source = Memory::new("<chosen>").with(path, text);
                Answer::load(SearchPath::new().with(source).get(name).map_err(raised)?)
            }
            Choice::Load { name, imports } => {
                let module = search_path(vm)?.get(&name).map_err(raised)?;
                match imports {
                    Some(imports) => Answer::load_under(module, imports.mapper(vm)?),
                    None => Answer::load(module),
                }
            }
            Choice::Attenuated { of, only } => Answer::attenuated(of.answer(name, vm)?, Attenuation::only(only, RULE)),
            Choice::Module(module) => {
                let runtime = RuntimeRef::of(vm);
                Answer::object(module.build(Bridge { vm, runtime: &runtime }).map_err(raised)?)
            }
            Choice::Value(value) => Answer::object(value.into_object(&NoTable, vm)?),
            Choice::Object(object) => Answer::object(object.raw(vm)?),
            Choice::Failed(error) => return Err(raised(error)),
        })
    }
}

/// A function that chooses.
pub trait Choose: PyThreadingConstraint {
    /// Answers a question.
    fn choose(&self, question: &Question) -> Choice;
}

impl<F: Fn(&Question) -> Choice + PyThreadingConstraint> Choose for F {
    fn choose(&self, question: &Question) -> Choice {
        self(question)
    }
}

/// The mapper that asks such a function.
pub(super) struct Chooser(pub(super) PyRc<dyn Choose>);

impl fmt::Debug for Chooser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(RULE)
    }
}

impl Mapper for Chooser {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        request.explain(|| RULE.to_owned());
        self.0.choose(&Question::new(request, vm)).answer(request.name(), vm)
    }

    fn depends_on_importer(&self) -> bool {
        true
    }
}
