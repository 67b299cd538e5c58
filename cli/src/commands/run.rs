//! `exocet run`.

mod program;

use super::lock;
use crate::{
    disk_cache::Caching,
    failure::Failure,
    output,
    plan::{Mapping, Plan},
    sources::{self, Search},
};
use clap::Args;
use exocet::{
    Runtime, RuntimeBuilder, Source,
    modules::PythonModule,
    observe::JsonLines,
    policy::Lockfile,
    raw::{self, MapperRef, RealmRef},
    vm::{PyResult, VirtualMachine},
};
use std::{fs::File, path::PathBuf, process::ExitCode, sync::Arc};

/// Run a program as `python` does, with imports of it replaced or denied
#[derive(Debug, Args)]
#[command(
    override_usage = "exocet run [OPTIONS] FILE [ARGS]...\n       exocet run [OPTIONS] -m MODULE [ARGS]...",
    after_long_help = "\
Exit code: what the program exits with; 1 if it raises or can't be read; 2 if the command line is wrong.

Examples:
  exocet run --override time=stubs/time.py app.py --verbose
      `import time` in app.py gets the module in stubs/time.py.
      The modules that app.py imports get the real one.
  exocet run --deny ssl --override json=simplejson --warn-unused -m app
      The module `app` can't import `ssl`, and gets `simplejson` when it imports `json`.
      Should it not ask for one of them, that is reported."
)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    mapping: Mapping,
    #[command(flatten)]
    caching: Caching,
    /// Let every import fail that no override answers
    #[arg(long)]
    empty: bool,
    /// Load the program's own modules and everything from --path fresh, together, in a realm
    ///
    /// Overrides and denials then apply to all of them, and not just to the program.
    #[arg(long)]
    realm: bool,
    /// Record what is imported, and what each import got, in FILE
    ///
    /// `exocet trace FILE` shows it.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Let nothing run, and no import be answered, that the lockfile FILE doesn't have
    ///
    /// `exocet lock` makes a lockfile of what was recorded.
    #[arg(long, value_name = "FILE")]
    locked: Option<PathBuf>,
    /// Report overrides and denials that were never asked for
    ///
    /// Their names, most likely misspelt, are on stderr after the run.
    #[arg(long)]
    warn_unused: bool,
    /// Run a module instead of a file; all that follows are its arguments
    ///
    /// A package is run by its `__main__`. The current folder leads the search path.
    #[arg(short, value_names = ["MODULE", "ARGS"], num_args = 1.., allow_hyphen_values = true, conflicts_with = "program")]
    module: Vec<String>,
    /// The program and its arguments
    ///
    /// FILE is a Python file, or a folder or zip archive with a `__main__.py`. Its folder leads the search path.
    #[arg(value_names = ["FILE", "ARGS"], trailing_var_arg = true, required_unless_present = "module")]
    program: Vec<String>,
}

pub(crate) fn run(args: RunArgs) -> Result<ExitCode, Failure> {
    let plan = Plan::new(&args.mapping)?;
    let as_module = args.module.first();
    let (script, leading) = match as_module {
        Some(_) => (None, exocet::source::open(".").map_err(Failure::usage)?),
        None => {
            let (script, folder) = program::script(&args.program[0])?;
            (Some(script), folder)
        }
    };
    let mut sources = vec![leading];
    for source in sources::open(&args.search)? {
        sources::add(&mut sources, source);
    }
    let lock = args.locked.as_deref().map(lock::read).transpose()?;
    let runtime = builder(&args, &sources, lock.as_ref())?.build().map_err(Failure::failed)?;
    plan.check(&runtime.search_path().map_err(Failure::failed)?)?;
    let main = match (script, as_module) {
        (Some(script), _) => script,
        (None, name) => program::module(name.map_or("", String::as_str), &runtime)?,
    };
    program::check(&main)?;
    let code = runtime.run(|vm| {
        if !args.module.is_empty() {
            name_program(&main, vm)?;
        }
        let mut mapper = plan.mapper(args.empty, vm)?;
        if let Some(lock) = &lock {
            mapper = lock.mapper(mapper, vm);
        }
        if args.realm {
            mapper = RealmRef::builder(&mapper).search_path(&sources::path_of(sources)).build(vm).into();
        }
        let ended = raw::run_main(&main, &mapper, vm);
        if args.warn_unused {
            warn_unused(&mapper, vm);
        }
        ended
    });
    // Of an exit code the system keeps the lowest byte.
    Ok(ExitCode::from(code as u8))
}

/// The runtime of the program, with its observers.
fn builder(args: &RunArgs, sources: &[Arc<dyn Source>], lock: Option<&Lockfile>) -> Result<RuntimeBuilder, Failure> {
    let arguments = if args.module.is_empty() { &args.program } else { &args.module };
    let mut builder = Runtime::builder().arguments(arguments);
    for source in sources {
        builder = builder.shared_source(source.clone());
    }
    if let Some(lock) = lock {
        builder = builder.observer(lock.clone());
    }
    if let Some(file) = &args.trace {
        let place = file.display();
        let out = File::create(file).map_err(|error| Failure::Usage(format!("can't write to `{place}`: {error}")))?;
        builder = builder.observer(JsonLines::new(out));
    }
    Ok(args.caching.apply(builder))
}

/// Puts the file that is run at the front of `sys.argv`, where `-m` had only its name to put.
fn name_program(program: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
    let arguments = vm.sys_module.get_attr("argv", vm)?;
    vm.call_method(&arguments, "__setitem__", (0, program.origin())).map(drop)
}

fn warn_unused(mapper: &MapperRef, vm: &VirtualMachine) {
    let unused = mapper.unused(vm);
    if !unused.is_empty() {
        let names: Vec<String> = unused.iter().map(|name| format!("`{name}`")).collect();
        output::complain(&format!("warning: never asked for: {}", names.join(", ")));
    }
}
