//! Comparisons with what others say of real code: Python itself, and a second parser. They skip where there is nothing to compare.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use exocet::{
    Directory,
    modules::{Kind, PythonModule, SearchPath},
};
use rustpython_parser::Parse;
use rustpython_parser::ast::{ExceptHandler, Ranged, Stmt, Suite};
use rustpython_parser::source_code::LinearLocator;

/// What `python3 -c SCRIPT` prints, line by line.
fn python(script: &str, arguments: &[&Path]) -> Option<Vec<String>> {
    let output = Command::new("python3").arg("-c").arg(script).args(arguments).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// The standard library and the installed packages of `python3`.
fn libraries() -> Vec<PathBuf> {
    const SCRIPT: &str = "import sysconfig\nprint(sysconfig.get_path('stdlib'))\nprint(sysconfig.get_path('purelib'))";
    python(SCRIPT, &[]).unwrap_or_default().into_iter().map(PathBuf::from).filter(|path| path.is_dir()).collect()
}

/// All modules of a directory that have a file.
fn files(directory: &Path) -> impl Iterator<Item = PythonModule> {
    let path = SearchPath::new().with(Directory::new(directory).unwrap());
    path.walk_modules().map(Result::unwrap).filter(|module| module.kind() != Kind::Namespace)
}

/// `walk_packages` without its imports. It knows no namespace packages, so those and what is below them are left out here too.
#[test]
fn listing_agrees_with_pkgutil() {
    const SCRIPT: &str = "
import sys, os, pkgutil, keyword
def walk(folder, prefix):
    for info in pkgutil.iter_modules([folder], prefix):
        name = info.name.rpartition('.')[2]
        # A compiled module hides its source here, and only here.
        path = os.path.join(folder, name, '__init__.py') if info.ispkg else os.path.join(folder, name + '.py')
        if not os.path.isfile(path) or not name.isidentifier() or keyword.iskeyword(name):
            continue
        print(info.name, path)
        if info.ispkg:
            walk(os.path.dirname(path), info.name + '.')
walk(sys.argv[1], '')
";
    let mut compared = 0;
    for library in libraries() {
        let theirs: Vec<String> = python(SCRIPT, &[&library]).unwrap();
        let path = SearchPath::new().with(Directory::new(&library).unwrap());
        let namespaces: BTreeSet<String> = path
            .walk_modules()
            .map(Result::unwrap)
            .filter(|module| module.kind() == Kind::Namespace)
            .map(|module| format!("{module}."))
            .collect();
        let ours = files(&library).filter(|module| !namespaces.iter().any(|prefix| module.name().starts_with(prefix)));
        let ours: BTreeSet<String> = ours.map(|module| format!("{module} {}", module.origin().unwrap())).collect();
        let theirs: BTreeSet<String> = theirs.into_iter().collect();
        let differing: Vec<_> = ours.symmetric_difference(&theirs).collect();
        assert!(differing.is_empty(), "{differing:#?}");
        compared += ours.len();
    }
    println!("compared {compared} modules");
}

#[test]
fn ordinary_code_is_never_too_deep() {
    let mut deepest = (0, String::new());
    for module in libraries().iter().flat_map(|library| files(library)) {
        // Some tests of the library are not meant to be decoded.
        let Ok(Some(text)) = module.text() else {
            continue;
        };
        let depth = exocet::syntax::nesting::check(&text).unwrap_or_else(|error| panic!("{module}: {error}"));
        deepest = deepest.max((depth, module.to_string()));
    }
    println!("the deepest is {deepest:?}");
}

/// `path line column dotted-name` of each import, in files that Python itself can parse. Python is older than the parser may be,
/// so what it refuses tells nothing.
#[test]
fn imports_agree_with_pythons_ast() {
    const SCRIPT: &str = r#"
import ast, sys, warnings
warnings.simplefilter('ignore')
for line in open(0):
    path = line.rstrip('\n')
    data = open(path, 'rb').read()
    try:
        tree = ast.parse(data)
    except Exception:
        continue
    print('+', path)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(a.lineno, a.col_offset, a.name) for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = '.' * node.level + (node.module or '')
            found += [(a.lineno, a.col_offset, base + ('' if base.endswith('.') else '.') + a.name) for a in node.names]
    for line, column, name in sorted(found):
        print(line, name)
"#;
    // One module in ten is enough, and every one takes a minute.
    let modules: Vec<PythonModule> = libraries().iter().flat_map(|library| files(library)).step_by(10).collect();
    if modules.is_empty() {
        return;
    }
    let list = tempfile::NamedTempFile::new().unwrap();
    let paths: Vec<String> = modules.iter().map(|module| module.origin().unwrap()).collect();
    std::fs::write(list.path(), paths.join("\n")).unwrap();
    let output =
        Command::new("python3").args(["-X", "utf8", "-c", SCRIPT]).stdin(list.reopen().unwrap()).output().unwrap();
    let mut theirs = std::collections::HashMap::<&str, Vec<&str>>::new();
    let output = String::from_utf8(output.stdout).unwrap();
    let mut path = "";
    for line in output.lines() {
        match line.strip_prefix("+ ") {
            Some(next) => {
                path = next;
                theirs.insert(path, Vec::new());
            }
            None => theirs.get_mut(path).unwrap().push(line),
        }
    }
    assert!(theirs.len() > modules.len() / 2);
    for (module, path) in modules.iter().zip(&paths) {
        let Some(theirs) = theirs.get(path.as_str()) else {
            continue;
        };
        let text = module.text().unwrap_or_else(|error| panic!("python reads it: {error}")).unwrap();
        // Below no package every relative name stays as it is written.
        let found = exocet::syntax::imports(&text, "", false).unwrap_or_else(|error| panic!("{path}: {error}"));
        let ours: Vec<String> = found.iter().map(|import| format!("{} {}", import.line, import.dotted())).collect();
        assert_eq!(&ours, theirs, "{path}");
    }
}

/// The same by a second parser, over the standard library that the VM brings, where the sources of crates are at hand.
#[test]
fn imports_agree_with_a_second_parser() {
    let mut compared = 0;
    for module in vm_library().iter().flat_map(|library| files(library)) {
        let Ok(Some(text)) = module.text() else {
            continue;
        };
        // It knows no syntax newer than 2023, and is no judge of that.
        let Ok(tree) = Suite::parse(&text, "<text>") else {
            continue;
        };
        let mut found = Vec::new();
        second_finder(&tree, &mut found);
        let mut locator = LinearLocator::new(&text);
        let theirs: Vec<String> = found
            .into_iter()
            .map(|(offset, name)| format!("{} {name}", locator.locate(offset.into()).row.get()))
            .collect();
        let found = exocet::syntax::imports(&text, "", false).unwrap_or_else(|error| panic!("{module}: {error}"));
        let ours: Vec<String> = found.iter().map(|import| format!("{} {}", import.line, import.dotted())).collect();
        assert_eq!(ours, theirs, "{module}");
        compared += 1;
    }
    println!("compared {compared} modules");
}

/// Offset and dotted name of each import.
fn second_finder(block: &[Stmt], found: &mut Vec<(u32, String)>) {
    for statement in block {
        let blocks: Vec<&[Stmt]> = match statement {
            Stmt::Import(node) => {
                found.extend(node.names.iter().map(|alias| (alias.range().start().into(), alias.name.to_string())));
                vec![]
            }
            Stmt::ImportFrom(node) => {
                let level = node.level.map_or(0, |level| level.to_usize());
                let base = ".".repeat(level) + node.module.as_deref().unwrap_or_default();
                let dot = if base.ends_with('.') { "" } else { "." };
                let name = |name: &str| format!("{base}{dot}{name}");
                found.extend(node.names.iter().map(|alias| (alias.range().start().into(), name(&alias.name))));
                vec![]
            }
            Stmt::FunctionDef(node) => vec![&node.body],
            Stmt::AsyncFunctionDef(node) => vec![&node.body],
            Stmt::ClassDef(node) => vec![&node.body],
            Stmt::For(node) => vec![&node.body, &node.orelse],
            Stmt::AsyncFor(node) => vec![&node.body, &node.orelse],
            Stmt::While(node) => vec![&node.body, &node.orelse],
            Stmt::If(node) => vec![&node.body, &node.orelse],
            Stmt::With(node) => vec![&node.body],
            Stmt::AsyncWith(node) => vec![&node.body],
            Stmt::Match(node) => node.cases.iter().map(|case| &*case.body).collect(),
            Stmt::Try(node) => tried(&node.body, &node.handlers, &node.orelse, &node.finalbody),
            Stmt::TryStar(node) => tried(&node.body, &node.handlers, &node.orelse, &node.finalbody),
            _ => vec![],
        };
        blocks.into_iter().for_each(|block| second_finder(block, found));
    }
}

fn tried<'a>(
    body: &'a [Stmt],
    handlers: &'a [ExceptHandler],
    orelse: &'a [Stmt],
    finalbody: &'a [Stmt],
) -> Vec<&'a [Stmt]> {
    let handlers = handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| &*handler.body);
    [body].into_iter().chain(handlers).chain([orelse, finalbody]).collect()
}

fn vm_library() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).ok()?;
    registries.flatten().map(|registry| registry.path().join("rustpython-pylib-0.6.0/Lib")).find(|path| path.is_dir())
}
