//! What the fuzz targets need and nobody else: compiling what must not run. Only `cargo fuzz` builds it.

use crate::{
    compile::{code::Code, compiler::RECURSION_LIMIT},
    load::units::UNITS,
    modules::handle::PythonModule,
};
use rustpython_vm::{PyResult, VirtualMachine, compiler::CompileOpts};

/// The code of a module's bytes as the disk cache would keep it, compiled without an interpreter; `None` where one is needed.
///
/// # Panics
/// Code that isn't the same any more after it was written and read.
#[must_use]
pub fn compiled(bytes: &[u8], file: &str) -> Option<Vec<u8>> {
    let options = CompileOpts { recursion_limit: RECURSION_LIMIT, ..CompileOpts::default() };
    let written = Code::compile(bytes, file, &options)?.to_bytes()?;
    let read = Code::from_bytes(&written).expect("what was written can be read");
    assert_eq!(read.to_bytes().as_ref(), Some(&written), "what is read is what was written");
    Some(written)
}

/// Makes the unit of a module, as a load does before it runs the module.
///
/// # Errors
/// Those of a load, but for what the module's code raises.
pub fn unit(handle: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
    UNITS.of(vm).get(handle, vm).map(drop)
}
