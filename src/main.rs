//! The command line of Exocet.

mod cli;

use clap::Parser;
use std::process::ExitCode;

#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = cli::Cli::parse().command;
    match on_big_stack(|| cli::run(command)) {
        Some(Ok(code)) => code,
        Some(Err(failure)) => failure.report(),
        // What went wrong has been printed already.
        None => ExitCode::from(101),
    }
}

type Ended = Result<ExitCode, cli::Failure>;

/// Runs the program on a thread of its own: Python code that calls itself gets a `RecursionError` as long as there is stack for
/// as many calls as it may make. `None` if it panicked.
#[cfg(not(target_family = "wasm"))]
fn on_big_stack(run: impl FnOnce() -> Ended + Send + 'static) -> Option<Ended> {
    const STACK: usize = 64 << 20;
    match std::thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(run) {
        Ok(program) => program.join().ok(),
        Err(error) => Some(Err(cli::Failure::Failed(format!("can't start a thread: {error}")))),
    }
}

/// There are no threads; how big the stack is, the linker was told.
#[cfg(target_family = "wasm")]
fn on_big_stack(run: impl FnOnce() -> Ended) -> Option<Ended> {
    Some(run())
}
