//! `exocet completions`.

use super::Cli;
use crate::{failure::Failure, output};
use clap::CommandFactory;
use clap_complete::Shell;
use std::{io::Write, process::ExitCode};

pub(crate) fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "exocet", &mut script);
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
