//! Results as one HTML page that needs nothing else.

use super::{
    plot,
    results::{Module, Results, Work, percentile, rate},
};
use crate::{document::html_page, output::time};
use indicatif::HumanBytes;
use maud::{Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem; text-align: right; } th { font-weight: 600; border-bottom: 1px solid; }
td:nth-child(-n+2), th:nth-child(-n+2) { text-align: left; }
figure { margin: 1rem 0; overflow-x: auto; background: #fff; color: #222; border-radius: .5rem; padding: .5rem; }
figcaption { padding: 0 .5rem; } svg { max-width: 100%; height: auto; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: .2em; margin-right: .4em; }
.failed { color: #c22; white-space: pre-wrap; }
";

pub(crate) fn page(results: &Results) -> String {
    let body = html! {
        h1 { "How fast modules load" }
        p {
            @for (at, contestant) in results.contestants.iter().enumerate() {
                span.key style=(format!("background: {}", plot::colour(at))) {}
                (contestant.name) " (" (contestant.version) ") "
            }
        }
        p {
            b { "cold" } " is from source, and CPython has no bytecode; " b { "disk" } " is from the disk cache, and "
            b { "warm" } " from memory, and CPython has its bytecode for both. Each load makes a fresh module, and what the "
            "module imports is loaded already. The rounds take turns; a ratio is how many times as long as Exocet the other "
            "one took in the median round, with the 10th and the 90th percentile of the rounds."
        }
        @for module in &results.modules { (section(results, module)) }
    };
    html_page("How fast modules load", STYLE, &body)
}

fn section(results: &Results, module: &Module) -> Markup {
    let contestants = &results.contestants;
    html! {
        h2 { code { (module.name) } }
        @for (contestant, take) in contestants.iter().zip(&module.takes) {
            @if let Some(failure) = &take.failure { p.failed { (contestant.name) " failed: " (failure) } }
        }
        table {
            thead { tr { @for head in ["work", "by", "modules/s", "median", "90 %", "99 %", "memory", "ratio"] { th { (head) } } } }
            tbody { @for work in Work::ALL { @for at in 0..contestants.len() { (row(results, module, work, at)) } } }
        }
        @if let Some(svg) = plot::times(contestants, module) {
            figure { figcaption { "Seconds of each load" } (PreEscaped(svg)) }
        }
        @for work in Work::ALL {
            @if let Some(svg) = plot::ratios(contestants, module, work) {
                figure { figcaption { (work.name()) ": times as long as Exocet, round by round" } (PreEscaped(svg)) }
            }
        }
    }
}

fn row(results: &Results, module: &Module, work: Work, at: usize) -> Markup {
    let take = &module.takes[at];
    let samples = take.samples(work);
    let Some(median) = percentile(&samples, 50.0) else { return html! {} };
    let ratio = (at > 0).then(|| module.ratio(at, work)).flatten();
    html! {
        tr {
            td { @if module.is_first(at, work) { (work.name()) } }
            td { span.key style=(format!("background: {}", plot::colour(at))) {} (results.contestants[at].name) }
            td { (rate(median)) }
            td { (time(median)) }
            @for percent in [90.0, 99.0] { td { (percentile(&samples, percent).map(time).unwrap_or_default()) } }
            td { @if let (Work::Warm, Some(bytes)) = (work, take.memory) { (HumanBytes(bytes as u64)) } }
            td { @if let Some(ratio) = ratio { (format!("{:.2} ({:.2} to {:.2})", ratio.median, ratio.low, ratio.high)) } }
        }
    }
}
