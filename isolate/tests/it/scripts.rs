//! The scripts of the loader's own suite, in isolates: each prints what its header says, as it does in the process.

use crate::{
    script::{self, Script},
    support::guest,
};
use exocet::Memory;
use exocet_isolate::Snapshot;

/// Those that need a host, or the whole of the standard library, and why.
const LEFT_OUT: [(&str, &str); 11] = [
    ("stdlib_by_name.py", "it imports `unittest.mock`, which needs `asyncio`"),
    ("stdlib_by_name_in_realm.py", "it imports `doctest` and `unittest.mock`"),
    ("stdlib_computed_names.py", "it imports `bdb`, `profile`, `pydoc`"),
    ("stdlib_module_tools.py", "it imports `unittest.mock`"),
    ("stdlib_pass_through.py", "it imports `concurrent.futures`"),
    ("stdlib_proxy_module.py", "it imports `unittest.mock`"),
    ("stdlib_realm_shared_modules.py", "it imports `unittest.mock`"),
    ("stdlib_realm_threads.py", "its threads wait for one another"),
    ("stdlib_session_dependency.py", "it imports `http.client`"),
    ("stdlib_session_reload.py", "it writes files"),
    ("stdlib_sources.py", "it writes files"),
];

fn run(script: &Script) -> String {
    let files = Memory::new("<fixture>");
    for (path, text) in &script.files {
        files.insert(path.as_str(), text);
    }
    let main = Memory::new("<scripts>").with("script.py", &script.text);
    let isolate = Snapshot::builder().source(files).source(main).without_realm().start(&guest()).expect("it starts");
    let ended = isolate.run_file(1, "script.py", Vec::new());
    let printed = isolate.take_output();
    match ended {
        Ok(()) => printed,
        Err(error) => {
            format!("{printed}{}", error.exception().map_or(error.to_string(), |it| it.traceback().to_owned()))
        }
    }
}

#[test]
fn every_script_that_needs_no_host_prints_the_same() {
    let mut failed = String::new();
    for path in script::all() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if LEFT_OUT.iter().any(|(left_out, _)| *left_out == name) {
            continue;
        }
        let script = script::read(&path);
        let printed = run(&script);
        if printed != script.expected {
            failed += &format!("{name} printed\n{printed}and was expected to print\n{}\n", script.expected);
        }
    }
    assert!(failed.is_empty(), "{failed}");
}
