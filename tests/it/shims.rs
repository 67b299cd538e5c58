//! The small standard library of `stdlib_shims`: each script of `tests/shims` says there what it says in CPython.
//!
//! A script leaves what it found in a list of strings, `lines`. Where there is no `python3`, there is nothing to compare
//! with, and the test says so and ends.

use crate::support::handle;
use exocet::{
    Memory, Runtime,
    raw::{self, load, traceback},
    source::open,
    vm::{PyObjectRef, PyResult},
};
use std::{fs, path::PathBuf, process::Command};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The names of the scripts, sorted; `EXOCET_SHIM` chooses one.
fn scripts() -> Vec<String> {
    let chosen = std::env::var("EXOCET_SHIM").ok();
    let names = fs::read_dir(folder("tests/shims")).expect("the folder");
    let names = names.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"));
    let mut names: Vec<_> = names
        .filter_map(|name| name.strip_suffix(".py").map(str::to_owned))
        .filter(|name| name.starts_with("t_") && chosen.as_ref().is_none_or(|chosen| name == chosen))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

/// What a script finds in CPython, a line for each; nothing without a CPython that is new enough.
fn expected(script: &str) -> Option<Vec<String>> {
    let code = "
import sys
if sys.version_info < (3, 11): sys.exit(77)
sys.path.insert(0, sys.argv[1])
print('\\n'.join(map(ascii, __import__(sys.argv[2]).lines)))
";
    let arguments = ["-I", "-B", "-c", code];
    let ended = Command::new("python3").args(arguments).arg(folder("tests/shims")).arg(script).output().ok()?;
    if ended.status.code() == Some(77) {
        return None;
    }
    assert!(ended.status.success(), "{script} in CPython:\n{}", String::from_utf8_lossy(&ended.stderr));
    Some(String::from_utf8_lossy(&ended.stdout).lines().map(str::to_owned).collect())
}

/// Compares what each script finds here with what it finds in CPython. `run` gives the script's module.
#[track_caller]
fn check(run: &str, without: &[&str]) {
    let code = format!("{run}\nlines = list(map(ascii, run(name).lines))\n");
    let mut failed = String::new();
    for script in scripts().into_iter().filter(|script| !without.contains(&script.as_str())) {
        let Some(expected) = expected(&script) else {
            eprintln!("there is no CPython of 3.11 or newer to compare with");
            return;
        };
        let found = lines(&script, &code);
        for (at, expected) in expected.iter().enumerate() {
            if found.get(at) != Some(expected) {
                let found = found.get(at).map_or("nothing", String::as_str);
                failed += &format!("{script}, line {at} of what it found:\n  CPython {expected}\n  here    {found}\n");
            }
        }
        if found.len() > expected.len() {
            failed += &format!("{script} found more than in CPython: {:?}\n", &found[expected.len()..]);
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// The list `lines` that `code` makes in an interpreter of its own; what it raised, if it did.
fn lines(script: &str, code: &str) -> Vec<String> {
    let sources = ["stdlib_shims", "tests/shims"].map(|name| open(folder(name)).expect("the folder opens"));
    let [shims, scripts] = sources;
    let main = Memory::new("<main>").with("main_of_test.py", format!("name = {script:?}\n{code}"));
    let runtime = Runtime::builder().isolated().shared_source(shims).shared_source(scripts).source(main);
    runtime.build().expect("it starts").enter(|vm| {
        let run = || {
            let main = load(&handle("main_of_test", vm)?, &raw::pass_through(vm), vm)?;
            main.get_attr("lines", vm)?
                .try_into_value::<Vec<PyObjectRef>>(vm)?
                .into_iter()
                .map(|line| line.try_into_value::<String>(vm))
                .collect::<PyResult<Vec<_>>>()
        };
        run().unwrap_or_else(|error| vec![traceback(&error, vm)])
    })
}

#[test]
#[cfg(not(feature = "library"))]
fn shims_do_what_cpython_does() {
    check("run = __import__", &[]);
}

#[test]
#[cfg(feature = "stdlib")]
fn the_embedded_library_does_what_cpython_does() {
    check("import sys\nsys.path.pop(0)\nrun = __import__", &[]);
}

#[test]
#[cfg(feature = "stdlib")]
fn shims_do_what_cpython_does_beside_the_embedded_library() {
    // Which warnings are shown the interpreter asks the module that it has imported itself.
    check("from under_shims import run", &["t_warnings"]);
}

#[test]
#[cfg(feature = "stdlib")]
fn what_stands_in_within_a_realm_does_what_cpython_does() {
    let without: Vec<_> = scripts().into_iter().filter(|script| !STAND_INS.contains(&script.as_str())).collect();
    let without: Vec<_> = without.iter().map(String::as_str).collect();
    let run = "import exocet, sys\nsys.path.pop(0)\nrun = exocet.Realm(path=[entry for entry in sys.path if entry.endswith('tests/shims')]).loadNamed";
    check(run, &without);
}

/// The scripts about what imports by itself, or tells of what is imported.
#[cfg(feature = "stdlib")]
const STAND_INS: [&str; 4] = ["t_importlib", "t_pkgutil", "t_runpy", "t_sys"];

#[test]
fn newer_syntax_finds_what_it_needs() {
    let found = lines("newer", "lines = __import__(name).lines");
    assert_eq!(found, ["type parameters", "names that are not known", "unions", "super in slots"]);
}

#[test]
#[cfg(not(feature = "stdlib"))]
fn tracebacks_have_the_source_text_of_memory_too() {
    let code = "def fail():\n    {}['key']\ntry:\n    fail()\nexcept KeyError as error:\n    raise ValueError('no') from error\n";
    let expected = "Traceback (most recent call last):
  File \"<guest>/guest.py\", line 4, in <module>
    fail()
  File \"<guest>/guest.py\", line 2, in fail
    {}['key']
KeyError: 'key'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"<guest>/guest.py\", line 6, in <module>
    raise ValueError('no') from error
ValueError: no
";
    let guest = Memory::new("<guest>").with("guest.py", code);
    let shims = open(folder("stdlib_shims")).expect("the folder opens");
    let runtime = Runtime::builder().isolated().shared_source(shims).source(guest).build().expect("it starts");
    runtime.enter(|vm| {
        let guest = handle("guest", vm).expect("it is there");
        let error = load(&guest, &raw::pass_through(vm), vm).expect_err("it raises");
        assert_eq!(traceback(&error, vm), expected);
        assert!(vm.import("traceback", 0).is_ok());
    });
}
