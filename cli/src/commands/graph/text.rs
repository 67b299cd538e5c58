//! A graph as a tree for a terminal.

use super::Graph;
use crate::output::{CYAN, DIM, RED};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

pub(crate) fn write(graph: &Graph, out: &mut impl Write) -> io::Result<()> {
    let mut below: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
    for ((from, to), in_cycle) in graph.pairs() {
        below.entry(from).or_default().push((to, in_cycle));
    }
    let mut shown = BTreeSet::new();
    // A chain of imports may be as long as it likes: there is no recursion.
    let mut stack: Vec<_> = graph.roots.iter().rev().map(|root| (0, root.as_str(), false)).collect();
    while let Some((depth, name, in_cycle)) = stack.pop() {
        let (indent, module) = ("  ".repeat(depth), &graph.modules[name]);
        let children = below.get(name).map_or(&[][..], Vec::as_slice);
        let above = if !shown.insert(name) && !children.is_empty() { " (above)" } else { "" };
        let cycle = if in_cycle { " (cycle)" } else { "" };
        let kind = if module.kind == "module" { String::new() } else { format!("  {}", module.kind) };
        let colour = if module.is_absent() { RED } else { CYAN };
        writeln!(out, "{indent}{name}{DIM}{above}{DIM:#}{RED}{cycle}{RED:#}{colour}{kind}{colour:#}")?;
        if above.is_empty() {
            stack.extend(children.iter().rev().map(|(child, in_cycle)| (depth + 1, *child, *in_cycle)));
        }
    }
    if !graph.cycles.is_empty() {
        writeln!(out, "\ncycles:")?;
        for cycle in &graph.cycles {
            writeln!(out, "  {RED}{}{RED:#}", cycle.join(", "))?;
        }
    }
    if !graph.requires.is_empty() {
        writeln!(out, "\nrequires:")?;
        for required in &graph.requires {
            let colour = if graph.modules[&required.to].is_absent() { RED } else { CYAN };
            let (from, to, requirement) = (&required.from, &required.to, &required.requirement);
            writeln!(out, "  {from} -> {colour}{to}{colour:#}  {DIM}{requirement}{DIM:#}")?;
        }
    }
    Ok(())
}
