//! `exocet load`.

use crate::{
    disk_cache::Caching,
    failure::Failure,
    output::{self, DIM, GREEN, JsonList, RED},
    plan::{Mapping, Plan, check_name},
    sources::{self, Search},
};
use clap::Args;
use exocet::{
    Error, Runtime,
    modules::{Kind, PythonModule, SearchPath},
    raw::{self, MapperRef, RealmRef},
    vm::{PyResult, VirtualMachine},
};
use serde::Serialize;
use std::{
    io::{self, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

/// Load modules fresh, each on its own, and report which ones fail
#[derive(Debug, Args)]
#[command(after_long_help = "\
A package comes with a context of its own, in which its modules are fresh together.
A module that fails doesn't stop the others, also when it exits. What modules print goes to stderr.
Exit code: 0; 1 if any module failed; 2 if the command line is wrong.

The JSON is a list of {\"name\", \"ok\", \"ms\", \"error\"}; the error of a module that loads is null.

Examples:
  exocet load --path src --walk app
      Does every module below `app` load?
  exocet load --path src --deny socket --repeat 100 --json app.parser
      Does `app.parser` load where there is no `socket`, and how fast?")]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    mapping: Mapping,
    #[command(flatten)]
    caching: Caching,
    /// Load everything below each NAME, too
    #[arg(long)]
    walk: bool,
    /// Load each NAME in a realm: everything from --path is fresh, each module once
    ///
    /// A NAME that isn't there is fresh with the package that it belongs to. Each load has a realm of its own.
    #[arg(long)]
    realm: bool,
    /// Load each module N times, and report the time of the fastest load
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Print a JSON list
    #[arg(long)]
    json: bool,
    /// The modules to load
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

pub(crate) fn load(args: &LoadArgs) -> Result<ExitCode, Failure> {
    args.names.iter().try_for_each(|name| check_name(name))?;
    // Whoever presses Ctrl-C means this command, and not the module that is loading just then.
    let mut builder = Runtime::builder();
    let sources = sources::open(&args.search)?;
    let plan = Plan::new(&args.mapping)?.obeying(&sources)?;
    let is_realm = args.realm || sources::have_bundle(&sources);
    for source in &sources {
        builder = builder.shared_source(source.clone());
    }
    let fresh = sources::path_of(sources);
    let runtime = args.caching.apply(builder).build().map_err(Failure::failed)?;
    runtime.enter(|vm| {
        let raise = |error| Failure::raised(&error, vm);
        let out = output::stdout_of_its_own(vm).map_err(raise)?;
        let path = raw::search_path(vm).map_err(raise)?;
        plan.check(&path)?;
        let mapper = plan.mapper(false, vm).map_err(raise)?;
        let modules = modules(args, &path);
        #[cfg(feature = "threading")]
        raw::compile_ahead(modules.iter().filter_map(|(_, module)| module.as_ref().ok().cloned()), vm);
        let how = How { mapper, realm: is_realm.then_some(fresh), path };
        let failed = load_all(modules, args, &how, out, vm)?;
        Ok(ExitCode::from(u8::from(failed > 0)))
    })
}

/// What a module is loaded under.
struct How {
    mapper: MapperRef,
    /// The search path whose modules are fresh together, where modules are loaded in realms.
    realm: Option<SearchPath>,
    path: SearchPath,
}

impl How {
    fn load(&self, module: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
        let Some(fresh) = &self.realm else { return raw::load(module, &self.mapper, vm).map(drop) };
        let mut realm = RealmRef::builder(&self.mapper).search_path(fresh);
        let top = module.name().split('.').next().unwrap_or_default();
        // It has been found, and so will be the package on top of it.
        let package = self.path.get(top).map_err(|error| error.into_exception(vm))?;
        let is_fresh = |own: PythonModule| own.kind() != Kind::Namespace || package.kind() == Kind::Namespace;
        if !fresh.get(top).is_ok_and(is_fresh) {
            realm = realm.module(&package);
        }
        realm.build(vm).lookup(module.name(), vm).map(drop)
    }
}

/// A name, and the module of that name or why there is none.
type Named = (String, Result<PythonModule, Error>);

fn modules(args: &LoadArgs, path: &SearchPath) -> Vec<Named> {
    let mut modules = Vec::new();
    for name in &args.names {
        match path.get(name) {
            Ok(module) if args.walk => modules.extend(module.walk_modules().map(|module| match module {
                Ok(module) => (module.name().to_owned(), Ok(module)),
                Err(error) => (error.name().unwrap_or(name).to_owned(), Err(error)),
            })),
            found => modules.push((name.clone(), found)),
        }
    }
    modules
}

/// Loads one module after the other, and returns the number of those that failed.
fn load_all(
    modules: Vec<Named>,
    args: &LoadArgs,
    how: &How,
    out: impl Write,
    vm: &VirtualMachine,
) -> Result<usize, Failure> {
    let mut failed = 0;
    let width = modules.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let progress = output::progress(Some(modules.len() as u64));
    let mut report = if args.json { Report::Json(JsonList::new(out)) } else { Report::Lines { out, width } };
    for (name, module) in modules {
        progress.set_message(name.clone());
        let outcome = Outcome::of(name, module, args.repeat, how, vm);
        failed += usize::from(!outcome.ok);
        progress.inc(1);
        progress.suspend(|| report.add(&outcome))?;
    }
    progress.finish_and_clear();
    report.finish()?;
    Ok(failed)
}

/// How loading a module went.
#[derive(Serialize)]
struct Outcome {
    name: String,
    ok: bool,
    ms: f64,
    error: Option<String>,
}

impl Outcome {
    fn of(name: String, module: Result<PythonModule, Error>, repeat: u32, how: &How, vm: &VirtualMachine) -> Self {
        let start = Instant::now();
        let loaded = match module {
            Ok(module) => fastest(&module, repeat, how, vm).map_err(|error| raw::describe(&error, vm)),
            Err(error) => Err(sources::reason(&error)),
        };
        let (time, error) = match loaded {
            Ok(time) => (time, None),
            Err(error) => (start.elapsed(), Some(error)),
        };
        // Thousandths are as much as the clock is good for.
        Self { name, ok: error.is_none(), ms: (time.as_secs_f64() * 1e6).round() / 1e3, error }
    }
}

/// The time of the fastest of `repeat` loads.
fn fastest(module: &PythonModule, repeat: u32, how: &How, vm: &VirtualMachine) -> PyResult<Duration> {
    let mut fastest = Duration::MAX;
    for _ in 0..repeat {
        let start = Instant::now();
        how.load(module, vm)?;
        fastest = fastest.min(start.elapsed());
    }
    Ok(fastest)
}

enum Report<W> {
    Lines { out: W, width: usize },
    Json(JsonList<W>),
}

impl<W: Write> Report<W> {
    fn add(&mut self, outcome: &Outcome) -> io::Result<()> {
        let (out, width) = match self {
            Report::Json(list) => return list.push(outcome),
            Report::Lines { out, width } => (out, *width),
        };
        let Outcome { name, ms, error, .. } = outcome;
        let time = format!("{DIM}{ms:9.3} ms{DIM:#}");
        let line = match error {
            None => format!("{GREEN}ok    {GREEN:#}  {name:width$}  {time}\n"),
            Some(error) => {
                // The first line of a message has what went wrong, the others the modules that asked.
                let error = error.trim_end().replace('\n', "\n        ");
                format!("{RED}failed{RED:#}  {name:width$}  {time}  {error}\n")
            }
        };
        out.write_all(line.as_bytes())
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Report::Json(list) => list.finish(),
            Report::Lines { mut out, .. } => out.flush(),
        }
    }
}
