//! An isolate reads and writes nothing that it wasn't given: the kernel ends a process that tries, as it asks it for anything but
//! memory, the time, randomness, and to wait for its own threads.

use crate::support::guest;
use exocet::{Choice, HostModule, Imports, Limits, Memory, values::Value};
use exocet_isolate::{Isolate, Setup, Snapshot, Stream};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::{
    collections::BTreeMap,
    env, fs,
    net::{TcpStream, UdpSocket},
    os::unix::process::ExitStatusExt,
    process::{self, Command, Output},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What Python code has that could lead out.
const TRIES: &str = include_str!("walls/tries.py");

/// How the kernel says that a process asked for something else.
const SIGSYS: i32 = libc::SIGSYS;

/// `PAGEMAP_SCAN`: which pages of this process were written. It is asked of a descriptor that was opened before.
const PAGEMAP_SCAN: u64 = 0xc060_6610;

/// From now on all threads of this process may ask the kernel for nothing but this.
fn close_the_door() {
    let is = |at: u8, value: u64| {
        let equal = SeccompCondition::new(at, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value).unwrap();
        vec![SeccompRule::new(vec![equal]).unwrap()]
    };
    let always = [
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_mprotect,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        // For the message of a test that fails.
        libc::SYS_gettid,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    let mut rules = always.into_iter().map(|call| (call, Vec::new())).collect::<BTreeMap<_, _>>();
    // Which pages were written to: the library reads that of a file that it opened before there was an isolate.
    rules.insert(libc::SYS_ioctl, is(1, PAGEMAP_SCAN));
    rules.insert(libc::SYS_pread64, Vec::new());
    // For that message, too. A test that doesn't fail writes nothing.
    rules.insert(libc::SYS_write, is(0, 2));
    let arch = env::consts::ARCH.try_into().unwrap();
    let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch).unwrap();
    seccompiler::apply_filter_all_threads(&BpfProgram::try_from(filter).unwrap()).unwrap();
}

fn snapshot() -> Snapshot {
    let app = Memory::new("<app>").with("app.py", TRIES).with("late.py", "value = 5");
    let host = HostModule::new("host").function("twice", |n: u64| 2 * n);
    let imports = Imports::chosen(|question| match question.name.as_str() {
        "made" => Choice::source("import host\nvalue = host.twice(2)"),
        _ => Choice::PassThrough,
    });
    let asked = Arc::new(Memory::new("<asked>").with("asked.py", "value = 6"));
    let builder = Snapshot::builder().source(app).asked_source(asked).imports(&imports.with_module(host)).load("app");
    builder.build(&guest()).expect("it loads")
}

fn given(isolate: &Isolate) -> u64 {
    isolate.module("app").unwrap().call("given", ()).unwrap()
}

/// Runs isolates, with and without fuel, under limits that they meet and limits that they exceed.
fn isolates(snapshot: &Snapshot, printed: &Arc<Mutex<String>>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let wide = Limits::new().time(Duration::from_secs(120)).memory(1 << 30);
    for limits in [wide.clone(), wide.fuel(u64::MAX / 4)] {
        let log = printed.clone();
        let setup = Setup::new().limits(limits.clone()).output(move |stream, text| {
            let stream = if stream == Stream::Out { "out" } else { "err" };
            log.lock().unwrap().push_str(&format!("{stream}: {text}"));
        });
        let isolate = snapshot.isolate_with(&setup).unwrap();
        let app = isolate.module("app").unwrap();
        let count: usize = app.call("count", ()).unwrap();
        for number in 0..count {
            // Each in an isolate of its own: some leave nothing that works.
            let isolate = snapshot.isolate_with(&setup).unwrap();
            let done = isolate.module("app").unwrap().call::<(String, String)>("attempt", (number,));
            all.push(done.unwrap_or_else(|error| (format!("{number}"), format!("ended: {error:.200}"))));
        }
        app.call::<Value>("every_module", ()).unwrap();
        assert_eq!(given(&isolate), 15);
        let short = limits.time(Duration::from_millis(20));
        let isolate = snapshot.isolate(&short).unwrap();
        assert!(isolate.module("app").unwrap().call::<Value>("for_ever", ()).is_err());
    }
    all
}

/// What the next test runs in a process of its own: that which `EXOCET_WALLS` names.
#[test]
#[ignore = "it is a part of another test"]
fn inside() {
    let what = env::var("EXOCET_WALLS").expect("it is a part of another test");
    let (snapshot, printed) = (snapshot(), Arc::default());
    // What is compiled or opened once is ready now.
    for limits in [Limits::new(), Limits::new().fuel(u64::MAX / 4)] {
        assert_eq!(given(&snapshot.isolate(&limits).unwrap()), 15);
    }
    close_the_door();
    match &*what {
        "isolates" => {
            let all = isolates(&snapshot, &printed);
            let out = all.iter().filter(|(_, result)| result.starts_with("returned")).collect::<Vec<_>>();
            let told = format!("{out:?}");
            assert!(!told.contains("root:"), "{told}");
            let may = |name: &str| name.starts_with("may ");
            assert!(out.iter().all(|(name, _)| may(name)), "{out:#?}");
            assert!(printed.lock().unwrap().contains("out: printed"), "what it prints goes where the host wants it");
        }
        "read" => drop(fs::read("/etc/passwd")),
        "list" => drop(fs::read_dir("/")),
        "write" => drop(fs::write("/dev/null", "x")),
        "print" => println!("x"),
        "connect" => drop(TcpStream::connect("127.0.0.1:1")),
        "bind" => drop(UdpSocket::bind("127.0.0.1:0")),
        "spawn" => drop(Command::new("true").status()),
        "thread" => drop(std::thread::Builder::new().spawn(|| {})),
        "number" => drop(process::id()),
        other => panic!("{other}"),
    }
    process::exit(0);
}

fn run(what: &str) -> Output {
    let mut own = Command::new(env::current_exe().unwrap());
    own.args(["--ignored", "--exact", "walls::inside", "--nocapture"]).env("EXOCET_WALLS", what);
    own.output().unwrap()
}

#[test]
fn an_isolate_asks_the_kernel_for_nothing_but_memory_time_and_randomness() {
    let output = run("isolates");
    assert_eq!(output.status.signal(), None, "{output:?}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_host_that_asks_for_more_is_caught() {
    for what in ["read", "list", "write", "print", "connect", "bind", "spawn", "thread", "number"] {
        let output = run(what);
        assert_eq!(output.status.signal(), Some(SIGSYS), "{what}: {output:?}");
    }
}
