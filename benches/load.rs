//! What a load of a cached unit costs above the least that it could: running its code object in a fresh module by hand.
//!
//! `cargo bench --ignore-rust-version --bench load`

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use exocet::{
    Memory, Runtime, load, mapper, search_path,
    vm::{
        PyRef, PyResult, VirtualMachine,
        builtins::{PyCode, PyDictRef, PyModule},
        compiler::Mode,
        function::ArgMapping,
        scope::Scope,
    },
};
use std::hint::black_box;

const EMPTY: &str = "";

/// A small plugin of ordinary shape: constants, functions, a class.
const PLUGIN: &str = r#"
"""A plugin that counts words."""

LIMIT = 100
WORDS = {"the": 1, "a": 2, "of": 3}


def normalise(text):
    """Lower case, without punctuation."""
    return "".join(char for char in text.lower() if char.isalnum() or char == " ")


def count(text, *, limit=LIMIT):
    found = {}
    for word in normalise(text).split():
        found[word] = found.get(word, 0) + 1
        if len(found) >= limit:
            break
    return found


class Counter:
    """Counts over several texts."""

    def __init__(self, limit=LIMIT):
        self.limit = limit
        self.found = {}

    def add(self, text):
        for word, times in count(text, limit=self.limit).items():
            self.found[word] = self.found.get(word, 0) + times

    def most_common(self, n=3):
        return sorted(self.found, key=self.found.get, reverse=True)[:n]
"#;

fn by_hand(code: &PyRef<PyCode>, builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    let globals = vm.ctx.new_dict();
    globals.set_item("__name__", vm.ctx.intern_str("plugin").to_object(), vm)?;
    globals.set_item("__builtins__", builtins.clone().into(), vm)?;
    let module = PyRef::new_ref(PyModule::new(), vm.ctx.types.module_type.to_owned(), Some(globals.clone()));
    vm.run_code_obj(code.clone(), Scope::new(Some(ArgMapping::from_dict_exact(globals.clone())), globals))?;
    Ok(module)
}

fn loads(criterion: &mut Criterion) {
    let source = Memory::new("<bench>").with("empty.py", EMPTY).with("plugin.py", PLUGIN);
    let runtime = Runtime::builder().source(source).build().expect("the runtime starts");
    runtime.enter(|vm| {
        let path = search_path(vm).expect("there is a search path");
        let mapper = mapper::pass_through(vm).with_overrides(vm.ctx.new_dict(), vm);
        let builtins = vm.builtins.dict();
        for (name, text) in [("empty", EMPTY), ("plugin", PLUGIN)] {
            let handle = path.get(name).expect("the module is there");
            let code = vm.compile(text, Mode::Exec, "plugin.py").expect("it compiles");
            let mut group = criterion.benchmark_group("cached unit");
            group.bench_function(BenchmarkId::new("by hand", name), |bencher| {
                bencher.iter(|| black_box(by_hand(&code, &builtins, vm).expect("it runs")));
            });
            group.bench_function(BenchmarkId::new("load", name), |bencher| {
                bencher.iter(|| black_box(load(&handle, &mapper, vm).expect("it loads")));
            });
            group.finish();
        }
    });
}

criterion_group!(benches, loads);
criterion_main!(benches);
