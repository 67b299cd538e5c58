//! One module, loaded fresh: cold, warm, under overrides, in a realm; and the least that it could take, running its code
//! object in a fresh module by hand.

use crate::support::{PLUGIN, must, runtime};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use exocet::{
    Memory,
    compile::forget_compiled_code,
    raw::{self, RealmRef, forget_units, load, search_path},
    vm::{
        PyRef, PyResult, VirtualMachine,
        builtins::{PyCode, PyDictRef, PyModule},
        compiler::Mode,
        function::ArgMapping,
        scope::Scope,
    },
};
use std::hint::black_box;

fn by_hand(code: &PyRef<PyCode>, builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    let globals = vm.ctx.new_dict();
    globals.set_item("__name__", vm.ctx.intern_str("plugin").to_object(), vm)?;
    globals.set_item("__builtins__", builtins.clone().into(), vm)?;
    let module = PyRef::new_ref(PyModule::new(), vm.ctx.types.module_type.to_owned(), Some(globals.clone()));
    vm.run_code_obj(code.clone(), Scope::new(Some(ArgMapping::from_dict_exact(globals.clone())), globals))?;
    Ok(module)
}

pub fn bench(criterion: &mut Criterion) {
    let source = Memory::new("<bench>").with("empty.py", "").with("plugin.py", PLUGIN);
    runtime(source).enter(|vm| {
        let path = search_path(vm).expect("there is a search path");
        let plain = raw::pass_through(vm);
        let overridden = plain.with_overrides(vm.ctx.new_dict(), vm);
        let builtins = vm.builtins.dict();
        for (name, text) in [("empty", ""), ("plugin", PLUGIN)] {
            let handle = path.get(name).expect("the module is there");
            let code = vm.compile(text, Mode::Exec, "plugin.py").expect("it compiles");
            let mut group = criterion.benchmark_group("load");
            group.throughput(Throughput::Elements(1));
            group.bench_function(BenchmarkId::new("by hand", name), |bencher| {
                bencher.iter(|| black_box(must(by_hand(&code, &builtins, vm), vm)));
            });
            group.bench_function(BenchmarkId::new("warm", name), |bencher| {
                bencher.iter(|| black_box(must(load(&handle, &plain, vm), vm)));
            });
            group.bench_function(BenchmarkId::new("warm, overrides", name), |bencher| {
                bencher.iter(|| black_box(must(load(&handle, &overridden, vm), vm)));
            });
            group.bench_function(BenchmarkId::new("warm, by name", name), |bencher| {
                bencher.iter(|| {
                    let handle = path.get(name).expect("the module is there");
                    black_box(must(load(&handle, &overridden, vm), vm))
                });
            });
            group.bench_function(BenchmarkId::new("warm, realm", name), |bencher| {
                bencher.iter(|| {
                    let realm = RealmRef::builder(&plain).module(&handle).build(vm);
                    black_box(must(realm.lookup(name, vm), vm))
                });
            });
            group.bench_function(BenchmarkId::new("cold", name), |bencher| {
                let forget = || {
                    forget_units(vm);
                    forget_compiled_code();
                };
                let cold = |()| black_box(must(load(&handle, &plain, vm), vm));
                bencher.iter_batched(forget, cold, BatchSize::PerIteration);
            });
            group.finish();
        }
    });
}
