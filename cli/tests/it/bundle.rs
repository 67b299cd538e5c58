//! `exocet bundle`, and the other commands on what it made.

use crate::support::{Ran, Tree, directory, json_of, run_in, write};
use std::{fs, path::Path, thread::sleep, time::Duration};

const APP: Tree<'static> = &[
    (
        "app.py",
        "import tool, json\nfrom pk import part\nprint(json.dumps([tool.word, part.text()]))\ntry:\n    import absent\n\
         except ImportError:\n    pass",
    ),
    ("lib/tool.py", "word = 'tool'"),
    ("lib/unused.py", "1 / 0"),
    ("lib/pk/__init__.py", ""),
    (
        "lib/pk/part.py",
        "from importlib.resources import files\ndef text(): return files('pk').joinpath('data/a.txt').read_text()",
    ),
    ("lib/pk/other.py", ""),
    ("lib/pk/data/a.txt", "text"),
    ("lib/pk/native.so", "\x7f"),
    ("lib/pk/__pycache__/part.cpython-314.pyc", "old"),
];

const OUTPUT: &str = "[\"tool\", \"text\"]\n";

#[track_caller]
fn in_folder(folder: &Path, line: &str) -> Ran {
    run_in(folder, &line.split_whitespace().collect::<Vec<_>>())
}

/// A command that has to succeed; its stdout.
#[track_caller]
fn done(folder: &Path, line: &str) -> String {
    let ran = in_folder(folder, line);
    assert_eq!(ran.code, Some(0), "{line}: {}", ran.stderr);
    ran.stdout
}

#[test]
fn a_program_and_what_it_reaches_go_into_one_file() {
    let folder = directory(APP);
    let ran = in_folder(folder.path(), "bundle --path lib --output app.exo app.py --json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report = json_of(&ran);
    assert_eq!(report["modules"], serde_json::json!(["__main__", "pk", "pk.part", "tool"]));
    assert_eq!(report["resources"], serde_json::json!(["pk/data/a.txt"]));
    assert_eq!(report["native"], serde_json::json!(["pk/native.so"]));
    assert_eq!(report["missing"][0]["name"], "absent");
    assert_eq!(report["missing"][0]["line"], 5);
    assert!(report["library"].as_array().is_some_and(|names| names.contains(&"json".into())), "{report}");
    // It needs nothing of what it was made of.
    let elsewhere = directory(&[]);
    fs::rename(folder.path().join("app.exo"), elsewhere.path().join("app.exo")).expect("it moves");
    assert_eq!(done(elsewhere.path(), "run app.exo"), OUTPUT);
    assert_eq!(done(elsewhere.path(), "app.exo"), OUTPUT);
    assert_eq!(done(elsewhere.path(), "load --path app.exo tool").split_whitespace().next(), Some("ok"));
    let listed = done(elsewhere.path(), "list --path app.exo --walk");
    let names: Vec<_> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["__main__", "pk", "pk.part", "tool"]);
    assert!(done(elsewhere.path(), "imports --path app.exo __main__").contains("pk.part"));
    assert!(done(elsewhere.path(), "graph --path app.exo __main__").contains("tool"));
    in_folder(elsewhere.path(), "check --path app.exo __main__");
    let about = done(elsewhere.path(), "bundle --check app.exo");
    assert!(about.contains("runs          __main__") && about.contains("files         5"), "{about}");
}

