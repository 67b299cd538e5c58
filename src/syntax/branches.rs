//! What is decided about the branches of `if` and `match`, about loops and about classes.

use super::{
    exceptions::Class,
    flow::Walk,
    names::{Flow, State, meet},
    steps::{self, Block, Case, Loop, Term},
    value::Value,
};
use ruff_python_ast::CmpOp;

impl Walk<'_> {
    pub(super) fn branch(&mut self, branches: &[(Term, Block)], orelse: &Block, mut state: State) -> Flow {
        let mut flow = Flow::default();
        let is_certain = state.is_certain;
        let mut is_typing = false;
        for (test, body) in branches {
            self.asked_typing = false;
            let Some(value) = self.value(test, &mut state, &mut flow) else { return flow };
            let truth = value.truth();
            let asked_typing = std::mem::take(&mut self.asked_typing);
            match truth {
                _ if is_typing => self.mark_typing(body),
                Some(true) => {
                    flow.meet(self.block(body, state.clone()));
                    // The rest runs for type checkers alone, or never.
                    if !asked_typing {
                        return certain(flow, is_certain);
                    }
                    is_typing = true;
                }
                Some(false) if asked_typing => self.mark_typing(body),
                Some(false) => {}
                None => {
                    state.is_certain = false;
                    flow.meet(self.block(body, state.clone()));
                }
            }
        }
        match is_typing {
            true => self.mark_typing(orelse),
            false => flow.meet(self.block(orelse, state)),
        }
        certain(flow, is_certain)
    }

    fn mark_typing(&mut self, block: &Block) {
        for site in &mut self.sites[block.imports.clone()] {
            site.is_typing = true;
        }
    }

    pub(super) fn select(&mut self, subject: &Term, cases: &[Case], mut state: State) -> Flow {
        let mut flow = Flow::default();
        let is_certain = state.is_certain;
        let Some(subject) = self.value(subject, &mut state, &mut flow) else { return flow };
        for case in cases {
            let is_it = match &case.pattern {
                None => None,
                Some(values) if values.is_empty() => Some(true),
                Some(values) => {
                    let values = values.iter().filter_map(|value| self.value(value, &mut state, &mut flow)).collect();
                    subject.compare(CmpOp::In, &Value::Sequence(values))
                }
            };
            let is_it = if case.is_guarded && is_it == Some(true) { None } else { is_it };
            if is_it == Some(false) {
                continue;
            }
            let mut inner = state.clone();
            inner.is_certain &= is_it == Some(true);
            case.names.iter().for_each(|name| inner.names.bind(name, Value::Unknown));
            flow.meet(self.block(&case.body, inner));
            if is_it == Some(true) {
                return certain(flow, is_certain);
            }
            state.is_certain = false;
        }
        flow.next = meet(flow.next.take(), Some(state));
        certain(flow, is_certain)
    }

    pub(super) fn repeat(&mut self, step: &Loop, mut state: State) -> Flow {
        let mut flow = Flow::default();
        let is_certain = state.is_certain;
        if step.is_while {
            // The condition may read what it bound before.
            let unbound: Vec<_> = step.names.iter().filter(|name| state.names.value(name).is_none()).collect();
            unbound.into_iter().for_each(|name| state.names.maybe_bind(name));
        }
        let Some(over) = self.value(&step.over, &mut state, &mut flow) else { return flow };
        let (is_run, is_endless) = match step.is_while {
            true => (over.truth(), over.truth() == Some(true) && matches!(step.over, Term::Value(_))),
            false => (over.elements().map(|elements| !elements.is_empty()), false),
        };
        let mut ended = (is_run != Some(true)).then(|| state.clone());
        if is_run != Some(false) {
            state.is_certain &= is_run == Some(true);
            step.names.iter().for_each(|name| state.names.maybe_bind(name));
            let mut body = self.block(&step.body, state);
            let (breaks, continues) = (body.breaks.take(), body.continues.take());
            let round = meet(flow.add(body), continues);
            ended = if is_endless { None } else { meet(ended, round) };
            flow.next = breaks;
        }
        if let Some(state) = ended {
            flow.meet(self.block(&step.orelse, state));
        }
        certain(flow, is_certain)
    }

    pub(super) fn class(&mut self, class: &steps::Class, mut state: State) -> Flow {
        let mut flow = Flow::default();
        let bases: Vec<_> = class.bases.iter().filter_map(|base| self.value(base, &mut state, &mut flow)).collect();
        let above: Option<Vec<_>> = bases
            .into_iter()
            .map(|base| match base {
                Value::Exception(class) => Some(class),
                _ => None,
            })
            .collect();
        let outside = state.names.clone();
        let mut body = self.block(&class.body, state);
        let next = body.next.take();
        flow.add(body);
        flow.next = next.map(|mut state| {
            state.names = outside;
            let value = match above {
                // Two of the same name are two classes.
                Some(above) if !above.is_empty() && !class.is_decorated => {
                    Value::Exception(Class::derived(format!("{}@{:p}", class.name, class), &above))
                }
                _ => Value::Unknown,
            };
            self.bind(&mut state, &class.name, value);
            if class.is_decorated {
                // A decorator may bind what the class has, as `enum.global_enum` does.
                class.names.iter().for_each(|name| state.names.maybe_bind(name));
            }
            state
        });
        flow
    }
}

/// What comes after is as certain as what was before: those that left it are not there.
fn certain(mut flow: Flow, is_certain: bool) -> Flow {
    if let Some(next) = &mut flow.next {
        next.is_certain = is_certain;
    }
    flow
}
