use std::fs;
use std::io;
use std::sync::Arc;

use exocet::{
    Directory, Imports, Memory, Runtime, Source, Zip,
    error::Limit,
    source::{Entry, Shape},
};

use crate::support::{KINDS, archive, directory, fixture, write};

const TREE: &[(&str, &str)] = &[("a.py", "a"), ("pk/__init__.py", ""), ("pk/b.py", "b"), ("pk.d/x", "")];

#[track_caller]
fn check(source: &dyn Source) {
    let text = |path: &str| source.read(path).unwrap().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
    assert_eq!(text("a.py").as_deref(), Some("a"));
    assert_eq!(text("pk/b.py").as_deref(), Some("b"));
    for path in ["", "b.py", "pk", "pk/", "A.py", "../a.py", "/a.py", "pk/../a.py", "a.py/x", "a.py/", "a\0b"] {
        assert_eq!(text(path), None, "{path:?} is no file of {}", source.label());
    }
    for path in ["nowhere", "a.py", "..", "/", "pk/.."] {
        assert!(source.list(path).unwrap().is_none(), "{path:?} is no folder of {}", source.label());
    }
    assert_eq!(listed(source, ""), ["a.py File", "pk Folder", "pk.d Folder"]);
    assert_eq!(listed(source, "pk"), ["__init__.py File", "b.py File"]);
    assert_eq!(source.probe("pk").unwrap(), Some(Shape::Folder));
    assert_eq!(source.probe("pk/b.py").unwrap(), Some(Shape::File));
    assert_eq!(source.probe("p").unwrap(), None);
}

fn listed(source: &dyn Source, folder: &str) -> Vec<String> {
    let children = source.list(folder).unwrap().unwrap();
    let mut children: Vec<_> = children
        .into_iter()
        .map(|child| child.map_or_else(|e| format!("! {e}"), |Entry { name, shape }| format!("{name} {shape:?}")))
        .collect();
    children.sort();
    children
}

#[test]
fn every_source_reads_lists_and_stays_inside() {
    check(&TREE.iter().copied().collect::<Memory>());
    check(&Directory::new(directory(TREE).keep()).unwrap());
    check(&Zip::from_bytes("<zip>", archive(TREE)).unwrap());
}

/// What every source says of a file of ten bytes of which nine or ten are wanted.
#[test]
fn a_file_that_is_larger_than_wanted_is_refused_by_its_size() {
    for kind in KINDS {
        let fixture = fixture(kind, &[("ten.py", "0123456789")]);
        let place = format!("{}/ten.py", fixture.source.label());
        let error = fixture.source.read_within("ten.py", 9).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), format!("`{place}` has 10 bytes, and 9 are allowed"));
        assert_eq!(fixture.source.read_within("ten.py", 10).unwrap().as_deref(), Some(&b"0123456789"[..]));
        assert!(fixture.source.read_within("none.py", 0).unwrap().is_none());
    }
}

/// Sparse, so that it takes no room: but to be read it would take as much memory.
#[cfg(unix)]
#[test]
fn a_huge_file_is_refused_before_it_is_read() {
    let folder = directory(&[]);
    std::fs::File::create(folder.path().join("huge.py")).unwrap().set_len(1 << 40).unwrap();
    let runtime = Runtime::builder().path(folder.path()).unwrap().build().unwrap();
    let module = runtime.search_path().unwrap().get("huge").unwrap();
    let error = runtime.load("huge", &Imports::none()).unwrap_err();
    assert_eq!(error.limit(), Some(Limit::SourceBytes));
    for error in [module.text().unwrap_err(), module.imports().unwrap_err(), module.attributes().unwrap_err()] {
        assert!(error.to_string().contains("huge.py` has 1099511627776 bytes, and 16777216 are allowed"), "{error}");
    }
}

#[test]
fn a_source_with_only_read_probes_by_reading() {
    struct One;
    impl Source for One {
        fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
            Ok((path == "pk/__init__.py").then(|| [].as_slice().into()))
        }
    }
    let path = exocet::modules::SearchPath::new().with(One);
    assert_eq!(path.get("pk").unwrap().origin().unwrap(), "<source>/pk/__init__.py");
    assert_eq!(path.iter_modules().count(), 0);
}

