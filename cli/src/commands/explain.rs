//! `exocet explain`.

use crate::{
    failure::Failure,
    output::{self, BOLD, CYAN, DIM},
    plan::{Mapping, Plan, check_name},
    sources::{self, Search},
};
use clap::Args;
use exocet::{
    Request,
    check::Outcome,
    mapper::{Step, Verdict},
    raw::Explained,
};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

/// Print what an import would get, and which mapper decides that, without loading anything
#[derive(Debug, Args)]
#[command(after_long_help = "\
The mappers are listed in the order in which they are asked, each indented below the one that asks it, with
its rule and its answer.
Exit code: 0 if the import would get something; 1 if not; 2 if the command line is wrong.

The JSON is {\"importer\", \"name\", \"gets\", \"reason\", \"steps\": [{\"name\", \"depth\", \"mapper\", \"rule\",
\"answer\", \"detail\"}]}. What it gets is found, overridden, attenuated, denied or missing.

Example:
  exocet explain --policy plugins.toml plugins.mail socket
      May the module `plugins.mail` import `socket`, and by which rule?")]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    mapping: Mapping,
    /// Let every import fail that no override answers
    #[arg(long)]
    empty: bool,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
    /// The module that imports
    importer: String,
    /// What it imports
    name: String,
}

pub(crate) fn explain(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    check_name(&args.importer)?;
    check_name(&args.name)?;
    let sources = sources::open(&args.search)?;
    let plan = Plan::new(&args.mapping)?.obeying(&sources)?;
    let runtime = sources::quiet_runtime(&sources)?;
    let explanation = runtime.enter(|vm| {
        let raise = |error| Failure::raised(&error, vm);
        let outcome = plan.dry_run(args.empty, vm)?.outcome(&args.importer, &args.name).map_err(raise)?;
        let request = Request::probe(&args.name).from_module(&args.importer);
        let mapper = plan.dry_mapper(args.empty, vm).map_err(raise)?;
        let explained = mapper.explain(&request, vm).map_err(raise)?;
        Ok::<_, Failure>(Explanation::new(args, explained, outcome))
    })?;
    let mut out = output::stdout();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&explanation).map_err(Failure::failed)?)?;
    } else {
        explanation.write(&mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(explanation.is_nothing())))
}

/// What an import gets, and why.
#[derive(Serialize)]
struct Explanation {
    importer: String,
    name: String,
    gets: &'static str,
    reason: String,
    steps: Vec<Asked>,
}

/// One mapper that was asked.
#[derive(Serialize)]
struct Asked {
    /// The name that it was asked for, which a rename changes.
    name: String,
    #[serde(flatten)]
    step: Step,
}

impl Explanation {
    fn new(args: &ExplainArgs, explained: Vec<Explained>, outcome: Outcome) -> Self {
        let (gets, reason) = match outcome {
            Outcome::Found(Some(module)) => {
                ("found", module.origin().unwrap_or_else(|| "a namespace package".to_owned()))
            }
            Outcome::Overridden { by, .. } => ("overridden", by),
            Outcome::Attenuated { names, .. } => ("attenuated", names),
            Outcome::Denied(why) => ("denied", format!("by {why}")),
            Outcome::Missing(why) => ("missing", why),
            // Then there is no module that could be looked at.
            _ => ("found", "the interpreter's own".to_owned()),
        };
        let asked = |Explained { name, steps, .. }: Explained| {
            steps.into_iter().map(move |step| Asked { name: name.clone(), step })
        };
        let steps = explained.into_iter().flat_map(asked).collect();
        Self { importer: args.importer.clone(), name: args.name.clone(), gets, reason, steps }
    }

    fn is_nothing(&self) -> bool {
        matches!(self.gets, "denied" | "missing")
    }

    fn write(&self, out: &mut impl Write) -> Result<(), Failure> {
        let Self { importer, name, gets, reason, .. } = self;
        writeln!(out, "{BOLD}{name}{BOLD:#}, imported by {BOLD}{importer}{BOLD:#}, is {CYAN}{gets}{CYAN:#}: {reason}")?;
        let mut last = "";
        for Asked { name, step } in &self.steps {
            if last != name {
                last = name;
                writeln!(out, "asked for {name}:")?;
            }
            let indent = "  ".repeat(step.depth + 1);
            let rule = step.rule.as_ref().map_or_else(String::new, |rule| format!(" {DIM}by {rule}{DIM:#}"));
            let answer = step.answer.map_or("raises".to_owned(), |answer| answer.to_string());
            let detail = match (&step.detail, step.answer) {
                // The rule has the reason.
                (Some(_), Some(Verdict::Denied)) | (None, _) => String::new(),
                (Some(detail), _) => format!(" {detail}"),
            };
            writeln!(out, "{indent}{}: {CYAN}{answer}{CYAN:#}{detail}{rule}", step.mapper)?;
        }
        Ok(())
    }
}
