//! Files that are handed in: what is read is what CPython reads, and nothing else is there.

use crate::support::guest;
use exocet::{Imports, Limits, Memory, Source, source::Directory};
use exocet_isolate::{Isolate, Snapshot};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// Files of all kinds.
fn tree(root: &Path) {
    let write = |path: &str, bytes: &[u8]| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("it is below the root")).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("a.txt", b"one\r\ntwo\n\nf\xc3\xbcnf");
    write("latin.txt", b"f\xfcnf");
    write("bom.txt", b"\xef\xbb\xbfbom");
    write("sub/b.txt", b"b");
    write("sub/deep/c.txt", b"c");
    write("mod.py", b"x = 1\ny = 2\n");
    write("t.toml", b"[a]\nb = [1, 2.5, 'c']\n");
    write("d.json", b"{\"a\": [1, null]}");
    write("pkg/__init__.py", b"");
    write("pkg/data.txt", b"data");
    let zip = zip_of("in/side.txt", b"side\nline");
    write("z.zip", &zip);
}

/// An archive of one file, which is stored as it is.
fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    let sum = content.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    });
    let size = (content.len() as u32).to_le_bytes();
    let about = [&[0; 4], &[0x21, 0, 0x21, 0][..], &(!sum).to_le_bytes(), &size, &size].concat();
    let length = [name.len() as u8, 0, 0, 0];
    let local = [b"PK\x03\x04\x14\0", &about[..], &length, name.as_bytes(), content].concat();
    let central = [b"PK\x01\x02\x14\0\x14\0", &about[..], &length, &[0; 14], name.as_bytes()].concat();
    let (count, start) = ([1, 0, 1, 0], (local.len() as u32).to_le_bytes());
    let end = [b"PK\x05\x06\0\0\0\0", &count[..], &(central.len() as u32).to_le_bytes(), &start, &[0; 2]].concat();
    [local, central, end].concat()
}

fn memory(source: &dyn Source, label: &str) -> Memory {
    let (memory, mut folders) = (Memory::new(label), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        for entry in source.list(&folder).unwrap().unwrap() {
            let entry = entry.unwrap();
            let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
            match source.read(&path).unwrap() {
                Some(bytes) => memory.insert(path, bytes),
                None => folders.push(path),
            }
        }
    }
    memory
}

fn reading(source: impl Source, root: &str) -> Vec<String> {
    let app = Memory::new("<reading>").with("reading.py", include_str!("../python/reading.py"));
    let snapshot = Snapshot::builder().source(app).source(source).load("reading").build(&guest()).unwrap();
    snapshot.isolate(&Limits::new()).unwrap().module("reading").unwrap().call("work", (root,)).unwrap()
}

#[test]
fn files_are_read_as_cpython_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    tree(&root);
    let root = root.to_str().unwrap();
    let given = reading(Directory::new(root).unwrap(), root);
    assert!(given.len() > 80 && given[0].ends_with("-> 'one\\ntwo\\n\\nfünf'"), "{given:?}");
    // A source that is no folder shows its files below its label.
    let labelled = reading(memory(&Directory::new(root).unwrap(), "<given>"), "/<given>");
    for (one, other) in given.iter().zip(&labelled) {
        assert_eq!(one.replace(root, "/<given>"), *other);
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/reading.py");
    let Ok(python) = Command::new("python3").args(["-X", "utf8", "-B", script, root]).output() else { return };
    let own = String::from_utf8(python.stdout).unwrap();
    let differing: Vec<_> = given.iter().zip(own.lines()).filter(|(one, other)| one != other).collect();
    assert!(own.lines().count() == given.len() && differing.is_empty(), "{differing:#?}");
}

fn isolate_with(text: &str, files: Arc<dyn Source>) -> Isolate {
    let app = Memory::new("<app>").with("app.py", text).with("data.txt", "beside");
    Snapshot::builder().source(app).files(files).load("app").build(&guest()).unwrap().isolate(&Limits::new()).unwrap()
}

