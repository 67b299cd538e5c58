//! Compiled code that threads and processes share: found again, never stale, and never the reason why a load fails.

use crate::support::{alone, each_source, handle};
use exocet::{Memory, Runtime, Source, compiled_code, forget_compiled_code, load, mapper};
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
            let package = runtime.load_package("pk", &runtime.no_imports()).expect("it loads");
            assert_eq!(package.get::<i32>("value").expect("a number"), 2);
        };
        load_all();
        let once = compiled_code();
        assert_eq!(once.entries, 4);
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
            let module = load(&handle(name, vm)?, &mapper::empty(vm), vm)?;
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

    fn probe(&self, path: &str) -> io::Result<Option<exocet::Shape>> {
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
    let error = runtime.load("pk.stops", &runtime.no_imports()).expect_err("it raises");
    assert!(error.exception().is_some_and(|error| error.is("LookupError")), "{error}");
    for path in ["pk/one.py", "pk/three.py", "pk/deep/__init__.py", "pk/deep/two.py", "beside.py"] {
        assert!(source.reads(path), "{path}");
    }
    // What a function imports is imported when it is called, if ever.
    assert!(!source.has_read("unread.py"));
    let broken = runtime.load("pk.three", &runtime.no_imports()).expect_err("it is broken");
    assert!(broken.to_string().contains("three.py"), "{broken}");
}

