//! Snapshots go from this host to the one in JavaScript and back, where the npm package was built.

use crate::support::guest;
use exocet::{HostModule, Imports, Memory};
use exocet_isolate::Snapshot;
use std::{path::Path, process::Command};

const APP: &str = "import host, json\ndef reply(name): return host.shout(name) + json.dumps([1])";

#[test]
fn a_snapshot_of_either_host_opens_in_the_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let package = root.join("npm/dist/isolate.js");
    if !package.exists() {
        eprintln!("{} wasn't built", package.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let shout = HostModule::new("host").function("shout", |text: String| text.to_uppercase());
    let imports = Imports::pass_through().with_module(shout);
    let source = Memory::new("<app>").with("app.py", APP);
    let snapshot = Snapshot::builder().source(source).imports(&imports).load("app").build(&guest()).unwrap();
    snapshot.save(folder.path().join("rust.snapshot")).unwrap();

    let wasm = option_env!("EXOCET_GUEST").map_or_else(|| root.join("wasm/dist/guest.wasm"), Into::into);
    let output = Command::new("node")
        .args(["--input-type=module", "-e", include_str!("javascript.js")])
        .args([&package, &wasm, folder.path()])
        .arg(APP)
        .output()
        .expect("there is a node");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout == "FROM RUST[1]\n", "{stdout}{stderr}");

    let theirs = folder.path().join("javascript.snapshot");
    let theirs = Snapshot::open(theirs, &guest(), Some(&imports)).unwrap();
    let isolate = theirs.isolate(&exocet::Limits::new()).unwrap();
    let reply: String = isolate.module("app").unwrap().call("reply", ("from JavaScript",)).unwrap();
    assert_eq!(reply, "FROM JAVASCRIPT[1]");
    // What each knows of it is the same.
    assert_eq!(theirs.sources(), snapshot.sources());
    assert_eq!(theirs.events().len(), snapshot.events().len());
    assert!(!theirs.events().is_empty());
}
