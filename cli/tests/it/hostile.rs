//! Nothing kills the host: what plugins do to a process, by mistake or not, and what a mapper may do while it is asked. Each
//! program runs in a process of its own, so that its death would be seen.

use crate::support::{Ran, Tree, run};

/// Runs `app.py` under the options, and checks that the process ends by itself and in order.
#[track_caller]
fn survives(options: &str, tree: Tree<'_>) -> Ran {
    let ran = run(tree, &format!("run {options} app.py"));
    assert!(matches!(ran.code, Some(0 | 1)), "{options} {tree:?}: {ran:#?}");
    ran
}

/// Runs `code` as a program that goes on afterwards.
#[track_caller]
fn goes_on(code: &str) {
    let body = code.replace('\n', "\n    ");
    let app =
        format!("try:\n    {body}\nexcept BaseException as error:\n    print(type(error).__name__)\nprint('alive')\n");
    let ran = survives("", &[("app.py", &app)]);
    assert!(ran.stdout.ends_with("alive\n"), "{code}: {ran:#?}");
}

#[test]
fn deep_source_is_an_error() {
    for code in [
        "exec('(' * 100_000)",
        "exec('x = ' + '1+' * 100_000 + '1')",
        "exec('if 1: pass\\n' + 'elif 1: pass\\n' * 100_000)",
        "eval('-' * 100_000 + '1')",
        "compile('a' + '.b' * 100_000, 'x', 'eval')",
        "exec('\\n'.join(' ' * i + 'if 1:' for i in range(5_000)))",
        "exec('lambda: ' * 50_000 + '1')",
        "exec('@' * 100_000)",
        "exec('f(' * 50_000)",
        "eval('not ' * 100_000 + '1')",
        "eval('[' * 150 + ']' * 150)",
    ] {
        goes_on(code);
    }
}

#[test]
fn deep_data_is_an_error_or_works() {
    for code in [
        "x = []\nfor i in range(300_000): x = [x]\ndel x",
        "x = ()\nfor i in range(300_000): x = (x,)\ndel x",
        "x = {}\nfor i in range(100_000): x = {1: x}\ndel x",
        "x = []\nfor i in range(100_000): x = [x]\nrepr(x)",
        "x = ()\nfor i in range(100_000): x = (x,)\nhash(x)",
        "x = int\nfor i in range(100_000): x = (x,)\nisinstance(1, x)",
        "class N: pass\nx = None\nfor i in range(200_000):\n    n = N()\n    n.next = x\n    x = n\ndel n, x",
        "import functools\nx = lambda: 1\nfor i in range(50_000): x = functools.partial(x)\nx()",
        "x = [1]\nfor i in range(50_000): x = map(int, x)\nlist(x)",
        "x = []\nx.append(x)\nrepr(x)\nx == x",
    ] {
        goes_on(code);
    }
    #[cfg(feature = "stdlib")]
    for code in [
        "import json\njson.loads('[' * 100_000)",
        "import json\nx = []\nfor i in range(100_000): x = [x]\njson.dumps(x)",
        "import copy\nx = []\nfor i in range(100_000): x = [x]\ncopy.deepcopy(x)",
        "import ast\nast.literal_eval('(' * 5_000 + ')' * 5_000)",
        "import re\nre.compile('(' * 10_000 + ')' * 10_000)",
        "import marshal\nx = []\nfor i in range(100_000): x = [x]\nmarshal.dumps(x)",
    ] {
        goes_on(code);
    }
}

#[test]
fn calls_without_an_end_are_an_error() {
    for code in [
        "def f(): f()\nf()",
        "class A:\n    def __getattr__(self, name): return getattr(self, name)\nA().x",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "class A:\n    def __eq__(self, other): return self == other\nA() == A()",
        "class A:\n    def __call__(self): self()\nA()()",
        "def g(): yield from g()\nlist(g())",
        "f = lambda: eval('f()')\nf()",
        "def f(): exec('f()')\nf()",
        "class M(type):\n    def __instancecheck__(cls, it): return isinstance(it, cls)\nclass A(metaclass=M): pass\nisinstance(1, A)",
    ] {
        goes_on(code);
    }
}

#[test]
fn sizes_that_nobody_has_are_an_error() {
    for code in [
        "'x' * 10 ** 15",
        "[0] * 10 ** 15",
        "(0,) * 10 ** 15",
        "bytearray(10 ** 16)",
        "' '.ljust(10 ** 16)",
        "1 << 10 ** 15",
        "list(range(10 ** 15))",
        "'{:>{}}'.format(1, 10 ** 15)",
        "b'x'.zfill(10 ** 16)",
        "int.to_bytes(1, 10 ** 16, 'big')",
    ] {
        goes_on(code);
    }
}

#[test]
fn an_end_that_raises_or_imports_harms_nobody() {
    let del = "class A:\n    def __del__(self):\n        BODY\nA()\na = A()\na.a = a\ndel a\nimport gc\ngc.collect()\nkept = A()\nprint('alive')\n";
    for body in [
        "raise ValueError",
        "raise SystemExit",
        "import json",
        "import absent",
        "__import__('app')",
        "exec('import sys')",
        "self.x.y.z",
        "raise KeyboardInterrupt",
    ] {
        for options in
            ["", "--realm", "--deny sys --deny gc.x", "--deny json --deny traceback --deny warnings --deny io"]
        {
            let ran = survives(options, &[("app.py", &del.replace("BODY", body))]);
            assert!(ran.stdout.contains("alive"), "{body} under {options}: {ran:#?}");
        }
    }
    // A denial of all that there is, while the interpreter says what went wrong and ends.
    let ran = survives(
        "--empty",
        &[("app.py", "class A:\n    def __del__(self): raise ValueError('late')\nkept = A()\nA()\n1 / 0")],
    );
    assert!(ran.stderr.contains("ZeroDivisionError"), "{ran:#?}");
    let late = "import atexit, sys\ndef end():\n    import json\n    print(json.dumps(1))\n    import absent\natexit.register(end)\n";
    let ran = survives("", &[("app.py", late)]);
    assert!(ran.stdout.contains('1') && ran.stderr.contains("absent"), "{ran:#?}");
}

