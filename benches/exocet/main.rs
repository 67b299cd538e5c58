//! All benchmarks, in one binary, since each further one would link a whole Python VM again.
//!
//! `cargo bench --ignore-rust-version` writes a page with plots to `target/criterion/report/index.html`; a word after `--`
//! picks those whose names contain it, and `million` is a run of its own. `benches/README.md` says what the figures mean.

mod discovery;
mod growth;
mod importing;
mod listing;
mod loading;
mod million;
mod packages;
mod plugins;
mod support;

use criterion::{Criterion, criterion_group};

// The allocator of the command line.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

criterion_group!(
    benches,
    loading::bench,
    importing::bench,
    listing::bench,
    discovery::bench,
    packages::bench,
    growth::bench,
    plugins::bench
);

fn main() {
    // It takes as long as it takes, and is no sample of anything.
    if std::env::args().any(|argument| argument == "million") {
        return million::run();
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
