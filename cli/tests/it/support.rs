//! Running the command line on small trees of files.

#[path = "../../../tests/it/support/tree.rs"]
mod tree;
pub use tree::{Tree, archive, directory, write};

#[cfg(unix)]
use nix::sys::signal::{SigHandler, Signal, signal};
use serde_json::Value;
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The command line, with this done about Ctrl-C when it starts: shells ignore it for what they run in the background, and that is
/// inherited.
#[cfg(unix)]
pub fn command_with_interrupts(handler: SigHandler) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(env!("CARGO_BIN_EXE_exocet"));
    // SAFETY: between fork and exec the system is called once.
    unsafe { command.pre_exec(move || Ok(signal(Signal::SIGINT, handler).map(drop)?)) };
    command
}

/// Runs a command in `folder`, with nothing to read.
#[track_caller]
pub fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    run_reading(folder, arguments, "")
}

/// Runs a command in `folder` that may read `input`.
#[track_caller]
pub fn run_reading(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_exocet"))
        .args(arguments)
        .env("EXOCET_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // A command that reads nothing may have ended.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let output = ended.recv_timeout(Duration::from_secs(120)).expect("it doesn't hang").expect("it can be waited for");
    let ran = Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    assert!(!ran.stderr.contains("panicked"), "{arguments:?}: {ran:#?}");
    ran
}

/// Runs a command, its words separated by spaces, in a folder that holds `tree`.
#[track_caller]
pub fn run(tree: Tree<'_>, line: &str) -> Ran {
    run_in(directory(tree).path(), &line.split_whitespace().collect::<Vec<_>>())
}

/// Checks what a command prints on stdout, and that it succeeds.
#[track_caller]
pub fn prints(tree: Tree<'_>, line: &str, stdout: &str) {
    let ran = run(tree, line);
    assert_eq!((ran.stdout.as_str(), ran.code), (stdout, Some(0)), "{line}: {}", ran.stderr);
}

#[track_caller]
pub fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}
