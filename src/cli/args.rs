//! What can be written on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::{path::PathBuf, time::Duration};

/// Loads Python modules fresh, and decides what each of their imports gets.
#[derive(Debug, Parser)]
#[command(name = "exocet", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show in one minute what a mapper is good for
    #[cfg(feature = "stdlib")]
    Demo,
    Run(Run),
    List(List),
    Load(Load),
    Imports(Imports),
    Graph(Graph),
    Check(Check),
    Explain(Explain),
    Trace(Trace),
    Lock(Lock),
    Bench(Bench),
    Cache(Cache),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: Shell,
    },
}

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
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) search: Search,
    #[command(flatten)]
    pub(crate) mapping: Mapping,
    #[command(flatten)]
    pub(crate) caching: Caching,
    /// Let every import fail that no override answers
    #[arg(long)]
    pub(crate) empty: bool,
    /// Load the program's own modules and everything from --path fresh, together, in a realm
    ///
    /// Overrides and denials then count in all of them, and not just in the program.
    #[arg(long)]
    pub(crate) realm: bool,
    /// Record what is imported, and what each import got, in FILE
    ///
    /// `exocet trace FILE` shows it.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Let nothing run, and no import be answered, that the lock in FILE doesn't have
    ///
    /// `exocet lock` makes a lock of what was recorded.
    #[arg(long, value_name = "FILE")]
    pub(crate) locked: Option<PathBuf>,
    /// Report overrides and denials that were never asked for
    ///
    /// Their names, most likely misspelt, are on stderr after the run.
    #[arg(long)]
    pub(crate) warn_unused: bool,
    /// Run a module instead of a file; all that follows are its arguments
    ///
    /// A package is run by its `__main__`. The current folder leads the search path.
    #[arg(short, value_names = ["MODULE", "ARGS"], num_args = 1.., allow_hyphen_values = true, conflicts_with = "program")]
    pub(crate) module: Vec<String>,
    /// The program and its arguments
    ///
    /// FILE is a Python file, or a folder or zip archive with a `__main__.py`. Its folder leads the search path.
    #[arg(value_names = ["FILE", "ARGS"], trailing_var_arg = true, required_unless_present = "module")]
    pub(crate) program: Vec<String>,
}

/// List modules without running them
#[derive(Debug, Args)]
#[command(after_long_help = "\
What can't be listed is reported on stderr, and the listing goes on.
Exit code: 0; 1 if anything couldn't be listed, or the package isn't there; 2 if the command line is wrong.

The JSON is a list of {\"name\", \"kind\", \"origin\"}; a namespace package has the origin null.
What can't be listed is an item {\"error\"}.")]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) search: Search,
    /// List everything below, too
    #[arg(long)]
    pub(crate) walk: bool,
    /// Print a JSON list
    #[arg(long)]
    pub(crate) json: bool,
    /// The package whose modules are listed; without it those of the paths, or else of the embedded library
    pub(crate) package: Option<String>,
}

/// Load modules fresh, each on its own, and tell which ones fail
#[derive(Debug, Args)]
#[command(after_long_help = "\
A module that fails doesn't stop the others, also when it exits. What modules print goes to stderr.
Exit code: 0; 1 if any module failed; 2 if the command line is wrong.

The JSON is a list of {\"name\", \"ok\", \"ms\", \"error\"}; the error of a module that loads is null.

Examples:
  exocet load --path src --walk app
      Does every module below `app` load?
  exocet load --path src --deny socket --repeat 100 --json app.parser
      Does `app.parser` load where there is no `socket`, and how fast?")]
pub(crate) struct Load {
    #[command(flatten)]
    pub(crate) search: Search,
    #[command(flatten)]
    pub(crate) mapping: Mapping,
    #[command(flatten)]
    pub(crate) caching: Caching,
    /// Load everything below each NAME, too
    #[arg(long)]
    pub(crate) walk: bool,
    /// Load each NAME in a realm: everything from --path is fresh, each module once
    ///
    /// A NAME that isn't there is fresh with the package that it belongs to. Each load has a realm of its own.
    #[arg(long)]
    pub(crate) realm: bool,
    /// Load each module N times, and tell the time of the fastest load
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,
    /// Print a JSON list
    #[arg(long)]
    pub(crate) json: bool,
    /// The modules to load
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
}

/// Tell what a module imports, without running it
#[derive(Debug, Args)]
#[command(after_long_help = "\
Kinds: `top level` runs when the module is loaded, `try` may fail, `function` runs when a function
is called, `type checking` never runs.

The JSON is a list of {\"name\", \"item\", \"alias\", \"level\", \"line\", \"column\", \"kind\"}:
`from .b import V as W` in `pk.a` has the name \"pk.b\", the item \"V\", the alias \"W\", the level 1.")]
pub(crate) struct Imports {
    #[command(flatten)]
    pub(crate) search: Search,
    /// Print a JSON list
    #[arg(long)]
    pub(crate) json: bool,
    /// The module
    pub(crate) name: String,
}

