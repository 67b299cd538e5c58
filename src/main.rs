//! The command line of Exocet.

mod cli;

use clap::Parser;
use std::{process::ExitCode, thread};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Python code that calls itself gets a `RecursionError` as long as there is stack for as many calls as it may make.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let command = cli::Cli::parse().command;
    let program = thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(|| cli::run(command));
    let ended = match program {
        Ok(program) => program.join(),
        Err(error) => Ok(Err(cli::Failure::Failed(format!("can't start a thread: {error}")))),
    };
    match ended {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => failure.report(),
        // What went wrong has been printed already.
        Err(_) => ExitCode::from(101),
    }
}
