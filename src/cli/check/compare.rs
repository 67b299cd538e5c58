//! What a run asked for, beside what its import statements ask for.

use super::{Finding, Verdict};
use crate::cli::{
    Failure,
    dry::Dry,
    graph::walk::{Scan, scan, steps},
};
use exocet::{
    Import, ImportKind, Importer, PythonModule, SearchPath,
    record::{Decision, Event, Verdict as Answer},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is to be expected of a run, gathered module by module.
#[derive(Default)]
pub(crate) struct Comparison {
    statements: HashMap<String, Statements>,
    /// The modules by their files. A program is known by its file: its name is `__main__`.
    files: HashMap<String, String>,
    /// By the importing module and the imported name.
    expected: BTreeMap<(String, String), Finding>,
}

/// The names that the import statements of a module can make it ask for.
#[derive(Default)]
struct Statements {
    names: HashSet<String>,
    /// The modules that a `*` takes any item of.
    stars: HashSet<String>,
}

impl Statements {
    fn of(imports: &[Import]) -> Self {
        let mut statements = Self::default();
        for import in imports {
            statements.names.extend(steps(&import.name).into_iter().map(str::to_owned));
            match import.item.as_deref() {
                Some("*") => drop(statements.stars.insert(import.name.clone())),
                Some(_) => drop(statements.names.insert(import.dotted())),
                None => {}
            }
        }
        statements
    }

    fn have(&self, name: &str) -> bool {
        self.names.contains(name) || name.rsplit_once('.').is_some_and(|(module, _)| self.stars.contains(module))
    }
}

impl Comparison {
    /// Expects what the module's import statements ask for.
    pub(crate) fn expect(&mut self, module: &PythonModule, scan: &Scan, dry: &Dry<'_>) -> Result<(), Failure> {
        let importer = module.name().to_owned();
        if let Some(file) = module.origin() {
            self.files.insert(file, importer.clone());
        }
        self.statements.insert(importer.clone(), Statements::of(&scan.imports));
        for import in scan.imports.iter().filter(|import| import.kind != ImportKind::TypeChecking) {
            let (part, _) = dry.import(&importer, &import.name, import.item.as_deref())?;
            for name in BTreeSet::from([import.name.clone(), part]) {
                let reason = "no decision of the record is about it".to_owned();
                let finding = || Finding::of(module, import, &scan.text, name.clone(), Verdict::NeverAsked, reason);
                self.expected.entry((importer.clone(), name.clone())).or_insert_with(finding);
            }
        }
        Ok(())
    }

    /// The differences from the record: what only the run asked for, then what only the statements ask for.
    pub(crate) fn with(mut self, record: &[Event], path: &SearchPath) -> Vec<Finding> {
        let decisions = record.iter().filter_map(|event| match event {
            Event::Decision(decision) => Some(decision),
            _ => None,
        });
        let mut renamed = HashSet::new();
        let mut dynamic: BTreeMap<(Option<String>, &str), Finding> = BTreeMap::new();
        for decision in decisions {
            let importer = decision.importer.as_ref().map(|importer| self.name_of(importer));
            if let (Answer::Rename, Some(other)) = (decision.answer, &decision.detail) {
                // The other name is asked for next, on behalf of the same importer.
                renamed.insert((importer.clone(), other.clone()));
            }
            let is_known = match &importer {
                Some(importer) => {
                    self.expected.remove(&(importer.clone(), decision.name.clone()));
                    self.statements_of(importer, path).have(&decision.name)
                }
                None => false,
            };
            if !is_known && !renamed.contains(&(importer.clone(), decision.name.clone())) {
                dynamic.entry((importer.clone(), &decision.name)).or_insert_with(|| found(importer, decision));
            }
        }
        let mut missed: Vec<_> = self.expected.into_values().collect();
        let place = |finding: &Finding| (finding.module.clone(), finding.line, finding.column, finding.name.clone());
        missed.sort_by_key(place);
        dynamic.into_values().chain(missed).collect()
    }

    fn name_of(&self, importer: &Importer) -> String {
        if self.statements.contains_key(&importer.module) {
            return importer.module.clone();
        }
        self.files.get(&importer.file).unwrap_or(&importer.module).clone()
    }

    /// The statements of any module that can be found, checked or not.
    fn statements_of(&mut self, importer: &str, path: &SearchPath) -> &Statements {
        self.statements.entry(importer.to_owned()).or_insert_with(|| {
            let scan = path.get(importer).ok().and_then(|module| scan(&module).ok());
            scan.map_or_else(Statements::default, |scan| Statements::of(&scan.imports))
        })
    }
}

fn found(importer: Option<String>, decision: &Decision) -> Finding {
    let place = decision.importer.as_ref();
    Finding {
        module: importer,
        file: place.map(|importer| importer.file.clone()),
        line: place.map(|importer| importer.line),
        column: None,
        name: Some(decision.name.clone()),
        kind: None,
        verdict: Verdict::Dynamic,
        reason: format!("{} by {}", decision.answer, decision.rule),
        marked: None,
    }
}
