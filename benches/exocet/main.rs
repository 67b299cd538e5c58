//! All benchmarks, in one binary, since each further one would link a whole Python VM again.
//!
//! `cargo bench --ignore-rust-version` writes a page with plots to `target/criterion/report/index.html`; a word after `--`
//! picks those whose names contain it. `benches/README.md` says what the figures mean.

mod growth;
mod importing;
mod listing;
mod loading;
mod packages;
mod support;

use criterion::{criterion_group, criterion_main};

// The allocator of the command line.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

criterion_group!(benches, loading::bench, importing::bench, listing::bench, packages::bench, growth::bench);
criterion_main!(benches);
