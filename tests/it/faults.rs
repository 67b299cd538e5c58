//! What goes wrong with a source in the middle of a load: one clear error, nothing half-made, and the next load works.

use crate::{
    loading::{each_edit, world},
    support::{Tree, archive, attr, directory, handle, said, write},
};
use exocet::{
    HostModule, Imports, Memory, Runtime, Source,
    raw::{self, RealmRef, load, search_path},
    source::{Entry, Shape, Stamp},
    vm::{AsObject, PyObjectRef, PyResult, VirtualMachine},
};
use std::{
    fs, io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

/// What one question to a source comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// An error that doesn't even name the file.
    Error,
    Panic,
    /// The file or folder isn't there, as if it had just been removed.
    Gone,
}

/// A source that answers all questions but one.
struct Faulty {
    files: Memory,
    fault: Fault,
    asked: AtomicUsize,
    /// Which question it is.
    at: AtomicUsize,
}

impl Faulty {
    fn new(tree: Tree<'_>, fault: Fault) -> Arc<Self> {
        let (asked, at) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        Arc::new(Self { files: tree.iter().copied().collect(), fault, asked, at })
    }

    /// Breaks at the question of that number, counted from now.
    fn break_at(&self, at: usize) {
        self.asked.store(0, Ordering::Relaxed);
        self.at.store(at, Ordering::Relaxed);
    }

    /// Answers everything from now on. Whether there was a question that wasn't answered.
    fn mend(&self) -> bool {
        self.asked.load(Ordering::Relaxed) > self.at.swap(usize::MAX, Ordering::Relaxed)
    }

    fn answer<R>(&self, answer: io::Result<Option<R>>) -> io::Result<Option<R>> {
        if self.asked.fetch_add(1, Ordering::Relaxed) != self.at.load(Ordering::Relaxed) {
            return answer;
        }
        match self.fault {
            Fault::Error => Err(io::Error::other("the line is dead")),
            Fault::Panic => panic!("the line is dead"),
            Fault::Gone => Ok(None),
        }
    }
}

impl Source for Faulty {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        self.answer(self.files.read(path))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        self.answer(self.files.list(folder))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        self.answer(self.files.probe(path))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        self.answer(self.files.stamp(path))
    }

    fn label(&self) -> &str {
        "<faulty>"
    }
}

const TREE: Tree<'_> = &[
    ("app.py", "import pk.a, solo\ngot = pk.a.x, pk.sub.b.y, solo.z"),
    ("pk/__init__.py", "from . import a\nfrom .sub import b\ngot = a.x, b.y, 3"),
    ("pk/a.py", "import pk.sub.b\nx = 1"),
    ("pk/sub/__init__.py", ""),
    ("pk/sub/b.py", "y = 2"),
    ("solo.py", "z = 3"),
];

/// A way to load the tree: what comes out has `got`.
type Way = fn(&VirtualMachine) -> PyResult;

/// Those whose modules are all fresh.
const FRESH: [(&str, Way); 2] = [
    ("a package", |vm| load(&handle("pk", vm)?, &raw::empty(vm), vm)),
    ("a realm", |vm| {
        let realm = RealmRef::builder(&raw::empty(vm)).search_path(&search_path(vm)?).build(vm);
        realm.lookup("app", vm)
    }),
];

/// Those that meet shared modules.
const SHARED: [(&str, Way); 2] = [
    ("a fresh module over shared ones", |vm| load(&handle("app", vm)?, &raw::pass_through(vm), vm)),
    ("a plain import", |vm| raw::pass_through(vm).lookup("app", vm)),
];

