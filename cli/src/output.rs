//! Writing for people and for programs. Data goes to stdout, everything else to stderr.

use anstream::AutoStream;
use clap::builder::styling::{AnsiColor, Style};
use exocet::{
    syntax::ImportKind,
    vm::{AsObject, PyResult, VirtualMachine},
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
#[cfg(unix)]
use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};
#[cfg(feature = "isolates")]
use std::time::Duration;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default();
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();

/// Stdout, with styles only if it is a terminal.
pub(crate) fn stdout() -> AutoStream<Stdout> {
    AutoStream::auto(io::stdout())
}

/// As `stdout`, for long listings: by itself it writes each line on its own. To be flushed at the end.
pub(crate) fn buffered_stdout() -> AutoStream<Box<dyn Write>> {
    let choice = AutoStream::choice(&io::stdout());
    AutoStream::new(Box::new(BufWriter::with_capacity(1 << 16, io::stdout())), choice)
}

/// Reports on stderr what is wrong, in a line that begins with the program's name.
pub(crate) fn complain(message: &str) {
    // When stderr is closed there is nobody to report to.
    let _ = writeln!(anstream::stderr(), "{BOLD}exocet:{BOLD:#} {message}");
}

/// Tells on stderr what goes on, in a line that begins with the program's name.
pub(crate) fn note(message: &str) {
    complain(message);
}

/// Stdout for data alone: whatever modules print from now on, by whichever way, goes to stderr.
#[cfg(unix)]
pub(crate) fn stdout_of_its_own(vm: &VirtualMachine) -> PyResult<AutoStream<File>> {
    use std::os::fd::AsFd;
    let raise = |error: io::Error| vm.new_os_error(error.to_string());
    redirect_prints(vm)?;
    let own = io::stdout().as_fd().try_clone_to_owned().map_err(raise)?;
    // Processes that a module starts, and `os.write(1, ...)`, know file descriptors and not `sys.stdout`.
    nix::unistd::dup2_stdout(io::stderr()).map_err(|error| raise(error.into()))?;
    Ok(AutoStream::auto(File::from(own)))
}

/// Stdout for data alone: what modules print from now on goes to stderr.
#[cfg(not(unix))]
pub(crate) fn stdout_of_its_own(vm: &VirtualMachine) -> PyResult<AutoStream<Stdout>> {
    redirect_prints(vm)?;
    Ok(stdout())
}

/// Lets what modules print by `sys.stdout` go to stderr.
pub(crate) fn redirect_prints(vm: &VirtualMachine) -> PyResult<()> {
    let stderr = vm.sys_module.get_attr("stderr", vm)?;
    vm.sys_module.as_object().set_attr("stdout", stderr, vm)
}

/// The kind of an import, as it is shown.
pub(crate) fn kind(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::TopLevel => "top level",
        ImportKind::Try => "try",
        ImportKind::Function => "function",
        ImportKind::TypeChecking => "type checking",
        ImportKind::Never => "never",
    }
}

/// Seconds as a person reads them.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1e-3 => format!("{:.1} us", seconds * 1e6),
        seconds if seconds < 1.0 => format!("{:.2} ms", seconds * 1e3),
        seconds => format!("{seconds:.2} s"),
    }
}

/// A JSON list that is written while its items come, in whole lines, one for each item.
pub(crate) struct JsonList<W> {
    out: W,
    /// What is to be written once it is known whether a comma follows.
    last: String,
}

impl<W: Write> JsonList<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, last: String::new() }
    }

    pub(crate) fn push(&mut self, item: &impl Serialize) -> io::Result<()> {
        let item = format!("  {}", serde_json::to_string(item)?);
        let before = std::mem::replace(&mut self.last, item);
        let end = if before.is_empty() { "[\n" } else { ",\n" };
        self.out.write_all(format!("{before}{end}").as_bytes())
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        let end = if self.last.is_empty() { "[]\n" } else { "\n]\n" };
        self.out.write_all(format!("{}{end}", self.last).as_bytes())?;
        self.out.flush()
    }
}

/// A bar on stderr for `length` pieces of work, or a count where it isn't known how many there are. It only shows on
/// a terminal.
pub(crate) fn progress(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (ProgressBar::new(length), "{bar:30} {pos}/{len} {wide_msg}"),
        None => (ProgressBar::new_spinner(), "{spinner} {pos} {wide_msg}"),
    };
    bar.with_style(ProgressStyle::with_template(template).expect("the templates above are well-formed"))
}

/// Shows on a terminal that something goes on whose end isn't known.
#[cfg(feature = "isolates")]
pub(crate) fn waiting(what: &'static str) -> ProgressBar {
    let template = ProgressStyle::with_template("{spinner} {wide_msg}").expect("it is well-formed");
    let bar = ProgressBar::new_spinner().with_style(template).with_message(what);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// The number of things, with the word for them.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
