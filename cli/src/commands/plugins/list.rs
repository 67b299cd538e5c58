//! `exocet plugins list`.

use super::Which;
use crate::{
    failure::Failure,
    output::{self, CYAN, DIM, RED},
};
use clap::Args;
use exocet::plugins::{Facts, Found, Problem, Requirement};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

/// List plugins: name, version, origin, and how they were found
#[derive(Debug, Args)]
#[command(after_long_help = "\
Below a plugin stands what it requires, and what keeps it from being used: another plugin of its name that is
found first, a module that isn't there, a line that can't be understood. Modules that can't be read are reported
on stderr.
Exit code: 0; 1 if anything is wrong with a plugin that no other hides, or couldn't be listed or read; 2 if the
command line is wrong.

The JSON is {\"plugins\": [{\"name\", \"module\", \"attribute\", \"kind\", \"origin\", \"how\", \"distribution\", \"marks\",
\"loses\", \"problem\", \"version\", \"requires\", \"priority\"}], \"problems\": [{\"message\", \"module\", \"line\"}]}. What
isn't known is null.")]
pub(super) struct ListArgs {
    #[command(flatten)]
    which: Which,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn list(args: &ListArgs) -> Result<ExitCode, Failure> {
    let plugins = args.which.find()?;
    let rows: Vec<_> = plugins.discovered.plugins.iter().map(Row::of).collect();
    let failed = !plugins.discovered.problems.is_empty()
        || rows.iter().any(|row| row.found.loses.is_none() && row.found.problem.is_some());
    if args.json {
        let listing = Listing { plugins: &rows, problems: &plugins.discovered.problems };
        let mut out = output::stdout();
        writeln!(out, "{}", serde_json::to_string(&listing).map_err(Failure::failed)?)?;
        out.flush()?;
        return Ok(ExitCode::from(u8::from(failed)));
    }
    plugins.complain();
    let mut out = output::buffered_stdout();
    let width = |text: &dyn Fn(&Row) -> usize| rows.iter().map(text).max().unwrap_or(0);
    let name = width(&|row| row.found.name.chars().count());
    let version = width(&|row| row.shown_version().chars().count());
    let origin = width(&|row| row.origin().chars().count());
    for row in &rows {
        let (found, place, how) = (&row.found, row.origin(), row.found.how.to_string());
        let own = row.shown_version();
        writeln!(out, "{:name$}  {CYAN}{own:version$}{CYAN:#}  {DIM}{place:origin$}{DIM:#}  {how}", found.name)?;
        for mark in &found.marks {
            writeln!(out, "  {DIM}`{}` on line {}{DIM:#}", mark.name, mark.line)?;
        }
        for requirement in row.requires.iter().flatten() {
            writeln!(out, "  requires {requirement}")?;
        }
        if let Some(winner) = &found.loses {
            writeln!(out, "  hidden: {winner}")?;
        }
        if let Some(problem) = &found.problem {
            writeln!(out, "  {RED}{problem}{RED:#}")?;
        }
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(failed)))
}

#[derive(Serialize)]
struct Listing<'a> {
    plugins: &'a [Row],
    problems: &'a [Problem],
}

/// A plugin, with what it says of itself.
#[derive(Serialize)]
struct Row {
    /// Its problem may be with what it says of itself.
    #[serde(flatten)]
    found: Found,
    version: Option<String>,
    requires: Option<Vec<Requirement>>,
    priority: Option<i64>,
}

impl Row {
    fn of(found: &Found) -> Self {
        let mut found = found.clone();
        match found.handle().map(|_| found.facts()) {
            Some(Ok(Facts { version, requires, priority, .. })) => {
                return Row { found, version, requires: Some(requires), priority: Some(priority) };
            }
            Some(Err(error)) => found.problem = Some(Problem::from(&error)),
            None => {}
        }
        let version = found.distribution.as_ref().and_then(|distribution| distribution.version.clone());
        Row { found, version, requires: None, priority: None }
    }

    fn shown_version(&self) -> &str {
        self.version.as_deref().unwrap_or("-")
    }

    fn origin(&self) -> &str {
        self.found.origin.as_deref().unwrap_or("-")
    }
}