/// Loads with each question left unanswered in turn, and looks what stays after each.
#[track_caller]
fn each_fault(ways: &[(&str, Way)], stays: impl Fn(&VirtualMachine) -> PyResult<Vec<String>>) {
    for fault in [Fault::Error, Fault::Panic, Fault::Gone] {
        let source = Faulty::new(TREE, fault);
        let runtime = Runtime::builder().isolated().shared_source(source.clone()).build().expect("it starts");
        for (way, load) in ways {
            let mut at = 0;
            loop {
                let place = format!("{way}, {fault:?} at question {at}");
                let tried = runtime.try_enter(|vm| {
                    exocet::raw::forget_units(vm);
                    let before = stays(vm)?;
                    source.break_at(at);
                    let loaded = load(vm);
                    let broke = source.mend();
                    match &loaded {
                        // A package whose file is gone is a namespace package, and binds nothing.
                        Ok(module) if fault == Fault::Gone && attr(module, "__file__", vm).is_err() => {}
                        Ok(module) => assert_eq!(attr(module, "got", vm)?, "(1, 2, 3)", "{place}"),
                        Err(error) => check_message(&said(error, vm), fault, &place),
                    }
                    assert!(broke || loaded.is_ok(), "{place}");
                    drop(loaded);
                    assert_eq!(stays(vm)?, before, "{place}");
                    // CPython leaves the modules of a package that failed, and never binds them in the next one.
                    forget_modules(vm)?;
                    let again = load(vm);
                    let again = again.unwrap_or_else(|error| panic!("{place}: {}", exocet::raw::traceback(&error, vm)));
                    assert_eq!(attr(&again, "got", vm)?, "(1, 2, 3)", "{place}");
                    drop(again);
                    forget_modules(vm)?;
                    // Finders that were found out once would hide what finding them out may come to.
                    let finders = vm.sys_module.get_attr("path_importer_cache", vm)?;
                    vm.call_method(&finders, "clear", ())?;
                    Ok(broke)
                });
                match tried {
                    Ok(true) => at += 1,
                    Ok(false) => break,
                    Err(error) => panic!("{place}: {error}"),
                }
            }
            assert!(at > 10, "{way}: only {at} questions");
        }
    }
}

/// The message names a module and a place, and nothing but the fault.
#[track_caller]
fn check_message(message: &str, fault: Fault, place: &str) {
    let names = ["app", "pk", "pk.a", "pk.sub", "pk.sub.b", "solo", "a", "b"];
    let named =
        names.iter().any(|name| message.contains(&format!("`{name}`")) || message.contains(&format!("'{name}'")));
    assert!(named, "{place}: {message}");
    if fault != Fault::Gone {
        assert!(message.contains("<faulty>/") && message.contains("the line is dead"), "{place}: {message}");
        assert_eq!(message.matches("<faulty>/").count(), 1, "{place}: {message}");
    }
}

/// Takes the tree's shared modules away.
fn forget_modules(vm: &VirtualMachine) -> PyResult<()> {
    let scope = vm.new_scope_with_builtins();
    let code = "
import sys
for name in ('app', 'pk', 'pk.a', 'pk.sub', 'pk.sub.b', 'solo'):
    sys.modules.pop(name, None)
";
    vm.run_string(scope, code, "<test>").map(drop)
}

#[test]
fn a_source_that_fails_at_any_question_leaves_no_trace() {
    each_fault(&FRESH, world);
}

#[test]
fn a_source_that_fails_at_any_question_leaves_no_half_made_shared_module() {
    // Shared modules that were whole before the fault stay, as CPython has it.
    each_fault(&SHARED, |vm| {
        let scope = vm.new_scope_with_builtins();
        let code = "
import sys
half = [name for name, module in sys.modules.items() if getattr(getattr(module, '__spec__', None), '_initializing', False)]
";
        vm.run_string(scope.clone(), code, "<test>")?;
        let half: Vec<PyObjectRef> = scope.globals.get_item("half", vm)?.try_to_value(vm)?;
        half.iter().map(|name| Ok(name.str(vm)?.to_string())).collect()
    });
}

/// A source of one thread, which breaks on all others.
#[cfg(feature = "threading")]
struct Own {
    files: Memory,
    thread: std::thread::ThreadId,
    elsewhere: AtomicUsize,
    panics: bool,
}

