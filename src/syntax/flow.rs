//! What a module does when it runs, as far as its text decides it: which imports run, which failures are caught, and whether
//! anything can get to its end. One mechanism for all that is said about imports without running them.

use super::{
    clauses::catches,
    exceptions::Class,
    imports::Import,
    names::{Cause, Flow, Names, State, Thrown, meet},
    steps::{Block, Body, Function, Place, Step},
    value::Value,
};
use std::sync::Arc;

/// How far calls of functions are followed into one another, and how many of them.
const DEPTH: usize = 12;
const CALLS: usize = 500;

/// Who knows what imports get.
pub(crate) trait Importer {
    /// What the import of that number gets. `names` are those that the importing module has bound so far.
    fn import(&mut self, number: usize, import: &Import, names: &Names) -> Imported;

    /// What a module that was imported has by that name, if it is known.
    fn attribute(&self, module: &str, name: &str) -> Option<Value>;

    /// Whether each module has that name without binding it; `None` where that isn't known.
    fn has_builtin(&self, name: &str) -> Option<bool>;
}

/// What an import gets.
#[derive(Debug)]
pub(crate) enum Imported {
    Found(Value),
    /// What `*` takes; `None` where that isn't known.
    Star(Option<Names>),
    /// Either a value or an exception, of an unknown class if it is none.
    Maybe(Value, Option<Class>),
    /// An exception of one of these classes, `None` for an unknown one.
    Fails(Vec<Option<Class>>),
}

/// What is known of one import statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Site {
    /// Whether anything leads there.
    pub(crate) is_reached: bool,
    /// Whether it stands in a function.
    pub(crate) is_in_function: bool,
    /// Whether a `try` or a `suppress` may catch that there is no such module.
    pub(crate) is_caught: bool,
    /// Whether only type checkers see it.
    pub(crate) is_typing: bool,
}

/// How a module runs.
#[derive(Debug)]
pub(crate) struct Run {
    /// Of each import.
    pub(crate) sites: Vec<Site>,
    /// Whether anything gets to the end.
    pub(crate) completes: bool,
    /// What keeps it from there; empty if it completes.
    pub(crate) failures: Vec<Failure>,
    /// The classes of the exceptions that may come out of it then.
    pub(crate) classes: Vec<Option<Class>>,
    /// The names that it has bound in the end.
    pub(crate) names: Names,
    /// The functions that it has defined.
    functions: Vec<Arc<Function>>,
}

/// What nothing catches.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) class: Option<Class>,
    /// Whether nothing undecided leads there.
    is_certain: bool,
    /// Whether nothing failed before.
    is_first: bool,
}

/// Runs `body`, which is the text of `module`.
pub(crate) fn run(body: &Body, module: &str, importer: &mut dyn Importer) -> Run {
    let mut names = Names::new(body.is_open);
    names.bind("__name__", Value::text(module));
    body.globals.iter().for_each(|name| names.maybe_bind(name));
    let mut walk = Walk::new(body, vec![Site::default(); body.imports.len()], importer);
    let state = State { names: names.clone(), is_alive: true, is_certain: true };
    let flow = walk.block(&body.block, state);
    // These were perhaps caught, and perhaps not.
    for Thrown { cause, class, mut state } in flow.thrown {
        state.is_certain = false;
        walk.fail(cause, class, &state);
    }
    // A loop without end is no failure.
    let completes = flow.next.as_ref().map_or(walk.failures.is_empty(), |state| state.is_alive);
    let mut failures = if completes { Vec::new() } else { std::mem::take(&mut walk.failures) };
    let mut classes = Vec::new();
    for failure in failures.iter().filter(|failure| failure.is_first) {
        if !classes.contains(&failure.class) {
            classes.push(failure.class.clone());
        }
    }
    if failures.iter().any(|failure| failure.is_certain) {
        failures.retain(|failure| failure.is_certain);
    }
    let names = flow.next.map_or(names, |state| state.names);
    Run { sites: walk.sites, completes, failures, classes, names, functions: walk.later }
}

/// Runs each function of a module that has run, as if it were called when everything is there, and returns what is known of all
/// imports then.
pub(crate) fn run_functions(body: &Body, run: &Run, importer: &mut dyn Importer) -> Vec<Site> {
    let mut walk = Walk::new(body, run.sites.clone(), importer);
    walk.is_loading = false;
    walk.later.clone_from(&run.functions);
    let mut at = 0;
    while let Some(function) = walk.later.get(at).cloned() {
        at += 1;
        walk.calls = 0;
        walk.function_body(&function, State { names: run.names.clone(), is_alive: true, is_certain: false });
    }
    walk.sites
}

