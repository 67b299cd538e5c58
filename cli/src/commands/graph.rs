//! `exocet graph`, and the graph that it shows.

mod build;
mod dot;
mod mermaid;
mod page;
mod picture;
mod text;

use crate::{
    failure::Failure,
    output,
    plan::{Mapping, Plan, check_name},
    sources::{self, Search},
};
use build::Builder;
use clap::{Args, ValueEnum};
use exocet::{
    Source,
    modules::{PythonModule, SearchPath},
    syntax::ImportKind,
};
use petgraph::{algo::tarjan_scc, graph::DiGraph};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::ExitCode,
    sync::Arc,
};

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
pub(crate) struct GraphArgs {
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    mapping: Mapping,
    #[command(flatten)]
    extent: Extent,
    /// How to show it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: GraphFormat,
    /// The modules to begin with
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

/// How far a graph goes.
#[derive(Debug, Args)]
pub(super) struct Extent {
    /// Follow the imports of every module
    ///
    /// Otherwise only those from --path are followed, or without any --path, those of the same packages.
    #[arg(long)]
    all: bool,
    /// Follow imports that only a type checker sees, too
    #[arg(long)]
    type_checking: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum GraphFormat {
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

pub(crate) fn graph(args: &GraphArgs) -> Result<ExitCode, Failure> {
    args.names.iter().try_for_each(|name| check_name(name))?;
    let sources = sources::open(&args.search)?;
    let plan = Plan::new(&args.mapping)?.obeying(&sources)?;
    let roots = |path: &SearchPath| {
        let roots = args.names.iter().map(|name| sources::find(name, path));
        roots.collect::<Result<Vec<_>, _>>()
    };
    let (graph, failed) = graph_of(sources, &plan, &args.extent, roots)?;
    show(&graph, args.format)?;
    Ok(ExitCode::from(u8::from(failed)))
}

/// The graph of some modules of the search path, and whether anything couldn't be read.
pub(super) fn graph_of(
    sources: Vec<Arc<dyn Source>>,
    plan: &Plan,
    extent: &Extent,
    roots: impl FnOnce(&SearchPath) -> Result<Vec<PythonModule>, Failure>,
) -> Result<(Graph, bool), Failure> {
    let runtime = sources::quiet_runtime(&sources)?;
    let own = (!sources.is_empty()).then(|| sources::path_of(sources));
    runtime.enter(|vm| {
        let dry = plan.dry_run(false, vm)?;
        let roots = roots(dry.path())?;
        let dry = dry.packages(&roots);
        Builder::new(extent, &dry, own).build(roots).map_err(|error| Failure::raised(&error, vm))
    })
}

/// Prints a graph.
pub(super) fn show(graph: &Graph, format: GraphFormat) -> Result<(), Failure> {
    let mut out = output::stdout();
    match format {
        GraphFormat::Text => text::write(graph, &mut out)?,
        GraphFormat::Dot => dot::write(graph, &mut out)?,
        GraphFormat::Mermaid => mermaid::write(graph, &mut out)?,
        GraphFormat::Json => writeln!(out, "{}", serde_json::to_string(graph).map_err(Failure::failed)?)?,
        GraphFormat::Html => out.write_all(page::page(graph).as_bytes())?,
    }
    Ok(out.flush()?)
}

/// Which modules import which, all sorted.
#[derive(Debug, Serialize)]
pub(crate) struct Graph {
    #[serde(skip)]
    roots: Vec<String>,
    #[serde(serialize_with = "values")]
    modules: BTreeMap<String, Module>,
    imports: Vec<Link>,
    /// The sets of modules that import one another, by whichever way.
    cycles: Vec<Vec<String>>,
    /// Which plugin requires which, by their modules. Modules that are no plugins require nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requires: Vec<Requires>,
}

/// What one plugin requires of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Requires {
    from: String,
    to: String,
    /// The requirement, as `other >=1.0`.
    requirement: String,
}

#[derive(Debug, Serialize)]
struct Module {
    name: String,
    origin: Option<String>,
    kind: &'static str,
    /// Whether it is shown what it imports.
    #[serde(skip)]
    followed: bool,
}

impl Module {
    /// Whether an import of it fails.
    fn is_absent(&self) -> bool {
        matches!(self.kind, "denied" | "missing")
    }
}

/// One statement that imports one module.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Link {
    from: String,
    line: usize,
    column: usize,
    to: String,
    #[serde(serialize_with = "kind")]
    kind: ImportKind,
    in_cycle: bool,
}

fn values<S: serde::Serializer>(modules: &BTreeMap<String, Module>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(modules.values())
}

fn kind<S: serde::Serializer>(kind: &ImportKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(output::kind(*kind))
}

impl Graph {
    fn new(roots: Vec<String>, modules: BTreeMap<String, Module>, mut imports: Vec<Link>) -> Self {
        imports.sort();
        imports.dedup();
        let cycles = cycles(&modules, &imports);
        let of: BTreeMap<&str, usize> = cycles
            .iter()
            .enumerate()
            .flat_map(|(at, cycle)| cycle.iter().map(move |name| (name.as_str(), at)))
            .collect();
        for import in &mut imports {
            let (from, to) = (of.get(import.from.as_str()), of.get(import.to.as_str()));
            import.in_cycle = from.is_some() && from == to;
        }
        Self { roots, modules, imports, cycles, requires: Vec::new() }
    }

    /// Adds that the plugin in one module requires another one, which is in the module `to`, or else is missing.
    pub(super) fn add_requirement(&mut self, from: &str, to: Option<&str>, name: &str, requirement: String) {
        let to = to.unwrap_or(name).to_owned();
        self.modules.entry(to.clone()).or_insert_with(|| Module {
            name: to.clone(),
            origin: None,
            kind: "missing",
            followed: false,
        });
        self.requires.push(Requires { from: from.to_owned(), to, requirement });
        self.requires.sort();
    }

    /// Each pair of modules once, and whether the import is part of a cycle.
    fn pairs(&self) -> BTreeMap<(&str, &str), bool> {
        self.imports.iter().map(|import| ((import.from.as_str(), import.to.as_str()), import.in_cycle)).collect()
    }
}

fn cycles(modules: &BTreeMap<String, Module>, imports: &[Link]) -> Vec<Vec<String>> {
    let mut graph = DiGraph::<&str, ()>::new();
    let nodes: BTreeMap<&str, _> = modules.keys().map(|name| (name.as_str(), graph.add_node(name))).collect();
    let mut own = BTreeSet::new();
    for import in imports {
        graph.add_edge(nodes[import.from.as_str()], nodes[import.to.as_str()], ());
        if import.from == import.to {
            own.insert(import.from.as_str());
        }
    }
    let names = tarjan_scc(&graph).into_iter().map(|nodes| nodes.into_iter().map(|node| graph[node]).collect());
    let is_cycle = |names: &Vec<&str>| names.len() > 1 || own.contains(names[0]);
    let mut cycles: Vec<Vec<String>> = names
        .filter(is_cycle)
        .map(|mut names| {
            names.sort_unstable();
            names.into_iter().map(str::to_owned).collect()
        })
        .collect();
    cycles.sort();
    cycles
}
