//! `exocet imports`.

use crate::{
    failure::Failure,
    output::{self, CYAN, DIM, JsonList, kind},
    plan::check_name,
    sources::{self, Search},
};
use clap::Args;
use exocet::syntax::Import;
use serde::Serialize;
use std::{io::Write, process::ExitCode};

/// Print what a module imports, without running it
#[derive(Debug, Args)]
#[command(after_long_help = "\
Kinds: `top level` runs when the module is loaded, `try` may fail, since a `try` or a `suppress` catches that,
`function` runs when a function is called, `type checking` and `never` never run: the version, the platform or
`TYPE_CHECKING` decides against them, or nothing gets there. A `lazy import` is marked; it runs at once.

The JSON is a list of {\"name\", \"item\", \"alias\", \"level\", \"line\", \"column\", \"kind\"}, with \"lazy\": true for
a `lazy import`: `from .b import V as W` in `pk.a` has the name \"pk.b\", the item \"V\", the alias \"W\", the level 1.")]
pub(crate) struct ImportsArgs {
    #[command(flatten)]
    search: Search,
    /// Print a JSON list
    #[arg(long)]
    json: bool,
    /// The module
    name: String,
}

pub(crate) fn imports(args: &ImportsArgs) -> Result<ExitCode, Failure> {
    check_name(&args.name)?;
    let path = sources::path_and_library(sources::open(&args.search)?)?;
    let module = sources::find(&args.name, &path)?;
    let imports = module.imports().map_err(Failure::failed)?;
    let mut out = output::stdout();
    if args.json {
        let mut list = JsonList::new(out);
        for import in &imports {
            list.push(&Item::from(import))?;
        }
        list.finish()?;
    } else {
        let place = |import: &Import| format!("{}:{}", import.line, import.column);
        let width = imports.iter().map(|import| place(import).len()).max().unwrap_or(0);
        for import in &imports {
            let alias = import.alias.iter().map(|alias| format!(" as {alias}")).collect::<String>();
            let (place, kind, name) = (place(import), kind(import.kind), import.dotted());
            let lazy = if import.is_lazy { " (lazy)" } else { "" };
            writeln!(out, "{DIM}{place:width$}{DIM:#}  {CYAN}{kind:13}{CYAN:#}  {name}{DIM}{alias}{lazy}{DIM:#}")?;
        }
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Item<'a> {
    name: &'a str,
    item: Option<&'a str>,
    alias: Option<&'a str>,
    level: u32,
    line: usize,
    column: usize,
    kind: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lazy: bool,
}

impl<'a> From<&'a Import> for Item<'a> {
    fn from(import: &'a Import) -> Self {
        Item {
            name: &import.name,
            item: import.item.as_deref(),
            alias: import.alias.as_deref(),
            level: import.level,
            line: import.line,
            column: import.column,
            kind: kind(import.kind),
            lazy: import.is_lazy,
        }
    }
}
