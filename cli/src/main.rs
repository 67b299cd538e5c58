//! The command line of Exocet: it parses its arguments, carries the command out, and returns the exit code.

mod commands;
mod disk_cache;
mod document;
mod failure;
mod output;
mod plan;
mod recording;
mod sources;
mod stack;

use clap::Parser;
use commands::Cli;
use failure::Failure;
use std::process::ExitCode;

#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stack::grow();
    let command = Cli::parse().command;
    commands::run(command).unwrap_or_else(Failure::report)
}
