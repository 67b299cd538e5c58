//! `exocet cache`.

use crate::{disk_cache::folder, failure::Failure};
use clap::{Args, Subcommand};
use exocet::compile::{CacheInfo, DiskCache};
use indicatif::HumanBytes;
use serde_json::json;
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Print what the cache of compiled modules holds, or empty it
///
/// `run` and `load` keep what they compile in the user's cache folder, or in EXOCET_CACHE_DIR where that is set. An entry
/// is used only for the very source that it was made of; nothing is lost by emptying the cache but time.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    pub(crate) action: CacheAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Print where the cache is, how many modules it holds, and their size
    Info {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Remove all that the cache holds
    Clear,
}

pub(crate) fn cache(action: &CacheAction) -> Result<ExitCode, Failure> {
    let folder = folder().ok_or_else(|| Failure::failed("there is no cache: this user has no home folder"))?;
    let cache = DiskCache::new(folder);
    let mut out = io::stdout().lock();
    match action {
        CacheAction::Info { json } => {
            let CacheInfo { entries, bytes } = cache.info().map_err(Failure::failed)?;
            let folder = cache.folder().display();
            match json {
                true => {
                    writeln!(out, "{}", json!({"folder": folder.to_string(), "entries": entries, "bytes": bytes}))?;
                }
                false => writeln!(out, "{folder}: {}", amount(entries, bytes))?,
            }
        }
        CacheAction::Clear => {
            let CacheInfo { entries, bytes } = cache.clear().map_err(Failure::failed)?;
            writeln!(out, "{}: removed {}", cache.folder().display(), amount(entries, bytes))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn amount(entries: u64, bytes: u64) -> String {
    format!("{entries} {}, {}", if entries == 1 { "module" } else { "modules" }, HumanBytes(bytes))
}
