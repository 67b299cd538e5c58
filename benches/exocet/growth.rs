//! Whether time per module stays the same when there are many of them, and time per function when a module has many.

use crate::support::{memory, must, package, runtime};
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use exocet::{
    Memory,
    compile::forget_compiled_code,
    raw::{self, forget_units, load, search_path},
};
use std::{fmt::Write, time::Duration};

pub fn bench(criterion: &mut Criterion) {
    modules(criterion);
    functions(criterion);
}

/// All modules of a package, loaded from source and kept alive.
fn modules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth, modules");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(Duration::from_secs(10));
    for count in [10, 100, 1000, 10_000, 100_000] {
        let files = package(count, |at| format!("value = {at}\n"));
        group.throughput(Throughput::Elements(count as u64));
        runtime(memory(&files)).enter(|vm| {
            let path = search_path(vm).expect("there is a search path");
            let mapper = raw::pass_through(vm);
            let handles: Vec<_> =
                (0..count).map(|at| path.get(&format!("pk.m{at}")).expect("the module is there")).collect();
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                bencher.iter(|| {
                    forget_units(vm);
                    forget_compiled_code();
                    handles.iter().map(|handle| must(load(handle, &mapper, vm), vm)).collect::<Vec<_>>()
                });
            });
        });
    }
    group.finish();
}

/// A module of many functions, from source.
fn functions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth, functions");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(Duration::from_secs(5));
    for count in [10, 100, 1000, 10_000] {
        let text = (0..count).fold(String::new(), |mut text, at| {
            writeln!(text, "def f{at}(a, b={at}):\n    return [a + b for _ in range({at})]")
                .expect("a string takes it");
            text
        });
        group.throughput(Throughput::Elements(count));
        runtime(Memory::new("<bench>").with("many.py", text)).enter(|vm| {
            let path = search_path(vm).expect("there is a search path");
            let handle = path.get("many").expect("the module is there");
            let mapper = raw::pass_through(vm);
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                bencher.iter(|| {
                    forget_units(vm);
                    forget_compiled_code();
                    must(load(&handle, &mapper, vm), vm)
                });
            });
        });
    }
    group.finish();
}
