//! `exocet list`.

use crate::{
    failure::Failure,
    output::{self, CYAN, DIM, JsonList},
    plan::check_name,
    sources::{self, Search},
};
use clap::Args;
use exocet::{
    Error,
    modules::{PythonModule, SearchPath},
};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

/// List modules without running them
#[derive(Debug, Args)]
#[command(after_long_help = "\
What can't be listed is reported on stderr, and the listing goes on.
Exit code: 0; 1 if anything couldn't be listed, or the package isn't there; 2 if the command line is wrong.

The JSON is a list of {\"name\", \"kind\", \"origin\"}; a namespace package has the origin null.
What can't be listed is an item {\"error\"}.")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    search: Search,
    /// List everything below, too
    #[arg(long)]
    walk: bool,
    /// Print a JSON list
    #[arg(long)]
    json: bool,
    /// The package whose modules are listed; without it those of the paths, or else of the embedded library
    package: Option<String>,
}

pub(crate) fn list(args: &ListArgs) -> Result<ExitCode, Failure> {
    let modules = modules(args)?;
    let mut failed = false;
    let mut out = output::buffered_stdout();
    if args.json {
        let mut list = JsonList::new(out);
        for module in modules {
            failed |= module.is_err();
            list.push(&Item::from(module))?;
        }
        list.finish()?;
    } else {
        let progress = output::progress(None);
        let mut found = Vec::new();
        for module in modules {
            progress.inc(1);
            match module {
                Ok(module) => found.push(module),
                Err(error) => {
                    failed = true;
                    progress.suspend(|| output::complain(&error.to_string()));
                }
            }
        }
        progress.finish_and_clear();
        let width = found.iter().map(|module| module.name().chars().count()).max().unwrap_or(0);
        for module in &found {
            let (kind, origin) = (module.kind().to_string(), origin(module));
            writeln!(out, "{:width$}  {CYAN}{kind:9}{CYAN:#}  {DIM}{origin}{DIM:#}", module.name())?;
        }
        out.flush()?;
    }
    Ok(ExitCode::from(u8::from(failed)))
}

type Modules = Box<dyn Iterator<Item = Result<PythonModule, Error>>>;

fn modules(args: &ListArgs) -> Result<Modules, Failure> {
    if let Some(name) = &args.package {
        check_name(name)?;
    }
    let path = match args.package {
        None if !args.search.paths.is_empty() => sources::path_of(sources::open(&args.search)?),
        _ => sources::path_and_library(sources::open(&args.search)?)?,
    };
    let Some(name) = &args.package else {
        return Ok(if args.walk { Box::new(path.walk_modules()) } else { Box::new(path.iter_modules()) });
    };
    let package = sources::find(name, &path)?;
    if args.walk {
        return Ok(Box::new(package.walk_modules()));
    }
    if !package.is_package() {
        return Err(Failure::Failed(format!("`{name}` is not a package: there is nothing below it")));
    }
    Ok(Box::new(package.iter_modules()))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Item {
    Module { name: String, kind: String, origin: Option<String> },
    Failed { error: String },
}

impl From<Result<PythonModule, Error>> for Item {
    fn from(module: Result<PythonModule, Error>) -> Self {
        match module {
            Ok(module) => Item::Module {
                name: module.name().to_owned(),
                kind: module.kind().to_string(),
                origin: module.origin(),
            },
            Err(error) => Item::Failed { error: error.to_string() },
        }
    }
}

/// The file, or the folders that make a namespace package.
fn origin(module: &PythonModule) -> String {
    module.origin().unwrap_or_else(|| {
        let folders = module.search_path().into_iter().flat_map(SearchPath::locations);
        folders.map(ToString::to_string).collect::<Vec<_>>().join(", ")
    })
}
