//! A package of a thousand modules, each loaded once by a runtime that is new: from source, alone and with the other cores
//! compiling ahead, from an empty and from a full disk cache, and from the memory that runtimes share.

use crate::support::{PLUGIN, folder, must, package};
use criterion::{BatchSize, Criterion, SamplingMode, Throughput};
use exocet::{
    Directory, Runtime, RuntimeBuilder,
    compile::forget_compiled_code,
    modules::PythonModule,
    raw::{self, compile_ahead, forget_units, load, search_path},
};
use std::{sync::Arc, time::Duration};

const MODULES: usize = 1000;

pub fn bench(criterion: &mut Criterion) {
    let files = package(MODULES, |at| PLUGIN.replace("Counter", &format!("Counter{at}")));
    let on_disk = folder(&files);
    let mut group = criterion.benchmark_group("package of 1,000 modules");
    group.throughput(Throughput::Elements(MODULES as u64 + 1));
    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(Duration::from_secs(10));
    let mut bench =
        |name: &str, configure: &dyn Fn(RuntimeBuilder) -> RuntimeBuilder, ahead: bool, forget: &dyn Fn()| {
            let source = Arc::new(Directory::new(on_disk.path()).expect("it is a folder"));
            let builder = Runtime::builder().isolated().shared_source(source);
            // One runtime for all samples: each leaves memory behind when it is dropped.
            let runtime = configure(builder).build().expect("the runtime starts");
            runtime.enter(|vm| {
                let path = search_path(vm).expect("there is a search path");
                let package = path.get("pk").expect("the package is there");
                let mapper = raw::pass_through(vm);
                let mut load_all = |()| {
                    let modules: Vec<PythonModule> =
                        package.walk_modules().map(|module| module.expect("it is listed")).collect();
                    if ahead {
                        compile_ahead(modules.iter().cloned(), vm);
                    }
                    modules.iter().for_each(|module| drop(must(load(module, &mapper, vm), vm)));
                };
                load_all(());
                group.bench_function(name, |bencher| {
                    let forget = || {
                        forget_units(vm);
                        forget();
                    };
                    bencher.iter_batched(forget, &mut load_all, BatchSize::PerIteration);
                });
            });
        };
    bench("from source, alone", &|builder| builder.without_compiling_ahead(), false, &forget_compiled_code);
    bench("from source, ahead", &|builder| builder, true, &forget_compiled_code);
    // Plain `cargo bench` has the feature, as the command line asks for it.
    #[cfg(feature = "disk-cache")]
    {
        use exocet::compile::DiskCache;
        use tempfile::tempdir;
        let (empty, full) = (tempdir().expect("a temporary folder"), tempdir().expect("a temporary folder"));
        let clear = || {
            forget_compiled_code();
            DiskCache::new(empty.path()).clear().expect("it can be emptied");
        };
        bench("into the disk cache", &|builder| builder.disk_cache(DiskCache::new(empty.path())), true, &clear);
        let cached = |builder: RuntimeBuilder| builder.disk_cache(DiskCache::new(full.path()));
        bench(
            "from the disk cache, alone",
            &|builder| cached(builder).without_compiling_ahead(),
            false,
            &forget_compiled_code,
        );
        bench("from the disk cache, ahead", &cached, true, &forget_compiled_code);
    }
    bench("from memory", &|builder| builder, false, &|| {});
    group.finish();
}
