//! `exocet imports`.

use super::{
    Failure,
    args::Imports,
    output::{self, CYAN, DIM, JsonList},
    plan::check_name,
    sources,
};
use exocet::scan::{Import, ImportKind};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

pub(crate) fn imports(args: &Imports) -> Result<ExitCode, Failure> {
    check_name(&args.name)?;
    let path = sources::path_and_library(sources::open(&args.search)?)?;
    let module = path.get(&args.name).map_err(Failure::failed)?;
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
            writeln!(out, "{DIM}{place:width$}{DIM:#}  {CYAN}{kind:13}{CYAN:#}  {name}{DIM}{alias}{DIM:#}")?;
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
        }
    }
}

/// The kind, as it is shown.
pub(crate) fn kind(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::TopLevel => "top level",
        ImportKind::Try => "try",
        ImportKind::Function => "function",
        ImportKind::TypeChecking => "type checking",
    }
}
