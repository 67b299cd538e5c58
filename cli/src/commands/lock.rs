//! `exocet lock`.

use crate::{failure::Failure, output, recording};
use clap::Args;
use exocet::policy::Lockfile;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Make a lockfile and a policy of a recorded run
#[derive(Debug, Args)]
#[command(after_long_help = "\
RECORD is what `run --trace` wrote. The lockfile has each module that ran, with a hash of its file, and each
answer to each importer; the same record makes the same bytes. The policy allows what was asked for and
answered, to who asked, and nothing else.
Exit code: 0; 1 if RECORD is no record; 2 if the command line is wrong.

Example:
  exocet run --trace app.record app.py
  exocet lock --policy app.toml app.record > app.lock
  exocet run --locked app.lock app.py
      What app.py ran the first time, it may run again, and nothing that is new or changed.")]
pub(crate) struct LockArgs {
    /// Write a policy to FILE
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The record
    #[arg(value_name = "RECORD")]
    record: PathBuf,
}

const ABOUT: &str =
    "# What ran once, made by `exocet lock` of a record. `exocet run --locked` lets nothing else run.\n\n";

const POLICY: &str =
    "# What was asked for and answered in a run, and nothing else. Made by `exocet lock` of a record.\n\n";

pub(crate) fn lock(args: &LockArgs) -> Result<ExitCode, Failure> {
    let lock = Lockfile::of(&recording::read(&args.record)?);
    if let Some(file) = &args.policy {
        let text = format!("{POLICY}{}", lock.policy().to_toml());
        let place = file.display();
        fs::write(file, text).map_err(|error| Failure::Usage(format!("can't write to `{place}`: {error}")))?;
    }
    let mut out = output::stdout();
    write!(out, "{ABOUT}{}", lock.to_toml())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The lockfile at that path.
pub(super) fn read(file: &Path) -> Result<Lockfile, Failure> {
    let place = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::Usage(format!("can't open `{place}`: {error}")))?;
    Lockfile::from_toml(&text).map_err(|error| Failure::Usage(format!("can't read the lock `{place}`: {error}")))
}
