//! `exocet run`: the program, its arguments, its mapper and its end.

use crate::support::{Tree, archive, directory, prints, run, run_in};
use std::{fs, path::Path};

#[test]
fn arguments_of_a_program_are_its_own() {
    let tree: Tree<'_> = &[("show.py", "import sys\nprint(sys.argv[1:], __name__)")];
    prints(tree, "run show.py", "[] __main__\n");
    prints(tree, "run show.py a --path b -m -h -- c", "['a', '--path', 'b', '-m', '-h', '--', 'c'] __main__\n");
    prints(tree, "run -m show a --path b -m -h -- c", "['a', '--path', 'b', '-m', '-h', '--', 'c'] __main__\n");
}

#[test]
fn first_argument_is_the_program() {
    let name = "import sys\nprint(sys.argv[0])";
    prints(&[("a/show.py", name)], "run a/show.py", "a/show.py\n");
    let folder = directory(&[("show.py", name)]);
    let ran = run_in(folder.path(), &["run", "-m", "show"]);
    assert_eq!(Path::new(ran.stdout.trim_end()), fs::canonicalize(folder.path().join("show.py")).expect("it is there"));
}

#[test]
fn folder_of_the_program_leads_its_search_path() {
    let tree: Tree<'_> = &[
        ("a/app.py", "import which\nprint(which.PLACE)"),
        ("a/which.py", "PLACE = 'beside'"),
        ("b/which.py", "PLACE = 'path'"),
        ("which.py", "PLACE = 'current'"),
    ];
    prints(tree, "run --path b a/app.py", "beside\n");
    prints(tree, "run --path a --path b -m app", "current\n");
}

#[cfg(unix)]
#[test]
fn link_to_a_program_leads_to_its_folder() {
    let folder =
        directory(&[("real/app.py", "import beside\nprint(beside.X)"), ("real/beside.py", "X = 1"), ("bin/x", "")]);
    std::os::unix::fs::symlink("../real/app.py", folder.path().join("bin/app")).expect("a link");
    assert_eq!(run_in(folder.path(), &["run", "bin/app"]).stdout, "1\n");
}

#[test]
fn path_given_twice_is_one_path() {
    prints(&[("app.py", "print(1)")], "run --path . --path . app.py", "1\n");
}

#[test]
fn package_runs_by_its_main() {
    let tree: Tree<'_> = &[
        ("app/__init__.py", "print('package', __name__)"),
        ("app/__main__.py", "from . import part\nprint(__name__, __package__, part.X)"),
        ("app/part.py", "X = 1"),
    ];
    prints(tree, "run -m app", "package app\n__main__ app 1\n");
    prints(tree, "run -m app.part", "package app\n");
}

#[test]
fn folder_or_archive_runs_by_its_main() {
    let inner: Tree<'_> = &[("__main__.py", "import part\nprint(__name__, part.X)"), ("part.py", "X = 1")];
    let folder = directory(&[("app/__main__.py", inner[0].1), ("app/part.py", inner[1].1)]);
    fs::write(folder.path().join("app.zip"), archive(inner)).expect("a file");
    for program in ["app", "app.zip"] {
        assert_eq!(run_in(folder.path(), &["run", program]).stdout, "__main__ 1\n", "{program}");
    }
}

#[test]
fn exit_codes_are_those_of_python() {
    let cases = [
        ("pass", 0, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(None)", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit(True)", 1, ""),
        ("raise SystemExit('so long')", 1, "so long\n"),
        ("raise SystemExit((1, 2))", 1, "(1, 2)\n"),
        ("import sys\nsys.exit(256 + 7)", 7, ""),
        ("raise SystemExit(-1)", 255, ""),
        ("raise SystemExit(2**32)", 0, ""),
        ("raise SystemExit(2**32 + 5)", 5, ""),
        ("raise SystemExit(-2**40)", 0, ""),
        ("raise SystemExit(2**70)", 255, ""),
    ];
    for (code, expected, stderr) in cases {
        let ran = run(&[("app.py", code)], "run app.py");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(expected), stderr), "{code}");
    }
}

