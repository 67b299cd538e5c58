//! A Python exception as data.

use crate::limit::Limit;
use serde::{Deserialize, Serialize};
use std::{any::Any, fmt};

/// An exception that Python code raised: its data, read while it was fresh, and the exception itself.
///
/// It is part of an [`Error`](crate::Error), and goes to other threads with it. Written and read by serde it is its data.
#[derive(Serialize, Deserialize)]
pub struct Exception {
    pub(crate) kinds: Vec<String>,
    pub(crate) message: String,
    pub(crate) line: String,
    pub(crate) traceback: String,
    pub(crate) frames: Vec<Frame>,
    pub(crate) chain: Vec<Importer>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) limit: Option<Limit>,
    /// The exception itself, for the layer that knows the VM.
    #[serde(skip, default = "gone")]
    pub(crate) live: Box<dyn Any + Send + Sync>,
}

/// In place of an exception that is elsewhere.
fn gone() -> Box<dyn Any + Send + Sync> {
    Box::new(())
}

/// A module that asked for another one, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Importer {
    /// The `__name__` of the importing module.
    pub module: String,
    /// Its file, as tracebacks name it.
    pub file: String,
    /// The line of the import statement.
    pub line: usize,
}

/// A place in Python code that an exception came through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Frame {
    /// The file, as tracebacks name it.
    pub file: String,
    /// The line, 1-based.
    pub line: usize,
    /// The column in characters, 1-based; of an error of syntax only.
    pub column: Option<usize>,
    /// The name of the function, or `<module>`; absent for an error of syntax.
    pub function: Option<String>,
    /// The line's text, where the source has any.
    pub source: Option<String>,
}

impl Exception {
    /// The name of its class: `ValueError`.
    pub fn kind(&self) -> &str {
        self.kinds.first().map_or("", String::as_str)
    }

    /// The names of its class and of those that its class is derived from, nearest first.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Whether its class, or one that its class is derived from, has that name: a `KeyError` is a `LookupError`.
    pub fn is(&self, class: &str) -> bool {
        self.kinds.iter().any(|kind| kind == class)
    }

    /// Its message, without its class: `str(exception)`. Empty if its `__str__` raises.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The traceback as `python` prints it, with source text from every kind of source, notes and causes.
    pub fn traceback(&self) -> &str {
        &self.traceback
    }

    /// The frames of the traceback, outermost first. Of an error of syntax the last one is the place in the text.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The modules that were in the middle of an import statement when it was raised, innermost first. For a module
    /// that wasn't found this is the chain that asked for it.
    pub fn import_chain(&self) -> &[Importer] {
        &self.chain
    }

    /// The exit code that a `SystemExit` asks for, by the rules of `sys.exit`; `None` for another exception.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }
}

impl std::error::Error for Exception {}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.traceback.trim_end())
    }
}
