//! What a run may do and what it did, as the command line has it: policies, records, explanations, locks.

use crate::support::{Ran, Tree, directory, json_of, run, run_in, write};
use exocet::observe::Event;
use serde_json::Value;
use std::{fs, path::Path};

const APP: Tree<'static> = &[
    (
        "app.py",
        "import tool, helper\nprint(tool.shout(helper.word))\ntry:\n    import absent\nexcept ImportError:\n    pass",
    ),
    ("helper.py", "import string\nword = string.ascii_lowercase[:3]"),
    ("tool.py", "secret = 1\ndef shout(text):\n    return text.upper()"),
];

#[track_caller]
fn in_folder(folder: &Path, line: &str) -> Ran {
    run_in(folder, &line.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn a_program_runs_under_a_policy_in_a_file() {
    let folder = directory(APP);
    write(
        folder.path(),
        &[("p.toml", "default = 'deny'\n[[rule]]\nallow = ['helper']\n[[rule]]\nattenuate = { tool = ['shout'] }\n")],
    );
    let ran = in_folder(folder.path(), "run --policy p.toml app.py");
    assert_eq!((ran.stdout.as_str(), ran.code), ("ABC\n", Some(0)), "{}", ran.stderr);
    write(folder.path(), &[("p.toml", "default = 'allow'\n[[rule]]\ndeny = 'tool'\nwhy = 'no tools'\n")]);
    let ran = in_folder(folder.path(), "run --policy p.toml app.py");
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("No module named 'tool': denied by the policy's rule 1 (deny tool: no tools)"),
        "{}",
        ran.stderr
    );
    let ran = in_folder(folder.path(), "run --policy p.toml --override tool=tool app.py");
    assert!(
        ran.stderr.contains("ImportError"),
        "an override that leads back to a denied name is denied: {}",
        ran.stderr
    );
    write(folder.path(), &[("fake.py", "def shout(text):\n    return 'fake'")]);
    let ran = in_folder(folder.path(), "run --policy p.toml --override tool=./fake.py app.py");
    assert_eq!(ran.stdout, "fake\n", "{}", ran.stderr);
}

#[test]
fn a_policy_that_means_nothing_is_a_usage_error_with_its_place() {
    let folder = directory(APP);
    for (text, message) in [
        ("default = 'deny'\n[[rule]]\nalow = 'tool'\n", "did you mean `allow`?"),
        (
            "default = 'deny'\n[[rule]]\nallow = 'tol'\n",
            "the policy `p.toml`: rule 1 (allow tol): there is no module `tol`; did you mean `tool`?",
        ),
        ("default = 'deny'\n[[rule]]\nattenuate = { tool = 'shuot' }\n", "did you mean `shout`?"),
    ] {
        write(folder.path(), &[("p.toml", text)]);
        for command in [
            "run --policy p.toml app.py",
            "load --path . --policy p.toml app",
            "check --path . --policy p.toml app",
            "explain --path . --policy p.toml app tool",
            "graph --path . --policy p.toml app",
        ] {
            let ran = in_folder(folder.path(), command);
            assert_eq!(ran.code, Some(2), "{command}: {}", ran.stderr);
            assert!(ran.stderr.contains(message), "{command}: {}", ran.stderr);
        }
    }
    let ran = in_folder(folder.path(), "run --policy absent.toml app.py");
    assert!(ran.code == Some(2) && ran.stderr.contains("can't open `absent.toml`"), "{}", ran.stderr);
}

#[test]
fn what_an_import_would_get_is_explained_without_loading_it() {
    let folder = directory(APP);
    write(
        folder.path(),
        &[
            (
                "p.toml",
                "default = 'deny'\n[[rule]]\nallow = 'tool'\nimporters = 'app'\n[[rule]]\nattenuate = { helper = 'word' }\n",
            ),
            ("boom.py", "raise SystemExit('it ran')"),
        ],
    );
    let ran = in_folder(folder.path(), "explain --path . --policy p.toml app tool");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("tool, imported by app, is found:"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("Policy: pass-through by rule 1 (allow tool for app)\n    PassThrough: pass-through"),
        "{}",
        ran.stdout
    );
    let ran = in_folder(folder.path(), "explain --path . --policy p.toml helper tool");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("is denied: by the policy, no rule of which allows it"), "{}", ran.stdout);
    let ran = in_folder(folder.path(), "explain --json --path . --policy p.toml app helper");
    let json = json_of(&ran);
    assert_eq!((&json["gets"], &json["reason"]), (&Value::from("attenuated"), &Value::from("word")));
    assert_eq!(json["steps"][0]["rule"], "rule 2 (attenuate helper)");
    let ran = in_folder(folder.path(), "explain --path . --override tool=boom app tool");
    assert!(ran.stdout.contains("asked for tool:") && ran.stdout.contains("asked for boom:"), "{}", ran.stdout);
    assert!(ran.code == Some(0) && !ran.stdout.contains("it ran"));
    let ran = in_folder(folder.path(), "explain --path . --override tool=boom.py --deny helper app helper.x");
    assert!(ran.stdout.contains("by the exclusion of 'helper'"), "{}", ran.stdout);
    assert_eq!(in_folder(folder.path(), "explain app not..a-name").code, Some(2));
}

