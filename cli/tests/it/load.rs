//! `exocet load`: each module fresh, and which ones fail.

use crate::support::{Tree, json_of, run};
use serde_json::json;

const LOADED: Tree<'static> = &[
    ("pk/__init__.py", "print('noise')"),
    ("pk/broken.py", "1 / 0"),
    ("pk/exits.py", "raise SystemExit(0)"),
    ("pk/fine.py", "import helper"),
    ("pk/stopped.py", "raise KeyboardInterrupt"),
    ("pk/worse.py", "class Worse(BaseException): pass\nraise Worse"),
    ("pk/wrong.py", "x = = 1"),
    ("helper.py", ""),
];

#[test]
fn loading_goes_on_after_a_failure() {
    let ran = run(LOADED, "load --path . --walk nosuch pk helper");
    let lines: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    let told: Vec<String> = lines.iter().map(|line| format!("{} {}", line[0], line[1])).collect();
    assert_eq!(
        told,
        [
            "failed nosuch",
            "ok pk",
            "failed pk.broken",
            "failed pk.exits",
            "ok pk.fine",
            "failed pk.stopped",
            "failed pk.worse",
            "failed pk.wrong",
            "ok helper"
        ]
    );
    assert_eq!(ran.code, Some(1));
    assert!(lines.iter().all(|line| line[2].parse::<f64>().is_ok() && line[3] == "ms"), "{}", ran.stdout);
    for error in ["ZeroDivisionError: division by zero", "SystemExit: 0", "KeyboardInterrupt", "Worse", "SyntaxError: "]
    {
        assert!(ran.stdout.contains(&format!(" ms  {error}")), "{error} in {}", ran.stdout);
    }
    assert_eq!(ran.stderr, "noise\n");
}

#[test]
fn loading_as_json() {
    let ran = run(LOADED, "load --path . --json pk pk.exits nosuch");
    let mut items = json_of(&ran);
    for item in items.as_array_mut().expect("a list") {
        assert!(item["ms"].as_f64().is_some_and(|ms| ms >= 0.0), "{item}");
        item["ms"] = json!(0);
    }
    let missing = items[2]["error"].take();
    assert!(missing.as_str().is_some_and(|error| error.starts_with("no module `nosuch`")), "{missing}");
    assert_eq!(
        items,
        json!([
            {"name": "pk", "ok": true, "ms": 0, "error": null},
            {"name": "pk.exits", "ok": false, "ms": 0, "error": "SystemExit: 0"},
            {"name": "nosuch", "ok": false, "ms": 0, "error": null},
        ])
    );
    assert_eq!(ran.code, Some(1));
    assert_eq!(run(LOADED, "load --path . helper --json").code, Some(0));
}

#[test]
fn nothing_that_a_module_prints_reaches_stdout() {
    let noisy = "print('one')\nimport sys\nsys.stdout.write('two\\n')\nsys.stdout.flush()";
    let ran = run(&[("noisy.py", noisy)], "load --path . --json noisy");
    assert_eq!((json_of(&ran)[0]["ok"].as_bool(), ran.stderr.as_str()), (Some(true), "one\ntwo\n"));
}

#[cfg(all(unix, feature = "stdlib"))]
#[test]
fn nothing_that_a_module_writes_past_python_reaches_stdout() {
    let noisy = "import os, sys\nos.write(1, b'one\\n')\nos.system('echo two')\nprint('three', file=sys.__stdout__, flush=True)";
    let ran = run(&[("noisy.py", noisy)], "load --path . --json noisy");
    assert_eq!((json_of(&ran)[0]["ok"].as_bool(), ran.stderr.as_str()), (Some(true), "one\ntwo\nthree\n"));
}

#[test]
fn each_load_is_fresh_and_repeated_as_often_as_asked() {
    let ran = run(
        &[("again.py", "print('load')\ntry:\n    X += 1\nexcept NameError:\n    X = 1\nassert X == 1")],
        "load --path . --repeat 5 again again",
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "load\n".repeat(10).as_str()), "{}", ran.stdout);
}

#[test]
fn loading_obeys_overrides_and_denials() {
    let tree: Tree<'_> = &[("app.py", "import dep"), ("fake.py", "")];
    assert_eq!(run(tree, "load --path . app").code, Some(1));
    assert_eq!(run(tree, "load --path . --override dep=fake.py app").code, Some(0));
    assert_eq!(run(tree, "load --path . --override dep=fake app").code, Some(0));
    assert_eq!(run(tree, "load --path . --override dep=fake --deny dep app").code, Some(0));
    let ran = run(tree, "load --path . --override dep=fake --deny fake app");
    assert!(ran.code == Some(1) && ran.stdout.contains("denied"), "{}", ran.stdout);
}

#[cfg(feature = "stdlib")]
#[test]
fn thread_of_a_loaded_module_holds_nothing_up() {
    let module = "import threading\nthreading.Thread(target=threading.Event().wait).start()";
    assert_eq!(run(&[("held.py", module)], "load --path . held").code, Some(0));
}

#[test]
fn package_loaded_in_a_realm_has_fresh_modules() {
    let tree = [
        ("lib/pk/__init__.py", "from . import part"),
        (
            "lib/pk/part.py",
            "import sys\nimport pk\nimport other\nassert pk is sys.modules['pk'] and pk.__spec__ is not None\nprint('ran')",
        ),
        ("lib/other.py", "print('other')"),
        ("lib/bad.py", "import other.absent"),
    ];
    let ran = run(&tree, "load --realm --repeat 2 --path lib pk bad json.decoder");
    assert_eq!(ran.code, Some(1));
    // Each realm loads each module once.
    assert_eq!(ran.stderr.matches("ran").count(), 2, "{ran:?}");
    assert_eq!(ran.stderr.matches("other").count(), 3, "{ran:?}");
    let outcomes: Vec<_> = ran.stdout.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>()).collect();
    assert_eq!(outcomes, [["ok", "pk"], ["failed", "bad"], ["ok", "json.decoder"]]);
    assert!(ran.stdout.contains("No module named 'other.absent'; 'other' is not a package (asked by bad, "), "{ran:?}");
}
