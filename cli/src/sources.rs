//! Where the command line looks for modules.

use crate::failure::Failure;
use clap::Args;
use exocet::{
    Error, Runtime, Source,
    modules::{Kind, Location, PythonModule, SearchPath},
    raw,
};
use std::{path::PathBuf, sync::Arc};

#[derive(Debug, Default, Args)]
pub(crate) struct Search {
    /// Look for modules in this folder or zip archive first
    ///
    /// May be given several times. What isn't found there is looked for in the embedded library.
    #[arg(long = "path", value_name = "P")]
    pub(crate) paths: Vec<PathBuf>,
}

/// The sources at the paths given, each once.
pub(crate) fn open(search: &Search) -> Result<Vec<Arc<dyn Source>>, Failure> {
    let mut sources = Vec::new();
    for path in &search.paths {
        add(&mut sources, exocet::source::open(path).map_err(Failure::usage)?);
    }
    Ok(sources)
}

/// Puts `source` at the end, unless there is one of the same place.
pub(crate) fn add(sources: &mut Vec<Arc<dyn Source>>, source: Arc<dyn Source>) {
    if !sources.iter().any(|other| other.label() == source.label()) {
        sources.push(source);
    }
}

/// The search path of these sources alone.
pub(crate) fn path_of(sources: Vec<Arc<dyn Source>>) -> SearchPath {
    SearchPath::from_locations(sources.into_iter().map(|source| Location { source, folder: String::new() }))
}

/// The module of that name.
pub(crate) fn find(name: &str, path: &SearchPath) -> Result<PythonModule, Failure> {
    path.get(name).map_err(|error| Failure::Failed(reason(&error)))
}

/// Why there is no such module. Where the current folder has what may be meant, how to look there is a part of that.
pub(crate) fn reason(error: &Error) -> String {
    match error.name().filter(|_| error.is_not_found()).and_then(advice) {
        Some(advice) => format!("{error}; {advice}"),
        None => error.to_string(),
    }
}

/// How to look for what was meant, if it is a module of the current folder, by its name or its file's, or something that has modules.
fn advice(name: &str) -> Option<String> {
    let module = name.strip_suffix(".py").unwrap_or(name);
    let here = exocet::source::open(".").ok()?;
    // Any folder would be a namespace package.
    match path_of(vec![here]).get(module).is_ok_and(|found| found.kind() != Kind::Namespace) {
        true => Some(format!("for the one in the current folder: --path . {module}")),
        false => exocet::source::open(name).is_ok().then(|| format!("for a module in `{name}`: --path {name} NAME")),
    }
}

/// A runtime over these sources, for commands that run nothing.
pub(crate) fn quiet_runtime(sources: &[Arc<dyn Source>]) -> Result<Runtime, Failure> {
    let builder = Runtime::builder().isolated();
    let builder = sources.iter().fold(builder, |builder, source| builder.shared_source(source.clone()));
    builder.build().map_err(Failure::failed)
}

/// The search path of these sources and the library, for commands that run nothing.
pub(crate) fn path_and_library(sources: Vec<Arc<dyn Source>>) -> Result<SearchPath, Failure> {
    let runtime = Runtime::builder().isolated().build().map_err(Failure::failed)?;
    let library = runtime.enter(raw::library);
    let own = path_of(sources);
    Ok(own.locations().iter().chain(library.locations()).cloned().collect())
}

/// Whether any of the sources is a bundle, whose modules are loaded together, under what it brings.
pub(crate) fn have_bundle(sources: &[Arc<dyn Source>]) -> bool {
    sources.iter().any(|source| source.bundle().is_some())
}
