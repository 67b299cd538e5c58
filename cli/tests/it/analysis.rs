//! What the command line reports of imports that don't run, and of runs that are over: `graph`, `check` and `trace`.

use crate::support::{Ran, Tree, archive, directory, json_of, prints, run, run_in};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path, process::Command};

// graph

const CYCLE: Tree<'static> = &[
    ("app/__init__.py", ""),
    ("app/a.py", "import json\nfrom app import b"),
    ("app/b.py", "def late():\n    import app.a"),
    ("app/alone.py", "import absent"),
];

#[test]
fn graph_is_a_tree_in_which_each_module_is_expanded_once() {
    prints(
        &[
            ("top.py", "import left, right"),
            ("left.py", "import base"),
            ("right.py", "import base\nimport sys, nowhere"),
            ("base.py", "import end"),
            ("end.py", ""),
        ],
        "graph --path . top",
        "top
  left
    base
      end
  right
    base (above)
    nowhere  missing
    sys  built-in
",
    );
}

#[test]
fn cycle_is_marked_and_listed() {
    prints(
        CYCLE,
        "graph --path . app.a",
        "app.a
  app  package
  app.b (cycle)
    app.a (above) (cycle)
  json  package

cycles:
  app.a, app.b
",
    );
}

/// The pairs of modules that a graph as JSON has.
#[track_caller]
fn pairs(tree: Tree<'_>, line: &str) -> Vec<String> {
    let ran = run(tree, &format!("graph --format json {line}"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{line}");
    let text = |value: &Value| value.as_str().expect("a name").to_owned();
    let json = json_of(&ran);
    let imports = json["imports"].as_array().expect("a list").iter();
    imports.map(|import| format!("{} > {}", text(&import["from"]), text(&import["to"]))).collect()
}

#[test]
fn graph_as_json() {
    let folder = directory(CYCLE);
    let root = fs::canonicalize(folder.path()).expect("a folder");
    let origin = |path: &str| root.join(path).display().to_string();
    let ran = run_in(folder.path(), &["graph", "--path", ".", "--deny", "json", "--format", "json", "app.a"]);
    assert_eq!(
        json_of(&ran),
        json!({
            "modules": [
                {"name": "app", "origin": origin("app/__init__.py"), "kind": "package"},
                {"name": "app.a", "origin": origin("app/a.py"), "kind": "module"},
                {"name": "app.b", "origin": origin("app/b.py"), "kind": "module"},
                {"name": "json", "origin": null, "kind": "denied"},
            ],
            "imports": [
                {"from": "app.a", "to": "json", "line": 1, "column": 8, "kind": "top level", "in_cycle": false},
                {"from": "app.a", "to": "app", "line": 2, "column": 17, "kind": "top level", "in_cycle": false},
                {"from": "app.a", "to": "app.b", "line": 2, "column": 17, "kind": "top level", "in_cycle": true},
                {"from": "app.b", "to": "app.a", "line": 2, "column": 12, "kind": "function", "in_cycle": true},
            ],
            "cycles": [["app.a", "app.b"]],
        })
    );
}

#[test]
fn import_goes_to_each_module_that_it_runs() {
    let tree: Tree<'_> = &[
        ("plain.py", "import pk.sub.leaf"),
        ("item.py", "from pk import sub"),
        ("value.py", "from pk import VALUE"),
        ("star.py", "from pk.sub import *"),
        ("pk/__init__.py", "VALUE = 1"),
        ("pk/sub/__init__.py", ""),
        ("pk/sub/leaf.py", ""),
        ("pk/near.py", "from . import sub\nfrom .sub import leaf\nimport pk.sub"),
        ("pk/far.py", "from ... import beyond"),
        ("spaces/__init__.py", "from . import inner"),
        ("spaces/inner.py", ""),
        ("ns/part.py", ""),
        ("uses.py", "import ns.part"),
    ];
    for (name, expected) in [
        ("plain", &["plain > pk", "plain > pk.sub", "plain > pk.sub.leaf"][..]),
        ("item", &["item > pk", "item > pk.sub"]),
        ("value", &["value > pk"]),
        ("star", &["star > pk", "star > pk.sub"]),
        // A package is there already for what lies in it.
        (
            "pk.near",
            &["pk.near > pk", "pk.near > pk.sub", "pk.near > pk.sub", "pk.near > pk.sub.leaf", "pk.near > pk.sub"],
        ),
        ("pk.far", &["pk.far > ..."]),
        // That is no import of itself.
        ("spaces", &["spaces > spaces.inner"]),
        ("uses", &["uses > ns", "uses > ns.part"]),
    ] {
        assert_eq!(pairs(tree, &format!("--path . {name}")), expected, "{name}");
    }
}

#[test]
fn module_that_imports_itself_is_a_cycle() {
    prints(&[("own.py", "import own")], "graph --path . own", "own\n  own (above) (cycle)\n\ncycles:\n  own\n");
}

#[test]
fn graph_follows_what_it_is_told_to() {
    let tree: Tree<'_> = &[
        ("src/app.py", "import lib\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import typed"),
        ("src/typed.py", ""),
        ("src/lib.py", "import stat"),
        ("fake.py", "import lib"),
    ];
    assert_eq!(pairs(tree, "--path src app"), ["app > lib", "app > typing", "lib > stat"]);
    assert!(pairs(tree, "--path src --type-checking app").contains(&"app > typed".to_owned()));
    assert_eq!(pairs(tree, "--path src --override lib=fake.py app"), ["app > lib", "app > typing"]);
    assert_eq!(pairs(tree, "--path src --override lib=typed app"), ["app > typed", "app > typing"]);
    assert_eq!(pairs(tree, "--path src --deny lib app"), ["app > lib", "app > typing"]);
    // Without paths the packages of the names are followed.
    #[cfg(feature = "stdlib")]
    {
        assert!(pairs(tree, "json").contains(&"json.decoder > json.scanner".to_owned()));
        assert!(!pairs(tree, "json").iter().any(|pair| pair.starts_with("re > ")));
        assert!(pairs(tree, "--all json").contains(&"re > enum".to_owned()));
    }
}

