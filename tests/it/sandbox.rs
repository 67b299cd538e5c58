//! A build without access to the host: what there is in the VM, and that it leads nowhere.

use crate::support::{attr, each_source, handle};
use exocet::{
    raw::{self, load},
    vm::AsObject,
};

/// Built-in modules that are for files, sockets, processes and foreign code.
const HOST: [&str; 24] = [
    "_ctypes",
    "_multiprocessing",
    "_overlapped",
    "_posixshmem",
    "_posixsubprocess",
    "_socket",
    "_ssl",
    "_sqlite3",
    "_testconsole",
    "_winapi",
    "fcntl",
    "grp",
    "mmap",
    "msvcrt",
    "nt",
    "posix",
    "pwd",
    "readline",
    "resource",
    "select",
    "syslog",
    "termios",
    "winreg",
    "winsound",
];

/// What the pure library has nevertheless: stand-ins, and what works on them.
const STOOD_IN: [&str; 7] = ["os", "posix", "select", "shutil", "socket", "subprocess", "tempfile"];

/// Loads `code` under plain importing and gives `repr(got)`, or the class of what it raised.
#[track_caller]
fn got(code: &str) -> String {
    let seen = std::cell::RefCell::new(String::new());
    each_source(&[("guest.py", code)], |vm| {
        let guest = load(&handle("guest", vm)?, &raw::pass_through(vm), vm);
        *seen.borrow_mut() = match guest {
            Ok(guest) => attr(guest.as_ref(), "got", vm)?,
            Err(error) => error.class().name().to_string(),
        };
        Ok(())
    });
    seen.into_inner()
}

#[test]
fn what_is_printed_goes_nowhere() {
    let text = "import sys\ngot = [print('loud'), sys.stdout is None]\nclass Out:\n    text = ''\n    def write(self, text): self.text += text\n\
                out = Out()\nprint('to', 'it', file=out)\ngot.append(out.text)";
    assert_eq!(got(text), r"[None, True, 'to it\n']");
}

#[test]
fn there_are_no_modules_for_the_host() {
    let has_stand_in = |name: &str| cfg!(feature = "library") && STOOD_IN.contains(&name);
    for name in HOST.into_iter().chain(["os", "socket", "subprocess", "ctypes", "shutil", "tempfile"]) {
        let expected = if has_stand_in(name) { "'stand-in'" } else { "ModuleNotFoundError" };
        assert_eq!(got(&format!("import {name}\ngot = 'stand-in'")), expected, "{name}");
    }
    assert_eq!(got(&format!("import sys\ngot = sorted(set({HOST:?}) & set(sys.builtin_module_names))")), "[]");
}

#[test]
fn no_file_is_opened_by_any_means() {
    let files = [
        "open('Cargo.toml')",
        "import _io\n_io.open('Cargo.toml')",
        "import io\nio.open('Cargo.toml')",
        "import _io\n_io.FileIO('Cargo.toml')",
        "import _io\n_io.open_code('Cargo.toml')",
        "import sys\nsys.stdin.buffer",
        "[kind for kind in object.__subclasses__() if kind.__name__ in ('FileIO', 'socket', 'Popen', 'CDLL')][0]",
    ];
    for code in files {
        let seen = got(&format!("{code}\ngot = 'opened'"));
        assert!(seen.ends_with("Error") || seen == "UnsupportedOperation", "{code}: {seen}");
    }
}

#[test]
fn the_environment_and_the_machine_are_out_of_sight() {
    for code in [
        "import sys\ngot = [*map(str, getattr(sys, 'environ', []))]",
        "import sys\ngot = [entry for entry in sys.path if '/' in entry and 'tmp' not in entry]",
    ] {
        assert_eq!(got(code), "[]", "{code}");
    }
}

#[test]
fn the_host_gives_modules_and_they_work() {
    use exocet::{HostModule, Imports, Memory, Runtime};
    let app = Memory::new("<app>")
        .with("app.py", "import host, part\ndef reply(): return part.shout(host.name())")
        .with("part.py", "def shout(text): return text.upper()");
    let runtime = Runtime::builder().isolated().source(app).build().unwrap();
    let host = HostModule::new("host").function("name", || "ann");
    let realm = runtime.realm(["app", "part"], &Imports::none().with_module(host)).unwrap();
    assert_eq!(realm.import("app").unwrap().call::<String>("reply", ()).unwrap(), "ANN");
}
