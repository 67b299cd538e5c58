//! Output that nobody reads to its end.

use crate::{
    records::{lines, load},
    support::directory,
};
use std::{
    path::Path,
    process::{Command, Stdio},
};

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

#[cfg(unix)]
#[test]
fn closed_pipe_is_no_failure() {
    let text: String = (0..4000).map(|at| format!("import a_module_of_some_long_name_{at}\n")).collect();
    let events: Vec<_> = (1..4000).map(|id| load(id, None, "module", id, 1, 1)).collect();
    let record = lines(&events);
    let folder = directory(&[("app.py", &text), ("run.record", &record)]);
    for line in [
        "graph --path . app",
        "check --path . app",
        "check --path . --json app",
        "trace run.record",
        "trace --format html run.record",
    ] {
        let (code, stderr) = cut_short(folder.path(), line);
        assert!(
            code == Some(0) && !stderr.contains("panicked") && !stderr.contains("pipe"),
            "{line}: {code:?}: {stderr}"
        );
    }
}

/// Runs a command whose output nobody reads to its end.
#[cfg(unix)]
fn cut_short(folder: &Path, line: &str) -> (Option<i32>, String) {
    use std::{io::Read, process::Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_exocet"));
    command.args(line.split_whitespace()).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut first = [0; 1];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("a first letter");
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
