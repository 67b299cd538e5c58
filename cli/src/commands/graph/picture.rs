//! A graph as a drawing. Its colours are classes, for the page to choose.

use super::Graph;
use layout::{
    backends::svg::SVGWriter,
    core::{base::Orientation, color::Color, geometry::Point, style::StyleAttr},
    std_shapes::{
        render::get_shape_size,
        shapes::{Arrow, Element, ShapeKind},
    },
    topo::layout::VisualGraph,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many imports can be laid out in a time that anybody waits, and can be looked at.
const LARGEST: usize = 150;

/// The SVG, and whether it shows all; `None` for a graph that is too large for it.
pub(crate) fn svg(graph: &Graph) -> Option<(String, bool)> {
    let mut pairs = graph.pairs();
    let is_whole = pairs.len() <= LARGEST;
    // What isn't followed is most of a large graph, and the least of what is asked.
    let is_drawn = |name: &str| is_whole || graph.modules[name].followed;
    pairs.retain(|(from, to), _| is_drawn(from) && is_drawn(to));
    if pairs.len() > LARGEST {
        return None;
    }
    let mut drawing = VisualGraph::new(Orientation::LeftToRight);
    // What it would verify after each import takes longer than all the rest.
    drawing.dag.set_validate(false);
    let look = StyleAttr::new(Color::fast("black"), 1, None, 4, 14);
    let mut nodes = BTreeMap::new();
    for module in graph.modules.values().filter(|module| is_drawn(&module.name)) {
        let class = match module.kind {
            "denied" | "missing" => "absent",
            _ if module.followed => "own",
            _ => "leaf",
        };
        let shape = ShapeKind::new_box(&module.name);
        let text = get_shape_size(Orientation::LeftToRight, &shape, look.font_size, false);
        // Letters of a monospaced font are narrower than the square that is allowed for each.
        let size = Point::new(text.x * 0.68 + 8.0, text.y + 4.0);
        let class = format!("class=\"{class}\"");
        let element = Element::create_with_properties(shape, look.clone(), Orientation::LeftToRight, size, class);
        nodes.insert(module.name.as_str(), drawing.add_node(element));
    }
    let order = order(graph, &pairs);
    let mut arrows: Vec<_> = pairs.into_iter().filter(|((from, to), _)| from != to).collect();
    // An arrow is added while nothing leads on from where it points to. Otherwise the layout would look for ways back, of
    // which there may be more than can be counted.
    arrows.sort_by_key(|((from, to), _)| order[from].min(order[to]));
    for ((from, to), in_cycle) in arrows {
        let mut arrow = Arrow { look: look.clone(), ..Arrow::default() };
        arrow.properties = Some(format!("class=\"{}\"", if in_cycle { "cycle" } else { "import" }));
        match order[from] < order[to] {
            true => drawing.add_edge(arrow, nodes[from], nodes[to]),
            false => drawing.add_edge(arrow.reverse(), nodes[to], nodes[from]),
        }
    }
    let mut svg = SVGWriter::new();
    drawing.do_it(false, false, false, &mut svg);
    let svg = svg.finalize();
    // In a page it is no document of its own.
    Some((svg[svg.find("<svg")?..].to_owned(), is_whole))
}

/// A number for each module, lower for the importing one but on the way back in a cycle.
fn order<'a>(graph: &'a Graph, pairs: &BTreeMap<(&'a str, &'a str), bool>) -> BTreeMap<&'a str, usize> {
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in pairs.keys() {
        below.entry(from).or_default().push(to);
    }
    let (mut seen, mut last_first) = (BTreeSet::new(), Vec::new());
    let names = graph.roots.iter().chain(graph.modules.keys()).map(String::as_str);
    let mut stack: Vec<(&str, bool)> = names.rev().map(|name| (name, false)).collect();
    while let Some((name, is_done)) = stack.pop() {
        if is_done {
            last_first.push(name);
        } else if seen.insert(name) {
            stack.push((name, true));
            stack.extend(below.get(name).into_iter().flatten().rev().map(|child| (*child, false)));
        }
    }
    last_first.into_iter().rev().enumerate().map(|(at, name)| (name, at)).collect()
}
