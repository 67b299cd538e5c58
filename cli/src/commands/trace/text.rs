//! A record as a table for a terminal.

use super::tree::{Node, Tree};
use crate::output::{BOLD, DIM, RED, time};
use std::{
    io::{self, Write},
    time::Duration,
};

/// Writes the loads that took `min` or longer, and those that failed. Returns the number of the others.
pub(crate) fn write(tree: &Tree<'_>, min: Duration, out: &mut impl Write) -> io::Result<usize> {
    let is_shown = |node: &&Node<'_>| Duration::from_nanos(node.total) >= min || node.load.error.is_some();
    let shown: Vec<_> = tree.loads.iter().filter(is_shown).collect();
    if !shown.is_empty() {
        writeln!(out, "{BOLD}{:>10}  {:>10}  {:>5}  module{BOLD:#}", "total", "self", "asked")?;
    }
    for node in &shown {
        let (total, own) = (human(node.total), human(node.own));
        let asked = if node.decisions > 0 { node.decisions.to_string() } else { String::new() };
        let (indent, name) = ("  ".repeat(node.depth), &node.load.name);
        let shared = if node.load.fresh { "" } else { "  shared" };
        write!(out, "{total:>10}  {own:>10}  {asked:>5}  {indent}{name}{DIM}{shared}{DIM:#}")?;
        match node.error() {
            Some(error) => writeln!(out, "  {RED}failed: {error}{RED:#}")?,
            None => writeln!(out)?,
        }
    }
    if tree.outside() > 0 {
        writeln!(out, "{:>10}  {:>10}  {:>5}  {DIM}outside of these loads{DIM:#}", "", "", tree.outside())?;
    }
    let (files, texts) = tree.files();
    for code in files {
        writeln!(out, "{:>31}{DIM}code of{DIM:#} {}", "", code.file)?;
    }
    if texts > 0 {
        let what = if texts == 1 { "a text" } else { "texts" };
        let count = if texts == 1 { String::new() } else { format!("{texts} ") };
        writeln!(out, "{:>31}{DIM}code of {count}{what}{DIM:#}", "")?;
    }
    Ok(tree.loads.len() - shown.len())
}

/// Nanoseconds as a person reads them.
pub(crate) fn human(nanoseconds: u64) -> String {
    time(Duration::from_nanos(nanoseconds).as_secs_f64())
}
