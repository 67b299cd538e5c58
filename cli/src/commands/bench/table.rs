//! Results as a table for a terminal.

use super::results::{Module, Results, Work, percentile, rate};
use crate::output::time;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::NOTHING};
use indicatif::HumanBytes;
use std::io::{self, Write};

pub(crate) fn write(results: &Results, out: &mut impl Write) -> io::Result<()> {
    for (at, module) in results.modules.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", module.name)?;
        for line in table(results, module).trim_fmt().lines() {
            writeln!(out, "  {line}")?;
        }
        for (contestant, take) in results.contestants.iter().zip(&module.takes) {
            if let Some(failure) = &take.failure {
                let failure = failure.trim_end().replace('\n', "\n    ");
                writeln!(out, "  {} failed: {failure}", contestant.name)?;
            }
        }
    }
    if results.contestants.len() > 1 {
        let versions =
            results.contestants.iter().map(|contestant| format!("{}: {}", contestant.name, contestant.version));
        writeln!(out, "\n{}", versions.collect::<Vec<_>>().join(", "))?;
        writeln!(out, "ratio: how many times as long as exocet, the median round (10th to 90th percentile)")?;
    }
    out.flush()
}

fn table(results: &Results, module: &Module) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["work", "by", "modules/s", "median", "90 %", "99 %", "memory", "ratio"]);
    for work in Work::ALL {
        for (at, (contestant, take)) in results.contestants.iter().zip(&module.takes).enumerate() {
            let samples = take.samples(work);
            let Some(median) = percentile(&samples, 50.0) else { continue };
            let at_percent = |percent| percentile(&samples, percent).map(time).unwrap_or_default();
            let memory = take.memory.filter(|_| work == Work::Warm).map(|bytes| HumanBytes(bytes as u64).to_string());
            let ratio = (at > 0).then(|| module.ratio(at, work)).flatten();
            table.add_row([
                if module.is_first(at, work) { work.name().to_owned() } else { String::new() },
                contestant.name.clone(),
                rate(median),
                time(median),
                at_percent(90.0),
                at_percent(99.0),
                memory.unwrap_or_default(),
                ratio.map_or_else(String::new, |ratio| {
                    format!("{:.2} ({:.2} to {:.2})", ratio.median, ratio.low, ratio.high)
                }),
            ]);
        }
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
