//! `exocet check`.

mod compare;
pub(super) mod item;
mod report;

use crate::{
    failure::Failure,
    output::{self, JsonList},
    plan::{Mapping, Plan, check_name},
    recording,
    sources::{self, Search},
};
use clap::Args;
use compare::Comparison;
use exocet::check::Extent;
use item::{Item, Level};
use report::Report;
use std::{io::Write, path::PathBuf, process::ExitCode};

/// Report which imports a run would not get, without running it
#[derive(Debug, Args)]
#[command(after_long_help = "\
The mapper is made of the same options as that of `run`, and asked about each import of the NAMEs, and of
everything below those that are packages. A package has its own modules, as where `load` loads it, and the
mapper is asked for the others. What keeps a NAME from being loaded is an error: an import that fails and that
no `try` or `suppress` catches, in the NAME or in what loading it runs. A failure that is caught, or that
nothing decides to happen, is a warning; so is what stands in a function, what is for a type checker, and what
lies in a module that loading the NAMEs doesn't run. An import that isn't come to, as the fallback for a module
that is there, is a note. What code asks for by itself, as `importlib.import_module(name)` does, shows only in
a record of a run (--record).
Exit code: 0; 1 if there are errors; 2 if the command line is wrong.

The JSON is a list of {\"module\", \"file\", \"line\", \"column\", \"name\", \"kind\", \"verdict\", \"reason\",
\"level\", \"prevents\"}. The verdict is denied, missing, fails, raises, overridden or unreadable; with --record
also dynamic or never asked. The kinds are those of `exocet imports`. An error has in \"prevents\" the NAMEs that
can't be loaded because of it. What isn't known is null.

Examples:
  exocet check --path src --deny socket --deny ssl app
      Which modules of `app` import `socket` or `ssl`, and where?
  exocet check --path src --realm --empty --override time=stubs/time.py app
      Would `app` find all that it imports, had it only src and the stub?")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    mapping: Mapping,
    /// Let every import fail that no override answers
    #[arg(long)]
    empty: bool,
    /// Check what the NAMEs import from --path, too, and what that imports
    ///
    /// So it is in `run --realm`, where all that comes from --path is under the mapper.
    #[arg(long)]
    realm: bool,
    /// Take every module below the NAMEs for loaded, too
    ///
    /// Otherwise a module that loading the NAMEs doesn't run can only give warnings.
    #[arg(long)]
    all: bool,
    /// Report the imports that get something else, too
    #[arg(long)]
    overridden: bool,
    /// Compare with what a run asked for
    ///
    /// FILE is a record: a JSON object for each event, one a line.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Print a JSON list
    #[arg(long)]
    json: bool,
    /// The modules and packages to check
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

pub(crate) fn check(args: &CheckArgs) -> Result<ExitCode, Failure> {
    show(&items(args)?, args.json)
}

/// Prints the items, and counts them on stderr.
pub(super) fn show(items: &[Item], json: bool) -> Result<ExitCode, Failure> {
    let mut out = output::stdout();
    if json {
        let mut list = JsonList::new(out);
        items.iter().try_for_each(|item| list.push(item))?;
        list.finish()?;
    } else {
        let report = Report::for_choice(out.current_choice());
        items.iter().try_for_each(|item| writeln!(out, "{}\n", report.of(item)))?;
        out.flush()?;
    }
    let count = |level| items.iter().filter(|item| item.level == level).count();
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    output::complain(&format!("{}, {}", output::counted(errors, "error"), output::counted(warnings, "warning")));
    Ok(ExitCode::from(u8::from(errors > 0)))
}

/// What there is to report.
fn items(args: &CheckArgs) -> Result<Vec<Item>, Failure> {
    args.names.iter().try_for_each(|name| check_name(name))?;
    let record = args.record.as_deref().map(recording::read).transpose()?;
    let sources = sources::open(&args.search)?;
    let plan = Plan::new(&args.mapping)?.obeying(&sources)?;
    let runtime = sources::quiet_runtime(&sources)?;
    runtime.enter(|vm| {
        let mut dry = plan.dry_run(args.empty, vm)?;
        if args.realm || sources::have_bundle(&sources) {
            dry = dry.realm(sources::path_of(sources));
        }
        let roots = args.names.iter().map(|name| sources::find(name, dry.path()));
        let roots = roots.collect::<Result<Vec<_>, _>>()?;
        let extent = if args.all { Extent::Below } else { Extent::Roots };
        let mut comparison = record.as_ref().map(|_| Comparison::default());
        let findings = exocet::check::check(&dry, &roots, extent, |module, scan, dry| match &mut comparison {
            Some(comparison) => comparison.expect(module, scan, dry),
            None => Ok(()),
        });
        let findings = findings.map_err(|error| Failure::raised(&error, vm))?;
        let items = findings.into_iter().map(Item::from);
        let mut items: Vec<_> = items.filter(|item| args.overridden || !item.is_overridden()).collect();
        if let Some((comparison, record)) = comparison.zip(record) {
            items.extend(comparison.with(&record, dry.path()));
        }
        Ok(items)
    })
}
