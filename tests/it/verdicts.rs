//! What a check says of a module, and whether the module loads.

use exocet::{Imports, Memory, Runtime};

/// Others to import: `one` imports what nobody has.
const OTHERS: [(&str, &str); 15] = [
    ("one.py", "import nobody"),
    ("two.py", "VALUE = 1\nPY2 = False\ndef call(): import nobody"),
    ("pk/__init__.py", "__all__ = ['part', 'VALUE']\nVALUE = 1"),
    ("pk/part.py", ""),
    ("pk/bad.py", "import nobody"),
    ("stars/__init__.py", "__all__ = ['bad']"),
    ("stars/bad.py", "import nobody"),
    ("calls.py", "def call(): import nobody, nobody, nobody\nfunctions = (call,)"),
    ("twice.py", "import nobody\nraise ValueError"),
    ("grown.py", "__all__ = ['VALUE']\nVALUE = added = 1\n__all__.extend(['added'])"),
    ("lists.py", "__all__ = ['gone']"),
    ("gate.py", "import sys\nif sys.platform != 'beos':\n    raise ImportError('beos only')"),
    ("ring_a.py", "from ring_b import y\nx = 1"),
    ("ring_b.py", "from ring_a import x\ny = 1"),
    ("no.py", "x = = 1"),
];

/// Checks that a module of this text loads, or that it doesn't, and that a check says so. A failed import in a text asks for
/// `nobody`.
#[track_caller]
fn check(loads: bool, texts: &[&str]) {
    let runtime = || {
        let files = OTHERS.iter().fold(Memory::new("<texts>"), |files, (name, text)| files.with(*name, *text));
        let files = (0..).zip(texts).fold(files, |files, (at, text)| files.with(format!("m{at}.py"), *text));
        Runtime::builder().source(files).build().expect("it builds")
    };
    // What one has loaded the other has not.
    let (loading, checking) = (runtime(), runtime());
    let names: Vec<String> = (0..texts.len()).map(|at| format!("m{at}")).collect();
    let findings = checking.check(&names, &Imports::pass_through()).expect("they are checked");
    for (name, text) in names.iter().zip(texts) {
        let loaded = loading.load(name, &Imports::pass_through());
        assert_eq!(loaded.is_ok(), loads, "the load of\n{text}\n{:?}", loaded.err());
        let errors: Vec<_> = findings.iter().filter(|finding| finding.prevents.contains(name)).collect();
        assert_eq!(errors.is_empty(), loads, "the check of\n{text}\n{errors:#?}");
        assert!(errors.iter().all(|finding| finding.is_error()));
    }
}

#[test]
fn clause_catches_its_classes_and_what_is_made_of_them() {
    let clauses = [
        "except ImportError:",
        "except ModuleNotFoundError:",
        "except (ValueError, ImportError):",
        "except Exception as e:",
        "except BaseException:",
        "except:",
        "except* ImportError:",
        "except ValueError:\n    pass\nexcept ImportError:",
    ];
    check(
        true,
        &clauses.map(|clause| format!("try:\n    import nobody\n{clause}\n    pass")).each_ref().map(String::as_str),
    );
    let clauses = ["except ValueError:", "except (KeyError, OSError):", "except ():", "except* ValueError:"];
    check(
        false,
        &clauses.map(|clause| format!("try:\n    import nobody\n{clause}\n    pass")).each_ref().map(String::as_str),
    );
}

#[test]
fn classes_go_by_other_names() {
    check(
        true,
        &[
            "from builtins import ImportError as E\ntry: import nobody\nexcept E: pass",
            "import builtins as b\ntry: import nobody\nexcept b.ImportError: pass",
            "E = (AttributeError, ImportError)\ntry: import nobody\nexcept E: pass",
            "E = ImportError\ntry: import nobody\nexcept (E, OSError): pass",
            "class Mine(ImportError): pass\ntry: raise Mine\nexcept ImportError: pass",
            "class Mine(Exception): pass\ntry:\n    try: import nobody\n    except ImportError as e: raise Mine from e\nexcept Mine: pass",
        ],
    );
    check(
        false,
        &[
            "class Mine(ImportError): pass\ntry: import nobody\nexcept Mine: pass",
            "ImportError = ValueError\ntry: import nobody\nexcept ImportError: pass",
            "E = (AttributeError, KeyError)\ntry: import nobody\nexcept E: pass",
            "class Mine(Exception): pass\ntry: raise Mine()\nexcept ImportError: pass",
        ],
    );
}

