//! CPython: `python3`, or what `PYTHON` names, which measures itself in processes of its own.

use crate::{
    COMMON, NORMAL, TEXT,
    rounds::{Job, Jobs, Work, process},
};
use std::{env, fs, process::Command, sync::OnceLock};

/// The interpreter itself: what is named may be a launcher that takes longer to start than it does.
fn python() -> Command {
    static INTERPRETER: OnceLock<String> = OnceLock::new();
    let interpreter = INTERPRETER.get_or_init(|| {
        let mut named = Command::new(env::var_os("PYTHON").unwrap_or_else(|| "python3".into()));
        output(named.args(["-c", "import sys; print(sys.executable)"]))
    });
    let mut command = Command::new(interpreter);
    command.args(["-I", "-S"]);
    command
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("there is a python3, or PYTHON names one");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn version() -> String {
    output(python().arg("--version")).replace("Python ", "")
}

/// A kind of work that `python.py` knows, in a folder of its own.
fn work(kind: &'static str, memory: &'static str) -> Job {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("plugin.py"), include_str!("../plugins/plugin.py")).expect("it can be written");
    Box::new(move |times| {
        let mut command = python();
        command.args(["-c", include_str!("python.py"), kind]).arg(folder.path());
        command.args([TEXT, NORMAL, &COMMON.join(" "), &times.to_string(), memory]);
        output(&mut command).parse().expect("it is a number")
    })
}

/// Its import system, with the file in a folder.
pub fn importing() -> Jobs {
    let empty = || {
        let mut command = python();
        command.args(["-c", "pass"]);
        command
    };
    Jobs::from([
        (Work::Process, process(empty)),
        (Work::Cold, work("cold import", "")),
        (Work::Warm, work("warm import", "")),
        (Work::Call, work("call", "")),
        (Work::Instance, work("warm import", "memory")),
    ])
}

/// No import system: compiled text, run in a module that was made by hand.
pub fn by_hand() -> Jobs {
    Jobs::from([
        (Work::Cold, work("cold by hand", "")),
        (Work::Warm, work("warm by hand", "")),
        (Work::Instance, work("warm by hand", "memory")),
    ])
}
