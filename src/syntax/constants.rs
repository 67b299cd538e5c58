//! Names that a module binds to literals, read off its syntax tree without running it.

use super::{
    bindings::bound,
    parse::{ScanError, parsed, position},
    steps::Term,
    terms::term,
    value::Value,
};
use ruff_python_ast::{Expr, Stmt};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};

/// What a name is bound to when the module has run, as far as its text shows.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    /// Unknown unless the last statement that binds the name is a plain assignment of a literal, outside of all blocks.
    pub(crate) value: Value,
    /// The line of that statement, 1-based.
    pub(crate) line: usize,
}

/// What each of `names` is bound to at the top level; `None` for one that isn't bound there.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
pub(crate) fn constants<const N: usize>(text: &str, names: [&str; N]) -> Result<[Option<Constant>; N], ScanError> {
    let found = parsed(text, |tree| {
        // Whoever deletes a name has it no more.
        let all = bound(tree);
        names.map(|name| {
            let (_, last) = all.iter().rev().find(|(other, _)| other == name)?;
            let assigned = tree.body.iter().rev().find_map(|statement| assigned(statement, name));
            Some(match assigned {
                Some((place, value)) if place == *last => (place, value),
                _ => (*last, Value::Unknown),
            })
        })
    })?;
    let lines = LineIndex::from_source_text(text);
    let constant = |(place, value)| Constant { value, line: position(text, &lines, place).0 };
    Ok(found.map(|found: Option<(TextSize, Value)>| found.map(constant)))
}

/// Where a statement assigns to `name` alone, and what.
fn assigned(statement: &Stmt, name: &str) -> Option<(TextSize, Value)> {
    let (targets, value) = match statement {
        Stmt::Assign(assign) => (assign.targets.as_slice(), &*assign.value),
        Stmt::AnnAssign(assign) => (std::slice::from_ref(&*assign.target), assign.value.as_deref()?),
        _ => return None,
    };
    let is_it = |target: &&Expr| matches!(target, Expr::Name(own) if own.id.as_str() == name);
    Some((targets.iter().rfind(is_it)?.start(), literal(term(value))))
}

fn literal(term: Term) -> Value {
    match term {
        Term::Value(value) => value,
        Term::Sequence(elements) => Value::Sequence(elements.into_iter().map(literal).collect()),
        Term::List(elements) => Value::List(elements.into_iter().map(literal).collect()),
        _ => Value::Unknown,
    }
}
