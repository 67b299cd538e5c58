//! Why a command ends early.

use crate::output;
use exocet::{
    raw,
    vm::{AsObject, VirtualMachine, builtins::PyBaseExceptionRef},
};
use std::{
    io::{self, Write},
    process::ExitCode,
};

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
            false => Self::Raised(raw::traceback(error, vm)),
        }
    }

    /// Reports the failure on stderr, and returns its exit code.
    pub(crate) fn report(self) -> ExitCode {
        let (message, code) = match self {
            Failure::Usage(message) => (message, 2),
            Failure::Failed(message) => (message, 1),
            Failure::Raised(traceback) => {
                // When stderr is closed there is nobody to report to.
                let _ = io::stderr().write_all(traceback.as_bytes());
                return ExitCode::FAILURE;
            }
            Failure::ClosedPipe => return ExitCode::SUCCESS,
        };
        output::complain(&message);
        ExitCode::from(code)
    }
}

/// An error of writing to stdout: no other I/O error is converted like this.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::Failed(format!("can't write to stdout: {error}")),
        }
    }
}
