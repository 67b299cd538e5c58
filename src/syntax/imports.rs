//! What a module imports, read off its syntax tree without running it.

use std::fmt;

use ruff_python_ast::{Alias, ExceptHandler, Expr, ModModule, Stmt, StmtIf, StmtImportFrom, StmtTry, UnaryOp};
use ruff_python_parser::parse_module;
use ruff_source_file::{LineIndex, PositionEncoding};
use ruff_text_size::{Ranged, TextSize};

use super::{
    dotted::Dotted,
    nesting::{self, TooDeep},
};

/// Everything that the import statements of a module ask for, in the order of the text: one [`Import`] for each imported name.
///
/// `module` is the name of the module whose text this is; relative imports are resolved against it. One that leads beyond the
/// top-level package keeps its name as it is written, dots and all.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
///
/// ```
/// use exocet::syntax::{ImportKind, imports};
///
/// let found = imports("import os.path as p\ndef f():\n    from .b import V\n", "pk.a", false)?;
/// assert_eq!((found[0].name.as_str(), found[0].alias.as_deref()), ("os.path", Some("p")));
/// assert_eq!((found[1].dotted().as_str(), found[1].line, found[1].kind), ("pk.b.V", 3, ImportKind::Function));
/// # Ok::<(), exocet::syntax::ScanError>(())
/// ```
pub fn imports(text: &str, module: &str, is_package: bool) -> Result<Vec<Import>, ScanError> {
    let package = if is_package { module } else { Dotted(module).parent().unwrap_or_default() };
    parsed(text, |tree| {
        let lines = LineIndex::from_source_text(text);
        let mut finder = Finder { text, lines, package, found: Vec::new() };
        finder.block(&tree.body, ImportKind::TopLevel);
        finder.found
    })
}

/// One name that an import statement asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// The absolute name of the module asked for. Relative names that lead beyond the top level are as written.
    pub name: String,
    /// What `from` takes out of the module, `*` for all of it; `None` for plain `import`.
    pub item: Option<String>,
    /// The name after `as`.
    pub alias: Option<String>,
    /// How many dots the name was written with.
    pub level: u32,
    /// The line of the imported name, 1-based.
    pub line: usize,
    /// The column of the imported name in characters, 1-based.
    pub column: usize,
    /// Where the statement stands.
    pub kind: ImportKind,
}

impl Import {
    /// Module and item as one dotted name: `pk.b.V` for `from .b import V` in `pk.a`, `x.*` for `from x import *`.
    pub fn dotted(&self) -> String {
        match &self.item {
            None => self.name.clone(),
            Some(item) if self.name.ends_with('.') => format!("{}{item}", self.name),
            Some(item) => format!("{}.{item}", self.name),
        }
    }
}

/// Where an import statement stands, and so when it runs. Of several that apply the one further down the list counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportKind {
    /// It runs when the module is loaded: at the top level, in a class body, or under a plain `if`.
    TopLevel,
    /// It may fail: in a `try` that has handlers, or in one of the handlers.
    Try,
    /// It runs when a function is called.
    Function,
    /// It never runs: under `if TYPE_CHECKING`.
    TypeChecking,
}

/// Why a text can't be scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Too deeply nested to be parsed.
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
    /// Not Python.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// No thread could be started for text that needs a larger stack.
    #[error("can't start a thread for deeply nested text: {0}")]
    Thread(std::io::Error),
}

impl ScanError {
    /// The line, 1-based, that the error is about, where it is about one.
    pub fn line(&self) -> Option<usize> {
        match self {
            ScanError::TooDeep(error) => Some(error.line()),
            ScanError::Syntax(error) => Some(error.line),
            ScanError::Thread(_) => None,
        }
    }
}

/// Where a text stops being Python, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, 1-based.
    pub line: usize,
    /// The column in characters, 1-based.
    pub column: usize,
    /// The parser's message.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.message, self.line, self.column)
    }
}

impl std::error::Error for SyntaxError {}

/// Parses `text` and calls `f` with its tree, on a stack that is large enough for the tree to be walked and dropped.
pub(crate) fn parsed<R: Send>(text: &str, f: impl FnOnce(&ModModule) -> R + Send) -> Result<R, ScanError> {
    /// Deeper than anything that people write, and far from filling a thread's usual two megabytes.
    const SHALLOW: u32 = 300;
    const STACK: usize = 64 << 20;
    let deep = nesting::check(text)? > SHALLOW;
    let run = || match parse_module(text) {
        Ok(parsed) => Ok(f(parsed.syntax())),
        Err(error) => {
            let (line, column) = position(text, &LineIndex::from_source_text(text), error.location.start());
            Err(ScanError::Syntax(SyntaxError { line, column, message: error.error.to_string() }))
        }
    };
    // There are no threads there, and the stack is the host's to choose.
    if !deep || cfg!(target_family = "wasm") {
        return run();
    }
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).map_err(ScanError::Thread)?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn position(text: &str, lines: &LineIndex, offset: TextSize) -> (usize, usize) {
    let place = lines.source_location(offset, text, PositionEncoding::Utf32);
    (place.line.get(), place.character_offset.get())
}

