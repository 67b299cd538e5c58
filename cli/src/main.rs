//! The command line of Exocet: it parses its arguments, carries the command out, and returns the exit code.

mod commands;
mod disk_cache;
mod document;
mod failure;
mod output;
mod plan;
mod python;
mod recording;
mod sources;
mod stack;

use clap::{CommandFactory, Parser};
use commands::Cli;
use failure::Failure;
use std::{env, process::ExitCode};

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
        commands::python(arguments)
    } else {
        commands::run(Cli::parse().command)
    }
}
