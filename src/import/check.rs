//! Checking modules before they run: which of their imports would fail, and which get something else.

use super::{
    dry_run::{DryRun, Outcome},
    graph::{Scan, Unreadable, steps, walk},
    verdict::{Key, Obstacle, Verdicts},
};
use crate::{
    modules::handle::PythonModule,
    syntax::{
        dotted::Dotted,
        imports::{Import, ImportKind},
        names::Cause,
    },
};
use rustpython_vm::PyResult;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

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
    /// How much it matters.
    pub level: Level,
    /// Which of the modules that were asked about can't be loaded because of it.
    pub prevents: Vec<String>,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// An import that gets something else, or that fails and isn't come to as things are.
    Note,
    /// A failure that is caught, or that nothing is known to come to: the load gets by without it.
    Warning,
    /// One of the modules that were asked about can't be loaded because of it.
    Error,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A statement that raises, so that the module can't be loaded.
    #[non_exhaustive]
    Raises {
        /// The class of the exception, if it is known.
        exception: Option<String>,
        /// The line, 1-based.
        line: usize,
        /// The column in characters, 1-based.
        column: usize,
    },
}

impl Finding {
    /// Whether one of the modules that were asked about can't be loaded because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

/// What is taken for loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The modules that are asked about.
    Roots,
    /// All modules below them, too.
    Below,
}

/// Checks the imports of `roots` and of all below them; in a realm also of what they import from the realm. `observe` sees each
/// module with what it imports, and with what its imports get.
///
/// Each root is loaded on its own, as by [`Runtime::load`](crate::Runtime::load): a package with its own modules, another module
/// alone; in a realm they are loaded together. Errors are about what keeps a root from being loaded, as far as the texts decide
/// it. What a module is that loading the roots doesn't come to, is a warning.
///
/// # Errors
/// What the mapper raises.
pub fn check<'a>(
    dry: &DryRun<'a>,
    roots: &[PythonModule],
    extent: Extent,
    mut observe: impl FnMut(&PythonModule, &Scan, &DryRun<'a>) -> PyResult<()>,
) -> PyResult<Vec<Finding>> {
    let contexts: Vec<_> = contexts(dry, roots).into_iter().map(|roots| (dry.packages(&roots), roots)).collect();
    let (mut verdicts, mut findings) = (Verdicts::new(dry), Findings::default());
    for (dry, roots) in &contexts {
        let verdicts_here = verdicts.within(dry);
        let mut checker =
            Checker { dry, verdicts: verdicts_here, fatal: HashMap::new(), members: HashSet::new(), findings };
        match extent {
            Extent::Roots => roots.iter().try_for_each(|root| checker.judge(root))?,
            // What can't be listed is reported below.
            Extent::Below => {
                let mut below = roots.iter().flat_map(PythonModule::walk_modules).flatten();
                below.try_for_each(|module| checker.judge(&module))?;
            }
        }
        let members = checker.members(roots)?;
        checker.members = members.iter().map(|module| module.name().to_owned()).collect();
        walk(members, |module, scan| {
            if let Ok(scan) = &scan {
                observe(module, scan, dry)?;
            }
            checker.visit(module, scan)
        })?;
        (verdicts, findings) = (checker.verdicts, checker.findings);
    }
    Ok(findings.all)
}

/// The roots that are loaded together: all of a realm, each package with its own modules, and the other modules, which know
/// nothing of one another.
fn contexts(dry: &DryRun<'_>, roots: &[PythonModule]) -> Vec<Vec<PythonModule>> {
    let (mut realm, mut alone, mut packages) = (Vec::new(), Vec::new(), Vec::new());
    for root in roots {
        match root {
            root if dry.is_inside(root.name()) => realm.push(root.clone()),
            root if root.is_package() => packages.push(vec![root.clone()]),
            root => alone.push(root.clone()),
        }
    }
    [realm, alone].into_iter().chain(packages).filter(|context| !context.is_empty()).collect()
}

/// What was found, each thing once, in whichever contexts.
#[derive(Default)]
struct Findings {
    all: Vec<Finding>,
    /// By module, where they are among all.
    places: HashMap<String, Vec<usize>>,
}