#[test]
fn files_that_are_handed_in_are_no_modules() {
    let files = Memory::new("/data/set").with("x.txt", "x").with("hidden.py", "");
    let isolate = isolate_with(
        "import os\ntext = open('/data/set/x.txt').read() + open('<app>/data.txt').read() + open(os.path.dirname(__file__) + '/data.txt').read()\nseen = [os.listdir('/'), os.listdir('/data'), sorted(os.listdir('/data/set'))]\ntry:\n    import hidden\nexcept ImportError as e: missing = str(e)",
        Arc::new(files),
    );
    let app = isolate.module("app").unwrap();
    assert_eq!(app.get::<String>("text").unwrap(), "xbesidebeside");
    assert!(app.get::<String>("missing").unwrap().starts_with("No module named 'hidden'"));
    let seen: Vec<Vec<String>> = app.get("seen").unwrap();
    assert_eq!(seen[0], ["<app>", "<stdlib>", "data"]);
    assert_eq!((seen[1].join(" "), seen[2].join(" ")), ("set".to_owned(), "hidden.py x.txt".to_owned()));
}

/// A folder with links to what lies beside it.
fn linked(root: &Path) -> PathBuf {
    fs::write(root.join("secret.txt"), "secret").unwrap();
    let given = root.join("given");
    fs::create_dir_all(given.join("sub")).unwrap();
    fs::write(given.join("own.txt"), "own").unwrap();
    #[cfg(unix)]
    for (link, target) in [
        ("own_link", given.join("own.txt")),
        ("link.txt", root.join("secret.txt")),
        ("relative", "../secret.txt".into()),
        ("out", root.to_owned()),
        ("sub/up", "../..".into()),
    ] {
        std::os::unix::fs::symlink(target, given.join(link)).unwrap();
    }
    given
}

/// What gets at a file.
const WAYS: &[&str] = &[
    "open",
    "io.open",
    "_io.open",
    "io.FileIO",
    "_io.FileIO",
    "io.open_code",
    "os.stat",
    "os.lstat",
    "os.listdir",
    "os.scandir",
    "lambda p: os.open(p, 0)",
    "lambda p: pathlib.Path(p).read_text()",
    "tokenize.open",
    "zipfile.ZipFile",
];

/// Each path, the root and a climb out of every folder included, is one that was handed in, or is absent.
#[test]
fn nothing_is_reached_that_was_not_handed_in() {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let given = linked(&root);
    let text = "import os, io, glob, pathlib, tokenize, linecache, zipfile, pkgutil, _io, _exocet_files, posix\ndef attempt(name, path):\n    try: got = eval(name)(path)\n    except (OSError, ValueError) as e: return type(e).__name__\n    return repr(got)\ndef names(): return sorted(os.listdir(root)), [p for p, _, _ in os.walk('/') if '<stdlib>' not in p]";
    let closed = || Directory::new(&given).unwrap().without_links_out().unwrap();
    let at = |path: &str| given.join(path).to_str().unwrap().to_owned();
    let secrets = [
        root.join("secret.txt").to_str().unwrap().to_owned(),
        at("../secret.txt"),
        at("sub/../../secret.txt"),
        at("link.txt"),
        at("relative"),
        at("out"),
        at("out/secret.txt"),
        at("sub/up/secret.txt"),
        "/etc/passwd".to_owned(),
        "etc/passwd".to_owned(),
        format!("/{}", "../".repeat(40)) + "etc/passwd",
        "<app>/../etc/passwd".to_owned(),
        "/proc/self/environ".to_owned(),
        "/dev/urandom".to_owned(),
        "file:///etc/passwd".to_owned(),
        "\\etc\\passwd".to_owned(),
        "/etc/passwd\0.txt".to_owned(),
    ];
    let app = Arc::new(Memory::new("<app>").with("app.py", format!("{text}\nroot = {:?}", given.to_str().unwrap())));
    let builder = || Snapshot::builder().shared_source(app.clone()).load("app");
    for snapshot in [
        builder().files(Arc::new(closed())).build(&guest()).unwrap(),
        builder().asked_source(Arc::new(closed())).build(&guest()).unwrap(),
    ] {
        let isolate = snapshot.isolate(&Limits::new()).unwrap();
        let app = isolate.module("app").unwrap();
        for way in WAYS {
            for secret in &secrets {
                let got: String = app.call("attempt", (way, secret)).unwrap();
                assert!(got.ends_with("Error"), "{way}({secret:?}): {got}");
            }
        }
        let got: String = app.call("attempt", ("lambda p: open(p).read()", at("own_link"))).unwrap();
        assert!(!cfg!(unix) || got == "'own'", "{got}");
        let (names, walked): (Vec<String>, Vec<String>) = app.call("names", ()).unwrap();
        assert!(names.iter().all(|name| ["own.txt", "own_link", "sub"].contains(&name.as_str())), "{names:?}");
        assert!(
            walked.iter().all(|path| *path == "/" || path.starts_with("/<app>") || at("sub").starts_with(path)),
            "{walked:?}"
        );
    }
}

