//! `exocet run`.

#[cfg(feature = "isolates")]
mod isolated;
mod program;
mod settings;
#[cfg(feature = "watch")]
mod watch;

use super::lock;
use crate::{
    disk_cache::Caching,
    failure::Failure,
    output,
    plan::{Mapping, Plan},
    python::{Flags, Given, PythonLine},
    sources::{self, Search},
};
use clap::Args;
use exocet::{
    Runtime, Source,
    modules::PythonModule,
    observe::JsonLines,
    policy::Lockfile,
    raw::{self, MapperRef, RealmRef},
    vm::{PyResult, VirtualMachine},
};
use program::{Leading, Program};
use std::{ffi::OsString, fs::File, path::PathBuf, process::ExitCode, sync::Arc};

/// Run a program as `python` does, with imports of it replaced or denied
#[derive(Debug, Args)]
#[command(
    override_usage = "exocet run [OPTIONS] FILE [ARGS]...\n       exocet run [OPTIONS] -m MODULE [ARGS]...\n       exocet run [OPTIONS] -c CODE [ARGS]...",
    after_long_help = "\
Exit code: what the program exits with; 1 if it raises or can't be read; 2 if the command line is wrong.

Examples:
  exocet run --override time=stubs/time.py app.py --verbose
      `import time` in app.py gets the module in stubs/time.py.
      The modules that app.py imports get the real one.
  exocet run --deny ssl --override json=simplejson --warn-unused -m app
      The module `app` can't import `ssl`, and gets `simplejson` when it imports `json`.
      Should it not ask for one of them, that is reported.
  exocet run --watch app.py
      A module that is saved is replaced in the running program; app.py itself starts it again.
  exocet run --isolated --time 5 --memory 128MiB --allow-read data app.py
      The program runs behind walls: of this machine it sees its own folder and `data`, and no more."
)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    options: Options,
    /// Run a module instead of a file; all that follow are its arguments
    ///
    /// A package is run by its `__main__`. The current folder leads the search path.
    #[arg(short, value_names = ["MODULE", "ARGS"], num_args = 1.., allow_hyphen_values = true, conflicts_with = "program")]
    module: Vec<OsString>,
    /// Run this text instead of a file; all that follow are its arguments
    ///
    /// The current folder leads the search path.
    #[arg(short, value_names = ["CODE", "ARGS"], num_args = 1.., allow_hyphen_values = true, conflicts_with_all = ["program", "module"])]
    code: Vec<OsString>,
    /// The program and its arguments
    ///
    /// FILE is a file, a pipe, `-` for stdin, or a folder or archive with a `__main__`. Its folder leads the path.
    #[arg(value_names = ["FILE", "ARGS"], trailing_var_arg = true, required_unless_present_any = ["module", "code"])]
    program: Vec<OsString>,
}

/// How a program is run, whichever it is.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
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
    /// Stay, replace modules of the program as their files change, and start it again when its own file does
    ///
    /// It runs as with --realm. After its end any change starts it again. Ctrl-C ends it.
    #[cfg(feature = "watch")]
    #[arg(long)]
    watch: bool,
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
    #[cfg(feature = "isolates")]
    #[command(flatten)]
    walls: isolated::Walls,
}

pub(crate) fn run(args: RunArgs) -> Result<ExitCode, Failure> {
    let RunArgs { options, module, code, program } = args;
    // What follows `--` is a program in any case, as it is to `python`.
    let words = [("-m", module), ("-c", code), ("", program)].into_iter().find(|(_, words)| !words.is_empty());
    let (flag, words) = words.unwrap_or_default();
    let flag = if flag.is_empty() { "--" } else { flag };
    match crate::python::parse(std::iter::once(flag.into()).chain(words).collect())? {
        PythonLine::Run { flags, given, arguments } => start(&options, &flags, &given, &arguments),
        // No flag of Python's own is among the words.
        PythonLine::Version { .. } | PythonLine::Help => Ok(ExitCode::SUCCESS),
    }
}

/// Runs a program as `python` does with these flags: its imports get what they ask for.
pub(crate) fn run_python(flags: &Flags, given: &Given, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    start(&Options::default(), flags, given, arguments)
}