#[test]
fn try_catches_what_is_in_its_body_and_nothing_else() {
    check(
        false,
        &[
            "try: import nobody\nexcept ImportError: import nobody",
            "try: import sys\nexcept ImportError: pass\nelse: import nobody",
            "try: import sys\nexcept ImportError: pass\nfinally: import nobody",
            "try: import nobody\nfinally: pass",
            "try: import nobody\nexcept ImportError: raise",
            "try: import nobody\nexcept ImportError as e: raise e",
            "try: import nobody\nexcept ImportError as e: raise RuntimeError('no') from e",
            "try: import nobody\nexcept ImportError: raise SystemExit",
            "import sys\ntry: import nobody\nexcept ImportError: sys.exit(1)",
            "try: import nobody\nexcept ImportError:\n    try: import nobody\n    except ValueError: pass",
        ],
    );
    check(
        true,
        &[
            "try: import sys\nexcept ImportError: import nobody",
            "try:\n    import nobody\nexcept ImportError:\n    try: import nobody\n    except ImportError: pass",
            "try:\n    try: import nobody\n    finally: x = 1\nexcept ImportError: pass",
            "try:\n    try: import nobody\n    except ImportError: raise\nexcept ImportError: pass",
            "try:\n    try: import nobody\n    except ValueError: pass\nexcept ImportError: pass",
            "try: import nobody\nexcept ImportError: pass\nelse: import nobody",
            "try:\n    import sys\n    found = True\nexcept ImportError: found = False\nif not found: import nobody",
            "try:\n    import nobody\n    found = True\nexcept ImportError:\n    found = False\nif found: import nobody",
            "try: import nobody\nexcept ImportError: nobody = None\nif nobody is not None: import nobody.part",
            "try: import nobody\nexcept ImportError: nobody = None\nif nobody: import nobody.part",
            "for name in ('a', 'b'):\n    try:\n        import nobody\n        break\n    except ImportError: continue\nelse: pass",
        ],
    );
    check(
        false,
        &[
            "for name in ('a', 'b'):\n    try:\n        import nobody\n        break\n    except ImportError: continue\nelse: raise ImportError(name)",
            "try:\n    import sys\n    found = True\nexcept ImportError: found = False\nif found: import nobody",
            "try: import nobody\nexcept ImportError: nobody = None\nif nobody is None: raise ImportError('nobody')",
        ],
    );
}

#[test]
fn context_managers_catch_what_they_are_given() {
    check(
        true,
        &[
            "from contextlib import suppress\nwith suppress(ImportError): import nobody",
            "from contextlib import suppress as quiet\nwith quiet(ValueError, ModuleNotFoundError): import nobody",
            "import contextlib as c\nwith c.suppress(Exception): import nobody",
            "import contextlib\nwith contextlib.nullcontext(), contextlib.suppress(ImportError): import nobody",
            "import contextlib\nignored = contextlib.suppress(ImportError)\nwith ignored: import nobody",
            "class Quiet:\n    def __enter__(self): pass\n    def __exit__(self, *_): return True\nwith Quiet(): import nobody",
        ],
    );
    check(
        false,
        &[
            "from contextlib import suppress\nwith suppress(ValueError): import nobody",
            "from contextlib import suppress\nwith suppress(): import nobody",
            "import contextlib\nwith contextlib.nullcontext(): import nobody",
            "import warnings\nwith warnings.catch_warnings(): import nobody",
            "from contextlib import suppress\nwith suppress(ImportError): import nobody\nimport nobody",
        ],
    );
}

// These import what only the library has.
#[cfg(feature = "stdlib")]
#[test]
fn conditions_of_version_platform_and_type_checking_are_decided() {
    let never = [
        "sys.version_info < (3,)",
        "sys.version_info[0] == 2",
        "sys.version_info.major == 2",
        "sys.version_info[:2] <= (3, 13)",
        "sys.version_info >= (3, 8) and sys.platform == 'beos'",
        "sys.platform.startswith('beos')",
        "sys.platform in ('beos', 'os2')",
        "os.name == 'os2'",
        "platform.system() == 'BeOS'",
        "sys.implementation.name == 'cpython'",
        "not sys.version_info >= (3, 3)",
        "sys.hexversion < 0x03000000",
        "typing.TYPE_CHECKING",
        "t.TYPE_CHECKING and unknown()",
        "TYPING",
        "PY2",
        "False",
        "0",
        "None",
        "''",
        "__name__ == '__main__'",
        "not __debug__",
        "PY2 or sys.platform == 'beos'",
        "two.PY2",
        "PY2_TOO",
    ];
    let head = "import sys, os, platform, typing, two\nimport typing as t\nfrom typing import TYPE_CHECKING as TYPING\n\
                from two import PY2 as PY2_TOO\nPY2 = sys.version_info[0] == 2\ndef unknown(): return True\n";
    let if_never = never.map(|test| format!("{head}if {test}:\n    import nobody"));
    check(true, &if_never.each_ref().map(String::as_str));
    let if_not = never.map(|test| format!("{head}if {test}:\n    pass\nelse:\n    import nobody"));
    check(false, &if_not.each_ref().map(String::as_str));
    let negated = never.map(|test| format!("{head}if not ({test}):\n    import nobody"));
    check(false, &negated.each_ref().map(String::as_str));
    let chosen = never.map(|test| format!("{head}x = 1 if {test} else 0\nif x == 0: import nobody"));
    check(false, &chosen.each_ref().map(String::as_str));
}

