//! What can be known of a value without running anything, and how values compare.

use super::{exceptions::Class, steps::Function};
use ruff_python_ast::CmpOp;
use std::{cmp::Ordering, sync::Arc};

/// What is known of a value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    Text(Arc<str>),
    /// A tuple.
    Sequence(Vec<Value>),
    /// A list or set, which nothing changes later on.
    List(Vec<Value>),
    /// `sys.version_info`, of these elements.
    Version(Vec<Value>),
    /// `TYPE_CHECKING`, which is false to all but type checkers.
    TypeChecking,
    /// A module, by its name.
    Module(Arc<str>),
    /// What a module has, by both names.
    Item(Arc<str>),
    /// A class of exceptions.
    Exception(Class),
    /// An exception of one of these classes, `None` for an unknown one.
    Raised(Vec<Option<Class>>),
    Function(Arc<Function>),
    /// The context manager `suppress(..)` of these classes.
    Suppress(Vec<Value>),
    /// A context manager that lets every exception pass.
    Passing,
}

impl Value {
    pub(crate) fn text(text: &str) -> Self {
        Value::Text(text.into())
    }

    /// What a module sees of a value of another one's. Whose imports a function's are, only its own module knows.
    pub(crate) fn seen_from_outside(self) -> Self {
        match self {
            Value::Function(_) => Value::Unknown,
            Value::Sequence(elements) => Value::Sequence(elements.into_iter().map(Value::seen_from_outside).collect()),
            Value::List(elements) => Value::List(elements.into_iter().map(Value::seen_from_outside).collect()),
            value => value,
        }
    }

    /// Whether it counts as true; `None` where that isn't known.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Value::None | Value::TypeChecking => Some(false),
            Value::Bool(value) => Some(*value),
            Value::Int(value) => Some(*value != 0),
            Value::Text(text) => Some(!text.is_empty()),
            Value::Sequence(elements) | Value::List(elements) => Some(!elements.is_empty()),
            Value::Version(_) | Value::Module(_) | Value::Exception(_) | Value::Function(_) => Some(true),
            _ => None,
        }
    }

    /// Its elements, of what has some.
    pub(crate) fn elements(&self) -> Option<Vec<Value>> {
        match self {
            Value::Version(elements) | Value::Sequence(elements) | Value::List(elements) => Some(elements.clone()),
            Value::Text(text) => Some(text.chars().map(|c| Value::text(&c.to_string())).collect()),
            _ => None,
        }
    }

    /// The element at an index, if both are known.
    pub(crate) fn element(&self, index: &Value) -> Option<Value> {
        let (elements, Value::Int(index)) = (self.elements()?, index) else { return None };
        let index = if *index < 0 { index.checked_add_unsigned(elements.len() as u64)? } else { *index };
        elements.get(usize::try_from(index).ok()?).cloned()
    }

    fn number(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            Value::Bool(value) => Some(i64::from(*value)),
            Value::TypeChecking => Some(0),
            _ => None,
        }
    }

    /// What is known of both for what they are: constants, of which two kinds are never equal.
    fn order(&self, other: &Value) -> Option<Ordering> {
        if let (Some(one), Some(two)) = (self.number(), other.number()) {
            return Some(one.cmp(&two));
        }
        if let (Value::Text(one), Value::Text(two)) = (self, other) {
            return Some(one.cmp(two));
        }
        let is_tuple = |value: &Value| matches!(value, Value::Version(_) | Value::Sequence(_));
        let are_lists = matches!((self, other), (Value::List(_), Value::List(_)));
        if !(are_lists || is_tuple(self) && is_tuple(other)) {
            return None;
        }
        let (one, two) = (self.elements()?, other.elements()?);
        for (one, two) in one.iter().zip(&two) {
            match one.order(two)? {
                Ordering::Equal => {}
                order => return Some(order),
            }
        }
        Some(one.len().cmp(&two.len()))
    }

    fn is_constant(&self) -> bool {
        matches!(self, Value::None | Value::Bool(_) | Value::Int(_) | Value::Text(_))
    }

    /// Whether the two are equal; `None` where that isn't known.
    pub(crate) fn equals(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Value::None, Value::None) => Some(true),
            (Value::None, other) | (other, Value::None) => other.is_something().then_some(false),
            _ => match self.order(other) {
                Some(order) => Some(order.is_eq()),
                None if self.is_constant() && other.is_constant() => Some(false),
                None => None,
            },
        }
    }

    /// Whether it is surely not `None`.
    fn is_something(&self) -> bool {
        !matches!(self, Value::None | Value::Unknown | Value::Item(_) | Value::Suppress(_) | Value::Passing)
    }

    /// What a comparison of two values gives, if it is known.
    pub(crate) fn compare(&self, operator: CmpOp, other: &Value) -> Option<bool> {
        let contains = || {
            if let (Value::Text(part), Value::Text(whole)) = (self, other) {
                return Some(whole.contains(&**part));
            }
            let answers: Vec<_> = other.elements()?.iter().map(|element| self.equals(element)).collect();
            match answers.contains(&Some(true)) {
                true => Some(true),
                false if answers.contains(&None) => None,
                false => Some(false),
            }
        };
        let not = |known: Option<bool>| known.map(|known| !known);
        match operator {
            CmpOp::Eq | CmpOp::Is => self.equals(other),
            CmpOp::NotEq | CmpOp::IsNot => not(self.equals(other)),
            CmpOp::Lt => self.order(other).map(Ordering::is_lt),
            CmpOp::LtE => self.order(other).map(Ordering::is_le),
            CmpOp::Gt => self.order(other).map(Ordering::is_gt),
            CmpOp::GtE => self.order(other).map(Ordering::is_ge),
            CmpOp::In => contains(),
            CmpOp::NotIn => not(contains()),
        }
    }

    /// What a method of a text returns, if it is known.
    pub(crate) fn method(&self, method: &str, arguments: &[Value]) -> Option<Value> {
        let Value::Text(text) = self else { return None };
        let parts = |part: &Value| match part {
            Value::Text(part) => Some(vec![part.clone()]),
            Value::Sequence(parts) => parts
                .iter()
                .map(|part| match part {
                    Value::Text(part) => Some(part.clone()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        match (method, arguments) {
            ("startswith", [part]) => Some(Value::Bool(parts(part)?.iter().any(|part| text.starts_with(&**part)))),
            ("endswith", [part]) => Some(Value::Bool(parts(part)?.iter().any(|part| text.ends_with(&**part)))),
            ("lower", []) => Some(Value::text(&text.to_lowercase())),
            ("upper", []) => Some(Value::text(&text.to_uppercase())),
            _ => None,
        }
    }
}
