//! Running a program in an isolate.

use super::{
    Options,
    program::{self, Program},
    record,
};
use crate::{
    failure::Failure,
    isolated::{self, Bounds},
    plan::Plan,
    python::Given,
    sources,
};
use clap::Args;
use exocet::{Error, Memory, Source};
use exocet_isolate::{Isolate, Snapshot};
use std::{ffi::OsString, path::PathBuf, process::ExitCode, sync::Arc};

/// The walls around a program.
#[derive(Debug, Default, Args)]
pub(crate) struct Walls {
    /// Run the program in an isolate: behind the walls of WebAssembly, with nothing of this machine in reach
    ///
    /// It sees its own folder and what --path and --allow-read name, read-only.
    #[arg(long, help_heading = "Isolates")]
    pub(super) isolated: bool,
    /// Let the program read this file or folder
    #[arg(long, value_name = "PATH", help_heading = "Isolates")]
    allow_read: Vec<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
}

impl Walls {
    /// Checks that no option is given that counts in isolates only.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let given = self.bounds.given().or_else(|| (!self.allow_read.is_empty()).then_some("--allow-read"));
        match given {
            Some(option) if !self.isolated => {
                Err(Failure::Usage(format!("`{option}` counts for programs in isolates: it needs `--isolated`")))
            }
            _ => Ok(()),
        }
    }
}

/// Runs the program, and returns its exit code.
pub(super) fn run(options: &Options, given: &Given, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    for (option, is_given) in [
        ("--locked", options.locked.is_some()),
        ("--warn-unused", options.warn_unused),
        ("--realm", options.realm),
        #[cfg(feature = "watch")]
        ("--watch", options.watch),
    ] {
        if is_given {
            return Err(Failure::Usage(format!("`{option}` can't be used with `--isolated`")));
        }
    }
    let text = |argument: &OsString| {
        let text = argument.to_str().map(str::to_owned);
        text.ok_or_else(|| Failure::Usage(format!("the argument `{}` is not UTF-8", argument.display())))
    };
    let arguments = arguments.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let (program, leading) = program::open(given, false)?;
    let mut path: Vec<Arc<dyn Source>> = leading.source().cloned().into_iter().collect();
    for source in sources::open(&options.search)? {
        sources::add(&mut path, source);
    }
    let imports = Plan::new(&options.mapping)?.obeying(&path)?.imports(options.empty)?;
    let mut builder = Snapshot::builder().imports(&imports);
    let start = match &program {
        Program::Script(main) => {
            program::check(main)?;
            let origin = main.origin().unwrap_or_default();
            let (folder, file) = origin.rsplit_once('/').unwrap_or(("", &origin));
            // One that doesn't stand in the folder that leads the path is a source of its own.
            if leading.source().is_none_or(|source| source.label() != folder) {
                let bytes = main.read().map_err(Failure::failed)?.unwrap_or_default();
                builder = builder.source(Memory::new(folder).with(file, bytes));
            }
            Start::File(file.to_owned())
        }
        Program::Main(main) => Start::Module(main.name().to_owned()),
        Program::Module(name) => Start::Module(name.clone()),
    };
    for source in path {
        builder = builder.asked_source(source);
    }
    for place in &options.walls.allow_read {
        builder = builder.asked_files(handed_in(place)?);
    }
    let record = options.trace.as_ref().map(record).transpose()?;
    let mut setup = options.walls.bounds.setup(false);
    if let Some(record) = &record {
        setup = setup.observer(record.clone());
    }
    if let Some(seed) = options.walls.bounds.hash_seed() {
        builder = builder.hash_seed(seed);
    }
    let isolate = builder.setup(setup).start(&isolated::guest()?).map_err(|error| isolated::failure(&error))?;
    let code = ended(&start.run(&isolate, arguments));
    if let (Some(record), Some(file)) = (record, &options.trace) {
        let written = record.finish();
        written.map_err(|error| Failure::Failed(format!("can't write to `{}`: {error}", file.display())))?;
    }
    code
}

/// What is run.
enum Start {
    File(String),
    Module(String),
}

impl Start {
    fn run(&self, isolate: &Isolate, arguments: Vec<String>) -> Result<(), Error> {
        match self {
            Self::File(path) => isolate.run_file(0, path, arguments),
            Self::Module(name) => isolate.run_module(name, arguments),
        }
    }
}

/// A file or a folder that the program may read.
fn handed_in(place: &PathBuf) -> Result<Arc<dyn Source>, Failure> {
    let fail = |error: std::io::Error| Failure::Usage(format!("can't open `{}`: {error}", place.display()));
    if std::fs::metadata(place).map_err(fail)?.is_dir() {
        return exocet::source::open(place).map_err(Failure::usage);
    }
    let whole = std::path::absolute(place).map_err(fail)?;
    let bytes = std::fs::read(&whole).map_err(fail)?;
    let folder = whole.parent().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    let file = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Arc::new(Memory::new(folder).with(file, bytes)))
}

/// The exit code of a program that ended like this, or why there is none.
fn ended(ended: &Result<(), Error>) -> Result<ExitCode, Failure> {
    let error = match ended {
        Ok(()) => return Ok(ExitCode::SUCCESS),
        Err(error) => error,
    };
    let Some(exception) = error.exception() else { return Err(isolated::failure(error)) };
    match exception.exit_code() {
        // What `sys.exit` is given that is no number is shown, and the code is 1.
        Some(1) if !matches!(exception.message(), "" | "1" | "True") => {
            eprintln!("{}", exception.message());
            Ok(ExitCode::FAILURE)
        }
        // Of an exit code the system keeps the lowest byte.
        Some(code) => Ok(ExitCode::from(code as u8)),
        None => Err(isolated::failure(error)),
    }
}
