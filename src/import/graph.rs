//! Which modules import which, found out without running any.

use super::dry_run::{DryRun, Outcome};
use crate::{
    modules::handle::PythonModule,
    syntax::{
        dotted::Dotted,
        imports::{Import, ImportKind},
        parse::ScanError,
        scan,
    },
};
use rustpython_vm::PyResult;
use std::collections::{HashSet, VecDeque};

/// The import statements of a module, and its text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scan {
    /// The text.
    pub text: String,
    /// What its import statements ask for, in the order of the text.
    pub imports: Vec<Import>,
}

/// Why a module's import statements can't be known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable {
    /// The reason.
    pub message: String,
    /// The line, 1-based, where it is about one.
    pub line: Option<usize>,
    /// The column in characters, 1-based, where it is about one.
    pub column: Option<usize>,
    /// The text, where it is just no Python.
    pub text: Option<String>,
}

/// One module that an import statement runs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Edge {
    /// The import, with line, column and kind.
    pub import: Import,
    /// The name that leads to the module.
    pub name: String,
    /// What an import of that name gets.
    pub outcome: Outcome,
}

/// Scans the import statements of a module. A namespace package and a native module import nothing.
///
/// # Errors
/// A file that can't be read, decoded or parsed.
pub fn scan(module: &PythonModule) -> Result<Scan, Unreadable> {
    let text = module.text().map_err(|error| Unreadable {
        message: error.to_string(),
        line: error.line(),
        column: None,
        text: None,
    })?;
    let text = text.unwrap_or_default();
    match scan::imports(&text, module.name(), module.is_package()) {
        Ok(imports) => Ok(Scan { text, imports }),
        Err(error) => {
            let line = error.line();
            let (message, column) = match error {
                // Its place stands beside it.
                ScanError::Syntax(error) => (error.message, Some(error.column)),
                error => (error.to_string(), None),
            };
            Err(Unreadable { message, line, column, text: Some(text) })
        }
    }
}

/// Shows `visit` each of `roots` with what it imports, and then each module that `visit` returns, once by its name.
///
/// # Errors
/// Those of `visit`.
pub fn walk<E>(
    roots: impl IntoIterator<Item = PythonModule>,
    mut visit: impl FnMut(&PythonModule, Result<Scan, Unreadable>) -> Result<Vec<PythonModule>, E>,
) -> Result<(), E> {
    let mut queue: VecDeque<_> = roots.into_iter().collect();
    let mut seen = HashSet::new();
    while let Some(module) = queue.pop_front() {
        if seen.insert(module.name().to_owned()) {
            queue.extend(visit(&module, scan(&module))?);
        }
    }
    Ok(())
}

impl DryRun<'_> {
    /// The modules that the import statements of `module` run: that of `a.b.c` runs `a`, `a.b` and `a.b.c`, and
    /// `from a import b` runs `a`, and `a.b` if there is such a module. A package that the importing module lies in is there
    /// already, and no import runs it unless a `from` names it. Imports for type checkers alone are left out unless
    /// `type_checking`.
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn edges(&self, module: &PythonModule, scan: &Scan, type_checking: bool) -> PyResult<Vec<Edge>> {
        let mut edges = Vec::new();
        for import in &scan.imports {
            if import.kind == ImportKind::Never || import.kind == ImportKind::TypeChecking && !type_checking {
                continue;
            }
            let mut add =
                |name: &str, outcome| edges.push(Edge { import: import.clone(), name: name.to_owned(), outcome });
            let (name, outcome) = self.import(module.name(), &import.name, import.item.as_deref())?;
            for step in steps(&import.name) {
                // To import what lies in a package takes no import of the package from whoever lies in it, too.
                let is_there = Dotted(module.name()).is_within(step);
                let is_named = step == import.name;
                let of_itself = name != import.name && module.name() == step;
                if (is_named && !of_itself) || !is_there {
                    let outcome = self.outcome(module.name(), step)?;
                    // Above what can be had there need be nothing.
                    if is_named || outcome.module().is_some() {
                        add(step, outcome);
                    }
                }
            }
            for part in self.starred(module, import)? {
                let outcome = self.outcome(module.name(), &part)?;
                if outcome.module().is_some() {
                    add(&part, outcome);
                }
            }
            if name != import.name {
                add(&name, outcome);
            }
        }
        Ok(edges)
    }
}

impl DryRun<'_> {
    /// The names of the modules that `from package import *` imports because `__all__` has them.
    fn starred(&self, importer: &PythonModule, import: &Import) -> PyResult<Vec<String>> {
        if import.item.as_deref() != Some("*") {
            return Ok(Vec::new());
        }
        let outcome = self.outcome(importer.name(), &import.name)?;
        let Some(package) = outcome.module().filter(|module| module.is_package()) else { return Ok(Vec::new()) };
        // What the package binds itself is no module that has to be imported.
        let (Ok(exported), Ok(bound)) = (package.exports(), package.attributes()) else { return Ok(Vec::new()) };
        let parts = exported.into_iter().filter(|name| !bound.contains(name));
        Ok(parts.map(|name| format!("{}.{name}", import.name)).collect())
    }
}

/// `a`, `a.b` and `a.b.c` of `a.b.c`; a name that leads beyond the top level is one piece.
pub(super) fn steps(name: &str) -> Vec<&str> {
    if name.starts_with('.') { vec![name] } else { Dotted(name).prefixes().collect() }
}
