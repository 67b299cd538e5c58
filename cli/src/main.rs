//! The command line of Exocet: it parses its arguments, carries the command out, and returns the exit code.

mod commands;
mod disk_cache;
mod document;
mod failure;
mod output;
mod plan;
mod recording;
mod sources;

use clap::Parser;
use commands::Cli;
use failure::Failure;
use std::process::ExitCode;

#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = Cli::parse().command;
    match on_big_stack(|| commands::run(command)) {
        Some(Ok(code)) => code,
        Some(Err(failure)) => failure.report(),
        // The panic has been printed already.
        None => ExitCode::from(101),
    }
}

type Ended = Result<ExitCode, Failure>;

/// Runs the command on a thread of its own: Python code that calls itself gets a `RecursionError` as long as there is stack for
/// as many calls as it may make. `None` if it panicked.
#[cfg(not(target_family = "wasm"))]
fn on_big_stack(run: impl FnOnce() -> Ended + Send + 'static) -> Option<Ended> {
    const STACK: usize = 64 << 20;
    match std::thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(run) {
        Ok(program) => program.join().ok(),
        Err(error) => Some(Err(Failure::Failed(format!("can't start a thread: {error}")))),
    }
}

/// There are no threads; the linker fixes the size of the stack.
#[cfg(target_family = "wasm")]
fn on_big_stack(run: impl FnOnce() -> Ended) -> Option<Ended> {
    Some(run())
}
