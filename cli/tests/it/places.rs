//! What stands for the entries of a search path: folders, archives, and folders in them, wherever they lie; and which of the things of
//! one name is found.

use crate::support::{Tree, archive, directory, prints, run, run_in};
use std::fs;

/// Writes an archive beside the program, in a folder of its own.
const ARCHIVE: &str = "
import os, sys, zipfile
here = os.path.dirname(os.path.abspath(__file__))
os.makedirs(os.path.join(here, 'libs'), exist_ok=True)
archive = os.path.join(here, 'libs', 'vend.zip')
with zipfile.ZipFile(archive, 'w') as out:
    out.writestr('vend/__init__.py', 'from .core import word')
    out.writestr('vend/core.py', 'word = __name__')
    out.writestr('src/below.py', 'word = __name__')
";

/// Each of these command lines ends with exit code 0.
#[track_caller]
fn succeed(tree: Tree<'_>, lines: &[&str]) {
    for line in lines {
        let ran = run(tree, line);
        assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
    }
}

#[test]
fn archive_below_a_folder_is_an_archive() {
    let program = |entries: &str, rest: &str| format!("{ARCHIVE}sys.path[:0] = {entries}\nimport exocet\n{rest}");
    let calls = "
print(exocet.getModule('vend').kind, exocet.loadNamed('vend.core', exocet.pep302Mapper).word)
print([module.name for module in exocet.walkModules(path=sys.path[:1])], exocet.pep302Mapper.contains('vend'))
print(exocet.Realm('vend').loadNamed('vend').word, exocet.Realm(path=sys.path[:1]).loadNamed('vend').word)
print('vend' in sys.modules)
import vend
print(vend.word)
";
    let printed =
        "package vend.core\n['src', 'src.below', 'vend', 'vend.core'] True\nvend.core vend.core\nFalse\nvend.core\n";
    for entries in ["[archive]", "['libs/vend.zip']", "['./libs/vend.zip']"] {
        prints(&[("app.py", &program(entries, calls))], "run app.py", printed);
    }
    let below = "
print([module.name for module in exocet.iterModules(path=sys.path[:1])], exocet.loadNamed('below', exocet.pep302Mapper).word)
import below
print(below.word)
";
    prints(&[("app.py", &program("[archive + '/src']", below))], "run app.py", "['below'] below\nbelow\n");
}

#[test]
fn archive_on_the_path_of_a_realm_is_an_archive() {
    let plug = format!("{ARCHIVE}sys.path.insert(0, archive)\nimport vend");
    let host = "
import exocet, sys
realm = exocet.Realm(path=['plugs'])
print(realm.loadNamed('plug').vend.word, 'vend' in realm.modules, 'vend' in sys.modules)
";
    prints(&[("app.py", host), ("plugs/plug.py", &plug)], "run app.py", "vend.core True False\n");
}

#[test]
fn folder_in_an_archive_is_a_path() {
    let folder = directory(&[]);
    let tree = [("lib/app.py", "import part"), ("lib/part.py", ""), ("other.py", "")];
    fs::write(folder.path().join("app.zip"), archive(&tree)).expect("it can be written");
    let told = |line: &str| run_in(folder.path(), &line.split_whitespace().collect::<Vec<_>>());
    let listed = told("list --path app.zip/lib");
    assert!(listed.stdout.starts_with("app ") && listed.stdout.contains("/app.zip/lib/part.py\n"), "{listed:?}");
    assert!(!listed.stdout.contains("other"), "{listed:?}");
    for line in ["load --path app.zip/lib app", "check --path app.zip/lib app", "run --path app.zip/lib -m app"] {
        assert_eq!(told(line).code, Some(0), "{line}: {:?}", told(line));
    }
    let absent = told("list --path app.zip/none");
    assert!(absent.code == Some(2) && absent.stderr.contains("`app.zip/none`"), "{absent:?}");
}

/// Folders of data with names of the library's, and a program that wants the library's modules.
const DATA: Tree<'static> = &[
    (
        "main.py",
        "import html, json\nfrom json import decoder\nprint(html.escape('<'), json.dumps([1]), decoder.__name__)",
    ),
    ("html/page.html", ""),
    ("json/a.json", ""),
    ("json/deep/old.py", ""),
    ("mine/part.py", "word = 'mine'"),
    (
        "host.py",
        "import exocet\nrealm = exocet.Realm(path=['.'])\nrealm.loadNamed('main')\nprint(realm.loadNamed('mine.part').word, sorted(realm.modules))",
    ),
    (
        "importer.py",
        "import importlib.util, sys\nprint(importlib.util.find_spec('html').origin is None, importlib.util.find_spec('mine').origin is None)\nimport main, mine.part",
    ),
];

#[cfg(feature = "stdlib")]
#[test]
fn folder_without_init_comes_after_the_library() {
    let right = "&lt; [1] json.decoder\n";
    prints(DATA, "run main.py", right);
    prints(DATA, "run --realm main.py", right);
    prints(DATA, "run --path . -m main", right);
    prints(DATA, "run importer.py", &format!("False True\n{right}"));
    let realm = run(DATA, "run host.py");
    assert!(realm.stdout.starts_with(&format!("{right}mine [")) && realm.stdout.contains("'mine.part'"), "{realm:?}");
    succeed(
        DATA,
        &[
            "load --path . main",
            "load --realm --path . main json mine.part",
            "check --realm --path . main",
            "check --path . main",
        ],
    );
    let graph = run(DATA, "graph --path . main");
    assert!(graph.stdout.contains("json.decoder"), "{graph:?}");
}

