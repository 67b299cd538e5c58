//! The same work in a CPython: a process of its own that gets its requests as lines.

use super::{
    INSTANCES, REPEAT,
    contender::Contender,
    results::{Contestant, Samples, Work},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};
use tempfile::TempDir;

pub(crate) struct Baseline {
    contestant: Contestant,
    /// The function that is called in each module, if one is.
    call: Option<String>,
    process: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    /// Where it leaves its bytecode, so that none appears beside anybody's source.
    _bytecode: TempDir,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Ok(Value),
    Error(String),
}

impl Baseline {
    /// Starts `python`, which finds modules in `folders` first, and calls that function in each, if there is one.
    ///
    /// # Errors
    /// A message that names `python`, if it can't be started or is no CPython.
    pub(crate) fn start(python: &str, folders: &[String], call: Option<&str>) -> Result<Self, String> {
        let fail = |what: &dyn std::fmt::Display| format!("`{python}` can't be measured: {what}");
        let bytecode = tempfile::tempdir().map_err(|error| fail(&error))?;
        let mut process = Command::new(python)
            .args(["-I", "-c", include_str!("baseline.py")])
            .arg(bytecode.path())
            .args(folders)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| fail(&error))?;
        let requests = process.stdin.take().ok_or_else(|| fail(&"it has no input"))?;
        let replies = BufReader::new(process.stdout.take().ok_or_else(|| fail(&"it has no output"))?);
        let contestant = Contestant { name: python.to_owned(), version: String::new() };
        let call = call.map(str::to_owned);
        let mut baseline = Self { contestant, call, process, requests, replies, _bytecode: bytecode };
        baseline.contestant.version = baseline.ask(json!({"work": "version"})).map_err(|error| fail(&error))?;
        Ok(baseline)
    }

    fn load(&mut self, work: &str, name: &str, times: usize) -> Result<Samples, String> {
        self.ask(json!({"work": work, "name": name, "times": times, "call": self.call}))
    }

    fn ask<T: DeserializeOwned>(&mut self, request: Value) -> Result<T, String> {
        let gone = |error: &dyn std::fmt::Display| format!("the process ended: {error}");
        writeln!(self.requests, "{request}").and_then(|()| self.requests.flush()).map_err(|error| gone(&error))?;
        let mut line = String::new();
        self.replies.read_line(&mut line).map_err(|error| gone(&error))?;
        match serde_json::from_str(&line).map_err(|_| gone(&"no answer"))? {
            Reply::Ok(value) => serde_json::from_value(value).map_err(|error| error.to_string()),
            Reply::Error(error) => Err(error),
        }
    }
}

impl Contender for Baseline {
    fn contestant(&self) -> Contestant {
        self.contestant.clone()
    }

    /// Imports the module once with all that it imports, and leaves its bytecode.
    fn prepare(&mut self, name: &str) -> Result<(), String> {
        self.load("bytecode", name, 1).map(drop)
    }

    fn round(&mut self, name: &str, work: Work) -> Result<Option<Samples>, String> {
        match work {
            Work::Cold => self.load("source", name, 1),
            Work::Disk => self.load("bytecode", name, 1),
            // There is no quicker way to a fresh module than from its bytecode.
            Work::Warm => self.load("bytecode", name, REPEAT),
            Work::Start | Work::Call => return Ok(None),
        }
        .map(Some)
    }

    fn memory(&mut self, name: &str) -> Result<Option<f64>, String> {
        self.ask(json!({"work": "memory", "name": name, "times": INSTANCES}))
    }
}

impl Drop for Baseline {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
