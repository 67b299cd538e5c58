//! `exocet list`: names, kinds and origins.

use crate::support::{Tree, archive, directory, json_of, run, run_in};
use serde_json::json;
use std::{fs, path::Path};

const LISTED: Tree<'static> = &[
    ("b.py", "1 / 0"),
    ("a/__init__.py", ""),
    ("a/x.py", ""),
    ("ns/y.py", ""),
    ("not-a-name.py", ""),
    ("text.txt", ""),
];

/// Lists in a folder, and gives the first two columns and what the origins end with.
#[track_caller]
fn listed(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let ran = run_in(folder, arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    let root = fs::canonicalize(folder).expect("a folder").display().to_string();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    ran.stdout.lines().map(|line| words(&line.replace(&root, "."))).collect()
}

#[test]
fn listing_tells_names_kinds_and_origins() {
    let folder = directory(LISTED);
    assert_eq!(
        listed(folder.path(), &["list", "--path", "."]),
        ["a package ./a/__init__.py", "b module ./b.py", "ns namespace ./ns"]
    );
    assert_eq!(
        listed(folder.path(), &["list", "--walk", "--path", "."]),
        [
            "a package ./a/__init__.py",
            "a.x module ./a/x.py",
            "b module ./b.py",
            "ns namespace ./ns",
            "ns.y module ./ns/y.py"
        ]
    );
    assert_eq!(listed(folder.path(), &["list", "--path", ".", "a"]), ["a.x module ./a/x.py"]);
    assert_eq!(
        listed(folder.path(), &["list", "--walk", "--path", ".", "a"]),
        ["a package ./a/__init__.py", "a.x module ./a/x.py"]
    );
}

#[test]
fn listing_as_json() {
    let folder = directory(LISTED);
    let root = fs::canonicalize(folder.path()).expect("a folder");
    let origin = |path: &str| root.join(path).display().to_string();
    let ran = run_in(folder.path(), &["list", "--json", "--path", "."]);
    assert_eq!(
        json_of(&ran),
        json!([
            {"name": "a", "kind": "package", "origin": origin("a/__init__.py")},
            {"name": "b", "kind": "module", "origin": origin("b.py")},
            {"name": "ns", "kind": "namespace", "origin": null},
        ])
    );
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    assert_eq!(json_of(&run_in(folder.path(), &["list", "--json", "--path", "empty"])), json!([]));
}

#[test]
fn archive_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("app.zip"), archive(LISTED)).expect("a file");
    let root = "./app.zip";
    assert_eq!(
        listed(folder.path(), &["list", "--path", "app.zip"]),
        [format!("a package {root}/a/__init__.py"), format!("b module {root}/b.py"), format!("ns namespace {root}/ns")]
    );
}

#[test]
fn library_is_listed_where_no_path_is_given() {
    let ran = run(&[("mine.py", "")], "list");
    assert!(
        ran.stdout.lines().any(|line| line.starts_with("_thread ") && line.ends_with("  built-in")),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("mine"), "{}", ran.stdout);
    #[cfg(feature = "stdlib")]
    {
        assert!(ran.stdout.contains("  <stdlib>/json/__init__.py\n"), "{}", ran.stdout);
        let ran = run(&[("mine.py", "")], "list --path . json");
        assert!(ran.stdout.starts_with("json.__main__ "), "{}", ran.stdout);
    }
}

#[cfg(unix)]
#[test]
fn listing_goes_on_after_what_cannot_be_listed() {
    let folder = directory(LISTED);
    std::os::unix::fs::symlink("..", folder.path().join("a/loop")).expect("a link");
    let ran = run_in(folder.path(), &["list", "--walk", "--path", "."]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(1), 5), "{}", ran.stdout);
    assert!(ran.stderr.starts_with("exocet: ") && ran.stderr.contains("a/loop"), "{}", ran.stderr);

    let ran = run_in(folder.path(), &["list", "--walk", "--json", "--path", "."]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let items = json_of(&ran);
    let failed: Vec<_> = items.as_array().expect("a list").iter().filter_map(|item| item["error"].as_str()).collect();
    assert!(failed.len() == 1 && failed[0].contains("a/loop"), "{items}");
    assert_eq!(items.as_array().map(Vec::len), Some(6));
}