#[test]
fn folder_without_init_comes_after_a_module_further_on() {
    let tree = &[
        (
            "app.py",
            "import sys\nsys.path[:0] = ['one', 'two']\nimport config, ns.a, ns.b\nprint(config.word, len(ns.__path__))",
        ),
        ("one/config/x.py", ""),
        ("two/config.py", "word = 'file'"),
        ("one/ns/a.py", ""),
        ("two/ns/b.py", ""),
        (
            "realm.py",
            "import exocet\nrealm = exocet.Realm(path=['one', 'two'])\nns = realm.loadNamed('ns')\nrealm.loadNamed('ns.b')\nprint(realm.loadNamed('config').word, len(ns.__path__))",
        ),
        (
            "other.py",
            "import exocet\ninner = exocet.Realm(path=['two'])\nrealm = exocet.Realm(path=['one'], mapper=inner)\nprint(realm.loadNamed('config').word, realm.loadNamed('ns.a').__name__)",
        ),
    ];
    for program in ["app.py", "realm.py"] {
        prints(tree, &format!("run {program}"), "file 2\n");
    }
    prints(tree, "run other.py", "file ns.a\n");
}

#[cfg(feature = "stdlib")]
#[test]
fn relative_folder_is_listed_as_an_absolute_one() {
    let tree = &[
        (
            "app.py",
            "
import os, pkgutil, sys
def names(*path): return [(module.name, module.ispkg) for module in pkgutil.iter_modules(path)]
print(names('addons'))
print(names('addons') == names(os.path.abspath('addons')) == names('./addons'))
print([type(pkgutil.get_importer(entry)).__name__ for entry in ('addons', './addons', os.getcwd())])
os.chdir('addons')
print(names('.') == names(os.getcwd()), names('') == names('.'))
",
        ),
        ("addons/1024/__init__.py", ""),
        ("addons/letters/readme.py", ""),
        ("addons/my-tool/__init__.py", ""),
        ("addons/plain.py", ""),
    ];
    let printed = "[('1024', True), ('my-tool', True), ('plain', False)]\nTrue\n['FileFinder', 'FileFinder', 'FileFinder']\nTrue True\n";
    prints(tree, "run app.py", printed);
}

#[test]
fn entry_follows_the_working_directory_unless_it_is_absolute() {
    let tree = &[
        (
            "app.py",
            "
import exocet, os, sys
def found():
    try: return exocet.loadNamed('here', exocet.pep302Mapper).word
    except ModuleNotFoundError: return None
sys.path[:] = ['', *sys.path]
os.chdir('one')
print(found())
os.chdir('../two')
print(found())
os.mkdir('gone')
os.chdir('gone')
os.rmdir(os.getcwd())
print(found())
",
        ),
        ("one/here.py", "word = 1"),
        ("two/here.py", "word = 2"),
    ];
    prints(tree, "run app.py", "1\n2\nNone\n");
}

#[test]
fn hooks_and_finders_have_the_names_that_programs_look_for() {
    let app = "
import sys
from importlib.machinery import PathFinder
print([hook.__name__ for hook in sys.path_hooks][::2], all(map(callable, sys.path_hooks)))
print(PathFinder in sys.meta_path, PathFinder.find_spec('html', ['.']).submodule_search_locations is not None)
";
    prints(
        &[("app.py", app), ("html/x.html", "")],
        "run app.py",
        "['zipimporter', 'path_hook_for_FileFinder'] True\nTrue True\n",
    );
}

#[test]
fn names_that_no_statement_can_spell_are_arguments() {
    let tree = &[("my-tool/__init__.py", "from . import lib"), ("my-tool/lib.py", ""), ("1024.py", ""), ("own.py", "")];
    succeed(
        tree,
        &[
            "load --path . my-tool my-tool.lib 1024",
            "load --path . --realm my-tool",
            "check --path . my-tool",
            "graph --path . my-tool",
            "imports --path . my-tool",
            "run --path . -m 1024",
            "run --deny my-tool own.py",
        ],
    );
    let graph = run(tree, "graph --path . my-tool");
    assert_eq!(graph.stdout, "my-tool  package\n  my-tool.lib\n");
}

#[cfg(target_os = "linux")]
#[test]
fn folder_whose_name_is_not_utf8_is_a_folder_like_any_other() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt, process::Command};
    let folder = tempfile::tempdir().expect("a folder");
    let name = OsStr::from_bytes(b"dir\xff");
    if fs::create_dir(folder.path().join(name)).is_err() {
        return; // Some file systems refuse such names themselves.
    }
    fs::write(folder.path().join(name).join("m.py"), "word = 1").expect("it can be written");
    let told = |command: &str, rest: &[&str]| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_exocet"));
        let ran = process
            .current_dir(folder.path())
            .args([OsStr::new(command), OsStr::new("--path"), name])
            .args(rest)
            .output();
        let ran = ran.expect("it starts");
        (ran.status.code(), [ran.stdout, ran.stderr].map(|text| String::from_utf8(text).expect("UTF-8")).concat())
    };
    let (code, out) = told("list", &[]);
    assert!(code == Some(0) && out.starts_with("m "), "{out}");
    for (command, rest) in
        [("load", &["m"][..]), ("check", &["m"]), ("graph", &["m"]), ("imports", &["m"]), ("run", &["-m", "m"])]
    {
        let (code, out) = told(command, rest);
        assert!(code == Some(0), "{command}: {out}");
    }
    // A program reaches it by a name with surrogates, as in CPython.
    let app = "import os, sys\nsys.path.insert(0, os.fsdecode(b'dir\\xff'))\nimport m, exocet\nprint(m.word, list(exocet.iterModules(path=['.'])))";
    fs::write(folder.path().join("app.py"), app).expect("it can be written");
    let ran = run_in(folder.path(), &["run", "app.py"]);
    assert!(ran.stdout.starts_with("1 [PythonModule<'app'>]"), "{ran:?}");
}
