//! The signals of the process, as runtimes leave them.

use exocet::{Imports, Memory, Runtime};
use std::{ffi::c_int, mem, ptr};

extern "C" fn handle(_: c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {}

/// What the system does when the signal comes, before this has it do something else.
fn action(signal: c_int, new: Option<&libc::sigaction>) -> libc::sigaction {
    // SAFETY: zeros are an action without a handler, and nobody but this test has to do with these signals.
    unsafe {
        let mut old = mem::zeroed();
        assert_eq!(libc::sigaction(signal, new.map_or(ptr::null(), ptr::from_ref), &mut old), 0);
        old
    }
}

fn own() -> libc::sigaction {
    // SAFETY: as above.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handle as extern "C" fn(_, _, _) as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    action
}

/// The runtime that a test of an isolate runs beside: what runs WebAssembly has a handler for faults, whose flags were gone.
#[test]
fn the_hosts_handlers_stay_as_they_are() {
    let kept = own();
    let before = [libc::SIGUSR2, libc::SIGINT].map(|signal| (signal, action(signal, Some(&kept))));
    let faults = action(libc::SIGSEGV, None);
    let runtime = Runtime::builder().isolated().interrupts().build().expect("it starts");
    for signal in [libc::SIGUSR2, libc::SIGINT] {
        let now = action(signal, None);
        assert_eq!(now.sa_sigaction, kept.sa_sigaction, "{signal}");
        let flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        assert_eq!(now.sa_flags & flags, flags, "{signal}");
    }
    let now = action(libc::SIGSEGV, None);
    assert_eq!((now.sa_sigaction, now.sa_flags), (faults.sa_sigaction, faults.sa_flags));
    drop(runtime);
    for (signal, before) in before {
        action(signal, Some(&before));
    }
}

#[test]
fn a_program_is_told_who_handles_a_signal() {
    let text = "
import signal
from signal import SIGUSR1, SIGWINCH, SIG_DFL, SIG_IGN, Handlers
before = signal.getsignal(SIGUSR1), signal.getsignal(int(SIGWINCH))
def first(*_): pass
def second(*_): pass
old = [signal.signal(SIGUSR1, handler) for handler in (first, second, SIG_IGN, SIG_DFL)]
found = before == (SIG_DFL, SIG_DFL) and type(before[0]) is Handlers and old == [SIG_DFL, first, second, SIG_IGN]
def refused(f, *given):
    try: f(*given)
    except (TypeError, ValueError, OSError) as error: return type(error).__name__
refused = refused(signal.getsignal, 1000), refused(signal.getsignal), refused(signal.signal, SIGUSR1, 'x'), refused(signal.signal, signal.SIGKILL, SIG_IGN)
";
    let app = Memory::new("<app>").with("app.py", text);
    let runtime = Runtime::builder().isolated().source(app).build().expect("it starts");
    let app = runtime.load("app", &Imports::pass_through()).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(app.get::<bool>("found").unwrap());
    let refused: Vec<String> = app.get("refused").unwrap();
    assert_eq!(refused, ["ValueError", "TypeError", "TypeError", "OSError"]);
}