// These import what only the library has.
#[cfg(feature = "stdlib")]
#[test]
fn what_isnt_decided_is_no_error() {
    check(
        true,
        &[
            "import os\nif os.environ.get('NOBODY_SETS_THIS'): import nobody",
            "def f(): import nobody",
            "class C:\n    def f(self): import nobody",
            "f = lambda: __import__('nobody')",
            "while False: import nobody",
            "for x in (): import nobody",
            "import sys\nfor x in sys.argv[999:]: import nobody",
            "TYPE_CHECKING = False\nif TYPE_CHECKING: import nobody",
            "import sys\nmatch sys.platform:\n    case 'beos': import nobody\n    case _: pass",
            "async def f(): import nobody\nf().close()",
            "def f():\n    yield\n    import nobody\nf()",
            "if 1: pass\nelse: import nobody",
            "for x in range(0): import nobody",
            "try: unicode\nexcept NameError: unicode = str\nunicode",
            "x = [y for y in (1, 2) if y]\nwhile (z := len(x)) and z > 9: pass\nz",
            "def f(x):\n    def g(): return x\n    return g\ny = f(1)()",
            "def f():\n    return 1\n    import nobody\nf()",
        ],
    );
}

#[test]
fn what_surely_runs_is_an_error() {
    check(
        false,
        &[
            "class C:\n    import nobody",
            "while True:\n    import nobody\n    break",
            "i = 0\nwhile i < 1:\n    i += 1\n    import nobody",
            "for x in (1, 2): import nobody",
            "for x in range(3): import nobody",
            "try: unbound\nexcept NameError: import nobody",
            "unbound",
            "with open('x') if False else __import__('contextlib').nullcontext(): pass\nimport nobody",
            "def f(): import nobody\nf()",
            "def f(): import nobody\ndef g(): f()\nx = g()",
            "import sys\nif sys.argv: import nobody\nelse: import nobody",
            "import sys\nmatch sys.platform:\n    case 'beos': pass\n    case _: import nobody",
            "assert False",
            "raise ImportError('not here')",
            "import sys\nif sys.platform != 'beos': raise ImportError('beos only')",
            "if True: import nobody",
            "from . import x",
            "from .. import x",
            "from nobody import *",
            "lazy import nobody",
        ],
    );
}

// These import what only the library has.
#[cfg(feature = "stdlib")]
#[test]
fn what_an_import_leads_to_counts() {
    check(
        false,
        &[
            "import one",
            "from two import lacking",
            "import pk.bad",
            "from pk import bad",
            "from stars import *",
            "from lists import *",
            "import gate",
            "import ring_a",
            "import no",
            "import pk.gone",
            "from json import lacking",
            "from collections import Mapping",
            "try: import one\nexcept ValueError: pass",
        ],
    );
    check(
        true,
        &[
            "try: import one\nexcept ImportError: pass",
            "from grown import *\nfrom grown import added",
            "try: from two import lacking\nexcept ImportError: pass",
            "try: import gate\nexcept ImportError: pass",
            "try: import twice\nexcept ImportError: pass",
            "import sys, two\nsys.modules['nobody'] = two\nimport nobody",
            "try: import no\nexcept SyntaxError: pass",
            "from two import VALUE, call",
            "from pk import *\nimport pk",
            "from pk import part, VALUE",
            "import pk.part as p",
            "import two\nif two.PY2: import nobody",
            "from calls import functions\nimport sys\nif len(sys.argv) > 999: functions[0]()",
            "import two as t\nif t.VALUE != 1: import nobody",
            "from two import VALUE\nif VALUE == 2: import nobody",
            "import os.path, collections.abc\nfrom os.path import join",
            "from two import __name__, __doc__, __spec__",
        ],
    );
}
