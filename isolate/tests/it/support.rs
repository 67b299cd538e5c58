//! What the tests have in common.

use exocet::{Imports, Limits, Memory};
use exocet_isolate::{Guest, Isolate, Snapshot};

/// The guest of this build.
pub(crate) fn guest() -> Guest {
    Guest::builtin().expect("`wasm/build.sh guest` makes it")
}

/// A snapshot of a module `app` with this text.
pub(crate) fn snapshot(text: &str) -> Snapshot {
    snapshot_under(text, &Imports::pass_through())
}

pub(crate) fn snapshot_under(text: &str, imports: &Imports) -> Snapshot {
    let app = Memory::new("<app>").with("app.py", text);
    Snapshot::builder().source(app).imports(imports).load("app").build(&guest()).expect("it loads")
}

pub(crate) fn isolate(text: &str) -> Isolate {
    snapshot(text).isolate(&Limits::new()).expect("it starts")
}

pub(crate) fn isolate_under(text: &str, imports: &Imports) -> Isolate {
    snapshot_under(text, imports).isolate(&Limits::new()).expect("it starts")
}
