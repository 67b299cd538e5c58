//! What a runtime did: each answer of a mapper, and each load, as values that can be kept, sent and compared.

use crate::{error::Importer, mapper::contract::Verdict};
use serde::{Deserialize, Serialize};

/// One thing that a runtime did, as an [`Observer`](crate::Observer) is notified of it.
///
/// A record, as the command line writes it, is one event a line, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A mapper answered.
    Decision(Decision),
    /// A module was loaded, or failed to be. It is reported when that is over, so inner loads come before outer ones.
    Load(Load),
    /// A file that isn't the module being loaded, text or bytecode became code. The same is reported once.
    Code(Code),
    /// A plugin was loaded, replaced or the like, or failed to be.
    Plugin(PluginChange),
}

/// What a mapper answered to one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decision {
    /// The absolute name that was asked for.
    pub name: String,
    /// Who asked, and where; absent where no Python code did.
    pub importer: Option<Importer>,
    /// The answer.
    pub answer: Verdict,
    /// Of the answer: the other name of a rename, the reason of a denial, the module of a fresh load, the names shown.
    pub detail: Option<String>,
    /// Which mapper answered, and by which of its rules.
    pub rule: String,
    /// When, in nanoseconds from the first event of the runtime.
    pub at: u64,
    /// How long the answer took, in nanoseconds.
    pub took: u64,
    /// The load in the middle of which it was asked.
    pub load: Option<u64>,
    /// The thread, by a number of its own.
    pub thread: u64,
}

/// A load that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Load {
    /// A number of its own in this runtime, in the order in which loads began.
    pub id: u64,
    /// The load in the middle of which this one began.
    pub parent: Option<u64>,
    /// The module.
    pub name: String,
    /// The file that it stands in, as `__file__` has it; `built-in`; absent for a namespace package.
    pub origin: Option<String>,
    /// BLAKE3 of the bytes of that file, in hexadecimal; absent where there is nothing to read.
    pub hash: Option<String>,
    /// Whether it was loaded fresh, or is the shared module of the interpreter.
    pub fresh: bool,
    /// Who asked, and where; absent where no Python code did.
    pub importer: Option<Importer>,
    /// When it began, in nanoseconds from the first event of the runtime.
    pub at: u64,
    /// How long finding, reading and compiling took, in nanoseconds; 0 where that can't be separated from running.
    pub compile: u64,
    /// How long its code ran, in nanoseconds, with all that it loaded meanwhile.
    pub run: u64,
    /// What it raised; absent if it is loaded.
    pub error: Option<String>,
    /// The thread, by a number of its own.
    pub thread: u64,
}

/// What became code, and is not the code of a module that was being loaded: a file that a program has compiled by its path, and what
/// `exec`, `eval`, `compile` and `marshal` are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Code {
    /// The file that it is said to stand in; `<string>` and the like for text without one.
    pub file: String,
    /// BLAKE3, in hexadecimal, of just what became code: of the bytes of a file or of bytecode, of text in UTF-8, of the shape of a
    /// syntax tree.
    pub hash: String,
    /// Who has it made, and where; absent where no Python code does.
    pub importer: Option<Importer>,
    /// When, in nanoseconds from the first event of the runtime.
    pub at: u64,
    /// The load in the middle of which it was made.
    pub load: Option<u64>,
    /// The thread, by a number of its own.
    pub thread: u64,
}

/// What became of a plugin, as [`plugins::Change`](crate::plugins::Change) has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PluginChange {
    /// The plugin.
    pub plugin: String,
    /// What became of it: `loaded`, `replaced`, `kept`, `failed`, `disabled`, `removed`.
    pub what: String,
    /// The generation that is at work now; 0 if none is.
    pub generation: u32,
    /// The generation that was at work before; 0 if none was.
    pub previous: u32,
    /// Why it was tried.
    pub why: Vec<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// When, in nanoseconds from the first event of the runtime.
    pub at: u64,
    /// The thread, by a number of its own.
    pub thread: u64,
}

impl PluginChange {
    /// A change at no time yet.
    pub(crate) fn new(
        plugin: &str,
        what: String,
        generations: (u32, u32),
        why: &[String],
        error: Option<&str>,
    ) -> Self {
        Self {
            plugin: plugin.to_owned(),
            what,
            generation: generations.0,
            previous: generations.1,
            why: why.to_vec(),
            error: error.map(str::to_owned),
            at: 0,
            thread: 0,
        }
    }
}