/// Show which modules import which, without running them
#[derive(Debug, Args)]
#[command(after_long_help = "\
An import goes to each module that it runs: that of `a.b.c` to `a`, `a.b` and `a.b.c`, and `from a import b`
to `a`, and to `a.b` if there is such a module. A package that the importing module lies in is there already,
and no import goes to it unless a `from` names it. Modules that can't be read are reported on stderr.
Exit code: 0; 1 if a module couldn't be read, or a NAME isn't there; 2 if the command line is wrong.

The JSON is {\"modules\": [{\"name\", \"origin\", \"kind\"}], \"imports\": [{\"from\", \"to\", \"line\", \"column\",
\"kind\", \"in_cycle\"}], \"cycles\": [[...]]}. The kind of a module is module, package, namespace, built-in,
override, denied or missing.

Examples:
  exocet graph --path src app
      What does `app` import, and what do those modules of src import that it leads to?
  exocet graph --path src --format html app > graph.html
      The same as a page with a picture.
  exocet graph --path src --format dot app | dot -Tsvg > graph.svg
      The same, drawn by Graphviz.")]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) search: Search,
    #[command(flatten)]
    pub(crate) mapping: Mapping,
    /// Follow the imports of every module
    ///
    /// Otherwise only those from --path are followed, or without any --path, those of the NAMEs' packages.
    #[arg(long)]
    pub(crate) all: bool,
    /// Follow imports that only a type checker sees, too
    #[arg(long)]
    pub(crate) type_checking: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: GraphFormat,
    /// The modules to begin with
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A tree
    #[default]
    Text,
    /// The language of Graphviz
    Dot,
    /// The language of Mermaid
    Mermaid,
    /// A JSON object
    Json,
    /// A page with a picture
    Html,
}

/// Tell which imports a run would not get, without running it
#[derive(Debug, Args)]
#[command(after_long_help = "\
The mapper is made of the same options as that of `run`, and asked about each import of the NAMEs, and of
everything below those that are packages. Denied and missing modules are errors; what is missing inside of
`try` is a warning, and so is what is denied or missing but for a type checker. What code asks for by itself,
as `importlib.import_module(name)` does, shows only in a record of a run (--record).
Exit code: 0; 1 if there are errors; 2 if the command line is wrong.

The JSON is a list of {\"module\", \"file\", \"line\", \"column\", \"name\", \"kind\", \"verdict\", \"reason\"}. The
verdict is denied, missing, overridden or unreadable; with --record also dynamic or never asked. The kinds
are those of `exocet imports`. What isn't known is null.

Examples:
  exocet check --path src --deny socket --deny ssl app
      Which modules of `app` import `socket` or `ssl`, and where?
  exocet check --path src --realm --empty --override time=stubs/time.py app
      Would `app` find all that it imports, had it only src and the stub?")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) search: Search,
    #[command(flatten)]
    pub(crate) mapping: Mapping,
    /// Let every import fail that no override answers
    #[arg(long)]
    pub(crate) empty: bool,
    /// Check what the NAMEs import from --path, too, and what that imports
    ///
    /// So it is in `run --realm`, where all that comes from --path is under the mapper.
    #[arg(long)]
    pub(crate) realm: bool,
    /// Report the imports that get something else, too
    #[arg(long)]
    pub(crate) overridden: bool,
    /// Compare with what a run asked for
    ///
    /// FILE is a record: a JSON object for each event, one a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Print a JSON list
    #[arg(long)]
    pub(crate) json: bool,
    /// The modules and packages to check
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
}

/// Tell what an import would get, and which mapper says so, without loading anything
#[derive(Debug, Args)]
#[command(after_long_help = "\
The mappers are listed in the order in which they are asked, each indented below the one that asks it, with
its rule and its answer.
Exit code: 0 if the import would get something; 1 if not; 2 if the command line is wrong.

The JSON is {\"importer\", \"name\", \"gets\", \"reason\", \"steps\": [{\"name\", \"depth\", \"mapper\", \"rule\",
\"answer\", \"detail\"}]}. What it gets is found, overridden, part, denied or missing.

Example:
  exocet explain --policy plugins.toml plugins.mail socket
      May the module `plugins.mail` import `socket`, and by which rule?")]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) search: Search,
    #[command(flatten)]
    pub(crate) mapping: Mapping,
    /// Let every import fail that no override answers
    #[arg(long)]
    pub(crate) empty: bool,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// The module that imports
    pub(crate) importer: String,
    /// What it imports
    pub(crate) name: String,
}

