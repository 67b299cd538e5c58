//! `exocet bench`.

mod baseline;
mod contender;
mod in_process;
#[cfg(feature = "isolates")]
mod isolates;
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
use contender::Contender;
use exocet::{Runtime, RuntimeBuilder, Source, compile::DiskCache};
use in_process::InProcess;
use results::{Module, Results, Work};
use std::{fs, io::Write, path::PathBuf, process::ExitCode, sync::Arc};

/// Measure how fast modules load, beside CPython's importlib
#[derive(Debug, Args)]
#[command(after_long_help = "\
Each module is loaded fresh, again and again, with the modules that it imports loaded already:
  cold  from source; CPython without bytecode
  disk  from the disk cache; CPython with bytecode
  warm  from memory; CPython with bytecode; an isolate from its snapshot, to its first answer
  start, call  the parts of that: an isolate starts, and gives its first answer
The rounds of all that is compared take turns. A ratio is that of one round's medians; shown are the
median of all rounds, and from the 10th to the 90th percentile. What modules print goes to stderr.
Exit code: 0; 1 if any module failed; 2 if the command line is wrong.

Examples:
  exocet bench --path plugins greet count
      How fast are these two, beside the python3 that is installed?
  exocet bench --path plugins --isolated --call main greet
      And in isolates, with a call of its function `main`?
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
    /// Measure isolates, too
    #[cfg(feature = "isolates")]
    #[arg(long)]
    isolated: bool,
    /// Call this function of each module, too, without arguments
    ///
    /// Without it, an isolate's first answer is the name of the module.
    #[arg(long, value_name = "FUNCTION")]
    call: Option<String>,
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
    let others = others(args, &sources)?;
    let cache = tempfile::tempdir().map_err(Failure::failed)?;
    let build = |builder: RuntimeBuilder| {
        let builder = sources.iter().fold(builder, |builder, source| builder.shared_source(source.clone()));
        builder.build().map_err(Failure::failed)
    };
    let plain = build(Runtime::builder())?;
    let cached = build(Runtime::builder().disk_cache(DiskCache::new(cache.path())))?;
    plain.enter(|vm| {
        cached.enter(|cached| {
            let raise = |error| Failure::raised(&error, vm);
            let mut out = output::stdout_of_its_own(vm).map_err(raise)?;
            output::redirect_prints(cached).map_err(raise)?;
            let own = InProcess::new(vm, cached, args.call.as_deref()).map_err(raise)?;
            let mut contenders: Vec<Box<dyn Contender + '_>> = vec![Box::new(own)];
            contenders.extend(others);
            let contestants: Vec<_> = contenders.iter().map(|contender| contender.contestant()).collect();
            let progress = output::progress(Some(args.names.len() as u64 * u64::from(args.rounds)));
            let mut modules = Vec::new();
            for name in &args.names {
                progress.set_message(name.clone());
                let mut module = Module::new(name, contestants.len());
                measure(&mut module, &mut contenders, args.rounds, || progress.inc(1));
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

/// Whom to compare with: isolates, if they are asked for, and CPythons. A CPython that was asked for must be there; if there is
/// none otherwise, that is reported.
fn others<'a>(args: &'a BenchArgs, sources: &'a [Arc<dyn Source>]) -> Result<Vec<Box<dyn Contender + 'a>>, Failure> {
    let mut others: Vec<Box<dyn Contender>> = Vec::new();
    #[cfg(feature = "isolates")]
    if args.isolated {
        others.push(Box::new(isolates::Isolates::new(sources, args.call.as_deref())?));
    }
    let folders: Vec<String> = sources.iter().map(|source| source.label().to_owned()).collect();
    let start = |python: &str| Baseline::start(python, &folders, args.call.as_deref());
    for python in &args.baselines {
        others.push(Box::new(start(python).map_err(Failure::Usage)?));
    }
    if args.baselines.is_empty() {
        match start("python3") {
            Ok(baseline) => others.push(Box::new(baseline)),
            Err(why) => output::complain(&format!("nothing to compare with: {why}")),
        }
    }
    Ok(others)
}

/// Takes all samples of one module, by turns. The first contender's failure ends it, as there is nothing to compare with.
fn measure(module: &mut Module, contenders: &mut [Box<dyn Contender + '_>], rounds: u32, step: impl Fn()) {
    let name = module.name.clone();
    for (contender, take) in contenders.iter_mut().zip(&mut module.takes) {
        take.note(contender.prepare(&name));
    }
    for _ in 0..rounds {
        for work in Work::ALL {
            if module.takes[0].failure.is_some() {
                return;
            }
            for (contender, take) in contenders.iter_mut().zip(&mut module.takes) {
                if take.failure.is_none()
                    && let Some(samples) = take.note(contender.round(&name, work)).flatten()
                {
                    take.rounds_of(work).push(samples);
                }
            }
        }
        step();
    }
    for (contender, take) in contenders.iter_mut().zip(&mut module.takes) {
        if take.failure.is_none() {
            take.memory = take.note(contender.memory(&name)).flatten();
        }
    }
}
