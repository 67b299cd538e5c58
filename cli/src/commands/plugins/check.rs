//! `exocet plugins check`.

use super::{Which, required};
use crate::{
    commands::check::{item::Item, show},
    failure::Failure,
    plan::{Mapping, Plan},
    sources,
};
use clap::Args;
use exocet::check::Extent;
use std::process::ExitCode;

/// Report which plugins can't be loaded, and why, without running them
#[derive(Debug, Args)]
#[command(after_long_help = "\
Each plugin that no other of its name hides is checked as `exocet check` checks a NAME: an import that fails and
that nothing catches is an error. So is a plugin whose module isn't there, one that says of itself what can't be
understood, and one that requires a plugin that isn't there or has another version.
Exit code: 0; 1 if there are errors; 2 if the command line is wrong.

The JSON is that of `exocet check`. A plugin that can't be used has the verdict unusable, and its own name.")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    mapping: Mapping,
    /// Print a JSON list
    #[arg(long)]
    json: bool,
}

pub(super) fn check(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let plugins = args.which.find()?;
    let plan = Plan::new(&args.mapping)?.obeying(&plugins.sources)?;
    let mut items = Vec::new();
    for problem in &plugins.discovered.problems {
        let name = problem.module.clone().unwrap_or_else(|| "?".to_owned());
        items.push(Item::unusable(&name, problem.module.clone(), None, problem.line, problem.message.clone()));
    }
    for found in plugins.discovered.plugins.iter().filter(|found| found.loses.is_none()) {
        if let Some(problem) = &found.problem {
            let reason = problem.message.clone();
            items.push(Item::unusable(&found.name, Some(found.module.clone()), None, problem.line, reason));
        }
    }
    let usable = plugins.usable();
    for (found, facts) in &usable {
        let about =
            |line, reason| Item::unusable(&found.name, Some(found.module.clone()), found.origin.clone(), line, reason);
        match facts {
            Ok(facts) => {
                let unmet = facts.requires.iter().filter_map(|requirement| required(requirement, &usable).err());
                items.extend(unmet.map(|reason| about(None, reason)));
            }
            Err(error) => items.push(about(error.line(), error.to_string())),
        }
    }
    // What can't be read has been reported.
    let modules = usable.iter().filter_map(|(found, _)| found.handle());
    let roots: Vec<_> = modules.filter(|module| module.imports().is_ok()).cloned().collect();
    let runtime = sources::quiet_runtime(&plugins.sources)?;
    let findings = runtime.enter(|vm| {
        let dry = plan.dry_run(false, vm)?;
        let findings = exocet::check::check(&dry, &roots, Extent::Roots, |_, _, _| Ok(()));
        findings.map_err(|error| Failure::raised(&error, vm))
    })?;
    items.extend(findings.into_iter().map(Item::from).filter(|item| !item.is_overridden()));
    show(&items, args.json)
}
