//! A graph in the language of Mermaid.

use super::Graph;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

pub(crate) fn write(graph: &Graph, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    // Names can be words of the language: nodes go by numbers.
    let ids: BTreeMap<&str, usize> = graph.modules.keys().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    for module in graph.modules.values() {
        let class = match module.kind {
            "denied" | "missing" => ":::absent",
            _ if !module.followed => ":::leaf",
            _ => "",
        };
        writeln!(out, "  m{}[\"{}\"]{class}", ids[module.name.as_str()], escaped(&module.name))?;
    }
    let pairs = graph.pairs();
    for (from, to) in pairs.keys() {
        writeln!(out, "  m{} --> m{}", ids[from], ids[to])?;
    }
    for required in &graph.requires {
        let (from, to) = (ids[required.from.as_str()], ids[required.to.as_str()]);
        writeln!(out, "  m{from} -. \"{}\" .-> m{to}", escaped(&required.requirement))?;
    }
    writeln!(out, "  classDef leaf color:#888,stroke:#888")?;
    writeln!(out, "  classDef absent color:#c22,stroke:#c22,stroke-dasharray:4")?;
    let marked = pairs.values().enumerate().filter(|(_, in_cycle)| **in_cycle).map(|(at, _)| at.to_string());
    let marked = marked.collect::<Vec<_>>().join(",");
    if !marked.is_empty() {
        writeln!(out, "  linkStyle {marked} stroke:#c22,stroke-width:2px")?;
    }
    Ok(())
}

/// Text in quotes, where Mermaid reads entities of its own.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        match c {
            '#' | '"' | '&' | '<' | '>' | '`' | ';' | '\\' => text.push_str(&format!("#{};", u32::from(c))),
            c => text.push(c),
        }
    }
    text
}
