//! Bundles: what goes in comes out, in each way to open one; what isn't as it was made is refused, whichever byte it is.

use exocet::{
    Bundle, Imports, Memory, Policy, Rule, Runtime, Source, bundle::BundleBuilder, modules::SearchPath,
    observe::EventLog, policy::Lockfile,
};
use std::{collections::BTreeMap, fs, io::Read};

fn small() -> BundleBuilder {
    BundleBuilder::new()
        .file("app.py", "import lib\nword = lib.greet()")
        .file("lib.py", "def greet(): return 'hello'")
        .entry("app")
}

#[track_caller]
fn opened(builder: BundleBuilder) -> Bundle {
    Bundle::from_bytes("<app>", builder.build().expect("it is made")).expect("it is whole")
}

fn runtime(bundle: &Bundle) -> Runtime {
    Runtime::builder().source(bundle.clone()).build().expect("it starts")
}

/// Imports the entry from a bundle; its attribute `word`, or the error.
fn word(bundle: &Bundle) -> Result<String, String> {
    let runtime = runtime(bundle);
    let realm = runtime.bundle(bundle).map_err(|error| error.to_string())?;
    let app = realm.import(bundle.entry().expect("it has one")).map_err(|error| error.to_string())?;
    app.get("word").map_err(|error| error.to_string())
}

/// The archive with other members.
fn rewritten(bytes: &[u8], change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("it is one");
    let comment = archive.comment().to_vec();
    let mut members = BTreeMap::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).expect("it is there");
        let mut text = Vec::new();
        member.read_to_end(&mut text).expect("it is whole");
        members.insert(member.name().expect("it is text").into_owned(), text);
    }
    change(&mut members);
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        out.start_file(name, stored).expect("it starts");
        std::io::Write::write_all(&mut out, &text).expect("it is written");
    }
    out.set_raw_comment(comment.into_boxed_slice()).expect("it fits");
    out.finish().expect("it ends").into_inner()
}

#[test]
fn the_same_makes_the_same_bytes() {
    let one = small().build().expect("it is made");
    let other = BundleBuilder::new()
        .file("lib.py", "def greet(): return 'hello'")
        .entry("app")
        .file("app.py", "import lib\nword = lib.greet()");
    assert_eq!(one, other.build().expect("it is made"));
    assert_ne!(one, small().entry("lib").build().expect("it is made"));
}

#[test]
fn it_is_a_source() {
    let bundle = opened(small().file("pk/data.txt", "data").policy(&Policy::allowing()).compiled());
    assert_eq!(bundle.files().collect::<Vec<_>>(), ["app.py", "lib.py", "pk/data.txt"]);
    let names = bundle.list("").expect("it is listed").expect("it is a folder");
    let mut names: Vec<String> = names.into_iter().map(|entry| entry.expect("it is one").name).collect();
    names.sort();
    assert_eq!(names, ["app.py", "lib.py", "pk"]);
    for own in [".exocet", ".exocet/", ".exocet/bundle.toml", ".exocet/units/app.pyc"] {
        assert_eq!(bundle.read(own).expect("it is asked"), None, "{own}");
        assert_eq!(bundle.probe(own).expect("it is asked"), None, "{own}");
        assert!(bundle.list(own).expect("it is asked").is_none(), "{own}");
    }
    assert_eq!(word(&bundle).as_deref(), Ok("hello"));
}

#[test]
fn a_path_that_leads_to_a_bundle_leads_to_its_files() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("app.exo");
    fs::write(&path, small().file("pk/inner.py", "x = 1").build().expect("it is made")).expect("it is written");
    let bundle = Bundle::open(&path).expect("it is whole");
    assert_eq!(word(&bundle).as_deref(), Ok("hello"));
    assert!(SearchPath::new().with(exocet::source::open(&path).expect("it opens")).get("lib").is_ok());
    assert!(SearchPath::new().with(exocet::source::open(path.join("pk")).expect("it opens")).get("inner").is_ok());
    assert!(Bundle::at(folder.path()).expect("it is asked").is_none());
    let missing = Bundle::open(folder.path().join("nope.exo")).unwrap_err().to_string();
    assert!(missing.contains("nope.exo"), "{missing}");
    // What happens to the file later is not seen.
    fs::write(&path, "gone").expect("it is written");
    assert_eq!(word(&bundle).as_deref(), Ok("hello"));
}