/// What is tried, the class of what it raises, and its number.
const REFUSED: &[(&str, &str, u8)] = &[
    ("open('/data/x.txt', 'w')", "OSError", 30),
    ("open('/data/new.txt', 'w')", "OSError", 30),
    ("open('/data/new.txt', 'xb')", "OSError", 30),
    ("open('/data/x.txt', 'x')", "FileExistsError", 17),
    ("open('/data/x.txt', 'a')", "OSError", 30),
    ("open('/data/x.txt', 'r+b')", "OSError", 30),
    ("open('/data/sub', 'w')", "IsADirectoryError", 21),
    ("open('/none/new.txt', 'w')", "FileNotFoundError", 2),
    ("open('/data/x.txt/new', 'w')", "NotADirectoryError", 20),
    ("io.FileIO('/data/x.txt', 'w')", "OSError", 30),
    ("os.open('/data/x.txt', os.O_WRONLY | os.O_CREAT)", "OSError", 30),
    ("os.open('/data/x.txt', os.O_RDONLY)", "OSError", 38),
    ("os.mkdir('/data/new')", "OSError", 30),
    ("os.mkdir('/data/sub')", "FileExistsError", 17),
    ("os.makedirs('/a/b/c')", "OSError", 30),
    ("os.makedirs('/data/sub', exist_ok=True)", "done", 0),
    ("os.remove('/data/x.txt')", "OSError", 30),
    ("os.unlink('/data/none')", "FileNotFoundError", 2),
    ("os.rename('/data/x.txt', '/data/z')", "OSError", 30),
    ("os.replace('/data/none', '/data/z')", "FileNotFoundError", 2),
    ("os.symlink('/data/x.txt', '/data/z')", "OSError", 30),
    ("os.chmod('/data/x.txt', 0o600)", "OSError", 30),
    ("os.utime('/data/x.txt')", "OSError", 30),
    ("os.chdir('/data')", "OSError", 30),
    ("pathlib.Path('/data/x.txt').write_text('')", "OSError", 30),
    ("pathlib.Path('/data/x.txt').unlink()", "OSError", 30),
    ("pathlib.Path('/data/new').touch()", "OSError", 30),
    ("shutil.copy('/data/x.txt', '/data/z.txt')", "OSError", 30),
    ("shutil.rmtree('/data/sub')", "OSError", 30),
    ("zipfile.ZipFile('/data/z.zip', 'w')", "OSError", 30),
    ("tempfile.mkstemp()", "FileNotFoundError", 2),
    ("tempfile.TemporaryDirectory()", "FileNotFoundError", 2),
    ("tempfile.NamedTemporaryFile()", "FileNotFoundError", 2),
    ("os.system('true')", "PermissionError", 1),
    ("os.popen('true')", "PermissionError", 1),
    ("os.kill(1, 9)", "PermissionError", 1),
    ("os.write(1, b'')", "OSError", 9),
    ("open(1, 'w')", "OSError", 9),
    ("os.get_terminal_size()", "OSError", 25),
];

#[test]
fn what_would_change_a_file_or_start_a_process_is_one_error() {
    let text = "import os, shutil, tempfile, pathlib, zipfile, io\ndef attempt(code):\n    try: eval(code)\n    except OSError as e: return type(e).__name__, e.errno, e.filename\n    return 'done', None, None";
    let isolate = isolate_with(text, Arc::new(Memory::new("/data").with("x.txt", "x").with("sub/y.txt", "")));
    let app = isolate.module("app").unwrap();
    for (code, class, number) in REFUSED {
        let got: (String, Option<u8>, Option<String>) = app.call("attempt", (code,)).unwrap();
        assert_eq!((got.0.as_str(), got.1.unwrap_or(0)), (*class, *number), "{code}: {got:?}");
        let is_named = code.contains("'/") && *number != 0;
        assert!(!is_named || got.2.is_some_and(|name| name.starts_with('/')), "{code}");
    }
    let none = Imports::none();
    let app = Memory::new("<app>").with("app.py", "text = open('/<app>/app.py').read()");
    Snapshot::builder().source(app).imports(&none).load("app").build(&guest()).unwrap();
}
