//! What is caught, and by what: `try`, `with`, and raising.

use super::{
    clauses::{catches, catches_all},
    exceptions::Class,
    flow::{Guard, Walk},
    names::{Cause, Flow, State, Thrown, meet},
    steps::{Block, Handler, Place, Term, Try},
    value::Value,
};

impl Walk<'_> {
    pub(super) fn attempt(&mut self, step: &Try, state: State) -> Flow {
        let clauses = self.clauses(&step.handlers, &state);
        self.guards.push(Guard { clauses: clauses.clone(), is_meant: true });
        let mut body = self.block(&step.body, state.clone());
        self.guards.pop();
        let mut out = Flow::default();
        let failed = body.next.is_none() && !body.is_opaque;
        let mut pending = std::mem::take(&mut body.thrown);
        for (handler, clause) in step.handlers.iter().zip(&clauses) {
            let (mut hit, mut rest) = (Vec::new(), Vec::new());
            for thrown in pending {
                match catches(clause.as_ref(), thrown.class.as_ref()) {
                    Some(true) => hit.push(thrown),
                    Some(false) => rest.push(thrown),
                    None => {
                        hit.push(thrown.clone());
                        rest.push(thrown);
                    }
                }
            }
            let mut entry = hit.iter().map(|thrown| thrown.state.clone()).reduce(State::join);
            if body.is_opaque {
                // It may have been raised anywhere between the beginning and the end.
                entry = meet(meet(entry, Some(state.clone())), body.next.clone());
            }
            if let Some(mut entry) = entry {
                entry.is_certain = state.is_certain && failed && rest.is_empty();
                let handled = self.handle(handler, hit, entry, body.is_opaque);
                out.meet(handled);
            }
            pending = rest;
            body.is_opaque &= !catches_all(clause.as_ref());
        }
        out.thrown.extend(pending);
        if let Some(next) = out.add(body) {
            let orelse = self.block(&step.orelse, next);
            out.meet(orelse);
        }
        if let Some(next) = &mut out.next {
            next.is_certain = state.is_certain;
        }
        self.finish(&step.finalbody, state, out)
    }

    fn clauses(&mut self, handlers: &[Handler], state: &State) -> Vec<Option<Value>> {
        // What they name is looked up when something was raised, which is rarely another thing than now.
        let mut state = state.clone();
        let clause = |handler: &Handler| {
            let term = handler.clause.as_ref()?;
            Some(self.value(term, &mut state, &mut Flow::default()).unwrap_or(Value::Unknown))
        };
        handlers.iter().map(clause).collect()
    }

    fn handle(&mut self, handler: &Handler, hit: Vec<Thrown>, mut entry: State, is_opaque: bool) -> Flow {
        let mut classes: Vec<_> = hit.iter().map(|thrown| thrown.class.clone()).collect();
        classes.extend(is_opaque.then_some(None));
        if let Some(name) = &handler.name {
            entry.names.bind(name, Value::Raised(classes));
        }
        self.handled.push(hit);
        let mut flow = self.block(&handler.body, entry);
        self.handled.pop();
        if let (Some(next), Some(name)) = (&mut flow.next, &handler.name) {
            next.names.remove(name);
        }
        flow
    }

    /// The block that runs in any case.
    fn finish(&mut self, finalbody: &Block, state: State, mut out: Flow) -> Flow {
        if finalbody.steps.is_empty() {
            return out;
        }
        let leaving = [out.breaks.as_ref(), out.continues.as_ref(), out.returns.as_ref().map(|(state, _)| state)];
        let leaving = leaving.into_iter().flatten().chain(out.thrown.iter().map(|thrown| &thrown.state));
        let entry = leaving.cloned().map(Some).fold(out.next.clone(), meet).unwrap_or(state);
        let mut last = self.block(finalbody, entry);
        match last.next.take() {
            // What it raises takes the place of all else.
            None => last,
            Some(next) => {
                let is_reached = out.next.is_some();
                out.add(last);
                out.next = is_reached.then_some(next);
                out
            }
        }
    }

    pub(super) fn with(&mut self, items: &[(Term, Vec<String>)], body: &Block, mut state: State) -> Flow {
        let mut out = Flow::default();
        let Some(((item, names), rest)) = items.split_first() else { return self.block(body, state) };
        let Some(manager) = self.value(item, &mut state, &mut out) else { return out };
        names.iter().for_each(|name| state.names.bind(name, Value::Unknown));
        let (clauses, is_meant) = match manager {
            Value::Passing => (Vec::new(), false),
            Value::Suppress(classes) => (vec![Some(Value::Sequence(classes))], true),
            _ => (vec![Some(Value::Unknown)], false),
        };
        self.guards.push(Guard { clauses: clauses.clone(), is_meant });
        let mut inner = self.with(rest, body, state.clone());
        self.guards.pop();
        let thrown = std::mem::take(&mut inner.thrown);
        for thrown in thrown {
            let answers: Vec<_> =
                clauses.iter().map(|clause| catches(clause.as_ref(), thrown.class.as_ref())).collect();
            if answers.iter().any(|answer| *answer != Some(false)) {
                inner.next = meet(inner.next.take(), Some(thrown.state.clone()));
            }
            if !answers.contains(&Some(true)) {
                inner.thrown.push(thrown);
            }
        }
        if inner.is_opaque && !clauses.is_empty() {
            inner.next = meet(inner.next.take(), Some(state.clone()));
        }
        if let Some(next) = &mut inner.next {
            next.is_certain = state.is_certain;
        }
        out.meet(inner);
        out
    }

    pub(super) fn raise(&mut self, term: Option<&Term>, place: Place, mut state: State) -> Flow {
        let mut flow = Flow::default();
        let raised = match term {
            None => None,
            Some(term) => match self.value(term, &mut state, &mut flow) {
                Some(value) => Some(value),
                None => return flow,
            },
        };
        let handled = self.handled.last().cloned().unwrap_or_default();
        let classes = match raised {
            // The same once more, as if nothing had caught it.
            None | Some(Value::Raised(_)) if !handled.is_empty() && is_again(raised.as_ref(), &handled) => {
                for Thrown { class, cause, .. } in handled {
                    self.throw(class, cause, state.clone(), &mut flow);
                }
                flow.next = flow.next.take().filter(|_| false);
                return flow;
            }
            Some(Value::Exception(class)) => vec![Some(class)],
            Some(Value::Raised(classes)) if !classes.is_empty() => classes,
            _ => vec![None],
        };
        for class in classes {
            self.throw(class, Cause::Statement(place), state.clone(), &mut flow);
        }
        flow
    }
}

/// Whether what is raised are the exceptions that are being handled.
fn is_again(raised: Option<&Value>, handled: &[Thrown]) -> bool {
    match raised {
        Some(Value::Raised(classes)) => {
            classes.len() == handled.len() && handled.iter().zip(classes).all(|(thrown, class)| thrown.class == *class)
        }
        _ => true,
    }
}

/// An exception of a class that is known.
pub(super) fn instance(class: Class) -> Value {
    Value::Raised(vec![Some(class)])
}
