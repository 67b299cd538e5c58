//! What is known of modules is kept: found again, never stale, and never a reason for another result.

use super::{Watched, problems, shown, top_level};
use crate::support::{KINDS, directory, fixture, write};
use exocet::{
    Memory, Source,
    modules::SearchPath,
    plugins::{Discovery, Marker},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

const MODULES: &[(&str, &str)] =
    &[("a.py", "plugin = 1"), ("b.py", "p = 1"), ("broken.py", "("), ("pk/c.py", "x = 1\nplugin = 1")];

const FOUND: &str = "a[plugin:1] pk.c[plugin:2]";

/// Finds what carries `plugin`, and compares with what is found without a cache.
#[track_caller]
fn find(path: &SearchPath, cache: &Path) -> String {
    let discovery = top_level("plugin");
    let (cached, fresh) = (discovery.clone().cached(cache).find(path), discovery.find(path));
    assert_eq!(serde_json::to_string(&cached).unwrap(), serde_json::to_string(&fresh).unwrap());
    shown(&cached)
}

/// The tables that a cache has.
fn tables(cache: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(cache).min_depth(3).into_iter();
    files.map(|entry| entry.expect("it is there").into_path()).collect()
}

fn set_modified(path: &Path, time: SystemTime) {
    fs::File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("its time is set");
}

#[test]
fn what_was_left_alone_is_not_read_again() {
    let (tree, cache) = (directory(MODULES), directory(&[]));
    let source = || exocet::source::open(tree.path()).expect("it opens");
    let discovery = top_level("plugin").cached(cache.path());
    let reads = || {
        let (source, read) = Watched::new(source());
        assert_eq!(shown(&discovery.find(&SearchPath::new().with(source))), FOUND);
        let mut read = std::mem::take(&mut *read.lock().unwrap());
        read.sort();
        read
    };
    let all = ["a.py", "b.py", "broken.py", "pk/c.py"];
    assert_eq!(reads(), all);
    // Files as new as these could still be written to without their times showing it. Once they are older, they are read one more time.
    thread::sleep(Duration::from_millis(2100));
    reads();
    assert!(reads().is_empty());
    let [table] = &tables(cache.path())[..] else { panic!("one table") };
    let before = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    set_modified(table, before);
    assert!(reads().is_empty());
    assert_eq!(
        fs::metadata(table).unwrap().modified().unwrap(),
        before,
        "it is written only when something has changed"
    );

    // An edit that leaves length and time as they were, a module that comes, and one that goes.
    let edited = tree.path().join("b.py");
    let time = fs::metadata(&edited).unwrap().modified().unwrap();
    fs::write(&edited, "q = 1").unwrap();
    set_modified(&edited, time);
    assert!(reads().contains(&"b.py".to_owned()));
    write(tree.path(), &[("aa.py", "plug = 1")]);
    let read = reads();
    assert!(read.contains(&"aa.py".to_owned()) && !read.contains(&"a.py".to_owned()), "{read:?}");
    fs::remove_file(tree.path().join("aa.py")).unwrap();
    fs::remove_file(tree.path().join("b.py")).unwrap();
    assert!(reads().is_empty());
}

#[test]
fn an_edit_shows_whichever_source_it_is_in() {
    for kind in KINDS {
        let cache = directory(&[]);
        let first = fixture(kind, MODULES);
        let path = |source: &Arc<dyn Source>| SearchPath::new().with(source.clone());
        assert_eq!(find(&path(&first.source), cache.path()), FOUND, "{kind}");
        assert_eq!(find(&path(&first.source), cache.path()), FOUND, "{kind}");
        // Another source under the same label, as another process has it: its counters may stand where the first one's did.
        if kind != "directory" {
            let second =
                fixture(kind, &[("a.py", "plugon = 1"), ("b.py", "plugin = 1"), ("broken.py", "("), ("pk/c.py", "")]);
            assert_eq!(second.source.label(), first.source.label());
            assert_eq!(find(&path(&second.source), cache.path()), "b[plugin:1]", "{kind}");
        }
    }
    let (tree, cache) = (directory(MODULES), directory(&[]));
    let path = SearchPath::new().with(exocet::source::open(tree.path()).unwrap());
    assert_eq!(find(&path, cache.path()), FOUND);
    write(tree.path(), &[("a.py", "plugon = 1"), ("b.py", "plugin = 1"), ("broken.py", "plugin = 1")]);
    assert_eq!(find(&path, cache.path()), "b[plugin:1] broken[plugin:1] pk.c[plugin:2]");
}

#[test]
fn an_upgrade_of_a_distribution_shows() {
    let site = |version: &str, text: &str| {
        let folder = format!("tool-{version}.dist-info");
        Memory::new("<site>")
            .with(format!("{folder}/METADATA"), format!("Name: tool\nVersion: {version}\n"))
            .with(format!("{folder}/entry_points.txt"), "[g]\ntool = tool")
            .with("tool.py", text)
    };
    let cache = directory(&[]);
    let discovery = Discovery::group("g").marked(Marker::binding("plugin")).cached(cache.path());
    let seen = |source: Memory| {
        let found = discovery.find(&SearchPath::new().with(source));
        let versions = found.plugins.iter().map(|found| found.facts().unwrap().version.unwrap_or_default());
        (shown(&found), versions.collect::<Vec<_>>().join(" "))
    };
    let is = |marks: &str, version: &str| (marks.to_owned(), version.to_owned());
    assert_eq!(seen(site("1", "plugin = 1")), is("tool[plugin:1]", "1"));
    assert_eq!(seen(site("2", "\nplugin = 1")), is("tool[plugin:2]", "2"));
    assert_eq!(seen(site("3", "plugon = 1")), is("", ""));
}

#[test]
fn each_marker_each_path_and_each_name_has_its_own() {
    let cache = directory(&[]);
    let text = "from .base import Tool\nclass Hammer(Tool): ...";
    let path = SearchPath::new().with(Memory::new("<m>").with("one/a.py", text).with("two/a.py", text));
    let names = |discovery: Discovery| {
        let discovery = discovery.cached(cache.path());
        (0..2).for_each(|_| drop(discovery.find(&path)));
        shown(&discovery.find(&path))
    };
    assert_eq!(names(top_level("(one.base.Tool)")), "one.a[Hammer:2]");
    assert_eq!(names(top_level("(two.base.Tool)")), "two.a[Hammer:2]");
    assert_eq!(names(top_level("(Tool)")), "one.a[Hammer:2] two.a[Hammer:2]");
    assert_eq!(names(top_level("Tool")), "one.a[Tool:1] two.a[Tool:1]");
    assert_eq!(names(Discovery::package("one").marked(Marker::subclass("Tool"))), "a[Hammer:2]");
    assert_eq!(tables(cache.path()).len(), 5);
    // They lie beside the code, and are cleared with it.
    assert_eq!(exocet::compile::DiskCache::new(cache.path()).clear().unwrap().entries, 5);
    assert!(tables(cache.path()).is_empty());
}

#[test]
fn a_damaged_table_is_as_good_as_none() {
    let cache = directory(&[]);
    let path = SearchPath::new().with(MODULES.iter().copied().collect::<Memory>());
    assert_eq!(find(&path, cache.path()), FOUND);
    let [table] = &tables(cache.path())[..] else { panic!("one table") };
    let sound = fs::read(table).unwrap();
    for at in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x10;
        fs::write(table, &damaged).unwrap();
        assert_eq!(find(&path, cache.path()), FOUND, "byte {at}");
        assert_eq!(fs::read(table).unwrap(), sound, "it is made anew: byte {at}");
        fs::write(table, &sound[..at]).unwrap();
        assert_eq!(find(&path, cache.path()), FOUND, "{at} bytes");
    }
    fs::write(table, [sound.as_slice(), b"more"].concat()).unwrap();
    assert_eq!(find(&path, cache.path()), FOUND);
}

