//! `exocet check`.

mod compare;
mod report;

use super::{
    Failure, args,
    dry::{Dry, Outcome},
    graph::walk::{Scan, Unreadable, steps, walk},
    imports,
    output::{self, JsonList},
    plan::{Plan, check_name},
    recording, sources,
};
use compare::Comparison;
use exocet::{Import, ImportKind, PythonModule, mapper};
use report::Report;
use serde::Serialize;
use std::{collections::HashSet, io::Write, process::ExitCode};

pub(crate) fn check(args: &args::Check) -> Result<ExitCode, Failure> {
    args.names.iter().try_for_each(|name| check_name(name))?;
    let plan = Plan::new(&args.mapping)?;
    let record = args.record.as_deref().map(recording::read).transpose()?;
    let sources = sources::open(&args.search)?;
    let runtime = sources::quiet_runtime(&sources)?;
    let realm = args.realm.then(|| sources::path_of(sources));
    let findings = runtime.enter(|vm| {
        let base = if args.empty { mapper::empty(vm) } else { mapper::pass_through(vm) };
        let dry = Dry::new(&plan, base, realm, vm)?;
        let mut checker = Checker { args, dry: &dry, members: HashSet::new(), findings: Vec::new() };
        let mut comparison = record.as_ref().map(|_| Comparison::default());
        let members = checker.members()?;
        checker.members.extend(members.iter().map(|module| module.name().to_owned()));
        walk(members, |module, scan| {
            if let (Some(comparison), Ok(scan)) = (&mut comparison, &scan) {
                comparison.expect(module, scan, &dry)?;
            }
            checker.visit(module, scan)
        })?;
        let mut findings = checker.findings;
        if let (Some(comparison), Some(record)) = (comparison, record) {
            findings.extend(comparison.with(&record, dry.path()));
        }
        Ok::<_, Failure>(findings)
    })?;
    let mut out = output::stdout();
    let count = |level| findings.iter().filter(|finding| finding.level() == level).count();
    if args.json {
        let mut list = JsonList::new(out);
        findings.iter().try_for_each(|finding| list.push(finding))?;
        list.finish()?;
    } else {
        let report = Report::for_choice(out.current_choice());
        findings.iter().try_for_each(|finding| writeln!(out, "{}\n", report.of(finding)))?;
        out.flush()?;
    }
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    output::complain(&format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")));
    Ok(ExitCode::from(u8::from(errors > 0)))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Something to report.
#[derive(Debug, Serialize)]
struct Finding {
    /// The importing module.
    module: Option<String>,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    /// What it imports.
    name: Option<String>,
    #[serde(serialize_with = "kind")]
    kind: Option<ImportKind>,
    verdict: Verdict,
    reason: String,
    /// The line of the text, and how many letters of it are meant, from the column on.
    #[serde(skip)]
    marked: Option<(String, usize)>,
}

fn kind<S: serde::Serializer>(kind: &Option<ImportKind>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(imports::kind).serialize(serializer)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Denied,
    Missing,
    Overridden,
    Unreadable,
    /// The run asked for it, and no import statement does.
    Dynamic,
    /// An import statement asks for it, and the run didn't.
    #[serde(rename = "never asked")]
    NeverAsked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Note,
}

impl Finding {
    fn level(&self) -> Level {
        match (self.verdict, self.kind) {
            (Verdict::Denied | Verdict::Missing, Some(ImportKind::TypeChecking)) => Level::Warning,
            (Verdict::Missing, Some(ImportKind::Try)) => Level::Warning,
            (Verdict::Denied | Verdict::Missing | Verdict::Unreadable, _) => Level::Error,
            (Verdict::Overridden | Verdict::Dynamic | Verdict::NeverAsked, _) => Level::Note,
        }
    }

    /// About an import statement of the module.
    fn of(module: &PythonModule, import: &Import, text: &str, name: String, verdict: Verdict, reason: String) -> Self {
        let length = |line: &str| written(line, import);
        Self {
            name: Some(name),
            kind: Some(import.kind),
            ..Self::at(module, text, Some(import.line), Some(import.column), length, verdict, reason)
        }
    }

    /// About a module that says nothing.
    fn unreadable(module: &PythonModule, error: Unreadable) -> Self {
        let text = error.text.unwrap_or_default();
        Self::at(module, &text, error.line, error.column, |_| 1, Verdict::Unreadable, error.message)
    }

    fn at(
        module: &PythonModule,
        text: &str,
        line: Option<usize>,
        column: Option<usize>,
        length: impl Fn(&str) -> usize,
        verdict: Verdict,
        reason: String,
    ) -> Self {
        let shown = line.and_then(|line| text.lines().nth(line - 1)).zip(column);
        let marked = shown.map(|(line, column)| {
            let rest: String = line.chars().skip(column - 1).collect();
            (line.to_owned(), length(&rest))
        });
        let (name, file) = (Some(module.name().to_owned()), module.origin());
        Self { module: name, file, line, column, name: None, kind: None, verdict, reason, marked }
    }
}

/// How many letters the imported name takes at the front of `line`.
fn written(line: &str, import: &Import) -> usize {
    let goes_on = |c: &char| c.is_alphanumeric() || *c == '_' || (*c == '.' && import.item.is_none());
    line.chars().take_while(goes_on).count().max(1)
}

struct Checker<'a> {
    args: &'a args::Check,
    dry: &'a Dry<'a>,
    /// The names of the modules that are under the mapper however they are come by.
    members: HashSet<String>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    /// The modules of the NAMEs, and all below them.
    fn members(&mut self) -> Result<Vec<PythonModule>, Failure> {
        let mut members = Vec::new();
        for name in &self.args.names {
            let module = self.dry.path().get(name).map_err(Failure::failed)?;
            for found in module.walk_modules() {
                match found {
                    Ok(found) => members.push(found),
                    Err(error) => {
                        let error = Unreadable { message: error.to_string(), line: None, column: None, text: None };
                        self.findings.push(Finding::unreadable(&module, error));
                    }
                }
            }
        }
        Ok(members)
    }

    /// Checks what a module imports, and gives the modules that are under the mapper for it.
    fn visit(&mut self, module: &PythonModule, scan: Result<Scan, Unreadable>) -> Result<Vec<PythonModule>, Failure> {
        let scan = match scan {
            Ok(scan) => scan,
            Err(error) => {
                self.findings.push(Finding::unreadable(module, error));
                return Ok(Vec::new());
            }
        };
        let mut next = Vec::new();
        for import in &scan.imports {
            let (name, outcome) = self.dry.import(module.name(), &import.name, import.item.as_deref())?;
            if import.kind != ImportKind::TypeChecking {
                self.enter(module, import, &outcome, &mut next)?;
            }
            let (verdict, reason) = match outcome {
                Outcome::Found(_) => continue,
                Outcome::Overridden { .. } | Outcome::Part { .. } if !self.args.overridden => continue,
                Outcome::Part { what, .. } => (Verdict::Overridden, format!("gets part of it: {what}")),
                Outcome::Overridden { by, .. } => (Verdict::Overridden, format!("gets {by}")),
                Outcome::Denied(why) => (Verdict::Denied, format!("denied by {why}")),
                Outcome::Missing(why) => (Verdict::Missing, why),
            };
            self.findings.push(Finding::of(module, import, &scan.text, name, verdict, reason));
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
    ) -> Result<(), Failure> {
        if !self.args.realm {
            return Ok(());
        }
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
}
