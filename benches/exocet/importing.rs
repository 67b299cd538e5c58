//! What an import costs: of a name that a mapper answers itself, and of one that was imported before, through chains of
//! mappers. Each is a loop of a thousand statements in a function of a loaded module; the empty loop is the baseline.

use crate::support::{must, runtime};
use criterion::{BenchmarkId, Criterion, Throughput};
use exocet::{
    Memory, Request,
    raw::{self, MapperRef, load, search_path},
    vm::VirtualMachine,
};
use std::hint::black_box;

const LOOPS: u64 = 1000;

const IMPORTER: &str = "
def nothing():
    for _ in range(1000):
        pass
def shared():
    for _ in range(1000):
        import sys
def name():
    for _ in range(1000):
        import fake
def member():
    for _ in range(1000):
        from fake import member
";

/// A chain of so many mappers: overrides of other names in front of pass-through.
fn chain(length: usize, vm: &VirtualMachine) -> MapperRef {
    let mut chained = raw::pass_through(vm);
    for at in 1..length {
        let overrides = vm.ctx.new_dict();
        must(overrides.set_item(&*format!("other{at}"), vm.ctx.none(), vm), vm);
        chained = chained.with_overrides(overrides, vm);
    }
    chained
}

pub fn bench(criterion: &mut Criterion) {
    let source = Memory::new("<bench>").with("importer.py", IMPORTER).with("fake.py", "member = 1");
    runtime(source).enter(|vm| {
        let path = search_path(vm).expect("there is a search path");
        let importer = path.get("importer").expect("the module is there");
        let fake = path.get("fake").expect("the module is there");
        let fake = must(load(&fake, &raw::empty(vm), vm), vm);
        let overrides = vm.ctx.new_dict();
        must(overrides.set_item("fake", fake, vm), vm);
        let override_mapper = raw::empty(vm).with_overrides(overrides, vm);

        let mut group = criterion.benchmark_group("override hit");
        group.throughput(Throughput::Elements(1));
        group.bench_function("mapper", |bencher| {
            bencher.iter(|| black_box(must(override_mapper.map(&Request::direct("fake"), vm), vm)));
        });
        group.throughput(Throughput::Elements(LOOPS));
        let module = must(load(&importer, &override_mapper, vm), vm);
        for (function, what) in
            [("nothing", "empty loop"), ("name", "import fake"), ("member", "from fake import member")]
        {
            let function = must(module.get_attr(function, vm), vm);
            group.bench_function(what, |bencher| bencher.iter(|| must(function.call((), vm), vm)));
        }
        group.finish();

        let mut group = criterion.benchmark_group("import answered before");
        group.throughput(Throughput::Elements(LOOPS));
        for length in [1, 3, 10] {
            let module = must(load(&importer, &chain(length, vm), vm), vm);
            let function = must(module.get_attr("shared", vm), vm);
            group.bench_function(BenchmarkId::new("mappers", length), |bencher| {
                bencher.iter(|| must(function.call((), vm), vm));
            });
        }
        group.finish();
    });
}
