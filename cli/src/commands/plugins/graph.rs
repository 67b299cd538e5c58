//! `exocet plugins graph`.

use super::{Which, required};
use crate::{
    commands::graph::{Extent, GraphFormat, graph_of, show},
    failure::Failure,
    plan::{Mapping, Plan},
};
use clap::Args;
use std::process::ExitCode;

/// Show what plugins import, and which plugins they require, without running them
#[derive(Debug, Args)]
#[command(after_long_help = "\
The graph is that of `exocet graph` for the plugins' modules, those left out that another plugin of their name
hides. What plugins require of one another is drawn beside that; a plugin that is required and isn't there, or has
another version, is a node of the kind missing.
Exit code: 0; 1 if anything couldn't be listed or read; 2 if the command line is wrong.

The JSON is that of `exocet graph`, with \"requires\": [{\"from\", \"to\", \"requirement\"}].")]
pub(super) struct GraphArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    mapping: Mapping,
    #[command(flatten)]
    extent: Extent,
    /// How to show it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: GraphFormat,
    /// Print a JSON object, as --format json does
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

pub(super) fn graph(args: &GraphArgs) -> Result<ExitCode, Failure> {
    let plugins = args.which.find()?;
    let plan = Plan::new(&args.mapping)?.obeying(&plugins.sources)?;
    let mut failed = plugins.complain();
    let usable = plugins.usable();
    let roots = usable.iter().filter_map(|(found, _)| found.handle().cloned()).collect();
    let (mut graph, unread) = graph_of(plugins.sources.clone(), &plan, &args.extent, |_| Ok(roots))?;
    failed |= unread;
    for (found, facts) in &usable {
        for requirement in facts.iter().flat_map(|facts| &facts.requires) {
            let to = required(requirement, &usable).ok().map(|other| other.module.as_str());
            graph.add_requirement(&found.module, to, &requirement.name, requirement.to_string());
        }
    }
    show(&graph, if args.json { GraphFormat::Json } else { args.format })?;
    Ok(ExitCode::from(u8::from(failed)))
}
