//! `run --watch` and `plugins run --watch`: real files that change under real processes.

use crate::support::{Tree, command_with_interrupts, directory, run, write};
use nix::sys::signal::SigHandler;
use std::{
    fmt, fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take.
const LONG: Duration = Duration::from_secs(60);

/// A command that runs while its files change.
struct Watched {
    child: Child,
    stdout: Lines,
    stderr: Lines,
}

/// What a command writes to one of its streams, of which each has an order of its own.
struct Lines {
    coming: Receiver<String>,
    seen: Vec<String>,
}

impl Watched {
    fn start(folder: &Path, line: &str) -> Self {
        let mut child = command_with_interrupts(SigHandler::SigDfl)
            .args(line.split_whitespace())
            .env("EXOCET_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = Lines::of(child.stdout.take().expect("a pipe"));
        let stderr = Lines::of(child.stderr.take().expect("a pipe"));
        Self { child, stdout, stderr }
    }

    /// Waits for a line on stdout that contains `text`.
    #[track_caller]
    fn prints(&mut self, text: &str) {
        if self.stdout.next(text).is_none() {
            panic!("{text:?} isn't printed: {self}");
        }
    }

    /// Waits for a line on stderr that contains `text`, and returns it.
    #[track_caller]
    fn reports(&mut self, text: &str) -> String {
        self.stderr.next(text).unwrap_or_else(|| panic!("{text:?} isn't reported: {self}"))
    }

    /// Interrupts it, and checks that it ends by that.
    #[track_caller]
    fn interrupt(self) {
        self.end("-INT", 2);
    }

    fn end(mut self, signal: &str, number: i32) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        let end = Instant::now() + LONG;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                break status;
            }
            assert!(Instant::now() < end, "the signal doesn't end it: {self}");
            thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.signal(), Some(number), "{self}");
    }
}

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let (sender, coming) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                // A test that has ended reads no more.
                let _ = sender.send(line);
            }
        });
        Self { coming, seen: Vec::new() }
    }

    /// The next line that contains `text`; none if it doesn't come.
    fn next(&mut self, text: &str) -> Option<String> {
        let end = Instant::now() + LONG;
        loop {
            let line = self.coming.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
            self.seen.push(line.clone());
            if line.contains(text) {
                return Some(line);
            }
        }
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stdout {:#?}, stderr {:#?}", self.stdout.seen, self.stderr.seen)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It has ended, where all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts a finished file in the place of another, as most editors do.
fn rename_over(folder: &Path, file: &str, text: &str) {
    let new = folder.join("new.tmp");
    fs::write(&new, text).expect("it can be written");
    fs::rename(new, folder.join(file)).expect("it can be renamed");
}

/// A program that prints what its helper returns, whenever that is another value than before.
const LOOP: Tree<'static> = &[
    ("helper.py", "def f(): return 'one'"),
    (
        "app.py",
        "
import time
from helper import f
last = None
while last != 'end':
    if f() != last:
        last = f()
        print('first', last, flush=True)
    time.sleep(0.01)
raise ValueError('the end')
",
    ),
];

#[test]
fn helper_is_replaced_while_the_program_runs() {
    let folder = directory(LOOP);
    let mut program = Watched::start(folder.path(), "run --watch app.py");
    program.prints("first one");
    rename_over(folder.path(), "helper.py", "def f(): return 'two'");
    program.prints("first two");
    fs::write(folder.path().join("helper.py"), "def f(): return 'three'").expect("a file");
    program.prints("first three");
    fs::write(folder.path().join("helper.py"), "def f(): return (").expect("a file");
    let kept = program.reports("exocet: kept the old `helper`: can't parse ");
    assert!(kept.contains("helper.py") && kept.contains("line 1") | kept.contains("line 2"), "{kept}");
    fs::write(folder.path().join("helper.py"), "raise OSError('at load')").expect("a file");
    program.reports("exocet: kept the old `helper` (helper.py changed): OSError: at load");
    fs::write(folder.path().join("helper.py"), "def f(): return 'four'").expect("a file");
    program.prints("first four");
    assert!(!program.stderr.seen.iter().any(|line| line.contains("starting again")), "{program}");
    program.interrupt();
}

#[test]
fn main_file_starts_the_program_again() {
    let folder = directory(LOOP);
    let app = LOOP[1].1;
    let mut program = Watched::start(folder.path(), "run --watch app.py");
    program.prints("first one");
    rename_over(folder.path(), "app.py", &app.replace("first", "def"));
    program.reports("exocet: starting again (app.py changed)");
    program.prints("def one");
    rename_over(folder.path(), "app.py", "while");
    program.reports("exocet: kept the old program: can't parse ");
    rename_over(folder.path(), "helper.py", "def f(): return 'end'");
    // The program that runs is the old one still, and so it ends.
    program.prints("def end");
    program.reports("ValueError: the end");
    program.reports("exocet: the program has ended with exit code 1; it starts again when a file changes");
    rename_over(folder.path(), "app.py", "import sys, helper\nprint(helper.f())\nsys.exit(5)");
    program.reports("exocet: starting again (app.py changed)");
    program.reports("the program has ended with exit code 5");
    rename_over(folder.path(), "helper.py", "def f(): return 'new'");
    program.reports("exocet: starting again (helper.py changed)");
    program.prints("new");
    program.reports("the program has ended with exit code 5");
    program.interrupt();
}

#[test]
fn burst_of_files_is_one_change_of_each() {
    let names: Vec<_> = (0..10).map(|number| format!("m{number}")).collect();
    let imports = format!("import {}", names.join(", "));
    let sum = names.iter().map(|name| format!("{name}.n")).collect::<Vec<_>>().join(" + ");
    let app = format!(
        "import time\n{imports}\nwhile {sum} < 20:\n    print('sum', {sum}, flush=True)\n    time.sleep(0.02)\nprint('all', {sum})"
    );
    let folder = directory(&[("pk/__init__.py", ""), ("pk/__main__.py", &app)]);
    for name in &names {
        write(folder.path(), &[(format!("{name}.py").as_str(), "n = 1")]);
    }
    let mut program = Watched::start(folder.path(), "run --watch -m pk");
    program.prints("sum 10");
    for name in &names {
        fs::write(folder.path().join(format!("{name}.py")), "n = 2").expect("a file");
    }
    program.prints("all 20");
    program.reports("exit code 0");
    for name in &names {
        let line = format!("exocet: replaced `{name}` ({name}.py changed)");
        let times = program.stderr.seen.iter().filter(|seen| seen.starts_with(&line)).count();
        assert_eq!(times, 1, "{name}: {program}");
    }
    program.interrupt();
}

#[test]
fn who_holds_the_old_module_is_reported() {
    let app = "import time, helper\nkept = [helper.f]\nprint('ready', flush=True)\nwhile True: time.sleep(0.01)";
    let folder = directory(&[LOOP[0], ("app.py", app)]);
    let mut program = Watched::start(folder.path(), "run --watch app.py");
    program.prints("ready");
    rename_over(folder.path(), "helper.py", "def f(): return 'two'");
    let line = program.reports("exocet: replaced `helper` (helper.py changed)");
    assert!(line.contains("; still held of the old one: module `__main__`, `kept[0]`: function `f`"), "{line}");
    program.interrupt();
}

#[test]
fn plugins_are_replaced_and_called_again() {
    let folder = directory(&[("loud.py", "def reply(): return 1")]);
    let mut plugins = Watched::start(folder.path(), "plugins run --path . --call reply --watch");
    plugins.prints("loud: 1");
    plugins.reports("exocet: watching the plugins' files");
    rename_over(folder.path(), "loud.py", "def reply(): return 2");
    plugins.reports("exocet: `loud` replaced: generation 2 follows 1 (");
    plugins.prints("loud: 2");
    fs::write(folder.path().join("loud.py"), "def").expect("a file");
    plugins.reports("exocet: `loud` kept: generation 2 stays (");
    write(folder.path(), &[("more.py", "def reply(): return 'new'")]);
    plugins.prints("more: \"new\"");
    // Where tests are run in the background, an interrupt is ignored by what doesn't listen to it.
    plugins.end("-TERM", 15);
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let ran = run(LOOP, "run --watch -");
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert_eq!(ran.stderr, "exocet: `--watch` can't start what comes through stdin again\n");
}
