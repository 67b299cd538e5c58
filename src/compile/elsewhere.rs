//! Code that is compiled elsewhere than where it runs: in another process, or in another instance of WebAssembly, whose memory
//! nobody keeps.

use super::code::Code;
use rustpython_vm::compiler::CompileOpts;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Compiles modules for a runtime, see [`RuntimeBuilder::compiler`](crate::RuntimeBuilder::compiler).
pub trait Compiler: fmt::Debug + Send + Sync + 'static {
    /// What [`Unit::compile`] returns for this unit, wherever it is called. Without an answer the runtime compiles it itself.
    fn compile(&self, unit: &Unit<'_>) -> Option<Vec<u8>>;
}

/// The source of a module, and how it is to be compiled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unit<'a> {
    /// The bytes of its file.
    #[serde(with = "serde_bytes")]
    pub source: &'a [u8],
    /// The file, as tracebacks name it.
    pub file: &'a str,
    /// How far it is optimised: 0, 1 or 2, as `python` without `-O`, with it, and with `-OO`.
    pub optimize: u8,
    /// Whether instructions have columns as well as lines.
    pub columns: bool,
    /// How deep the compiler may recurse.
    pub recursion: usize,
}

impl Unit<'_> {
    /// The code as bytes, which are to be trusted as code is. Nothing for what only a running interpreter can compile, since it raises
    /// or warns.
    #[must_use]
    pub fn compile(&self) -> Option<Vec<u8>> {
        let mut options = CompileOpts::default();
        (options.optimize, options.debug_ranges) = (self.optimize, self.columns);
        options.recursion_limit = self.recursion;
        Code::compile(self.source, self.file, &options)?.to_bytes()
    }
}

/// Has a compiler compile bytes with the options of a runtime.
pub(super) fn compile(compiler: &dyn Compiler, bytes: &[u8], file: &str, options: &CompileOpts) -> Option<Code> {
    let unit = Unit {
        source: bytes,
        file,
        optimize: options.optimize,
        columns: options.debug_ranges,
        recursion: options.recursion_limit,
    };
    Code::from_bytes(&compiler.compile(&unit)?)
}
