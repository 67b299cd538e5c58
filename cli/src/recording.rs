//! Reading records of runs.

use crate::failure::Failure;
use exocet::observe::Event;
use std::{fs, path::Path};

/// The events of the record in `file`.
pub(crate) fn read(file: &Path) -> Result<Vec<Event>, Failure> {
    let place = file.display();
    let bytes = fs::read(file).map_err(|error| Failure::Usage(format!("can't open `{place}`: {error}")))?;
    let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    let event = |(at, line): (usize, &[u8])| {
        serde_json::from_slice(line).map_err(|error| {
            // What is wrong has a place in the line, and serde calls each line the first.
            let what = error.to_string().replace(" at line 1 column ", " at column ");
            Failure::Failed(format!("line {} of `{place}` is no event of a record: {what}", at + 1))
        })
    };
    lines.map(event).collect()
}