#[cfg(feature = "threading")]
impl Source for Own {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        if std::thread::current().id() == self.thread {
            return self.files.read(path);
        }
        self.elsewhere.fetch_add(1, Ordering::Relaxed);
        if self.panics { panic!("on another thread") } else { Err(io::Error::other("on another thread")) }
    }

    fn label(&self) -> &str {
        "<own>"
    }

    fn reads_ahead(&self) -> bool {
        true
    }
}

#[cfg(feature = "threading")]
#[test]
fn what_goes_wrong_ahead_of_an_import_is_not_the_imports() {
    for panics in [false, true] {
        let (thread, elsewhere) = (std::thread::current().id(), AtomicUsize::new(0));
        let source = Arc::new(Own { files: TREE.iter().copied().collect(), thread, elsewhere, panics });
        let runtime = Runtime::builder().isolated().shared_source(source.clone()).build().expect("it starts");
        for _ in 0..20 {
            exocet::compile::forget_compiled_code();
            runtime.enter(exocet::raw::forget_units);
            let package = runtime.load("pk", &Imports::none()).expect("it loads");
            assert_eq!(package.get::<(i32, i32, i32)>("got").expect("numbers"), (1, 2, 3));
        }
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        assert!(cores == 1 || source.elsewhere.load(Ordering::Relaxed) > 0, "nothing was read ahead");
    }
}

/// The kinds of source that can break: a bundle is read once.
const BREAKABLE: [&str; 3] = ["memory", "directory", "zip"];

/// A tree in a source of some kind, which its own modules can break and mend.
struct Breakable {
    folder: tempfile::TempDir,
    memory: Arc<Memory>,
    kind: &'static str,
}

impl Breakable {
    fn new(kind: &'static str) -> Arc<Self> {
        let memory = Arc::new(Memory::new("<memory>"));
        Arc::new(Self { folder: tempfile::tempdir().expect("a temporary folder"), memory, kind })
    }

    /// Makes the source hold these files and no others.
    fn put(&self, tree: Tree<'_>) {
        let root = &self.folder.path().join("root");
        match self.kind {
            "memory" => {
                for folder in ["", "pk"] {
                    for entry in self.memory.list(folder).expect("memory").into_iter().flatten().flatten() {
                        let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
                        self.memory.remove(&path);
                    }
                }
                tree.iter().for_each(|(path, text)| self.memory.insert(*path, text));
            }
            "directory" => {
                let _ = fs::remove_dir_all(root);
                fs::create_dir(root).expect("a folder");
                write(root, tree);
            }
            _ => fs::write(root, archive(tree)).expect("an archive"),
        }
    }

    /// Takes all of the source away.
    fn take_away(&self) {
        let root = &self.folder.path().join("root");
        match self.kind {
            "memory" => self.put(&[]),
            "directory" => fs::remove_dir_all(root).expect("it was there"),
            _ => fs::remove_file(root).expect("it was there"),
        }
    }

    fn runtime(&self) -> Runtime {
        let builder = Runtime::builder().isolated();
        let builder = match self.kind {
            "memory" => builder.shared_source(self.memory.clone()),
            _ => builder.path(self.folder.path().join("root")).expect("it opens"),
        };
        builder.build().expect("it starts")
    }
}

/// A module `fault` whose `go` does what is asked for.
fn fault(go: impl Fn() + Send + 'static) -> HostModule {
    let go = Mutex::new(go);
    HostModule::new("fault").function("go", move || (go.lock().expect("nobody panicked"))())
}

