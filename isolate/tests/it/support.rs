//! What the tests have in common.

use exocet::{Imports, Limits, Memory};
use exocet_isolate::{Guest, Isolate, Snapshot};
use std::sync::OnceLock;

/// The guest, compiled once for all tests.
pub(crate) fn guest() -> &'static Guest {
    static GUEST: OnceLock<Guest> = OnceLock::new();
    GUEST.get_or_init(|| {
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm/dist/guest.wasm");
        let path = std::env::var("EXOCET_GUEST").unwrap_or_else(|_| own.to_owned());
        let wasm =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}: `wasm/build.sh guest` makes it"));
        Guest::new(&wasm).expect("it is a guest")
    })
}

/// A snapshot of a module `app` with this text.
pub(crate) fn snapshot(text: &str) -> Snapshot {
    snapshot_under(text, &Imports::pass_through())
}

pub(crate) fn snapshot_under(text: &str, imports: &Imports) -> Snapshot {
    let app = Memory::new("<app>").with("app.py", text);
    Snapshot::builder().source(app).imports(imports).load("app").build(guest()).expect("it loads")
}

pub(crate) fn isolate(text: &str) -> Isolate {
    snapshot(text).isolate(&Limits::new()).expect("it starts")
}

pub(crate) fn isolate_under(text: &str, imports: &Imports) -> Isolate {
    snapshot_under(text, imports).isolate(&Limits::new()).expect("it starts")
}
