//! `exocet man`.

use super::Cli;
use crate::{failure::Failure, output};
use clap::{Args, CommandFactory};
use std::{fs, path::PathBuf, process::ExitCode};

/// Write manual pages, one for each command
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exit code: 0; 1 if a page can't be written; 2 if the command line is wrong.

Example:
  exocet man ~/.local/share/man/man1 && man exocet-run")]
pub(crate) struct ManArgs {
    /// Where the pages go
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn man(args: &ManArgs) -> Result<ExitCode, Failure> {
    let place = args.folder.display();
    let written =
        fs::create_dir_all(&args.folder).and_then(|()| clap_mangen::generate_to(Cli::command(), &args.folder));
    written.map_err(|error| Failure::Failed(format!("can't write to `{place}`: {error}")))?;
    output::note(&format!("{place}: the manual pages"));
    Ok(ExitCode::SUCCESS)
}
