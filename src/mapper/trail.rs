//! What each mapper said on the way to an answer, for whoever wants to know why.

use super::{Answer, MapperRef, Request};
use crate::record::Verdict;
use rustpython_vm::{PyResult, VirtualMachine};
use serde::Serialize;
use std::cell::{Cell, RefCell};

/// One mapper that was asked on the way to an answer, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// How many mappers asked this one on behalf of one another: 0 for the importer's own.
    pub depth: usize,
    /// What kind of mapper it is: `Overrides`, `Policy`.
    pub mapper: String,
    /// By which of its rules it answered, as far as it told.
    pub rule: Option<String>,
    /// What it answered; absent where it raised.
    pub answer: Option<Verdict>,
    /// Of the answer: the other name of a rename, the reason of a denial, the module of a fresh load.
    pub detail: Option<String>,
}

/// The steps of one request, while it is being answered.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    steps: RefCell<Vec<Step>>,
    depth: Cell<usize>,
}

impl Trail {
    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.steps.into_inner()
    }

    /// Makes a step of what `mapper` answers.
    pub(super) fn step(&self, mapper: &MapperRef, ask: impl FnOnce() -> PyResult<Answer>) -> PyResult<Answer> {
        let (at, depth) = (self.steps.borrow().len(), self.depth.get());
        let name = kind_of(mapper);
        self.steps.borrow_mut().push(Step { depth, mapper: name, rule: None, answer: None, detail: None });
        self.depth.set(depth + 1);
        let answer = ask();
        self.depth.set(depth);
        if let (Some(step), Ok(answer)) = (self.steps.borrow_mut().get_mut(at), &answer) {
            step.answer = Some(answer.verdict());
            step.detail = answer.detail();
        }
        answer
    }

    /// The same for a mapper that may have nothing to say, and then leaves no trace.
    pub(super) fn attempt(
        &self,
        mapper: &MapperRef,
        ask: impl FnOnce() -> PyResult<Option<Answer>>,
    ) -> PyResult<Option<Answer>> {
        let at = self.steps.borrow().len();
        let mut found = None;
        self.step(mapper, || {
            found = ask()?;
            Ok(found.clone().unwrap_or(Answer::NotMine))
        })?;
        if found.is_none() {
            self.steps.borrow_mut().truncate(at);
        }
        Ok(found)
    }

    /// Notes the rule by which the mapper that is being asked answers.
    pub(super) fn rule(&self, rule: String) {
        let depth = self.depth.get();
        if let Some(step) = self.steps.borrow_mut().iter_mut().rev().find(|step| step.depth + 1 == depth) {
            step.rule = Some(rule);
        }
    }
}

impl Step {
    /// The mapper that gave the answer, of all that were asked: the innermost one that did.
    pub(crate) fn deciding(steps: &[Step]) -> Option<&Step> {
        let answered = |step: &&Step| step.answer.is_some_and(|answer| answer != Verdict::NotMine);
        // A mapper that asks another one and gives what that one said stands before it.
        steps.iter().rfind(answered).or_else(|| steps.first())
    }

    /// The mapper and its rule, in words.
    pub(crate) fn describe(&self) -> String {
        match &self.rule {
            Some(rule) => format!("{}: {rule}", self.mapper),
            None => self.mapper.clone(),
        }
    }
}

impl Answer {
    /// What kind of answer it is.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Answer::Object(_) => Verdict::Object,
            Answer::Load(..) => Verdict::Load,
            Answer::Rename(_) => Verdict::Rename,
            Answer::PassThrough => Verdict::PassThrough,
            Answer::Part(..) => Verdict::Part,
            Answer::NotMine => Verdict::NotMine,
            Answer::Denied(_) => Verdict::Denied,
        }
    }

    /// The other name of a rename, the reason of a denial, the module of a fresh load, the names of a part.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Answer::Load(handle, _) => Some(handle.name().to_owned()),
            Answer::Rename(name) => Some(name.clone()),
            Answer::Denied(why) => Some(why.clone()),
            Answer::Part(_, part) => Some(part.to_string()),
            Answer::Object(_) | Answer::PassThrough | Answer::NotMine => None,
        }
    }
}

impl MapperRef {
    /// Asks what an import of `request` would get, and tells what each mapper said on the way. Nothing is imported.
    ///
    /// # Errors
    /// What a mapper raises.
    pub fn explain(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<(Answer, Vec<Step>)> {
        let trail = Trail::default();
        let answer = self.map(&request.watched(&trail), vm)?;
        Ok((answer, trail.into_steps()))
    }
}

/// The first word of how a mapper shows itself, which is the name of its kind.
fn kind_of(mapper: &MapperRef) -> String {
    let shown = format!("{mapper:?}");
    let end = shown.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(shown.len());
    shown[..end].to_owned()
}
