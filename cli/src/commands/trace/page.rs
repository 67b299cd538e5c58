//! A record as one HTML page that needs nothing else.

use super::{
    flame,
    text::human,
    tree::{Node, Tree},
};
use crate::document::html_page;
use exocet::{error::Importer, observe::Decision};
use maud::{Markup, PreEscaped, html};
use std::{collections::BTreeMap, io};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How many of the slowest modules are listed.
const SLOWEST: usize = 12;

pub(crate) fn page(tree: &Tree<'_>, name: &str) -> io::Result<String> {
    let roots = tree.loads.iter().filter(|node| node.depth == 0);
    let total = roots.map(|node| node.total).fold(0, u64::saturating_add);
    let failed: Vec<_> = tree.loads.iter().filter(|node| node.load.error.is_some()).collect();
    let flame = flame::svg(tree)?;
    let body = html! {
        h1 { "What " code { (name) } " loaded" }
        dl {
            div { dt { "loads" } dd { (tree.loads.len()) } }
            div { dt { "total time" } dd { (human(total)) } }
            div { dt { "decisions" } dd { (tree.decisions.len()) } }
            div.bad[!failed.is_empty()] { dt { "failed" } dd { (failed.len()) } }
        }
        @if !failed.is_empty() { (failures(&failed)) }
        @if let Some(svg) = flame {
            h2 { "Loads, one inside of the other" }
            p.soft {
                "From left to right in the order in which they were loaded; below each, what it loaded. A click, or "
                kbd { "Enter" } " on the focused one, zooms in; the topmost zooms out."
            }
            div.flame { (PreEscaped(svg)) }
        }
        @if !tree.loads.is_empty() {
            h2 { "Slowest by themselves" }
            (slowest(tree, total))
        }
        @if !tree.decisions.is_empty() {
            h2 { "Decisions" }
            (decisions(&tree.decisions))
        }
        @if !tree.code.is_empty() {
            h2 { "Other code" }
            (code(tree))
        }
        script { (PreEscaped(SCRIPT)) }
    };
    Ok(html_page(&format!("What {name} loaded"), STYLE, &body))
}

fn failures(failed: &[&Node<'_>]) -> Markup {
    html! {
        h2 { "Failed" }
        ul.failed {
            @for node in failed {
                li { code { (node.load.name) } @if let Some(error) = &node.load.error { pre { (error.trim_end()) } } }
            }
        }
    }
}

fn slowest(tree: &Tree<'_>, total: u64) -> Markup {
    let mut nodes: Vec<_> = tree.loads.iter().collect();
    nodes.sort_by_key(|node| std::cmp::Reverse(node.own));
    let most = nodes.first().map_or(1, |node| node.own.max(1));
    html! {
        div.wide {
            table {
                thead { tr { th { "module" } th.number { "self" } th.number { "total" } th.number { "asked" } th.number { "share" } th.share {} } }
                tbody {
                    @for node in nodes.into_iter().take(SLOWEST) {
                        @let share = node.own as f64 * 100.0 / total.max(1) as f64;
                        tr {
                            td { code { (node.load.name) } @if let Some(origin) = &node.load.origin { br; span.soft { (origin) } } }
                            td.number { (human(node.own)) }
                            td.number { (human(node.total)) }
                            td.number { (node.decisions) }
                            td.number { (format!("{share:.1} %")) }
                            td.share { span.bar style=(format!("width: {:.1}%", node.own as f64 * 100.0 / most as f64)) {} }
                        }
                    }
                }
            }
        }
    }
}

/// The decisions, each kind once.
fn decisions(all: &[&Decision]) -> Markup {
    let mut rows: Vec<(&Decision, usize)> = Vec::new();
    let mut places = BTreeMap::new();
    for decision in all {
        let key = (&decision.importer, &decision.name, decision.answer, &decision.detail, &decision.rule);
        let at = *places.entry(key).or_insert(rows.len());
        match rows.get_mut(at) {
            Some((_, times)) => *times += 1,
            None => rows.push((decision, 1)),
        }
    }
    html! {
        p { label { "Show those with " input #filter type="search" placeholder="a name, an answer, a rule" {} } " " span #shown.soft aria-live="polite" {} }
        div.wide {
            table #decisions {
                thead { tr { th { "who asked" } th { "name" } th { "answer" } th { "rule" } th.number { "times" } } }
                tbody {
                    @for (decision, times) in rows {
                        tr {
                            td { (asker(decision.importer.as_ref())) }
                            td { code { (decision.name) } }
                            td {
                                span.answer.{ (decision.answer) } { (decision.answer) }
                                @if let Some(detail) = &decision.detail { br; span.soft { (detail) } }
                            }
                            td { (decision.rule) }
                            td.number { (times) }
                        }
                    }
                }
            }
        }
    }
}

/// The files that became code and are no modules, and how much text did.
fn code(tree: &Tree<'_>) -> Markup {
    let (files, texts) = tree.files();
    html! {
        p.soft { "Files that were loaded by their paths: " (files.len()) "; texts that were run: " (texts) }
        @if !files.is_empty() {
            div.wide {
                table {
                    thead { tr { th { "file" } th { "made by" } } }
                    tbody {
                        @for code in files { tr { td { code { (code.file) } } td { (asker(code.importer.as_ref())) } } }
                    }
                }
            }
        }
    }
}

fn asker(importer: Option<&Importer>) -> Markup {
    html! {
        @match importer {
            Some(importer) => { code { (importer.module) } br; span.soft { (importer.file) ":" (importer.line) } }
            None => span.soft { "no Python code" }
        }
    }
}