#[test]
fn a_source_that_goes_between_a_package_and_its_submodule_is_one_error() {
    let tree = &[("pk/__init__.py", "import fault\nfault.go()\nfrom . import a\ngot = a.x"), ("pk/a.py", "x = 1")];
    for kind in BREAKABLE {
        let source = Breakable::new(kind);
        source.put(tree);
        let runtime = source.runtime();
        let label = runtime.search_path().expect("a search path").locations()[0].source.label().to_owned();
        let mut before = None;
        for _ in 0..3 {
            let breaks = source.clone();
            let imports = Imports::none().with_module(fault(move || breaks.take_away()));
            let error = runtime.load_package("pk", &imports).expect_err("there is nothing left");
            let message = error.to_string();
            assert!(message.contains("pk") && message.contains(&label), "{kind}: {message}");
            // The first error brings in what makes tracebacks.
            let after = runtime.try_enter(world).expect("it can be told");
            assert!(before.replace(after.clone()).is_none_or(|before| before == after), "{kind}");
            source.put(tree);
            let imports = Imports::none().with_module(fault(|| ()));
            let package = runtime.load("pk", &imports).expect("all is well");
            assert_eq!(package.get::<i32>("got").expect("a number"), 1, "{kind}");
        }
    }
}

#[test]
fn a_source_that_goes_between_finding_and_reading_is_one_error() {
    for kind in BREAKABLE {
        let source = Breakable::new(kind);
        source.put(&[("pk/__init__.py", ""), ("pk/a.py", "x = 1")]);
        let runtime = source.runtime();
        let (package, submodule) = runtime.enter(|vm| {
            let find = |name| handle(name, vm).expect("it is there");
            (find("pk"), find("pk.a"))
        });
        source.take_away();
        for (name, handle) in [("pk", &package), ("pk.a", &submodule)] {
            let loaded = runtime.try_enter(|vm| load(handle, &raw::empty(vm), vm).map(drop));
            let message = loaded.expect_err("it is gone").to_string();
            let place = handle.origin().expect("a file");
            let place = if kind == "zip" { place.split("/pk").next().unwrap_or_default().to_owned() } else { place };
            assert!(message.contains(&format!("`{name}`")) && message.contains(&place), "{kind}: {message}");
        }
        source.put(&[("pk/__init__.py", ""), ("pk/a.py", "x = 2")]);
        runtime.enter(|vm| {
            let module = load(&submodule, &raw::empty(vm), vm).expect("it is back");
            assert_eq!(attr(module.as_object(), "x", vm).expect("a number"), "2", "{kind}");
        });
    }
}

#[test]
fn a_source_that_turns_into_something_else_is_one_error() {
    let folder = directory(&[("root/a.py", "x = 1")]);
    let root = folder.path().join("root");
    let zip = folder.path().join("a.zip");
    fs::write(&zip, archive(&[("b.py", "x = 1")])).expect("an archive");
    let builder = Runtime::builder().isolated().path(&root).expect("it opens").path(&zip).expect("it opens");
    let runtime = builder.build().expect("it starts");
    let loaded = |name: &str| match runtime.load(name, &Imports::none()) {
        Ok(module) => module.get::<i32>("x").map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    assert_eq!((loaded("a"), loaded("b")), (Ok(1), Ok(1)));
    // A file where the folder was, and a folder where the archive was.
    fs::rename(&root, folder.path().join("away")).and_then(|()| fs::write(&root, "a file")).expect("a file");
    fs::rename(&zip, folder.path().join("away.zip")).and_then(|()| fs::create_dir(&zip)).expect("a folder");
    let message = loaded("a").expect_err("it is no folder any more");
    assert!(message.contains("`a`") && message.contains("a.zip"), "{message}");
    fs::remove_dir(&zip).and_then(|()| fs::rename(folder.path().join("away.zip"), &zip)).expect("the archive is back");
    let message = loaded("a").expect_err("it is no folder any more");
    assert!(message.contains("no module `a`") && message.contains("root"), "{message}");
    fs::remove_file(&root).and_then(|()| fs::rename(folder.path().join("away"), &root)).expect("the folder is back");
    assert_eq!((loaded("a"), loaded("b")), (Ok(1), Ok(1)));
}

#[test]
fn a_file_that_changes_while_its_importer_runs_is_loaded_as_it_is_then() {
    fn put(source: &Breakable, value: i32) {
        let late = format!("x = {value}");
        source.put(&[("app.py", "import fault\nfault.go()\nimport late\ngot = late.x"), ("late.py", &late)]);
    }
    for kind in BREAKABLE {
        let source = Breakable::new(kind);
        put(&source, 0);
        let runtime = source.runtime();
        for value in 1..5 {
            let edits = source.clone();
            let imports = Imports::none().with_module(fault(move || put(&edits, value)));
            let realm = runtime.realm(["app", "late"], &imports).expect("a realm");
            let app = realm.import("app").expect("it loads");
            assert_eq!(app.get::<i32>("got").expect("a number"), value, "{kind}");
        }
    }
}

/// A source with an edit right before, or right after, each time its one file is read. Each edit makes a new stamp.
struct Restless {
    version: AtomicUsize,
    before: bool,
}

impl Source for Restless {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        if path != "m.py" {
            return Ok(None);
        }
        let version = self.version.fetch_add(1, Ordering::Relaxed) + usize::from(self.before);
        Ok(Some(format!("x = {version}").into_bytes().into()))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        Ok((path == "m.py").then_some(Shape::File))
    }

    fn stamp(&self, _: &str) -> io::Result<Option<Stamp>> {
        Ok(Some(Stamp::new([self.version.load(Ordering::Relaxed) as u64, 0, 0, 0])))
    }

    fn label(&self) -> &str {
        "<restless>"
    }
}

