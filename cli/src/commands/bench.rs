//! `exocet bench`.

mod baseline;
mod page;
mod plot;
mod results;
mod table;

use crate::{
    failure::Failure,
    output,
    plan::check_name,
    sources::{self, Search},
};
use baseline::Baseline;
use clap::Args;
use exocet::{
    Runtime, RuntimeBuilder,
    compile::{DiskCache, forget_compiled_code},
    modules::PythonModule,
    raw::{self, MapperRef},
    vm::{PyResult, VirtualMachine},
};
use memory_stats::memory_stats;
use results::{Contestant, Module, Results, Samples, Work};
use std::{fs, hint::black_box, io::Write, path::PathBuf, process::ExitCode, time::Instant};

/// Measure how fast modules load, beside CPython's importlib
#[derive(Debug, Args)]
#[command(after_long_help = "\
Each module is loaded fresh, again and again, with the modules that it imports loaded already:
  cold  from source; CPython without bytecode
  disk  from the disk cache; CPython with bytecode
  warm  from memory; CPython with bytecode
The rounds of all that is compared take turns. A ratio is that of one round's medians; shown are the
median of all rounds, and from the 10th to the 90th percentile. What modules print goes to stderr.
Exit code: 0; 1 if any module failed; 2 if the command line is wrong.

Examples:
  exocet bench --path plugins greet count
      How fast are these two, beside the python3 that is installed?
  exocet bench --path src --baseline python3.11 --baseline python3.13 --html report.html app.models
      The same beside two versions, as a page with plots.")]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    search: Search,
    /// Do the same work with this CPython
    ///
    /// May be given several times. Without it `python3` is used, if there is one.
    #[arg(long = "baseline", value_name = "PYTHON")]
    baselines: Vec<String>,
    /// Measure N times
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(3..=1000))]
    rounds: u32,
    /// Print a JSON object, with every sample
    #[arg(long, conflicts_with = "html")]
    json: bool,
    /// Write a page with plots to FILE
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The modules to load
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

/// How many samples of a quick work each round takes.
const REPEAT: usize = 10;

/// How many modules are kept alive when their memory is measured.
const INSTANCES: usize = 1000;

pub(crate) fn bench(args: &BenchArgs) -> Result<ExitCode, Failure> {
    args.names.iter().try_for_each(|name| check_name(name))?;
    let sources = sources::open(&args.search)?;
    let folders: Vec<String> = sources.iter().map(|source| source.label().to_owned()).collect();
    let mut baselines = baselines(args, &folders)?;
    let cache = tempfile::tempdir().map_err(Failure::failed)?;
    let build = |builder: RuntimeBuilder| {
        let builder = sources.iter().fold(builder, |builder, source| builder.shared_source(source.clone()));
        builder.without_signals().build().map_err(Failure::failed)
    };
    let plain = build(Runtime::builder())?;
    let cached = build(Runtime::builder().disk_cache(DiskCache::new(cache.path())))?;
    plain.enter(|vm| {
        cached.enter(|cached| {
            let raise = |error| Failure::raised(&error, vm);
            let mut out = output::stdout_of_its_own(vm).map_err(raise)?;
            output::redirect_prints(cached).map_err(raise)?;
            let path = raw::search_path(vm).map_err(raise)?;
            let own = Contestant { name: "exocet".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
            let contestants: Vec<_> =
                [own].into_iter().chain(baselines.iter().map(|baseline| baseline.contestant.clone())).collect();
            let progress = output::progress(Some(args.names.len() as u64 * u64::from(args.rounds)));
            let mut modules = Vec::new();
            for name in &args.names {
                progress.set_message(name.clone());
                let mut module = Module::new(name, contestants.len());
                match path.get(name) {
                    Ok(handle) => {
                        let loads = Loads { handle, plain: under(vm), cached: under(cached) };
                        measure(&mut module, &loads, &mut baselines, args.rounds, || progress.inc(1));
                    }
                    Err(error) => module.takes[0].failure = Some(error.to_string()),
                }
                modules.push(module);
            }
            progress.finish_and_clear();
            let results = Results { contestants, modules };
            if let Some(file) = &args.html {
                let fail = |error| Failure::failed(format!("can't write {}: {error}", file.display()));
                fs::write(file, page::page(&results)).map_err(fail)?;
            }
            match args.json {
                true => writeln!(out, "{}", serde_json::to_string(&results).map_err(Failure::failed)?)?,
                false => table::write(&results, &mut out)?,
            }
            Ok(ExitCode::from(u8::from(results.failed())))
        })
    })
}

/// The CPythons to compare with. One that was asked for must be there; if there is none otherwise, that is reported.
fn baselines(args: &BenchArgs, folders: &[String]) -> Result<Vec<Baseline>, Failure> {
    if !args.baselines.is_empty() {
        return args.baselines.iter().map(|python| Baseline::start(python, folders).map_err(Failure::Usage)).collect();
    }
    Baseline::start("python3", folders).map(|baseline| vec![baseline]).or_else(|why| {
        output::complain(&format!("nothing to compare with: {why}"));
        Ok(Vec::new())
    })
}

/// Takes all samples of one module, the contestants by turns.
fn measure(module: &mut Module, loads: &Loads<'_>, baselines: &mut [Baseline], rounds: u32, step: impl Fn()) {
    let name = module.name.clone();
    let (own, others) = module.takes.split_first_mut().expect("there is one for us");
    own.note(loads.prepare());
    for (baseline, take) in baselines.iter_mut().zip(others.iter_mut()) {
        take.note(baseline.prepare(&name));
    }
    for _ in 0..rounds {
        for work in Work::ALL {
            if own.failure.is_some() {
                return;
            }
            let samples = own.note(loads.round(work));
            own.rounds_of(work).extend(samples);
            // Once one has failed there is nothing to compare with.
            for (baseline, take) in
                baselines.iter_mut().zip(others.iter_mut()).filter(|(_, take)| take.failure.is_none())
            {
                let samples = take.note(baseline.round(&name, work));
                take.rounds_of(work).extend(samples);
            }
        }
        step();
    }
    own.memory = own.note(loads.memory()).flatten();
    for (baseline, take) in baselines.iter_mut().zip(others).filter(|(_, take)| take.failure.is_none()) {
        take.memory = take.note(baseline.memory(&name)).flatten();
    }
}

/// Loads of one module in two runtimes, of which one has a disk cache.
struct Loads<'a> {
    handle: PythonModule,
    plain: Under<'a>,
    cached: Under<'a>,
}

