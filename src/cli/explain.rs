//! `exocet explain`.

use super::{
    Failure, args,
    dry::{Dry, Outcome, RENAMES},
    output::{self, BOLD, CYAN, DIM},
    plan::{Plan, check_name},
    sources,
};
use exocet::{Request, mapper, mapper::Step, record::Verdict};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

pub(crate) fn explain(args: &args::Explain) -> Result<ExitCode, Failure> {
    check_name(&args.importer)?;
    check_name(&args.name)?;
    let plan = Plan::new(&args.mapping)?;
    let runtime = sources::quiet_runtime(&sources::open(&args.search)?)?;
    let explained = runtime.enter(|vm| {
        let base = if args.empty { mapper::empty(vm) } else { mapper::pass_through(vm) };
        let dry = Dry::new(&plan, base, None, vm)?;
        let mut steps = Vec::new();
        let mut name = args.name.clone();
        // A rename is asked about anew, as in a run.
        loop {
            let request = Request::probe(&name).from_module(&args.importer);
            let (_, more) = dry.mapper().explain(&request, vm).map_err(|error| Failure::raised(&error, vm))?;
            let renamed = more.iter().rfind(|step| step.answer == Some(Verdict::Rename));
            let renamed = renamed.and_then(|step| step.detail.clone());
            steps.push((name, more));
            match renamed {
                Some(other) if steps.len() < RENAMES => name = other,
                _ => break,
            }
        }
        let outcome = dry.outcome(&args.importer, &args.name)?;
        Ok::<_, Failure>(Explained::new(args, steps, outcome))
    })?;
    let mut out = output::stdout();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&explained).map_err(Failure::failed)?)?;
    } else {
        explained.write(&mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(explained.is_nothing())))
}

/// What an import gets, and why.
#[derive(Serialize)]
struct Explained {
    importer: String,
    name: String,
    gets: &'static str,
    reason: String,
    steps: Vec<Shown>,
}

/// One mapper that was asked.
#[derive(Serialize)]
struct Shown {
    /// The name that it was asked for, which a rename changes.
    name: String,
    #[serde(flatten)]
    step: Step,
}

impl Explained {
    fn new(args: &args::Explain, steps: Vec<(String, Vec<Step>)>, outcome: Outcome) -> Self {
        let (gets, reason) = match outcome {
            Outcome::Found(Some(module)) => {
                ("found", module.origin().unwrap_or_else(|| "a namespace package".to_owned()))
            }
            Outcome::Found(None) => ("found", "the interpreter's own".to_owned()),
            Outcome::Overridden { by, .. } => ("overridden", by),
            Outcome::Part { what, .. } => ("part", what),
            Outcome::Denied(why) => ("denied", format!("by {why}")),
            Outcome::Missing(why) => ("missing", why),
        };
        let shown =
            |(name, steps): (String, Vec<Step>)| steps.into_iter().map(move |step| Shown { name: name.clone(), step });
        let steps = steps.into_iter().flat_map(shown);
        let (importer, name) = (args.importer.clone(), args.name.clone());
        Self { importer, name, gets, reason, steps: steps.collect() }
    }

    fn is_nothing(&self) -> bool {
        matches!(self.gets, "denied" | "missing")
    }

    fn write(&self, out: &mut impl Write) -> Result<(), Failure> {
        let Self { importer, name, gets, reason, .. } = self;
        writeln!(out, "{BOLD}{name}{BOLD:#}, imported by {BOLD}{importer}{BOLD:#}, is {CYAN}{gets}{CYAN:#}: {reason}")?;
        let mut asked = "";
        for Shown { name, step } in &self.steps {
            if asked != name {
                asked = name;
                writeln!(out, "asked for {asked}:")?;
            }
            let indent = "  ".repeat(step.depth + 1);
            let rule = step.rule.as_ref().map_or_else(String::new, |rule| format!(" {DIM}by {rule}{DIM:#}"));
            let answer = step.answer.map_or("raises".to_owned(), |answer| answer.to_string());
            let detail = match (&step.detail, step.answer) {
                // The rule says why.
                (Some(_), Some(Verdict::Denied)) | (None, _) => String::new(),
                (Some(detail), _) => format!(" {detail}"),
            };
            writeln!(out, "{indent}{}: {CYAN}{answer}{CYAN:#}{detail}{rule}", step.mapper)?;
        }
        Ok(())
    }
}
