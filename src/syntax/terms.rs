//! From the syntax tree to terms: what of an expression a condition, a clause or a call may depend on.

use super::{steps::Term, value::Value};
use ruff_python_ast::{BoolOp, Expr, ExprCall, ExprSubscript, Number, UnaryOp};

/// Deeper terms than people write aren't looked at: whoever walks one may do so by recursion.
const DEPTH: usize = 40;

/// The term of an expression.
pub(super) fn term(expression: &Expr) -> Term {
    term_at(expression, DEPTH)
}

fn term_at(expression: &Expr, depth: usize) -> Term {
    let Some(depth) = depth.checked_sub(1) else { return Term::Unknown };
    let inner = |expression: &Expr| Box::new(term_at(expression, depth));
    let list = |list: &[Expr]| list.iter().map(|element| term_at(element, depth)).collect();
    match expression {
        Expr::NoneLiteral(_) => Term::Value(Value::None),
        Expr::BooleanLiteral(literal) => Term::Value(Value::Bool(literal.value)),
        Expr::StringLiteral(literal) => Term::Value(Value::text(literal.value.to_str())),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => value.as_i64().map_or(Term::Harmless, |value| Term::Value(Value::Int(value))),
            _ => Term::Harmless,
        },
        Expr::EllipsisLiteral(_) | Expr::BytesLiteral(_) | Expr::Lambda(_) => Term::Harmless,
        Expr::Name(name) => Term::Name(name.id.to_string()),
        Expr::Attribute(attribute) => Term::Attribute(inner(&attribute.value), attribute.attr.to_string()),
        Expr::Tuple(tuple) => Term::Sequence(list(&tuple.elts)),
        Expr::List(elements) => Term::List(list(&elements.elts)),
        Expr::Set(elements) => Term::List(list(&elements.elts)),
        Expr::Dict(dict) if dict.items.is_empty() => Term::Harmless,
        Expr::Subscript(subscript) => subscripted(subscript, depth),
        Expr::Call(call) => called(call, depth),
        Expr::UnaryOp(operation) => match (operation.op, inner(&operation.operand)) {
            (UnaryOp::Not, operand) => Term::Not(operand),
            (UnaryOp::USub, operand) => match *operand {
                Term::Value(Value::Int(value)) => Term::Value(Value::Int(-value)),
                _ => Term::Unknown,
            },
            _ => Term::Unknown,
        },
        Expr::BoolOp(operation) => match operation.op {
            BoolOp::And => Term::All(list(&operation.values)),
            BoolOp::Or => Term::Any(list(&operation.values)),
        },
        Expr::Compare(comparison) => {
            let others = comparison.comparators.iter().map(|other| term_at(other, depth));
            Term::Compare(inner(&comparison.left), comparison.ops.iter().copied().zip(others).collect())
        }
        Expr::If(choice) => {
            Term::Choice(Box::new([&choice.test, &choice.body, &choice.orelse].map(|part| term_at(part, depth))))
        }
        Expr::Named(named) => term_at(&named.value, depth),
        _ => Term::Unknown,
    }
}

fn subscripted(subscript: &ExprSubscript, depth: usize) -> Term {
    let of = Box::new(term_at(&subscript.value, depth));
    match &*subscript.slice {
        Expr::Slice(slice) if slice.lower.is_none() && slice.step.is_none() => {
            match slice.upper.as_ref().map(|upper| term_at(upper, depth)) {
                Some(Term::Value(Value::Int(count))) => {
                    usize::try_from(count).map_or(Term::Unknown, |count| Term::First(of, count))
                }
                _ => Term::Unknown,
            }
        }
        index => Term::Index(of, Box::new(term_at(index, depth))),
    }
}

/// Arguments by keyword don't matter to any call that is understood.
fn called(call: &ExprCall, depth: usize) -> Term {
    let arguments = call.arguments.args.iter().map(|argument| match argument {
        Expr::Starred(_) => Term::Unknown,
        argument => term_at(argument, depth),
    });
    Term::Call(Box::new(term_at(&call.func, depth)), arguments.collect())
}
