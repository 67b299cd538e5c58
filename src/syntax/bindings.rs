//! Which names a module binds and exports, read off its syntax tree without running it.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Operator, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::{
    dotted::Dotted,
    parse::{ScanError, parsed},
};

/// The names that `from module import *` binds: those of `__all__`, or else the public ones among [`attributes`].
///
/// Of `__all__` this understands lists and tuples of strings, `+` and `+=` of them, `append`, `extend` and `remove`. Parts that
/// only running the module would show, such as another module's `__all__`, are left out. An `__all__` of which no part can be
/// read counts as none.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
pub fn exports(text: &str) -> Result<Vec<String>, ScanError> {
    parsed(text, |tree| {
        let mut all = All::default();
        all.block(&tree.body, false);
        if all.is_known {
            return unique(all.names);
        }
        let mut names = names_of(bound(tree));
        names.retain(|name| !name.starts_with('_'));
        names
    })
}

/// The names that the module's top level binds, in the order of the text, each once.
///
/// That is assignments, definitions, imports, and the targets of loops, `with`, `match` and `:=`, also inside `if`, `try` and the
/// like. A `del` outside all blocks takes its names away. What `from x import *` binds can't be known here and is left out, and so
/// is what functions bind by `global`. The name of an `except` clause is gone when the clause ends.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
pub fn attributes(text: &str) -> Result<Vec<String>, ScanError> {
    parsed(text, |tree| names_of(bound(tree)))
}

/// The names of [`attributes`], with the places where they are bound. A name that is bound several times is there as often.
pub(super) fn bound(tree: &ModModule) -> Vec<(String, TextSize)> {
    let mut binder = Binder::default();
    for statement in &tree.body {
        binder.visit_stmt(statement);
        if let Stmt::Delete(delete) = statement {
            let deleted: HashSet<&str> = delete.targets.iter().filter_map(as_name).collect();
            binder.bound.retain(|(name, _)| !deleted.contains(name.as_str()));
        }
    }
    binder.bound
}

/// The names that these statements bind, in whichever branch.
pub(super) fn bound_by(block: &[Stmt]) -> Vec<String> {
    let mut binder = Binder::default();
    block.iter().for_each(|statement| binder.visit_stmt(statement));
    names_of(binder.bound)
}

/// The names that an expression binds by `:=`.
pub(super) fn bound_in(expression: &Expr) -> Vec<String> {
    let mut binder = Binder::default();
    binder.visit_expr(expression);
    names_of(binder.bound)
}

/// The names in the target of an assignment, a loop or a `with`.
pub(super) fn targets_of(target: &Expr) -> Vec<String> {
    let mut binder = Binder::default();
    binder.target(target);
    names_of(binder.bound)
}

/// The names that a pattern binds.
pub(super) fn bound_by_pattern(pattern: &Pattern) -> Vec<String> {
    let mut binder = Binder::default();
    binder.visit_pattern(pattern);
    names_of(binder.bound)
}

fn names_of(bound: Vec<(String, TextSize)>) -> Vec<String> {
    unique(bound.into_iter().map(|(name, _)| name).collect())
}

fn unique(mut names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// Collects names as they are bound. Bodies of functions and classes have scopes of their own; their headers have not.
#[derive(Default)]
struct Binder {
    bound: Vec<(String, TextSize)>,
}

impl Binder {
    fn bind(&mut self, name: &str, place: &impl Ranged) {
        self.bound.push((name.to_owned(), place.start()));
    }

    /// The names in a target: not those that it reads, as `a` in `a.b = 1` or `a[0] = 1`.
    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind(&name.id, name),
            Expr::Starred(starred) => self.target(&starred.value),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.target(target)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.target(target)),
            _ => {}
        }
    }

    fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            parameter.default.iter().for_each(|default| self.visit_expr(default));
        }
    }
}