#[test]
fn an_edit_between_a_stamp_and_a_read_is_never_lost() {
    for before in [false, true] {
        let source = Restless { version: AtomicUsize::new(0), before };
        let runtime = Runtime::builder().isolated().source(source).build().expect("it starts");
        for load in 0..5 {
            let module = runtime.load("m", &Imports::none()).expect("it loads");
            assert_eq!(module.get::<usize>("x").expect("a number"), load + usize::from(before), "before: {before}");
        }
    }
}

#[test]
fn a_traceback_of_a_module_whose_source_is_gone_does_without_its_text() {
    for kind in BREAKABLE {
        let source = Breakable::new(kind);
        source.put(&[("m.py", "def fail():\n    raise ValueError('on purpose')")]);
        let runtime = source.runtime();
        let module = runtime.load("m", &Imports::none()).expect("it loads");
        source.take_away();
        let error = module.call::<()>("fail", ()).expect_err("it raises");
        let exception = error.exception().expect("an exception");
        assert_eq!((exception.kind(), exception.message()), ("ValueError", "on purpose"), "{kind}");
        assert!(exception.traceback().contains("m.py"), "{kind}: {}", exception.traceback());
    }
}

/// A file whose module is loaded after each edit; the time that a file gets is the test's to choose.
struct Edited {
    folder: tempfile::TempDir,
}

impl Edited {
    fn new() -> Self {
        Self { folder: directory(&[("root/app.py", "x = 0")]) }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("root/app.py")
    }

    /// Loads after each of many edits, the first ones as fast as it goes, the last ones after a pause: long enough for stamps to
    /// count.
    #[track_caller]
    fn check(&self, edit: impl Fn(&str)) {
        let root = self.folder.path().join("root");
        let runtime = Runtime::builder().isolated().path(root).expect("it opens").build().expect("it starts");
        runtime.enter(|vm| {
            each_edit(&edit, vm);
            std::thread::sleep(Duration::from_millis(2200));
            let app = handle("app", vm).expect("it is there");
            drop(load(&app, &raw::empty(vm), vm));
            each_edit(&edit, vm);
        });
    }
}

fn set_modified(file: &Path, time: SystemTime) {
    let opened = fs::File::options().write(true).open(file).expect("it opens");
    opened.set_modified(time).expect("times can be set");
}