fn start(options: &Options, flags: &Flags, given: &Given, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    #[cfg(feature = "isolates")]
    {
        options.walls.check()?;
        if options.walls.isolated {
            return isolated::run(options, given, arguments);
        }
    }
    let settings = settings::settings(flags)?;
    let (program, leading) = program::open(given, settings.safe_path)?;
    let mut sources: Vec<_> = leading.source().cloned().into_iter().collect();
    for source in sources::open(&options.search)? {
        sources::add(&mut sources, source);
    }
    let plan = Plan::new(&options.mapping)?.obeying(&sources)?;
    let lock = options.locked.as_deref().map(lock::read).transpose()?;
    let record = options.trace.as_ref().map(record).transpose()?;
    let mut builder = Runtime::builder().arguments(arguments).vm_settings(settings).interrupts();
    for source in &sources {
        builder = builder.shared_source(source.clone());
    }
    if let Some(lock) = &lock {
        builder = builder.observer(lock.clone());
    }
    if let Some(record) = &record {
        builder = builder.observer(record.clone());
    }
    #[cfg(feature = "watch")]
    let watch = watching(options, given)?;
    #[cfg(feature = "watch")]
    if let Some(watch) = &watch {
        builder = builder.observer(watch.clone());
    }
    let runtime = options.caching.apply(builder).build().map_err(Failure::failed)?;
    plan.check(&runtime.search_path().map_err(Failure::failed)?)?;
    let main = match &program {
        Program::Script(main) | Program::Main(main) => main.clone(),
        Program::Module(name) => program::module(name, &runtime)?,
    };
    program::check(&main)?;
    #[cfg(feature = "watch")]
    let mut watcher = None;
    let code = runtime.run(|vm| {
        prepare(&main, &program, &leading, vm)?;
        let mapper = mapper(options, &plan, lock.as_ref(), sources, vm)?;
        #[cfg(feature = "watch")]
        if let Some(watch) = &watch {
            watch.add_main(&main);
            watcher = Some(watch.start(mapper.clone().into(), vm)?);
        }
        let ended = match program {
            Program::Script(_) => raw::run_main(&main, &mapper, vm),
            Program::Main(_) | Program::Module(_) => raw::run_module_as_main(&main, &mapper, vm),
        };
        if options.warn_unused {
            warn_unused(&mapper, vm);
        }
        ended
    });
    if let (Some(record), Some(file)) = (record, &options.trace) {
        let written = record.finish();
        written.map_err(|error| Failure::Failed(format!("can't write to `{}`: {error}", file.display())))?;
    }
    #[cfg(feature = "watch")]
    if let (Some(watch), Some(watcher)) = (watch, watcher) {
        watch.wait(code, watcher);
    }
    // Of an exit code the system keeps the lowest byte.
    Ok(ExitCode::from(code as u8))
}

fn mapper(
    options: &Options,
    plan: &Plan,
    lock: Option<&Lockfile>,
    sources: Vec<Arc<dyn Source>>,
    vm: &VirtualMachine,
) -> PyResult<MapperRef> {
    let mut mapper = plan.mapper(options.empty, vm)?;
    if let Some(lock) = lock {
        mapper = lock.mapper(mapper, vm);
    }
    if options.is_realm() || sources::have_bundle(&sources) {
        mapper = RealmRef::builder(&mapper).search_path(&sources::path_of(sources)).build(vm).into();
    }
    Ok(mapper)
}

impl Options {
    /// Whether the program's own modules are fresh together.
    fn is_realm(&self) -> bool {
        #[cfg(feature = "watch")]
        if self.watch {
            return true;
        }
        self.realm
    }
}

/// What watches the program, if that is asked for.
#[cfg(feature = "watch")]
fn watching(options: &Options, given: &Given) -> Result<Option<watch::Watch>, Failure> {
    if !options.watch {
        return Ok(None);
    }
    if let Given::Stdin = given {
        return Err(Failure::Usage("`--watch` can't start what comes through stdin again".to_owned()));
    }
    watch::Watch::new().map(Some)
}

fn record(file: &PathBuf) -> Result<JsonLines<File>, Failure> {
    let out = File::create(file);
    let out = out.map_err(|error| Failure::Usage(format!("can't write to `{}`: {error}", file.display())))?;
    Ok(JsonLines::new(out))
}

/// What `python` does in a new interpreter before it runs the program.
fn prepare(main: &PythonModule, program: &Program, leading: &Leading, vm: &VirtualMachine) -> PyResult<()> {
    if let Program::Module(_) = program {
        // The file that is run, where `-m` had only its name to put.
        let arguments = vm.sys_module.get_attr("argv", vm)?;
        vm.call_method(&arguments, "__setitem__", (0, main.origin()))?;
    }
    if let Leading::Current(_) = leading {
        let path = vm.sys_module.get_attr("path", vm)?;
        vm.call_method(&path, "__setitem__", (0, ""))?;
    }
    if !vm.state.config.settings.warnoptions.is_empty() {
        // It reads them when it is imported; until then the VM has filters of its own.
        vm.import("warnings", 0)?;
    }
    Ok(())
}

fn warn_unused(mapper: &MapperRef, vm: &VirtualMachine) {
    let unused = mapper.unused(vm);
    if !unused.is_empty() {
        let names: Vec<String> = unused.iter().map(|name| format!("`{name}`")).collect();
        output::complain(&format!("warning: never asked for: {}", names.join(", ")));
    }
}
