//! What can be known of plugins, as values.

use crate::{error::Error, limit::Limit, observe::record::PluginChange};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// What a plugin, or one generation of it, is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// It was found, and isn't loaded yet.
    Found,
    /// It is at work.
    Loaded,
    /// It could not be loaded, and no older generation is at work.
    Failed,
    /// It isn't used, by a decision of the application's or because it failed too often.
    Disabled,
    /// A newer generation is at work in its place.
    Replaced,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Found => "found",
            State::Loaded => "loaded",
            State::Failed => "failed",
            State::Disabled => "disabled",
            State::Replaced => "replaced",
        })
    }
}

/// One plugin as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Its module.
    pub module: String,
    /// The file that the module stands in.
    pub origin: Option<String>,
    /// Its version, where it has one.
    pub version: Option<String>,
    /// What it is now.
    pub state: State,
    /// When it became that, in seconds of Unix time; absent where there is no clock for it.
    pub since: Option<f64>,
    /// The generation that is at work, counted from 1; the last one that was, or 0.
    pub generation: u32,
    /// How long the load of that generation took.
    pub took: Duration,
    /// Why it isn't loaded, or why the last attempt to replace it failed.
    pub error: Option<String>,
    /// When its turn is: the greatest first.
    pub priority: i64,
    /// The plugins that it requires, as it names them.
    pub requires: Vec<String>,
    /// How often the generation failed in hooks.
    pub failures: u32,
    /// Older generations that something still holds.
    pub replaced: Vec<u32>,
}

/// What became of one plugin, because something was asked for or has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The plugin.
    pub plugin: String,
    /// What became of it.
    pub what: What,
    /// The generation that is at work now; 0 if none is.
    pub generation: u32,
    /// The generation that was at work before; 0 if none was.
    pub previous: u32,
    /// Why: the files that have changed, the plugins that it requires and that were replaced.
    pub why: Vec<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// The traceback of what went wrong, where Python code raised it.
    pub traceback: Option<String>,
    /// How long the load took.
    pub took: Duration,
}

impl Change {
    pub(super) fn new(plugin: &str, what: What) -> Self {
        Self {
            plugin: plugin.to_owned(),
            what,
            generation: 0,
            previous: 0,
            why: Vec::new(),
            error: None,
            traceback: None,
            took: Duration::ZERO,
        }
    }

    /// The change as observers get it.
    pub(super) fn event(&self) -> PluginChange {
        let generations = (self.generation, self.previous);
        PluginChange::new(&self.plugin, self.what.to_string(), generations, &self.why, self.error.as_deref())
    }
}

/// What became of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum What {
    /// Its first generation, or the first after a failure, is at work.
    Loaded,
    /// A new generation is at work in place of the old one.
    Replaced,
    /// A new generation failed, and the old one stays.
    Kept,
    /// It could not be loaded, and no generation is at work.
    Failed,
    /// It isn't used any more.
    Disabled,
    /// It isn't found any more.
    Removed,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            What::Loaded => "loaded",
            What::Replaced => "replaced",
            What::Kept => "kept",
            What::Failed => "failed",
            What::Disabled => "disabled",
            What::Removed => "removed",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.plugin)?;
        match self.what {
            What::Replaced => write!(f, "replaced: generation {} follows {}", self.generation, self.previous)?,
            What::Kept => write!(f, "kept: generation {} stays", self.generation)?,
            What::Loaded => write!(f, "loaded: generation {}", self.generation)?,
            what => write!(f, "{what}")?,
        }
        if !self.why.is_empty() {
            write!(f, " ({})", self.why.join(", "))?;
        }
        self.error.as_ref().map_or(Ok(()), |error| write!(f, ": {error}"))
    }
}

/// Something that a plugin did wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// The plugin.
    pub plugin: String,
    /// Its generation.
    pub generation: u32,
    /// What it was in the middle of: `load`, `check`, `hook reply`, `save_state`, `load_state`, `close`.
    pub during: String,
    /// What went wrong.
    pub error: String,
    /// The traceback, where Python code raised it.
    pub traceback: Option<String>,
    /// The exit code of a `SystemExit`.
    pub exit_code: Option<i32>,
    /// The limit that was exceeded.
    pub limit: Option<Limit>,
    /// When, in seconds of Unix time; absent where there is no clock for it.
    pub at: Option<f64>,
}

impl Failure {
    pub(super) fn new(plugin: &str, generation: u32, during: impl Into<String>, error: &Error) -> Self {
        Self {
            plugin: plugin.to_owned(),
            generation,
            during: during.into(),
            error: error.to_string(),
            traceback: error.exception().map(|exception| exception.traceback().to_owned()),
            exit_code: error.exit_code(),
            limit: error.limit(),
            at: now(),
        }
    }
}

/// The time, in seconds of Unix time, where there is a clock for it.
pub(super) fn now() -> Option<f64> {
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    return std::time::SystemTime::UNIX_EPOCH.elapsed().ok().map(|elapsed| elapsed.as_secs_f64());
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    None
}