#[test]
fn edits_are_seen_while_the_clock_jumps() {
    let edited = Edited::new();
    let day = Duration::from_secs(24 * 60 * 60);
    let times =
        [SystemTime::now() + day, SystemTime::UNIX_EPOCH, SystemTime::now() - day, SystemTime::now() + 9000 * day];
    let turn = AtomicUsize::new(0);
    edited.check(|text| {
        fs::write(edited.file(), text).expect("an edit");
        set_modified(&edited.file(), times[turn.fetch_add(1, Ordering::Relaxed) % times.len()]);
    });
}

#[test]
fn a_file_replaced_by_one_of_the_same_size_and_time_is_seen() {
    let edited = Edited::new();
    let other = edited.folder.path().join("other.py");
    let old = SystemTime::now() - Duration::from_secs(3600);
    edited.check(|text| {
        fs::write(&other, text).expect("another file");
        set_modified(&other, old);
        fs::rename(&other, edited.file()).expect("it takes the place");
    });
}

/// The files that links lead to were left alone for long, so each has a stamp to be believed.
#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_is_seen() {
    use std::os::unix::fs::symlink;
    let folder = directory(&[]);
    let old = SystemTime::now() - Duration::from_secs(3600);
    for value in 0..10 {
        write(folder.path(), &[(&format!("r{value}/app.py"), &format!("x = {value}"))]);
        set_modified(&folder.path().join(format!("r{value}/app.py")), old);
    }
    std::thread::sleep(Duration::from_millis(2200));
    let swap = |target: &Path, link: &Path| {
        let new = folder.path().join("new");
        symlink(target, &new).and_then(|()| fs::rename(&new, link)).expect("a link");
    };
    // The file is a link, and then the folder of it is.
    let file_link = folder.path().join("root/app.py");
    let folder_link = folder.path().join("current");
    fs::create_dir(folder.path().join("root")).expect("a folder");
    let release = |text: &str| folder.path().join(format!("r{}", text.trim_start_matches("x = ")));
    swap(&folder.path().join("r0/app.py"), &file_link);
    swap(&folder.path().join("r0"), &folder_link);
    for root in ["root", "current"] {
        let root = folder.path().join(root);
        let runtime = Runtime::builder().isolated().path(&root).expect("it opens").build().expect("it starts");
        runtime.enter(|vm| {
            let edit = |text: &str| match root == folder_link {
                true => swap(&release(text), &folder_link),
                false => swap(&release(text).join("app.py"), &file_link),
            };
            each_edit(edit, vm);
        });
    }
}

#[cfg(unix)]
#[test]
fn what_is_neither_folder_nor_archive_is_not_waited_for() {
    let folder = directory(&[]);
    let pipe = folder.path().join("pipe.zip");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    let zip = folder.path().join("a.zip");
    fs::write(&zip, archive(&[("a.py", "x = 1")])).expect("an archive");
    let (done, seen) = std::sync::mpsc::channel();
    // Whoever opens a pipe waits for its other end for ever.
    std::thread::spawn(move || {
        let opened =
            [Path::new("/dev/zero"), &pipe].map(|path| exocet::source::open(path).expect_err("no archive").to_string());
        let source = exocet::source::open(&zip).expect("an archive");
        fs::rename(&pipe, &zip).expect("it takes the place");
        let read = source.read("a.py").expect_err("no archive any more").to_string();
        let _ = done.send((opened, read));
    });
    let (opened, read) = seen.recv_timeout(Duration::from_secs(20)).expect("it ends");
    assert!(opened[0].contains("`/dev/zero`: ") && opened[0].contains("not a zip archive"), "{opened:?}");
    assert!(opened[1].contains("pipe.zip`: ") && read.contains("a.zip`: "), "{opened:?} {read}");
}

