//! What a run asked for, beside what its import statements ask for.

use super::item::{Item, Level, Verdict};
use exocet::{
    check::{DryRun, Scan, scan},
    error::Importer,
    modules::{PythonModule, SearchPath},
    observe::{Decision, Event, Verdict as Answer},
    syntax::{Import, ImportKind},
    vm::PyResult,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is to be expected of a run, gathered module by module.
#[derive(Default)]
pub(super) struct Comparison {
    statements: HashMap<String, Statements>,
    /// The modules by their files. A program is known by its file: its name is `__main__`.
    files: HashMap<String, String>,
    /// By the importing module and the imported name.
    expected: BTreeMap<(String, String), Item>,
}

/// The names that the import statements of a module can make it ask for.
#[derive(Default)]
struct Statements {
    /// Each stands for what it lies in, too.
    names: BTreeSet<String>,
    /// The modules that a `*` takes any item of.
    stars: HashSet<String>,
}

impl Statements {
    fn of(imports: &[Import]) -> Self {
        let mut statements = Self::default();
        for import in imports {
            statements.names.insert(import.name.clone());
            match import.item.as_deref() {
                Some("*") => drop(statements.stars.insert(import.name.clone())),
                Some(_) => drop(statements.names.insert(import.dotted())),
                None => {}
            }
        }
        statements
    }

    fn have(&self, name: &str) -> bool {
        let inside = format!("{name}.");
        let is_parent = || self.names.range(inside.clone()..).next().is_some_and(|other| other.starts_with(&inside));
        let is_starred = || name.rsplit_once('.').is_some_and(|(module, _)| self.stars.contains(module));
        self.names.contains(name) || is_parent() || is_starred()
    }
}

impl Comparison {
    /// Expects what the module's import statements ask for.
    pub(super) fn expect(&mut self, module: &PythonModule, scan: &Scan, dry: &DryRun<'_>) -> PyResult<()> {
        let importer = module.name().to_owned();
        if let Some(file) = module.origin() {
            self.files.insert(file, importer.clone());
        }
        self.statements.insert(importer.clone(), Statements::of(&scan.imports));
        let is_run = |import: &&Import| !matches!(import.kind, ImportKind::TypeChecking | ImportKind::Never);
        for import in scan.imports.iter().filter(is_run) {
            let (part, _) = dry.import(&importer, &import.name, import.item.as_deref())?;
            for name in BTreeSet::from([import.name.clone(), part]) {
                let item = || Item::never_asked(module, import, &scan.text, name.clone());
                self.expected.entry((importer.clone(), name.clone())).or_insert_with(item);
            }
        }
        Ok(())
    }

    /// The differences from the record: what only the run asked for, then what only the statements ask for.
    pub(super) fn with(mut self, record: &[Event], path: &SearchPath) -> Vec<Item> {
        let decisions = record.iter().filter_map(|event| match event {
            Event::Decision(decision) => Some(decision),
            _ => None,
        });
        let mut renamed = HashSet::new();
        let mut dynamic: BTreeMap<(Option<String>, &str), Item> = BTreeMap::new();
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
                dynamic.entry((importer.clone(), &decision.name)).or_insert_with(|| dynamic_item(importer, decision));
            }
        }
        let mut missed: Vec<_> = self.expected.into_values().collect();
        missed.sort_by_key(|item| (item.module.clone(), item.line, item.column, item.name.clone()));
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

/// About what only the run asked for.
fn dynamic_item(importer: Option<String>, decision: &Decision) -> Item {
    let place = decision.importer.as_ref();
    Item {
        module: importer,
        file: place.map(|importer| importer.file.clone()),
        line: place.map(|importer| importer.line),
        column: None,
        name: Some(decision.name.clone()),
        kind: None,
        verdict: Verdict::Dynamic,
        reason: format!("{} by {}", decision.answer, decision.rule),
        level: Level::Note,
        prevents: Vec::new(),
        marked: None,
    }
}
