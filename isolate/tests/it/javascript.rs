//! Snapshots go from this host to the one in JavaScript and back, where the npm package was built.

use exocet::{HostModule, Imports, Memory};
use exocet_isolate::{Guest, Snapshot};
use std::{fs, path::Path, process::Command};

const APP: &str = "import host, json\ndef reply(name): return host.shout(name) + json.dumps([1])";

#[test]
fn a_snapshot_of_either_host_opens_in_the_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (package, wasm) = (root.join("npm/dist/index.js"), root.join("wasm/dist/std.wasm"));
    let (true, Ok(wasm)) = (package.exists(), fs::read(&wasm)) else {
        eprintln!("{} wasn't built", package.display());
        return;
    };
    // The package's guest is another one than the library's own.
    let guest = Guest::new(&wasm).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let shout = HostModule::new("host").function("shout", |text: String| text.to_uppercase());
    let imports = Imports::pass_through().with_module(shout);
    let source = Memory::new("<app>").with("app.py", APP);
    let snapshot = Snapshot::builder().source(source).imports(&imports).load("app").build(&guest).unwrap();
    snapshot.save(folder.path().join("rust.snapshot")).unwrap();

    let output = Command::new("node")
        .args(["--input-type=module", "-e", include_str!("javascript.js")])
        .args([&package, folder.path()])
        .arg(APP)
        .output()
        .expect("there is a node");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout == "FROM RUST[1]\n", "{stdout}{stderr}");

    let place = folder.path().join("javascript.snapshot");
    let theirs = Snapshot::open(&place, &guest, Some(&imports)).unwrap();
    let isolate = theirs.isolate(&exocet::Limits::new()).unwrap();
    let reply: String = isolate.module("app").unwrap().call("reply", ("from JavaScript",)).unwrap();
    assert_eq!(reply, "FROM JAVASCRIPT[1]");
    // What each knows of it is the same.
    assert_eq!(theirs.sources(), snapshot.sources());
    // Without the function it doesn't open.
    let needs = theirs.needs().expect("it has a function of its host's");
    assert!(needs.contains("`host`"), "{needs}");
    for imports in [None, Some(&Imports::pass_through())] {
        let error = Snapshot::open(&place, &guest, imports).err().expect("it needs a function").to_string();
        assert!(error.contains("imports"), "{error}");
    }
}
