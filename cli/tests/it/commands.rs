//! Each command: what it prints, where, and the exit code that it ends with.

use crate::support::{Tree, archive, directory, json_of, prints, run, run_in};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

// run

#[test]
fn arguments_of_a_program_are_its_own() {
    let tree: Tree<'_> = &[("show.py", "import sys\nprint(sys.argv[1:], __name__)")];
    prints(tree, "run show.py", "[] __main__\n");
    prints(tree, "run show.py a --path b -m -h -- c", "['a', '--path', 'b', '-m', '-h', '--', 'c'] __main__\n");
    prints(tree, "run -m show a --path b -m -h -- c", "['a', '--path', 'b', '-m', '-h', '--', 'c'] __main__\n");
}

#[test]
fn first_argument_is_the_program() {
    let name = "import sys\nprint(sys.argv[0])";
    prints(&[("a/show.py", name)], "run a/show.py", "a/show.py\n");
    let folder = directory(&[("show.py", name)]);
    let ran = run_in(folder.path(), &["run", "-m", "show"]);
    assert_eq!(Path::new(ran.stdout.trim_end()), fs::canonicalize(folder.path().join("show.py")).expect("it is there"));
}

#[test]
fn folder_of_the_program_leads_its_search_path() {
    let tree: Tree<'_> = &[
        ("a/app.py", "import which\nprint(which.PLACE)"),
        ("a/which.py", "PLACE = 'beside'"),
        ("b/which.py", "PLACE = 'path'"),
        ("which.py", "PLACE = 'current'"),
    ];
    prints(tree, "run --path b a/app.py", "beside\n");
    prints(tree, "run --path a --path b -m app", "current\n");
}

#[cfg(unix)]
#[test]
fn link_to_a_program_leads_to_its_folder() {
    let folder =
        directory(&[("real/app.py", "import beside\nprint(beside.X)"), ("real/beside.py", "X = 1"), ("bin/x", "")]);
    std::os::unix::fs::symlink("../real/app.py", folder.path().join("bin/app")).expect("a link");
    assert_eq!(run_in(folder.path(), &["run", "bin/app"]).stdout, "1\n");
}

#[test]
fn path_given_twice_is_one_path() {
    prints(&[("app.py", "print(1)")], "run --path . --path . app.py", "1\n");
}

#[test]
fn package_runs_by_its_main() {
    let tree: Tree<'_> = &[
        ("app/__init__.py", "print('package', __name__)"),
        ("app/__main__.py", "from . import part\nprint(__name__, __package__, part.X)"),
        ("app/part.py", "X = 1"),
    ];
    prints(tree, "run -m app", "package app\n__main__ app 1\n");
    prints(tree, "run -m app.part", "package app\n");
}

#[test]
fn folder_or_archive_runs_by_its_main() {
    let inner: Tree<'_> = &[("__main__.py", "import part\nprint(__name__, part.X)"), ("part.py", "X = 1")];
    let folder = directory(&[("app/__main__.py", inner[0].1), ("app/part.py", inner[1].1)]);
    fs::write(folder.path().join("app.zip"), archive(inner)).expect("a file");
    for program in ["app", "app.zip"] {
        assert_eq!(run_in(folder.path(), &["run", program]).stdout, "__main__ 1\n", "{program}");
    }
}

#[test]
fn exit_codes_are_those_of_python() {
    let cases = [
        ("pass", 0, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(None)", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit(True)", 1, ""),
        ("raise SystemExit('so long')", 1, "so long\n"),
        ("raise SystemExit((1, 2))", 1, "(1, 2)\n"),
        ("import sys\nsys.exit(256 + 7)", 7, ""),
        ("raise SystemExit(-1)", 255, ""),
        ("raise SystemExit(2**32)", 0, ""),
        ("raise SystemExit(2**32 + 5)", 5, ""),
        ("raise SystemExit(-2**40)", 0, ""),
        ("raise SystemExit(2**70)", 255, ""),
    ];
    for (code, expected, stderr) in cases {
        let ran = run(&[("app.py", code)], "run app.py");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(expected), stderr), "{code}");
    }
}