impl<'a> Visitor<'a> for Binder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.bind(&function.name, &function.name);
                self.defaults(&function.parameters);
                return;
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.bind(&class.name, &class.name);
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
                return;
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let top = Dotted(alias.name.as_str()).top();
                    self.bind(alias.asname.as_ref().map_or(top, |name| name.as_str()), alias);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in import.names.iter().filter(|alias| alias.name.as_str() != "*") {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name), alias);
                }
            }
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
            Stmt::AugAssign(assign) => self.target(&assign.target),
            // Without a value it only annotates.
            Stmt::AnnAssign(assign) if assign.value.is_some() => self.target(&assign.target),
            Stmt::TypeAlias(alias) => {
                self.target(&alias.name);
                return;
            }
            Stmt::For(statement) => self.target(&statement.target),
            Stmt::With(statement) => {
                statement
                    .items
                    .iter()
                    .filter_map(|item| item.optional_vars.as_deref())
                    .for_each(|target| self.target(target));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            // Its body has a scope of its own.
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|parameters| self.defaults(parameters));
                return;
            }
            // Those of comprehensions bind outside the comprehension.
            Expr::Named(named) => self.target(&named.target),
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        walk_pattern(self, pattern);
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        name.into_iter().for_each(|name| self.bind(name, name));
    }
}

/// What can be known of `__all__`.
#[derive(Default)]
struct All {
    names: Vec<String>,
    is_known: bool,
}

impl All {
    /// Which branch runs can't be known, so an assignment in a branch adds to what there was.
    fn block(&mut self, block: &[Stmt], is_branch: bool) {
        for statement in block {
            match statement {
                Stmt::Assign(assign) if assign.targets.iter().any(is_all) => self.assign(&assign.value, is_branch),
                Stmt::AnnAssign(assign) if is_all(&assign.target) => {
                    assign.value.iter().for_each(|value| self.assign(value, is_branch));
                }
                Stmt::AugAssign(assign) if assign.op == Operator::Add && is_all(&assign.target) => {
                    self.extend(&assign.value)
                }
                Stmt::Expr(statement) => self.call(&statement.value),
                Stmt::If(statement) => {
                    self.block(&statement.body, true);
                    statement.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body, true));
                }
                Stmt::Try(statement) => {
                    self.block(&statement.body, true);
                    statement
                        .handlers
                        .iter()
                        .filter_map(|handler| handler.as_except_handler())
                        .for_each(|h| self.block(&h.body, true));
                    self.block(&statement.orelse, true);
                    self.block(&statement.finalbody, true);
                }
                Stmt::With(statement) => self.block(&statement.body, true),
                Stmt::For(statement) => self.block(&statement.body, true),
                _ => {}
            }
        }
    }

    fn assign(&mut self, value: &Expr, is_branch: bool) {
        // `__all__ = __all__ + [..]` goes on from what there was.
        if !is_branch && !mentions_all(value) {
            self.names.clear();
        }
        self.extend(value);
    }

    fn extend(&mut self, value: &Expr) {
        let elements = match value {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::BinOp(operation) if operation.op == Operator::Add => {
                // A chain of sums leans to the left, and may be long.
                self.extend(&operation.left);
                return self.extend(&operation.right);
            }
            _ => return,
        };
        self.is_known = true;
        for element in elements {
            match element {
                Expr::StringLiteral(name) => self.names.push(name.value.to_str().to_owned()),
                Expr::Starred(starred) => self.extend(&starred.value),
                _ => {}
            }
        }
    }

    /// `__all__.append("x")` and its like.
    fn call(&mut self, expression: &Expr) {
        let Expr::Call(call) = expression else { return };
        let Expr::Attribute(method) = &*call.func else {
            return;
        };
        let [argument] = &*call.arguments.args else {
            return;
        };
        if !is_all(&method.value) {
            return;
        }
        match (method.attr.as_str(), argument) {
            ("append", Expr::StringLiteral(name)) => {
                self.is_known = true;
                self.names.push(name.value.to_str().to_owned());
            }
            ("remove", Expr::StringLiteral(name)) => {
                let place = self.names.iter().position(|known| known == name.value.to_str());
                place.into_iter().for_each(|place| drop(self.names.remove(place)));
            }
            ("extend", names) => self.extend(names),
            _ => {}
        }
    }
}

fn mentions_all(value: &Expr) -> bool {
    match value {
        Expr::BinOp(operation) => mentions_all(&operation.left) || mentions_all(&operation.right),
        Expr::Starred(starred) => mentions_all(&starred.value),
        Expr::List(list) => list.elts.iter().any(mentions_all),
        _ => is_all(value),
    }
}

fn is_all(expression: &Expr) -> bool {
    as_name(expression) == Some("__all__")
}

fn as_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(&name.id),
        _ => None,
    }
}
