//! Plugins on the disk, and the ways in which editors save.

use super::plugins::shown;
use exocet::{
    Runtime,
    plugins::{Discovery, What},
};
use std::{fs, path::Path, time::Duration};

/// Longer than any machine takes.
const LONG: Option<Duration> = Some(Duration::from_secs(60));

/// Long enough for a report that must not come.
const SHORT: Option<Duration> = Some(Duration::from_millis(400));

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("it can be written");
}

#[test]
fn each_way_of_saving_is_one_change() {
    let folder = tempfile::tempdir().expect("there is room");
    let folder = folder.path();
    write(folder, "a.py", "from _helper import word\ndef reply(): return word");
    write(folder, "_helper.py", "word = 'one'");
    for at in 0..10 {
        write(folder, &format!("b{at}.py"), "def reply(): return None");
    }
    let runtime = Runtime::builder().path(folder).expect("it is there").build().expect("it starts");
    let plugins = runtime.plugins(Discovery::top_level());
    assert_eq!(plugins.load().expect("it can be asked").len(), 11);
    let reply = || plugins.first::<String>("reply", ()).expect("it is called").expect("it replies");
    let mut watch = plugins.watch().expect("the system reports changes");
    assert_eq!(watch.next(SHORT).expect("it can be asked"), []);

    // Truncated and written.
    write(folder, "_helper.py", "word = 'two'");
    assert_eq!(shown(&watch.next(LONG).expect("it can be asked")), [("a", What::Replaced, 2)]);
    assert_eq!(reply(), "two");
    assert_eq!(watch.next(SHORT).expect("it can be asked"), []);

    // Renamed over.
    write(folder, ".a.py.swp", "def reply(): return 'three'");
    fs::rename(folder.join(".a.py.swp"), folder.join("a.py")).expect("it can be renamed");
    assert_eq!(shown(&watch.next(LONG).expect("it can be asked")), [("a", What::Replaced, 3)]);
    assert_eq!(reply(), "three");

    // Torn for a while.
    write(folder, "a.py", "def reply(: return 'four'");
    let changes = watch.next(LONG).expect("it can be asked");
    assert_eq!(shown(&changes), [("a", What::Kept, 3)]);
    assert!(changes[0].error.as_ref().is_some_and(|error| error.contains("SyntaxError")), "{changes:?}");
    assert_eq!(reply(), "three");
    write(folder, "a.py", "def reply(): return 'four'");
    assert_eq!(shown(&watch.next(LONG).expect("it can be asked")), [("a", What::Replaced, 4)]);
    assert_eq!(reply(), "four");

    // Ten files at once.
    for at in 0..10 {
        write(folder, &format!("b{at}.py"), "def reply(): return 'b'");
    }
    let changes = watch.next(LONG).expect("it can be asked");
    assert_eq!(changes.len(), 10, "{changes:?}");
    assert!(changes.iter().all(|change| (change.what, change.generation) == (What::Replaced, 2)), "{changes:?}");

    // One that comes, and one that goes.
    write(folder, "c.py", "def reply(): return 'c'");
    assert_eq!(shown(&watch.next(LONG).expect("it can be asked")), [("c", What::Loaded, 1)]);
    fs::remove_file(folder.join("c.py")).expect("it can be removed");
    assert_eq!(shown(&watch.next(LONG).expect("it can be asked")), [("c", What::Removed, 0)]);
    assert_eq!(watch.next(SHORT).expect("it can be asked"), []);
}

#[test]
fn a_file_that_is_written_slowly_is_read_whole() {
    let folder = tempfile::tempdir().expect("there is room");
    let folder = folder.path();
    write(folder, "a.py", "def reply(): return 'old'");
    let runtime = Runtime::builder().path(folder).expect("it is there").build().expect("it starts");
    let plugins = runtime.plugins(Discovery::top_level());
    plugins.load().expect("it can be asked");
    let text = format!("word = 'whole'\n{}\ndef reply(): return word", "# a line\n".repeat(20));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            use std::io::Write;
            let mut file = fs::File::create(folder.join("a.py")).expect("it can be written");
            for part in text.as_bytes().chunks(12) {
                file.write_all(part).expect("there is room");
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let mut changes = Vec::new();
        while changes.is_empty() {
            changes = plugins.poll().expect("it can be asked");
        }
        assert_eq!(shown(&changes), [("a", What::Replaced, 2)]);
    });
    assert_eq!(plugins.first::<String>("reply", ()).expect("it is called").as_deref(), Some("whole"));
}
