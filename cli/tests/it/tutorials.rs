//! Tutorials and other pages of the book that have files are done as they stand: files are written as they are shown, what is typed is
//! typed, and what is printed is compared. Where it is measured, its numbers may be others.

use crate::{
    documents::{Block, blocks_of, pages},
    support::{directory, run_in, write},
};
use std::{
    fs,
    io::{BufReader, Read, Write},
    mem,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        LazyLock,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

/// How long a program may take to print what is shown.
const LONGEST: Duration = Duration::from_secs(60);

/// Where the tests keep the guest that is compiled for this machine.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");

/// The cache folder of whoever reads the pages.
const SHOWN_CACHE: &str = "/home/ann/.cache/exocet";

/// What a program prints when it waits for a line.
const PROMPT: &str = "> ";

#[test]
fn tutorials_work() {
    let mut sessions = 0;
    for page in pages() {
        let folder = directory(&[]);
        let place_of_cache = directory(&[]);
        let cache = fs::canonicalize(place_of_cache.path()).expect("it is there").join("exocet");
        let mut program: Option<Program> = None;
        for Block { place, language, text } in blocks_of(&page) {
            match language.split_once(' ') {
                Some((_, file)) if is_file(file) => write(folder.path(), &[(file, &text)]),
                Some(("console", "commands")) => {
                    steps(&text).iter().for_each(|step| step.run(folder.path(), &cache, &place, str::to_owned));
                }
                // What is measured beside CPython needs one.
                Some(("console", "measured")) if !text.contains("CPython") || has_python() => {
                    steps(&text).iter().for_each(|step| step.run(folder.path(), &cache, &place, without_figures));
                }
                Some(("console", "isolate")) if has_guest() && (!text.contains("CPython") || has_python()) => {
                    let cache = Path::new(CACHE);
                    steps(&text).iter().for_each(|step| step.run(folder.path(), cache, &place, without_figures));
                }
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

/// Whether what follows the language of a block names a file.
pub fn is_file(word: &str) -> bool {
    word.contains('.')
}

/// Whether this build has the guest that isolates need.
fn has_guest() -> bool {
    static HAS_GUEST: LazyLock<bool> = LazyLock::new(|| {
        let ran = run_in(directory(&[]).path(), &["run", "--isolated", "-c", ""]);
        !ran.stderr.contains("this build holds no guest")
    });
    *HAS_GUEST
}

/// Whether there is a CPython to compare with.
fn has_python() -> bool {
    Command::new("python3").arg("--version").output().is_ok_and(|python| python.status.success())
}

/// A text without its figures: what is a number or a unit is `#`, and the width of columns doesn't count.
fn without_figures(text: &str) -> String {
    let words = |line: &str| line.split_whitespace().map(without_figure).collect::<Vec<_>>().join(" ");
    text.lines().map(|line| words(line) + "\n").collect()
}

fn without_figure(word: &str) -> String {
    let is_of_number = |char: char| char.is_ascii_digit() || ".,".contains(char);
    if ["ns", "us", "ms", "s", "B", "KiB", "MiB", "GiB"].contains(&word.trim_start_matches(is_of_number)) {
        return "#".to_owned();
    }
    let mut left = String::new();
    for char in word.chars() {
        match char {
            '0'..='9' if !left.ends_with('#') => left.push('#'),
            _ if is_of_number(char) && left.ends_with('#') => {}
            _ => left.push(char),
        }
    }
    left
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
    /// Of both, what `compared` leaves of it is compared.
    fn run(&self, folder: &Path, cache: &Path, place: &str, compared: fn(&str) -> String) {
        if let Some(file) = self.typed.strip_prefix("$ cat ") {
            let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{place}, {file}: {error}"));
            return assert_eq!(compared(&text), compared(&self.printed), "{place}, {}", self.typed);
        }
        let line = self.typed.strip_prefix("$ exocet ").unwrap_or_else(|| panic!("{place}: {}", self.typed));
        let (line, file) = line.split_once(" > ").map_or((line, None), |(line, file)| (line, Some(file)));
        let mut command = Command::new(env!("CARGO_BIN_EXE_exocet"));
        command.args(words(line)).env("EXOCET_CACHE_DIR", cache).current_dir(folder).stdin(Stdio::null());
        let mut ran = command.output().expect("it starts");
        if let Some(file) = file {
            fs::write(folder.join(file), mem::take(&mut ran.stdout)).expect("it can be written");
        }
        let folder = fs::canonicalize(folder).expect("it is there");
        let printed = String::from_utf8([ran.stdout, ran.stderr].concat()).expect("UTF-8");
        let printed =
            printed.replace(&format!("{}/", folder.display()), "").replace(&*cache.to_string_lossy(), SHOWN_CACHE);
        assert_eq!(compared(&printed), compared(&self.printed), "{place}, {}", self.typed);
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

/// The words of a command line. Apostrophes hold together what is between them.
fn words(line: &str) -> Vec<&str> {
    let quoted = line.split('\'').enumerate();
    quoted.flat_map(|(at, part)| if at % 2 == 0 { part.split_whitespace().collect() } else { vec![part] }).collect()
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
