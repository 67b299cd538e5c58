//! `exocet lock`.

use super::{Failure, args, output, recording};
use exocet::Lock;
use std::{fs, io::Write, path::Path, process::ExitCode};

const ABOUT: &str =
    "# What ran once, made by `exocet lock` of a record. `exocet run --locked` lets nothing else run.\n\n";

const POLICY: &str =
    "# What was asked for and answered in a run, and nothing else. Made by `exocet lock` of a record.\n\n";

pub(crate) fn lock(args: &args::Lock) -> Result<ExitCode, Failure> {
    let lock = Lock::of(&recording::read(&args.record)?);
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

/// The lock in a file.
pub(super) fn read(file: &Path) -> Result<Lock, Failure> {
    let place = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::Usage(format!("can't open `{place}`: {error}")))?;
    Lock::from_toml(&text).map_err(|error| Failure::Usage(format!("can't read the lock `{place}`: {error}")))
}
