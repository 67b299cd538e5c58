//! `exocet plugins`: what is found, checked and drawn, without a plugin that runs; and what plugins do that run.

use crate::support::{Tree, directory, json_of, run_in};
use serde_json::{Value, json};
use std::{fs, path::Path};

const APP: Tree<'static> = &[
    ("app/__init__.py", "raise SystemExit('a plugin ran')"),
    (
        "app/plugins/loud.py",
        "import json, app.plugins.base\n__version__ = '2.1'\n__requires__ = ['base >= 1.0']\nplugin = 1",
    ),
    ("app/plugins/base.py", "raise SystemExit('a plugin ran')\n__version__ = '1.5'\n__priority__ = 3"),
    ("app/plugins/both/__init__.py", ""),
    ("app/plugins/both.py", ""),
];

const SITE: Tree<'static> = &[
    ("tool.py", "import socket\ndef run(): ..."),
    ("tool-1.0.dist-info/METADATA", "Name: Tool\nVersion: 1.0\n"),
    ("tool-1.0.dist-info/entry_points.txt", "[app]\ntool = tool:run\ngone = away:run\n"),
];

/// What a command prints, with the folder as `.`, without what is padding.
#[track_caller]
fn printed(folder: &Path, line: &str, code: i32) -> (String, String) {
    let ran = run_in(folder, &line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, Some(code), "{line}: {ran:#?}");
    let root = fs::canonicalize(folder).expect("a folder").display().to_string();
    let tidy = |text: &str| {
        let lines = text.replace(&root, ".");
        let lines = lines.lines().map(|line| {
            let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
            if line.starts_with("  ") { format!("  {words}\n") } else { words + "\n" }
        });
        lines.collect::<String>()
    };
    (tidy(&ran.stdout), tidy(&ran.stderr))
}

#[test]
fn plugins_of_a_package_are_listed() {
    let folder = directory(APP);
    let how = "in the package `app.plugins`";
    let (stdout, stderr) = printed(folder.path(), "plugins list --path . --package app.plugins", 0);
    assert_eq!(
        stdout,
        format!(
            "base 1.5 ./app/plugins/base.py {how}\n\
             both - ./app/plugins/both/__init__.py {how}\n\
             both - ./app/plugins/both.py {how}\n  hidden: `./app/plugins/both/__init__.py` is found first\n\
             loud 2.1 ./app/plugins/loud.py {how}\n  requires base >=1.0\n"
        )
    );
    assert_eq!(stderr, "");
    let (stdout, _) = printed(folder.path(), "plugins list --path . --marker plugin", 0);
    assert_eq!(
        stdout,
        "app.plugins.loud 2.1 ./app/plugins/loud.py marked `plugin`\n  `plugin` on line 4\n  requires base >=1.0\n"
    );
    let (stdout, _) = printed(folder.path(), "plugins list --path .", 0);
    assert_eq!(stdout, "app - ./app/__init__.py at the top level\n");
}

#[test]
fn entry_points_are_listed_with_what_is_wrong() {
    let folder = directory(SITE);
    let (stdout, stderr) = printed(folder.path(), "plugins list --path . --group app", 1);
    let file = "./tool-1.0.dist-info/entry_points.txt";
    assert_eq!(
        stdout,
        format!(
            "gone 1.0 - entry point of `app` in `{file}`, line 3\n  the entry point `gone` of the distribution `Tool 1.0` \
             needs the module `away` (`{file}`, line 3): no module `away`: looked for `away` in `.`\n\
             tool 1.0 ./tool.py entry point of `app` in `{file}`, line 2\n"
        )
    );
    assert_eq!(stderr, "");
    let ran = run_in(folder.path(), &["plugins", "list", "--path", ".", "--group", "app", "--json"]);
    let listing = json_of(&ran);
    assert_eq!(listing["problems"], json!([]));
    let [gone, tool] = &listing["plugins"].as_array().expect("a list")[..] else { panic!("{listing}") };
    assert_eq!((&gone["kind"], &gone["requires"], &gone["problem"]["line"]), (&Value::Null, &Value::Null, &json!(3)));
    assert_eq!((&tool["attribute"], &tool["version"], &tool["priority"]), (&json!("run"), &json!("1.0"), &json!(0)));
    assert_eq!((&tool["how"]["by"], &tool["distribution"]["name"]), (&json!("entry-point"), &json!("Tool")));
    assert_eq!((&tool["loses"], &tool["problem"], &tool["requires"]), (&Value::Null, &Value::Null, &json!([])));
}