#[test]
fn program_that_raises_has_a_traceback_on_stderr() {
    let ran = run(&[("app.py", "print('begun')\ndef f():\n    return 1 / 0\nf()")], "run app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "begun\n"));
    assert!(ran.stderr.starts_with("Traceback (most recent call last):\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("app.py\", line 3, in f\n    return 1 / 0\n"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("ZeroDivisionError: division by zero\n"), "{}", ran.stderr);
}

#[test]
fn syntax_error_shows_the_line() {
    let ran = run(&[("app.py", "x = 1\ny = = 2\n")], "run app.py");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("app.py\", line 2") && ran.stderr.contains("y = = 2"), "{}", ran.stderr);
}

#[test]
fn runaway_recursion_is_an_exception() {
    let program = "\
import sys
def plain(n): return plain(n + 1)
def native(n): return list(map(native, [n]))
class Deep:
    def __getattr__(self, name): return getattr(self, name)
def attempt(f, limit):
    sys.setrecursionlimit(limit)
    try: f()
    except RecursionError: print('caught')
usual = sys.getrecursionlimit()
attempt(lambda: plain(0), usual)
for limit in usual, 10**6:
    attempt(lambda: native(0), limit)
    attempt(lambda: Deep().x, limit)
";
    prints(&[("app.py", program)], "run app.py", &"caught\n".repeat(5));
}

#[cfg(feature = "stdlib")]
#[test]
fn threads_and_exit_functions_are_waited_for() {
    let program = "\
import atexit, threading, time
atexit.register(print, 'exit')
threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()
print('main')";
    prints(&[("app.py", program)], "run app.py", "main\nthread\nexit\n");
}

const APP: (&str, &str) = ("app.py", "import dep\nimport dep as again\nprint(dep.WORD, dep.__name__, dep is again)");

#[test]
fn program_can_import_exocet() {
    let program = "import exocet\nprint(exocet.loadNamed('dep', exocet.pep302Mapper).WORD)";
    prints(&[("app.py", program), ("dep.py", "WORD = 'real'")], "run app.py", "real\n");
}

#[test]
fn file_overrides_a_module() {
    let tree: Tree<'_> = &[APP, ("dep.py", "WORD = 'real'"), ("stubs/fake.py", "print('loaded')\nWORD = 'fake'")];
    prints(tree, "run app.py", "real dep True\n");
    // Once, although it is imported twice.
    prints(tree, "run --override dep=stubs/fake.py app.py", "loaded\nfake dep True\n");
    prints(tree, "run --override dep=stubs/fake.py -m app", "loaded\nfake dep True\n");
}

#[test]
fn module_overrides_a_module() {
    let tree: Tree<'_> = &[APP, ("dep.py", "WORD = 'real'"), ("more/other.py", "WORD = 'other'")];
    prints(tree, "run --path more --override dep=other app.py", "other other True\n");
}

#[test]
fn later_override_wins() {
    let tree: Tree<'_> = &[APP, ("one.py", "WORD = 1"), ("two.py", "WORD = 2")];
    prints(tree, "run --override dep=one.py --override dep=two app.py", "2 two True\n");
    prints(tree, "run --override dep=two --override dep=one.py app.py", "1 dep True\n");
}

#[test]
fn override_reaches_the_program_and_not_its_dependencies() {
    let tree: Tree<'_> = &[
        ("app.py", "import dep, user\nprint(dep.WORD, user.WORD)"),
        ("user.py", "import dep\nWORD = dep.WORD"),
        ("dep.py", "WORD = 'real'"),
        ("fake.py", "WORD = 'fake'"),
    ];
    prints(tree, "run --override dep=fake.py app.py", "fake real\n");
}

#[test]
fn denied_module_is_absent() {
    let app = "try:\n    import dep\nexcept ImportError:\n    dep = None\nprint(dep)\nimport other";
    let tree: Tree<'_> = &[("app.py", app), ("dep.py", ""), ("other.py", "")];
    prints(tree, "run --deny dep app.py", "None\n");
    let ran = run(tree, "run --deny other --deny dep app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "None\n"));
    assert!(ran.stderr.contains("ModuleNotFoundError: No module named 'other'"), "{}", ran.stderr);
}

#[test]
fn override_allows_what_a_denial_names() {
    let tree: Tree<'_> = &[
        ("app.py", "import dep.part\nprint(dep.part.X)\nimport dep.rest"),
        ("dep/__init__.py", ""),
        ("dep/part.py", "X = 'real'"),
        ("dep/rest.py", ""),
        ("fake.py", "X = 'fake'"),
    ];
    let ran = run(tree, "run --deny dep.rest --deny dep.part --override dep.part=fake.py app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "fake\n"));
    assert!(ran.stderr.contains("No module named 'dep.rest'"), "{}", ran.stderr);
}

#[test]
fn empty_lets_every_import_fail_but_the_overridden() {
    let tree: Tree<'_> = &[("app.py", "import dep\nprint(dep.WORD)\nimport sys"), ("fake.py", "WORD = 'fake'")];
    let ran = run(tree, "run --empty --override dep=fake.py app.py");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "fake\n"));
    assert!(ran.stderr.contains("No module named 'sys'"), "{}", ran.stderr);
}

#[test]
fn unused_names_are_reported_on_request() {
    let tree: Tree<'_> = &[("app.py", "import dep\nraise SystemExit(3)"), ("fake.py", "")];
    let options = "--override dep=fake.py --override dpe=fake.py --override edp=fake --deny pde";
    assert_eq!(run(tree, &format!("run {options} app.py")).stderr, "");
    let ran = run(tree, &format!("run {options} --warn-unused app.py"));
    assert_eq!(ran.code, Some(3));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    for (name, reported) in [("`dpe`", true), ("`edp`", true), ("`pde`", true), ("`dep`", false)] {
        assert_eq!(ran.stderr.contains(name), reported, "{name} in {}", ran.stderr);
    }
    assert_eq!(run(tree, "run --override dep=fake.py --warn-unused app.py").stderr, "");
}

