use exocet::syntax::{ImportKind, attributes, exports, imports};

use crate::support::each_path;

/// Imports as `line:column kind name` lines.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = imports(text, "pk.a", false).unwrap();
    let shown: Vec<_> = found.iter().map(|i| format!("{}:{} {:?} {}", i.line, i.column, i.kind, i.dotted())).collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_form_of_import_is_found() {
    check(
        "import a, b.c as d\nfrom e import f as g, h\nfrom x import *\n",
        &["1:8 TopLevel a", "1:11 TopLevel b.c", "2:15 TopLevel e.f", "2:23 TopLevel e.h", "3:15 TopLevel x.*"],
    );
    let found = imports("import b.c as d\nfrom .e import f as g", "pk.a", false).unwrap();
    assert_eq!((found[0].name.as_str(), found[0].item.as_deref(), found[0].alias.as_deref()), ("b.c", None, Some("d")));
    assert_eq!((found[1].name.as_str(), found[1].item.as_deref(), found[1].level), ("pk.e", Some("f"), 1));
}

#[test]
fn columns_count_characters() {
    check("é = '日本'; import a", &["1:18 TopLevel a"]);
}

#[test]
fn relative_names_become_absolute() {
    let check = |module: &str, is_package: bool, text: &str, expected: &str| {
        assert_eq!(imports(text, module, is_package).unwrap()[0].dotted(), expected, "{text} in {module}");
    };
    check("pk.a", false, "from .b import V", "pk.b.V");
    check("pk.a", false, "from . import b", "pk.b");
    check("pk", true, "from .b import V", "pk.b.V");
    check("pk.sub.a", false, "from ..b import V", "pk.b.V");
    check("pk.sub", true, "from ..b import V", "pk.b.V");
    check("pk.sub.a", false, "from .. import *", "pk.*");
    check("pk.a", false, "from ..b import V", "..b.V");
    check("pk.a", false, "from .. import b", "..b");
    check("a", false, "from . import b", ".b");
    check("a", false, "from ....x.y import b", "....x.y.b");
}

#[test]
fn the_kind_tells_when_an_import_runs() {
    check(
        "\
class C:
    import a
    def f(self):
        import b
if x:
    import c
elif y:
    import d
try:
    import e
except ImportError:
    import f
else:
    import g
finally:
    import h
try:
    import i
finally:
    pass
async def f():
    try:
        import j
    except E:
        pass
for x in y:
    import k
else:
    import l
while x: import m
with x: import n
match x:
    case 1: import o
",
        &[
            "2:12 TopLevel a",
            "4:16 Function b",
            "6:12 TopLevel c",
            "8:12 TopLevel d",
            "10:12 Try e",
            "12:12 TopLevel f",
            "14:12 TopLevel g",
            "16:12 TopLevel h",
            "18:12 TopLevel i",
            "23:16 Function j",
            "27:12 TopLevel k",
            "29:12 TopLevel l",
            "30:17 TopLevel m",
            "31:16 TopLevel n",
            "33:20 TopLevel o",
        ],
    );
}

#[test]
fn what_a_failure_is_caught_by_is_told() {
    check(
        "\
from contextlib import suppress as quiet
with quiet(ImportError): import a
with quiet(ValueError): import b
try: import c
except ValueError: import d
try: import e
except (KeyError, unknown): pass
try:
    try: import f
    finally: import g
except ModuleNotFoundError: pass
",
        &[
            "1:24 TopLevel contextlib.suppress",
            "2:33 Try a",
            "3:32 TopLevel b",
            "4:13 TopLevel c",
            "5:27 TopLevel d",
            "6:13 Try e",
            "9:17 Try f",
            "10:21 Try g",
        ],
    );
}

#[test]
fn what_is_decided_never_runs() {
    check(
        "\
import sys
if sys.version_info < (3,): import a
elif sys.platform == 'beos': import b
elif True: import c
else: import d
def f():
    return
    import e
raise SystemExit
import g
",
        &[
            "1:8 TopLevel sys",
            "2:36 Never a",
            "3:37 Never b",
            "4:19 TopLevel c",
            "5:14 Never d",
            "8:12 Never e",
            "10:8 Never g",
        ],
    );
}

#[test]
fn lazy_imports_are_marked() {
    let found = imports("lazy import a\nlazy from b import c\nimport d", "m", false).unwrap();
    assert_eq!(found.iter().map(|import| import.is_lazy).collect::<Vec<_>>(), [true, true, false]);
}

/// The VM that runs a module says the same of itself.
#[test]
fn conditions_are_decided_as_the_vm_decides_them() {
    let tests = [
        "sys.version_info == (3, 14, 0, 'alpha', 0)",
        "sys.hexversion == 0x030e00a0",
        "sys.version_info.releaselevel == 'alpha'",
        "sys.implementation.name == 'rustpython'",
        "__debug__",
        #[cfg(feature = "stdlib")]
        "os.name == ('nt' if sys.platform == 'win32' else 'posix')",
        #[cfg(feature = "stdlib")]
        "platform.python_implementation() == 'RustPython'",
        #[cfg(all(feature = "stdlib", target_os = "linux"))]
        "platform.system() == 'Linux' and sys.platform == 'linux'",
        "sys.maxsize > 2**31 or sys.byteorder in ('little', 'big')",
    ];
    let imports = if cfg!(feature = "stdlib") { "import sys, os, platform" } else { "import sys" };
    for test in tests {
        let text = format!("{imports}\nif {test}:\n    pass\nelse:\n    import never");
        if !test.contains("**") {
            let found = exocet::syntax::imports(&text, "m", false).unwrap();
            assert_eq!(found.last().unwrap().kind, ImportKind::Never, "{test}");
        }
        let runtime = exocet::Runtime::builder().source(exocet::Memory::new("<m>").with("m.py", text)).build().unwrap();
        runtime.load("m", &exocet::Imports::pass_through()).unwrap();
    }
}