#[test]
fn opening_says_what_is_wrong() {
    let dir = directory(&[("x.zip", "no archive"), ("cut.zip", "")]);
    let whole = archive(TREE);
    fs::write(dir.path().join("cut.zip"), &whole[..whole.len() - 30]).unwrap();
    for (name, cause) in [("nowhere", "No such file"), ("x.zip", "not a zip archive"), ("cut.zip", "not a zip archive")]
    {
        let message = exocet::source::open(dir.path().join(name)).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains(cause), "{message}");
    }
    assert!(Directory::new(dir.path().join("x.zip")).unwrap_err().to_string().contains("x.zip`: Not a directory"));
    assert_eq!(exocet::source::open(dir.path()).unwrap().label(), dir.path().to_str().unwrap());
}

#[test]
fn a_relative_directory_gets_an_absolute_label() {
    let label = Directory::new("src").unwrap().label().to_owned();
    assert_eq!(label, std::env::current_dir().unwrap().join("src").to_str().unwrap());
}

/// No stamp is given while the file system's clock may not have ticked since the last edit.
#[test]
fn a_file_edited_just_now_has_no_stamp() {
    let dir = directory(&[("a.py", "x = 1")]);
    let source = Directory::new(dir.path()).unwrap();
    assert_eq!(source.stamp("a.py").unwrap(), None);
    // The time of the content can be set back, as `cp -p` does; the time of the record can't.
    let file = fs::File::options().write(true).open(dir.path().join("a.py")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(source.stamp("a.py").unwrap(), None);
}

#[cfg(unix)]
#[test]
fn a_file_left_alone_keeps_its_stamp() {
    let source = Directory::new("/").unwrap();
    let stamp = source.stamp("etc/passwd").unwrap();
    if stamp.is_some() {
        assert_eq!(source.stamp("etc/passwd").unwrap(), stamp);
        assert_ne!(source.stamp("etc/group").unwrap(), stamp);
    }
    assert_eq!(source.stamp("nowhere").unwrap(), None);
}

#[test]
fn a_file_in_memory_has_a_new_stamp_after_each_edit() {
    let source = Memory::new("<m>").with("a.py", "1").with("b.py", "1");
    let stamps = || (source.stamp("a.py").unwrap(), source.stamp("b.py").unwrap());
    let before = stamps();
    assert_eq!(stamps(), before);
    source.insert("a.py", "1");
    assert_ne!(stamps().0, before.0);
    assert_eq!(stamps().1, before.1);
    let before = stamps();
    assert!(source.remove("a.py"));
    assert!(!source.remove("a.py"));
    assert_eq!(stamps().0, None);
    source.insert("a.py", "1");
    assert_ne!(stamps().0, before.0);
}

#[test]
fn an_archive_that_is_rewritten_is_read_anew() {
    let dir = directory(&[]);
    let file = dir.path().join("x.zip");
    fs::write(&file, archive(&[("a.py", "1")])).unwrap();
    let source = Zip::open(&file).unwrap();
    let stamp = source.stamp("a.py").unwrap();
    assert!(stamp.is_some());
    assert_eq!(source.stamp("a.py").unwrap(), stamp);
    // The same size, and most likely the same tick of the clock.
    for text in ["2", "3", "4"] {
        fs::write(&file, archive(&[("a.py", text)])).unwrap();
        assert_eq!(&*source.read("a.py").unwrap().unwrap(), text.as_bytes());
        assert_ne!(source.stamp("a.py").unwrap(), stamp);
    }
    fs::write(&file, "broken").unwrap();
    let message = source.read("a.py").unwrap_err().to_string();
    assert!(message.contains("x.zip") && message.contains("not a zip archive"), "{message}");
    fs::write(&file, archive(&[("b.py", "")])).unwrap();
    assert!(source.read("a.py").unwrap().is_none());
    assert!(source.read("b.py").unwrap().is_some());
}

#[test]
fn of_members_with_one_name_the_last_counts() {
    // The writer refuses duplicates, so the second name is patched in afterwards.
    let mut bytes = archive(&[("a.py", "old"), ("b.py", "new")]);
    for at in 0..bytes.len() - 4 {
        if &bytes[at..at + 4] == b"b.py" {
            bytes[at] = b'a';
        }
    }
    let source = Zip::from_bytes("<zip>", bytes).unwrap();
    assert_eq!(&*source.read("a.py").unwrap().unwrap(), b"new");
    assert_eq!(listed(&source, ""), ["a.py File"]);
}

#[test]
fn members_outside_the_archive_are_ignored() {
    let tree = &[("../a.py", ""), ("/b.py", ""), ("x\\c.py", ""), ("pk/../d.py", ""), ("x//e.py", ""), ("f.py", "")];
    let source = Zip::from_bytes("<zip>", archive(tree)).unwrap();
    assert_eq!(listed(&source, ""), ["f.py File"]);
}

#[test]
fn a_broken_member_is_an_error_that_names_it() {
    let content = "value = 1\n".repeat(100);
    let whole = archive(&[("pk/a.py", &content), ("b.py", "fine")]);
    let mut flipped = whole.clone();
    // The first bytes of the first member's data; its header is 30 bytes and the name.
    for byte in &mut flipped[40..46] {
        *byte ^= 0x55;
    }
    let mut bad_sum = whole.clone();
    let central = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    bad_sum[central + 16] ^= 1;
    let mut encrypted = whole.clone();
    encrypted[central + 8] |= 1;
    for bytes in [flipped, bad_sum, encrypted] {
        let source = Zip::from_bytes("<zip>", bytes).unwrap();
        let message = source.read("pk/a.py").unwrap_err().to_string();
        assert!(message.contains("<zip>/pk/a.py"), "{message}");
        assert_eq!(&*source.read("b.py").unwrap().unwrap(), b"fine");
    }
}

/// What the header claims is not believed.
#[test]
fn a_member_that_unpacks_to_gigabytes_is_refused() {
    let bomb = "\0".repeat((64 << 20) + 1);
    let mut bytes = archive(&[("a.py", &bomb)]);
    assert!(bytes.len() < 1 << 20);
    let central = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for claim in [None, Some(1u32)] {
        if let Some(claim) = claim {
            bytes[central + 24..central + 28].copy_from_slice(&claim.to_le_bytes());
        }
        let source = Zip::from_bytes("<zip>", bytes.clone()).unwrap();
        let message = source.read("a.py").unwrap_err().to_string();
        assert!(message.contains("<zip>/a.py"), "{message}");
    }
}

#[test]
fn a_deep_path_in_an_archive_is_harmless() {
    let deep = "a/".repeat(30_000) + "m.py";
    let tree = [(deep.as_str(), "")];
    let source = Zip::from_bytes("<zip>", archive(&tree)).unwrap();
    assert_eq!(listed(&source, "a/a"), ["a Folder"]);
    let path = exocet::modules::SearchPath::new().with(source);
    assert!(path.walk_modules().take(50).all(|module| module.is_ok()));
}

#[cfg(unix)]
#[test]
fn links_may_be_kept_from_leading_out() {
    use std::os::unix::fs::symlink;
    let dir = directory(&[("secret.py", ""), ("in/own.py", "")]);
    write(dir.path(), &[("in/sub/other.py", ""), ("beside/b.py", "")]);
    let root = dir.path().join("in");
    for (target, link) in [
        ("own.py", "link.py"),
        ("../secret.py", "out.py"),
        ("../beside", "beside"),
        ("sub", "inner"),
        ("../../in", "sub/up"),
    ] {
        symlink(target, root.join(link)).unwrap();
    }
    let open = Directory::new(&root).unwrap();
    assert!(open.read("out.py").unwrap().is_some() && open.list("beside").unwrap().is_some());
    let closed = Directory::new(&root).unwrap().without_links_out().unwrap();
    assert_eq!(listed(&closed, ""), ["inner Folder", "link.py File", "own.py File", "sub Folder"]);
    for path in ["out.py", "beside", "beside/b.py", "sub/up/../../secret.py"] {
        assert!(closed.read(path).unwrap().is_none() && closed.probe(path).unwrap().is_none(), "{path}");
        assert!(closed.list(path).unwrap().is_none(), "{path}");
    }
    for path in ["link.py", "inner/other.py", "sub/up/own.py"] {
        assert!(closed.read(path).unwrap().is_some(), "{path}");
    }
}

#[test]
fn pipes_and_dangling_links_are_no_files() {
    let dir = directory(&[("a.py", "")]);
    write(dir.path(), &[("pk/__init__.py", "")]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere.py", dir.path().join("b.py")).unwrap();
        std::os::unix::net::UnixListener::bind(dir.path().join("c.py")).unwrap();
    }
    let source = Directory::new(dir.path()).unwrap();
    assert_eq!(listed(&source, ""), ["a.py File", "pk Folder"]);
    assert!(source.read("b.py").unwrap().is_none());
    assert!(source.read("c.py").unwrap().is_none());
}
