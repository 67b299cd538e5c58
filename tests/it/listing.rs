use std::io;
use std::sync::Arc;

use exocet::{
    Directory, Memory, Source,
    modules::{Kind, PythonModule, SearchPath},
    source::{Entry, Shape},
};

use crate::support::{directory, each_path, shown};

const TREE: &[(&str, &str)] = &[
    ("z.py", ""),
    ("a.py", "syntax error ("),
    ("a.txt", ""),
    ("my-script.py", ""),
    ("class.py", ""),
    ("été.py", ""),
    ("pk/__init__.py", ""),
    ("pk/__main__.py", ""),
    ("pk/b.py", ""),
    ("pk/sub/__init__.py", ""),
    ("pk/sub/c.py", ""),
    ("ns/deep/er/m.py", ""),
    ("data/deep/er/m.txt", ""),
    ("__pycache__/a.py", ""),
    ("both/__init__.py", ""),
    ("both.py", ""),
];

#[test]
fn one_level_is_sorted_and_has_each_name_once() {
    each_path(TREE, |path, _| {
        assert_eq!(shown(path.iter_modules()), "a both/ ns// pk/ z été");
        let pk = path.get("pk").unwrap();
        assert_eq!(shown(pk.iter_modules()), "pk.__main__ pk.b pk.sub/");
        assert_eq!(shown(path.get("a").unwrap().iter_modules()), "");
    });
}

#[test]
fn a_walk_is_deep_and_a_module_comes_before_what_is_below_it() {
    each_path(TREE, |path, _| {
        assert_eq!(
            shown(path.walk_modules()),
            "a both/ ns// ns.deep// ns.deep.er// ns.deep.er.m pk/ pk.__main__ pk.b pk.sub/ pk.sub.c z été"
        );
        assert_eq!(shown(path.get("pk").unwrap().walk_modules()), "pk/ pk.__main__ pk.b pk.sub/ pk.sub.c");
        assert_eq!(shown(path.get("z").unwrap().walk_modules()), "z");
    });
}

#[test]
fn what_a_listing_shows_is_what_getting_finds() {
    each_path(TREE, |path, _| {
        for module in path.walk_modules() {
            let module = module.unwrap();
            assert_eq!(path.get(module.name()).unwrap(), module);
        }
    });
}

#[test]
fn handles_know_where_they_stand() {
    each_path(TREE, |path, label| {
        let origin = |name: &str| path.get(name).unwrap().origin();
        assert_eq!(origin("a"), Some(format!("{label}/a.py")));
        assert_eq!(origin("pk.sub"), Some(format!("{label}/pk/sub/__init__.py")));
        assert_eq!(origin("both"), Some(format!("{label}/both/__init__.py")));
        assert_eq!(origin("ns.deep"), None);
        let sub = path.get("pk.sub").unwrap();
        assert_eq!(sub.search_path().unwrap().locations()[0].to_string(), format!("{label}/pk/sub"));
        assert_eq!(sub.source_and_path().unwrap().1, "pk/sub/__init__.py");
        assert_eq!(path.get("pk").unwrap().get("sub.c").unwrap(), path.get("pk.sub.c").unwrap());
    });
}

#[test]
fn folders_without_modules_are_not_listed_but_can_be_got() {
    each_path(TREE, |path, _| {
        let data = path.get("data").unwrap();
        assert_eq!((data.kind(), data.read().unwrap(), data.text().unwrap()), (Kind::Namespace, None, None));
        assert!(path.get("__pycache__").unwrap_err().is_not_found());
    });
}

#[test]
fn not_found_tells_where_it_looked() {
    each_path(TREE, |path, label| {
        let message = |name: &str| {
            let error = path.get(name).unwrap_err();
            assert!(error.is_not_found());
            error.to_string()
        };
        assert_eq!(message("nope.x"), format!("no module `nope.x`: looked for `nope` in `{label}`"));
        assert_eq!(message("pk.sub.x"), format!("no module `pk.sub.x`: looked for `pk.sub.x` in `{label}/pk/sub`"));
        assert_eq!(message("a.b.c"), "no module `a.b.c`: `a` is not a package");
    });
    assert_eq!(SearchPath::new().get("a").unwrap_err().to_string(), "no module `a`: the search path is empty");
}

#[test]
fn names_that_are_no_names_are_said_to_be_so() {
    each_path(TREE, |path, _| {
        for name in ["", ".", "a.", ".a", "pk..b", "pk/b", "../a", "..", "pk\\b", "a:b", "a\0b"] {
            let error = path.get(name).unwrap_err();
            assert!(!error.is_not_found());
            assert_eq!(
                error.to_string(),
                format!("`{name}` is not a module name: names are parts joined by dots, and none is empty or a path")
            );
            assert!(path.find(None, name).unwrap().is_none(), "{name}");
        }
        // What `importlib.import_module` can spell is found, though no import statement can spell it.
        assert_eq!(path.get("my-script").unwrap().name(), "my-script");
        for name in ["a b", "1a"] {
            assert!(path.get(name).unwrap_err().is_not_found());
        }
    });
}