#[test]
fn type_checking_is_told_apart() {
    check(
        "\
if TYPE_CHECKING:
    import a
elif x:
    import b
else:
    import c
if typing.TYPE_CHECKING and x:
    def f(): import d
if not t.TYPE_CHECKING:
    import e
else:
    import f
if TYPE_CHECKING or x:
    import g
",
        &[
            "2:12 TypeChecking a",
            "4:12 TopLevel b",
            "6:12 TopLevel c",
            "8:21 TypeChecking d",
            "10:12 TopLevel e",
            "12:12 TypeChecking f",
            "14:12 TopLevel g",
        ],
    );
}

#[test]
fn no_statement_means_no_import() {
    check("x = 'import a'\n# import b\n'''\nimport c\n'''\n__import__('d')\n", &[]);
}

#[track_caller]
fn names(found: Result<Vec<String>, exocet::syntax::ScanError>, expected: &str) {
    assert_eq!(found.unwrap().join(" "), expected);
}

#[test]
fn attributes_are_what_the_top_level_binds() {
    names(attributes("a = b = 1\n(c, [d, *e]) = x\nf.g = 1\nh[0] = 1\ni: int = 1\nj: int\nk += 1"), "a b c d e i k");
    names(attributes("import a.b\nimport c.d as e\nfrom x import y, z as w\nfrom q import *"), "a e y w");
    names(
        attributes("def f(a=(b := 1)): c = 1\nclass C(d := D):\n    e = 1\n@(g := x)\nasync def h(): pass"),
        "f b C d g h",
    );
    names(attributes("for a, b in c: d = 1\nelse: e = 1\nwhile (f := g()): h = 1"), "a b d e f h");
    names(attributes("with a as b, c as (d, e): f = 1"), "b d e f");
    names(attributes("if x: a = 1\nelif (b := y): c = 1\nelse: d = 1"), "a b c d");
    names(attributes("try: a = 1\nexcept E as b: c = 1\nelse: d = 1\nfinally: e = 1"), "a c d e");
    names(
        attributes("match x:\n    case [a, *b]: pass\n    case {'k': c, **d}: pass\n    case C(e) as f: pass"),
        "a b c d e f",
    );
    names(
        attributes("x = [(a := i) for i in y]\nlambda: (b := 1)\nf = lambda c=(d := 1): 0\ntype T = int"),
        "x a f d T",
    );
    names(attributes("import sys\nx = 1\ndel sys, y\nif z: del x\nx = 2"), "x");
}

#[test]
fn exports_follow_all() {
    names(exports("__all__ = ['a', 'b']\nc = 1"), "a b");
    names(exports("__all__ = ('a',) + ('b',)\n__all__ += ['c']"), "a b c");
    names(
        exports("__all__: list[str] = ['a']\n__all__.append('b')\n__all__.extend(('c', 'd'))\n__all__.remove('a')"),
        "b c d",
    );
    names(exports("__all__ = ['a']\n__all__ = __all__ + ['b', 'a']"), "a b");
    names(exports("__all__ = ['a']\n__all__ = ['b']"), "b");
    names(exports("if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']"), "a b");
    names(exports("__all__ = ['a'] + sub.__all__ + [*other.__all__, 'b']"), "a b");
    names(exports("__all__ = []\na = 1"), "");
    names(exports("__all__ = [n for n in dir()]\na = _b = 1"), "a");
}

#[test]
fn without_all_the_public_names_are_exported() {
    names(exports("import os\n_a = b = 1\ndef c(): pass\ndef _d(): pass\n__version__ = '1'"), "os b c");
}

#[test]
fn a_syntax_error_has_file_line_and_column() {
    each_path(&[("pk/__init__.py", "x = 1\nif x\n    y\n"), ("bad.py", "\u{0}")], |path, label| {
        let error = path.get("pk").unwrap().imports().unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with(&format!("can't parse `{label}/pk/__init__.py`: ")), "{message}");
        assert!(message.ends_with("(line 2, column 5)"), "{message}");
        assert_eq!(error.line(), Some(2));
        let message = path.get("bad").unwrap().exports().unwrap_err().to_string();
        assert_eq!(
            message,
            format!("can't decode `{label}/bad.py`: source code string cannot contain null bytes (line 1)")
        );
    });
}

#[test]
fn handles_scan_their_own_text() {
    let tree = [
        ("pk/__init__.py", "from .a import x\n__all__ = ['x']"),
        ("pk/a.py", "from . import b\nx = 1"),
        ("ns/m.py", ""),
    ];
    each_path(&tree, |path, _| {
        let pk = path.get("pk").unwrap();
        assert_eq!(pk.imports().unwrap()[0].dotted(), "pk.a.x");
        assert_eq!(pk.exports().unwrap(), ["x"]);
        let a = pk.get("a").unwrap();
        assert_eq!(
            (a.imports().unwrap()[0].dotted(), a.imports().unwrap()[0].kind),
            ("pk.b".to_owned(), ImportKind::TopLevel)
        );
        assert_eq!(a.attributes().unwrap(), ["b", "x"]);
        assert!(path.get("ns").unwrap().imports().unwrap().is_empty());
    });
}
