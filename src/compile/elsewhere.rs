//! Code that is compiled elsewhere than where it runs: in another process, or in another instance of WebAssembly, whose memory
//! nobody keeps.

use super::{
    code::{Code, Key},
    compiler::compile_options,
    module_compiler::MODULE_COMPILER,
};
use crate::{error::Error, interpreter::limits, modules::handle::PythonModule};
use rustpython_vm::{PyResult, VirtualMachine, compiler::CompileOpts};
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

/// The code of a module, compiled ahead.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Compiled {
    /// See [`Unit::key`].
    pub key: String,
    /// See [`Unit::compile`].
    #[serde(with = "serde_bytes")]
    pub code: Vec<u8>,
}

/// The code of a module as a runtime would compile it, for another one that finds it by its key. Nothing for what only a running
/// interpreter can compile, since it warns; nor for a module that has no text.
///
/// # Errors
/// A module that can't be read or compiled.
pub fn compile_ahead_of_time(module: &PythonModule, vm: &VirtualMachine) -> PyResult<Option<Compiled>> {
    let raised = |error: Error| error.into_exception(vm);
    if module.source_and_path().is_none() {
        return Ok(None);
    }
    let (bytes, file) = (limits::current(vm).read_source(module, vm)?, module.origin().unwrap_or_default());
    let options = compile_options(vm);
    let Some(code) = Code::compile(&bytes, &file, &options) else {
        // What is wrong with it is found out as it is where the module is loaded.
        MODULE_COMPILER.of(vm).code(module, &bytes, vm)?;
        return Ok(None);
    };
    let code =
        code.to_bytes().ok_or_else(|| raised(Error::malformed(format!("{file}: its code has no form as bytes"))))?;
    Ok(Some(Compiled { key: Key::new(&bytes, &file, &options).to_string(), code }))
}

impl Unit<'_> {
    /// What stands for all that the code depends on: the source, the file, how it is to be compiled, and the compiler itself.
    #[must_use]
    pub fn key(&self) -> String {
        Key::new(self.source, self.file, &self.options()).to_string()
    }

    fn options(&self) -> CompileOpts {
        let mut options = CompileOpts::default();
        (options.optimize, options.debug_ranges) = (self.optimize, self.columns);
        options.recursion_limit = self.recursion;
        options
    }

    /// The code as bytes, which are to be trusted as code is. Nothing for what only a running interpreter can compile, since it raises
    /// or warns.
    #[must_use]
    pub fn compile(&self) -> Option<Vec<u8>> {
        Code::compile(self.source, self.file, &self.options())?.to_bytes()
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