#[test]
fn graph_for_graphviz_and_mermaid() {
    let tree: Tree<'_> = &[("a.py", "import b, größe, nix"), ("b.py", "import a, sys"), ("größe.py", "")];
    prints(
        tree,
        "graph --path . --format dot a",
        "digraph imports {
  rankdir=LR;
  node [shape=box, fontname=\"monospace\"];
  \"a\";
  \"b\";
  \"größe\";
  \"nix\" [color=red, fontcolor=red, style=dashed];
  \"sys\" [color=gray, fontcolor=gray];
  \"a\" -> \"b\" [color=red, penwidth=2];
  \"a\" -> \"größe\";
  \"a\" -> \"nix\";
  \"b\" -> \"a\" [color=red, penwidth=2];
  \"b\" -> \"sys\";
}
",
    );
    prints(
        tree,
        "graph --path . --format mermaid a",
        "flowchart LR
  m0[\"a\"]
  m1[\"b\"]
  m2[\"größe\"]
  m3[\"nix\"]:::absent
  m4[\"sys\"]:::leaf
  m0 --> m1
  m0 --> m2
  m0 --> m3
  m1 --> m0
  m1 --> m4
  classDef leaf color:#888,stroke:#888
  classDef absent color:#c22,stroke:#c22,stroke-dasharray:4
  linkStyle 0,3 stroke:#c22,stroke-width:2px
",
    );
}

#[test]
fn graph_as_a_page() {
    let folder = directory(CYCLE);
    let line = ["graph", "--path", ".", "--format", "html", "app.a", "app.alone"];
    let ran = run_in(folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = &ran.stdout;
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("<svg") && page.contains("5 imports, 1 cycle<"),
        "{page}"
    );
    // All that it needs is in it.
    assert!(
        !page.contains("<?xml") && page.matches("http:").count() == page.matches("xmlns=\"http:").count(),
        "{page}"
    );
    assert_eq!(page.matches("class=\"cycle\"").count(), 2, "{page}");
    assert!(page.contains("<a class=\"bad\" href=\"#module-app.b\">"), "{page}");
    assert_eq!(run_in(folder.path(), &line).stdout, *page);
}

#[test]
fn graph_of_many_ways_is_drawn_at_once() {
    // From layer to layer there are more ways than can be counted.
    let mut files = Vec::new();
    for layer in 0..37 {
        for at in 0..2 {
            let text: String =
                (0..2).filter(|_| layer < 36).map(|to| format!("import m{}_{to}\n", layer + 1)).collect();
            files.push((format!("m{layer}_{at}.py"), text));
        }
    }
    let tree: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let ran = run(&tree, "graph --path . --format html m0_0");
    assert!(ran.code == Some(0) && ran.stdout.contains("<svg"), "{}", ran.stderr);
}

#[test]
fn picture_that_would_be_too_large_leaves_out_what_it_can() {
    let names = |count: u32| (0..count).map(|at| format!("import m{at}\n")).collect::<String>();
    let (few, many) = (names(100), names(400));
    let page = |text: &str| {
        let ran = run(&[("many.py", text), ("m0.py", ""), ("m1.py", "")], "graph --path . --format html many");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        (ran.stdout.matches("<rect").count(), ran.stdout.contains("shows what is followed"))
    };
    assert_eq!(page(&few), (101, false));
    assert_eq!(page(&many), (3, true));
    let files: Vec<_> = (0..400).map(|at| (format!("m{at}.py"), String::new())).collect();
    let mut tree: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    tree.push(("many.py", &many));
    let ran = run(&tree, "graph --path . --format html many");
    assert!(ran.code == Some(0) && !ran.stdout.contains("<svg") && ran.stdout.contains("--format dot"), "{ran:?}");
}

#[test]
fn module_without_imports_has_a_graph() {
    let tree: Tree<'_> = &[("lone.py", "")];
    prints(tree, "graph --path . lone", "lone\n");
    assert!(run(tree, "graph --path . --format html lone").stdout.contains("<svg"));
    assert!(run(tree, "graph --path . --format html sys").stdout.contains("<svg"));
}

#[test]
fn graph_goes_on_after_a_module_that_is_no_python() {
    let ran = run(&[("app.py", "import bad, good"), ("bad.py", "x = = 1"), ("good.py", "")], "graph --path . app");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "app\n  bad\n  good\n"));
    assert!(ran.stderr.starts_with("exocet: ") && ran.stderr.contains("bad.py:1: "), "{}", ran.stderr);
}

#[test]
fn graph_of_what_is_not_there_is_an_error() {
    for (line, code, message) in [
        ("graph --path . nowhere", 1, "no module `nowhere`"),
        ("graph --path . no-name", 2, "`no-name` is not a module name"),
        ("graph --path nowhere app", 2, "`nowhere`"),
        ("graph --override x app", 2, "`x` is not an override"),
        ("graph", 2, "NAME"),
    ] {
        let ran = run(&[], line);
        assert!(ran.code == Some(code) && ran.stderr.contains(message) && ran.stdout.is_empty(), "{line}: {ran:?}");
    }
}

#[test]
fn archive_has_a_graph() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("app.zip"), archive(CYCLE)).expect("a file");
    let ran = run_in(folder.path(), &["graph", "--path", "app.zip", "app.a"]);
    assert!(ran.stdout.ends_with("cycles:\n  app.a, app.b\n"), "{ran:?}");
}

// check

const APP: Tree<'static> = &[
    ("app/__init__.py", ""),
    ("app/net.py", "import json\nimport socket, os.path\n"),
    ("app/late.py", "def f():\n    from lost import thing\n"),
    ("app/maybe.py", "try:\n    import lost\nexcept ImportError:\n    lost = None\n"),
    ("app/typed.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import lost\n"),
    ("app/near.py", "from . import net\nfrom .net import json\nfrom .gone import x\n"),
];

