//! What the clauses of `except` catch, and what `suppress` does.

use super::{exceptions::Class, value::Value};

/// Whether a clause that names `clause` catches an exception of `class`; `None` where it can't be known of either. A clause
/// without a class catches everything.
pub(crate) fn catches(clause: Option<&Value>, class: Option<&Class>) -> Option<bool> {
    match (clause, class) {
        (None, _) => Some(true),
        (Some(Value::Exception(base)), _) if base.name() == "BaseException" => Some(true),
        (Some(Value::Exception(base)), Some(class)) => Some(class.is_a(base)),
        (Some(Value::Sequence(clauses)), _) => {
            let answers: Vec<_> = clauses.iter().map(|clause| catches(Some(clause), class)).collect();
            match answers.contains(&Some(true)) {
                true => Some(true),
                false if answers.contains(&None) => None,
                false => Some(false),
            }
        }
        _ => None,
    }
}

/// Whether a clause catches all that an ordinary statement may raise.
pub(crate) fn catches_all(clause: Option<&Value>) -> bool {
    catches(clause, Class::builtin("Exception").as_ref()) == Some(true)
}