#[test]
fn each_byte_that_was_changed_is_noticed() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("app.exo");
    let whole = small().build().expect("it is made");
    for at in 0..whole.len() {
        for other in [whole[at] ^ 1, whole[at] ^ 0xff, 0, b' '].into_iter().filter(|byte| *byte != whole[at]) {
            let mut bytes = whole.clone();
            bytes[at] = other;
            fs::write(&path, &bytes).expect("it is written");
            // Not as a bundle, and not as an archive like any other either.
            let error = exocet::source::open(&path).err();
            assert!(error.is_some(), "byte {at} as {other}");
        }
    }
    for end in 0..whole.len() {
        fs::write(&path, &whole[..end]).expect("it is written");
        assert!(exocet::source::open(&path).is_err(), "cut at {end}");
    }
    fs::write(&path, [&whole[..], b"x"].concat()).expect("it is written");
    assert!(exocet::source::open(&path).is_err(), "one byte more");
}

#[test]
fn what_was_changed_added_or_taken_out_is_named() {
    type Change = fn(&mut BTreeMap<String, Vec<u8>>);
    let whole = small().build().expect("it is made");
    let cases: [(Change, &str); 5] = [
        (|files| files.extend([("lib.py".to_owned(), b"import os".to_vec())]), "`lib.py` was changed"),
        (|files| files.extend([("more.py".to_owned(), b"".to_vec())]), "`more.py` was added"),
        (|files| drop(files.remove("app.py")), "`app.py` is missing"),
        (|files| drop(files.remove(".exocet/bundle.toml")), "its manifest is missing"),
        (|_| {}, "the archive around its files was changed"),
    ];
    for (change, expected) in cases {
        let error = Bundle::from_bytes("<app>", rewritten(&whole, change)).unwrap_err().to_string();
        assert!(error.contains("can't open `<app>`") && error.contains(expected), "{error}");
    }
    let several = rewritten(&whole, |files| {
        files.remove("app.py");
        files.insert("more.py".to_owned(), Vec::new());
    });
    let error = Bundle::from_bytes("<app>", several).unwrap_err().to_string();
    assert!(error.contains("`app.py` is missing, `more.py` was added"), "{error}");
}

#[test]
fn other_archives_are_no_bundles() {
    let plain = rewritten(&small().build().expect("it is made"), |files| drop(files.remove(".exocet/bundle.toml")));
    let mut archive = zip::ZipWriter::new_append(std::io::Cursor::new(plain)).expect("it is one");
    archive.set_raw_comment(Box::new([])).expect("it fits");
    let plain = archive.finish().expect("it ends").into_inner();
    let error = Bundle::from_bytes("<app>", plain).unwrap_err().to_string();
    assert!(error.contains("not a bundle"), "{error}");
    assert!(Bundle::from_bytes("<app>", b"text".to_vec()).is_err());
}