/// What a check finds, as `module:line:column kind verdict name`.
#[track_caller]
fn found(tree: Tree<'_>, line: &str) -> (Option<i32>, Vec<String>) {
    let ran = run(tree, &format!("check --json {line}"));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let list = json_of(&ran);
    let lines = list.as_array().expect("a list").iter().map(|item| {
        let field = |name: &str| text(&item[name]);
        let place = format!("{}:{}:{}", field("module"), field("line"), field("column"));
        format!("{place} {} {} {}", field("kind"), field("verdict"), field("name"))
    });
    (ran.code, lines.collect())
}

#[test]
fn check_finds_what_is_missing() {
    let (code, found) = found(APP, "--path . app");
    assert_eq!(code, Some(1));
    assert_eq!(
        found,
        [
            "app.late:2:22 function missing lost",
            "app.maybe:2:12 try missing lost",
            "app.near:3:19 top level missing app.gone",
            "app.typed:3:12 type checking missing lost",
        ]
    );
}

#[test]
fn check_finds_what_is_denied_and_overridden() {
    let denied = "app.net:2:8 top level denied socket".to_owned();
    assert_eq!(found(APP, "--path . --deny socket app.net"), (Some(1), vec![denied.clone()]));
    // An override allows again what it names, and shows on request.
    let tree: Tree<'_> = &[APP[1], ("app/__init__.py", ""), ("fake.py", "1 / 0")];
    let line = "--path . --deny socket --override socket=fake.py";
    assert_eq!(found(tree, &format!("{line} app")), (Some(0), vec![]));
    let overridden = "app.net:2:8 top level overridden socket".to_owned();
    assert_eq!(found(tree, &format!("{line} --overridden app")), (Some(0), vec![overridden]));
    assert_eq!(
        found(tree, "--path . --override json=lost app"),
        (Some(1), vec!["app.net:1:8 top level missing json".into()])
    );
    assert_eq!(found(tree, "--path . --override socket=json --deny json app").1.len(), 2);
}

