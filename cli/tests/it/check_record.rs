//! `exocet check --record`: what a run asked for, beside what its statements ask for.

use crate::{
    check::found,
    records::{decision, lines, load},
    support::{Tree, directory, json_of, run, run_in},
};
use serde_json::json;
use std::fs;

#[test]
fn record_shows_what_statements_do_not() {
    let main = Some(("app", "x", 3));
    let record = lines(&[
        decision(main, "sys", "pass-through"),
        decision(main, "plugins.one", "load"),
        decision(main, "plugins.one", "load"),
        decision(main, "pk.part", "pass-through"),
        decision(main, "stars.any", "pass-through"),
        decision(Some(("helper", "helper.py", 1)), "json", "pass-through"),
        decision(Some(("helper", "helper.py", 1)), "re", "denied"),
        decision(None, "host", "object"),
    ]);
    let tree: Tree<'_> = &[
        ("app.py", "import sys, late\nfrom pk import part\nfrom stars import *"),
        ("helper.py", "import json"),
        ("late.py", ""),
        ("pk/__init__.py", ""),
        ("pk/part.py", ""),
        ("stars.py", ""),
        ("run.record", &record),
    ];
    assert_eq!(
        found(tree, "--path . --record run.record app"),
        (
            Some(0),
            vec![
                "null:null:null null dynamic host".into(),
                "app:3:null null dynamic plugins.one".into(),
                "helper:1:null null dynamic re".into(),
                "app:1:13 top level never asked late".into(),
                "app:2:16 top level never asked pk".into(),
                "app:3:19 top level never asked stars".into(),
            ]
        )
    );
    let ran = run(tree, "check --path . --record run.record app");
    assert!(
        ran.stdout.contains("note: `plugins.one` was asked for, and no import statement does so\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("^^^^ no decision of the record is about it"), "{}", ran.stdout);
}

#[test]
fn program_of_a_record_is_known_by_its_file() {
    let folder = directory(&[("app.py", "import sys, json")]);
    let file = fs::canonicalize(folder.path()).expect("a folder").join("app.py").display().to_string();
    let mut renamed = decision(Some(("__main__", &file, 1)), "json", "rename");
    renamed["detail"] = json!("simplejson");
    let record = lines(&[
        decision(Some(("__main__", &file, 1)), "sys", "pass-through"),
        renamed,
        decision(Some(("__main__", &file, 1)), "simplejson", "pass-through"),
    ]);
    fs::write(folder.path().join("run.record"), record).expect("a file");
    let ran = run_in(folder.path(), &["check", "--json", "--path", ".", "--record", "run.record", "app"]);
    assert_eq!((ran.code, json_of(&ran)), (Some(0), json!([])));
}

#[test]
fn malformed_record_is_one_error_with_its_line() {
    let whole = lines(&[load(1, None, "app", 0, 1, 2), decision(None, "x", "denied")]);
    let truncated = &whole[..whole.len() - 9];
    for (record, at) in [
        (truncated, "line 2 of "),
        ("\n\n{}\n", "line 3 of "),
        ("{\"event\": \"load\"}", "line 1 of "),
        ("{\"event\": \"party\"}", "line 1 of "),
        ("\u{1}", "line 1 of "),
    ] {
        for command in ["trace run.record", "check --path . --record run.record app"] {
            let ran = run(&[("run.record", record), ("app.py", "")], command);
            assert_eq!(
                (ran.code, ran.stdout.as_str(), ran.stderr.lines().count()),
                (Some(1), "", 1),
                "{record}: {ran:?}"
            );
            assert!(ran.stderr.contains(at) && ran.stderr.contains("`run.record`"), "{record}: {}", ran.stderr);
        }
    }
}