#[test]
fn builtins_that_are_taken_away_harm_nobody() {
    for code in [
        "__builtins__['__import__'] = None\nimport sys",
        "__builtins__.clear()\nimport sys",
        "del __builtins__['__build_class__']\nclass A: pass",
        "__builtins__['__import__'] = lambda *a: 1 / 0\nimport sys",
        "import builtins\ndel builtins.__import__\nimport json",
        "import sys\nsys.modules.clear()\nimport json",
        "import sys\nsys.modules = None\nimport json",
        "import sys\nsys.meta_path = None\nimport absent",
        "import sys\nsys.path = 3\nimport absent",
        "import sys\nsys.stdout = None\nprint(1)\nsys.stdout = sys.stderr = 3\nraise ValueError",
        "import sys\nsys.excepthook = None\nraise ValueError",
        "import sys\nsys.setrecursionlimit(20)\ndef f(): f()\nf()",
    ] {
        survives("--realm", &[("app.py", code)]);
        survives("--deny absent2", &[("app.py", code)]);
    }
}

#[test]
fn a_mapper_may_do_anything_while_it_is_asked() {
    let guests: Tree<'_> =
        &[("guest.py", "import dep\nword = dep"), ("other.py", "import dep2"), ("dep.py", ""), ("dep2.py", "")];
    let cases = [
        ("raises", "raise ValueError('no')", "ValueError: no"),
        ("raises what ends programs", "raise SystemExit(3)", "SystemExit: 3"),
        ("recurses", "return self.lookup(name)", "RecursionError"),
        ("asks itself by an import", "return exocet.loadNamed('guest', self)", "RecursionError"),
        ("loads another", "return exocet.loadNamed('other', exocet.pep302Mapper)", "fine"),
        (
            "loads another under itself",
            "self.n = getattr(self, 'n', 0) + 1\n        return exocet.loadNamed('other', self) if self.n < 5 else self.n",
            "fine",
        ),
        ("changes itself", "self.lookup = lambda name: 1\n        return 2", "fine"),
        ("changes its class", "type(self).lookup = None\n        return 2", "fine"),
        ("gives itself", "return self", "fine"),
        ("drops what is loading", "import sys\n        sys.modules.pop('dep', None)\n        return 1", "fine"),
        (
            "raises absence of another name",
            "raise ModuleNotFoundError('x', name='elsewhere')",
            "ModuleNotFoundError: x",
        ),
        ("raises absence with an odd name", "raise ModuleNotFoundError('x', name=3)", "ModuleNotFoundError: x"),
    ];
    for (what, body, expected) in cases {
        let app = format!(
            "import exocet\nclass M:\n    def lookup(self, name):\n        {body}\ntry:\n    exocet.loadNamed('guest', M())\n    print('fine')\nexcept BaseException as error:\n    print(f'{{type(error).__name__}}: {{error}}')\nprint(exocet.loadNamed('dep', exocet.pep302Mapper).__name__)\n"
        );
        let tree: Vec<_> = guests.iter().copied().chain([("app.py", app.as_str())]).collect();
        let ran = survives("", &tree);
        assert!(ran.stdout.starts_with(expected) && ran.stdout.ends_with("dep\n"), "{what}: {ran:#?}");
    }
}

#[test]
fn a_mapping_of_overrides_may_change_while_it_is_asked() {
    let app = "import exocet\nclass D(dict):\n    def __contains__(self, name):\n        self.clear()\n        self[name] = self\n        return True\n    def __getitem__(self, name):\n        del self\n        raise KeyError(name)\nd = {}\nclass Gone:\n    def __getattr__(self, name):\n        d.clear()\n        return 1\nd['dep'] = Gone()\nfor mapping in (D(), d):\n    try:\n        print(exocet.loadNamed('guest', exocet.pep302Mapper.withOverrides(mapping)).word)\n    except (KeyError, ImportError) as error:\n        print(type(error).__name__, error)\n";
    let ran = survives("", &[("app.py", app), ("guest.py", "import dep.x\nfrom dep import y as word")]);
    assert!(ran.code == Some(0) && ran.stdout.starts_with("KeyError"), "{ran:#?}");
}

#[test]
fn an_interpreter_inside_is_no_end() {
    let app = "import _interpreters\nid = _interpreters.create()\n\
        print(_interpreters.run_string(id, 'import colorsys, sys\\nprint(colorsys.__name__)\\ntry:\\n    import exocet\\nexcept ImportError as error:\\n    print(error)'))\n\
        _interpreters.destroy(id)\nimport json\nprint('alive')";
    for options in ["", "--realm", "--trace record"] {
        let ran = survives(options, &[("app.py", app)]);
        let said =
            "colorsys\nexocet works in the interpreter of its runtime, and in none that was made inside\nNone\nalive\n";
        assert_eq!(ran.stdout, said, "{options}: {ran:#?}");
    }
    for code in [
        "import sys\nfor name in list(sys.modules): del sys.modules[name]\nimport json",
        "import sys\nfor name in list(vars(sys)): delattr(sys, name)\nimport json",
        "import _frozen_importlib as f\nvars(f).clear()\nimport json",
        "import builtins\nvars(builtins).clear()\nimport json",
    ] {
        for options in ["", "--realm", "--trace record"] {
            survives(options, &[("app.py", code)]);
        }
    }
}
