//! `exocet isolate info`.

use crate::{failure::Failure, isolated, output};
use clap::Args;
use exocet::observe::Event;
use exocet_isolate::Snapshot;
use indicatif::HumanBytes;
use serde_json::json;
use std::{io::Write, path::PathBuf, process::ExitCode};

/// Print what a snapshot holds, and what was decided about its imports
#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// Print a JSON object, with each decision
    #[arg(long)]
    json: bool,
    /// The snapshot
    #[arg(value_name = "SNAPSHOT")]
    snapshot: PathBuf,
}

pub(super) fn info(args: &InfoArgs) -> Result<ExitCode, Failure> {
    let snapshot = Snapshot::read(&args.snapshot, &isolated::guest()?).map_err(Failure::usage)?;
    let mut out = output::buffered_stdout();
    let modules: Vec<&str> = snapshot.modules().collect();
    if args.json {
        let about = json!({
            "modules": modules, "size": snapshot.size(), "content": snapshot.content(), "made_by": snapshot.made_by(),
            "hash_seed": snapshot.hash_seed(), "needs": snapshot.needs(), "events": snapshot.events(),
            "sources": snapshot.sources().iter().map(|(label, hash)| json!({"label": label, "hash": hash})).collect::<Vec<_>>(),
        });
        writeln!(out, "{about}")?;
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let decisions = snapshot.events().iter().filter(|event| matches!(event, Event::Decision(_))).count();
    writeln!(out, "modules    {}", modules.join(", "))?;
    writeln!(out, "memory     {}, of which {} hold something", bytes(snapshot.size()), bytes(snapshot.content()))?;
    for (label, hash) in snapshot.sources() {
        writeln!(out, "source     {label} ({})", &hash[..hash.len().min(16)])?;
    }
    writeln!(out, "imports    {decisions} decided while it was made")?;
    if let Some(needs) = snapshot.needs() {
        writeln!(out, "needs      {needs}")?;
    }
    writeln!(out, "hash seed  {}", snapshot.hash_seed())?;
    writeln!(out, "made by    exocet {}", snapshot.made_by())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn bytes(size: usize) -> HumanBytes {
    HumanBytes(size as u64)
}