#[test]
fn a_marker_search_reports_what_it_cannot_read() {
    let folder = directory(&[("a.py", "@app.hookimpl\ndef f(): ..."), ("b.py", "def (")]);
    let (stdout, stderr) = printed(folder.path(), "plugins list --path . --marker @app.hookimpl", 1);
    assert_eq!(stdout, "a - ./a.py marked `@app.hookimpl`\n  `f` on line 2\n");
    assert!(stderr.starts_with("exocet: can't parse `./b.py`: "), "{stderr}");
}

#[test]
fn a_plugin_that_cannot_be_read_is_reported_once() {
    let folder = directory(&[("good.py", "import json"), ("wrong.py", "x = 1\ndef (")]);
    std::fs::write(folder.path().join("latin.py"), b"\n\nname = 'Ren\xe9'\n").expect("a file");
    let (stdout, stderr) = printed(folder.path(), "plugins check --path .", 1);
    assert_eq!(stderr, "exocet: 2 errors, 0 warnings\n", "{stdout}");
    for place in ["latin.py:3", "wrong.py:2"] {
        assert_eq!(stdout.matches(place).count(), 1, "{stdout}");
    }
}

#[test]
fn plugins_are_checked_under_a_policy() {
    let folder = directory(&[APP, SITE, &[("deny.toml", "default = 'allow'\n[[rule]]\ndeny = 'socket'\n")]].concat());
    let (stdout, stderr) = printed(folder.path(), "plugins check --path . --group app --policy deny.toml", 1);
    assert!(
        stdout.contains("error: the plugin `gone` can't be used") && stdout.contains("error: `socket` is denied"),
        "{stdout}"
    );
    assert_eq!(stderr, "exocet: 2 errors, 0 warnings\n");
    let folder =
        directory(&[("pk/a.py", "import json"), ("pk/b.py", "__requires__ = ['a']"), ("c.py", "import socket")]);
    let (_, stderr) = printed(folder.path(), "plugins check --path . --package pk --deny socket", 0);
    assert_eq!(stderr, "exocet: 0 errors, 0 warnings\n");
}

