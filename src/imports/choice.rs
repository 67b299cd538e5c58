//! Imports that a function of the host's decides, which knows nothing of the VM.

use crate::{
    error::Error,
    interpreter::engine::RuntimeRef,
    mapper::{
        contract::{Answer, Mapper},
        request::Request,
    },
    modules::search_path::SearchPath,
    source::memory::Memory,
    values::{bridge::Bridge, host_module::HostModule, transfer::NoTable, value::Value},
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
    /// The module that asks, where one does.
    pub importer: Option<String>,
    /// The line of the import statement, where there is one.
    pub line: Option<usize>,
    /// The names after `from ... import`.
    pub names: Vec<String>,
    /// Whether it is only asked whether there is such a name.
    pub is_probe: bool,
}

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
    /// A module made of Rust, made anew for each import.
    Module(HostModule),
    /// A value.
    Value(Value),
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
        f.write_str("Chosen")
    }
}

impl Mapper for Chooser {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        let question = Question {
            name: name.to_owned(),
            importer: request.importer(vm),
            line: request.line(vm),
            names: request.names(),
            is_probe: request.is_probe(),
        };
        let raised = |error: Error| error.into_exception(vm);
        Ok(match self.0.choose(&question) {
            Choice::PassThrough => Answer::PassThrough,
            Choice::NotMine => Answer::NotMine,
            Choice::Denied(reason) => Answer::denied(reason),
            Choice::Rename(other) => Answer::rename(other),
            Choice::Source(text) => {
                let path = format!("{}.py", name.replace('.', "/"));
                let source = Memory::new("<chosen>").with(path, text);
                Answer::load(SearchPath::new().with(source).get(name).map_err(raised)?)
            }
            Choice::Module(module) => {
                let runtime = RuntimeRef::of(vm);
                Answer::object(module.build(Bridge { vm, runtime: &runtime }).map_err(raised)?)
            }
            Choice::Failed(error) => return Err(raised(error)),
            Choice::Value(value) => Answer::object(value.into_object(&NoTable, vm)?),
        })
    }

    fn depends_on_importer(&self) -> bool {
        true
    }
}