#[test]
fn check_without_any_mapper_finds_all_but_the_overridden() {
    let tree: Tree<'_> = &[
        ("app.py", "from __future__ import annotations\nimport sys, dep.part\nfrom dep import part, rest"),
        ("fake.py", ""),
    ];
    assert_eq!(
        found(tree, "--path . --empty --override dep.part=fake.py app"),
        (Some(1), vec!["app:2:8 top level missing sys".into(), "app:3:23 top level missing dep".into()])
    );
}

#[test]
fn item_that_is_a_module_is_asked_for() {
    let tree: Tree<'_> = &[
        ("app.py", "from pk import part, VALUE\nfrom pk import *"),
        ("pk/__init__.py", "VALUE = 1"),
        ("pk/part.py", ""),
        ("ns/deep.py", ""),
        ("uses.py", "from ns import deep, lost\nimport ns.lost"),
    ];
    assert_eq!(found(tree, "--path . --deny pk.part app"), (Some(1), vec!["app:1:16 top level denied pk.part".into()]));
    assert_eq!(found(tree, "--path . app"), (Some(0), vec![]));
    assert_eq!(found(tree, "--path . uses"), (Some(1), vec!["uses:2:8 top level missing ns.lost".into()]));
}

#[test]
fn module_that_another_one_makes_is_not_missing() {
    let tree: Tree<'_> = &[
        (
            "app.py",
            "import os.path, collections.abc\nimport made.inner.deep, put.other, put.lost\nimport _frozen_importlib, __main__",
        ),
        ("made.py", "__path__ = []"),
        ("put.py", "import sys\nsys.modules[\"put.other\"] = sys"),
    ];
    assert_eq!(found(tree, "--path . app"), (Some(1), vec!["app:2:36 top level missing put.lost".into()]));
}

#[test]
fn overriding_file_stands_for_what_is_below_it() {
    let tree: Tree<'_> = &[("app.py", "import pk.here, pk.lost"), ("fake.py", "import sys as here\n1 / 0")];
    assert_eq!(
        found(tree, "--override pk=fake.py --path . app"),
        (Some(1), vec!["app:1:17 top level denied pk.lost".into()])
    );
}

#[test]
fn check_in_a_realm_goes_on_into_what_the_paths_have() {
    let tree: Tree<'_> = &[
        ("app.py", "import lib.one, json"),
        ("lib/__init__.py", "import socket"),
        ("lib/one.py", "from . import two"),
        ("lib/two.py", "import socket, lost, own"),
        ("own.py", "import app"),
        ("unused.py", "import socket"),
    ];
    assert_eq!(found(tree, "--path . --deny socket app"), (Some(0), vec![]));
    let expected = [
        "lib:1:8 top level denied socket",
        "lib.two:1:8 top level denied socket",
        "lib.two:1:16 top level missing lost",
    ];
    let (code, mut found_there) = found(tree, "--path . --realm --deny socket app");
    found_there.sort();
    let mut expected = expected.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!((code, found_there), (Some(1), expected));
    // What is on the paths is inside, whatever lies behind.
    let (_, empty) = found(tree, "--path . --realm --empty app");
    assert!(
        empty.contains(&"app:1:17 top level missing json".to_owned()) && !empty.iter().any(|line| line.contains("own")),
        "{empty:?}"
    );
}

