//! Listing ten thousand modules in a hundred packages, beside a bare walk over the same files.

use crate::support::{Files, folder, memory, zip};
use criterion::{Criterion, Throughput};
use exocet::{Directory, modules::SearchPath};
use std::hint::black_box;
use walkdir::WalkDir;

const PACKAGES: usize = 100;
const MODULES: usize = 99;

pub fn bench(criterion: &mut Criterion) {
    let mut files = Files::new();
    for package in 0..PACKAGES {
        files.push((format!("p{package}/__init__.py"), String::new()));
        files.extend((0..MODULES).map(|at| (format!("p{package}/m{at}.py"), String::new())));
    }
    let count = PACKAGES * (MODULES + 1);
    let on_disk = folder(&files);
    let mut group = criterion.benchmark_group("list 10,000 modules");
    group.throughput(Throughput::Elements(count as u64));
    group.bench_function("bare walkdir", |bencher| {
        bencher.iter(|| black_box(WalkDir::new(on_disk.path()).into_iter().filter(Result::is_ok).count()));
    });
    let paths = [
        ("directory", SearchPath::new().with(Directory::new(on_disk.path()).expect("it is a folder"))),
        ("zip", SearchPath::new().with(zip(&files))),
        ("memory", SearchPath::new().with(memory(&files))),
    ];
    for (kind, path) in paths {
        group.bench_function(kind, |bencher| {
            bencher.iter(|| assert_eq!(black_box(path.walk_modules().filter(Result::is_ok).count()), count));
        });
    }
    group.finish();
}
