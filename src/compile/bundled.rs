//! Compiled code in bundles. It has no places in it: which file it is of, is put in where it is used.

use super::{
    code::{COMPILER, Code},
    compiler::RECURSION_LIMIT,
};
use crate::source::{
    bundle::{Bundle, OWN, UNITS},
    bundle_builder::BundleBuilder,
    contract::Source,
};
use rustpython_vm::compiler::CompileOpts;

impl BundleBuilder {
    /// Adds the compiled code of the application's modules, so that an Exocet of the same version needn't compile them. A module that is
    /// no Python, or that the compiler warns about, is compiled where it is loaded. Optimising runtimes compile as ever.
    pub fn compiled(mut self) -> Self {
        let is_module = |path: &str| path.ends_with(".py") && !path.starts_with(OWN);
        let modules = self.files.iter().filter(|(path, _)| is_module(path));
        let code = |(path, bytes): (&String, &Vec<u8>)| {
            let code = Code::compile(bytes, path, &options())?.to_bytes()?;
            Some((format!("{UNITS}{path}c"), code))
        };
        let code: Vec<_> = modules.filter_map(code).collect();
        self.files.extend(code);
        self.compiled_by(compiler())
    }
}

/// How the code in bundles is compiled: as runtimes do without any settings.
fn options() -> CompileOpts {
    CompileOpts { recursion_limit: RECURSION_LIMIT, ..CompileOpts::default() }
}

fn compiler() -> String {
    COMPILER.finalize().to_hex().to_string()
}

/// The code that a bundle has for these bytes of that file.
pub(super) fn code(bundle: &Bundle, bytes: &[u8], file: &str, wanted: &CompileOpts) -> Option<Code> {
    let own = options();
    if (wanted.optimize, wanted.debug_ranges) != (own.optimize, own.debug_ranges) {
        return None;
    }
    let path = file.strip_prefix(bundle.label())?.strip_prefix('/')?;
    if bundle.manifest().compiler.as_ref() != Some(&compiler())
        || bundle.hash(path)? != blake3::hash(bytes).to_hex().as_str()
    {
        return None;
    }
    Some(Code::from_bytes(&bundle.member(&format!("{UNITS}{path}c"))?)?.of_file(file))
}
