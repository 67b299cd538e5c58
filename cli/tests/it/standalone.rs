//! `exocet bundle --wasi`: commands that an engine for WASI runs, here Node's. Where the build has no loader it says how to get one, and
//! where there is no Node nothing is run.

use crate::support::{Ran, directory, json_of, run_in};
use serde_json::json;
use std::{fs, path::Path, process::Command};

/// Makes a command. None in a build without a loader.
#[track_caller]
fn made(folder: &Path, arguments: &[&str]) -> Option<Ran> {
    let ran = run_in(folder, &[&["bundle", "--wasi"], arguments].concat());
    if ran.stderr.contains("this build holds no loader") {
        assert!(ran.stderr.contains("wasm/build.sh standalone") && ran.stderr.lines().count() == 1, "{ran:?}");
        assert!(std::env::var_os("EXOCET_STANDALONE").is_none(), "the build was given a loader");
        return None;
    }
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    Some(ran)
}

/// Runs a command under Node. None where there is no Node.
fn run(folder: &Path, arguments: &[&str]) -> Option<(Option<i32>, String, String)> {
    let node = Command::new("node")
        .args(["--no-warnings", concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/scale/node.mjs")])
        .args(arguments)
        .env("WHERE", "node")
        .current_dir(folder)
        .output()
        .ok()?;
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Some((node.status.code(), text(node.stdout), text(node.stderr)))
}

#[test]
fn a_command_has_the_arguments_the_environment_and_the_files_of_its_process() {
    let folder = directory(&[
        (
            "app.py",
            "import os, sys, random, tool\nprint(sys.argv, os.environ['WHERE'], tool.made, os.environ is tool.environ)\nprint(open('data/x.txt').read())\nopen('data/y.txt', 'w').write(str(random.random()))\nsys.exit(3)",
        ),
        (
            "tool.py",
            "import os, time\nfrom os import environ\nmade = time.gmtime()[:3], 'WHERE' in environ\nprint('loaded')",
        ),
        ("data/x.txt", "from a file"),
    ]);
    let Some(ran) = made(folder.path(), &["app.wasm", "app.py"]) else { return };
    assert!(ran.stderr.starts_with("exocet: loaded\nexocet: app.wasm: 2 modules, "), "{}", ran.stderr);
    let Some((code, out, err)) = run(folder.path(), &["app.wasm", "one", "two"]) else { return };
    let argv = "['app.wasm', 'one', 'two'] node ((1980, 1, 1), False) True";
    assert_eq!((code, out.as_str(), err.as_str()), (Some(3), &*format!("{argv}\nfrom a file\n"), ""));
    // Randomness is the process's own.
    let drawn = || fs::read_to_string(folder.path().join("data/y.txt")).expect("it was written");
    let before = drawn();
    run(folder.path(), &["app.wasm"]);
    assert_ne!(drawn(), before);
}

#[test]
fn the_same_bundle_makes_the_same_bytes() {
    let app = [
        ("app.py", "import tool\nprint({tool.word, 'a', 'b', 'c'})"),
        ("tool.py", "import random\nword = random.random()"),
    ];
    let made = |extra: &[(&str, &str)]| {
        let folder = directory(&[&app[..], extra].concat());
        made(folder.path(), &["app.wasm", "app.py"])?;
        fs::read(folder.path().join("app.wasm")).ok()
    };
    let Some(one) = made(&[]) else { return };
    assert!(Some(&one) == made(&[("beside.txt", "")]).as_ref(), "two commands of one bundle differ");
    let folder = directory(&app);
    // A bundle becomes one as it is.
    assert_eq!(run_in(folder.path(), &["bundle", "-o", "app.exo", "--with-library", "app.py"]).code, Some(0));
    let ran = self::made(folder.path(), &["app.wasm", "--json", "app.exo"]).expect("it was made before");
    let said = json_of(&ran);
    assert_eq!((&said["file"], said["bytes"].as_u64()), (&json!("app.wasm"), Some(one.len() as u64)));
    assert!(fs::read(folder.path().join("app.wasm")).unwrap() == one, "that of its bundle differs");
}

#[test]
fn what_cannot_be_loaded_ahead_is_imported_where_the_program_runs() {
    let folder = directory(&[
        ("app.py", "try:\n    import broken\nexcept ValueError as error:\n    print('here:', error)\nimport needy"),
        ("broken.py", "raise ValueError('always')"),
        (
            "needy.py",
            "import os\nprint(os.environ['WHERE'])\ndef fail(): 1 / 0\nif len(__import__('sys').argv) > 1: fail()",
        ),
        ("data/x.txt", ""),
    ]);
    let Some(ran) = made(folder.path(), &["app.wasm", "app.py"]) else { return };
    assert!(ran.stderr.starts_with(
        "exocet: `broken` isn't loaded ahead: ValueError: always\nexocet: `needy` isn't loaded ahead: KeyError: 'WHERE'\n"
    ), "{}", ran.stderr);
    let Some(ended) = run(folder.path(), &["app.wasm"]) else { return };
    assert_eq!(ended, (Some(0), "here: always\nnode\n".to_owned(), String::new()));
    let (code, _, err) = run(folder.path(), &["app.wasm", "fail"]).expect("there is Node");
    let last: Vec<&str> = err.lines().rev().take(4).collect();
    assert_eq!(code, Some(1));
    assert_eq!(last[0], "ZeroDivisionError: division by zero", "{err}");
    assert!(err.contains("  File \"app.wasm/needy.py\", line 3, in fail\n    def fail(): 1 / 0\n"), "{err}");
}

#[test]
fn a_policy_holds_in_a_command() {
    let folder = directory(&[
        (
            "app.py",
            "import tool\ntry:\n    import socket\nexcept ImportError as error:\n    print(error)\ntry:\n    __import__(tool.name)\nexcept ImportError as error:\n    print(type(error).__name__)",
        ),
        ("tool.py", "name = 'json'"),
        ("policy.toml", "default = \"allow\"\n[[rule]]\ndeny = [\"socket\", \"json\"]"),
    ]);
    if made(folder.path(), &["app.wasm", "--policy", "policy.toml", "app.py"]).is_none() {
        return;
    }
    let Some((code, out, err)) = run(folder.path(), &["app.wasm"]) else { return };
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("socket") && out.contains("denied"), "{out}");
    assert_eq!(out.lines().last(), Some("ModuleNotFoundError"), "{out}");
}

#[test]
fn a_lock_holds_in_a_command() {
    let folder = directory(&[
        ("app.py", "import sys, tool\nif len(sys.argv) > 1: exec('made = 1')\nprint(tool.word)"),
        ("tool.py", "word = 'locked'"),
    ]);
    let ran = run_in(folder.path(), &["run", "--realm", "--trace", "app.record", "app.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "locked\n"), "{}", ran.stderr);
    let Some(ran) = made(folder.path(), &["app.wasm", "--record", "app.record", "app.py"]) else { return };
    // What the program may import is loaded ahead, though nobody else may.
    assert!(!ran.stderr.contains("ahead"), "{}", ran.stderr);
    let Some((code, out, err)) = run(folder.path(), &["app.wasm"]) else { return };
    assert_eq!((code, out.as_str()), (Some(0), "locked\n"), "{err}");
    let (code, out, err) = run(folder.path(), &["app.wasm", "more"]).expect("there is Node");
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("lock"), "{err}");
}

#[test]
fn what_cannot_become_a_command_is_one_error() {
    let folder = directory(&[("tool.py", ""), ("broken.exo", "PK\x03\x04")]);
    assert!(
        made(folder.path(), &["tool.wasm", "--path", ".", "tool"])
            .is_none_or(|ran| ran.stderr.contains("tool.wasm: 1 module"))
    );
    let ran = run_in(folder.path(), &["bundle", "--wasi", "a.wasm", "broken.exo"]);
    assert!(ran.code != Some(0) && ran.stderr.lines().count() == 1, "{ran:?}");
    let ran = run_in(folder.path(), &["bundle", "--wasi", "no/such/a.wasm", "tool.py"]);
    assert!(ran.code != Some(0) && ran.stderr.lines().count() == 1, "{ran:?}");
    // Nothing but WebAssembly is replaced, and nothing that was asked for is passed over.
    let ran = run_in(folder.path(), &["bundle", "--wasi", "tool.py", "tool.py"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(2), "exocet: `tool.py` is there, and is no WebAssembly: it isn't replaced\n")
    );
    assert_eq!(run_in(folder.path(), &["bundle", "--output", "tool.exo", "tool.py"]).code, Some(0));
    let ran = run_in(folder.path(), &["bundle", "--wasi", "a.wasm", "--compiled", "tool.exo"]);
    let said = "exocet: `tool.exo` is a bundle, which becomes a command as it is, without --compiled\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), said));
}
