//! Finding the plugins among ten thousand modules by a marker, when a former search is known, beside bare walks over the same files.

use crate::support::{Files, PLUGIN, folder};
use criterion::{Criterion, Throughput};
use exocet::{
    Directory,
    modules::SearchPath,
    plugins::{Discovery, Marker},
};
use std::{hint::black_box, thread, time::Duration};
use walkdir::WalkDir;

const PACKAGES: usize = 100;
const MODULES: usize = 99;

pub fn bench(criterion: &mut Criterion) {
    let mut files = Files::new();
    for package in 0..PACKAGES {
        let marked = format!("from app import hookimpl\n@hookimpl\ndef strike(): ...\n{PLUGIN}");
        files.push((format!("p{package}/__init__.py"), marked));
        files.extend((0..MODULES).map(|at| (format!("p{package}/m{at}.py"), PLUGIN.to_owned())));
    }
    let count = PACKAGES * (MODULES + 1);
    let on_disk = folder(&files);
    // Files as new as these are read in any case: they may be written to without their times showing it.
    thread::sleep(Duration::from_secs(3));
    let mut group = criterion.benchmark_group("find plugins among 10,000 modules");
    group.throughput(Throughput::Elements(count as u64));
    group.bench_function("bare walkdir", |bencher| {
        bencher.iter(|| black_box(WalkDir::new(on_disk.path()).into_iter().filter(Result::is_ok).count()));
    });
    group.bench_function("bare walkdir with metadata", |bencher| {
        let sizes = || WalkDir::new(on_disk.path()).into_iter().map(|entry| entry.and_then(|entry| entry.metadata()));
        bencher.iter(|| black_box(sizes().flatten().map(|metadata| metadata.len()).sum::<u64>()));
    });
    let path = SearchPath::new().with(Directory::new(on_disk.path()).expect("it is a folder"));
    group.bench_function("listed", |bencher| {
        bencher.iter(|| assert_eq!(black_box(path.walk_modules().filter(Result::is_ok).count()), count));
    });
    let discovery = Discovery::top_level().marked(Marker::decorator("app.hookimpl"));
    #[cfg(feature = "disk-cache")]
    {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let cached = discovery.clone().cached(cache.path());
        group.bench_function("by a marker, known", |bencher| {
            bencher.iter(|| assert_eq!(black_box(cached.find(&path)).plugins.len(), PACKAGES));
        });
    }
    group.sample_size(10);
    group.bench_function("by a marker, all read", |bencher| {
        bencher.iter(|| assert_eq!(black_box(discovery.find(&path)).plugins.len(), PACKAGES));
    });
    group.finish();
}
