//! What can't be written, because the disk is full, is one message and exit code 1.

use crate::support::directory;
use std::{
    fs::File,
    process::{Command, Stdio},
};

/// Runs a command in a folder with nothing but a full disk to write to, and checks that this is reported.
#[track_caller]
fn fails(folder: &std::path::Path, line: &str, named: &str) {
    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = Command::new(env!("CARGO_BIN_EXE_exocet"))
        .args(line.split_whitespace())
        .current_dir(folder)
        .env("EXOCET_CACHE_DIR", folder.join("cache"))
        .stdin(Stdio::null())
        .stdout(full)
        .output()
        .expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let told = stderr.lines().filter(|line| line.contains(named) && line.contains("No space left on device")).count();
    assert!(output.status.code() == Some(1) && told == 1 && !stderr.contains("panicked"), "{line}: {stderr}");
}

#[test]
fn stdout_on_a_full_disk_is_an_error() {
    let folder = directory(&[("app.py", "import dep\nimport dep\n"), ("dep.py", ""), ("print.py", "print(1)")]);
    let recorded = Command::new(env!("CARGO_BIN_EXE_exocet"))
        .args(["run", "--trace", "record", "app.py"])
        .current_dir(folder.path())
        .status();
    assert!(recorded.expect("it starts").success());
    for line in [
        "list --path .",
        "list --path . --json",
        "load --path . app",
        "load --path . --json app",
        "imports --path . app",
        "imports --path . --json app",
        "graph --path . app",
        "graph --path . --format html app",
        "graph --path . --format dot app",
        "graph --path . --format mermaid app",
        "graph --path . --format json app",
        "check --path . --deny dep app",
        "check --path . --deny dep --json app",
        "explain app dep",
        "lock record",
        "trace record",
        "trace --format html record",
        "trace --format json record",
        "trace --format chrome record",
        "cache info",
        "cache info --json",
        "completions bash",
        "--help",
        "run --help",
        "-V",
        "-Ih",
    ] {
        fails(folder.path(), line, "stdout");
    }
    fails(folder.path(), "run print.py", "<stdout>");
}

#[test]
fn record_on_a_full_disk_is_an_error() {
    let folder =
        directory(&[("app.py", "import dep"), ("dep.py", ""), ("fails.py", "import dep\nraise SystemExit(7)")]);
    for line in ["run --trace /dev/full app.py", "run --trace /dev/full fails.py"] {
        fails(folder.path(), line, "/dev/full");
    }
}
