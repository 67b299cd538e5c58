//! `exocet trace`.

mod chrome;
mod flame;
mod page;
mod text;
mod tree;

use super::{
    Failure,
    args::{self, TraceFormat},
    output, recording,
};
use std::{io::Write, process::ExitCode};
use tree::Tree;

pub(crate) fn trace(args: &args::Trace) -> Result<ExitCode, Failure> {
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
