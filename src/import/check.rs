//! Checking modules before they run: which of their imports would fail, and which get something else.

use super::{
    dry_run::{DryRun, Outcome},
    graph::{Scan, Unreadable, steps, walk},
};
use crate::{
    modules::handle::PythonModule,
    syntax::imports::{Import, ImportKind},
};
use rustpython_vm::PyResult;
use std::{collections::HashSet, sync::Arc};

/// One thing that a check found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finding {
    /// The module that imports, or that can't be read.
    pub module: PythonModule,
    /// The text of the module, as far as it can be read.
    pub text: Arc<str>,
    /// What was found.
    pub problem: Problem,
}

/// What a check found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Problem {
    /// An import that doesn't get the module that goes by its name.
    #[non_exhaustive]
    Import {
        /// The import statement's.
        import: Import,
        /// The absolute name that the outcome depends on.
        name: String,
        /// What the import would get.
        outcome: Outcome,
    },
    /// A module whose imports can't be known.
    Unreadable(Unreadable),
}

impl Finding {
    /// Whether the import or the module fails for certain: a denied or missing module, or one that can't be read. What is
    /// missing inside of `try`, and what only a type checker imports, is a warning; what is overridden, neither.
    #[must_use]
    pub fn is_error(&self) -> bool {
        match &self.problem {
            Problem::Unreadable(_) => true,
            Problem::Import { import, outcome: Outcome::Denied(_), .. } => import.kind != ImportKind::TypeChecking,
            Problem::Import { import, outcome: Outcome::Missing(_), .. } => {
                !matches!(import.kind, ImportKind::TypeChecking | ImportKind::Try)
            }
            Problem::Import { .. } => false,
        }
    }
}

/// Checks the imports of `roots` and of all below them; in a realm also of what they import from the realm. `observe` sees each
/// module with what it imports.
///
/// # Errors
/// What the mapper raises.
pub fn check(
    dry: &DryRun<'_>,
    roots: &[PythonModule],
    mut observe: impl FnMut(&PythonModule, &Scan) -> PyResult<()>,
) -> PyResult<Vec<Finding>> {
    let mut checker = Checker { dry, members: HashSet::new(), findings: Vec::new() };
    let members = checker.members(roots);
    checker.members = members.iter().map(|module| module.name().to_owned()).collect();
    walk(members, |module, scan| {
        if let Ok(scan) = &scan {
            observe(module, scan)?;
        }
        checker.visit(module, scan)
    })?;
    Ok(checker.findings)
}

struct Checker<'a> {
    dry: &'a DryRun<'a>,
    /// The names of the modules that are under the mapper however they are come by.
    members: HashSet<String>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn members(&mut self, roots: &[PythonModule]) -> Vec<PythonModule> {
        let mut members = Vec::new();
        for root in roots {
            for found in root.walk_modules() {
                match found {
                    Ok(found) => members.push(found),
                    Err(error) => {
                        let error = Unreadable { message: error.to_string(), line: None, column: None, text: None };
                        self.report(root, &Arc::from(""), Problem::Unreadable(error));
                    }
                }
            }
        }
        members
    }

    /// Checks what a module imports, and returns the modules that are under the mapper for it.
    fn visit(&mut self, module: &PythonModule, scan: Result<Scan, Unreadable>) -> PyResult<Vec<PythonModule>> {
        let scan = match scan {
            Ok(scan) => scan,
            Err(error) => {
                let text = Arc::from(error.text.as_deref().unwrap_or_default());
                self.report(module, &text, Problem::Unreadable(error));
                return Ok(Vec::new());
            }
        };
        let (mut next, text) = (Vec::new(), Arc::from(scan.text.as_str()));
        for import in &scan.imports {
            let (name, outcome) = self.dry.import(module.name(), &import.name, import.item.as_deref())?;
            if import.kind != ImportKind::TypeChecking {
                self.enter(module, import, &outcome, &mut next)?;
            }
            if !matches!(outcome, Outcome::Found(_)) {
                let import = import.clone();
                self.report(module, &text, Problem::Import { import, name, outcome });
            }
        }
        Ok(next)
    }

    /// Adds the modules of the realm that an import runs.
    fn enter(
        &self,
        module: &PythonModule,
        import: &Import,
        outcome: &Outcome,
        next: &mut Vec<PythonModule>,
    ) -> PyResult<()> {
        let mut add = |outcome: &Outcome| {
            let inside = outcome.module().filter(|module| self.dry.is_inside(module.name()));
            next.extend(inside.filter(|module| !self.members.contains(module.name())).cloned());
        };
        add(outcome);
        for step in steps(&import.name) {
            add(&self.dry.outcome(module.name(), step)?);
        }
        Ok(())
    }

    fn report(&mut self, module: &PythonModule, text: &Arc<str>, problem: Problem) {
        self.findings.push(Finding { module: module.clone(), text: text.clone(), problem });
    }
}