#[test]
fn check_says_what_a_run_would_do() {
    let files: Tree<'_> = &[
        ("pk/__init__.py", "VALUE = 1"),
        ("pk/part.py", ""),
        ("pk/sub/__init__.py", ""),
        ("pk/sub/leaf.py", ""),
        ("ns/deep.py", ""),
        ("other.py", "VALUE = part = leaf = 1"),
        ("other2/__init__.py", "VALUE = 1"),
        ("other2/part.py", ""),
        ("fake.py", "VALUE = part = 1"),
    ];
    let statements = [
        "import pk",
        "import pk.part",
        "import pk.sub.leaf",
        "import pk.lost",
        "import ns.deep",
        "import os.path",
        "from pk import VALUE",
        "from pk import part",
        "from pk.sub import leaf",
        "from pk import *",
    ];
    let options = [
        "",
        "--empty",
        "--deny pk",
        "--deny pk.part",
        "--deny pk.sub",
        "--deny pk.sub.leaf",
        "--override pk=fake.py",
        "--override pk.part=fake.py",
        "--override pk.part=fake.py --deny pk",
        "--override pk.part=fake.py --empty",
        "--override pk.lost=fake.py",
        "--override pk=other",
        "--override pk=other2",
        "--override pk=other2 --deny other2.part",
        "--override pk=nowhere",
        "--override pk.sub.leaf=other",
        "--realm --path .",
        "--realm --path . --empty",
        "--realm --path . --deny pk.part",
        "--realm --path . --deny pk.sub --override pk.part=fake.py",
        "--realm --path . --override pk=other2 --empty",
    ];
    let attempt = |statement: &str| format!("try:\n    {statement}\nexcept ImportError:\n    print({statement:?})\n");
    let folder = directory(files);
    fs::write(folder.path().join("app.py"), statements.map(attempt).concat()).expect("a file");
    let run = |line: String| run_in(folder.path(), &line.split_whitespace().collect::<Vec<_>>());
    for option in options {
        let ran = run(format!("run {option} app.py"));
        let checked = json_of(&run(format!("check --json --path . {option} app")));
        let lines: BTreeSet<_> = checked.as_array().expect("a list").iter().map(|item| item["line"].as_u64()).collect();
        let failed: Vec<_> = (0..).zip(statements).filter(|(at, _)| lines.contains(&Some(at * 4 + 2))).collect();
        let failed: String = failed.into_iter().map(|(_, statement)| format!("{statement}\n")).collect();
        assert_eq!((failed, ran.code), (ran.stdout, Some(0)), "{option}: {}", ran.stderr);
    }
}

#[test]
fn directives_are_no_imports_unless_they_are_denied() {
    let tree: Tree<'_> = &[("app.py", "from __future__ import annotations")];
    for (option, code) in [("", 0), ("--empty", 0), ("--deny __future__", 1)] {
        assert_eq!(run(tree, &format!("run {option} app.py")).code, Some(code), "{option}");
        assert_eq!(run(tree, &format!("check --path . {option} app")).code, Some(code), "{option}");
    }
}

/// Runs a check, with the folder's name taken out of what it prints.
fn checked(tree: Tree<'_>, line: &str) -> Ran {
    let folder = directory(tree);
    let mut ran = run_in(folder.path(), &line.split_whitespace().collect::<Vec<_>>());
    let root = fs::canonicalize(folder.path()).expect("a folder");
    ran.stdout = ran.stdout.replace(&format!("{}/", root.display()), "");
    ran
}

