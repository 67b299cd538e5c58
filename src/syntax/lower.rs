//! From the syntax tree of a module to its steps.

use super::{
    bindings::{bound_by, bound_by_pattern, bound_in, targets_of},
    dotted::Dotted,
    imports::{Import, ImportKind},
    parse::position,
    steps::{Block, Body, Case, Class, Function, Handler, Loop, Place, Step, Term, Try},
    terms::term,
};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, ExprCall, ExprName, ModModule, Pattern, Stmt, StmtClassDef, StmtFunctionDef,
    StmtImportFrom, StmtMatch, StmtTry,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use ruff_source_file::LineIndex;
use ruff_text_size::Ranged;
use std::{collections::HashSet, sync::Arc};

/// The steps of a module. `package` is what its relative imports are relative to.
pub(super) fn lower(tree: &ModModule, text: &str, package: &str) -> Body {
    let lines = LineIndex::from_source_text(text);
    let mut lowering = Lowering { text, lines, package, imports: Vec::new() };
    let block = lowering.block(&tree.body);
    let mut look = Look::default();
    tree.body.iter().for_each(|statement| look.visit_stmt(statement));
    Body {
        block,
        imports: lowering.imports,
        globals: look.globals,
        changed: look.changed,
        puts: look.puts,
        is_open: look.is_open,
    }
}

/// The absolute name of the module that a `from` names in a module of `package`. One beyond the top level is as written.
pub(super) fn absolute(import: &StmtImportFrom, package: &str) -> String {
    let written = import.module.as_ref().map_or("", |module| module.as_str());
    let up = import.level.saturating_sub(1) as usize;
    let base = (0..up).try_fold(package, |package, _| Dotted(package).parent());
    match base.filter(|base| !base.is_empty()) {
        _ if import.level == 0 => written.to_owned(),
        None => ".".repeat(import.level as usize) + written,
        Some(base) if written.is_empty() => base.to_owned(),
        Some(base) => format!("{base}.{written}"),
    }
}

/// Goes through the statements. It recurses by blocks only, of which there are at most a hundred in one another.
struct Lowering<'a> {
    text: &'a str,
    lines: LineIndex,
    package: &'a str,
    imports: Vec<Import>,
}

