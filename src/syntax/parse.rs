//! Parsing, on a stack that is large enough.

use super::nesting::{self, TooDeep};
use ruff_python_ast::ModModule;
use ruff_python_parser::parse_module;
use ruff_source_file::{LineIndex, PositionEncoding};
use ruff_text_size::TextSize;
use std::fmt;

/// Why a text can't be scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Too deeply nested to be parsed.
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
    /// Not Python.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// No thread could be started for text that needs a larger stack.
    #[error("can't start a thread for deeply nested text: {0}")]
    Thread(std::io::Error),
}

impl ScanError {
    /// The line, 1-based, that the error is about, where it is about one.
    pub fn line(&self) -> Option<usize> {
        match self {
            ScanError::TooDeep(error) => Some(error.line()),
            ScanError::Syntax(error) => Some(error.line),
            ScanError::Thread(_) => None,
        }
    }
}

/// Where a text stops being Python, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, 1-based.
    pub line: usize,
    /// The column in characters, 1-based.
    pub column: usize,
    /// The parser's message.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.message, self.line, self.column)
    }
}

impl std::error::Error for SyntaxError {}

/// Parses `text` and calls `f` with its tree, on a stack that is large enough for the tree to be walked and dropped.
pub(crate) fn parsed<R: Send>(text: &str, f: impl FnOnce(&ModModule) -> R + Send) -> Result<R, ScanError> {
    /// Deeper than anything that people write, and far from filling a thread's usual two megabytes.
    const SHALLOW: u32 = 300;
    const STACK: usize = 64 << 20;
    let deep = nesting::check(text)? > SHALLOW;
    let run = || match parse_module(text) {
        Ok(parsed) => Ok(f(parsed.syntax())),
        Err(error) => {
            let (line, column) = position(text, &LineIndex::from_source_text(text), error.location.start());
            Err(ScanError::Syntax(SyntaxError { line, column, message: error.error.to_string() }))
        }
    };
    // There are no threads there, and the stack is the host's to choose.
    if !deep || cfg!(target_family = "wasm") {
        return run();
    }
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).map_err(ScanError::Thread)?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

pub(super) fn position(text: &str, lines: &LineIndex, offset: TextSize) -> (usize, usize) {
    let place = lines.source_location(offset, text, PositionEncoding::Utf32);
    (place.line.get(), place.character_offset.get())
}