/// What one statement catches.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// The clauses; `None` for one that catches all.
    pub(super) clauses: Vec<Option<Value>>,
    /// Whether it is there to catch. Other context managers may catch, too.
    pub(super) is_meant: bool,
}

pub(super) struct Walk<'a> {
    body: &'a Body,
    pub(super) importer: &'a mut dyn Importer,
    pub(super) sites: Vec<Site>,
    /// What the statements around catch, from the outermost inwards.
    pub(super) guards: Vec<Guard>,
    /// The exceptions that the handlers around are handling.
    pub(super) handled: Vec<Vec<Thrown>>,
    failures: Vec<Failure>,
    later: Vec<Arc<Function>>,
    is_loading: bool,
    /// How many calls of functions lead here.
    pub(super) functions: usize,
    pub(super) calls: usize,
    /// Whether a condition asked for `TYPE_CHECKING`.
    pub(super) asked_typing: bool,
    /// Where the statement stands that is looked at.
    pub(super) place: Place,
}

impl<'a> Walk<'a> {
    fn new(body: &'a Body, sites: Vec<Site>, importer: &'a mut dyn Importer) -> Self {
        Self {
            body,
            importer,
            sites,
            guards: Vec::new(),
            handled: Vec::new(),
            failures: Vec::new(),
            later: Vec::new(),
            is_loading: true,
            functions: 0,
            calls: 0,
            asked_typing: false,
            place: (1, 1),
        }
    }

    /// Runs the body of a function.
    pub(super) fn function_body(&mut self, function: &Function, mut state: State) -> Flow {
        function.locals.iter().for_each(|name| state.names.bind(name, Value::Unknown));
        self.functions += 1;
        let flow = self.block(&function.body, state);
        self.functions -= 1;
        flow
    }

    pub(super) fn can_call(&mut self) -> bool {
        self.calls += 1;
        self.functions < DEPTH && self.calls < CALLS
    }

    /// Blocks lie in one another, and calls of functions add up.
    pub(super) fn block(&mut self, block: &Block, state: State) -> Flow {
        stacker::maybe_grow(256 << 10, 4 << 20, || self.steps(block, state))
    }

    fn steps(&mut self, block: &Block, state: State) -> Flow {
        let mut flow = Flow::to(state);
        for (place, step) in &block.steps {
            // Nothing gets to the rest.
            let Some(state) = flow.next.take() else { break };
            self.place = *place;
            let step = self.step(step, state);
            flow.next = flow.add(step);
        }
        flow
    }

    fn step(&mut self, step: &Step, mut state: State) -> Flow {
        match step {
            Step::Import(number) => self.import(*number, state),
            Step::Bind(names, term) => {
                let mut flow = Flow::default();
                let Some(value) = self.value(term, &mut state, &mut flow) else { return flow };
                names.iter().for_each(|name| self.bind(&mut state, name, value.clone()));
                flow.next = Some(state);
                flow
            }
            Step::Delete(names) => {
                names.iter().for_each(|name| state.names.remove(name));
                Flow::to(state)
            }
            Step::Evaluate(term) => {
                let mut flow = Flow::default();
                flow.next = self.value(term, &mut state, &mut flow).map(|_| state);
                flow
            }
            Step::If(branches, orelse) => self.branch(branches, orelse, state),
            Step::Loop(step) => self.repeat(step, state),
            Step::Try(step) => self.attempt(step, state),
            Step::With(items, body) => self.with(items, body, state),
            Step::Match(subject, cases) => self.select(subject, cases, state),
            Step::Function(function) => {
                if !self.later.iter().any(|known| Arc::ptr_eq(known, function)) {
                    self.later.push(function.clone());
                }
                let value = if function.is_plain { Value::Function(function.clone()) } else { Value::Unknown };
                self.bind(&mut state, &function.name, value);
                Flow::to(state)
            }
            Step::Class(class) => self.class(class, state),
            Step::Raise(term) => self.raise(term.as_ref(), self.place, state),
            Step::Assert(term) => {
                let mut flow = Flow::default();
                let Some(value) = self.value(term, &mut state, &mut flow) else { return flow };
                match value.truth() {
                    Some(false) => {
                        self.throw(Class::builtin("AssertionError"), Cause::Statement(self.place), state, &mut flow)
                    }
                    _ => flow.next = Some(state),
                }
                flow
            }
            Step::Return(term) => {
                let mut flow = Flow::default();
                let Some(value) = self.value(term, &mut state, &mut flow) else { return flow };
                flow.add_return(Some((state, value)));
                flow
            }
            Step::Break => Flow { breaks: Some(state), ..Flow::default() },
            Step::Continue => Flow { continues: Some(state), ..Flow::default() },
        }
    }