impl Lowering<'_> {
    fn block(&mut self, block: &[Stmt]) -> Block {
        let (start, mut steps) = (self.imports.len(), Vec::new());
        for statement in block {
            let mut own = Vec::new();
            self.statement(statement, &mut own);
            let place = self.place(statement);
            steps.extend(own.into_iter().map(|step| (place, step)));
        }
        Block { steps, imports: start..self.imports.len() }
    }

    fn statement(&mut self, statement: &Stmt, steps: &mut Vec<Step>) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    steps.push(self.import(alias, alias.name.to_string(), None, 0, import.is_lazy));
                }
            }
            Stmt::ImportFrom(import) => {
                let name = absolute(import, self.package);
                for alias in &import.names {
                    let item = Some(alias.name.to_string());
                    steps.push(self.import(alias, name.clone(), item, import.level, import.is_lazy));
                }
            }
            Stmt::If(statement) => {
                let mut branches = vec![(self.tested(&statement.test, steps), self.block(&statement.body))];
                let mut orelse = Block::default();
                for clause in &statement.elif_else_clauses {
                    match &clause.test {
                        Some(test) => branches.push((self.tested(test, steps), self.block(&clause.body))),
                        None => orelse = self.block(&clause.body),
                    }
                }
                steps.push(Step::If(branches, orelse));
            }
            Stmt::While(statement) => {
                let (over, mut names) = (term(&statement.test), bound_by(&statement.body));
                names.extend(bound_in(&statement.test));
                steps.push(self.repeat(over, true, names, &statement.body, &statement.orelse));
            }
            Stmt::For(statement) => {
                let (over, mut names) = (self.tested(&statement.iter, steps), bound_by(&statement.body));
                names.extend(targets_of(&statement.target));
                steps.push(self.repeat(over, false, names, &statement.body, &statement.orelse));
            }
            Stmt::Try(statement) => steps.push(self.attempt(statement)),
            Stmt::With(statement) => {
                let items = statement.items.iter().map(|item| {
                    let names = item.optional_vars.as_deref().map(targets_of).unwrap_or_default();
                    (self.tested(&item.context_expr, steps), names)
                });
                let items = items.collect();
                steps.push(Step::With(items, self.block(&statement.body)));
            }
            Stmt::Match(statement) => steps.push(self.matched(statement)),
            Stmt::FunctionDef(function) => steps.push(self.function(function)),
            Stmt::ClassDef(class) => steps.push(self.class(class)),
            Stmt::Raise(raise) => steps.push(Step::Raise(raise.exc.as_deref().map(term))),
            Stmt::Assert(assert) => {
                let test = self.tested(&assert.test, steps);
                steps.push(Step::Assert(test));
            }
            Stmt::Return(back) => steps.push(Step::Return(back.value.as_deref().map_or(Term::Harmless, term))),
            Stmt::Break(_) => steps.push(Step::Break),
            Stmt::Continue(_) => steps.push(Step::Continue),
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            statement => self.simple(statement, steps),
        }
    }

    fn repeat(&mut self, over: Term, is_while: bool, names: Vec<String>, body: &[Stmt], orelse: &[Stmt]) -> Step {
        let (body, orelse) = (self.block(body), self.block(orelse));
        Step::Loop(Box::new(Loop { over, is_while, names, body, orelse }))
    }

    /// What has no statements in it.
    fn simple(&mut self, statement: &Stmt, steps: &mut Vec<Step>) {
        match statement {
            Stmt::Expr(expression) => {
                let term = self.tested(&expression.value, steps);
                steps.push(Step::Evaluate(term));
            }
            Stmt::Assign(assign) => {
                let value = self.tested(&assign.value, steps);
                let names = assign.targets.iter().flat_map(targets_of).collect();
                let is_plain = assign.targets.iter().all(Expr::is_name_expr);
                match is_plain {
                    true => steps.push(Step::Bind(names, value)),
                    false => {
                        steps.push(Step::Evaluate(value));
                        steps.push(Step::Bind(names, Term::Unknown));
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.tested(value, steps);
                    steps.push(Step::Bind(targets_of(&assign.target), value));
                }
            }
            Stmt::Delete(delete) => steps.push(Step::Delete(delete.targets.iter().flat_map(targets_of).collect())),
            statement => steps.push(Step::Bind(bound_by(std::slice::from_ref(statement)), Term::Unknown)),
        }
    }

    /// The term of an expression; what it binds by `:=` is bound first.
    fn tested(&self, expression: &Expr, steps: &mut Vec<Step>) -> Term {
        let names = bound_in(expression);
        if !names.is_empty() {
            let value = match expression {
                Expr::Named(named) => term(&named.value),
                _ => Term::Unknown,
            };
            steps.push(Step::Bind(names, value));
        }
        term(expression)
    }

    fn attempt(&mut self, statement: &StmtTry) -> Step {
        let body = self.block(&statement.body);
        let handlers = statement.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| Handler {
            clause: handler.type_.as_deref().map(term),
            name: handler.name.as_ref().map(ToString::to_string),
            body: self.block(&handler.body),
        });
        let handlers = handlers.collect();
        let (orelse, finalbody) = (self.block(&statement.orelse), self.block(&statement.finalbody));
        Step::Try(Box::new(Try { body, handlers, orelse, finalbody }))
    }

    fn matched(&mut self, statement: &StmtMatch) -> Step {
        let cases = statement.cases.iter().map(|case| Case {
            pattern: values_of(&case.pattern),
            is_guarded: case.guard.is_some(),
            names: bound_by_pattern(&case.pattern),
            body: self.block(&case.body),
        });
        Step::Match(term(&statement.subject), cases.collect())
    }

    fn function(&mut self, function: &StmtFunctionDef) -> Step {
        let mut locals: HashSet<String> = bound_by(&function.body).into_iter().collect();
        locals.extend(function.parameters.iter().map(|parameter| parameter.name().to_string()));
        let mut look = Look::default();
        function.body.iter().for_each(|statement| look.visit_stmt(statement));
        locals.retain(|name| !look.globals.contains(name));
        let is_plain = function.decorator_list.is_empty() && !function.is_async && !look.yields;
        let body = self.block(&function.body);
        Step::Function(Arc::new(Function { name: function.name.to_string(), locals, body, is_plain }))
    }

    fn class(&mut self, class: &StmtClassDef) -> Step {
        let bases = class.arguments.iter().flat_map(|arguments| arguments.args.iter().map(term)).collect();
        let is_decorated = !class.decorator_list.is_empty();
        let (names, body) = (bound_by(&class.body), self.block(&class.body));
        Step::Class(Box::new(Class { name: class.name.to_string(), bases, is_decorated, names, body }))
    }

    /// The name that a `from` asks for, as `importlib._bootstrap._resolve_name` makes it absolute.
    fn import(&mut self, alias: &Alias, name: String, item: Option<String>, level: u32, is_lazy: bool) -> Step {
        let (line, column) = self.place(alias);
        let alias = alias.asname.as_ref().map(|name| name.to_string());
        self.imports.push(Import { name, item, alias, level, line, column, kind: ImportKind::Never, is_lazy });
        Step::Import(self.imports.len() - 1)
    }

    fn place(&self, node: &impl Ranged) -> Place {
        position(self.text, &self.lines, node.start())
    }
}

