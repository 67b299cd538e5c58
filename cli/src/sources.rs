//! Where the command line looks for modules.

use crate::failure::Failure;
use clap::Args;
use exocet::{
    Runtime, Source,
    modules::{Location, SearchPath},
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

/// A runtime over these sources, for commands that run nothing.
pub(crate) fn quiet_runtime(sources: &[Arc<dyn Source>]) -> Result<Runtime, Failure> {
    let builder = Runtime::builder().isolated().without_signals();
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