#[cfg(feature = "disk-cache")]
mod disk {
    use super::*;
    use exocet::compile::DiskCache;
    use std::path::PathBuf;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn cached(folder: &Path, tree: Tree<'_>) -> Runtime {
        // No other test may have compiled the same, or nothing would be asked of the disk.
        let builder = Runtime::builder().isolated().source(tree.iter().copied().collect::<Memory>());
        builder.disk_cache(DiskCache::new(folder)).build().expect("it starts")
    }

    fn load_all(runtime: &Runtime, tree: Tree<'_>) {
        for (path, _) in tree {
            let name = path.trim_end_matches(".py");
            runtime.load(name, &Imports::none()).expect("no cache is a reason to fail");
        }
    }

    /// The files in the folders of the entries.
    fn entries(folder: &Path) -> Vec<PathBuf> {
        let files = walkdir::WalkDir::new(folder).min_depth(3).into_iter();
        files.map(|entry| entry.expect("it is there").into_path()).collect()
    }

    #[test]
    fn old_entries_go_whatever_the_clock_said_before() {
        let folder = directory(&[]);
        let tree = &[("swept.py", "'the clock'")];
        load_all(&cached(folder.path(), tree), tree);
        let [entry] = &entries(folder.path())[..] else { panic!("one entry") };
        let beside = |name: &str| entry.with_file_name(name);
        let mark = entry.parent().and_then(Path::parent).expect("a folder").join("swept");
        let now = SystemTime::now();
        for (swept, expected) in [(now, true), (now - 2 * DAY, false), (now + 2 * DAY, false)] {
            let ages = [("old", now - 31 * DAY), ("ahead", now + 31 * DAY), ("new", now - 29 * DAY)];
            for (name, time) in ages {
                fs::write(beside(name), "an entry").expect("a file");
                set_modified(&beside(name), time);
            }
            set_modified(&mark, swept);
            fs::remove_file(entry).expect("it was there");
            exocet::compile::forget_compiled_code();
            load_all(&cached(folder.path(), tree), tree);
            let left = ages.map(|(name, _)| beside(name).exists());
            assert_eq!(left, [expected, expected, true], "{swept:?}");
            assert!(entry.exists(), "{swept:?}");
        }
    }

    #[test]
    fn an_entry_from_the_future_is_as_good_as_any() {
        let folder = directory(&[]);
        let tree = &[("ahead.py", "'of the time'")];
        load_all(&cached(folder.path(), tree), tree);
        let entry = entries(folder.path()).remove(0);
        for time in [SystemTime::now() + 9000 * DAY, SystemTime::UNIX_EPOCH] {
            fs::write(&entry, "damaged").expect("it can be damaged");
            set_modified(&entry, time);
            exocet::compile::forget_compiled_code();
            load_all(&cached(folder.path(), tree), tree);
            assert!(fs::read(&entry).expect("an entry").len() > 100, "{time:?}");
        }
    }

    #[test]
    fn a_cache_may_be_cleared_while_others_fill_it() {
        let folder = directory(&[]);
        let files: Vec<_> = (0..400).map(|number| (format!("c{number}.py"), format!("'cleared', {number}"))).collect();
        let tree: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let runtime = cached(folder.path(), &tree);
        std::thread::scope(|scope| {
            let clearing = scope.spawn(|| {
                let cache = DiskCache::new(folder.path());
                (0..300).try_for_each(|_| cache.clear().map(drop).and_then(|()| cache.info().map(drop)))
            });
            while !clearing.is_finished() {
                exocet::compile::forget_compiled_code();
                runtime.enter(exocet::raw::forget_units);
                load_all(&runtime, &tree);
            }
            clearing.join().expect("it didn't panic").expect("it can be cleared");
        });
        // It is still written to.
        DiskCache::new(folder.path()).clear().expect("it can be cleared");
        exocet::compile::forget_compiled_code();
        runtime.enter(exocet::raw::forget_units);
        load_all(&runtime, &tree);
        assert_eq!(entries(folder.path()).len(), tree.len());
        let left = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 1, "only the folder of the entries");
    }
}
