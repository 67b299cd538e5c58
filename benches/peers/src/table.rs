//! The figures as Markdown.

use crate::rounds::{Figures, WORKS, Work};

/// What of it isn't the same in all of them.
const APART: &str = include_str!("apart.md");

/// The version of a dependency, as the lock has it.
pub fn version(name: &str) -> &'static str {
    let (_, rest) =
        include_str!("../Cargo.lock").split_once(&format!("name = \"{name}\"\nversion = \"")).expect("it is one");
    rest.split('"').next().expect("a split has a first part")
}

/// Prints a row for each kind of work. The first of the peers is the one that ratios are to.
pub fn print(peers: &[(String, Figures)]) {
    let names: Vec<&str> = peers.iter().map(|(name, _)| name.as_str()).collect();
    println!("| | {} |\n|---|{}", names.join(" | "), "---:|".repeat(names.len()));
    for (work, words) in WORKS {
        let base = &peers[0].1[&work];
        let cells: Vec<_> = peers.iter().map(|(_, figures)| cell(work, figures.get(&work), base)).collect();
        println!("| {words} | {} |", cells.join(" | "));
    }
    println!("\n{}", APART.trim_end());
}

/// The median of the rounds' ratios, then the median of the figures and the least of them.
fn cell(work: Work, figures: Option<&Vec<f64>>, base: &[f64]) -> String {
    let Some(figures) = figures else { return "-".to_owned() };
    let ratio = median(figures.iter().zip(base).map(|(figure, base)| figure / base));
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    format!("**{}** ({}, {})", digits(ratio), show(work, median(figures.iter().copied())), show(work, least))
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn show(work: Work, figure: f64) -> String {
    let units = if work.is_memory() {
        [(1024.0 * 1024.0, "MiB"), (1024.0, "KiB"), (1.0, "B")]
    } else {
        [(1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")]
    };
    let (size, unit) = units.into_iter().find(|(size, _)| figure >= *size).unwrap_or(units[2]);
    format!("{} {unit}", digits(figure / size))
}

/// Two digits that count, or all before the point.
fn digits(number: f64) -> String {
    let places =
        if number >= 9.95 { 0 } else { (1.0 - number.abs().max(1e-6).log10().floor()).clamp(0.0, 4.0) as usize };
    format!("{number:.places$}")
}