type Under<'a> = (MapperRef, &'a VirtualMachine);

fn under(vm: &VirtualMachine) -> Under<'_> {
    (raw::pass_through(vm), vm)
}

/// Loads the module alone. A package's own modules are loaded already, as they are where CPython loads it.
fn fresh(handle: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult {
    if !handle.is_package() {
        return raw::load(handle, mapper, vm);
    }
    let module = vm.new_module(handle.name(), vm.ctx.new_dict(), None);
    raw::load_into(handle, mapper, &module, vm)?;
    Ok(module.into())
}

impl Loads<'_> {
    /// Has all imported that the module imports, and its code in the disk cache.
    fn prepare(&self) -> Result<(), String> {
        self.load(&self.plain)?;
        forget_compiled_code();
        self.load(&self.cached).map(drop)
    }

    /// The seconds that one load takes.
    fn load(&self, (mapper, vm): &Under<'_>) -> Result<f64, String> {
        let start = Instant::now();
        let module = fresh(&self.handle, mapper, vm);
        let seconds = start.elapsed().as_secs_f64();
        // A module's end is no part of its load.
        black_box(module).map(|_| seconds).map_err(|error| raw::describe(&error, vm))
    }

    fn round(&self, work: Work) -> Result<Samples, String> {
        let (under, times) = match work {
            Work::Cold => (&self.plain, 1),
            Work::Disk => (&self.cached, 1),
            Work::Warm => (&self.plain, REPEAT),
        };
        if work != Work::Warm {
            forget_compiled_code();
            raw::forget_units(under.1);
        }
        (0..times).map(|_| self.load(under)).collect()
    }

    /// The bytes that one of many instances takes up, where the system reports it.
    fn memory(&self) -> Result<Option<f64>, String> {
        let (mapper, vm) = &self.plain;
        let mut alive = Vec::with_capacity(2 * INSTANCES);
        let mut resident = || {
            for _ in 0..INSTANCES {
                alive.push(fresh(&self.handle, mapper, vm).map_err(|error| raw::describe(&error, vm))?);
            }
            Ok::<_, String>(memory_stats().map(|memory| memory.physical_mem as f64))
        };
        // The first ones fill what the allocator has at hand.
        let (before, after) = (resident()?, resident()?);
        Ok(before.zip(after).map(|(before, after)| (after - before).max(0.0) / INSTANCES as f64))
    }
}
