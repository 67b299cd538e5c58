//! What each mapper answered on the way to a decision.

use super::{
    contract::{Answer, Verdict},
    reference::MapperRef,
    renames::follow,
    request::Request,
};
use rustpython_vm::{PyResult, VirtualMachine};
use serde::Serialize;
use std::cell::{Cell, RefCell};

/// One mapper that was asked on the way to a decision, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// How many mappers asked this one on behalf of one another: 0 for the importer's own.
    pub depth: usize,
    /// What kind of mapper it is: `Overrides`, `Policy`.
    pub mapper: String,
    /// By which of its rules it answered, as far as it reported one.
    pub rule: Option<String>,
    /// What it answered; absent where it raised.
    pub answer: Option<Verdict>,
    /// Of the answer: the other name of a rename, the reason of a denial, the module of a fresh load, the names shown.
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

    /// Makes a step of what `mapper` answers, unless it answers nothing.
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
    /// The mapper that decided, of all that were asked: the innermost one that did.
    pub(crate) fn deciding(steps: &[Step]) -> Option<&Step> {
        let answered = |step: &&Step| step.answer.is_some_and(|answer| answer != Verdict::NotMine);
        // A mapper that asks another one and returns what that one answered stands before it.
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

impl MapperRef {
    /// Asks what an import of `request` would get, and returns the answer with the steps that led to it, one list for each
    /// name that a rename led to. Nothing is imported.
    ///
    /// # Errors
    /// What a mapper raises.
    pub fn explain(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Vec<Explained>> {
        let mut explained: Vec<Explained> = Vec::new();
        let ask = |name: &str, explained: &mut Vec<Explained>| {
            let trail = Trail::default();
            let answer = self.map(&request.renamed(name).watched(&trail), vm)?;
            explained.push(Explained { name: name.to_owned(), answer: answer.clone(), steps: trail.into_steps() });
            PyResult::Ok(answer)
        };
        let answer = ask(request.name(), &mut explained)?;
        follow(request.name(), answer, |other| ask(other, &mut explained))?;
        Ok(explained)
    }
}

/// What a mapper answered to one name, and why.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explained {
    /// The name that was asked for.
    pub name: String,
    /// The answer.
    pub answer: Answer,
    /// The mappers that were asked, in order.
    pub steps: Vec<Step>,
}

/// The first word of how a mapper shows itself, which is the name of its kind.
fn kind_of(mapper: &MapperRef) -> String {
    let shown = format!("{mapper:?}");
    let end = shown.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(shown.len());
    shown[..end].to_owned()
}
