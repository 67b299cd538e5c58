//! The names that a module has bound at some point, and the ways on which control leaves a statement there.

use super::{exceptions::Class, steps::Place, value::Value};
use std::{collections::HashMap, sync::Arc};

/// What is known of the names at one point of the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    bound: Arc<HashMap<String, Bound>>,
    /// Whether there may be names that nothing is known of.
    pub(crate) is_open: bool,
}

#[derive(Clone, Debug)]
struct Bound {
    value: Value,
    /// Whether it is bound on every way that leads here.
    is_sure: bool,
}

impl Names {
    /// No names yet, or none that are known of.
    pub(crate) fn new(is_open: bool) -> Self {
        Self { is_open, ..Self::default() }
    }

    pub(crate) fn bind(&mut self, name: &str, value: Value) {
        Arc::make_mut(&mut self.bound).insert(name.to_owned(), Bound { value, is_sure: true });
    }

    /// Binds it to nobody knows what, or not at all.
    pub(crate) fn maybe_bind(&mut self, name: &str) {
        let is_sure = self.bound.get(name).is_some_and(|bound| bound.is_sure);
        Arc::make_mut(&mut self.bound).insert(name.to_owned(), Bound { value: Value::Unknown, is_sure });
    }

    pub(crate) fn remove(&mut self, name: &str) {
        Arc::make_mut(&mut self.bound).remove(name);
    }

    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.bound.get(name).map(|bound| &bound.value)
    }

    /// Whether the name is bound; `None` where that isn't known.
    pub(crate) fn has(&self, name: &str) -> Option<bool> {
        match self.bound.get(name) {
            Some(bound) if bound.is_sure => Some(true),
            None if !self.is_open => Some(false),
            _ => None,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.bound.iter().map(|(name, bound)| (name.as_str(), &bound.value))
    }

    /// What is known where two ways meet.
    fn join(mut self, other: Self) -> Self {
        if Arc::ptr_eq(&self.bound, &other.bound) {
            self.is_open |= other.is_open;
            return self;
        }
        let mut bound = HashMap::new();
        for (name, one) in self.bound.iter() {
            let both = other.bound.get(name);
            let is_same = both.is_some_and(|two| same(&one.value, &two.value));
            let value = if is_same { one.value.clone() } else { Value::Unknown };
            bound.insert(name.clone(), Bound { value, is_sure: one.is_sure && both.is_some_and(|two| two.is_sure) });
        }
        for name in other.bound.keys().filter(|name| !self.bound.contains_key(*name)) {
            bound.insert(name.clone(), Bound { value: Value::Unknown, is_sure: false });
        }
        Self { bound: Arc::new(bound), is_open: self.is_open || other.is_open }
    }
}

fn same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Module(one), Value::Module(two)) | (Value::Item(one), Value::Item(two)) => one == two,
        (Value::Exception(one), Value::Exception(two)) => one == two,
        (Value::Function(one), Value::Function(two)) => Arc::ptr_eq(one, two),
        (Value::TypeChecking, Value::TypeChecking) => true,
        (Value::TypeChecking, _) | (_, Value::TypeChecking) => false,
        _ => one.equals(two) == Some(true),
    }
}

/// A point of the text as control comes to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) names: Names,
    /// Whether everything before could succeed. What follows a failure is looked at as if it had not been one.
    pub(crate) is_alive: bool,
    /// Whether nothing undecided leads here.
    pub(crate) is_certain: bool,
}

impl State {
    pub(crate) fn join(self, other: Self) -> Self {
        match (self.is_alive, other.is_alive) {
            (true, false) => self,
            (false, true) => other,
            (is_alive, _) => {
                let is_certain = self.is_certain && other.is_certain;
                Self { names: self.names.join(other.names), is_alive, is_certain }
            }
        }
    }
}

/// Where two ways meet that may not exist.
pub(crate) fn meet(one: Option<State>, two: Option<State>) -> Option<State> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.join(two)),
        (one, two) => one.or(two),
    }
}

/// What raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cause {
    /// The import of that number.
    Import(usize),
    /// A statement at that place.
    Statement(Place),
}

/// An exception on its way.
#[derive(Clone, Debug)]
pub(crate) struct Thrown {
    /// Its class, if it is known.
    pub(crate) class: Option<Class>,
    pub(crate) cause: Cause,
    /// As it was raised.
    pub(crate) state: State,
}

/// The ways on which control leaves a statement.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// To the next one; none if nothing gets there.
    pub(crate) next: Option<State>,
    pub(crate) breaks: Option<State>,
    pub(crate) continues: Option<State>,
    pub(crate) returns: Option<(State, Value)>,
    pub(crate) thrown: Vec<Thrown>,
    /// Whether anything may be raised on the way.
    pub(crate) is_opaque: bool,
}

impl Flow {
    pub(crate) fn to(next: State) -> Self {
        Self { next: Some(next), ..Self::default() }
    }

    /// Adds the other one's ways but the one to the next statement.
    pub(crate) fn add(&mut self, other: Flow) -> Option<State> {
        let Flow { next, breaks, continues, returns, thrown, is_opaque } = other;
        self.breaks = meet(self.breaks.take(), breaks);
        self.continues = meet(self.continues.take(), continues);
        self.add_return(returns);
        thrown.into_iter().for_each(|thrown| self.throw(thrown));
        self.is_opaque |= is_opaque;
        next
    }

    /// Adds an exception, which may be on its way already.
    pub(crate) fn throw(&mut self, new: Thrown) {
        match self.thrown.iter_mut().find(|thrown| thrown.cause == new.cause && thrown.class == new.class) {
            Some(thrown) => thrown.state = std::mem::take(&mut thrown.state).join(new.state),
            None => self.thrown.push(new),
        }
    }

    /// Adds all of the other one's ways.
    pub(crate) fn meet(&mut self, other: Flow) {
        let next = self.add(other);
        self.next = meet(self.next.take(), next);
    }

    pub(crate) fn add_return(&mut self, other: Option<(State, Value)>) {
        self.returns = match (self.returns.take(), other) {
            (Some((one, value)), Some((two, other))) => {
                let value = if same(&value, &other) { value } else { Value::Unknown };
                Some((one.join(two), value))
            }
            (one, two) => one.or(two),
        };
    }
}
