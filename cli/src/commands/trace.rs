//! `exocet trace`.

mod chrome;
mod flame;
mod page;
mod text;
mod tree;

use crate::{failure::Failure, output, recording};
use clap::{Args, ValueEnum};
use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};
use tree::Tree;

/// Show what a run loaded, and how long that took
#[derive(Debug, Args)]
#[command(after_long_help = "\
The total time of a load is that of compiling and running the module, with all that it loads meanwhile. Its
own time is what is left of that without those loads. `asked` counts the decisions of mappers meanwhile.
Exit code: 0; 1 if FILE is no record; 2 if the command line is wrong.

The JSON is {\"loads\": [...], \"decisions\": [...]}. A load has \"name\", \"id\", \"thread\", \"origin\", \"fresh\", \"at\",
\"total_ns\", \"self_ns\", \"decisions\", \"error\" and its \"loads\"; a decision is as in the record.

Examples:
  exocet trace --min 1ms app.record
      Which modules take longer than a millisecond?
  exocet trace --format html app.record > app.html
      A page with a flame view.
  exocet trace --format chrome app.record > app.json
      For chrome://tracing, Perfetto or speedscope.")]
pub(crate) struct TraceArgs {
    /// How to show it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: TraceFormat,
    /// Leave out, of the text, loads that took less time and went well: `500us`, `1ms`, `2s`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    min: Option<Duration>,
    /// The record: a JSON object for each event, one a line
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum TraceFormat {
    /// A table, in which loads are indented below those that they belong to
    #[default]
    Text,
    /// A JSON object
    Json,
    /// Events of Chrome's tracing
    Chrome,
    /// A page with a flame view
    Html,
}

pub(crate) fn trace(args: &TraceArgs) -> Result<ExitCode, Failure> {
    let events = recording::read(&args.file)?;
    let tree = Tree::new(&events).map_err(|why| Failure::Failed(format!("`{}`: {why}", args.file.display())))?;
    let json = |value: serde_json::Result<String>| value.map_err(Failure::failed);
    let mut out = output::stdout();
    match args.format {
        TraceFormat::Text => {
            let hidden = text::write(&tree, args.min.unwrap_or_default(), &mut out)?;
            out.flush()?;
            if tree.loads.is_empty() {
                output::complain("the record has no loads");
            }
            match hidden {
                0 => {}
                1 => output::complain("1 shorter load is hidden"),
                _ => output::complain(&format!("{hidden} shorter loads are hidden")),
            }
        }
        TraceFormat::Json => writeln!(out, "{}", json(serde_json::to_string(&tree))?)?,
        TraceFormat::Chrome => writeln!(out, "{}", json(serde_json::to_string(&chrome::trace(&tree)))?)?,
        TraceFormat::Html => {
            let name = args.file.file_name().unwrap_or_default().to_string_lossy();
            out.write_all(page::page(&tree, &name).map_err(Failure::failed)?.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// A number and its unit.
fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return Err("its unit is none of ns, us, ms and s".to_owned()),
    };
    let number: f64 = number.trim().parse().map_err(|_| "it has no number before its unit".to_owned())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}
