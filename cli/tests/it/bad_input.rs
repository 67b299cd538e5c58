//! Whatever is wrong with the input or the command line: one line that names it, and the exit code.

use crate::support::{archive, directory, run, run_in};
use std::fs;

#[test]
fn a_module_of_the_current_folder_is_pointed_out() {
    let folder = directory(&[("app.py", "X = 1"), ("pk/__init__.py", ""), ("pk/deep.py", ""), ("only/tool.py", "")]);
    fs::write(folder.path().join("app.zip"), archive(&[("inner.py", "X = 1\n")])).expect("a file");
    for command in ["check", "load", "imports", "graph", "list", "bench"] {
        for (asked, meant) in [("app", "app"), ("app.py", "app"), ("pk", "pk"), ("pk.deep", "pk.deep")] {
            let ran = run_in(folder.path(), &[command, asked]);
            let told = format!("; for the one in the current folder: --path . {meant}\n");
            assert!([&ran.stdout, &ran.stderr].iter().any(|text| text.contains(&told)), "{command} {asked}: {ran:?}");
        }
        for has_modules in ["only", "app.zip"] {
            let ran = run_in(folder.path(), &[command, has_modules]);
            let told = format!("; for a module in `{has_modules}`: --path {has_modules} NAME\n");
            assert!([&ran.stdout, &ran.stderr].iter().any(|text| text.contains(&told)), "{command}: {ran:?}");
        }
        let ran = run_in(folder.path(), &[command, "nosuch"]);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("--path"), "{command}: {ran:?}");
    }
}

#[test]
fn bad_input_is_one_line_that_names_it() {
    let folder = directory(&[
        ("app.py", ""),
        ("pk/__init__.py", ""),
        ("text.zip", "not an archive"),
        ("deep.py", &format!("x = {}1", "1+".repeat(200_000))),
        ("elif.py", &format!("if x: pass\n{}", "elif x: pass\n".repeat(100_000))),
        ("wrong.py", "x = = 1"),
    ]);
    let whole = archive(&[("a.py", "X = 1\n"), ("b.py", "Y = 1\n")]);
    fs::write(folder.path().join("cut.zip"), &whole[..whole.len() / 2]).expect("a file");
    fs::write(folder.path().join("latin.py"), b"name = 'Ren\xe9'\n").expect("a file");
    fs::write(folder.path().join("nul.py"), b"x = 1\0\n").expect("a file");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["run", "nosuch.py"], 2, "`nosuch.py`"),
        (&["run", "pk"], 2, "`__main__`"),
        (&["run", "latin.py"], 1, "latin.py`"),
        (&["run", "deep.py"], 1, "deep.py`"),
        (&["run", "elif.py"], 1, "elif.py`"),
        (&["run", "--path", "nosuch", "app.py"], 2, "`nosuch`"),
        (&["run", "--path", "text.zip", "app.py"], 2, "`text.zip`"),
        (&["run", "--path", "cut.zip", "app.py"], 2, "`cut.zip`"),
        (&["run", "--path", "app.py", "app.py"], 2, "`app.py`"),
        (&["run", "-m", "nosuch"], 1, "`nosuch`"),
        (&["run", "-m", "pk"], 1, "`pk.__main__`"),
        (&["run", "-m", "app.py"], 1, "`app.py`"),
        (&["run", "-m", "a/b"], 2, "`a/b`"),
        (&["run", "-m", "_thread"], 1, "`_thread`"),
        (&["run", "--override", "dep", "app.py"], 2, "`dep`"),
        (&["run", "--override", "dep=", "app.py"], 2, "`dep=`"),
        (&["run", "--override", "d/p=app", "app.py"], 2, "`d/p`"),
        (&["run", "--override", "dep=a..x", "app.py"], 2, "`a..x`"),
        (&["run", "--override", "dep=nosuch.py", "app.py"], 2, "`nosuch.py`"),
        (&["run", "--override", "dep=./pk", "app.py"], 2, "`./pk`"),
        (&["run", "--deny", "a..b", "app.py"], 2, "`a..b`"),
        (&["run", "--deny", "", "app.py"], 2, "``"),
        (&["list", "nosuch"], 1, "`nosuch`"),
        (&["list", "a:b"], 2, "`a:b`"),
        (&["list", "--path", ".", "app"], 1, "`app`"),
        (&["list", "--path", "nosuch"], 2, "`nosuch`"),
        (&["list", "--path", "cut.zip"], 2, "`cut.zip`"),
        (&["load", "a/b"], 2, "`a/b`"),
        (&["load", "--path", "text.zip", "app"], 2, "`text.zip`"),
        (&["load", "--override", "dep=nosuch.py", "app"], 2, "`nosuch.py`"),
        (&["imports", "nosuch"], 1, "`nosuch`"),
        (&["imports", "..a"], 2, "`..a`"),
        (&["imports", "--path", ".", "latin"], 1, "latin.py`"),
        (&["imports", "--path", ".", "deep"], 1, "deep.py`"),
        (&["imports", "--path", ".", "elif"], 1, "elif.py`"),
        (&["imports", "--path", ".", "wrong"], 1, "wrong.py`"),
        (&["imports", "--path", ".", "nul"], 1, "nul.py`"),
    ];
    for (arguments, code, named) in cases {
        let ran = run_in(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(*code), ""), "{arguments:?}: {}", ran.stderr);
        let is_line = ran.stderr.starts_with("exocet: ") && ran.stderr.lines().count() == 1;
        assert!(is_line && ran.stderr.contains(named), "{arguments:?}: {}", ran.stderr);
    }
    for name in ["latin", "deep", "elif", "wrong", "nul"] {
        let ran = run_in(folder.path(), &["load", "--path", ".", name]);
        assert_eq!((ran.code, ran.stdout.lines().count()), (Some(1), 1), "{name}: {ran:#?}");
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_one_line_that_names_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = directory(&[("closed/a.py", ""), ("secret.py", "")]);
    for path in ["closed", "secret.py"] {
        fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o000)).expect("it is ours");
    }
    // Who may read everything can't see this fail.
    if fs::read(folder.path().join("secret.py")).is_err() {
        for (line, named) in [
            ("run closed", "`closed`"),
            ("run secret.py", "secret.py"),
            ("list --path closed", "`closed`"),
            ("imports --path . secret", "secret"),
        ] {
            let ran = run_in(folder.path(), &line.split(' ').collect::<Vec<_>>());
            assert!(ran.stderr.starts_with("exocet: ") && ran.stderr.contains(named), "{line}: {ran:#?}");
            assert_eq!(ran.stderr.lines().count(), 1, "{line}: {ran:#?}");
        }
    }
    fs::set_permissions(folder.path().join("closed"), fs::Permissions::from_mode(0o700)).expect("it is ours");
}

#[test]
fn wrong_usage_is_code_2() {
    for line in
        ["", "nosuch", "run", "run --nosuch x.py", "run -m", "load", "load --repeat 0 a", "imports", "completions tcsh"]
    {
        let ran = run(&[], line);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{line}");
        assert!(ran.stderr.contains("Usage: ") || ran.stderr.contains("--help"), "{line}: {}", ran.stderr);
    }
}
