//! `exocet demo`: three short programs, shown and run.

mod server;

use crate::{
    failure::Failure,
    output::{self, BOLD, CYAN, DIM},
};
use exocet::{
    Memory, Runtime,
    modules::SearchPath,
    raw,
    vm::{PyResult, VirtualMachine},
};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// A program of the demo, and the files that are shown with it.
struct Session {
    title: &'static str,
    text: &'static str,
    files: &'static [File],
    program: File,
}

struct File {
    path: &'static str,
    text: &'static str,
}

macro_rules! shown {
    ($path:literal) => {
        File { path: $path, text: include_str!(concat!("demo/", $path)) }
    };
}

const SESSIONS: [Session; 3] = [
    Session {
        title: "One dependency replaced",
        text: "urllib.request is loaded twice. The two differ in what their `import http.client` got.",
        files: &[],
        program: shown!("override.py"),
    },
    Session {
        title: "Plugins under three mappers",
        text: "Every load makes a new module, and its mapper decides what it can import.",
        files: &[shown!("config.py"), shown!("plugins/hello.py"), shown!("plugins/system.py")],
        program: shown!("plugins.py"),
    },
    Session {
        title: "A test with a stub",
        text: "The module under test gets a stub; nothing is patched, and nobody else notices.",
        files: &[shown!("greeter.py")],
        program: shown!("stub.py"),
    },
];

pub(crate) fn demo() -> Result<ExitCode, Failure> {
    let url = server::start().map_err(|error| Failure::Failed(format!("can't start a server on loopback: {error}")))?;
    let loopback = format!("URL = {url:?}\n{}", include_str!("demo/loopback.py"));
    let mut shown = Memory::new("<demo>").with("loopback.py", loopback);
    let mut programs = Memory::new("<session>");
    for session in &SESSIONS {
        programs = programs.with(session.program.path, session.program.text);
        for file in session.files {
            shown = shown.with(file.path, file.text);
        }
    }
    let programs = SearchPath::new().with(programs);
    let runtime = Runtime::builder().isolated().source(shown).build().map_err(Failure::failed)?;
    runtime.enter(|vm| {
        for (number, session) in (1..).zip(&SESSIONS) {
            session.show(number)?;
            let name = session.program.path.trim_end_matches(".py");
            let program = programs.get(name).map_err(Failure::failed)?;
            let ran = raw::load(&program, &raw::pass_through(vm), vm).and_then(|_| flush_prints(vm));
            ran.map_err(|error| Failure::raised(&error, vm))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

impl Session {
    fn show(&self, number: usize) -> io::Result<()> {
        let mut out = output::stdout();
        let gap = if number == 1 { "" } else { "\n" };
        writeln!(out, "{gap}{BOLD}{number}. {}{BOLD:#}\n{}\n", self.title, self.text)?;
        for file in self.files {
            writeln!(out, "  {DIM}{}{DIM:#}", file.path)?;
            show_code(&mut out, file.text)?;
        }
        show_code(&mut out, self.program.text)?;
        // What the program prints comes next, and doesn't go through this buffer.
        out.flush()
    }
}

fn show_code(out: &mut impl Write, code: &str) -> io::Result<()> {
    for line in code.lines() {
        match line {
            "" => writeln!(out, "  {DIM}│{DIM:#}")?,
            _ => writeln!(out, "  {DIM}│{DIM:#} {CYAN}{line}{CYAN:#}")?,
        }
    }
    writeln!(out)
}

fn flush_prints(vm: &VirtualMachine) -> PyResult<()> {
    let stdout = vm.sys_module.get_attr("stdout", vm)?;
    vm.call_method(&stdout, "flush", ()).map(drop)
}
