//! Going from module to module by their import statements, without running any.

use exocet::{
    Import, PythonModule,
    scan::{self, ScanError},
};
use std::collections::{HashSet, VecDeque};

/// What a module's text says.
pub(crate) struct Scan {
    pub(crate) text: String,
    pub(crate) imports: Vec<Import>,
}

/// Why a module's text says nothing.
pub(crate) struct Unreadable {
    pub(crate) message: String,
    pub(crate) line: Option<usize>,
    pub(crate) column: Option<usize>,
    /// The text, where it is just no Python.
    pub(crate) text: Option<String>,
}

/// Shows `visit` each of `roots`, and then each module that it gives back, once by its name.
pub(crate) fn walk<E>(
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

/// What the module imports. A namespace package and a native module import nothing.
pub(crate) fn scan(module: &PythonModule) -> Result<Scan, Unreadable> {
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
                // Its place is told beside it.
                ScanError::Syntax(error) => (error.message, Some(error.column)),
                error => (error.to_string(), None),
            };
            Err(Unreadable { message, line, column, text: Some(text) })
        }
    }
}

/// `a`, `a.b` and `a.b.c` of `a.b.c`; a name that leads beyond the top level is one piece.
pub(crate) fn steps(name: &str) -> Vec<&str> {
    if name.starts_with('.') {
        return vec![name];
    }
    name.match_indices('.').map(|(at, _)| &name[..at]).chain([name]).collect()
}