#[test]
fn report_underlines_the_imported_name() {
    let ran = checked(APP, "check --path . --deny json app.net app.maybe");
    assert_eq!(
        ran.stdout,
        "error: `json` is denied
 --> app/net.py:1:8
  |
1 | import json
  |        ^^^^ denied by the exclusion of 'json'

warning: no module `lost`
 --> app/maybe.py:2:12
  |
2 |     import lost
  |            ^^^^ looked for `lost` in `.`, `<stdlib>`

"
        .replace("`.`, `<stdlib>`", ran.stdout.rsplit_once("in ").map_or("", |(_, rest)| rest.trim_end()))
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), "exocet: 1 error, 1 warning\n"));
    assert!(!ran.stdout.contains('\x1b'));
}

#[test]
fn report_marks_letters_and_not_bytes() {
    let ran = checked(&[("app.py", "größe = 'äöü'; import größe.maß as x\n")], "check --path . app");
    assert!(ran.stdout.contains("app.py:1:23\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n  |                       ^^^^^^^^^ looked for `größe`"), "{}", ran.stdout);
}

#[test]
fn what_is_no_python_is_one_error_at_its_place() {
    let tree: Tree<'_> = &[("app.py", "import sys\nx = = lost\n"), ("coded.py", "# coding: nonsense\n")];
    let ran = checked(tree, "check --path . app coded");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), "exocet: 2 errors, 0 warnings\n"));
    assert!(ran.stdout.starts_with("error: can't read what `app` imports\n --> app.py:2:5\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("--> coded.py:1"), "{}", ran.stdout);
    assert_eq!(found(tree, "--path . app"), (Some(1), vec!["app:2:5 null unreadable null".into()]));
}

#[test]
fn archive_is_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("app.zip"), archive(APP)).expect("a file");
    let ran = run_in(folder.path(), &["check", "--path", "app.zip", "--deny", "socket", "app.net"]);
    assert!(ran.code == Some(1) && ran.stdout.contains("app.zip/app/net.py:2:8\n"), "{ran:?}");
}

#[test]
fn check_that_is_asked_wrongly_says_so() {
    for (line, code, message) in [
        ("check --path . nowhere", 1, "no module `nowhere`"),
        ("check --path . no-name", 2, "`no-name` is not a module name"),
        ("check --override x=gone.py app", 2, "`gone.py`"),
        ("check --record gone app", 2, "can't open `gone`"),
        ("check", 2, "NAME"),
    ] {
        let ran = run(&[], line);
        assert!(ran.code == Some(code) && ran.stderr.contains(message) && ran.stdout.is_empty(), "{line}: {ran:?}");
    }
}

