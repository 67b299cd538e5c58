//! What can be written on the command line.

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;

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
}
