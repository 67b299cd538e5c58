//! `exocet check`: the imports that a run would not get, without running it.

use crate::support::{Ran, Tree, archive, directory, json_of, run, run_in};
use serde_json::Value;
use std::{collections::BTreeSet, fs};

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
pub fn found(tree: Tree<'_>, line: &str) -> (Option<i32>, Vec<String>) {
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
    let expected = [
        "app.late:2:22 function missing lost",
        "app.maybe:2:12 try missing lost",
        "app.near:3:19 top level missing app.gone",
        "app.typed:3:12 type checking missing lost",
    ];
    // Loading `app` runs none of them.
    assert_eq!(found(APP, "--path . app"), (Some(0), expected.map(str::to_owned).to_vec()));
    assert_eq!(found(APP, "--path . --all app"), (Some(1), expected.map(str::to_owned).to_vec()));
    assert_eq!(found(APP, "--path . app.near"), (Some(1), vec![expected[2].to_owned()]));
    assert_eq!(found(APP, "--path . app.late app.maybe app.typed").0, Some(0));
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
        found(tree, "--path . --override json=lost app.net"),
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
    assert_eq!(
        found(tree, "--path . uses"),
        (Some(1), vec!["uses:1:22 top level fails ns.lost".into(), "uses:2:8 top level missing ns.lost".into()])
    );
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
    // Without a realm what it imports is shared, and asks no mapper: only that `lost` isn't there keeps it from being loaded.
    assert_eq!(found(tree, "--path . --deny socket app"), (Some(1), vec!["app:1:8 top level fails lib.one".into()]));
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
        ("check --path . no/name", 2, "`no/name` is not a module name"),
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

#[test]
fn package_is_checked_as_it_is_loaded() {
    let tree: Tree<'_> = &[
        ("pk/__init__.py", "from . import a\nimport pk.b, json\nfrom .sub import leaf"),
        ("pk/a.py", ""),
        ("pk/b.py", "from pk import a\nimport pk.absent"),
        ("pk/sub/__init__.py", ""),
        ("pk/sub/leaf.py", "import pk, sys"),
        ("own.toml", "default = 'deny'\n[[rule]]\nallow = ['sys']"),
        ("part.toml", "default = 'allow'\n[[rule]]\ndeny = ['pk.a']"),
    ];
    // Its own modules are its context's, so a policy that allows nothing doesn't keep them from it, but for what it names.
    assert_eq!(
        found(tree, "--path . --policy own.toml pk").1,
        ["pk:2:14 top level denied json", "pk.b:2:8 top level missing pk.absent"]
    );
    assert_eq!(
        found(tree, "--path . --empty --deny pk.sub.leaf pk").1,
        [
            "pk:2:14 top level missing json",
            "pk:3:18 top level denied pk.sub.leaf",
            "pk.b:2:8 top level missing pk.absent",
            "pk.sub.leaf:1:12 top level missing sys"
        ]
    );
    let denied = found(tree, "--path . --policy part.toml pk").1;
    assert_eq!(denied.iter().filter(|line| line.ends_with("denied pk.a")).count(), 2, "{denied:?}");
    // And so it loads, or doesn't.
    let tree: Tree<'_> =
        &[&tree[1..2], &tree[3..], &[("pk/__init__.py", "from . import a\nfrom .sub import leaf")]].concat();
    for (line, code) in [("--policy own.toml", 0), ("--policy part.toml", 1), ("--deny pk.sub.leaf", 1)] {
        for command in ["check", "load"] {
            let ran = run(tree, &format!("{command} --path . {line} pk"));
            assert_eq!(ran.code, Some(code), "{command} {line}: {ran:?}");
        }
    }
}

#[test]
fn check_and_load_come_to_the_same() {
    let tree: Tree<'_> = &[
        ("caught.py", "from contextlib import suppress\nwith suppress(ImportError): import lost"),
        ("handler.py", "try: import lost\nexcept ImportError: import lost.too"),
        ("fallback.py", "try: import json\nexcept ImportError: import lost"),
        ("through.py", "import handler"),
        ("pk/__init__.py", "try: from . import part\nexcept ImportError: part = None"),
        ("pk/part.py", "import lost"),
        ("pk/never.py", "raise ImportError('not here')"),
    ];
    for (name, code) in [("caught", 0), ("handler", 1), ("fallback", 0), ("through", 1), ("pk", 0), ("pk.part", 1)] {
        for command in ["check", "load", "check --realm", "load --realm"] {
            assert_eq!(run(tree, &format!("{command} --path . {name}")).code, Some(code), "{command} {name}");
        }
    }
    let items = json_of(&run(tree, "check --json --path . through pk fallback"));
    let shown = |item: &Value| format!("{} {} {} {}", item["module"], item["verdict"], item["level"], item["prevents"]);
    let shown: Vec<_> = items.as_array().expect("a list").iter().map(shown).collect();
    let expected = [
        r#""through" "fails" "error" ["through"]"#,
        r#""fallback" "missing" "note" []"#,
        r#""pk.never" "raises" "warning" []"#,
        r#""pk.part" "missing" "warning" []"#,
    ];
    let sorted = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(sorted(&shown), sorted(&expected.map(str::to_owned)), "{shown:#?}");
}

#[test]
fn each_name_that_an_error_prevents_stands_there_once() {
    let tree: Tree =
        &[("bad/__init__.py", "raise ValueError"), ("bad/part.py", ""), ("bad/user.py", "import bad.part")];
    for line in ["--all bad", "--all --realm bad", "--all --realm bad bad.user"] {
        let list = json_of(&run(tree, &format!("check --json --path . {line}")));
        assert_eq!(list[0]["prevents"], serde_json::json!(["bad", "bad.part", "bad.user"]), "{line}");
    }
}
