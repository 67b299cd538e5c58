//! What goes into a bundle, and what is left out.

use super::{
    distributions::{self, Distribution},
    resources::Resources,
};
use crate::failure::Failure;
use exocet::{
    check::{DryRun, Outcome, Scan, Unreadable, walk},
    modules::{PythonModule, SearchPath},
    observe::{Event, Load},
    syntax::{ImportKind, computed_imports},
    vm::{PyResult, VirtualMachine},
};
use std::collections::{BTreeMap, BTreeSet};

/// What is to go in.
pub(super) struct Wanted<'a> {
    /// Where the application's modules are.
    pub(super) own: &'a SearchPath,
    /// Whether modules of the standard library are to go in, too.
    pub(super) library: bool,
    /// What a run loaded.
    pub(super) record: Option<&'a [Event]>,
}

/// What goes in, and what doesn't.
#[derive(Default)]
pub(super) struct Contents {
    /// The application's modules, by name.
    pub(super) modules: BTreeMap<String, PythonModule>,
    /// Files beside the packages' modules.
    pub(super) resources: Resources,
    pub(super) distributions: Vec<Distribution>,
    /// Modules of the standard library, by name.
    pub(super) library: BTreeMap<String, PythonModule>,
    /// Names that nothing was found for, by whom, and whether something catches that.
    pub(super) missing: Vec<Asked>,
    /// Names that the policy denies.
    pub(super) denied: Vec<Asked>,
    /// What only a run can tell.
    pub(super) computed: Vec<Asked>,
    /// Modules whose imports can't be known.
    pub(super) unreadable: Vec<Asked>,
    has_library: bool,
}

/// Something that a module asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) struct Asked {
    /// The file, by its path in the bundle.
    pub(super) file: String,
    /// What is asked for.
    pub(super) name: String,
    /// The line, 1-based; 0 where there is none.
    pub(super) line: usize,
    /// Why it can't be had.
    pub(super) why: String,
}

impl Contents {
    pub(super) fn of(
        roots: Vec<PythonModule>,
        wanted: &Wanted<'_>,
        dry: &DryRun<'_>,
        vm: &VirtualMachine,
    ) -> Result<Self, Failure> {
        let mut contents = Self { has_library: wanted.library, ..Self::default() };
        let mut all = Vec::new();
        for root in roots {
            all.extend(parents(&root, wanted.own));
            all.push(root);
        }
        all.extend(recorded(wanted)?);
        for root in &all {
            contents.modules.insert(root.name().to_owned(), root.clone());
        }
        let walked = walk(all, |module, scan| contents.visit(module, scan, wanted, dry));
        walked.map_err(|error| Failure::raised(&error, vm))?;
        contents.resources = Resources::of(contents.modules.values())?;
        contents.distributions = distributions::of(wanted.own, &contents.paths())?;
        for list in [&mut contents.missing, &mut contents.denied, &mut contents.computed] {
            list.sort();
            // Once for each file is enough.
            list.dedup_by(|one, other| (&one.file, &one.name, &one.why) == (&other.file, &other.name, &other.why));
        }
        Ok(contents)
    }

    /// Takes in what a module imports, and returns what is to be looked at, too.
    fn visit(
        &mut self,
        module: &PythonModule,
        scan: Result<Scan, Unreadable>,
        wanted: &Wanted<'_>,
        dry: &DryRun<'_>,
    ) -> PyResult<Vec<PythonModule>> {
        let file = path_of(module).unwrap_or_default();
        let scan = match scan {
            Ok(scan) => scan,
            Err(error) => {
                let (line, why) = (error.line.unwrap_or(0), error.message);
                self.unreadable.push(Asked { file, line, name: module.name().to_owned(), why });
                return Ok(Vec::new());
            }
        };
        let is_own = self.modules.contains_key(module.name());
        let mut next = Vec::new();
        for edge in dry.edges(module, &scan, false)? {
            let asked =
                |why: String| Asked { file: file.clone(), line: edge.import.line, name: edge.name.clone(), why };
            match &edge.outcome {
                Outcome::Denied(_) if is_own => self.denied.push(asked("the policy denies it".to_owned())),
                outcome => match outcome.module() {
                    Some(found) => next.extend(self.add(found, wanted)),
                    // Of the library it is the library's own matter what isn't there.
                    None if is_own && matches!(outcome, Outcome::Missing(_)) => {
                        self.missing.push(asked(why_missing(edge.import.kind).to_owned()));
                    }
                    None => {}
                },
            }
        }
        if is_own {
            // Text that was scanned parses.
            for call in computed_imports(&scan.text).unwrap_or_default() {
                let named = call.name.as_ref().map(|name| dry.outcome(module.name(), name)).transpose()?;
                match named.as_ref().and_then(Outcome::module) {
                    Some(found) => {
                        next.extend(parents(found, wanted.own).iter().filter_map(|parent| self.add(parent, wanted)));
                        next.extend(self.add(found, wanted));
                    }
                    None => {
                        let why = "only a run can tell".to_owned();
                        self.computed.push(Asked { file: file.clone(), line: call.line, name: call.call, why });
                    }
                }
            }
        }
        Ok(next)
    }

