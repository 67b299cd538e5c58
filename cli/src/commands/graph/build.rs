//! Making a graph of what modules import.

use super::{Extent, Graph, Link, Module};
use crate::output::complain;
use exocet::{
    check::{DryRun, Edge, Outcome, Scan, walk},
    modules::{Kind, PythonModule, SearchPath},
    vm::PyResult,
};
use std::collections::{BTreeMap, BTreeSet};

/// A graph that is being made.
pub(super) struct Builder<'a> {
    extent: &'a Extent,
    dry: &'a DryRun<'a>,
    /// The search path of the places given.
    own: Option<SearchPath>,
    /// The top-level packages of the roots.
    tops: BTreeSet<String>,
    failed: bool,
    modules: BTreeMap<String, Module>,
    imports: Vec<Link>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(extent: &'a Extent, dry: &'a DryRun<'a>, own: Option<SearchPath>) -> Self {
        let (tops, modules) = (BTreeSet::new(), BTreeMap::new());
        Self { extent, dry, own, tops, failed: false, modules, imports: Vec::new() }
    }

    /// Makes the graph of `roots`, and finds out whether anything couldn't be read.
    pub(super) fn build(mut self, roots: Vec<PythonModule>) -> PyResult<(Graph, bool)> {
        let names = roots.iter().map(|root| root.name().to_owned()).collect();
        self.tops = roots.iter().map(|root| top(root.name()).to_owned()).collect();
        for root in &roots {
            self.add(root, true);
        }
        walk(roots, |module, scan| match scan {
            Ok(scan) => self.follow(module, &scan),
            Err(error) => {
                self.failed = true;
                let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
                complain(&format!("{}{line}: {}", module.origin().unwrap_or_default(), error.message));
                Ok(Vec::new())
            }
        })?;
        Ok((Graph::new(names, self.modules, self.imports), self.failed))
    }

    /// Adds what `module` imports, and returns the modules that are to be followed, too.
    fn follow(&mut self, module: &PythonModule, scan: &Scan) -> PyResult<Vec<PythonModule>> {
        let mut next = Vec::new();
        for Edge { import, name, outcome, .. } in self.dry.edges(module, scan, self.extent.type_checking)? {
            let to = match outcome.module() {
                Some(found) => {
                    let followed = self.is_followed(found);
                    self.add(found, followed);
                    next.extend(followed.then(|| found.clone()));
                    found.name().to_owned()
                }
                None => {
                    self.modules.entry(name.clone()).or_insert_with(|| absent(&name, &outcome));
                    name
                }
            };
            let (from, line, column) = (module.name().to_owned(), import.line, import.column);
            self.imports.push(Link { from, line, column, to, kind: import.kind, in_cycle: false });
        }
        Ok(next)
    }

    fn is_followed(&self, module: &PythonModule) -> bool {
        self.extent.all
            || match &self.own {
                Some(own) => own.get(module.name()).is_ok_and(|found| found == *module),
                None => self.tops.contains(top(module.name())),
            }
    }

    fn add(&mut self, module: &PythonModule, followed: bool) {
        self.modules.entry(module.name().to_owned()).or_insert_with(|| Module {
            name: module.name().to_owned(),
            origin: module.origin(),
            kind: match module.kind() {
                _ if module.is_native() => "built-in",
                Kind::Module => "module",
                Kind::Package => "package",
                Kind::Namespace => "namespace",
            },
            followed,
        });
    }
}

fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// What stands for a module that can't be looked at.
fn absent(name: &str, outcome: &Outcome) -> Module {
    let (kind, origin) = match outcome {
        Outcome::Denied(_) => ("denied", None),
        Outcome::Overridden { by, .. } => ("override", Some(by.trim_matches('`').to_owned())),
        Outcome::Found(_) => ("built-in", Some("built-in".to_owned())),
        _ => ("missing", None),
    };
    Module { name: name.to_owned(), origin, kind, followed: false }
}
