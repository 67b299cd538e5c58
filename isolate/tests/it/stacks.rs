//! What recurses ends in a RecursionError, or its isolate does, and never the process: on a thread of the usual size.

use exocet::{Limits, Memory, error::Limit, values::Value};
use exocet_isolate::{Guest, Snapshot};
use std::thread;

/// Functions that recurse without end, each by another way through native code.
const TEXT: &str = "
import functools, json, re

def plain(n=0): return plain(n + 1)

def by_map(n=0): return list(map(by_map, [n + 1]))

def by_sorted(n=0): return sorted([1, 2], key=lambda one: by_sorted(n + 1))

def by_apply(n=0): return functools.partial(by_apply, n + 1)()

def by_reduce(n=0): return functools.reduce(lambda a, b: by_reduce(n + 1), [1, 2, 3])

def by_sub(n=0): return re.sub('a', lambda found: by_sub(n + 1), 'a')

def by_exec(): exec('by_exec()', globals())

def by_eval(): return eval('by_eval()')

def by_import():
    global __getattr__
    class Deep:
        def __getattr__(self, name): return getattr(self, name + '_')
    return Deep().a

def by_str():
    class Deep:
        def __repr__(self): return repr(self)
    return repr(Deep())

def by_eq():
    class Deep:
        def __eq__(self, other): return self == other
        def __hash__(self): return hash(self)
    return {Deep(): 1}

def by_list():
    deep = []
    for _ in range(100000): deep = [deep]
    return repr(deep)

def by_compare():
    one, other = [], []
    for _ in range(100000): one, other = [one], [other]
    return one == other

def by_json(): return json.loads('[' * 100000)

def by_dumps():
    deep = []
    for _ in range(100000): deep = [deep]
    return json.dumps(deep)

def by_compile(): return compile('(' * 100000 + ')' * 100000, 'x', 'eval')

def by_generator(n=0): yield from by_generator(n + 1)

def by_generators(): return list(by_generator())

def by_with():
    class Deep:
        def __enter__(self):
            with self: pass
        def __exit__(self, *args): pass
    with Deep(): pass

def by_class():
    class Meta(type):
        def __call__(cls): return cls()
    class Deep(metaclass=Meta): pass
    return Deep()

def by_drop():
    deep = None
    for _ in range(1000000): deep = [deep]
    del deep
    return 1

def by_pattern(): return re.compile('(' * 50000 + ')' * 50000)

def by_int(): 
    class Deep:
        def __index__(self): return int(self)
    return int(Deep())
";

/// What recurses in native code that asks nobody whether there is stack left.
const NATIVE: [&str; 1] = ["by_drop"];

#[test]
fn what_recurses_without_end_ends() {
    let snapshot = Snapshot::builder().source(Memory::new("<app>").with("app.py", TEXT)).load("app");
    let snapshot = snapshot.build(&Guest::builtin().expect("there is a guest")).expect("it loads");
    let names = TEXT.lines().filter_map(|line| Some(line.strip_prefix("def ")?.split_once('(')?.0));
    for name in names.filter(|name| *name != "by_generator") {
        // As threads of Rust's have, and much less.
        for size in [2 << 20, 128 << 10] {
            let snapshot = snapshot.clone();
            let call = move || {
                let one = snapshot.isolate(&Limits::new()).expect("it starts");
                one.module("app").unwrap().call::<Value>(name, ()).unwrap_err()
            };
            let thread = thread::Builder::new().stack_size(size).spawn(call).unwrap();
            let error = thread.join().expect("the host goes on");
            let is_right = match error.exception() {
                Some(exception) => {
                    let kind = if name == "by_compile" { "SyntaxError" } else { "RecursionError" };
                    exception.kind() == kind && !NATIVE.contains(&name)
                }
                None => error.limit() == Some(Limit::Stack) && NATIVE.contains(&name),
            };
            assert!(is_right, "{name} with {size} bytes: {error:?}");
        }
    }
}