#[test]
fn what_is_left_out_and_what_is_not_known_is_said() {
    let folder = directory(APP);
    write(
        folder.path(),
        &[("lib/tool.py", "import importlib\nword = 'tool'\ndef f(name): return importlib.import_module(name)")],
    );
    let said = in_folder(folder.path(), "bundle --path lib -o app.exo app.py").stderr;
    for line in [
        "app.exo: 4 modules, 1 resource, ",
        "left to the library: ",
        "left out: pk/native.so: native code",
        "left out: absent: it isn't there, which is caught (__main__.py:5)",
        "not known: what `importlib.import_module` imports: only a run can tell (tool.py:3)",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    // A name that is written there is known.
    write(folder.path(), &[("lib/tool.py", "import importlib\nword = importlib.import_module('unused')")]);
    let ran = in_folder(folder.path(), "bundle --path lib -o app.exo app.py --json");
    assert!(json_of(&ran)["modules"].as_array().is_some_and(|names| names.contains(&"unused".into())), "{ran:?}");
}

#[test]
fn modules_are_bundled_by_their_names() {
    let folder = directory(APP);
    write(folder.path(), &[("lib/pk/__main__.py", "import pk.other\nprint('ran', __name__)")]);
    done(folder.path(), "bundle --path lib -o pk.exo pk tool");
    assert_eq!(done(folder.path(), "run pk.exo"), "ran __main__\n");
    done(folder.path(), "bundle --path lib -o tool.exo tool");
    assert_eq!(done(folder.path(), "run tool.exo"), "");
    done(folder.path(), "bundle --path lib -o part.exo pk.part");
    let ran = run_in(folder.path(), &["run", "--path", "part.exo", "-c", "import pk.part; print(pk.part.text())"]);
    assert_eq!(ran.stdout, "text\n", "{}", ran.stderr);
    assert!(done(folder.path(), "list --path part.exo --walk").contains("pk.part"));
    for (line, expected) in [
        ("bundle --path lib -o x.exo nope", "no module `nope`"),
        ("bundle --path lib -o x.exo json", "no module `json`"),
        ("bundle --path lib -o x.exo ../nope.py", "nope.py"),
        ("bundle --path lib tool", "--output"),
        ("bundle", "required"),
        ("bundle --path lib -o /nope/x.exo tool", "can't write to `/nope/x.exo`"),
    ] {
        let ran = in_folder(folder.path(), line);
        assert!(ran.code.is_some_and(|code| code != 0) && ran.stderr.contains(expected), "{line}: {ran:?}");
        assert!(!folder.path().join("x.exo").exists(), "{line}");
    }
}

#[test]
fn what_is_no_bundle_is_not_replaced() {
    let folder = directory(APP);
    for _ in 0..2 {
        done(folder.path(), "bundle --path lib -o app.exo app.py");
    }
    let before = fs::read(folder.path().join("app.py")).expect("it is there");
    for output in ["app.py", "lib"] {
        let ran = in_folder(folder.path(), &format!("bundle --path lib -o {output} app.py"));
        assert!(ran.code == Some(2) && ran.stderr.contains("is there, and is no bundle"), "{ran:?}");
    }
    assert_eq!(fs::read(folder.path().join("app.py")).expect("it is there"), before);
}

#[test]
fn a_program_that_is_no_python_is_one_error() {
    let folder = directory(&[("app.py", "def f("), ("words/__init__.py", "x = 1")]);
    let ran = in_folder(folder.path(), "bundle -o app.exo app.py");
    assert!(
        ran.code == Some(1) && ran.stderr.contains("`__main__` is no Python") && ran.stderr.contains("(__main__.py:1)"),
        "{ran:?}"
    );
    assert!(!folder.path().join("app.exo").exists());
    // A folder without a `__main__.py` is no program, and its name is a module's.
    done(folder.path(), "bundle --path . -o words.exo words");
    assert!(done(folder.path(), "list --path words.exo").contains("words"));
}

#[test]
fn the_same_files_make_the_same_bytes() {
    let one = directory(APP);
    sleep(Duration::from_millis(1100));
    // In another folder, in another order, at another time.
    let mut files = APP.to_vec();
    files.reverse();
    let other = directory(&files);
    let made = |folder: &Path| {
        done(folder, "bundle --path lib --compiled -o app.exo app.py");
        fs::read(folder.join("app.exo")).expect("it is there")
    };
    assert_eq!(made(one.path()), made(other.path()));
    assert_eq!(done(other.path(), "run app.exo"), OUTPUT);
}

#[test]
fn nothing_runs_of_what_was_changed() {
    let folder = directory(APP);
    done(folder.path(), "bundle --path lib -o app.exo app.py");
    let path = folder.path().join("app.exo");
    let mut bytes = fs::read(&path).expect("it is there");
    let short = &bytes[..bytes.len() - 20];
    fs::write(folder.path().join("short.exo"), short).expect("it is written");
    let ran = in_folder(folder.path(), "run short.exo");
    assert!(ran.code == Some(2) && ran.stderr.contains("not a zip archive"), "{ran:?}");
    // In the manifest, which stands first, and in the middle.
    let mut first = bytes.clone();
    first[120] ^= 1;
    fs::write(folder.path().join("first.exo"), first).expect("it is written");
    let ran = in_folder(folder.path(), "run first.exo");
    assert!(ran.stderr.contains("the bundle isn't as it was made"), "{ran:?}");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("it is written");
    for line in [
        "run app.exo",
        "run --path app.exo app.py",
        "load --path app.exo tool",
        "list --path app.exo",
        "imports --path app.exo tool",
        "graph --path app.exo tool",
        "check --path app.exo tool",
        "bundle --check app.exo",
        "bundle --extract app.exo -o out",
        "bundle --diff app.exo app.exo",
    ] {
        let ran = in_folder(folder.path(), line);
        assert!(ran.code.is_some_and(|code| code != 0), "{line}: {ran:?}");
        assert!(ran.stdout.is_empty() && ran.stderr.contains("the bundle isn't as it was made"), "{line}: {ran:?}");
    }
}

#[test]
fn its_policy_is_obeyed() {
    let folder = directory(APP);
    write(
        folder.path(),
        &[("p.toml", "default = 'allow'\n[[rule]]\ndeny = 'json'\nimporters = ['__main__']\nwhy = 'no'\n")],
    );
    let ran = in_folder(folder.path(), "bundle --path lib --policy p.toml -o app.exo app.py --json");
    assert_eq!(json_of(&ran)["denied"][0]["name"], "json", "{}", ran.stderr);
    let ran = in_folder(folder.path(), "run app.exo");
    assert!(ran.code == Some(1) && ran.stderr.contains("denied by the policy's rule 1"), "{ran:?}");
    let ran = in_folder(folder.path(), "check --path app.exo __main__");
    assert!(ran.code == Some(1) && ran.stdout.contains("`json` is denied"), "{ran:?}");
    let ran = in_folder(folder.path(), "load --path app.exo __main__");
    assert!(ran.code == Some(1) && ran.stdout.contains("denied"), "{ran:?}");
}

#[test]
fn a_record_becomes_its_lock() {
    let folder = directory(APP);
    write(folder.path(), &[("lib/tool.py", "import importlib\nword = 'tool'\nimportlib.import_module('un' + 'used')")]);
    write(folder.path(), &[("lib/unused.py", "x = 1")]);
    done(folder.path(), "run --realm --path lib --trace app.record app.py");
    let ran = in_folder(folder.path(), "bundle --path lib --record app.record -o app.exo app.py");
    assert!(ran.code == Some(0) && !ran.stderr.contains("not known"), "{ran:?}");
    assert_eq!(done(folder.path(), "run app.exo"), OUTPUT);
    assert!(done(folder.path(), "list --path app.exo").contains("unused"));
    let said = in_folder(folder.path(), "explain --path app.exo tool socket").stdout;
    assert!(said.contains("denied") && said.contains("the bundle's lock doesn't have it"), "{said}");
    // What it doesn't have, isn't run beside it either.
    write(folder.path(), &[("more/json.py", "def dumps(value): return 'forged'")]);
    let ran = in_folder(folder.path(), "run --path more app.exo");
    assert!(ran.stdout != "forged\n", "{ran:?}");
    // A record of other files, and one of modules that were shared.
    write(folder.path(), &[("lib/unused.py", "x = 2")]);
    let ran = in_folder(folder.path(), "bundle --path lib --record app.record -o new.exo app.py");
    assert!(ran.code == Some(1) && ran.stderr.contains("`unused` has changed since it was recorded"), "{ran:?}");
    done(folder.path(), "run --path lib --trace shared.record app.py");
    let ran = in_folder(folder.path(), "bundle --path lib --record shared.record -o new.exo app.py");
    assert!(ran.code == Some(1) && ran.stderr.contains("was shared in the recorded run"), "{ran:?}");
}

#[test]
fn a_bundle_is_unpacked_into_a_new_folder() {
    let folder = directory(APP);
    done(folder.path(), "bundle --path lib -o app.exo app.py");
    done(folder.path(), "bundle --extract app.exo --output out");
    for (path, original) in
        [("__main__.py", "app.py"), ("pk/data/a.txt", "lib/pk/data/a.txt"), ("tool.py", "lib/tool.py")]
    {
        let read = |path: &str| fs::read(folder.path().join(path)).expect("it is there");
        assert_eq!(read(&format!("out/{path}")), read(original));
    }
    assert_eq!(done(folder.path(), "run out"), OUTPUT);
    let ran = in_folder(folder.path(), "bundle --extract app.exo --output out");
    assert!(ran.code == Some(2) && ran.stderr.contains("`out` isn't empty"), "{ran:?}");
}

#[test]
fn two_bundles_are_compared() {
    let folder = directory(APP);
    write(folder.path(), &[("p.toml", "default = 'allow'\n")]);
    done(folder.path(), "bundle --path lib --policy p.toml -o old.exo app.py");
    assert_eq!(done(folder.path(), "bundle --diff old.exo old.exo"), "");
    write(
        folder.path(),
        &[
            ("lib/tool.py", "import socket, fresh\nword = 'tool'"),
            ("lib/fresh.py", ""),
            ("lib/pk/data/a.txt", "other"),
            ("p.toml", "default = 'allow'\n[[rule]]\ndeny = 'ctypes'\n"),
        ],
    );
    done(folder.path(), "bundle --path lib --policy p.toml -o new.exo app.py");
    let ran = in_folder(folder.path(), "bundle --diff old.exo new.exo");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let lines: Vec<_> = ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        [
            "+ module fresh.py",
            "module tool.py",
            "file pk/data/a.txt",
            "+ imports socket by tool",
            "+ policy deny = [\"ctypes\"]"
        ]
    );
    let ran = in_folder(folder.path(), "bundle --diff old.exo new.exo --json");
    assert_eq!(json_of(&ran)[0]["name"], "fresh.py");
}

