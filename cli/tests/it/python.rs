//! Exocet as the command `python`: how programs start it by `sys.executable`, and programs that stand in no file.

use crate::support::{Tree, archive, directory, run_in, run_reading};
use std::{fs, process::Command};

const SHOW: &str = "import sys\nprint(__name__, sys.argv, __spec__, '__file__' in globals(), repr(sys.path[0]))";

#[track_caller]
fn says(tree: Tree<'_>, arguments: &[&str], stdout: &str) {
    let ran = run_in(directory(tree).path(), arguments);
    assert_eq!((ran.stdout.as_str(), ran.code), (stdout, Some(0)), "{arguments:?}: {}", ran.stderr);
}

#[test]
fn what_is_no_command_is_a_program() {
    let tree: Tree<'_> = &[
        ("show.py", "import sys\nprint(__name__, sys.argv)"),
        ("pk/__init__.py", ""),
        ("pk/__main__.py", "import sys\nprint(__spec__.name, sys.argv[1:])"),
        ("pk/part.py", "import sys\nprint(__spec__.name, __package__, sys.argv[1:])"),
    ];
    says(tree, &["show.py", "a", "-m"], "__main__ ['show.py', 'a', '-m']\n");
    says(tree, &["--", "show.py"], "__main__ ['show.py']\n");
    says(tree, &["-m", "pk", "-c"], "pk.__main__ ['-c']\n");
    says(tree, &["-m", "pk.part", "x"], "pk.part pk ['x']\n");
    says(tree, &["-Bm", "pk.part"], "pk.part pk []\n");
}

#[test]
fn text_is_a_program() {
    let text = &format!("{SHOW}\ndef f(): 1 / 0\nprint(f.__code__.co_filename)");
    for line in
        [&["-c", text, "a", "-m"][..], &["run", "-c", text, "a", "-m"], &["run", "--deny", "x", "-c", text, "a", "-m"]]
    {
        says(&[], line, "__main__ ['-c', 'a', '-m'] None False ''\n<string>\n");
    }
    let folder = directory(&[("beside.py", "word = 'found'")]);
    for line in [&["-", "a"][..], &["run", "-", "a"]] {
        let ran = run_reading(folder.path(), line, &format!("{SHOW}\nimport beside\nprint(beside.word)\n1 / 0"));
        assert_eq!(ran.stdout, "__main__ ['-', 'a'] None True ''\nfound\n", "{line:?}");
        assert!(ran.stderr.contains("File \"<stdin>\", line 5, in <module>"), "{line:?}: {}", ran.stderr);
    }
    assert_eq!(run_reading(folder.path(), &["-I"], "print(1)").stdout, "1\n");
    // A realm has the modules of the current folder, and no empty entry.
    says(&[("m.py", "x = 1")], &["run", "--realm", "-c", "import m\nprint(m.x)"], "1\n");
}

#[cfg(unix)]
#[test]
fn program_comes_through_a_pipe() {
    let folder = directory(&[("beside.py", "word = 'found'"), ("show.py", SHOW)]);
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, "import sys, beside\nprint(__file__[-5:], sys.argv, beside.word)")
    });
    assert_eq!(run_in(folder.path(), &["run", "pipe", "a"]).stdout, "/pipe ['pipe', 'a'] found\n");
    writer.join().expect("it ends").expect("it is read");
    let ran = run_reading(folder.path(), &["run", "/dev/stdin", "b"], "import sys\nprint(__file__, sys.argv)");
    assert_eq!(ran.stdout, "/dev/stdin ['/dev/stdin', 'b']\n", "{ran:?}");
}

#[test]
fn flags_of_python_mean_what_they_mean() {
    let warn = "import warnings\nwarnings.warn('x')\nprint(1)";
    let code = |line: &[&str]| run_in(directory(&[("beside.py", "")]).path(), line);
    assert!(code(&["-W", "error", "-c", warn]).stderr.ends_with("UserWarning: x\n"));
    assert_eq!(code(&["-Wignore", "-c", warn]).stderr, "");
    assert!(code(&["-W", "error", "-c", "1 is 1"]).stderr.contains("SyntaxError"));
    assert!(code(&["-bb", "-c", "str(b'x')"]).stderr.contains("BytesWarning"));
    for (line, stdout) in [
        (&["-O", "-c", "assert 0; print(__debug__)"][..], "False\n"),
        (&["-OO", "-c", "def f(): 'doc'\nprint(f.__doc__)"], "None\n"),
        (&["-c", "def f(): 'doc'\nprint(f.__doc__, __debug__)"], "doc True\n"),
        (&["-u", "-c", "import sys; print(sys.stdout.write_through)"], "True\n"),
        (&["-X", "a=b", "-Xc", "-c", "import sys; print(sys._xoptions)"], "{'a': 'b', 'c': True}\n"),
        (
            &[
                "-sSqEv",
                "-c",
                "from sys import flags as f; print(f.no_user_site, f.no_site, f.quiet, f.ignore_environment, f.verbose)",
            ],
            "1 1 1 1 1\n",
        ),
        (
            &[
                "-I",
                "-c",
                "from sys import flags as f; print(f.isolated, f.ignore_environment, f.no_user_site, f.safe_path)",
            ],
            "1 1 1 True\n",
        ),
        (&["-V"], "Python 3.14.0\n"),
    ] {
        let ran = code(line);
        assert_eq!((ran.stdout.as_str(), ran.code), (stdout, Some(0)), "{line:?}: {ran:?}");
    }
    for flag in ["-I", "-P"] {
        assert!(code(&[flag, "-c", "import beside"]).stderr.contains("No module named 'beside'"), "{flag}");
    }
    let version = format!(" (exocet {})\n", env!("CARGO_PKG_VERSION"));
    assert!(code(&["--version"]).stdout.ends_with(&version));
    for (line, named) in [
        (&["-Z"][..], "`-Z`"),
        (&["-Bc"], "`-c`"),
        (&["nosuch.py"], "`nosuch.py`"),
        (&["-X", "int_max_str_digits=x", "-c", ""], "`x`"),
    ] {
        let ran = code(line);
        assert!(
            ran.code == Some(2) && ran.stderr.contains(named) && ran.stderr.lines().count() == 1,
            "{line:?}: {ran:?}"
        );
    }
    assert!(code(&["rnu", "app.py"]).stderr.contains("unrecognized subcommand 'rnu'"));
}

