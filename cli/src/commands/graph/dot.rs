//! A graph in the language of Graphviz.

use super::Graph;
use std::io::{self, Write};

pub(crate) fn write(graph: &Graph, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "digraph imports {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [shape=box, fontname=\"monospace\"];")?;
    for module in graph.modules.values() {
        let style = match module.kind {
            "denied" | "missing" => " [color=red, fontcolor=red, style=dashed]",
            _ if !module.followed => " [color=gray, fontcolor=gray]",
            _ => "",
        };
        writeln!(out, "  {}{style};", quoted(&module.name))?;
    }
    for ((from, to), in_cycle) in graph.pairs() {
        let style = if in_cycle { " [color=red, penwidth=2]" } else { "" };
        writeln!(out, "  {} -> {}{style};", quoted(from), quoted(to))?;
    }
    for required in &graph.requires {
        let (from, to, label) = (quoted(&required.from), quoted(&required.to), quoted(&required.requirement));
        writeln!(out, "  {from} -> {to} [style=dashed, label={label}];")?;
    }
    writeln!(out, "}}")
}

/// A string of that language, in which only the quote has to be escaped, and what would escape it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