#[test]
fn nothing_is_read_ahead_where_the_source_or_the_host_forbids_it() {
    let check = |runtime: Runtime, source: &Watched| {
        runtime.load("pk.stops", &runtime.no_imports()).expect_err("it raises");
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
    let imports = runtime.no_imports().with_module(edit).expect("a mapper");
    for expected in 2..6 {
        let realm = imports.realm(["pk"]).expect("a realm");
        let user = realm.import("pk.user").expect("it loads");
        assert_eq!(user.get::<i32>("value").expect("a number"), expected);
    }
}

#[cfg(feature = "cli")]
mod disk {
    use crate::support::{Tree, directory};
    use std::{
        fs,
        path::{Path, PathBuf},
        process::{Command, Output, Stdio},
    };
    use tempfile::TempDir;

    /// The second line makes the compiler warn, which only compiling does.
    const WARNS: Tree<'_> = &[("noisy.py", "value = 41\npattern = '\\d'\nprint(value + 1)")];

    struct Setting {
        files: TempDir,
        cache: TempDir,
    }

    impl Setting {
        fn new(tree: Tree<'_>) -> Self {
            Self { files: directory(tree), cache: tempfile::tempdir().expect("a temporary folder") }
        }

        fn command(&self, line: &str) -> Command {
            let mut command = Command::new(env!("CARGO_BIN_EXE_exocet"));
            command.args(line.split_whitespace()).current_dir(self.files.path()).stdin(Stdio::null());
            command.env("EXOCET_CACHE_DIR", self.cache.path());
            command
        }

        /// What a command prints, on both streams.
        #[track_caller]
        fn run(&self, line: &str) -> (String, String) {
            ended(self.command(line).output().expect("it runs"))
        }

        /// The files of the entries.
        fn entries(&self) -> Vec<PathBuf> {
            let files = walkdir::WalkDir::new(self.cache.path()).min_depth(3).sort_by_file_name();
            files.into_iter().map(|entry| entry.expect("it is there").into_path()).collect()
        }
    }

    #[track_caller]
    fn ended(output: Output) -> (String, String) {
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stdout}{stderr}");
        (stdout.into_owned(), stderr.into_owned())
    }

    #[track_caller]
    fn is_compiled(setting: &Setting, line: &str, expected: bool) {
        let (stdout, stderr) = setting.run(line);
        assert_eq!((stdout.as_str(), stderr.contains("SyntaxWarning")), ("42\n", expected), "{stderr}");
    }

    #[test]
    fn a_later_process_finds_what_an_earlier_one_compiled() {
        let setting = Setting::new(WARNS);
        is_compiled(&setting, "run --no-cache noisy.py", true);
        assert_eq!(setting.entries(), [] as [PathBuf; 0]);
        is_compiled(&setting, "run noisy.py", true);
        is_compiled(&setting, "run noisy.py", false);
        is_compiled(&setting, "run --no-cache noisy.py", true);
        assert_eq!(setting.entries().len(), 1);
        // Another text with the same length and times is another module.
        let file = setting.files.path().join("noisy.py");
        let modified = fs::metadata(&file).and_then(|file| file.modified()).expect("a time");
        fs::write(&file, WARNS[0].1.replace("value = 41", "value =  9")).expect("an edit");
        fs::File::options().write(true).open(&file).and_then(|file| file.set_modified(modified)).expect("a time");
        assert_eq!(setting.run("run noisy.py").0, "10\n");
    }

    #[test]
    fn modules_that_are_imported_as_usual_are_kept_too() {
        let main = "import lib, noisy\nprint(lib.value, compile.__name__)";
        let setting = Setting::new(&[("main.py", main), ("lib.py", "value = 42"), ("noisy.py", WARNS[0].1)]);
        for _ in 0..2 {
            let (stdout, stderr) = setting.run("run main.py");
            assert_eq!(stdout, "42\n42 compile\n");
            // The interpreter compiles what it warns of each time by itself.
            assert!(stderr.contains("SyntaxWarning"), "{stderr}");
            assert_eq!(setting.entries().len(), 2);
        }
        let entries = setting.entries();
        let sound: Vec<_> = entries.iter().map(|entry| fs::read(entry).expect("an entry")).collect();
        entries.iter().for_each(|entry| fs::write(entry, "damaged").expect("it can be damaged"));
        assert_eq!(setting.run("run main.py").0, "42\n42 compile\n");
        let again: Vec<_> = entries.iter().map(|entry| fs::read(entry).expect("an entry")).collect();
        assert_eq!(again, sound);
    }

    #[test]
    fn compile_gives_new_code_each_time_and_what_it_is_asked_for() {
        let text = "
import sys
def compiled(source, *args, **kwargs):
    return compile(source, 'f.py', 'exec', *args, **kwargs)
one, two = [compiled(b'x = 1\\nassert x', dont_inherit=True, optimize=-1) for _ in range(2)]
print(one is two, one == two, one.co_filename)
for source in [b'x = ', b'\\xff', b'# coding: nothing']:
    try:
        compiled(source, dont_inherit=True)
    except SyntaxError as error:
        print(type(error).__name__)
print(compiled(b'assert 0', dont_inherit=True, optimize=1) == compiled(b'assert 0', dont_inherit=True))
class Own(bytes): pass
exec(compiled(Own(b'print(1)'), dont_inherit=True))
events = []
sys.addaudithook(lambda event, args: events.append(args[:2]) if event == 'compile' else None)
compiled(b'x = 1', dont_inherit=True)
print(events)
";
        let setting = Setting::new(&[("main.py", text)]);
        let expected = "False True f.py\nSyntaxError\nSyntaxError\nSyntaxError\nFalse\n1\n\
                        [(b'x = 1', 'f.py')]\n";
        for _ in 0..2 {
            assert_eq!(setting.run("run main.py").0, expected);
        }
    }

    #[test]
    fn the_cache_tells_what_it_holds_and_is_emptied() {
        let setting = Setting::new(WARNS);
        let folder = setting.cache.path().display().to_string();
        assert_eq!(setting.run("cache info").0, format!("{folder}: 0 modules, 0 B\n"));
        assert_eq!(setting.run("cache clear").0, format!("{folder}: removed 0 modules, 0 B\n"));
        fs::write(setting.cache.path().join("mine.txt"), "not an entry").expect("a file");
        setting.run("run noisy.py");
        let size = fs::metadata(&setting.entries()[0]).expect("an entry").len();
        assert_eq!(setting.run("cache info").0, format!("{folder}: 1 module, {size} B\n"));
        let json: serde_json::Value = serde_json::from_str(&setting.run("cache info --json").0).expect("JSON");
        assert_eq!(json, serde_json::json!({"folder": folder, "entries": 1, "bytes": size}));
        assert_eq!(setting.run("cache clear").0, format!("{folder}: removed 1 module, {size} B\n"));
        assert_eq!(setting.entries(), [] as [PathBuf; 0]);
        assert!(setting.cache.path().join("mine.txt").exists());
        is_compiled(&setting, "run noisy.py", true);
    }

    #[test]
    fn damaged_and_foreign_entries_are_ignored_and_written_anew() {
        let setting = Setting::new(WARNS);
        setting.run("run noisy.py");
        let entry = setting.entries().remove(0);
        let sound = fs::read(&entry).expect("an entry");
        let other = Setting::new(&[("noisy.py", "print(43)")]);
        other.run("run noisy.py");
        let foreign = fs::read(&other.entries()[0]).expect("an entry");
        let flipped = |at: usize| {
            let mut bytes = sound.clone();
            bytes[at] ^= 1;
            bytes
        };
        let damaged = [
            Vec::new(),
            b"something else".to_vec(),
            sound[..sound.len() - 1].to_vec(),
            [sound.as_slice(), b"\0"].concat(),
            flipped(0),
            flipped(8),
            flipped(40),
            flipped(sound.len() - 1),
            foreign,
        ];
        for bytes in damaged {
            fs::write(&entry, &bytes).expect("it can be damaged");
            is_compiled(&setting, "run noisy.py", true);
            assert_eq!(fs::read(&entry).expect("an entry"), sound);
            is_compiled(&setting, "run noisy.py", false);
        }
    }

    #[test]
    fn a_folder_that_can_not_be_used_is_no_reason_to_fail() {
        let setting = Setting::new(WARNS);
        let file = setting.files.path().join("file");
        fs::write(&file, "").expect("a file");
        for folder in [file.as_path(), &file.join("below"), Path::new("/proc/nobody/can/write"), Path::new("")] {
            let output = setting.command("run noisy.py").env("EXOCET_CACHE_DIR", folder).env("HOME", &file).output();
            assert_eq!(ended(output.expect("it runs")).0, "42\n", "{}", folder.display());
        }
        // An entry whose place is taken by a folder.
        setting.run("run noisy.py");
        let entry = setting.entries().remove(0);
        fs::remove_file(&entry).and_then(|()| fs::create_dir(&entry)).expect("a folder");
        is_compiled(&setting, "run noisy.py", true);
    }

    #[cfg(unix)]
    #[test]
    fn a_full_disk_is_no_reason_to_fail() {
        let setting = Setting::new(WARNS);
        let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" run noisy.py";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, env!("CARGO_BIN_EXE_exocet")]).current_dir(setting.files.path());
        let output = shell.env("EXOCET_CACHE_DIR", setting.cache.path()).stdin(Stdio::null()).output();
        assert_eq!(ended(output.expect("it runs")).0, "42\n");
        assert_eq!(setting.entries(), [] as [PathBuf; 0]);
        is_compiled(&setting, "run noisy.py", true);
    }

    #[test]
    fn several_processes_may_fill_one_cache_at_once() {
        let files: Vec<(String, String)> =
            (0..40).map(|number| (format!("pk/m{number}.py"), format!("value = {number}"))).collect();
        let mut tree: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        tree.push(("pk/__init__.py", ""));
        let setting = Setting::new(&tree);
        let start = || setting.command("load --path . --walk --json pk").stdout(Stdio::piped()).spawn();
        let running: Vec<_> = (0..4).map(|_| start().expect("it starts")).collect();
        for child in running {
            let (stdout, _) = ended(child.wait_with_output().expect("it ends"));
            assert_eq!(stdout.matches("\"ok\":true").count(), 41, "{stdout}");
        }
        assert_eq!(setting.entries().len(), 41);
    }

    #[cfg(unix)]
    #[test]
    fn entries_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let setting = Setting::new(WARNS);
        setting.run("run noisy.py");
        for entry in walkdir::WalkDir::new(setting.cache.path()).min_depth(1) {
            let entry = entry.expect("it is there");
            let mode = entry.metadata().expect("it is there").permissions().mode();
            assert!(entry.file_name() == "swept" || mode & 0o077 == 0, "{}: {mode:o}", entry.path().display());
        }
    }
}
