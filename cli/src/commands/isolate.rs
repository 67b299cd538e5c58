//! `exocet isolate`.

mod build;
mod info;
mod run;

use crate::{failure::Failure, isolated};
use clap::{Args, Subcommand};
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Make snapshots of loaded modules, and run them in isolates: interpreters behind the walls of WebAssembly
#[derive(Debug, Args)]
#[command(after_long_help = "\
A snapshot is an interpreter whose modules are loaded, in one file. An isolate of it starts in a fraction of a
millisecond, sees nothing of the machine that wasn't handed in, and is bounded in all that it takes.
`exocet run --isolated FILE` runs a program in an isolate.

Examples:
  exocet isolate build --path plugins -o report.snapshot report
  exocet isolate run report.snapshot report.render '{\"title\": \"March\"}'
      Calls a function with values given as JSON, and prints what it returns.
  exocet isolate info report.snapshot")]
pub(crate) struct IsolateArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Build(build::BuildArgs),
    Run(run::RunArgs),
    Info(info::InfoArgs),
    /// Compile the guest for this machine ahead of its first use, and print where it is kept
    Prepare {
        /// Keep it in this folder, for a program that is installed with it
        #[arg(long, value_name = "FOLDER")]
        cache: Option<PathBuf>,
    },
}

pub(crate) fn isolate(args: &IsolateArgs) -> Result<ExitCode, Failure> {
    match &args.action {
        Action::Build(args) => build::build(args),
        Action::Run(args) => run::run(args),
        Action::Info(args) => info::info(args),
        Action::Prepare { cache } => prepare(cache.as_ref()),
    }
}

fn prepare(cache: Option<&PathBuf>) -> Result<ExitCode, Failure> {
    let builder = isolated::builder();
    let builder = match cache {
        Some(folder) => builder.cache(folder),
        None => builder,
    };
    let mut out = io::stdout().lock();
    for file in builder.prepare().map_err(Failure::failed)? {
        writeln!(out, "{}", file.display())?;
    }
    Ok(ExitCode::SUCCESS)
}