/// The values that a pattern is for, if it is for nothing else; none for one that takes anything.
fn values_of(pattern: &Pattern) -> Option<Vec<Term>> {
    match pattern {
        Pattern::MatchValue(pattern) => Some(vec![term(&pattern.value)]),
        Pattern::MatchSingleton(pattern) => {
            use ruff_python_ast::Singleton;
            Some(vec![Term::Value(match pattern.value {
                Singleton::None => super::value::Value::None,
                Singleton::True => super::value::Value::Bool(true),
                Singleton::False => super::value::Value::Bool(false),
            })])
        }
        Pattern::MatchOr(pattern) => {
            let parts: Option<Vec<_>> = pattern.patterns.iter().map(values_of).collect();
            let parts = parts?;
            // One that takes anything makes the whole take anything.
            if parts.iter().any(Vec::is_empty) { Some(Vec::new()) } else { Some(parts.into_iter().flatten().collect()) }
        }
        Pattern::MatchAs(pattern) => pattern.pattern.as_deref().map_or(Some(Vec::new()), values_of),
        _ => None,
    }
}

/// Whether it is `sys.modules`.
fn is_table(expression: &Expr) -> bool {
    expression.as_attribute_expr().is_some_and(|attribute| attribute.attr.as_str() == "modules")
}

fn literal(expression: &Expr) -> Option<String> {
    expression.as_string_literal_expr().map(|text| text.value.to_str().to_owned())
}

/// Looks for what makes names that the text doesn't bind, and for what makes a function a generator.
#[derive(Default)]
struct Look {
    globals: HashSet<String>,
    changed: HashSet<String>,
    puts: HashSet<String>,
    is_open: bool,
    /// How many functions the statement lies in.
    functions: usize,
    yields: bool,
}

impl<'a> Visitor<'a> for Look {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(global) => self.globals.extend(global.names.iter().map(ToString::to_string)),
            Stmt::FunctionDef(function) if function.name.as_str() == "__getattr__" => self.is_open = true,
            Stmt::Assign(assign) => {
                let tables =
                    assign.targets.iter().filter_map(|target| target.as_subscript_expr()?.value.as_name_expr());
                self.changed.extend(tables.map(|name| name.id.to_string()));
                let keys = assign.targets.iter().filter_map(|target| Some(&*target.as_subscript_expr()?.slice));
                self.puts.extend(keys.filter_map(literal));
            }
            _ => {}
        }
        let is_function = usize::from(statement.is_function_def_stmt());
        self.functions += is_function;
        walk_stmt(self, statement);
        self.functions -= is_function;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.yields = true,
            Expr::Name(name) => self.is_open |= ["globals", "exec"].contains(&name.id.as_str()),
            // To look up another module in the table gives nobody this one.
            Expr::Subscript(subscript) if is_table(&subscript.value) && literal(&subscript.slice).is_some() => return,
            Expr::Compare(comparison) if comparison.comparators.iter().all(is_table) => {
                return self.visit_expr(&comparison.left);
            }
            Expr::Attribute(_) => self.is_open |= is_table(expression),
            Expr::Call(call) => self.called(call),
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl Look {
    fn called(&mut self, call: &ExprCall) {
        let arguments = &call.arguments.args;
        let method = call.func.as_attribute_expr();
        if method.is_some_and(|method| method.attr.as_str() == "setdefault") {
            self.puts.extend(arguments.first().and_then(literal));
        }
        // Whoever is given a list, or is a method of it, may change it.
        let given = arguments.iter().chain(method.map(|method| &*method.value)).filter_map(Expr::as_name_expr);
        self.changed.extend(given.map(|name| name.id.to_string()));
        // Outside of functions that are the names of the module.
        let is_names = |name: &ExprName| ["vars", "locals"].contains(&name.id.as_str());
        self.is_open |= self.functions == 0 && arguments.is_empty() && call.func.as_name_expr().is_some_and(is_names);
        // Whoever is told the module's name beside other things may bind names there, as `enum` does.
        let is_own = |argument: &Expr| argument.as_name_expr().is_some_and(|name| name.id.as_str() == "__name__");
        self.is_open |= arguments.len() > 1 && arguments.iter().any(is_own);
    }
}
