//! `exocet new`. That its Rust project builds, and its page works, is tested where the packages are.

use crate::support::{directory, run_in};
use std::fs;

#[test]
fn a_folder_of_plugins_runs_and_passes_its_tests() {
    let folder = directory(&[]);
    let ran = run_in(folder.path(), &["new", "deep/bot"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("exocet: next: cd deep/bot && exocet run app.py\n"), "{}", ran.stderr);
    if !cfg!(feature = "stdlib") {
        return;
    }
    let project = folder.path().join("deep/bot");
    let ran = run_in(&project, &["run", "app.py", "Bob"]);
    assert!(ran.stdout.starts_with("hello: Good ") && ran.stdout.ends_with(", Bob!\n"), "{ran:?}");
    let ran = run_in(&project, &["run", "--path", "plugins", "tests.py"]);
    assert!(ran.code == Some(0) && ran.stderr.contains("Ran 1 test"), "{ran:?}");
    // They are tests: another plugin doesn't pass.
    fs::write(project.join("plugins/hello.py"), "def reply(name): return 'Good day'").unwrap();
    assert_eq!(run_in(&project, &["run", "--path", "plugins", "tests.py"]).code, Some(1));
}

#[test]
fn projects_bear_their_names() {
    let folder = directory(&[]);
    for (option, file, line) in
        [("--rust", "Cargo.toml", "name = \"my-app_2\""), ("--js", "package.json", "  \"name\": \"my-app_2\",")]
    {
        let name = format!("{}/my-app_2", &option[2..]);
        let ran = run_in(folder.path(), &["new", option, &name]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let text = fs::read_to_string(folder.path().join(name).join(file)).expect("it is there");
        assert!(text.lines().any(|other| other == line), "{text}");
    }
    let version = fs::read_to_string(folder.path().join("rust/my-app_2/Cargo.toml")).unwrap();
    assert!(version.contains(concat!("exocet = \"", env!("CARGO_PKG_VERSION"), "\"")), "{version}");
    let lock = fs::read_to_string(folder.path().join("rust/my-app_2/Cargo.lock")).unwrap();
    let own = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
    let pinned = lock.split_once("[[package]]\n").expect("one package").1.trim_end();
    assert!(own.contains(pinned), "the project pins what isn't in Cargo.lock:\n{pinned}");
}

#[test]
fn nothing_is_written_over_and_odd_names_are_refused() {
    let folder = directory(&[("there/mine.py", "")]);
    let ran = run_in(folder.path(), &["new", "there"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), "exocet: `there` is there already\n"));
    assert_eq!(fs::read_dir(folder.path().join("there")).unwrap().count(), 1);
    for name in [".", "..", "Bot", "1bot", "a b", "é", "bot.py", "-x"] {
        let ran = run_in(folder.path(), &["new", "--", name]);
        assert_eq!(ran.code, Some(2), "{name}");
        assert!(ran.stderr.contains("is no name for a project"), "{name}: {}", ran.stderr);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
