//! The order of the layers: each folder below `src/` uses only what stands above it in the list, and no circle of files spans
//! folders. ARCHITECTURE.md says what each layer holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use walkdir::WalkDir;

/// From the lowest layer to the highest.
const ORDER: [&str; 21] = [
    "limit",
    "syntax",
    "error",
    "source",
    "modules",
    "interpreter",
    "values",
    "compile",
    "mapper",
    "observe",
    "policy",
    "load",
    "import",
    "realm",
    "imports",
    "plugins",
    "python",
    "runtime",
    "raw",
    "fuzzing",
    "lib",
];

/// The greatest number of files that may use one another in a circle.
const CIRCLE: usize = 6;

/// The files that each file uses, by their paths below `src/`: `import/hook`.
type Uses = BTreeMap<String, BTreeSet<String>>;

#[test]
fn each_layer_uses_only_what_stands_above_it() {
    for (file, used) in &uses() {
        for other in used {
            let (own, other_layer) = (layer(file), layer(other));
            assert!(
                own == other_layer || rank(other_layer) < rank(own),
                "src/{file}.rs uses src/{other}.rs, which is of a higher layer"
            );
        }
    }
}

#[test]
fn circles_of_files_are_small_and_lie_in_one_folder() {
    let uses = uses();
    for file in uses.keys() {
        let circle: Vec<&String> =
            reach(file, &uses).into_iter().filter(|other| reach(other, &uses).contains(file)).collect();
        assert!(circle.len() <= CIRCLE, "{} files use one another: {circle:?}", circle.len());
        assert!(circle.iter().all(|other| layer(other) == layer(file)), "a circle spans folders: {circle:?}");
    }
}

/// Where files are read and written, and where it is asked what a path is.
const FILES: [&str; 4] = ["source/", "compile/disk_cache", "modules/handle", "interpreter/sources"];

#[test]
fn few_know_of_files() {
    for (file, used) in &uses() {
        assert!(
            layer(file) != "mapper" || used.iter().all(|other| layer(other) != "source"),
            "src/{file}.rs uses a source"
        );
    }
    for (file, text) in files().iter().filter(|(file, _)| FILES.iter().all(|place| !file.starts_with(place))) {
        let code = text.lines().map(|line| line.split("//").next().unwrap_or(line));
        let touches = ["fs::", "is_file()", "is_dir()", "File::"];
        let found = code.filter(|line| touches.iter().any(|call| line.contains(call))).collect::<Vec<_>>();
        assert!(found.is_empty(), "src/{file}.rs knows of files: {found:?}");
    }
}

#[test]
fn the_architecture_lists_the_layers_in_this_order() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page is there");
    let listed = text.lines().filter_map(|line| line.strip_prefix("| `src/")?.split(['/', '.', '`']).next());
    let listed: Vec<&str> = listed.collect();
    let known: Vec<&str> =
        ORDER.into_iter().filter(|layer| !["limit", "raw", "fuzzing", "lib"].contains(layer)).collect();
    assert_eq!(listed, known);
}

#[test]
fn no_file_is_long() {
    for (file, text) in files() {
        let lines = text.lines().count();
        assert!(lines <= 400, "src/{file}.rs has {lines} lines: it holds more than one concept");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `src/` with their text.
fn files() -> BTreeMap<String, String> {
    let source = root().join("src");
    let files = WalkDir::new(&source).into_iter().map(|entry| entry.expect("it can be listed").into_path());
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let file = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).expect("it can be read");
        let name = path.strip_prefix(&source).expect("it lies below").with_extension("");
        (name.to_string_lossy().replace('\\', "/"), text)
    };
    rust.map(file).collect()
}

fn uses() -> Uses {
    let files = files();
    let used = |file: &String, text: &String| {
        paths(text).into_iter().filter_map(|path| target(file, &path, &files)).filter(|other| other != file).collect()
    };
    files.iter().map(|(file, text)| (file.clone(), used(file, text))).collect()
}

/// The paths in a text that begin with `crate` or `super`, with the trees of `use` taken apart.
fn paths(text: &str) -> Vec<Vec<String>> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let starts = ["crate::", "super::"].into_iter().flat_map(|start| code.match_indices(start)).map(|(at, _)| at);
    // One that stands inside of another path is part of that.
    let starts =
        starts.filter(|at| !code[..*at].ends_with([':', '_', '$']) && !code[..*at].ends_with(char::is_alphanumeric));
    let mut paths = Vec::new();
    starts.for_each(|at| {
        tree(&code[at..], Vec::new(), &mut paths);
    });
    paths
}

/// Takes `a::{b, c::d}` apart, and returns what follows it.
fn tree<'a>(mut text: &'a str, mut before: Vec<String>, paths: &mut Vec<Vec<String>>) -> &'a str {
    loop {
        text = text.trim_start();
        if let Some(inner) = text.strip_prefix('{') {
            text = inner;
            loop {
                text = tree(text, before.clone(), paths).trim_start();
                match text.strip_prefix(',') {
                    Some(rest) => text = rest,
                    None => return text.strip_prefix('}').unwrap_or(text),
                }
                if let Some(rest) = text.trim_start().strip_prefix('}') {
                    return rest;
                }
            }
        }
        let end = text.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(text.len());
        before.push(text[..end].to_owned());
        text = &text[end..];
        match text.strip_prefix("::") {
            Some(rest) => text = rest,
            None => {
                paths.push(before);
                return text;
            }
        }
    }
}

/// The file that a path leads to, from another file: the longest part of the path that is one.
fn target(file: &str, path: &[String], files: &BTreeMap<String, String>) -> Option<String> {
    let mut base: Vec<&str> = if path[0] == "super" { file.split('/').collect() } else { Vec::new() };
    let ups = path.iter().take_while(|part| *part == "super").count();
    base.truncate(base.len().saturating_sub(ups));
    let rest = path.iter().map(String::as_str).filter(|part| !["crate", "super", "self"].contains(part));
    let whole: Vec<&str> = base.into_iter().chain(rest).collect();
    (1..=whole.len()).rev().map(|end| whole[..end].join("/")).find(|name| files.contains_key(name))
}

/// The files that `file` uses, and those that these use.
fn reach<'a>(file: &str, uses: &'a Uses) -> BTreeSet<&'a String> {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![file]);
    while let Some(next) = waiting.pop() {
        for other in &uses[next] {
            if reached.insert(other) {
                waiting.push(other);
            }
        }
    }
    reached
}

fn layer(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

fn rank(layer: &str) -> usize {
    ORDER.iter().position(|own| *own == layer).unwrap_or_else(|| panic!("`{layer}` is no layer of the list"))
}

/// What a guest compiles a host may run, and the reverse: both are built of the same versions.
#[cfg(feature = "toml")]
#[test]
fn guests_are_locked_to_the_same_versions() {
    let locked = |file: &str| -> BTreeSet<(String, String)> {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("the lock");
        let lock: toml::Table = text.parse().expect("TOML");
        let packages =
            lock["package"].as_array().expect("a list").iter().filter(|package| package.get("source").is_some());
        let field = |package: &toml::Value, name| package[name].as_str().expect("a string").to_owned();
        packages.map(|package| (field(package, "name"), field(package, "version"))).collect()
    };
    let (root, guest) = (locked("Cargo.lock"), locked("isolate/guest/Cargo.lock"));
    let others: Vec<_> = guest.difference(&root).collect();
    assert!(guest.len() > 100 && others.is_empty(), "{others:?}");
}