impl Findings {
    fn add(&mut self, finding: Finding) {
        let places = self.places.entry(finding.module.name().to_owned()).or_default();
        match places.iter().find(|place| self.all[**place].problem == finding.problem) {
            Some(place) => {
                let known = &mut self.all[*place];
                known.level = known.level.max(finding.level);
                let new: Vec<_> = finding.prevents.into_iter().filter(|name| !known.prevents.contains(name)).collect();
                known.prevents.extend(new);
            }
            None => {
                places.push(self.all.len());
                self.all.push(finding);
            }
        }
    }
}

/// A module, and what raises there; nothing where the module can't be read.
type Place = (String, Option<Cause>);

struct Checker<'a> {
    dry: &'a DryRun<'a>,
    verdicts: Verdicts<'a>,
    /// What keeps roots from being loaded, and which.
    fatal: HashMap<Place, Vec<String>>,
    /// The names of the modules that are under the mapper however they are come by.
    members: HashSet<String>,
    findings: Findings,
}

impl Checker<'_> {
    /// Finds out whether a root can be loaded, and what keeps it from that.
    fn judge(&mut self, root: &PythonModule) -> PyResult<()> {
        self.verdicts.judge(root)?;
        let (mut places, mut seen) = (Vec::new(), HashSet::new());
        let parents = self.parents(root)?;
        let modules = parents.iter().chain([root]);
        let mut keys: Vec<_> = modules.map(|module| Key { name: module.name().to_owned(), is_shared: false }).collect();
        while let Some(key) = keys.pop() {
            if !seen.insert(key.clone()) {
                continue;
            }
            let Some(verdict) = self.verdicts.known(&key) else {
                places.push((key.name, None));
                continue;
            };
            for cause in verdict.causes() {
                places.push((key.name.clone(), Some(cause)));
                if let Cause::Import(number) = cause
                    && let Some(Obstacle::Module(other)) = verdict.obstacles.get(&number)
                    && !other.is_shared
                {
                    keys.push(other.clone());
                }
            }
        }
        for place in places {
            let prevented = self.fatal.entry(place).or_default();
            if !prevented.iter().any(|name| name == root.name()) {
                prevented.push(root.name().to_owned());
            }
        }
        Ok(())
    }

    /// The packages that are loaded before a module that lies in them.
    fn parents(&self, root: &PythonModule) -> PyResult<Vec<PythonModule>> {
        let mut parents = Vec::new();
        for name in Dotted(root.name()).prefixes().filter(|name| *name != root.name()) {
            if self.dry.is_own(root.name(), name)? {
                parents.extend(self.dry.outcome(root.name(), name)?.module().cloned());
            }
        }
        Ok(parents)
    }

    fn members(&mut self, roots: &[PythonModule]) -> PyResult<Vec<PythonModule>> {
        let mut members = Vec::new();
        for root in roots {
            members.extend(self.parents(root)?);
            for found in root.walk_modules() {
                match found {
                    Ok(found) => members.push(found),
                    Err(error) => {
                        let error = Unreadable { message: error.to_string(), line: None, column: None, text: None };
                        self.report(root, &Arc::from(""), Problem::Unreadable(error), Level::Warning, &[]);
                    }
                }
            }
        }
        Ok(members)
    }

    /// Checks what a module imports, and returns the modules that are under the mapper for it.
    fn visit(&mut self, module: &PythonModule, scan: Result<Scan, Unreadable>) -> PyResult<Vec<PythonModule>> {
        let scan = match scan {
            Ok(scan) => scan,
            Err(error) => {
                let text = Arc::from(error.text.as_deref().unwrap_or_default());
                self.report_failure(module, &text, Problem::Unreadable(error), None);
                return Ok(Vec::new());
            }
        };
        let verdict = self.verdicts.of(module)?;
        let key = Key { name: module.name().to_owned(), is_shared: false };
        let (sites, obstacles) = match &verdict {
            Some(verdict) => self.verdicts.with_functions(&key, verdict)?,
            None => Default::default(),
        };
        let (mut next, text) = (Vec::new(), Arc::from(scan.text.as_str()));
        let mut failed = HashSet::new();
        for (number, import) in scan.imports.iter().enumerate() {
            let is_reached = sites.get(number).is_none_or(|site| site.is_reached);
            if import.kind == ImportKind::Never && !is_reached {
                continue;
            }
            let (name, outcome) = self.dry.import(module.name(), &import.name, import.item.as_deref())?;
            if import.kind != ImportKind::TypeChecking {
                self.enter(module, import, &outcome, &mut next)?;
            }
            if let Some((name, outcome)) = self.problem(obstacles.get(&number), import, (name, outcome)) {
                let is_failure = matches!(outcome, Outcome::Denied(_) | Outcome::Missing(_) | Outcome::Fails(_));
                let is_fatal = self.fatal.contains_key(&(module.name().to_owned(), Some(Cause::Import(number))));
                if matches!(outcome, Outcome::Fails(_)) && !failed.insert((name.clone(), is_fatal)) {
                    // Each further import of what fails would say the same.
                    continue;
                }
                let problem = Problem::Import { import: import.clone(), name, outcome };
                match is_failure && (is_reached || import.kind == ImportKind::TypeChecking) {
                    true => self.report_failure(module, &text, problem, Some(Cause::Import(number))),
                    false => self.report(module, &text, problem, Level::Note, &[]),
                }
            }
        }
        let failures = verdict.iter().flat_map(|verdict| &verdict.run.failures);
        let raised = failures.filter_map(|failure| match failure.cause {
            Cause::Statement(place) => Some((place, failure.class.as_ref().map(|class| class.name().to_owned()))),
            Cause::Import(_) => None,
        });
        for ((line, column), exception) in raised {
            let cause = Cause::Statement((line, column));
            self.report_failure(module, &text, Problem::Raises { exception, line, column }, Some(cause));
        }
        Ok(next)
    }

    /// What there is to report of an import, and the name that it is about. What goes wrong in a module that is checked itself is
    /// reported there.
    fn problem(
        &self,
        obstacle: Option<&Obstacle>,
        import: &Import,
        (name, outcome): (String, Outcome),
    ) -> Option<(String, Outcome)> {
        if matches!(outcome, Outcome::Denied(_) | Outcome::Missing(_)) {
            return Some((name, outcome));
        }
        match obstacle {
            Some(Obstacle::Lacks(module)) => {
                Some((import.dotted(), Outcome::Fails(format!("`{module}` has no such name"))))
            }
            Some(Obstacle::Module(key)) if key.is_shared => Some((key.name.clone(), Outcome::Fails(self.why(key)))),
            _ => (!matches!(outcome, Outcome::Found(_))).then_some((name, outcome)),
        }
    }

    /// Why a module fails that isn't checked itself: what the first of its failures comes to.
    fn why(&self, key: &Key) -> String {
        let mut key = key;
        loop {
            let Some(verdict) = self.verdicts.known(key) else { return format!("`{}` can't be read", key.name) };
            let Some(failure) = verdict.run.failures.first() else { return "it fails".to_owned() };
            let number = match &failure.cause {
                Cause::Import(number) => number,
                Cause::Statement((line, _)) => {
                    let class = failure.class.as_ref().map_or("an exception", |class| class.name());
                    return format!("line {line} of `{}` raises {class}", key.name);
                }
            };
            let import = &self.verdicts.imports(key)[*number];
            match verdict.obstacles.get(number) {
                Some(Obstacle::Module(next)) if next != key => key = next,
                Some(Obstacle::Lacks(module)) => {
                    return format!("line {} of `{}` asks `{module}` for a name that it lacks", import.line, key.name);
                }
                _ => {
                    return format!(
                        "line {} of `{}` imports `{}`, which isn't there",
                        import.line, key.name, import.name
                    );
                }
            }
        }
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

    /// Reports a failure, which is an error if it keeps a root from being loaded.
    fn report_failure(&mut self, module: &PythonModule, text: &Arc<str>, problem: Problem, cause: Option<Cause>) {
        let prevents = self.fatal.get(&(module.name().to_owned(), cause)).cloned().unwrap_or_default();
        let level = if prevents.is_empty() { Level::Warning } else { Level::Error };
        self.report(module, text, problem, level, &prevents);
    }

    fn report(&mut self, module: &PythonModule, text: &Arc<str>, problem: Problem, level: Level, prevents: &[String]) {
        let (module, text, prevents) = (module.clone(), text.clone(), prevents.to_vec());
        self.findings.add(Finding { module, text, problem, level, prevents });
    }
}