#[test]
fn nothing_runs_while_it_is_looked_at() {
    let text = "import fake\nopen('trace.txt', 'w')";
    let tree: Tree<'_> = &[("app/__init__.py", text), ("app/sub.py", text), ("fake.py", text)];
    let folder = directory(tree);
    for command in ["check", "graph"] {
        let ran = run_in(folder.path(), &[command, "--path", ".", "--override", "dep=fake.py", "app"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert!(!folder.path().join("trace.txt").exists() && !folder.path().join("app/__pycache__").exists());
}

#[test]
fn overriding_file_that_is_no_python_is_a_failed_check() {
    let ran = run(&[("app.py", "import dep"), ("fake.py", "x = = 1")], "check --path . --override dep=fake.py app");
    assert!(ran.code == Some(1) && ran.stdout.is_empty() && ran.stderr.contains("SyntaxError"), "{ran:?}");
}

// Records

fn decision(importer: Option<(&str, &str, usize)>, name: &str, answer: &str) -> Value {
    let importer = importer.map(|(module, file, line)| json!({"module": module, "file": file, "line": line}));
    json!({"event": "decision", "name": name, "importer": importer, "answer": answer, "detail": null,
        "rule": "pass-through", "at": 5, "took": 7, "load": 1, "thread": 1})
}

fn load(id: u64, parent: Option<u64>, name: &str, at: u64, compile: u64, run: u64) -> Value {
    json!({"event": "load", "id": id, "parent": parent, "name": name, "origin": format!("src/{name}.py"), "hash": null,
        "fresh": true, "importer": null, "at": at, "compile": compile, "run": run, "error": null, "thread": 1})
}

fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

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

// trace

/// A program that loads two modules, of which one loads a third and fails; the loads are over from the inside out.
fn program() -> String {
    let mut failed = load(3, Some(1), "bad", 6_000_000, 0, 2_000_000);
    failed["error"] = json!("ValueError: <no>\nmore");
    let mut shared = load(4, Some(3), "json", 7_000_000, 0, 500_000);
    shared["fresh"] = json!(false);
    let mut inside = decision(Some(("bad", "src/bad.py", 2)), "json", "pass-through");
    inside["load"] = json!(3);
    let mut denied = decision(Some(("app", "src/app.py", 9)), "socket", "denied");
    denied["detail"] = json!("the exclusion of '<socket>'");
    let mut outside = decision(None, "app", "load");
    outside["load"] = Value::Null;
    lines(&[
        load(2, Some(1), "slow.part", 1_000_000, 1_000_000, 3_000_000),
        shared,
        failed,
        load(1, None, "app", 0, 500_000, 9_500_000),
        inside,
        denied.clone(),
        denied,
        outside,
    ])
}

#[test]
fn trace_is_a_table_of_loads_inside_of_loads() {
    let record = program();
    let tree: Tree<'_> = &[("run.record", &record)];
    prints(
        tree,
        "trace run.record",
        "     total        self  asked  module
  10.00 ms     4.00 ms      2  app
   4.00 ms     4.00 ms           slow.part
   2.00 ms     1.50 ms      1    bad  failed: ValueError: <no>
  500.0 us    500.0 us             json  shared
                            1  outside of these loads
",
    );
    let ran = run(tree, "trace --min 3ms run.record");
    let names: Vec<_> = ran.stdout.lines().map(|line| line[31..].trim()).collect();
    // What failed is never hidden.
    assert_eq!(names, ["module", "app", "slow.part", "bad  failed: ValueError: <no>", "outside of these loads"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "exocet: 1 shorter load is hidden\n"));
}

#[test]
fn trace_as_json() {
    let record = program();
    let json = json_of(&run(&[("run.record", &record)], "trace --format json run.record"));
    assert_eq!(json["decisions"].as_array().map(Vec::len), Some(4));
    let app = &json["loads"][0];
    assert_eq!(
        (&app["name"], &app["total_ns"], &app["self_ns"]),
        (&json!("app"), &json!(10_000_000), &json!(4_000_000))
    );
    let below: Vec<_> = app["loads"].as_array().expect("a list").iter().map(|load| &load["name"]).collect();
    assert_eq!(below, [&json!("slow.part"), &json!("bad")]);
    assert_eq!(app["loads"][0]["loads"], json!([]));
    let inner = &app["loads"][1];
    assert_eq!((&inner["error"], &inner["decisions"]), (&json!("ValueError: <no>\nmore"), &json!(1)));
    assert_eq!(inner["loads"][0]["self_ns"], json!(500_000));
}

#[test]
fn trace_for_chrome() {
    let record = program();
    let json = json_of(&run(&[("run.record", &record)], "trace --format chrome run.record"));
    let events = json["traceEvents"].as_array().expect("a list");
    let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
    assert_eq!((of("X").len(), of("i").len(), events.len()), (4, 4, 8));
    let slow = of("X").into_iter().find(|event| event["name"] == "slow.part").expect("the load");
    assert_eq!((&slow["ts"], &slow["dur"], &slow["tid"]), (&json!(1000.0), &json!(4000.0), &json!(1)));
    assert_eq!(of("i")[0]["ts"], json!(0.005));
}

#[test]
fn trace_as_a_page() {
    let record = program();
    let tree: Tree<'_> = &[("run.record", &record)];
    let ran = run(tree, "trace --format html run.record");
    let page = &ran.stdout;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg") && !page.contains("<?xml"), "{page}");
    // Text of the record is text.
    assert!(page.contains("ValueError: &lt;no&gt;") && !page.contains("<no>") && !page.contains("<socket>"), "{page}");
    assert!(page.contains("<title>slow.part (4,000 us, 40"), "{page}");
    assert_eq!(page.matches("the exclusion of").count(), 1);
    assert_eq!(run(tree, "trace --format html run.record").stdout, *page);
}

#[test]
fn names_of_a_record_can_be_anything() {
    let name = "a;b \"c\" </script><i>\u{7}ü\n";
    let record =
        lines(&[load(1, None, name, 0, 0, 5000), load(2, Some(1), "", 1, 0, 2000), decision(None, name, "denied")]);
    let tree: Tree<'_> = &[("run.record", &record)];
    for format in ["text", "json", "chrome", "html"] {
        let ran = run(tree, &format!("trace --format {format} run.record"));
        assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
        match format {
            "html" => assert!(!ran.stdout.contains("<i>") && ran.stdout.contains("a,b_"), "{}", ran.stdout),
            "text" => assert_eq!(ran.stdout.lines().count(), 4, "{}", ran.stdout),
            _ => assert!(json_of(&ran).is_object()),
        }
    }
}

#[test]
fn record_without_loads_is_shown() {
    for record in ["", "\n", &lines(&[decision(None, "x", "denied")])] {
        for format in ["text", "json", "chrome", "html"] {
            let ran = run(&[("run.record", record)], &format!("trace --format {format} run.record"));
            assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
            assert_eq!(ran.stderr.contains("no loads"), format == "text", "{ran:?}");
        }
    }
}

#[test]
fn record_need_not_make_sense() {
    // Parents that have no event, or come later; inner loads that are longer; times that overflow.
    let record = lines(&[
        load(1, Some(7), "orphan", 0, 0, 1000),
        load(2, Some(2), "own", 0, 0, 1000),
        load(3, Some(4), "first", 0, 0, 1000),
        load(4, Some(3), "second", 0, u64::MAX, 9000),
    ]);
    let ran = run(&[("run.record", &record)], "trace run.record");
    let names: Vec<_> = ran.stdout.lines().skip(1).filter_map(|line| line.rsplit("  ").next()).collect();
    assert_eq!(names, ["orphan", "own", "first", "second"]);
    for format in ["json", "chrome", "html"] {
        assert_eq!(
            run(&[("run.record", &record)], &format!("trace --format {format} run.record")).code,
            Some(0),
            "{format}"
        );
    }
    let twice = lines(&[load(1, None, "a", 0, 0, 1), load(1, None, "b", 0, 0, 1)]);
    let ran = run(&[("run.record", &twice)], "trace run.record");
    assert!(ran.code == Some(1) && ran.stderr.contains("two loads have the number 1"), "{ran:?}");
}

#[test]
fn loads_may_be_as_deep_as_they_like() {
    let events: Vec<_> =
        (1..3000).map(|id| load(id, id.checked_sub(1).filter(|id| *id > 0), "m", id, 1, 3000 - id)).collect();
    let record = lines(&events);
    for format in ["text", "json", "chrome", "html"] {
        let ran = run(&[("run.record", &record)], &format!("trace --format {format} run.record"));
        assert_eq!(ran.code, Some(0), "{format}: {}", ran.stderr);
    }
}

#[test]
fn trace_that_is_asked_wrongly_says_so() {
    for (line, message) in [
        ("trace gone", "can't open `gone`"),
        ("trace --min 3 app.record", "none of ns, us, ms and s"),
        ("trace --min ms app.record", "no number"),
        ("trace --min -1s app.record", "-1"),
        ("trace --format pdf app.record", "pdf"),
        ("trace", "FILE"),
    ] {
        let ran = run(&[], line);
        assert!(ran.code == Some(2) && ran.stderr.contains(message), "{line}: {ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn closed_pipe_is_no_failure() {
    let text: String = (0..4000).map(|at| format!("import a_module_of_some_long_name_{at}\n")).collect();
    let events: Vec<_> = (1..4000).map(|id| load(id, None, "module", id, 1, 1)).collect();
    let record = lines(&events);
    let folder = directory(&[("app.py", &text), ("run.record", &record)]);
    for line in [
        "graph --path . app",
        "check --path . app",
        "check --path . --json app",
        "trace run.record",
        "trace --format html run.record",
    ] {
        let (code, stderr) = cut_short(folder.path(), line);
        assert!(
            code == Some(0) && !stderr.contains("panicked") && !stderr.contains("pipe"),
            "{line}: {code:?}: {stderr}"
        );
    }
}

/// Runs a command whose output nobody reads to its end.
#[cfg(unix)]
fn cut_short(folder: &Path, line: &str) -> (Option<i32>, String) {
    use std::{io::Read, process::Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_exocet"));
    command.args(line.split_whitespace()).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut first = [0; 1];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("a first letter");
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