fn events(folder: &Path, file: &str) -> Vec<Event> {
    let text = fs::read_to_string(folder.join(file)).expect("the run wrote it");
    text.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

#[test]
fn a_run_is_recorded_with_every_decision_and_every_load() {
    let folder = directory(APP);
    let ran = in_folder(folder.path(), "run --trace t.jsonl app.py");
    assert_eq!((ran.stdout.as_str(), ran.code), ("ABC\n", Some(0)), "{}", ran.stderr);
    let events = events(folder.path(), "t.jsonl");
    let loads: Vec<_> =
        events.iter().filter_map(|event| if let Event::Load(load) = event { Some(load) } else { None }).collect();
    let load =
        |name: &str| *loads.iter().find(|load| load.name == name).unwrap_or_else(|| panic!("{name} in {loads:#?}"));
    let (main, helper, string) = (load("__main__"), load("helper"), load("string"));
    assert!(main.fresh && !helper.fresh);
    assert_eq!((helper.parent, string.parent), (Some(main.id), Some(helper.id)));
    assert!(main.run >= helper.run && helper.run >= string.run);
    assert_eq!(helper.importer.as_ref().map(|by| (by.module.as_str(), by.line)), Some(("__main__", 1)));
    assert_eq!(helper.hash.as_deref(), Some(blake3_of("import string\nword = string.ascii_lowercase[:3]").as_str()));
    let asked: Vec<_> = events
        .iter()
        .filter_map(|event| {
            if let Event::Decision(by) = event {
                Some((by.name.as_str(), by.answer.to_string(), by.rule.as_str()))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(
        asked,
        [
            ("tool", "pass-through".to_owned(), "PassThrough"),
            ("helper", "pass-through".to_owned(), "PassThrough"),
            ("absent", "pass-through".to_owned(), "PassThrough")
        ]
    );
    for format in ["text", "json", "chrome", "html"] {
        let ran = in_folder(folder.path(), &format!("trace --format {format} t.jsonl"));
        assert!(ran.code == Some(0) && ran.stdout.contains("helper"), "{format}: {ran:?}");
    }
}

fn blake3_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

#[test]
fn an_unrecorded_run_can_be_recorded_in_a_realm_and_under_overrides() {
    let folder = directory(APP);
    let ran = in_folder(folder.path(), "run --realm --deny absent --trace t.jsonl app.py");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let events = events(folder.path(), "t.jsonl");
    let denied = events.iter().find_map(|event| match event {
        Event::Decision(by) if by.name == "absent" => {
            Some((by.answer.to_string(), by.rule.clone(), by.importer.clone().map(|by| by.line)))
        }
        _ => None,
    });
    assert_eq!(denied, Some(("denied".to_owned(), "Exclusion: the exclusion of 'absent'".to_owned(), Some(4))));
    assert!(events.iter().any(|event| matches!(event, Event::Load(load) if load.name == "helper" && load.fresh)));
}

#[test]
fn a_lock_is_the_same_for_the_same_run_and_lets_nothing_else_run() {
    for realm in ["", "--realm "] {
        let folder = directory(APP);
        let lock = |record: &str| {
            let ran = in_folder(folder.path(), &format!("run {realm}--trace {record} app.py"));
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            in_folder(folder.path(), &format!("lock --policy {record}.toml {record}")).stdout
        };
        let (one, two) = (lock("one"), lock("two"));
        assert_eq!(one, two);
        assert_eq!(
            fs::read(folder.path().join("one.toml")).unwrap(),
            fs::read(folder.path().join("two.toml")).unwrap()
        );
        assert!(
            one.contains("name = \"helper\"\nhash = ") && !one.contains(&*folder.path().to_string_lossy()),
            "{one}"
        );
        let policy = fs::read_to_string(folder.path().join("one.toml")).unwrap();
        assert!(
            !policy.contains("absent") && one.contains("name = \"absent\"\nanswer = \"not-mine\""),
            "{policy}{one}"
        );
        fs::write(folder.path().join("app.lock"), &one).unwrap();
        let locked = || in_folder(folder.path(), &format!("run {realm}--locked app.lock app.py"));
        let ran = locked();
        assert_eq!((ran.stdout.as_str(), ran.code), ("ABC\n", Some(0)), "{}", ran.stderr);
        // Its policy is enough, too, and is the least.
        let ran = in_folder(folder.path(), &format!("run {realm}--policy one.toml app.py"));
        assert_eq!((ran.stdout.as_str(), ran.code), ("ABC\n", Some(0)), "{}", ran.stderr);
        // Changed.
        write(folder.path(), &[("helper.py", "import string\nword = 'changed'")]);
        let ran = locked();
        assert!(
            ran.code == Some(1) && ran.stderr.contains("'helper' is refused: it has changed since it was locked"),
            "{}",
            ran.stderr
        );
        // Extra, and not in it.
        write(folder.path(), APP);
        write(folder.path(), &[("absent.py", "print('extra')")]);
        let ran = locked();
        assert!(!ran.stdout.contains("extra"), "{}", ran.stdout);
        fs::remove_file(folder.path().join("absent.py")).unwrap();
        write(folder.path(), &[("tool.py", "import socket\nsecret = 1\ndef shout(text):\n    return text.upper()")]);
        let ran = locked();
        assert!(ran.code == Some(1) && ran.stderr.contains("'tool' is refused"), "{}", ran.stderr);
    }
}

#[test]
fn a_lock_refuses_what_the_program_itself_asks_for_anew() {
    let folder = directory(&[(
        "app.py",
        "import sys\nname = 'json' if len(sys.argv) < 2 else sys.argv[1]\n__import__(name)\nprint('fine')",
    )]);
    assert_eq!(in_folder(folder.path(), "run --trace t app.py").code, Some(0));
    fs::write(folder.path().join("l"), in_folder(folder.path(), "lock --policy p t").stdout).unwrap();
    assert_eq!(in_folder(folder.path(), "run --locked l app.py").stdout, "fine\n");
    let ran = in_folder(folder.path(), "run --locked l app.py csv");
    assert!(
        ran.code == Some(1)
            && ran.stderr.contains("No module named 'csv': denied by the lock, which doesn't have it for '__main__'"),
        "{}",
        ran.stderr
    );
    let ran = in_folder(folder.path(), "run --policy p app.py csv");
    assert!(ran.code == Some(1) && ran.stderr.contains("denied by the policy"), "{}", ran.stderr);
    let check = in_folder(folder.path(), "check --path . --record t app");
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);
    assert!(check.stdout.contains("`json` was asked for, and no import statement does so"), "{}", check.stdout);
}

#[test]
fn a_bad_lock_or_record_is_one_error() {
    let folder = directory(APP);
    for (text, message) in [
        ("version = 2", "it is a lock of version 2, and not 1"),
        ("version = 1\n[[modul]]\n", "unknown field `modul`"),
        ("version = ", "can't read the lock `l`"),
        ("version = 1\n[[decision]]\nimporter = 'a'\nname = 'b'\nanswer = 'perhaps'", "unknown variant `perhaps`"),
    ] {
        write(folder.path(), &[("l", text)]);
        let ran = in_folder(folder.path(), "run --locked l app.py");
        assert!(ran.code == Some(2) && ran.stderr.contains(message), "{}", ran.stderr);
    }
    write(folder.path(), &[("t", "{\"event\":\"load\"")]);
    let ran = in_folder(folder.path(), "lock t");
    assert!(ran.code == Some(1) && ran.stderr.contains("line 1 of `t` is no event of a record"), "{}", ran.stderr);
    let ran = in_folder(folder.path(), "run --trace no/such/t app.py");
    assert!(ran.code == Some(2) && ran.stderr.contains("can't write to `no/such/t`"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_by_a_policy_tells_importers_apart() {
    let tree = [
        ("one.py", "import tool\nfrom tool import secret"),
        ("two.py", "import tool"),
        ("tool.py", "secret = 1\nword = 2"),
        ("p.toml", "default = 'deny'\n[[rule]]\nattenuate = { tool = ['word'] }\nimporters = ['one']\n"),
    ];
    let ran = run(&tree, "check --json --path . --policy p.toml one two");
    assert_eq!(ran.code, Some(1));
    let found = json_of(&ran);
    let found: Vec<_> = found
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| {
            (item["module"].as_str().unwrap(), item["line"].as_u64().unwrap(), item["verdict"].as_str().unwrap())
        })
        .collect();
    assert_eq!(found, [("one", 2, "denied"), ("two", 1, "denied")]);
}

/// Files that aren't imported, but become code: how, and the program that does it.
const BY_PATH: [(&str, &str); 12] = [
    ("an entry of __path__", "import pk.ext"),
    (
        "a finder",
        "import sys, importlib.util as u\nclass F:\n    def find_spec(name, path=None, target=None):\n        return u.spec_from_file_location(name, 'lib/plug.py') if name == 'found' else None\nsys.meta_path.insert(0, F)\nimport found",
    ),
    (
        "a finder with its own loader",
        "import sys, importlib.util as u, importlib.abc as a\nclass F(a.MetaPathFinder, a.InspectLoader):\n    def find_spec(self, name, path=None, target=None):\n        return u.spec_from_loader(name, self) if name == 'virtual' else None\n    def get_source(self, name): return open('lib/plug.py').read()\nsys.meta_path.insert(0, F())\nimport virtual",
    ),
    ("runpy.run_path", "import runpy\nrunpy.run_path('lib/plug.py')"),
    ("runpy.run_module", "import runpy\nrunpy.run_module('lib.plug')"),
    (
        "a loader",
        "import types\nfrom importlib.machinery import SourceFileLoader\nSourceFileLoader('plug', 'lib/plug.py').exec_module(types.ModuleType('plug'))",
    ),
    (
        "a spec",
        "import importlib.util as u\nspec = u.find_spec('lib.plug')\nspec.loader.exec_module(u.module_from_spec(spec))",
    ),
    ("exec", "exec(open('lib/plug.py').read())"),
    ("compile", "exec(compile(open('lib/plug.py', 'rb').read(), 'lib/plug.py', 'exec'))"),
    ("a tree", "import ast\nexec(compile(ast.parse(open('lib/plug.py').read()), 'lib/plug.py', 'exec'))"),
    (
        "bytecode",
        "import marshal, sys\nif sys.argv[1:]:\n    with open('code', 'wb') as file: marshal.dump(compile(open('lib/plug.py').read(), 'plug', 'exec'), file)\nwith open('code', 'rb') as file: exec(marshal.load(file))",
    ),
    ("exocet.load", "import exocet\nexocet.load(exocet.getModule('lib.plug'), exocet.pep302Mapper)"),
];

#[test]
fn a_lock_holds_for_whatever_becomes_code() {
    for (how, app) in BY_PATH {
        for realm in ["", "--realm "] {
            let folder = directory(&[
                ("app.py", app),
                ("pk/__init__.py", "import os\n__path__.append('lib')"),
                ("lib/__init__.py", ""),
                ("lib/ext.py", "print('first')"),
                ("lib/plug.py", "print('first')"),
            ]);
            let recorded = in_folder(folder.path(), &format!("run {realm}--trace record app.py make"));
            assert_eq!((recorded.stdout.as_str(), recorded.code), ("first\n", Some(0)), "{how}: {recorded:#?}");
            let lock = in_folder(folder.path(), "lock record").stdout;
            assert!(!lock.contains(&*folder.path().to_string_lossy()), "{how}: {lock}");
            write(folder.path(), &[("lock", &lock)]);
            // What was made once may be there already.
            let locked = |make: &str| in_folder(folder.path(), &format!("run {realm}--locked lock app.py {make}"));
            let same = locked("make");
            assert_eq!((same.stdout.as_str(), same.code), ("first\n", Some(0)), "{how}: {same:#?}");
            write(folder.path(), &[("lib/plug.py", "print('changed')"), ("lib/ext.py", "print('changed')")]);
            if how == "bytecode" {
                let changed = in_folder(folder.path(), "run app.py make");
                assert_eq!(changed.stdout, "changed\n", "{changed:#?}");
            }
            let changed = locked("");
            assert_eq!((changed.stdout.as_str(), changed.code), ("", Some(1)), "{how} {realm}: {changed:#?}");
            assert!(changed.stderr.contains("is refused: it "), "{how} {realm}: {}", changed.stderr);
        }
    }
}

#[test]
fn a_program_that_makes_code_of_its_own_runs_under_its_lock() {
    let app = "import collections, dataclasses, typing, enum, unittest.mock\n@dataclasses.dataclass\nclass A:\n    a: int = 1\n\
        N = collections.namedtuple('N', 'a b')\nprint(A(), N(1, 2), eval('1 + 1'))";
    let folder = directory(&[("app.py", app)]);
    let recorded = in_folder(folder.path(), "run --trace record app.py");
    assert_eq!(recorded.code, Some(0), "{recorded:#?}");
    write(folder.path(), &[("lock", &in_folder(folder.path(), "lock record").stdout)]);
    let locked = in_folder(folder.path(), "run --locked lock app.py");
    assert_eq!((locked.stdout, locked.code), (recorded.stdout, Some(0)), "{}", locked.stderr);
}

#[test]
fn a_record_goes_on_whatever_the_program_takes_away() {
    let app = "import sys\nfor name in [name for name in dir(sys) if 'exocet' in name]:\n    delattr(sys, name)\n\
        for name in ['_frozen_importlib', 'importlib._bootstrap', 'importlib', '_imp', 'exocet']:\n    sys.modules.pop(name, None)\n\
        import colorsys";
    let folder = directory(&[("app.py", app)]);
    for realm in ["", "--realm "] {
        let ran = in_folder(folder.path(), &format!("run {realm}--trace record app.py"));
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let events = events(folder.path(), "record");
        assert!(
            events.iter().any(|event| matches!(event, Event::Decision(by) if by.name == "colorsys")),
            "{events:#?}"
        );
        assert!(
            events.iter().any(|event| matches!(event, Event::Load(load) if load.name == "colorsys")),
            "{events:#?}"
        );
    }
}
