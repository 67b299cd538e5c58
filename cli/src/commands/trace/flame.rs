//! The flame view of a record.

use super::tree::Tree;
use inferno::flamegraph::{
    self, Direction, Options, TextTruncateDirection,
    color::{BasicPalette, Palette},
};
use std::io;

/// A hundred days, and as far as the numbers of a script go. What a record says beyond that is not true.
const LONGEST: u64 = 1 << 53;

/// The SVG, with a script that zooms and searches; `None` if nothing took any time.
pub(crate) fn svg(tree: &Tree<'_>) -> io::Result<Option<String>> {
    let lines = folded(tree);
    let total = tree.loads.iter().map(|node| node.own).fold(0, u64::saturating_add);
    if lines.is_empty() || total > LONGEST {
        return Ok(None);
    }
    let mut options = Options::default();
    options.title = String::new();
    options.name_type = "Module:".to_owned();
    options.count_name = "us".to_owned();
    options.factor = 1e-3;
    options.colors = Palette::Basic(BasicPalette::Aqua);
    // The same module has the same colour wherever it is.
    options.deterministic = true;
    options.direction = Direction::Inverted;
    options.text_truncate_direction = TextTruncateDirection::Right;
    options.flame_chart = true;
    options.frame_height = 20;
    let mut svg = Vec::new();
    // A flame chart takes its lines from last to first.
    flamegraph::from_lines(&mut options, lines.iter().rev().map(String::as_str), &mut svg)?;
    let svg = String::from_utf8_lossy(&svg);
    // In a page it is no document of its own.
    Ok(svg.find("<svg").map(|start| svg[start..].to_owned()))
}

/// A line for each load that took time by itself: the names of the loads that it belongs to, and that time.
fn folded(tree: &Tree<'_>) -> Vec<String> {
    let mut stack: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for node in &tree.loads {
        stack.truncate(node.depth);
        // What parts the names of a line can't be part of one.
        let name = node.load.name.replace(';', ",").replace(char::is_whitespace, "_");
        stack.push(if node.load.error.is_some() { format!("{name} (failed)") } else { name });
        if node.own > 0 {
            lines.push(format!("{} {}", stack.join(";"), node.own));
        }
    }
    lines
}