    pub(super) fn bind(&self, state: &mut State, name: &str, value: Value) {
        let value = match value {
            // Some tell the type checker what the library tells everybody.
            Value::Bool(false) if name == "TYPE_CHECKING" => Value::TypeChecking,
            Value::List(_) if self.body.changed.contains(name) => Value::Unknown,
            value if !self.body.globals.contains(name) => value,
            _ => Value::Unknown,
        };
        state.names.bind(name, value);
    }

    fn import(&mut self, number: usize, mut state: State) -> Flow {
        let import = &self.body.imports[number];
        let missing = Class::missing();
        let mut clauses = self.guards.iter().filter(|guard| guard.is_meant).flat_map(|guard| &guard.clauses);
        let is_caught = clauses.any(|clause| catches(clause.as_ref(), Some(&missing)) != Some(false));
        let site = &mut self.sites[number];
        site.is_caught |= is_caught;
        site.is_in_function |= self.functions > 0;
        site.is_reached = true;
        let mut flow = Flow::default();
        let cause = Cause::Import(number);
        let value = match self.importer.import(number, import, &state.names) {
            Imported::Found(value) => value.seen_from_outside(),
            Imported::Star(None) => {
                state.names.is_open = true;
                return Flow::to(state);
            }
            Imported::Star(Some(names)) => {
                names.iter().for_each(|(name, value)| self.bind(&mut state, name, value.clone().seen_from_outside()));
                state.names.is_open |= names.is_open;
                return Flow::to(state);
            }
            Imported::Maybe(value, class) => {
                if self.is_caught(class.as_ref()) {
                    flow.throw(Thrown { class, cause, state: state.clone() });
                }
                value.seen_from_outside()
            }
            Imported::Fails(classes) => {
                for class in classes {
                    self.throw(class, cause, state.clone(), &mut flow);
                }
                if flow.next.is_none() {
                    return flow;
                }
                state = flow.next.take().unwrap_or_default();
                Value::Unknown
            }
        };
        let is_star = import.item.as_deref() == Some("*");
        let top = import.name.split('.').next().unwrap_or_default();
        let name = import.alias.as_deref().or(import.item.as_deref()).unwrap_or(top);
        if !is_star {
            self.bind(&mut state, name, value);
        }
        flow.next = Some(state);
        flow
    }

    /// Whether one of the clauses around may catch an exception.
    fn is_caught(&self, class: Option<&Class>) -> bool {
        let mut clauses = self.guards.iter().flat_map(|guard| &guard.clauses);
        clauses.any(|clause| catches(clause.as_ref(), class) != Some(false))
    }

    /// Raises an exception. Where nothing catches an import's, what follows is looked at as if it had not been raised.
    pub(super) fn throw(&mut self, class: Option<Class>, cause: Cause, mut state: State, flow: &mut Flow) {
        if self.is_caught(class.as_ref()) {
            flow.throw(Thrown { class, cause, state });
            return;
        }
        self.fail(cause, class, &state);
        if matches!(cause, Cause::Import(_)) {
            state.is_alive = false;
            flow.next = meet(flow.next.take(), Some(state));
        }
    }

    fn fail(&mut self, cause: Cause, class: Option<Class>, state: &State) {
        let State { is_certain, is_alive: is_first, .. } = *state;
        let is_known = |known: &&mut Failure| known.cause == cause && known.class == class;
        match self.failures.iter_mut().find(is_known) {
            _ if !self.is_loading => {}
            Some(known) => {
                known.is_certain |= is_certain;
                known.is_first |= is_first;
            }
            None => self.failures.push(Failure { cause, class, is_certain, is_first }),
        }
    }
}
