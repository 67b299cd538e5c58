//! The command line of Exocet: it parses its arguments, carries the command out, and returns the exit code.

mod commands;
mod disk_cache;
mod document;
mod failure;
#[cfg(feature = "isolates")]
mod isolated;
mod output;
mod plan;
mod python;
mod recording;
mod sources;
mod stack;

use clap::{CommandFactory, Parser};
use commands::Cli;
use failure::Failure;
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stack::grow();
    carry_out().unwrap_or_else(Failure::report)
}

fn carry_out() -> Result<ExitCode, Failure> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let commands = Cli::command();
    if python::is_python(&arguments, |name| name == "help" || commands.find_subcommand(name).is_some()) {
        return commands::python(arguments);
    }
    match Cli::try_parse() {
        Ok(cli) => commands::run(cli.command),
        Err(ended) => {
            // Help is one of its errors; that can't always be written, either.
            ended.print()?;
            io::stdout().flush()?;
            Ok(ExitCode::from(ended.exit_code() as u8))
        }
    }
}
