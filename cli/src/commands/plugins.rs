//! `exocet plugins`, and finding the plugins that its commands are about.

mod check;
mod graph;
mod list;
mod run;

use crate::{
    disk_cache,
    failure::Failure,
    output,
    plan::check_name,
    sources::{self, Search},
};
use clap::{Args, Subcommand};
use exocet::{
    Error, Source,
    modules::SearchPath,
    plugins::{Discovered, Discovery, Facts, Found, Marker, Requirement},
};
use std::{process::ExitCode, sync::Arc};

/// Find plugins, check them, show what they import, and run them
///
/// Only `run` runs any of them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Plugins are the modules at the top level of the paths, or the modules directly below a package (--package), or
the entry points of installed distributions (--group). With --marker it goes deep, and leaves those that have it:
`name` is bound at the top level of the module, `@decorator` decorates a function or a class there, `(Class)` is
the base of a class there. A plugin may say of itself, at the top level of its module and as literals,
`__version__ = \"1.2\"`, `__requires__ = [\"other >= 1.0, < 2\"]` and `__priority__ = 10`.

Examples:
  exocet plugins list --path site --group app.plugins
  exocet plugins list --path src --marker '@app.hookimpl'
      Which modules of src have functions that are decorated as `from app import hookimpl` allows?
  exocet plugins check --path src --package app.plugins --policy plugins.toml
      Would each plugin find what it imports, under that policy, and the plugins that it requires?
  exocet plugins graph --path src --package app.plugins --format mermaid
  exocet plugins run --path src --package app.plugins --call reply --watch
      What does the function `reply` of each plugin return, now and after each change of its files?")]
pub(crate) struct PluginsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::ListArgs),
    Check(check::CheckArgs),
    Graph(graph::GraphArgs),
    Run(run::RunArgs),
}

pub(crate) fn plugins(args: &PluginsArgs) -> Result<ExitCode, Failure> {
    match &args.action {
        Action::List(args) => list::list(args),
        Action::Check(args) => check::check(args),
        Action::Graph(args) => graph::graph(args),
        Action::Run(args) => run::run(args),
    }
}

/// Which plugins are meant.
#[derive(Debug, Args)]
struct Which {
    #[command(flatten)]
    search: Search,
    /// Find the entry points of this group
    #[arg(long, value_name = "G", conflicts_with = "package")]
    group: Option<String>,
    /// Find the modules below this package
    #[arg(long, value_name = "N")]
    package: Option<String>,
    /// Find only what has this marker: `name`, `@decorator` or `(Class)`
    #[arg(long, value_name = "M")]
    marker: Option<String>,
}

/// The plugins that are meant, and the sources that they stand in.
struct Plugins {
    sources: Vec<Arc<dyn Source>>,
    discovered: Discovered,
}

impl Which {
    fn find(&self) -> Result<Plugins, Failure> {
        let discovery = self.discovery()?;
        let sources = sources::open(&self.search)?;
        let discovered = discovery.find(&self.path(&sources)?);
        Ok(Plugins { sources, discovered })
    }

    /// How the plugins are found.
    fn discovery(&self) -> Result<Discovery, Failure> {
        if let Some(package) = &self.package {
            check_name(package)?;
        }
        let mut discovery = match (&self.group, &self.package) {
            (Some(group), _) => Discovery::group(group),
            (None, Some(package)) => Discovery::package(package),
            (None, None) => Discovery::top_level(),
        };
        if let Some(marker) = &self.marker {
            discovery = discovery.marked(marker.parse::<Marker>().map_err(Failure::usage)?);
            if let Some(folder) = disk_cache::folder() {
                discovery = discovery.cached(folder);
            }
        }
        Ok(discovery)
    }

    /// The paths, or the embedded library where there are none.
    fn path(&self, sources: &[Arc<dyn Source>]) -> Result<SearchPath, Failure> {
        match sources {
            [] => sources::path_and_library(Vec::new()),
            sources => Ok(sources::path_of(sources.to_vec())),
        }
    }
}

impl Plugins {
    /// Reports what could not be listed, read or understood, and returns whether there was anything.
    fn complain(&self) -> bool {
        self.discovered.problems.iter().for_each(|problem| output::complain(&problem.message));
        !self.discovered.problems.is_empty()
    }

    /// The plugins that can be used, with what they say of themselves, or why that can't be known.
    fn usable(&self) -> Vec<(&Found, Result<Facts, Error>)> {
        self.discovered.usable().map(|found| (found, found.facts())).collect()
    }
}

/// The plugin that a requirement is about, or why it isn't met.
fn required<'a>(requirement: &Requirement, usable: &[(&'a Found, Result<Facts, Error>)]) -> Result<&'a Found, String> {
    match usable.iter().find(|(other, _)| other.name == requirement.name) {
        None => Err(format!("it requires `{requirement}`, and there is no such plugin")),
        Some((found, facts)) => {
            let version = facts.as_ref().ok().and_then(|facts| facts.version.as_deref());
            match requirement.is_met_by(version) {
                true => Ok(found),
                false => Err(format!(
                    "it requires `{requirement}`, and `{}` has {}",
                    found.name,
                    version.map_or("no version".to_owned(), |version| format!("version {version}"))
                )),
            }
        }
    }
}
