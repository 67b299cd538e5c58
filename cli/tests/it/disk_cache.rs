//! Compiled code on the disk, which later processes find again, and which is never the reason why a command fails.

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
    let expected = serde_json::json!({"folder": folder, "entries": 1, "bytes": size});
    assert!(expected.as_object().expect("one").iter().all(|(key, value)| json[key] == *value), "{json}");
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

#[cfg(feature = "isolates")]
#[test]
fn what_isolates_keep_is_counted_and_removed_too() {
    let setting = Setting::new(WARNS);
    let folder = setting.cache.path();
    for kind in ["guests-1", "images-1", "another"] {
        fs::create_dir(folder.join(kind)).expect("a folder");
        fs::write(folder.join(kind).join("entry"), "code").expect("a file");
    }
    let name = folder.display();
    assert_eq!(setting.run("cache info").0, format!("{name}: 0 modules, 0 B; for isolates 8 B\n"));
    let json: serde_json::Value = serde_json::from_str(&setting.run("cache info --json").0).expect("JSON");
    assert_eq!(json["isolates"], serde_json::json!({"entries": 2, "bytes": 8}));
    assert_eq!(setting.run("cache clear").0, format!("{name}: removed 0 modules, 0 B; for isolates 8 B\n"));
    assert_eq!(setting.run("cache info").0, format!("{name}: 0 modules, 0 B\n"));
    let left = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it is there").file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["another"]);
}
