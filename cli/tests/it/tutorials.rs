//! Tutorials in the book are done as they stand: files are written as they are shown, and what is typed is typed.

use crate::{
    documents::{Block, blocks_of, pages},
    support::{directory, run_in, write},
};
use std::{
    fs,
    io::{BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// How long a program may take to print what is shown.
const LONGEST: Duration = Duration::from_secs(60);

/// What a program prints when it waits for a line.
const PROMPT: &str = "> ";

#[test]
fn tutorials_work() {
    let mut sessions = 0;
    for page in pages() {
        let folder = directory(&[]);
        let mut program: Option<Program> = None;
        for Block { place, language, text } in blocks_of(&page) {
            match language.split_once(' ') {
                Some(("python" | "text", file)) if file.contains('.') => write(folder.path(), &[(file, &text)]),
                Some(("console", "commands")) => steps(&text).iter().for_each(|step| step.run(folder.path(), &place)),
                Some(("console", "session")) => {
                    sessions += 1;
                    for step in steps(&text) {
                        step.take(folder.path(), &mut program, &place);
                    }
                }
                _ => {}
            }
        }
        if let Some(program) = program {
            program.end(&page);
        }
    }
    assert!(sessions > 0, "no page has a tutorial");
}

/// Something that a person types, and what is printed then.
struct Step<'a> {
    typed: &'a str,
    printed: String,
}

/// The steps of a session: a line that begins with a prompt is typed.
fn steps(session: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in session.lines() {
        match steps.last_mut() {
            Some(step) if !line.starts_with(PROMPT) && !line.starts_with("$ ") => step.printed += &format!("{line}\n"),
            _ => steps.push(Step { typed: line, printed: String::new() }),
        }
    }
    steps
}

impl Step<'_> {
    /// Runs a command that ends by itself, and prints what is shown on both streams. Failures are part of what is shown.
    fn run(&self, folder: &Path, place: &str) {
        let line = self.typed.strip_prefix("$ exocet ").unwrap_or_else(|| panic!("{place}: {}", self.typed));
        let ran = run_in(folder, &line.split(' ').collect::<Vec<_>>());
        let folder = fs::canonicalize(folder).expect("it is there");
        let printed = format!("{}{}", ran.stdout, ran.stderr).replace(&format!("{}/", folder.display()), "");
        assert_eq!(printed, self.printed, "{place}, {}", self.typed);
    }

    fn take(&self, folder: &Path, program: &mut Option<Program>, place: &str) {
        if let Some(files) = self.typed.strip_prefix("$ rm ") {
            files.split(' ').for_each(|file| fs::remove_file(folder.join(file)).expect("it is there"));
            return;
        }
        if let Some(line) = self.typed.strip_prefix("$ exocet ") {
            if let Some(former) = program.replace(Program::start(line, folder)) {
                former.end(place);
            }
        } else {
            let line = self.typed.strip_prefix(PROMPT).unwrap_or_else(|| panic!("{place}: {}", self.typed));
            program.as_mut().expect("a program runs").write(line);
        }
        let program = program.as_mut().expect("a program runs");
        assert_eq!(program.read(), format!("{}{PROMPT}", self.printed), "{place}, {}", self.typed);
    }
}

/// A program that is typed to.
struct Program {
    child: Child,
    input: ChildStdin,
    output: Receiver<u8>,
}

impl Program {
    fn start(line: &str, folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_exocet"))
            .args(line.split(' '))
            .env("EXOCET_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (input, stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let (sender, output) = channel();
        thread::spawn(move || {
            BufReader::new(stdout).bytes().map_while(Result::ok).try_for_each(|byte| sender.send(byte))
        });
        Self { child, input, output }
    }

    fn write(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("it reads");
    }

    /// What it prints until it waits for the next line.
    fn read(&mut self) -> String {
        let mut read = String::new();
        while !read.ends_with(&format!("\n{PROMPT}")) && read != PROMPT {
            match self.output.recv_timeout(LONGEST) {
                Ok(byte) => read.push(byte.into()),
                Err(_) => break,
            }
        }
        read
    }

    /// Ends its input, after which it prints nothing more.
    fn end(self, place: &str) {
        let Self { mut child, input, output } = self;
        drop(input);
        let rest: Vec<u8> = output.iter().collect();
        assert_eq!(String::from_utf8_lossy(&rest), "", "{place}");
        assert!(child.wait().expect("it can be waited for").success(), "{place}");
    }
}
