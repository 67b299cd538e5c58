//! Exocet: in the process, and in isolates.

use crate::{COMMON, NORMAL, TEXT, language::Language};
use exocet::{Imports, Limits, Memory, Object, Runtime, compile::forget_compiled_code, raw::forget_units};
use exocet_isolate::{Guest, Snapshot};
use std::{cell::OnceCell, time::Duration};

pub struct Exocet {
    runtime: Runtime,
    imports: Imports,
    plugin: Object,
    snapshot: OnceCell<Snapshot>,
}

fn source() -> Memory {
    Memory::new("<peers>").with("empty.py", "").with("plugin.py", include_str!("../plugins/plugin.py"))
}

fn snapshot() -> Snapshot {
    let guest = Guest::builtin().expect("`wasm/build.sh guest` makes one");
    Snapshot::builder().source(source()).load("plugin").build(&guest).expect("it loads")
}

fn normalise(plugin: &Object) -> String {
    plugin.call("normalise", (TEXT,)).expect("it returns")
}

impl Language for Exocet {
    type Interpreter = Runtime;
    /// The runtime keeps it.
    type Code = ();
    type Module = Object;

    fn start() -> Runtime {
        let runtime = Runtime::builder().isolated().source(source()).build().expect("it starts");
        runtime.load("empty", &Imports::pass_through()).expect("it loads");
        runtime
    }

    fn new() -> Self {
        let (runtime, imports) = (Self::start(), Imports::pass_through());
        let plugin = runtime.load("plugin", &imports).expect("it loads");
        Self { runtime, imports, plugin, snapshot: OnceCell::new() }
    }

    fn load_text(&self) -> Object {
        self.load(())
    }

    fn forget(&self) {
        self.runtime.enter(forget_units);
        forget_compiled_code();
    }

    fn code(&self) {}

    fn load(&self, (): ()) -> Object {
        self.runtime.load("plugin", &self.imports).expect("it loads")
    }

    fn check(&self, plugin: &Object) {
        assert_eq!(normalise(plugin), NORMAL);
        let counter: Object = plugin.call("Counter", ()).expect("it returns");
        counter.call::<()>("add", (TEXT,)).expect("it returns");
        assert_eq!(counter.call::<Vec<String>>("most_common", (2,)).expect("it returns"), COMMON);
    }

    fn call(&self) -> String {
        normalise(&self.plugin)
    }

    fn isolated(&self, (): ()) -> String {
        let limits = Limits::new().time(Duration::from_secs(1)).memory(64 << 20);
        let isolate = self.snapshot.get_or_init(snapshot).isolate(&limits).expect("it starts");
        isolate.module("plugin").and_then(|plugin| plugin.call("normalise", (TEXT,))).expect("it answers")
    }
}
