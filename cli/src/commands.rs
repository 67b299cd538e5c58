//! The commands: one file for each, with its arguments. What they share stands beside this file.

mod bench;
mod bundle;
mod cache;
mod check;
mod completions;
#[cfg(feature = "stdlib")]
mod demo;
mod explain;
mod graph;
mod imports;
#[cfg(feature = "isolates")]
mod isolate;
mod list;
mod load;
mod lock;
mod man;
mod new;
mod plugins;
mod run;
mod trace;

use crate::{
    failure::Failure,
    output,
    python::{self, PythonLine},
};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use exocet::vm::version;
use std::{ffi::OsString, io::Write, process::ExitCode};

/// Loads Python modules fresh, and decides what each of their imports gets.
///
/// What is no command is read as by `python`: a program, `-c CODE`, `-m MODULE` or `-` for stdin, after flags such as -W and -I.
#[derive(Debug, Parser)]
#[command(
    name = "exocet",
    version,
    override_usage = "exocet COMMAND [ARGS]...\n       exocet [FLAGS] (FILE | -m MODULE | -c CODE | -) [ARGS]..."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show in one minute what a mapper is good for
    #[cfg(feature = "stdlib")]
    Demo,
    Run(run::RunArgs),
    List(list::ListArgs),
    Load(load::LoadArgs),
    Imports(imports::ImportsArgs),
    Graph(graph::GraphArgs),
    Check(check::CheckArgs),
    Plugins(plugins::PluginsArgs),
    Explain(explain::ExplainArgs),
    Trace(trace::TraceArgs),
    Lock(lock::LockArgs),
    Bundle(bundle::BundleArgs),
    New(new::NewArgs),
    Bench(bench::BenchArgs),
    #[cfg(feature = "isolates")]
    Isolate(isolate::IsolateArgs),
    Cache(cache::CacheArgs),
    Man(man::ManArgs),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: Shell,
    },
}

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
        Command::Plugins(args) => plugins::plugins(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Trace(args) => trace::trace(&args),
        Command::Lock(args) => lock::lock(&args),
        Command::Bundle(args) => bundle::bundle(&args),
        Command::Bench(args) => bench::bench(&args),
        #[cfg(feature = "isolates")]
        Command::Isolate(args) => isolate::isolate(&args),
        Command::Cache(args) => cache::cache(&args.action),
        Command::Man(args) => man::man(&args),
        Command::New(args) => new::new(&args),
        Command::Completions { shell } => completions::completions(shell),
    }
}

/// Carries out a command line of `python`.
pub(crate) fn python(arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    let mut out = output::stdout();
    match python::parse(arguments)? {
        PythonLine::Run { flags, given, arguments } => return run::run_python(&flags, &given, &arguments),
        PythonLine::Version { long } => writeln!(out, "Python {}", version(long))?,
        PythonLine::Help => writeln!(out, "{}", Cli::command().render_help().ansi())?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The version of the language, and of what runs it if `long`.
fn version(long: bool) -> String {
    let language = format!("{}.{}.{}", version::MAJOR, version::MINOR, version::MICRO);
    if long { format!("{language} (exocet {})", env!("CARGO_PKG_VERSION")) } else { language }
}
