//! The limit of compile time: text that may take long is compiled on a thread of its own first.

#[cfg(not(target_family = "wasm"))]
use super::compiler::{compile_options, on_deep_stack};
use crate::{
    interpreter::limits::{self, Limits},
    limit::Limit,
    syntax::{decode::decode, nesting},
};
use rustpython_vm::{PyResult, VirtualMachine, compiler::Mode};
use std::time::Duration;

/// What is compiled on the spot, as it can't take long: text that is not too long and has no `finally` in others, whose code
/// is compiled many times.
const SHORT: usize = 256 << 10;
const LIGHT: u64 = 100_000;

/// Checks that a module's bytes are compiled in time.
///
/// # Errors
/// The exception for the limit.
pub(crate) fn check_bytes(limits: &Limits, bytes: &[u8], file: &str, vm: &VirtualMachine) -> PyResult<()> {
    match decode(bytes) {
        Ok(source) => check_text(limits, &source, Mode::Exec, file, vm),
        // That it can't be decoded shows when it is compiled.
        Err(_) => Ok(()),
    }
}

/// Checks that source text, should it look as if compiling it could take long, is compiled in time.
///
/// # Errors
/// The exception for the limit.
pub(crate) fn check_text(limits: &Limits, source: &str, mode: Mode, file: &str, vm: &VirtualMachine) -> PyResult<()> {
    if !is_costly(source) || compiles_in(limits.compile_time, source, mode, file, vm) {
        return Ok(());
    }
    let message = format!("compiling `{file}` takes longer than {:?}", limits.compile_time);
    Err(limits::exceed(Limit::CompileTime, message, vm))
}

/// Whether compiling the text may take long.
pub(crate) fn is_costly(source: &str) -> bool {
    source.len() > SHORT || (source.matches("finally").count() > 2 && nesting::weight(source) > LIGHT)
}

/// Whether the text is compiled, or found not to be Python, within that time.
#[cfg(not(target_family = "wasm"))]
fn compiles_in(time: Duration, source: &str, mode: Mode, file: &str, vm: &VirtualMachine) -> bool {
    let Ok(depth) = nesting::check(source) else { return true };
    let (source, file, options) = (source.to_owned(), file.to_owned(), compile_options(vm));
    let (done, wait) = std::sync::mpsc::channel();
    let compile = move || {
        let compile = || drop(rustpython_vm::compiler::compile(&source, mode, &file, options));
        // A panic is the business of who compiles it next.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| on_deep_stack(depth, compile)));
        let _ = done.send(());
    };
    let thread = std::thread::Builder::new().name("exocet compile".to_owned()).stack_size(16 << 20).spawn(compile);
    thread.is_err() || vm.allow_threads(|| wait.recv_timeout(time)).is_ok()
}

#[cfg(target_family = "wasm")]
fn compiles_in(_: Duration, _: &str, _: Mode, _: &str, _: &VirtualMachine) -> bool {
    true
}
