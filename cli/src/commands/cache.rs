//! `exocet cache`.

use crate::{disk_cache::folder, failure::Failure};
use clap::{Args, Subcommand};
use exocet::compile::{CacheInfo, DiskCache};
use indicatif::HumanBytes;
use serde_json::{Value, json};
use std::{
    fmt::{self, Display, Formatter},
    io::{self, Write},
    process::ExitCode,
};

/// Print what the cache of compiled code holds, or empty it
///
/// `run` and `load` keep the modules that they compile in the user's cache folder, or in EXOCET_CACHE_DIR where that is set;
/// isolates keep their guest there, and the memory of snapshots that were opened. An entry is used only for the very source
/// that it was made of; nothing is lost by emptying the cache but time.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    pub(crate) action: CacheAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Print where the cache is, how much it holds, and the size of that
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
    let place = folder.display().to_string();
    let modules = DiskCache::new(&folder);
    #[cfg(feature = "isolates")]
    let guests = exocet_isolate::GuestCache::new(&folder);
    let mut out = io::stdout().lock();
    match action {
        CacheAction::Info { json } => {
            let held = Held {
                modules: modules.info().map_err(Failure::failed)?,
                #[cfg(feature = "isolates")]
                isolates: guests.info().map_err(|error| Failure::failed(format!("{place}: {error}")))?,
            };
            match json {
                true => writeln!(out, "{}", held.json(&place))?,
                false => writeln!(out, "{place}: {held}")?,
            }
        }
        CacheAction::Clear => {
            let held = Held {
                modules: modules.clear().map_err(Failure::failed)?,
                #[cfg(feature = "isolates")]
                isolates: guests.clear().map_err(|error| Failure::failed(format!("{place}: {error}")))?,
            };
            writeln!(out, "{place}: removed {held}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the folder holds of each kind.
struct Held {
    modules: CacheInfo,
    #[cfg(feature = "isolates")]
    isolates: CacheInfo,
}

impl Held {
    fn json(&self, folder: &str) -> Value {
        let CacheInfo { entries, bytes } = self.modules;
        #[cfg_attr(not(feature = "isolates"), expect(unused_mut, reason = "nothing is added"))]
        let mut json = json!({"folder": folder, "entries": entries, "bytes": bytes});
        #[cfg(feature = "isolates")]
        {
            json["isolates"] = json!({"entries": self.isolates.entries, "bytes": self.isolates.bytes});
        }
        json
    }
}

impl Display for Held {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let CacheInfo { entries, bytes } = self.modules;
        write!(f, "{entries} {}, {}", if entries == 1 { "module" } else { "modules" }, HumanBytes(bytes))?;
        #[cfg(feature = "isolates")]
        if self.isolates.entries > 0 {
            write!(f, "; for isolates {}", HumanBytes(self.isolates.bytes))?;
        }
        Ok(())
    }
}