#[test]
fn program_that_raises_has_a_traceback_on_stderr() {
    let ran = run(&[("app.py", "print('begun')\ndef f():\n    return 1 / 0\nf()")], "run app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "begun\n"));
    assert!(ran.stderr.starts_with("Traceback (most recent call last):\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("app.py\", line 3, in f\n    return 1 / 0\n"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("ZeroDivisionError: division by zero\n"), "{}", ran.stderr);
}

#[test]
fn syntax_error_shows_the_line() {
    let ran = run(&[("app.py", "x = 1\ny = = 2\n")], "run app.py");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("app.py\", line 2") && ran.stderr.contains("y = = 2"), "{}", ran.stderr);
}

#[test]
fn runaway_recursion_is_an_exception() {
    let program = "\
import sys
def plain(n): return plain(n + 1)
def native(n): return list(map(native, [n]))
class Deep:
    def __getattr__(self, name): return getattr(self, name)
def attempt(f, limit):
    sys.setrecursionlimit(limit)
    try: f()
    except RecursionError: print('caught')
usual = sys.getrecursionlimit()
attempt(lambda: plain(0), usual)
for limit in usual, 10**6:
    attempt(lambda: native(0), limit)
    attempt(lambda: Deep().x, limit)
";
    prints(&[("app.py", program)], "run app.py", &"caught\n".repeat(5));
}

#[cfg(feature = "stdlib")]
#[test]
fn threads_and_exit_functions_are_waited_for() {
    let program = "\
import atexit, threading, time
atexit.register(print, 'exit')
threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()
print('main')";
    prints(&[("app.py", program)], "run app.py", "main\nthread\nexit\n");
}

const APP: (&str, &str) = ("app.py", "import dep\nimport dep as again\nprint(dep.WORD, dep.__name__, dep is again)");

#[test]
fn program_can_import_exocet() {
    let program = "import exocet\nprint(exocet.loadNamed('dep', exocet.pep302Mapper).WORD)";
    prints(&[("app.py", program), ("dep.py", "WORD = 'real'")], "run app.py", "real\n");
}

#[test]
fn file_overrides_a_module() {
    let tree: Tree<'_> = &[APP, ("dep.py", "WORD = 'real'"), ("stubs/fake.py", "print('loaded')\nWORD = 'fake'")];
    prints(tree, "run app.py", "real dep True\n");
    // Once, although it is imported twice.
    prints(tree, "run --override dep=stubs/fake.py app.py", "loaded\nfake dep True\n");
    prints(tree, "run --override dep=stubs/fake.py -m app", "loaded\nfake dep True\n");
}

#[test]
fn module_overrides_a_module() {
    let tree: Tree<'_> = &[APP, ("dep.py", "WORD = 'real'"), ("more/other.py", "WORD = 'other'")];
    prints(tree, "run --path more --override dep=other app.py", "other other True\n");
}

#[test]
fn later_override_wins() {
    let tree: Tree<'_> = &[APP, ("one.py", "WORD = 1"), ("two.py", "WORD = 2")];
    prints(tree, "run --override dep=one.py --override dep=two app.py", "2 two True\n");
    prints(tree, "run --override dep=two --override dep=one.py app.py", "1 dep True\n");
}

#[test]
fn override_reaches_the_program_and_not_its_dependencies() {
    let tree: Tree<'_> = &[
        ("app.py", "import dep, user\nprint(dep.WORD, user.WORD)"),
        ("user.py", "import dep\nWORD = dep.WORD"),
        ("dep.py", "WORD = 'real'"),
        ("fake.py", "WORD = 'fake'"),
    ];
    prints(tree, "run --override dep=fake.py app.py", "fake real\n");
}