#[test]
fn the_first_location_wins_but_folders_lose_to_modules() {
    let first = [("a.py", ""), ("ns/x.py", ""), ("real/junk.py", "")];
    let second = [("a/__init__.py", ""), ("ns/y.py", ""), ("ns/x.py", ""), ("real.py", "")];
    let source = |tree: &[(&str, &str)], label: &str| {
        tree.iter().fold(Memory::new(label), |memory, (path, text)| memory.with(*path, text))
    };
    let path = SearchPath::new().with(source(&first, "<1>")).with(source(&second, "<2>"));
    assert_eq!(shown(path.walk_modules()), "a ns// ns.x ns.y real");
    for module in path.walk_modules() {
        let module = module.unwrap();
        assert_eq!(path.get(module.name()).unwrap(), module);
    }
    assert_eq!(path.get("a").unwrap().origin().unwrap(), "<1>/a.py");
    assert_eq!(path.get("ns.x").unwrap().origin().unwrap(), "<1>/ns/x.py");
    assert_eq!(path.get("ns.y").unwrap().origin().unwrap(), "<2>/ns/y.py");
    let portions: Vec<_> =
        path.get("ns").unwrap().search_path().unwrap().locations().iter().map(|p| p.to_string()).collect();
    assert_eq!(portions, ["<1>/ns", "<2>/ns"]);
}

#[test]
fn native_modules_have_no_file() {
    struct Native;
    impl Source for Native {
        fn read(&self, _: &str) -> io::Result<Option<Arc<[u8]>>> {
            Ok(None)
        }
        fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
            Ok(folder.is_empty().then(|| vec![Ok(Entry { name: "sys".to_owned(), shape: Shape::Native })]))
        }
        fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
            Ok((path == "sys").then_some(Shape::Native))
        }
    }
    let path = SearchPath::new().with(Native).with(Memory::new("<m>").with("sys.py", ""));
    let sys = path.get("sys").unwrap();
    assert!(sys.is_native() && !sys.is_package());
    assert_eq!((sys.origin().as_deref(), sys.read().unwrap()), (Some("built-in"), None));
    assert!(sys.imports().unwrap().is_empty());
    assert_eq!(path.iter_modules().next().unwrap().unwrap(), sys);
}

#[test]
fn handles_sort_by_name_then_place() {
    let source = |label: &str| SearchPath::new().with(Memory::new(label).with("a.py", "").with("b.py", ""));
    let (one, two) = (source("<1>"), source("<2>"));
    let all: std::collections::BTreeSet<PythonModule> =
        [&two, &one, &two].iter().flat_map(|path| path.iter_modules()).map(Result::unwrap).collect();
    let origins: Vec<_> = all.iter().map(|module| module.origin().unwrap()).collect();
    assert_eq!(origins, ["<1>/a.py", "<2>/a.py", "<1>/b.py", "<2>/b.py"]);
    let hashed: std::collections::HashSet<PythonModule> = all.iter().cloned().chain([one.get("a").unwrap()]).collect();
    assert_eq!(hashed.len(), 4);
    assert_eq!(format!("{} {:?}", one.get("a").unwrap(), one.get("a").unwrap()), "a Module(a)");
}

#[test]
fn a_file_that_went_away_is_an_error() {
    let source = Arc::new(Memory::new("<m>").with("a.py", ""));
    let path = SearchPath::new().with(source.clone());
    let module = path.get("a").unwrap();
    source.remove("a.py");
    assert_eq!(module.read().unwrap_err().to_string(), "can't read `a`: `<m>/a.py` is gone");
}

/// A source that can't list some folders and whose tree has no end.
#[derive(Clone)]
struct Odd;

impl Source for Odd {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        Ok(path.ends_with("m.py").then(|| [].as_slice().into()))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        let entry = |name: &str, shape| Ok(Entry { name: name.to_owned(), shape });
        if folder.ends_with("locked") {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("`{folder}`: permission denied")));
        }
        if folder.starts_with("endless") {
            return Ok(Some(vec![entry("more", Shape::Folder)]));
        }
        let bad_name = Err(io::Error::new(io::ErrorKind::InvalidData, "the name is not UTF-8"));
        Ok(Some(match folder {
            "" => vec![entry("locked", Shape::Folder), entry("endless", Shape::Folder), entry("pk", Shape::Folder)],
            "pk" => vec![
                bad_name,
                entry("__init__.py", Shape::File),
                entry("m.py", Shape::File),
                entry("locked", Shape::Folder),
            ],
            _ => return Ok(None),
        }))
    }
}

/// A tree that nobody may read.
struct Unread(Memory);

impl Source for Unread {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        panic!("`{path}` was read")
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        self.0.list(folder)
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        self.0.probe(path)
    }
}

#[test]
fn nothing_is_read_to_be_listed() {
    let files = Memory::new("<m>").with("pk/__init__.py", "").with("pk/sub.py", "").with("alone.py", "1 / 0");
    let path = SearchPath::new().with(Unread(files));
    let names: Vec<_> = path.walk_modules().map(|module| module.expect("it is listed").name().to_owned()).collect();
    assert_eq!(names, ["alone", "pk", "pk.sub"]);
    assert_eq!(path.iter_modules().count(), 2);
    assert!(path.get("pk").expect("it is there").is_package());
}

