//! What decides which imports of a module run, taken out of its syntax tree: a form of its own, without the parts that don't matter,
//! that outlives the text.

use super::{imports::Import, value::Value};
use ruff_python_ast::CmpOp;
use std::{collections::HashSet, ops::Range, sync::Arc};

/// The text of a module.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) block: Block,
    /// What its import statements ask for, in the order of the text. The kinds are not known yet.
    pub(crate) imports: Vec<Import>,
    /// The names that functions bind by `global`.
    pub(crate) globals: HashSet<String>,
    /// The names of what may be changed where it is, as by `names.append(..)`.
    pub(crate) changed: HashSet<String>,
    /// The texts by which it puts something into a table, as into `sys.modules`.
    pub(crate) puts: HashSet<String>,
    /// Whether names may be bound in ways that the text doesn't show, as by `globals()[name] = 1`.
    pub(crate) is_open: bool,
}

/// Statements, and which imports stand in them.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) steps: Vec<(Place, Step)>,
    pub(crate) imports: Range<usize>,
}

/// Where a statement stands: line and column, 1-based.
pub(crate) type Place = (usize, usize);

/// One statement.
#[derive(Debug)]
pub(crate) enum Step {
    /// The import of that number.
    Import(usize),
    /// These names become the value.
    Bind(Vec<String>, Term),
    Delete(Vec<String>),
    /// An expression is evaluated for what it does.
    Evaluate(Term),
    If(Vec<(Term, Block)>, Block),
    Loop(Box<Loop>),
    Try(Box<Try>),
    /// Context managers, each with the names that it is bound to.
    With(Vec<(Term, Vec<String>)>, Block),
    Match(Term, Vec<Case>),
    Function(Arc<Function>),
    Class(Box<Class>),
    Raise(Option<Term>),
    Assert(Term),
    Return(Term),
    Break,
    Continue,
}

#[derive(Debug)]
pub(crate) struct Loop {
    /// What is asked before each round, or what is iterated over.
    pub(crate) over: Term,
    pub(crate) is_while: bool,
    /// All names that a round binds.
    pub(crate) names: Vec<String>,
    pub(crate) body: Block,
    pub(crate) orelse: Block,
}

#[derive(Debug)]
pub(crate) struct Try {
    pub(crate) body: Block,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) orelse: Block,
    pub(crate) finalbody: Block,
}

#[derive(Debug)]
pub(crate) struct Handler {
    /// The classes that it catches; without any it catches all.
    pub(crate) clause: Option<Term>,
    pub(crate) name: Option<String>,
    pub(crate) body: Block,
}

/// One `case`. Patterns of more than values can't be decided.
#[derive(Debug)]
pub(crate) struct Case {
    /// The values that it is for; none for a `_`.
    pub(crate) pattern: Option<Vec<Term>>,
    pub(crate) is_guarded: bool,
    pub(crate) names: Vec<String>,
    pub(crate) body: Block,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Its parameters and what else it binds for itself.
    pub(crate) locals: HashSet<String>,
    pub(crate) body: Block,
    /// Whether the name is bound to the function itself, a call of which runs the body.
    pub(crate) is_plain: bool,
}

#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) bases: Vec<Term>,
    pub(crate) is_decorated: bool,
    /// All names that its body binds.
    pub(crate) names: Vec<String>,
    pub(crate) body: Block,
}

/// An expression.
#[derive(Debug)]
pub(crate) enum Term {
    Value(Value),
    Name(String),
    Attribute(Box<Term>, String),
    Index(Box<Term>, Box<Term>),
    /// From the beginning, so many elements.
    First(Box<Term>, usize),
    Call(Box<Term>, Vec<Term>),
    Sequence(Vec<Term>),
    List(Vec<Term>),
    Not(Box<Term>),
    All(Vec<Term>),
    Any(Vec<Term>),
    Compare(Box<Term>, Vec<(CmpOp, Term)>),
    /// The condition, and the two values.
    Choice(Box<[Term; 3]>),
    /// What can't raise, and isn't known.
    Harmless,
    Unknown,
}