/// Goes through the statements. It recurses by blocks only, of which there are at most a hundred in one another.
struct Finder<'a> {
    text: &'a str,
    lines: LineIndex,
    package: &'a str,
    found: Vec<Import>,
}

impl Finder<'_> {
    fn block(&mut self, block: &[Stmt], kind: ImportKind) {
        for statement in block {
            self.statement(statement, kind);
        }
    }

    fn statement(&mut self, statement: &Stmt, kind: ImportKind) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.push(alias, alias.name.to_string(), None, 0, kind);
                }
            }
            Stmt::ImportFrom(import) => {
                let name = self.absolute(import);
                for alias in &import.names {
                    self.push(alias, name.clone(), Some(alias.name.to_string()), import.level, kind);
                }
            }
            Stmt::FunctionDef(function) => self.block(&function.body, kind.max(ImportKind::Function)),
            Stmt::ClassDef(class) => self.block(&class.body, kind),
            Stmt::If(statement) => self.conditional(statement, kind),
            Stmt::Try(statement) => self.attempt(statement, kind),
            Stmt::For(statement) => {
                self.block(&statement.body, kind);
                self.block(&statement.orelse, kind);
            }
            Stmt::While(statement) => {
                self.block(&statement.body, kind);
                self.block(&statement.orelse, kind);
            }
            Stmt::With(statement) => self.block(&statement.body, kind),
            Stmt::Match(statement) => {
                for case in &statement.cases {
                    self.block(&case.body, kind);
                }
            }
            _ => {}
        }
    }

    fn conditional(&mut self, statement: &StmtIf, kind: ImportKind) {
        let never = kind.max(ImportKind::TypeChecking);
        let mut test = Some(&*statement.test);
        // After `if not TYPE_CHECKING` everything else is for the type checker.
        let mut rest = kind;
        let clauses = statement.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        let mut clauses = clauses;
        let mut body = &statement.body;
        loop {
            let is_never = test.is_some_and(is_type_checking);
            self.block(body, if is_never { never } else { rest });
            if test.is_some_and(is_not_type_checking) {
                rest = never;
            }
            match clauses.next() {
                Some(clause) => (test, body) = clause,
                None => return,
            }
        }
    }

    fn attempt(&mut self, statement: &StmtTry, kind: ImportKind) {
        let guarded = if statement.handlers.is_empty() { kind } else { kind.max(ImportKind::Try) };
        self.block(&statement.body, guarded);
        for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
            self.block(&handler.body, guarded);
        }
        self.block(&statement.orelse, guarded);
        self.block(&statement.finalbody, kind);
    }

    /// The name that a `from` asks for, as `importlib._bootstrap._resolve_name` makes it absolute.
    fn absolute(&self, import: &StmtImportFrom) -> String {
        let written = import.module.as_ref().map_or("", |module| module.as_str());
        let up = import.level.saturating_sub(1) as usize;
        let base = (0..up).try_fold(self.package, |package, _| Dotted(package).parent());
        match base.filter(|base| !base.is_empty()) {
            _ if import.level == 0 => written.to_owned(),
            None => ".".repeat(import.level as usize) + written,
            Some(base) if written.is_empty() => base.to_owned(),
            Some(base) => format!("{base}.{written}"),
        }
    }

    fn push(&mut self, alias: &Alias, name: String, item: Option<String>, level: u32, kind: ImportKind) {
        let (line, column) = position(self.text, &self.lines, alias.start());
        let alias = alias.asname.as_ref().map(|name| name.to_string());
        self.found.push(Import { name, item, alias, level, line, column, kind });
    }
}

/// Whether the test is only ever true for a type checker: `TYPE_CHECKING`, `typing.TYPE_CHECKING`, and `and` of it and others.
fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        Expr::BoolOp(operation) => operation.op.is_and() && operation.values.iter().any(is_type_checking),
        _ => false,
    }
}

fn is_not_type_checking(test: &Expr) -> bool {
    matches!(test, Expr::UnaryOp(operation) if operation.op == UnaryOp::Not && is_type_checking(&operation.operand))
}
