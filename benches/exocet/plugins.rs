//! What it costs to go through `Plugins`: calls by the name of a hook beside the same calls by hand, and a swap beside the load of
//! the new generation.

use crate::support::PLUGIN;
use criterion::{BenchmarkId, Criterion, Throughput};
use exocet::{
    Imports, Memory, Object, Runtime,
    plugins::{Discovery, Plugins},
    raw::load,
    vm::{PyObjectRef, function::FuncArgs},
};
use std::sync::Arc;

pub fn bench(criterion: &mut Criterion) {
    calls(criterion);
    python_calls(criterion);
    swap(criterion);
}

/// So many plugins that answer at once.
fn plugins(count: usize) -> (Runtime, Plugins) {
    let files = (0..count).fold(Memory::new("<bench>"), |memory, at| {
        memory.with(format!("plugins/p{at:03}.py"), "def reply(n): return n")
    });
    let files = files.with("by_hand.py", BY_HAND);
    let runtime = Runtime::builder().source(files).build().expect("it starts");
    let plugins = runtime.plugins(Discovery::package("plugins"));
    assert_eq!(plugins.load().expect("it can be asked").len(), count);
    (runtime, plugins)
}

/// From Rust: each function by hand, and all of them by one call.
fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plugins, calls from Rust");
    for count in [1, 10, 100] {
        let (_runtime, plugins) = plugins(count);
        let objects: Vec<Object> = plugins.order().iter().filter_map(|name| plugins.object(name)).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("by hand", count), |bencher| {
            bencher.iter(|| objects.iter().map(|object| object.call::<u32>("reply", (7,))).collect::<Vec<_>>());
        });
        group.bench_function(BenchmarkId::new("call_all", count), |bencher| {
            bencher.iter(|| plugins.call_all::<u32>("reply", (7,)).expect("they are called"));
        });
    }
    group.finish();
}

const BY_HAND: &str = "
def by_hand(modules, times):
    for _ in range(times):
        [module.reply(7) for module in modules]

def call_all(plugins, times):
    for _ in range(times):
        plugins.call_all('reply', 7)
";

/// From Python, where a call by hand costs next to nothing.
fn python_calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plugins, calls from Python");
    for count in [10, 100] {
        let files = (0..count).fold(Memory::new("<bench>").with("by_hand.py", BY_HAND), |memory, at| {
            memory.with(format!("plugins/p{at:03}.py"), "def reply(n): return n")
        });
        let files = files.with("own.py", "import exocet\nplugins = exocet.Plugins(package='plugins')\nplugins.load()\nmodules = [plugins[name] for name in plugins.order()]");
        let runtime = Runtime::builder().source(files).build().expect("it starts");
        let own = runtime.load("own", &Imports::pass_through()).expect("it loads");
        let by_hand = runtime.load("by_hand", &Imports::pass_through()).expect("it loads");
        let (modules, plugins): (Object, Object) =
            (own.get("modules").expect("it is there"), own.get("plugins").expect("it is there"));
        group.throughput(Throughput::Elements(100 * count as u64));
        for (name, argument) in [("by_hand", &modules), ("call_all", &plugins)] {
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                runtime.enter(|vm| {
                    let function: PyObjectRef =
                        by_hand.get::<Object>(name).expect("it is there").raw(vm).expect("it is this runtime's");
                    let argument = argument.raw(vm).expect("it is this runtime's");
                    bencher.iter(|| {
                        let args = FuncArgs::from(vec![argument.clone(), vm.ctx.new_int(100).into()]);
                        function.call(args, vm).expect("it is called")
                    });
                });
            });
        }
    }
    group.finish();
}

/// A reload of a plugin, beside a load of the same module in a realm.
fn swap(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plugins, swap");
    let files = Arc::new(Memory::new("<bench>").with("plugins/plugin.py", PLUGIN));
    let runtime = Runtime::builder().source(files).build().expect("it starts");
    let plugins = runtime.plugins(Discovery::package("plugins"));
    plugins.load().expect("it can be asked");
    group.bench_function("load", |bencher| {
        runtime.enter(|vm| {
            let handle =
                exocet::raw::search_path(vm).expect("there is one").get("plugins.plugin").expect("it is there");
            let mapper = exocet::raw::pass_through(vm);
            bencher.iter(|| load(&handle, &mapper, vm).expect("it loads"));
        });
    });
    group.bench_function("realm", |bencher| {
        let imports = Imports::pass_through();
        bencher.iter(|| {
            let realm = runtime.realm(["plugins.plugin"], &imports).expect("it can be made");
            realm.import("plugins.plugin").expect("it loads")
        });
    });
    group.bench_function("reload", |bencher| {
        bencher.iter(|| plugins.reload(["plugin"]).expect("it can be asked"));
    });
    group.finish();
}