#[test]
fn denied_module_is_absent() {
    let app = "try:\n    import dep\nexcept ImportError:\n    dep = None\nprint(dep)\nimport other";
    let tree: Tree<'_> = &[("app.py", app), ("dep.py", ""), ("other.py", "")];
    prints(tree, "run --deny dep app.py", "None\n");
    let ran = run(tree, "run --deny other --deny dep app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "None\n"));
    assert!(ran.stderr.contains("ModuleNotFoundError: No module named 'other'"), "{}", ran.stderr);
}

#[test]
fn override_allows_what_a_denial_names() {
    let tree: Tree<'_> = &[
        ("app.py", "import dep.part\nprint(dep.part.X)\nimport dep.rest"),
        ("dep/__init__.py", ""),
        ("dep/part.py", "X = 'real'"),
        ("dep/rest.py", ""),
        ("fake.py", "X = 'fake'"),
    ];
    let ran = run(tree, "run --deny dep.rest --deny dep.part --override dep.part=fake.py app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "fake\n"));
    assert!(ran.stderr.contains("No module named 'dep.rest'"), "{}", ran.stderr);
}

#[test]
fn empty_lets_every_import_fail_but_the_overridden() {
    let tree: Tree<'_> = &[("app.py", "import dep\nprint(dep.WORD)\nimport sys"), ("fake.py", "WORD = 'fake'")];
    let ran = run(tree, "run --empty --override dep=fake.py app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "fake\n"));
    assert!(ran.stderr.contains("No module named 'sys'"), "{}", ran.stderr);
}

#[test]
fn unused_names_are_reported_on_request() {
    let tree: Tree<'_> = &[("app.py", "import dep\nraise SystemExit(3)"), ("fake.py", "")];
    let options = "--override dep=fake.py --override dpe=fake.py --override edp=fake --deny pde";
    assert_eq!(run(tree, &format!("run {options} app.py")).stderr, "");
    let ran = run(tree, &format!("run {options} --warn-unused app.py"));
    assert_eq!(ran.code, Some(3));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    for (name, reported) in [("`dpe`", true), ("`edp`", true), ("`pde`", true), ("`dep`", false)] {
        assert_eq!(ran.stderr.contains(name), reported, "{name} in {}", ran.stderr);
    }
    assert_eq!(run(tree, "run --override dep=fake.py --warn-unused app.py").stderr, "");
}

#[test]
fn overriding_file_that_raises_is_a_failed_run() {
    let tree: Tree<'_> = &[("app.py", "print('ran')"), ("fake.py", "1 / 0")];
    for command in ["run --override dep=fake.py app.py", "load --path . --override dep=fake.py app"] {
        let ran = run(tree, command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{command}");
        assert!(ran.stderr.ends_with("ZeroDivisionError: division by zero\n"), "{command}: {}", ran.stderr);
    }
}

// list

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

// load

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

// imports

#[test]
fn imports_are_told_without_running() {
    let module = "\
import os.path as p, sys
from .b import V as W
try:
    import fast
except ImportError:
    fast = 1 / 0
def f():
    from .. import up
if TYPE_CHECKING:
    import types
1 / 0";
    let tree: Tree<'_> = &[("pk/__init__.py", "1 / 0"), ("pk/sub/__init__.py", "1 / 0"), ("pk/sub/a.py", module)];
    let expected = "\
1:8   top level      os.path as p
1:22  top level      sys
2:16  top level      pk.sub.b.V as W
4:12  try            fast
8:20  function       pk.up
10:12  type checking  types
";
    let expected = expected.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let ran = run(tree, "imports --path . pk.sub.a");
    let lines = ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(lines.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));

    let items = json_of(&run(tree, "imports --path . --json pk.sub.a"));
    assert_eq!(items.as_array().map(Vec::len), Some(6));
    assert_eq!(
        items[2],
        json!({"name": "pk.sub.b", "item": "V", "alias": "W", "level": 1, "line": 2, "column": 16, "kind": "top level"})
    );
    assert_eq!(
        items[5],
        json!({"name": "types", "item": null, "alias": null, "level": 0, "line": 10, "column": 12, "kind": "type checking"})
    );
}

// whatever is wrong

#[test]
fn bad_input_is_one_line_that_names_it() {
    let folder = directory(&[
        ("app.py", ""),
        ("pk/__init__.py", ""),
        ("text.zip", "not an archive"),
        ("deep.py", &format!("x = {}1", "1+".repeat(200_000))),
        ("elif.py", &format!("if x: pass\n{}", "elif x: pass\n".repeat(100_000))),
        ("wrong.py", "x = = 1"),
    ]);
    let whole = archive(&[("a.py", "X = 1\n"), ("b.py", "Y = 1\n")]);
    fs::write(folder.path().join("cut.zip"), &whole[..whole.len() / 2]).expect("a file");
    fs::write(folder.path().join("latin.py"), b"name = 'Ren\xe9'\n").expect("a file");
    fs::write(folder.path().join("nul.py"), b"x = 1\0\n").expect("a file");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["run", "nosuch.py"], 2, "`nosuch.py`"),
        (&["run", "pk"], 2, "`__main__`"),
        (&["run", "latin.py"], 1, "latin.py`"),
        (&["run", "deep.py"], 1, "deep.py`"),
        (&["run", "elif.py"], 1, "elif.py`"),
        (&["run", "--path", "nosuch", "app.py"], 2, "`nosuch`"),
        (&["run", "--path", "text.zip", "app.py"], 2, "`text.zip`"),
        (&["run", "--path", "cut.zip", "app.py"], 2, "`cut.zip`"),
        (&["run", "--path", "app.py", "app.py"], 2, "`app.py`"),
        (&["run", "-m", "nosuch"], 1, "`nosuch`"),
        (&["run", "-m", "pk"], 1, "`pk.__main__`"),
        (&["run", "-m", "app.py"], 1, "`app.py`"),
        (&["run", "-m", "a-b"], 2, "`a-b`"),
        (&["run", "-m", "_thread"], 1, "`_thread`"),
        (&["run", "--override", "dep", "app.py"], 2, "`dep`"),
        (&["run", "--override", "dep=", "app.py"], 2, "`dep=`"),
        (&["run", "--override", "d p=app", "app.py"], 2, "`d p`"),
        (&["run", "--override", "dep=1x", "app.py"], 2, "`1x`"),
        (&["run", "--override", "dep=nosuch.py", "app.py"], 2, "`nosuch.py`"),
        (&["run", "--override", "dep=./pk", "app.py"], 2, "`./pk`"),
        (&["run", "--deny", "a..b", "app.py"], 2, "`a..b`"),
        (&["run", "--deny", "", "app.py"], 2, "``"),
        (&["list", "nosuch"], 1, "`nosuch`"),
        (&["list", "a b"], 2, "`a b`"),
        (&["list", "--path", ".", "app"], 1, "`app`"),
        (&["list", "--path", "nosuch"], 2, "`nosuch`"),
        (&["list", "--path", "cut.zip"], 2, "`cut.zip`"),
        (&["load", "a-b"], 2, "`a-b`"),
        (&["load", "--path", "text.zip", "app"], 2, "`text.zip`"),
        (&["load", "--override", "dep=nosuch.py", "app"], 2, "`nosuch.py`"),
        (&["imports", "nosuch"], 1, "`nosuch`"),
        (&["imports", "..a"], 2, "`..a`"),
        (&["imports", "--path", ".", "latin"], 1, "latin.py`"),
        (&["imports", "--path", ".", "deep"], 1, "deep.py`"),
        (&["imports", "--path", ".", "elif"], 1, "elif.py`"),
        (&["imports", "--path", ".", "wrong"], 1, "wrong.py`"),
        (&["imports", "--path", ".", "nul"], 1, "nul.py`"),
    ];
    for (arguments, code, named) in cases {
        let ran = run_in(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(*code), ""), "{arguments:?}: {}", ran.stderr);
        let is_line = ran.stderr.starts_with("exocet: ") && ran.stderr.lines().count() == 1;
        assert!(is_line && ran.stderr.contains(named), "{arguments:?}: {}", ran.stderr);
    }
    for name in ["latin", "deep", "elif", "wrong", "nul"] {
        let ran = run_in(folder.path(), &["load", "--path", ".", name]);
        assert_eq!((ran.code, ran.stdout.lines().count()), (Some(1), 1), "{name}: {ran:#?}");
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_one_line_that_names_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = directory(&[("closed/a.py", ""), ("secret.py", "")]);
    for path in ["closed", "secret.py"] {
        fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o000)).expect("it is ours");
    }
    // Who may read everything can't see this fail.
    if fs::read(folder.path().join("secret.py")).is_err() {
        for (line, named) in [
            ("run closed", "`closed`"),
            ("run secret.py", "secret.py"),
            ("list --path closed", "`closed`"),
            ("imports --path . secret", "secret"),
        ] {
            let ran = run_in(folder.path(), &line.split(' ').collect::<Vec<_>>());
            assert!(ran.stderr.starts_with("exocet: ") && ran.stderr.contains(named), "{line}: {ran:#?}");
            assert_eq!(ran.stderr.lines().count(), 1, "{line}: {ran:#?}");
        }
    }
    fs::set_permissions(folder.path().join("closed"), fs::Permissions::from_mode(0o700)).expect("it is ours");
}