#[test]
fn archive_or_folder_is_a_module_with_a_spec() {
    let main = "import part, sys\nprint(__name__, __spec__.name, repr(__package__), __spec__.loader is __loader__, part.X, sys.argv[1:])";
    let inner: Tree<'_> = &[("__main__.py", main), ("part.py", "X = 1")];
    let folder = directory(&[("app/__main__.py", main), ("app/part.py", "X = 1")]);
    fs::write(folder.path().join("app.pyz"), archive(inner)).expect("a file");
    for line in ["app a", "app.pyz a", "run app a", "run app.pyz a", "run --realm app.pyz a", "-I app.pyz a"] {
        let ran = run_in(folder.path(), &line.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.stdout, "__main__ __main__ '' True 1 ['a']\n", "{line}: {}", ran.stderr);
    }
}

#[cfg(feature = "stdlib")]
#[test]
fn program_starts_itself() {
    let parent = "
import subprocess, sys
for arguments in ['child.py', 'a'], ['-m', 'child', 'b'], ['-c', 'import sys; print(sys.argv)', 'c'], ['-W', 'error', '-'], ['-m', 'json.tool', 'data.json']:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, input='print(1)')
    print(done.returncode, done.stdout.split(), done.stderr)
flags = subprocess._args_from_interpreter_flags()
print(subprocess.run([sys.executable, *flags, '-c', 'raise SystemExit(5)']).returncode)
";
    let tree: Tree<'_> = &[("parent.py", parent), ("child.py", "import sys\nprint(sys.argv[1:])"), ("data.json", "{}")];
    let stdout = "0 [\"['a']\"] \n0 [\"['b']\"] \n0 [\"['-c',\", \"'c']\"] \n0 ['1'] \n0 ['{}'] \n5\n";
    for line in [
        &["run", "parent.py"][..],
        &["run", "--realm", "parent.py"],
        &["-X", "dev", "-bb", "-W", "ignore", "parent.py"],
    ] {
        says(tree, line, stdout);
    }
}

#[cfg(all(unix, feature = "stdlib"))]
#[test]
fn processes_share_the_functions_of_a_program() {
    let program = "
from concurrent.futures import ProcessPoolExecutor
import multiprocessing, sys
def double(x): return x * 2
def fail(): sys.exit(3)
if __name__ == '__main__':
    for method in 'fork', 'spawn', 'forkserver':
        context = multiprocessing.get_context(method)
        with ProcessPoolExecutor(1, mp_context=context) as pool: print(list(pool.map(double, [1, 2])), flush=True)
        process = context.Process(target=fail)
        process.start()
        process.join()
        print(process.exitcode, flush=True)
";
    says(&[("app.py", program)], &["run", "app.py"], &"[2, 4]\n3\n".repeat(3));
    says(&[("app.py", program)], &["-m", "app"], &"[2, 4]\n3\n".repeat(3));
}

/// A process that is started is a Python of its own; one that is forked goes on as it was.
#[cfg(all(unix, feature = "stdlib"))]
#[test]
fn mapper_stays_in_its_process() {
    let program = "
import os, subprocess, sys
print(subprocess.run([sys.executable, '-c', 'import tomllib; print(tomllib.__name__)'], capture_output=True, text=True).stdout)
if not os.fork():
    try: import tomllib
    except ImportError as error: print(error.name)
else: os.wait()
";
    for options in [&["--deny", "tomllib"][..], &["--realm", "--deny", "tomllib"], &["--policy", "p.toml"]] {
        let tree: Tree<'_> = &[("app.py", program), ("p.toml", "default = \"allow\"\n[[rule]]\ndeny = [\"tomllib\"]")];
        says(tree, &[&["run"], options, &["app.py"]].concat(), "tomllib\n\ntomllib\n");
    }
}

#[test]
fn too_deep_text_names_its_file() {
    let app = "
try: import deep
except SyntaxError as error: print(error.filename.rsplit('/')[-1], error.lineno)
import ast, os
text = '[' * 250
class Path:
    def __fspath__(self): return 'path.py'
for f in (lambda: compile(text, 'given.py', 'exec'), lambda: compile(text, filename=b'bytes.py', mode='eval'), lambda: compile(text, Path(), 'exec'), lambda: exec(text), lambda: eval(text)):
    try: f()
    except SyntaxError as error: print(error.filename)
";
    let deep = format!("x = 1\ny = {}{}", "[".repeat(250), "]".repeat(250));
    let tree: Tree<'_> = &[("app.py", app), ("deep.py", &deep)];
    for options in [&["run", "app.py"][..], &["run", "--realm", "app.py"]] {
        says(tree, options, "deep.py 2\ngiven.py\nbytes.py\npath.py\n<string>\n<string>\n");
    }
}
