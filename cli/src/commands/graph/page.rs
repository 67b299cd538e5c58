//! A graph as one HTML page that needs nothing else.

use super::{Graph, picture};
use crate::document::html_page;
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeMap;

const STYLE: &str = "
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: light-dark(#99a, #778);
  --own: light-dark(#e8f0fb, #22324a); --text: light-dark(#1c2330, #e6e9ef); --soft: light-dark(#667, #9aa);
  --bad: light-dark(#b3261e, #ff8a80); --paper: light-dark(#fff, #16191f); --rule: light-dark(#dde, #333a46); }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; color: var(--text); background: var(--paper); }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
code, .picture text { font-family: ui-monospace, monospace; font-size: .88rem; }
a { color: inherit; text-underline-offset: .2em; text-decoration-color: var(--line); }
a:focus-visible, .picture:focus-visible { outline: 2px solid light-dark(#2563c9, #7fb0ff); outline-offset: 2px; }
tr:target { background: var(--own); }
.soft { color: var(--soft); } .bad { color: var(--bad); }
.picture { overflow: auto; max-height: 80vh; border: 1px solid var(--rule); border-radius: .6rem; padding: 1rem; margin: 1rem 0; }
.picture svg { display: block; margin: auto; }
.picture:not(:has(~ p #full:checked)) svg { max-width: 100%; max-height: 75vh; height: auto; width: auto; }
label { margin-left: 1.5rem; white-space: nowrap; }
.picture text { font-size: 13px; fill: var(--text); }
.picture rect { stroke: var(--line); fill: var(--paper); } .picture .own rect { fill: var(--own); }
.picture .absent rect { stroke: var(--bad); stroke-dasharray: 4; }
.picture path { stroke: var(--line); } .picture .cycle path { stroke: var(--bad); stroke-width: 1.5; }
.key { display: inline-block; width: 1.1em; height: .8em; border: 1px solid var(--line); border-radius: .2em; margin: 0 .4em 0 1em; }
.key:first-child { margin-left: 0; } .key.own { background: var(--own); } .key.absent { border: 1px dashed var(--bad); }
.key.cycle { height: 0; border: 0; border-top: 2px solid var(--bad); vertical-align: middle; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .8rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th { font-weight: 600; } td:last-child { width: 45%; }
";

pub(crate) fn page(graph: &Graph) -> String {
    let title = format!("What {} imports", graph.roots.join(", "));
    let cycles = match graph.cycles.len() {
        0 => "no cycles".to_owned(),
        1 => "1 cycle".to_owned(),
        many => format!("{many} cycles"),
    };
    let body = html! {
        h1 { (title) }
        p.soft { (graph.modules.len()) " modules, " (graph.pairs().len()) " imports, " (cycles) }
        (drawn(graph))
        @if !graph.cycles.is_empty() {
            h2 { "Cycles" }
            ul { @for cycle in &graph.cycles { li { (links(cycle.iter().map(|name| (name.as_str(), true)))) } } }
        }
        @if !graph.requires.is_empty() {
            h2 { "Requirements" }
            ul {
                @for required in &graph.requires {
                    li {
                        (links([(required.from.as_str(), false), (required.to.as_str(), false)].into_iter()))
                        ": " code { (required.requirement) }
                    }
                }
            }
        }
        h2 { "Modules" }
        div.wide { (table(graph)) }
    };
    html_page(&title, STYLE, &body)
}

fn drawn(graph: &Graph) -> Markup {
    html! {
        @match picture::svg(graph) {
            Some((svg, is_whole)) => {
                @if !is_whole { p.soft { "The picture shows what is followed; the table has the other modules, too." } }
                // A box that scrolls has to be reachable without a mouse.
                div.picture tabindex="0" role="img" aria-label="The modules, with an arrow for each import" { (PreEscaped(svg)) }
                p.soft {
                    span.key.own {} "followed" span.key {} "not followed"
                    span.key.absent {} "missing or denied" span.key.cycle {} "import in a cycle"
                    label { input #full type="checkbox"; " at full size" }
                }
            }
            None => p.soft { "There are too many imports for a picture here; Graphviz draws them: " code { "--format dot" } }
        }
    }
}

fn table(graph: &Graph) -> Markup {
    let mut below: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
    let mut importers: BTreeMap<&str, usize> = BTreeMap::new();
    for ((from, to), in_cycle) in graph.pairs() {
        below.entry(from).or_default().push((to, in_cycle));
        *importers.entry(to).or_default() += 1;
    }
    html! {
        table {
            thead { tr { @for head in ["module", "kind", "imported by", "imports"] { th scope="col" { (head) } } } }
            tbody {
                @for module in graph.modules.values() {
                    tr id=(anchor(&module.name)) {
                        td {
                            code { (module.name) }
                            @if let Some(origin) = &module.origin { br; span.soft { (origin) } }
                        }
                        td.bad[module.is_absent()] { (module.kind) }
                        td { (importers.get(module.name.as_str()).unwrap_or(&0)) }
                        td {
                            @if module.followed { (links(below.get(module.name.as_str()).into_iter().flatten().copied())) }
                            @else if !module.is_absent() { span.soft { "not followed" } }
                        }
                    }
                }
            }
        }
    }
}

/// Names that lead to their rows; those in cycles are marked.
fn links<'a>(names: impl Iterator<Item = (&'a str, bool)>) -> Markup {
    html! {
        @for (at, (name, in_cycle)) in names.enumerate() {
            @if at > 0 { ", " }
            a.bad[in_cycle] href=(format!("#{}", anchor(name))) { code { (name) } }
        }
    }
}

fn anchor(name: &str) -> String {
    format!("module-{name}")
}