    /// Takes a module in, where it belongs; returns it if it wasn't known.
    fn add(&mut self, found: &PythonModule, wanted: &Wanted<'_>) -> Option<PythonModule> {
        let is_own = wanted.own.get(found.name()).is_ok_and(|own| own == *found);
        let modules = if is_own { &mut self.modules } else { &mut self.library };
        let is_new = modules.insert(found.name().to_owned(), found.clone()).is_none();
        // The library is looked through where it is to go in.
        (is_new && (is_own || wanted.library)).then(|| found.clone())
    }

    /// The application's files, by their paths in the bundle.
    pub(super) fn files(&self) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
        let mut files = BTreeMap::new();
        for module in self.modules.values() {
            if let (Some(path), Some(bytes)) = (path_of(module), module.read().map_err(Failure::failed)?) {
                files.insert(path, bytes.to_vec());
            }
        }
        files.extend(self.resources.files.clone());
        for distribution in &self.distributions {
            files.extend(distribution.files.clone());
        }
        Ok(files)
    }

    /// The files of the library, where they are to go in.
    pub(super) fn library_files(&self) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
        let mut files = BTreeMap::new();
        for module in self.library.values().filter(|_| self.has_library) {
            if let (Some(path), Some(bytes)) = (path_of(module), module.read().map_err(Failure::failed)?) {
                files.insert(path, bytes.to_vec());
            }
        }
        Ok(files)
    }

    /// The modules of the library that are left to whoever runs the bundle.
    pub(super) fn left_to_library(&self) -> Vec<&str> {
        let names = self.library.iter().filter(|(_, module)| !self.has_library || path_of(module).is_none());
        names.map(|(name, _)| name.as_str()).collect()
    }

    fn paths(&self) -> BTreeSet<String> {
        self.modules.values().filter_map(path_of).collect()
    }
}

/// Where a module's file is in the bundle. A program is its `__main__`, wherever it stood.
fn path_of(module: &PythonModule) -> Option<String> {
    let (_, path) = module.source_and_path()?;
    Some(if module.name() == "__main__" { "__main__.py".to_owned() } else { path.to_owned() })
}

/// The packages that a module lies in.
fn parents(module: &PythonModule, own: &SearchPath) -> Vec<PythonModule> {
    let name = module.name();
    name.match_indices('.').filter_map(|(end, _)| own.get(&name[..end]).ok()).collect()
}

fn why_missing(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::TopLevel => "it isn't there, and the import fails",
        ImportKind::Try => "it isn't there, which is caught",
        _ => "it isn't there, and the import fails if it runs",
    }
}

/// The application's modules that a run loaded.
fn recorded(wanted: &Wanted<'_>) -> Result<Vec<PythonModule>, Failure> {
    let mut modules = Vec::new();
    for event in wanted.record.into_iter().flatten() {
        let Event::Load(Load { name, hash, fresh, error: None, .. }) = event else { continue };
        let Ok(module) = wanted.own.get(name) else { continue };
        if name == "__main__" {
            continue;
        }
        if !fresh {
            let message =
                format!("`{name}` was shared in the recorded run: a bundle's modules are fresh, as with `run --realm`");
            return Err(Failure::Failed(message));
        }
        let bytes = module.read().map_err(Failure::failed)?;
        if bytes.map(|bytes| blake3::hash(&bytes).to_hex().to_string()) != *hash {
            return Err(Failure::Failed(format!("`{name}` has changed since it was recorded")));
        }
        modules.extend(parents(&module, wanted.own));
        modules.push(module);
    }
    Ok(modules)
}