#[test]
fn a_manifest_that_cannot_be_read_is_one_error() {
    for (text, expected) in [("version = 2\nmade-by = ''\npython = ''", "version 2"), ("= 1", "manifest")] {
        let changed =
            |files: &mut BTreeMap<_, _>| drop(files.insert(".exocet/bundle.toml".to_owned(), text.as_bytes().to_vec()));
        let bytes = rewritten(&small().build().expect("it is made"), changed);
        let error = Bundle::from_bytes("<app>", bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for path in
        ["", "/a.py", "../a.py", "a/../b.py", "a\\b.py", "C:a.py", "a//b.py", "a/", ".exocet/x", ".exocet/bundle.toml"]
    {
        let error = BundleBuilder::new().file(path, "").build().unwrap_err().to_string();
        assert!(error.contains(&format!("`{path}`")), "{error}");
    }
}

#[test]
fn its_policy_decides() {
    let text = "try:\n    import other\n    word = 'has it'\nexcept ImportError:\n    word = 'has none'";
    let builder = || {
        BundleBuilder::new()
            .file("app.py", "import lib\nword = lib.word")
            .file("lib.py", text)
            .file("other.py", "")
            .entry("app")
    };
    assert_eq!(word(&opened(builder())).as_deref(), Ok("has it"));
    let policy = Policy::allowing().rule(Rule::deny(["other"]));
    let bundle = opened(builder().policy(&policy));
    assert_eq!(bundle.policy().expect("it can be read"), Some(policy));
    assert_eq!(word(&bundle).as_deref(), Ok("has none"));
}

#[test]
fn its_lock_decides() {
    let files = [("app.py", "import lib\nword = lib.word"), ("lib.py", "import sys\nword = 'one'")];
    let log = EventLog::new();
    let source = files.iter().fold(Memory::new("<app>"), |source, (path, text)| source.with(*path, text));
    let recorded = Runtime::builder().source(source).observer(log.clone()).build().expect("it starts");
    recorded.realm(["app", "lib"], &Imports::pass_through()).and_then(|realm| realm.import("app")).expect("it runs");
    let lock = Lockfile::of(&log.events());
    let bundle = |changed: &str| {
        let files = files.map(|(path, text)| (path, if path == "lib.py" { changed } else { text }));
        let builder = files.into_iter().fold(BundleBuilder::new(), |builder, (path, text)| builder.file(path, text));
        opened(builder.entry("app").lock(&lock))
    };
    let same = bundle(files[1].1);
    assert_eq!(same.lock().expect("it can be read"), Some(lock.clone()));
    assert_eq!(word(&same).as_deref(), Ok("one"));
    let error = word(&bundle("import sys\nword = 'two'")).unwrap_err();
    assert!(error.contains("'lib' is refused: it has changed since it was locked"), "{error}");
}

#[test]
fn compiled_code_is_used_where_it_is_the_modules() {
    let text = "import lib\ndef word(): raise ValueError(lib.x)";
    let builder =
        || BundleBuilder::new().file("app.py", text).file("lib.py", "x = 1").file("broken.py", "x = = 1").entry("app");
    let plain = opened(builder());
    let compiled = opened(builder().compiled());
    assert!(compiled.manifest().compiler.is_some() && plain.manifest().compiler.is_none());
    // Another text under the same path isn't what the code is of.
    let forged = rewritten(&builder().compiled().build().expect("it is made"), |files| {
        files.insert("lib.py".to_owned(), b"x = 2".to_vec());
    });
    assert!(Bundle::from_bytes("<app>", forged).is_err());
    for bundle in [&plain, &compiled] {
        let runtime = runtime(bundle);
        let app = runtime.bundle(bundle).and_then(|realm| realm.import("app")).expect("it runs");
        let error = app.call::<()>("word", ()).unwrap_err();
        let traceback = error.exception().expect("it was raised").traceback().to_owned();
        assert!(
            traceback.contains("File \"<app>/app.py\", line 2, in word") && traceback.contains("ValueError: 1"),
            "{traceback}"
        );
        let error = runtime.bundle(bundle).and_then(|realm| realm.import("broken")).unwrap_err();
        assert!(error.exception().is_some_and(|error| error.is("SyntaxError")), "{error}");
    }
}

/// On the disk it would outlive the bundle, and whoever could make that could make it anything.
#[cfg(feature = "disk-cache")]
#[test]
fn compiled_code_of_a_bundle_is_not_kept_on_the_disk() {
    let folder = tempfile::tempdir().expect("there is room");
    let entries = |bundle: &Bundle| {
        let cache = exocet::compile::DiskCache::new(folder.path());
        let runtime = Runtime::builder().source(bundle.clone()).disk_cache(cache).build().expect("it starts");
        runtime.bundle(bundle).and_then(|realm| realm.import("app")).expect("it runs");
        exocet::compile::DiskCache::new(folder.path()).info().expect("it can be read").entries
    };
    let bundle = |label: &str, builder: BundleBuilder| {
        Bundle::from_bytes(label, builder.build().expect("it is made")).expect("it is whole")
    };
    assert_eq!(entries(&bundle("<compiled>", small().compiled())), 0);
    assert_eq!(entries(&bundle("<plain>", small())), 2);
}

#[test]
fn library_modules_stand_behind_the_builds_own() {
    let builder =
        BundleBuilder::new().file("app.py", "import colorsys\nword = str(hasattr(colorsys, 'own'))").entry("app");
    let bundle = opened(builder.library_file("colorsys.py", "own = 1").library_file("pk/__init__.py", ""));
    let expected = if cfg!(feature = "stdlib") { "False" } else { "True" };
    assert_eq!(word(&bundle).as_deref(), Ok(expected));
    assert_eq!(bundle.files().collect::<Vec<_>>(), ["app.py"]);
    let library = bundle.library().expect("it brings some");
    assert!(SearchPath::new().with(library).get("pk").expect("it is there").is_package());
}
