//! `exocet bench`: what it measures, and how it reports that.

use crate::support::{Tree, directory, json_of, run, run_in};
use serde_json::Value;
use std::{fs, process::Command};

#[test]
fn bench_measures_each_work_of_each_module() {
    let tree: Tree<'_> = &[("small.py", "import json\nclass C: pass\nprint('loaded')"), ("bad.py", "1 / 0")];
    let ran = run(tree, "bench --path . --rounds 3 --json small bad missing");
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let json = json_of(&ran);
    let modules = json["modules"].as_array().expect("a list");
    let take = &modules[0]["takes"][0];
    for (work, times) in [("cold", 1), ("disk", 1), ("warm", 10)] {
        let rounds = take[work].as_array().expect("a list");
        assert_eq!(rounds.len(), 3, "{work}");
        for samples in rounds {
            let samples = samples.as_array().expect("a list");
            assert!(samples.len() == times && samples.iter().all(|sample| sample.as_f64() > Some(0.0)), "{work}");
        }
    }
    assert_eq!(take["failure"], Value::Null);
    // How much it is, depends on what the system takes back meanwhile.
    if cfg!(target_os = "linux") {
        assert!(take["memory"].as_f64() >= Some(0.0), "{take}");
    }
    assert!(modules[1]["takes"][0]["failure"].as_str().is_some_and(|error| error.contains("ZeroDivisionError")));
    assert!(modules[2]["takes"][0]["failure"].as_str().is_some_and(|error| error.contains("missing")));
}

#[test]
fn bench_compares_with_a_cpython_as_a_table_and_as_a_page() {
    let folder = directory(&[
        ("small.py", "value = 1"),
        ("pk/__init__.py", ""),
        ("pk/mod.py", "from . import other"),
        ("pk/other.py", ""),
    ]);
    let line = ["bench", "--path", ".", "--rounds", "3", "--html", "page.html", "small", "pk.mod"];
    let ran = run_in(folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let page = fs::read_to_string(folder.path().join("page.html")).expect("a page");
    assert!(page.contains("<svg") && page.contains("pk.mod") && !page.contains("<script") && !page.contains("href="));
    let python = Command::new("python3").arg("--version").output();
    if python.is_ok_and(|python| python.status.success()) {
        assert!(ran.stdout.contains("python3: CPython 3."), "{}", ran.stdout);
        assert!(
            ran.stdout.lines().filter(|line| line.contains("python3") && line.contains(" to ")).count() == 6,
            "{}",
            ran.stdout
        );
    }
    // Nobody's source gets bytecode beside it.
    assert!(!folder.path().join("__pycache__").exists() && !folder.path().join("pk/__pycache__").exists());
}

#[test]
fn bench_without_a_cpython_says_so_and_goes_on() {
    let folder = directory(&[("small.py", "value = 1")]);
    let path = folder.path().join("empty");
    fs::create_dir(&path).expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_exocet"));
    command.args(["bench", "--path", ".", "--rounds", "3", "small"]).current_dir(folder.path()).env("PATH", &path);
    let output = command.output().expect("it runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stderr.contains("nothing to compare with: `python3`"), "{stderr}");
    assert!(stdout.contains("warm") && !stdout.contains("python3"), "{stdout}");
    let ran = run_in(folder.path(), &["bench", "--path", ".", "--baseline", "no-such-python", "small"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("`no-such-python` can't be measured"), "{}", ran.stderr);
}
