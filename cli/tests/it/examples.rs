//! The examples of the repository run as their README says.

use crate::{
    documents::blocks_of,
    support::{Ran, directory, run_in, run_reading, write},
    tutorials::is_file,
};
use std::{collections::BTreeMap, fs, path::Path};
use walkdir::WalkDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

/// The files of a folder, but for what was compiled of them.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = WalkDir::new(folder).into_iter().map(|entry| entry.expect("it can be listed"));
    let files =
        entries.filter(|entry| entry.file_type().is_file() && !entry.path().iter().any(|name| name == "__pycache__"));
    let relative = |path: &Path| path.strip_prefix(folder).expect("it is below").to_string_lossy().replace('\\', "/");
    files.map(|file| (relative(file.path()), fs::read_to_string(file.path()).expect("text"))).collect()
}

#[test]
fn the_chat_bot_is_what_the_tutorial_ends_with() {
    let mut shown = BTreeMap::new();
    for block in blocks_of("docs/src/tutorial-bot.md") {
        match block.language.split_once(' ') {
            Some((_, file)) if is_file(file) => drop(shown.insert(file.to_owned(), block.text)),
            _ => {
                let removed = block.text.lines().filter_map(|line| line.strip_prefix("$ rm "));
                removed.flat_map(|files| files.split(' ')).for_each(|file| drop(shown.remove(file)));
            }
        }
    }
    assert_eq!(files(&Path::new(EXAMPLES).join("chat")), shown);
}

#[test]
fn the_chat_bot_answers_wherever_it_is_started() {
    let folder = directory(&[]);
    let bot = format!("{EXAMPLES}/chat/bot.py");
    let ran = run_reading(folder.path(), &["run", &bot], "hello\ndiary\n");
    let expected =
        "diary is loaded\ngreeter is loaded\n> greeter: Good day, Ann!\n> diary: 1 lines, the last one is 'hello'\n> ";
    assert_eq!((ran.stdout.trim_end_matches('\n'), ran.code), (expected, Some(0)), "{}", ran.stderr);
}

/// Runs the suite with stubs, of which one line may be another one.
fn suite(line: &str, changed: &str) -> Ran {
    let folder = directory(&[]);
    let texts = files(&Path::new(EXAMPLES).join("stubs"));
    assert!(texts["tests.py"].contains(line), "{line}");
    for (path, text) in &texts {
        write(folder.path(), &[(path, &text.replace(line, changed))]);
    }
    run_in(folder.path(), &["run", "tests.py"])
}

#[test]
fn the_suite_with_stubs_passes() {
    let ran = run_in(Path::new(ROOT), &["run", "examples/stubs/tests.py"]);
    assert!(ran.code == Some(0) && ran.stderr.ends_with("\nOK\n"), "{ran:#?}");
}

#[test]
fn the_suite_fails_with_a_stub_that_is_wrong() {
    for (line, changed, complaint) in [
        // It answers what the service doesn't, it isn't what the module asks for, and it is asked for by nobody.
        (r#"json.dumps({"sky": "#, r#"json.dumps({"weather": "#, "KeyError: 'sky'"),
        (r#""time": self.clock,"#, "", "No module named 'time'"),
        (r#""psycopg": self"#, r#""sqlite3": self"#, "there is a stand-in that nothing asks for"),
    ] {
        let ran = suite(line, changed);
        assert!(ran.code == Some(1) && ran.stderr.contains(complaint), "{line}: {ran:#?}");
    }
}

#[test]
fn the_readme_of_the_examples_has_each_of_them() {
    let readme = fs::read_to_string(format!("{EXAMPLES}/README.md")).expect("there is one");
    for entry in fs::read_dir(EXAMPLES).expect("a folder") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || readme.contains(&format!("`{name}`")), "`{name}` isn't in the README");
    }
}