#[test]
fn distributions_come_with_their_modules() {
    let folder = directory(&[
        ("app.py", "import tool\nfrom importlib.metadata import version\nprint(version('the-tool'))"),
        ("site/tool.py", ""),
        (
            "site/the_tool-1.5.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: the-tool\nVersion: 1.5\n\nName: other\n",
        ),
        ("site/the_tool-1.5.dist-info/RECORD", "tool.py,sha256=x,0\nthe_tool-1.5.dist-info/METADATA,,\n"),
        ("site/other-2.dist-info/METADATA", "Name: other\nVersion: 2\n"),
        ("site/other-2.dist-info/RECORD", "other.py,,\n"),
    ]);
    let ran = in_folder(folder.path(), "bundle --path site -o app.exo app.py --json");
    assert_eq!(json_of(&ran)["distributions"], serde_json::json!(["the-tool 1.5"]), "{}", ran.stderr);
    assert_eq!(done(folder.path(), "run app.exo"), "1.5\n");
}

#[test]
fn the_bundle_in_the_tests_for_javascript_is_what_is_made_today() {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../npm/test/data"));
    let folder = directory(&[]);
    for path in ["app.py", "greetings/__init__.py", "greetings/lists/words.txt", "policy.toml"] {
        let text = fs::read_to_string(data.join("bundle").join(path)).expect("it is there");
        write(folder.path(), &[(path, &text)]);
    }
    done(folder.path(), "run --realm --trace app.record app.py");
    done(folder.path(), "bundle --policy policy.toml --record app.record -o app.exo app.py");
    let read = |path: &Path| fs::read(path).expect("it is there");
    // Not one byte depends on the folder, the time or the user.
    assert!(
        read(&folder.path().join("app.exo")) == read(&data.join("bundle.exo")),
        "npm/test/data/bundle.exo is to be made anew"
    );
}