#[test]
fn wrong_usage_is_code_2() {
    for line in
        ["", "nosuch", "run", "run --nosuch x.py", "run -m", "load", "load --repeat 0 a", "imports", "completions tcsh"]
    {
        let ran = run(&[], line);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{line}");
        assert!(ran.stderr.contains("Usage: ") || ran.stderr.contains("--help"), "{line}: {}", ran.stderr);
    }
}

#[test]
fn closed_pipe_ends_a_command_quietly() {
    let folder = directory(&[("many.py", "for n in range(100_000): print(n)")]);
    let mut lines = vec![
        "list --walk",
        "list --walk --json",
        "load --path . --json many",
        "completions bash",
        "--help",
        "run many.py",
    ];
    if cfg!(feature = "stdlib") {
        lines.extend(["demo", "imports os"]);
    }
    for line in lines {
        let mut child = Command::new(env!("CARGO_BIN_EXE_exocet"))
            .args(line.split(' '))
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{line}: {stderr}");
        // A program gets its exception, as under `python`.
        let expected = if line.starts_with("run") { 1 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{line}: {stderr}");
    }
}

// the rest

#[cfg(feature = "stdlib")]
#[test]
fn demo_shows_code_and_what_it_prints() {
    let ran = run(&[], "demo");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\x1b'), "{}", ran.stdout);
    let mut rest = ran.stdout.as_str();
    for line in [
        "1. One dependency replaced\n",
        "  │ import exocet, http.client\n",
        "  │         print(\"making HTTP connection to\", host)\n",
        "\nurllib: b'a page from loopback'\nmaking HTTP connection to 127.0.0.1",
        "\nurllib_plus: b'a page from loopback'\n",
        "2. Plugins under three mappers\n",
        "  │     \"as they are\": normal,\n",
        "\nas they are\n    plugins.hello    hello, Ada\n    plugins.system   running on ",
        "\nanother config\n    plugins.hello    hello, Grace\n    plugins.system   running on ",
        "\nwithout sys\n    plugins.hello    hello, Ada\n    plugins.system   running somewhere\n",
        "3. A test with a stub\n",
        "  │     stub = SimpleNamespace(",
        "\nat 9:00 it says 'good morning'\nat 21:00 it says 'good evening'\nthe real greeter has the real time: True\n",
    ] {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line:?} is not in what is left:\n{rest}"));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(&[], &format!("completions {shell}"));
        assert_eq!(ran.code, Some(0), "{shell}");
        for command in ["run", "list", "load", "imports", "completions", "warn-unused"] {
            assert!(ran.stdout.contains(command), "{command} for {shell}");
        }
    }
}

