//! Where the command line keeps compiled modules.

use clap::Args;
use exocet::{RuntimeBuilder, compile::DiskCache};
use std::{env, path::PathBuf};

#[derive(Debug, Default, Args)]
pub(crate) struct Caching {
    /// Compile every module anew, and keep nothing on the disk
    #[arg(long)]
    pub(crate) no_cache: bool,
}

impl Caching {
    /// Adds the cache to a runtime, unless the options forbid it.
    pub(crate) fn apply(&self, builder: RuntimeBuilder) -> RuntimeBuilder {
        match folder() {
            Some(folder) if !self.no_cache => builder.disk_cache(DiskCache::new(folder)),
            _ => builder,
        }
    }
}

/// The folder that EXOCET_CACHE_DIR names, or else that of the user. None for a user without a home.
pub(crate) fn folder() -> Option<PathBuf> {
    match env::var_os("EXOCET_CACHE_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => Some(folder.into()),
        None => Some(directories::ProjectDirs::from("", "", "exocet")?.cache_dir().to_owned()),
    }
}