#[test]
fn requirements_are_checked() {
    let folder = directory(&[
        ("a.py", "__requires__ = ['b >= 2', 'c', 'd']"),
        ("b.py", "__version__ = '1.9'"),
        ("d.py", "__priority__ = 'high'"),
    ]);
    let ran = run_in(folder.path(), &["plugins", "check", "--path", ".", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let items = json_of(&ran);
    let told: Vec<_> =
        items.as_array().expect("a list").iter().map(|item| item["reason"].as_str().expect("a text")).collect();
    let root = fs::canonicalize(folder.path()).expect("a folder");
    assert_eq!(
        told,
        [
            "it requires `b >=2`, and `b` has version 1.9",
            "it requires `c`, and there is no such plugin",
            &format!(
                "`__priority__` of `d` (`{}`, line 1) can't be used: an integer is wanted, written out",
                root.join("d.py").display()
            ),
        ]
    );
    assert!(items.as_array().unwrap().iter().all(|item| item["verdict"] == "unusable"), "{items}");
}

#[test]
fn what_plugins_import_and_require_is_drawn() {
    let folder = directory(&[("a.py", "import b\n__requires__ = ['b', 'c > 1']"), ("b.py", "raise SystemExit")]);
    let (stdout, _) = printed(folder.path(), "plugins graph --path .", 0);
    assert_eq!(stdout, "a\n  b\nb\n\nrequires:\n  a -> b b\n  a -> c c >1\n");
    let ran = run_in(folder.path(), &["plugins", "graph", "--path", ".", "--json"]);
    let graph = json_of(&ran);
    let requires =
        json!([{"from": "a", "to": "b", "requirement": "b"}, {"from": "a", "to": "c", "requirement": "c >1"}]);
    assert_eq!(graph["requires"], requires);
    assert_eq!(graph["modules"][2], json!({"name": "c", "origin": null, "kind": "missing"}));
    for (format, expected) in [
        ("dot", "\"a\" -> \"c\" [style=dashed, label=\"c >1\"];"),
        ("mermaid", "m0 -. \"c #62;1\" .-> m2"),
        ("html", "Requirements"),
        ("json", "\"requires\""),
    ] {
        let (stdout, _) = printed(folder.path(), &format!("plugins graph --path . --format {format}"), 0);
        assert!(stdout.contains(expected), "{format}: {stdout}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = directory(APP);
    for (line, message) in [
        ("plugins list --path . --marker @", "`@` is not a marker, which is `name`, `@decorator` or `(Class)`"),
        ("plugins list --path nowhere", "can't open `nowhere`"),
        ("plugins list --path . --package a..b", "`a..b` is not a module name"),
        ("plugins check --path . --policy nowhere.toml", "can't open `nowhere.toml`"),
        ("plugins list --path . --package a --group g", "cannot be used with"),
        ("plugins graph --path . --json --format dot", "cannot be used with"),
    ] {
        let (_, stderr) = printed(folder.path(), line, 2);
        assert!(stderr.contains(message), "{line}: {stderr}");
    }
    let (_, stderr) = printed(folder.path(), "plugins list --path . --package absent", 1);
    assert_eq!(stderr, "exocet: no module `absent`: looked for `absent` in `.`\n");
}

const RUNS: Tree<'static> = &[
    ("good.py", "def reply(): return {'n': [1, 'x']}"),
    ("broken.py", "import a_module_that_nobody_has"),
    ("needs.py", "__requires__ = ['broken']"),
    ("raises.py", "print('to stderr')\ndef reply(): raise ValueError('no')"),
    ("strange.py", "class C: ...\ndef reply(): return C()"),
];

#[test]
fn plugins_run_and_reply() {
    let folder = directory(RUNS);
    let (stdout, stderr) = printed(folder.path(), "plugins run --path . --call reply", 1);
    let lines: Vec<_> = stdout.lines().collect();
    assert!(
        lines[0].starts_with("broken failed generation 0 0.000 ms ModuleNotFoundError: No module named"),
        "{stdout}"
    );
    assert!(lines[1].starts_with("good loaded generation 1 "), "{stdout}");
    assert!(lines[2].contains("ImportError: `needs` requires `broken`, which failed: "), "{stdout}");
    assert_eq!(
        lines[5..],
        [r#"good: {"n":[1,"x"]}"#, "raises: failed: ValueError: no", r#"strange: "<Python object of class `C`>""#]
    );
    for expected in ["to stderr\n", "import a_module_that_nobody_has\n", "ValueError: no\n"] {
        assert!(stderr.contains(expected), "{expected}: {stderr}");
    }
    let ran = run_in(folder.path(), &["plugins", "run", "--path", ".", "--call", "reply", "--json"]);
    let report = json_of(&ran);
    assert_eq!(report["plugins"][1]["state"], "loaded");
    assert_eq!(
        report["replies"][0],
        json!({"plugin": "good", "generation": 1, "reply": {"n": [1, "x"]}, "error": null})
    );
    assert_eq!(report["replies"][1]["error"], "ValueError: no");
    assert!(report["plugins"][0]["traceback"].as_str().is_some_and(|traceback| traceback.contains("broken.py")));
}

#[test]
fn what_is_denied_to_plugins_fails() {
    let folder = directory(&[("a.py", "import b"), ("b.py", "import socket"), ("c.py", "")]);
    let (stdout, _) = printed(folder.path(), "plugins run --path . --marker b --deny socket", 1);
    assert!(stdout.starts_with("a failed generation 0"), "{stdout}");
    printed(folder.path(), "plugins run --path . --marker b", 0);
    let (_, stderr) = printed(folder.path(), "plugins run", 2);
    assert_eq!(stderr, "exocet: there is nothing to run: --path is where plugins are\n");
}