#[test]
fn help_is_complete_and_fits_the_screen() {
    for command in ["run", "list", "load", "imports", "graph", "check", "trace", "completions"] {
        let help = run(&[], &format!("{command} --help")).stdout;
        assert!(help.contains("Usage: exocet"), "{help}");
        assert_eq!(
            help.contains("\nExamples:\n"),
            ["run", "load", "graph", "check", "trace"].contains(&command),
            "{help}"
        );
        let too_wide: Vec<_> = help.lines().filter(|line| line.chars().count() > 120).collect();
        assert!(too_wide.is_empty(), "{too_wide:#?}");
        let brief = run(&[], &format!("{command} -h")).stdout;
        let undocumented: Vec<_> = brief
            .lines()
            .filter(|line| line.starts_with("  ") && !line.trim_start().contains("  ") && !line.contains("exocet "))
            .collect();
        assert!(undocumented.is_empty(), "{undocumented:#?}");
    }
}

#[test]
fn program_in_a_realm_has_its_overrides_everywhere() {
    let tree = [
        (
            "app.py",
            "import sys, helper, shared.part\nprint(helper.time, shared.part.json)\nimport importlib\nprint(importlib.import_module('helper') is helper, sorted(n for n in sys.modules if n[0] in 'hs' and n != 'sys'))\ntry:\n    import helper.x\nexcept ImportError as error:\n    print(error.name)",
        ),
        ("helper.py", "from stub import time"),
        ("stub.py", "time = 'fresh'"),
        ("lib/shared/part.py", "import json\nassert __spec__.loader_state is __builtins__['__import__'] or True"),
        ("faked.py", ""),
    ];
    let ran = run(&tree, "run --realm --path lib --override json=faked app.py");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines: Vec<_> = ran.stdout.lines().collect();
    // `json` is overridden in a module that the program imports, and not just in the program.
    assert!(lines[0].starts_with("fresh <module 'faked'"), "{lines:?}");
    assert_eq!(lines[1..], ["True ['helper', 'shared', 'shared.part', 'stub']", "helper.x"]);
    let ran = run(&tree, "run --path lib --override json=faked app.py");
    assert!(ran.stdout.starts_with("fresh <module 'json'"), "{ran:?}");
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

// The end

#[test]
fn whoever_is_called_in_the_end_can_import_what_nobody_imported() {
    let text = "
import atexit, sys
def late():
    print('threading' in sys.modules)
    import threading
    print(threading.current_thread().name)
atexit.register(late)
";
    prints(&[("late.py", text)], "run late.py", "False\nMainThread\n");
    let ran = run(&[("late.py", &format!("{text}sys.exit(3)\n"))], "run late.py");
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str(), ran.code), ("False\nMainThread\n", "", Some(3)));
}

#[test]
fn the_end_waits_for_threads() {
    let text = "
import threading, time
def slow():
    time.sleep(0.3)
    print('done')
threading.Thread(target=slow).start()
";
    prints(&[("waits.py", text)], "run waits.py", "done\n");
}

// bench

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
