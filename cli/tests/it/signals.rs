//! Signals that come while a program waits, and processes that a program forks. Both belong to the process's first thread.

use crate::support::{Ran, command_with_interrupts, directory, run};
use nix::sys::signal::SigHandler;
use std::{
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Runs a program that prints a line before it waits, sends it each signal, and checks that it ends before it would by itself.
/// Returns the signal that it died of or its exit code, and what else it printed.
#[track_caller]
fn signalled(program: &str, signals: &[&str]) -> (Result<i32, i32>, Ran) {
    let text = format!("import os, signal, sys, time\n{program}\n");
    let folder = directory(&[("waits.py", &text)]);
    let mut child = command_with_interrupts(SigHandler::SigDfl)
        .args(["run", "waits.py"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stdin = child.stdin.take();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut ready = String::new();
    stdout.read_line(&mut ready).expect("it says when it is ready");
    for signal in signals {
        // Between its word and its waiting there is a moment that nobody can see.
        thread::sleep(Duration::from_millis(400));
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(sent.expect("kill").success(), "{program}");
    }
    let status = ended(&mut child, program);
    drop(stdin);
    let output = child.wait_with_output().expect("it has ended");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut rest).expect("text");
    let stderr = String::from_utf8(output.stderr).expect("text");
    (status, Ran { code: output.status.code(), stdout: rest, stderr })
}

#[track_caller]
fn ended(child: &mut Child, program: &str) -> Result<i32, i32> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            return status.code().ok_or_else(|| status.signal().expect("a code or a signal"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    panic!("{program}: the signal doesn't end it");
}

const INTERRUPTED: Result<i32, i32> = Err(2);

#[test]
fn interrupt_ends_what_waits() {
    let waits = [
        "time.sleep(60)",
        "input()",
        "sys.stdin.read()",
        "os.read(os.pipe()[0], 1)",
        "open(os.pipe()[0]).read()",
        "signal.pause()",
        "import select; select.select([os.pipe()[0]], [], [])",
        "import socket; s = socket.create_server(('127.0.0.1', 0)); s.accept()",
        "import socket; s = socket.socketpair(); s[0].recv(1)",
        "import queue; queue.SimpleQueue().get()",
        "import subprocess; subprocess.run(['sleep', '60'])",
        "import asyncio; asyncio.run(asyncio.sleep(60))",
        "import multiprocessing as m; m.get_context('fork').Queue().get()",
        "import http.server as h; h.HTTPServer(('127.0.0.1', 0), h.BaseHTTPRequestHandler).serve_forever()",
    ];
    thread::scope(|scope| {
        for wait in waits {
            scope.spawn(move || {
                let (status, ran) = signalled(&format!("print(1, flush=True); {wait}"), &["INT"]);
                assert_eq!(status, INTERRUPTED, "{wait}: {ran:#?}");
                assert!(ran.stderr.ends_with("KeyboardInterrupt\n"), "{wait}: {ran:#?}");
            });
        }
    });
}

/// As shells have it for what runs in the background.
#[test]
fn an_interrupt_that_is_ignored_stays_ignored() {
    let text = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint(signal.getsignal(signal.SIGINT).name)";
    let folder = directory(&[("waits.py", text)]);
    let mut command = command_with_interrupts(SigHandler::SigIgn);
    let output = command.args(["run", "waits.py"]).current_dir(folder.path()).output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "SIG_IGN\n", "{output:?}");
}

#[test]
fn handler_runs_when_the_signal_comes() {
    let said = |program: &str, signals: &[&str]| {
        let (status, ran) = signalled(program, signals);
        (status, ran.stdout)
    };
    let handler = "def end(number, frame): print('handled', number); sys.exit(3)\n";
    for wait in ["time.sleep(60)", "input()", "signal.pause()"] {
        let program = format!("{handler}signal.signal(signal.SIGTERM, end)\nprint(1, flush=True)\n{wait}");
        assert_eq!(said(&program, &["TERM"]), (Ok(3), "handled 15\n".to_owned()), "{wait}");
    }
    let alarm = "
def late(*args): raise TimeoutError
signal.signal(signal.SIGALRM, late)
signal.setitimer(signal.ITIMER_REAL, 0.2)
print(1, flush=True)
try: time.sleep(60)
except TimeoutError: print('in time')";
    assert_eq!(said(alarm, &[]), (Ok(0), "in time\n".to_owned()));
}

#[test]
fn program_can_catch_an_interrupt_and_get_another() {
    let caught = "
for n in range(2):
    try:
        print(n, flush=True)
        time.sleep(60)
    except KeyboardInterrupt: print('caught', flush=True)
print('goes on')";
    let (status, ran) = signalled(caught, &["INT", "INT"]);
    assert_eq!((status, ran.stdout.as_str()), (Ok(0), "caught\n1\ncaught\ngoes on\n"), "{ran:#?}");
    let cleans = "
try:
    print(1, flush=True)
    time.sleep(60)
finally: time.sleep(60)";
    assert_eq!(signalled(cleans, &["INT", "INT"]).0, INTERRUPTED);
}

/// The functions of `atexit` are told of an interrupt, as whoever runs last is; the exit code is the program's.
#[test]
fn interrupt_in_the_end_is_reported() {
    let (status, ran) =
        signalled("import atexit\natexit.register(time.sleep, 60)\nprint(1, flush=True)\nsys.exit(4)", &["INT"]);
    assert_eq!(status, Ok(4), "{ran:#?}");
    assert!(ran.stderr.contains("KeyboardInterrupt"), "{ran:#?}");
}

#[test]
fn forked_process_has_an_exit_code_of_its_own() {
    let program = "
import atexit, os, sys, warnings
warnings.simplefilter('ignore')
def fail(): raise ValueError('in the child')
def end():
    atexit.register(print, 'at exit', flush=True)
    sys.exit(4)
for do in (lambda: sys.exit(5)), (lambda: sys.exit('a word')), fail, (lambda: os._exit(9)), end, (lambda: None):
    pid = os.fork()
    if not pid:
        do()
        break
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
";
    let ran = run(&[("app.py", program)], "run app.py");
    assert_eq!((ran.stdout.as_str(), ran.code), ("5\n1\n1\n9\nat exit\n4\n0\n", Some(0)), "{ran:#?}");
    assert!(ran.stderr.contains("a word\n") && ran.stderr.ends_with("ValueError: in the child\n"), "{ran:#?}");
}