#[test]
fn a_folder_that_cannot_be_used_changes_no_result() {
    let folder = directory(&[("file", "")]);
    let path = SearchPath::new().with(MODULES.iter().copied().collect::<Memory>());
    for cache in ["file", "file/below"] {
        assert_eq!(find(&path, &folder.path().join(cache)), FOUND);
    }
    // Where the table should be is something else.
    assert_eq!(find(&path, folder.path()), FOUND);
    let [table] = &tables(folder.path())[..] else { panic!("one table") };
    fs::remove_file(table).unwrap();
    fs::create_dir(table).unwrap();
    assert_eq!(find(&path, folder.path()), FOUND);
    assert_eq!(problems(&top_level("plugin").cached(folder.path()).find(&path)).len(), 1);
}

#[test]
fn processes_may_use_one_table_at_once() {
    const NAME: &str = "discovery::cached::processes_may_use_one_table_at_once";
    const FOLDER: &str = "EXOCET_TEST_TABLE";
    if let Some(cache) = std::env::var_os(FOLDER) {
        // Each has its own modules under the same names, so that each finds the other's table again and again.
        let own = std::process::id();
        for round in 0..200 {
            let is_it = |at: u32| (own + at + round).is_multiple_of(3);
            let text = |at: u32| if is_it(at) { "plugin = 1" } else { "plugon = 1" };
            let path = SearchPath::new().with((0..20).map(|at| (format!("m{at}.py"), text(at))).collect::<Memory>());
            assert_eq!(find(&path, Path::new(&cache)).split(' ').count(), (0..20).filter(|at| is_it(*at)).count());
        }
        return;
    }
    let cache = directory(&[]);
    let start = || {
        let own = std::env::current_exe().expect("the test binary");
        Command::new(own).args(["--exact", NAME]).env(FOLDER, cache.path()).spawn().expect("it starts")
    };
    let workers: Vec<_> = (0..3).map(|_| start()).collect();
    for mut worker in workers {
        assert!(worker.wait().expect("it ends").success());
    }
    // Nothing but the one table is left, and nothing half-written.
    assert_eq!(tables(cache.path()).len(), 1);
}

#[test]
fn so_many_modules_that_threads_share_them_are_found_in_order() {
    let modules = || (0..500).map(|at| (format!("m{at:03}.py"), if at % 7 == 0 { "plugin = 1" } else { "" }));
    let cache = directory(&[]);
    let path = SearchPath::new().with(modules().collect::<Memory>());
    let expected: Vec<_> = (0..500).step_by(7).map(|at| format!("m{at:03}[plugin:1]")).collect();
    (0..2).for_each(|_| assert_eq!(find(&path, cache.path()), expected.join(" ")));
}
