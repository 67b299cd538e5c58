//! One module for each command, and what they share: the arguments, the plan of a mapper, the output.

mod args;
mod bench;
mod cache;
mod check;
mod completions;
#[cfg(feature = "stdlib")]
mod demo;
mod dry;
mod explain;
mod graph;
mod imports;
mod list;
mod load;
mod lock;
mod output;
mod plan;
mod program;
mod recording;
mod run;
mod sources;
mod trace;

pub(crate) use args::Cli;

use args::Command;
use exocet::vm::{AsObject, VirtualMachine, builtins::PyBaseExceptionRef};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Carries a command out.
pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        #[cfg(feature = "stdlib")]
        Command::Demo => demo::demo(),
        Command::Run(args) => run::run(args),
        Command::List(args) => list::list(&args),
        Command::Load(args) => load::load(&args),
        Command::Imports(args) => imports::imports(&args),
        Command::Graph(args) => graph::graph(&args),
        Command::Check(args) => check::check(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Trace(args) => trace::trace(&args),
        Command::Lock(args) => lock::lock(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Cache(args) => cache::cache(&args.action),
        Command::Completions { shell } => completions::completions(shell),
    }
}

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line names something that can't be used.
    Usage(String),
    /// Something went wrong on the way.
    Failed(String),
    /// Python code raised, with this traceback.
    Raised(String),
    /// Whoever read the output has seen enough.
    ClosedPipe,
}

impl Failure {
    pub(crate) fn usage(error: impl ToString) -> Self {
        Self::Usage(error.to_string())
    }

    pub(crate) fn failed(error: impl ToString) -> Self {
        Self::Failed(error.to_string())
    }

    pub(crate) fn raised(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Self {
        match error.fast_isinstance(vm.ctx.exceptions.broken_pipe_error) {
            true => Self::ClosedPipe,
            false => Self::Raised(exocet::traceback(error, vm)),
        }
    }

    /// Says on stderr what went wrong, and gives the exit code for it.
    pub(crate) fn report(self) -> ExitCode {
        let (message, code) = match self {
            Failure::Usage(message) => (message, 2),
            Failure::Failed(message) => (message, 1),
            Failure::Raised(traceback) => {
                // When stderr is closed there is nobody to tell.
                let _ = io::stderr().write_all(traceback.as_bytes());
                return ExitCode::FAILURE;
            }
            Failure::ClosedPipe => return ExitCode::SUCCESS,
        };
        output::complain(&message);
        ExitCode::from(code)
    }
}

/// Only writing to stdout gives these.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::Failed(format!("can't write to stdout: {error}")),
        }
    }
}