/// Make a lock and a policy of what a run asked for
#[derive(Debug, Args)]
#[command(after_long_help = "\
RECORD is what `run --trace` wrote. The lock has each module that ran, with a hash of its file, and each
answer to each importer; the same record gives the same bytes. The policy allows what was asked for and
answered, to who asked, and nothing else.
Exit code: 0; 1 if RECORD is no record; 2 if the command line is wrong.

Example:
  exocet run --trace app.record app.py
  exocet lock --policy app.toml app.record > app.lock
  exocet run --locked app.lock app.py
      What app.py ran the first time, it may run again, and nothing that is new or changed.")]
pub(crate) struct Lock {
    /// Write a policy to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The record
    #[arg(value_name = "RECORD")]
    pub(crate) record: PathBuf,
}

/// Show what a run loaded, and how long that took
#[derive(Debug, Args)]
#[command(after_long_help = "\
The total time of a load is that of compiling and running the module, with all that it loads meanwhile. Its
own time is what is left of that without those loads. `asked` counts the decisions of mappers meanwhile.
Exit code: 0; 1 if FILE is no record; 2 if the command line is wrong.

The JSON is {\"loads\": [...], \"decisions\": [...]}. A load has \"name\", \"id\", \"thread\", \"origin\", \"fresh\", \"at\",
\"total_ns\", \"self_ns\", \"decisions\", \"error\" and its \"loads\"; a decision is as in the record.

Examples:
  exocet trace --min 1ms app.record
      Which modules take longer than a millisecond?
  exocet trace --format html app.record > app.html
      A page with a flame view.
  exocet trace --format chrome app.record > app.json
      For chrome://tracing, Perfetto or speedscope.")]
pub(crate) struct Trace {
    /// How to show it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TraceFormat,
    /// Leave out, of the text, loads that took less time and went well: `500us`, `1ms`, `2s`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) min: Option<Duration>,
    /// The record: a JSON object for each event, one a line
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum TraceFormat {
    /// A table, in which loads are indented below those that they belong to
    #[default]
    Text,
    /// A JSON object
    Json,
    /// Events of Chrome's tracing
    Chrome,
    /// A page with a flame view
    Html,
}

/// A number and its unit.
fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return Err("its unit is none of ns, us, ms and s".to_owned()),
    };
    let number: f64 = number.trim().parse().map_err(|_| "it has no number before its unit".to_owned())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

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
pub(crate) struct Bench {
    #[command(flatten)]
    pub(crate) search: Search,
    /// Do the same work with this CPython
    ///
    /// May be given several times. Without it `python3` is used, if there is one.
    #[arg(long = "baseline", value_name = "PYTHON")]
    pub(crate) baselines: Vec<String>,
    /// Measure N times
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(3..=1000))]
    pub(crate) rounds: u32,
    /// Print a JSON object, with every sample
    #[arg(long, conflicts_with = "html")]
    pub(crate) json: bool,
    /// Write a page with plots to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The modules to load
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
}

/// Tell what the cache of compiled modules holds, or empty it
///
/// `run` and `load` keep what they compile in the user's cache folder, or in EXOCET_CACHE_DIR where that is set. An entry
/// is used only for the very source that it was made of; nothing is lost by emptying the cache but time.
#[derive(Debug, Args)]
pub(crate) struct Cache {
    #[command(subcommand)]
    pub(crate) action: CacheAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Tell where the cache is, how many modules it holds, and their size
    Info {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Remove all that the cache holds
    Clear,
}

#[derive(Debug, Args)]
pub(crate) struct Caching {
    /// Compile every module anew, and keep nothing on the disk
    #[arg(long)]
    pub(crate) no_cache: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Look for modules in this folder or zip archive first
    ///
    /// May be given several times. What isn't found there is looked for in the embedded library.
    #[arg(long = "path", value_name = "P")]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Mapping {
    /// Give imports of NAME another module, by its name or its file
    ///
    /// TARGET is a file if it ends in `.py` or has a slash in it. It is loaded once, before everything else.
    #[arg(long = "override", value_name = "NAME=TARGET")]
    pub(crate) overrides: Vec<String>,
    /// Let imports of NAME fail, and of everything below it
    ///
    /// An override allows again what it names.
    #[arg(long = "deny", value_name = "NAME")]
    pub(crate) denials: Vec<String>,
    /// Ask the policy in FILE about imports that no --override and no --deny answers
    ///
    /// FILE is TOML. The README has its form.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}
