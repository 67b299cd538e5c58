//! Compiled code that threads and processes share: found again, never stale, and never the reason why a load fails.

use crate::support::{alone, each_source, handle};
use exocet::{
    Imports, Memory, Runtime, Source,
    compile::{compiled_code, forget_compiled_code},
    raw::{self, load},
};
use std::{
    io,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

const PACKAGE: &[(&str, &str)] = &[
    ("pk/__init__.py", "from . import a\nfrom .b import value"),
    ("pk/a.py", "import pk.c\nvalue = 1"),
    ("pk/b.py", "from .a import value as one\nvalue = one + 1"),
    ("pk/c.py", "raise_later = lambda: 1 / 0"),
];

#[test]
fn runtimes_on_several_threads_compile_a_module_once() {
    alone("cache::runtimes_on_several_threads_compile_a_module_once", || {
        forget_compiled_code();
        let load_all = || {
            let memory: Memory = PACKAGE.iter().copied().collect();
            let runtime = Runtime::builder().source(memory).build().expect("it starts");
            let package = runtime.load_package("pk", &Imports::none()).expect("it loads");
            let package = package.import("pk").expect("it is there");
            assert_eq!(package.get::<i32>("value").expect("a number"), 2);
        };
        // Where the library is source, a runtime that starts compiles something of it.
        drop(Runtime::builder().build().expect("it starts"));
        let started = compiled_code().entries;
        load_all();
        let once = compiled_code();
        assert_eq!(once.entries, started + 4);
        assert!(once.bytes > 400, "{once:?}");
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(load_all))));
        assert_eq!(compiled_code(), once);
        forget_compiled_code();
        assert_eq!(compiled_code().entries, 0);
        load_all();
        assert_eq!(compiled_code(), once);
    });
}

#[test]
fn files_that_differ_in_name_only_have_code_of_their_own() {
    let tree = [("a.py", "def fail():\n    1 / 0"), ("b.py", "def fail():\n    1 / 0")];
    each_source(&tree, |vm| {
        for name in ["a", "b"] {
            let module = load(&handle(name, vm)?, &raw::empty(vm), vm)?;
            let code = module.get_attr("fail", vm)?.get_attr("__code__", vm)?;
            let file = code.get_attr("co_filename", vm)?.str(vm)?.to_string();
            assert!(file.ends_with(&format!("/{name}.py")), "{file}");
        }
        Ok(())
    });
}

/// A source that notes what is read of it.
struct Watched {
    files: Memory,
    ahead: bool,
    read: Mutex<Vec<String>>,
}

impl Watched {
    fn new(tree: &[(&str, &str)], ahead: bool) -> Arc<Self> {
        Arc::new(Self { files: tree.iter().copied().collect(), ahead, read: Mutex::default() })
    }

    #[cfg(feature = "threading")]
    fn has_read(&self, path: &str) -> bool {
        self.read.lock().expect("nobody panicked").iter().any(|read| read == path)
    }

    /// Whether the file is read within some seconds.
    #[cfg(feature = "threading")]
    fn reads(&self, path: &str) -> bool {
        let start = std::time::Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if self.has_read(path) {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Source for Watched {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        self.read.lock().expect("nobody panicked").push(path.to_owned());
        self.files.read(path)
    }

    fn probe(&self, path: &str) -> io::Result<Option<exocet::source::Shape>> {
        self.files.probe(path)
    }

    fn label(&self) -> &str {
        "<watched>"
    }

    fn reads_ahead(&self) -> bool {
        self.ahead
    }
}

/// `stops` never gets to its imports.
const NEVER: &[(&str, &str)] = &[
    ("pk/__init__.py", ""),
    ("pk/stops.py", "{}[0]\nfrom . import one\nfrom .deep.two import x\nimport beside"),
    ("pk/one.py", "from . import three"),
    ("pk/three.py", "this is no Python"),
    ("pk/deep/__init__.py", ""),
    ("pk/deep/two.py", "x = 1"),
    ("beside.py", "def later():\n    import unread"),
    ("unread.py", ""),
];

#[cfg(feature = "threading")]
#[test]
fn imports_are_compiled_ahead_where_the_source_lets_them() {
    if thread::available_parallelism().is_ok_and(|count| count.get() == 1) {
        return;
    }
    let source = Watched::new(NEVER, true);
    let runtime = Runtime::builder().shared_source(source.clone()).build().expect("it starts");
    let error = runtime.load("pk.stops", &Imports::none()).expect_err("it raises");
    assert!(error.exception().is_some_and(|error| error.is("LookupError")), "{error}");
    for path in ["pk/one.py", "pk/three.py", "pk/deep/__init__.py", "pk/deep/two.py", "beside.py"] {
        assert!(source.reads(path), "{path}");
    }
    // What a function imports is imported when it is called, if ever.
    assert!(!source.has_read("unread.py"));
    let broken = runtime.load("pk.three", &Imports::none()).expect_err("it is broken");
    assert!(broken.to_string().contains("three.py"), "{broken}");
}

#[test]
fn nothing_is_read_ahead_where_the_source_or_the_host_forbids_it() {
    let check = |runtime: Runtime, source: &Watched| {
        runtime.load("pk.stops", &Imports::none()).expect_err("it raises");
        thread::sleep(Duration::from_millis(300));
        let read = source.read.lock().expect("nobody panicked");
        // A traceback reads it again.
        assert!(read.iter().all(|path| path == "pk/stops.py"), "{read:?}");
    };
    let source = Watched::new(NEVER, false);
    check(Runtime::builder().shared_source(source.clone()).build().expect("it starts"), &source);
    #[cfg(feature = "threading")]
    {
        let source = Watched::new(NEVER, true);
        let builder = Runtime::builder().shared_source(source.clone()).without_compiling_ahead();
        check(builder.build().expect("it starts"), &source);
    }
}

#[test]
fn an_edit_after_a_module_was_compiled_ahead_is_seen() {
    let files = Memory::new("<edited>").with("pk/__init__.py", "").with("pk/value.py", "value = 1");
    let user = "import edit\nedit.edit()\nfrom .value import value";
    let files = Arc::new(files.with("pk/user.py", user));
    let runtime = Runtime::builder().shared_source(files.clone()).build().expect("it starts");
    let mut number = 1;
    let edit = Mutex::new(move || {
        // Time for the other threads to have seen what is there.
        thread::sleep(Duration::from_millis(50));
        number += 1;
        files.insert("pk/value.py", format!("value = {number}").into_bytes());
    });
    let edit = exocet::HostModule::new("edit").function("edit", move || (edit.lock().expect("nobody panicked"))());
    let imports = Imports::none().with_module(edit);
    for expected in 2..6 {
        let realm = runtime.realm(["pk"], &imports).expect("a realm");
        let user = realm.import("pk.user").expect("it loads");
        assert_eq!(user.get::<i32>("value").expect("a number"), expected);
    }
}
