//! `exocet graph`, and the graph that it shows.

mod dot;
mod mermaid;
mod page;
mod picture;
mod text;
pub(crate) mod walk;

use super::{
    Failure,
    args::{self, GraphFormat},
    dry::{Dry, Outcome},
    imports,
    output::{self, complain},
    plan::{Plan, check_name},
    sources,
};
use exocet::{Import, ImportKind, PythonModule, SearchPath, mapper};
use petgraph::{algo::tarjan_scc, graph::DiGraph};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::ExitCode,
};
use walk::{Scan, steps, walk};

pub(crate) fn graph(args: &args::Graph) -> Result<ExitCode, Failure> {
    args.names.iter().try_for_each(|name| check_name(name))?;
    let plan = Plan::new(&args.mapping)?;
    let sources = sources::open(&args.search)?;
    let runtime = sources::quiet_runtime(&sources)?;
    let own = (!sources.is_empty()).then(|| sources::path_of(sources));
    let (graph, failed) = runtime.enter(|vm| {
        let dry = Dry::new(&plan, mapper::pass_through(vm), None, vm)?;
        let roots = args.names.iter().map(|name| dry.path().get(name).map_err(Failure::failed));
        Builder { args, dry: &dry, own, failed: false, modules: BTreeMap::new(), imports: Vec::new() }
            .build(roots.collect::<Result<_, _>>()?)
    })?;
    let mut out = output::stdout();
    match args.format {
        GraphFormat::Text => text::write(&graph, &mut out)?,
        GraphFormat::Dot => dot::write(&graph, &mut out)?,
        GraphFormat::Mermaid => mermaid::write(&graph, &mut out)?,
        GraphFormat::Json => writeln!(out, "{}", serde_json::to_string(&graph).map_err(Failure::failed)?)?,
        GraphFormat::Html => out.write_all(page::page(&graph).as_bytes())?,
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(failed)))
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
    serializer.serialize_str(imports::kind(*kind))
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
        Self { roots, modules, imports, cycles }
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

/// A graph that is being made.
struct Builder<'a> {
    args: &'a args::Graph,
    dry: &'a Dry<'a>,
    /// The search path of the places given.
    own: Option<SearchPath>,
    failed: bool,
    modules: BTreeMap<String, Module>,
    imports: Vec<Link>,
}

impl Builder<'_> {
    fn build(mut self, roots: Vec<PythonModule>) -> Result<(Graph, bool), Failure> {
        let names = roots.iter().map(|root| root.name().to_owned()).collect();
        for root in &roots {
            self.add(root, true);
        }
        walk(roots, |module, scan| match scan {
            Ok(scan) => self.follow(module, &scan),
            Err(error) => {
                self.failed = true;
                let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
                complain(&format!("{}{line}: {}", module.origin().unwrap_or_default(), error.message));
                Ok(Vec::new())
            }
        })?;
        Ok((Graph::new(names, self.modules, self.imports), self.failed))
    }

    /// Adds what `module` imports, and gives the modules that are to be followed, too.
    fn follow(&mut self, module: &PythonModule, scan: &Scan) -> Result<Vec<PythonModule>, Failure> {
        let mut next = Vec::new();
        for import in &scan.imports {
            if import.kind == ImportKind::TypeChecking && !self.args.type_checking {
                continue;
            }
            for (name, outcome) in self.targets(module, import)? {
                let to = match outcome.module() {
                    Some(found) => {
                        let followed = self.is_followed(found);
                        self.add(found, followed);
                        next.extend(followed.then(|| found.clone()));
                        found.name().to_owned()
                    }
                    None => {
                        self.modules.entry(name.clone()).or_insert_with(|| Module::absent(&name, &outcome));
                        name
                    }
                };
                let (from, line, column) = (module.name().to_owned(), import.line, import.column);
                self.imports.push(Link { from, line, column, to, kind: import.kind, in_cycle: false });
            }
        }
        Ok(next)
    }

    /// The names that an import statement runs the modules of.
    fn targets(&self, module: &PythonModule, import: &Import) -> Result<Vec<(String, Outcome)>, Failure> {
        let mut targets = Vec::new();
        let (name, outcome) = self.dry.import(module.name(), &import.name, import.item.as_deref())?;
        for step in steps(&import.name) {
            // To import what lies in a package takes no import of the package from whoever lies in it, too.
            let is_there =
                module.name().strip_prefix(step).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let is_named = step == import.name;
            let of_itself = name != import.name && module.name() == step;
            if (is_named && !of_itself) || !is_there {
                let outcome = self.dry.outcome(module.name(), step)?;
                // Above what can be had there need be nothing.
                if is_named || outcome.module().is_some() {
                    targets.push((step.to_owned(), outcome));
                }
            }
        }
        if name != import.name {
            targets.push((name, outcome));
        }
        Ok(targets)
    }

    fn is_followed(&self, module: &PythonModule) -> bool {
        let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        self.args.all
            || match &self.own {
                Some(own) => own.get(module.name()).is_ok_and(|found| found == *module),
                None => self.args.names.iter().any(|name| top(name) == top(module.name())),
            }
    }

    fn add(&mut self, module: &PythonModule, followed: bool) {
        self.modules.entry(module.name().to_owned()).or_insert_with(|| Module {
            name: module.name().to_owned(),
            origin: module.origin(),
            kind: match module.kind() {
                _ if module.is_native() => "built-in",
                exocet::Kind::Module => "module",
                exocet::Kind::Package => "package",
                exocet::Kind::Namespace => "namespace",
            },
            followed,
        });
    }
}

impl Module {
    /// What stands for a module that can't be looked at.
    fn absent(name: &str, outcome: &Outcome) -> Self {
        let (kind, origin) = match outcome {
            Outcome::Denied(_) => ("denied", None),
            Outcome::Overridden { by, .. } => ("override", Some(by.trim_matches('`').to_owned())),
            Outcome::Found(_) => ("built-in", Some("built-in".to_owned())),
            Outcome::Missing(_) | Outcome::Part { .. } => ("missing", None),
        };
        Self { name: name.to_owned(), origin, kind, followed: false }
    }

    /// Whether an import of it fails.
    fn is_absent(&self) -> bool {
        matches!(self.kind, "denied" | "missing")
    }
}
