//! `exocet isolate build`.

use crate::{
    failure::Failure,
    isolated::{self, Bounds},
    output,
    plan::{Mapping, Plan, check_name},
    sources::{self, Search},
};
use clap::Args;
use exocet_isolate::Snapshot;
use indicatif::HumanBytes;
use std::{path::PathBuf, process::ExitCode};

/// Load modules in an isolate, and write it into a file
#[derive(Debug, Args)]
#[command(after_long_help = "\
All files below each --path are handed in, and are part of the snapshot. Its modules see one another, and what
they import is decided by the options, also after the snapshot was made.
Exit code: 0; 1 if a module can't be loaded; 2 if the command line is wrong.")]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    mapping: Mapping,
    #[command(flatten)]
    bounds: Bounds,
    /// Let every import fail that no override answers
    #[arg(long)]
    empty: bool,
    /// The file that is written
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The modules that are loaded
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

pub(super) fn build(args: &BuildArgs) -> Result<ExitCode, Failure> {
    args.names.iter().try_for_each(|name| check_name(name))?;
    let sources = sources::open(&args.search)?;
    let imports = Plan::new(&args.mapping)?.obeying(&sources)?.imports(args.empty)?;
    let mut builder = Snapshot::builder().imports(&imports).setup(args.bounds.setup(true));
    for source in sources {
        builder = builder.shared_source(source);
    }
    if let Some(seed) = args.bounds.hash_seed() {
        builder = builder.hash_seed(seed);
    }
    let builder = args.names.iter().fold(builder, |builder, name| builder.load(name));
    let snapshot = builder.build(&isolated::guest()?).map_err(|error| isolated::failure(&error))?;
    snapshot.save(&args.output).map_err(Failure::failed)?;
    let (file, content) = (args.output.display(), HumanBytes(snapshot.content() as u64));
    output::note(&format!("{file}: {} loaded, {content}", args.names.join(", ")));
    Ok(ExitCode::SUCCESS)
}
