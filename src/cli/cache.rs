//! `exocet cache`, and where the command line keeps compiled modules.

use super::{
    Failure,
    args::{CacheAction, Caching},
};
use exocet::{Builder, CacheInfo, DiskCache};
use indicatif::HumanBytes;
use serde_json::json;
use std::{
    env,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

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

/// The folder that EXOCET_CACHE_DIR names, or else that of the user. None for a user without a home.
fn folder() -> Option<PathBuf> {
    match env::var_os("EXOCET_CACHE_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => Some(folder.into()),
        None => Some(directories::ProjectDirs::from("", "", "exocet")?.cache_dir().to_owned()),
    }
}

impl Caching {
    /// Gives the runtime the cache, unless the options say otherwise.
    pub(crate) fn apply(&self, builder: Builder) -> Builder {
        match folder() {
            Some(folder) if !self.no_cache => builder.disk_cache(DiskCache::new(folder)),
            _ => builder,
        }
    }
}