#[test]
fn overriding_file_that_raises_is_a_failed_run() {
    let tree: Tree<'_> = &[("app.py", "print('ran')"), ("fake.py", "1 / 0")];
    for command in ["run --override dep=fake.py app.py", "load --path . --override dep=fake.py app"] {
        let ran = run(tree, command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{command}");
        assert!(ran.stderr.ends_with("ZeroDivisionError: division by zero\n"), "{command}: {}", ran.stderr);
    }
}

#[test]
fn program_in_a_realm_has_its_overrides_everywhere() {
    let tree = [
        (
            "app.py",
            "import sys, helper, shared.part\nprint(helper.time, shared.part.json)\nimport importlib\nprint(importlib.import_module('helper') is helper, sorted(n for n in sys.modules if n[0] in 'hs' and n != 'sys'))\ntry:\n    import helper.x\nexcept ImportError as error:\n    print(error.name)",
        ),
        ("helper.py", "from stub import time"),
        ("stub.py", "time = 'fresh'"),
        ("lib/shared/part.py", "import json\nassert __spec__.loader_state is __builtins__['__import__'] or True"),
        ("faked.py", ""),
    ];
    let ran = run(&tree, "run --realm --path lib --override json=faked app.py");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines: Vec<_> = ran.stdout.lines().collect();
    // `json` is overridden in a module that the program imports, and not just in the program.
    assert!(lines[0].starts_with("fresh <module 'faked'"), "{lines:?}");
    assert_eq!(lines[1..], ["True ['helper', 'shared', 'shared.part', 'stub']", "helper.x"]);
    let ran = run(&tree, "run --path lib --override json=faked app.py");
    assert!(ran.stdout.starts_with("fresh <module 'json'"), "{ran:?}");
}

#[test]
fn whoever_is_called_in_the_end_can_import_what_nobody_imported() {
    let text = "
import atexit, sys
def late():
    print('threading' in sys.modules)
    import threading
    print(threading.current_thread().name)
atexit.register(late)
";
    prints(&[("late.py", text)], "run late.py", "False\nMainThread\n");
    let ran = run(&[("late.py", &format!("{text}sys.exit(3)\n"))], "run late.py");
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str(), ran.code), ("False\nMainThread\n", "", Some(3)));
}

#[test]
fn the_end_waits_for_threads() {
    let text = "
import threading, time
def slow():
    time.sleep(0.3)
    print('done')
threading.Thread(target=slow).start()
";
    prints(&[("waits.py", text)], "run waits.py", "done\n");
}

#[test]
#[cfg(feature = "stdlib")]
fn files_that_a_realm_loads_by_their_paths_are_its_own() {
    let tree = &[
        ("host/__init__.py", ""),
        ("host/api.py", "class Plugin: pass"),
        ("host/plugins/shout.py", "from host.api import Plugin\nclass Shout(Plugin): pass"),
        ("host/vendor/theirs.py", "word = 'vendored'"),
        (
            "host/load.py",
            "import importlib.util, os, runpy, site, sys, types
from importlib.machinery import SourceFileLoader
from host.api import Plugin
here = os.path.dirname(os.path.abspath(__file__))
file = os.path.join(here, 'plugins', 'shout.py')
def by_spec():
    spec = importlib.util.spec_from_file_location('shout', file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)
def by_loader():
    module = types.ModuleType('shout')
    SourceFileLoader('shout', file).exec_module(module)
    return vars(module)
def by_load_module(): return vars(SourceFileLoader('loaded', file).load_module())
def by_runpy(): return runpy.run_path(file)
def by_exec():
    scope = {'__name__': 'shout'}
    with open(file) as text: exec(compile(text.read(), file, 'exec'), scope)
    return scope
def run(): return [issubclass(way()['Shout'], Plugin) for way in (by_spec, by_loader, by_load_module, by_runpy, by_exec)]
def vendored():
    site.addsitedir(os.path.join(here, 'vendor'))
    import theirs
    return theirs.word",
        ),
        (
            "main.py",
            "import warnings; warnings.simplefilter('ignore')
import exocet, sys
before = list(sys.path)
load = exocet.Realm('host').loadNamed('host.load')
print(load.run(), load.vendored(), sys.path == before)
print([name for name in sys.modules if name.partition('.')[0] in ('host', 'shout', 'loaded', 'theirs')])",
        ),
    ];
    prints(tree, "run main.py", "[True, True, True, True, True] vendored True\n[]\n");
}

#[test]
#[cfg(feature = "stdlib")]
fn tests_that_unittest_finds_by_name_are_the_realm_s() {
    let tree = &[
        ("service.py", "import settings\ndef mode(): return settings.MODE"),
        ("settings.py", "MODE = 'real'"),
        ("stub.py", "MODE = 'stub'"),
        (
            "suite/test_service.py",
            "import unittest, service\nclass Case(unittest.TestCase):\n    def test(self): self.assertEqual(service.mode(), 'stub')",
        ),
    ];
    let ran = run(tree, "run --realm --path . --path suite --override settings=stub.py -m unittest test_service");
    assert!(ran.code == Some(0) && ran.stderr.ends_with("OK\n"), "{ran:?}");
}