#[test]
fn what_cannot_be_listed_is_one_item_and_never_the_end() {
    let path = SearchPath::new().with(Odd).with(Memory::new("<m>").with("z.py", ""));
    assert_eq!(shown(path.walk_modules()), "! pk/ ! ! pk.m z");
    let messages: Vec<_> = path.walk_modules().filter_map(Result::err).map(|error| error.to_string()).collect();
    assert_eq!(messages[0], "can't list the top-level modules: `locked`: permission denied");
    assert_eq!(messages[2], "can't list the modules of `pk`: `pk/locked`: permission denied");
}

#[cfg(unix)]
#[test]
fn a_symlink_loop_is_one_item() {
    use std::os::unix::fs::symlink;
    let dir = directory(&[
        ("pk/__init__.py", ""),
        ("pk/a/__init__.py", ""),
        ("pk/a/m.py", ""),
        ("z.py", ""),
        ("other/x.py", ""),
    ]);
    symlink("..", dir.path().join("pk/a/up")).unwrap();
    symlink(dir.path(), dir.path().join("pk/root")).unwrap();
    symlink("self", dir.path().join("self")).unwrap();
    symlink("other", dir.path().join("link")).unwrap();
    let path = SearchPath::new().with(Directory::new(dir.path()).unwrap());
    assert_eq!(shown(path.walk_modules()), "! link// link.x other// other.x pk/ ! pk.a/ ! pk.a.m z");
    let messages: Vec<_> = path.walk_modules().filter_map(Result::err).map(|error| error.to_string()).collect();
    assert!(messages[2].ends_with("pk/a/up`: symlink loop"), "{messages:?}");
}

#[cfg(unix)]
#[test]
fn a_walk_over_folders_that_link_to_one_another_ends() {
    use std::os::unix::fs::symlink;
    for (inside, kind) in [("__init__.py", Kind::Package), ("text.txt", Kind::Namespace)] {
        let dir = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..12).map(|number| format!("p{number}")).collect();
        for name in &names {
            std::fs::create_dir(dir.path().join(name)).unwrap();
            std::fs::write(dir.path().join(name).join(inside), "").unwrap();
            for other in names.iter().filter(|other| *other != name) {
                symlink(format!("../{other}"), dir.path().join(name).join(other)).unwrap();
            }
        }
        let path = SearchPath::new().with(Directory::new(dir.path()).unwrap());
        let (found, failed): (Vec<_>, Vec<_>) = path.walk_modules().partition(Result::is_ok);
        let top: Vec<_> = found.into_iter().flatten().filter(|module| !module.name().contains('.')).collect();
        assert!(top.len() == names.len() && top.iter().all(|module| module.kind() == kind));
        assert!(
            failed.iter().any(|error| error.as_ref().is_err_and(|error| error.to_string().contains("links lead to")))
        );
    }
}

#[cfg(unix)]
#[test]
fn what_several_links_lead_to_is_listed_for_each() {
    use std::os::unix::fs::symlink;
    let dir = directory(&[("shared/__init__.py", ""), ("shared/deep/m.py", "")]);
    for name in ["a", "b", "c"] {
        symlink("shared", dir.path().join(name)).unwrap();
    }
    let path = SearchPath::new().with(Directory::new(dir.path()).unwrap());
    let each = |name: &str| format!("{name}/ {name}.deep// {name}.deep.m");
    assert_eq!(shown(path.walk_modules()), ["a", "b", "c", "shared"].map(each).join(" "));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_one_item() {
    use std::os::unix::ffi::OsStrExt;
    let dir = directory(&[("a.py", ""), ("z.py", "")]);
    if std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"b\xff.py")), "").is_err() {
        return; // Some file systems refuse such names themselves.
    }
    let path = SearchPath::new().with(Directory::new(dir.path()).unwrap());
    assert_eq!(shown(path.iter_modules()), "! a z");
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_read_is_one_item() {
    use std::os::unix::fs::PermissionsExt;
    let dir = directory(&[("pk/__init__.py", ""), ("pk/locked/m.py", ""), ("z.py", "")]);
    let locked = dir.path().join("pk/locked");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read_dir(&locked).is_ok() {
        return; // Root reads everything.
    }
    let path = SearchPath::new().with(Directory::new(dir.path()).unwrap());
    assert_eq!(shown(path.walk_modules()), "pk/ ! z");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_path_of_locations_that_are_gone_lists_the_rest() {
    let dir = directory(&[("a.py", "")]);
    let gone = Directory::new(dir.path()).unwrap();
    drop(dir);
    let path = SearchPath::new().with(gone).with(Memory::new("<m>").with("z.py", ""));
    assert_eq!(shown(path.walk_modules()), "z");
    assert!(path.get("a").unwrap_err().is_not_found());
}

#[test]
fn handles_and_errors_cross_threads() {
    fn check<T: Send + Sync>() {}
    check::<PythonModule>();
    check::<SearchPath>();
    check::<exocet::Error>();
    check::<exocet::modules::WalkModules>();
}
