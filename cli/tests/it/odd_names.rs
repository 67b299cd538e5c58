//! Arguments, folders and files whose names are not UTF-8.

use crate::support::directory;
use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::OsStrExt,
    path::Path,
    process::{Command, Output},
};

fn odd(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

#[track_caller]
fn ran(exocet: &Path, folder: &Path, arguments: &[&OsStr]) -> Output {
    let output = Command::new(exocet).args(arguments).current_dir(folder).output().expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        !stderr.contains("panicked") && output.status.code().is_some_and(|code| code <= 2),
        "{arguments:?}: {stderr}"
    );
    output
}

const EXOCET: &str = env!("CARGO_BIN_EXE_exocet");

#[track_caller]
fn says(folder: &Path, arguments: &[&OsStr], stdout: &str) {
    let output = ran(Path::new(EXOCET), folder, arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said, stdout, "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn program_gets_an_argument_as_it_is() {
    let show = "import os, sys\nprint(ascii(sys.argv[1:]), ascii(sys.orig_argv[-1]), os.fsencode(sys.argv[1]))";
    let folder = directory(&[("show.py", show)]);
    let expected = "['a\\udcff'] 'a\\udcff' b'a\\xff'\n";
    for line in [
        &["run", "show.py"][..],
        &["show.py"],
        &["run", "-m", "show"],
        &["-m", "show"],
        &["-c", show],
        &["run", "-c", show],
    ] {
        let arguments: Vec<_> = line.iter().map(OsStr::new).chain([odd(b"a\xff")]).collect();
        says(folder.path(), &arguments, expected);
    }
}

#[test]
fn no_command_panics() {
    let folder = directory(&[("app.py", "")]);
    let name = odd(b"\xff");
    for line in [
        "",
        "run",
        "run -m",
        "run -c",
        "run --path",
        "run --deny",
        "run --override",
        "run --policy",
        "run --locked",
        "list",
        "list --path",
        "load",
        "load --path",
        "imports",
        "graph",
        "graph --path",
        "check",
        "check --record",
        "explain app",
        "lock",
        "trace",
        "bench",
        "cache",
        "completions",
        "help",
        "-m",
        "-c",
        "-W",
        "-X",
        "-",
        "--",
        "-\u{e9}",
    ] {
        let arguments: Vec<_> = line.split_whitespace().map(OsStr::new).chain([name]).collect();
        ran(Path::new(EXOCET), folder.path(), &arguments);
    }
}

#[cfg(feature = "stdlib")]
#[test]
fn folder_and_program_work_whatever_their_names() {
    let folder = directory(&[("lib/dep.py", "word = 'found'"), ("lib/app.py", "import dep\nprint(dep.word)")]);
    let path = folder.path();
    let place = path.join(odd(b"lib\xff"));
    fs::rename(path.join("lib"), &place).expect("a folder");
    fs::copy(place.join("app.py"), place.join(odd(b"app\xff.py"))).expect("a file");
    let code = OsStr::new("import dep; print(dep.word)");
    let [run, c, path_option, realm] = ["run", "-c", "--path", "--realm"].map(OsStr::new);
    let inner = |file: &[u8]| OsString::from(Path::new(odd(b"lib\xff")).join(odd(file)));
    says(path, &[run, &inner(b"app.py")], "found\n");
    says(path, &[run, realm, &inner(b"app.py")], "found\n");
    says(path, &[&inner(b"app\xff.py")], "found\n");
    says(path, &[run, path_option, odd(b"lib\xff"), c, code], "found\n");
    // The current folder.
    says(&place, &[c, code], "found\n");
    says(&place, &[OsStr::new("-m"), OsStr::new("app")], "found\n");
    says(&place, &[OsStr::new("app.py")], "found\n");
    let output = Command::new(EXOCET).arg("-c").arg(code).env("PYTHONPATH", &place).current_dir(path).output();
    assert_eq!(output.expect("it runs").stdout, b"found\n");
    // The executable's own path.
    let own = place.join(odd(b"exo\xff"));
    fs::copy(EXOCET, &own).expect("a file");
    let again = OsStr::new(
        "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(7)'], capture_output=True).stdout)",
    );
    assert_eq!(ran(&own, path, &[c, again]).stdout, b"b'7\\n'\n");
}
