//! `exocet isolate run`.

use crate::{
    failure::Failure,
    isolated::{self, Bounds},
};
use clap::Args;
use exocet::Error;
use exocet_isolate::Snapshot;
use serde_json::Value;
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Call a function of a snapshot's, in a fresh isolate
#[derive(Debug, Args)]
#[command(after_long_help = "\
What it returns is printed as JSON; what it prints goes to stderr.
Exit code: 0; 1 if it raises or a limit is exceeded; 2 if the command line is wrong.")]
pub(crate) struct RunArgs {
    #[command(flatten)]
    bounds: Bounds,
    /// The snapshot
    #[arg(value_name = "SNAPSHOT")]
    snapshot: PathBuf,
    /// The function: MODULE.FUNCTION, or FUNCTION of a snapshot with one module
    #[arg(value_name = "FUNCTION")]
    function: String,
    /// Its arguments, each as JSON
    #[arg(value_name = "JSON", allow_hyphen_values = true, trailing_var_arg = true)]
    arguments: Vec<String>,
}

pub(super) fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    let arguments = args.arguments.iter().map(|text| {
        serde_json::from_str(text).map_err(|error| Failure::Usage(format!("`{text}` is no JSON: {error}")))
    });
    let arguments = arguments.collect::<Result<Vec<Value>, _>>()?;
    let snapshot = Snapshot::open(&args.snapshot, &isolated::guest()?, None).map_err(Failure::usage)?;
    let (module, function) = named(&snapshot, &args.function)?;
    let isolate = snapshot.isolate_with(&args.bounds.setup(true)).map_err(Failure::failed)?;
    let call = || -> Result<Value, Error> { isolate.module(&module)?.call(&function, arguments) };
    let result = call().map_err(|error| isolated::failure(&error))?;
    writeln!(io::stdout().lock(), "{result}")?;
    Ok(ExitCode::SUCCESS)
}

/// The module and the function.
fn named(snapshot: &Snapshot, written: &str) -> Result<(String, String), Failure> {
    if let Some((module, function)) = written.rsplit_once('.') {
        return Ok((module.to_owned(), function.to_owned()));
    }
    let modules: Vec<&str> = snapshot.modules().collect();
    match modules[..] {
        [module] => Ok((module.to_owned(), written.to_owned())),
        _ => Err(Failure::Usage(format!(
            "`{written}` is a function of which module? The snapshot has {}",
            modules.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ))),
    }
}
