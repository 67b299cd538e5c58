//! `exocet graph`: which modules import which, without running them.

use crate::support::{Tree, archive, directory, json_of, prints, run, run_in};
use serde_json::{Value, json};
use std::fs;

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
fn star_goes_to_the_modules_that_the_list_of_the_package_has() {
    let tree: Tree<'_> = &[
        ("all.py", "from pk import *"),
        ("public.py", "from plain import *"),
        ("pk/__init__.py", "__all__ = ['part', 'VALUE', 'own']\nVALUE = 1\nown = 2"),
        ("pk/part.py", "import deeper"),
        ("pk/own.py", ""),
        ("pk/other.py", ""),
        ("plain/__init__.py", ""),
        ("plain/part.py", ""),
        ("deeper.py", ""),
    ];
    assert_eq!(pairs(tree, "--path . all"), ["all > pk", "all > pk.part", "pk.part > deeper"]);
    assert_eq!(pairs(tree, "--path . public"), ["public > plain"]);
}

#[test]
fn graph_leaves_out_what_never_runs() {
    let text = "import sys\nif sys.platform == 'beos': import old\nelif False: import older\nelse: import new";
    let tree: Tree<'_> = &[("app.py", text), ("new.py", "")];
    assert_eq!(pairs(tree, "--path . app"), ["app > sys", "app > new"]);
}

#[test]
fn graph_tells_a_missing_module_from_one_of_its_name_in_a_package() {
    let tree: Tree<'_> = &[
        ("app.py", "import deep.user\nfrom loose.part import one\ntry: import twin\nexcept ImportError: pass"),
        ("deep/__init__.py", ""),
        ("deep/user.py", "from . import twin"),
        ("deep/twin.py", ""),
        ("loose/part/one.py", "from . import two"),
        ("loose/part/two.py", ""),
    ];
    let expected = [
        "app > deep",
        "app > deep.user",
        "app > loose",
        "app > loose.part",
        "app > loose.part.one",
        "app > twin",
        "deep.user > deep",
        "deep.user > deep.twin",
        "loose.part.one > loose.part",
        "loose.part.one > loose.part.two",
    ];
    assert_eq!(pairs(tree, "--path . app"), expected);
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
        ("graph --path . no/name", 2, "`no/name` is not a module name"),
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
