//! CPython, to compare with: `python3`, or what `PYTHON` names.

use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// The interpreter itself: what is named may be a launcher that takes longer to start than it does.
fn python() -> Command {
    static INTERPRETER: OnceLock<OsString> = OnceLock::new();
    Command::new(INTERPRETER.get_or_init(|| {
        let named = env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
        let asked = Command::new(&named).args(["-c", "import sys; print(sys.executable)"]).output();
        match asked.ok().and_then(|output| String::from_utf8(output.stdout).ok()).map(|text| text.trim().to_owned()) {
            Some(interpreter) if !interpreter.is_empty() => interpreter.into(),
            _ => named,
        }
    }))
}

/// An interpreter that imports a module again and again, from bytecode.
pub struct Importer {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Importer {
    /// Imports `module` from `folder` and calls its `function`; `own` are the packages that are forgotten between imports. None without
    /// a CPython.
    pub fn start(folder: &Path, module: &str, function: &str, own: &[&str]) -> Option<Self> {
        let mut process = python()
            .args(["-c", include_str!("python.py"), module, function, "World"])
            .args(own)
            .env("PYTHONPATH", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (orders, answers) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        Some(Self { process, orders, answers })
    }

    /// How long so many imports and calls take.
    pub fn imports(&mut self, times: u64) -> Duration {
        writeln!(self.orders, "{times}").expect("it reads");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        Duration::from_nanos(line.trim().parse().expect("it is a number"))
    }
}

impl Drop for Importer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How long it takes to start an interpreter as small as it gets, to import a module in it and to call a function.
pub fn start_and_import(folder: &Path, module: &str, function: &str) -> Duration {
    let code = format!("import sys; sys.path.insert(0, {folder:?}); import {module}; {module}.{function}('World')");
    let began = Instant::now();
    let output = python().args(["-I", "-S", "-c", &code]).output().expect("it starts");
    let took = began.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    took
}
