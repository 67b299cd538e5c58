//! The README is right about the project. Its Rust examples run as doctests.

use std::{fs, path::Path};

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("there is a README")
}

/// The code blocks of one language.
#[cfg(feature = "stdlib")]
fn blocks(language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    readme().split(&opening).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

#[cfg(feature = "stdlib")]
#[test]
fn its_python_example_runs() {
    use exocet::{Memory, Runtime, mapper, run_main, search_path, traceback};
    let blocks = blocks("python");
    assert!(!blocks.is_empty());
    for text in blocks {
        let source = Memory::new("<readme>").with("example.py", text.as_str());
        let runtime = Runtime::builder().isolated().source(source).build().expect("it starts");
        runtime.enter(|vm| {
            let example =
                search_path(vm).and_then(|path| path.get("example").map_err(|error| error.into_exception(vm)));
            let result = example.and_then(|example| run_main(&example, &mapper::pass_through(vm), vm));
            if let Err(error) = result {
                panic!("{}", traceback(&error, vm));
            }
        });
    }
}

#[test]
fn its_map_of_the_code_names_every_file() {
    let (readme, root) = (readme(), Path::new(env!("CARGO_MANIFEST_DIR")));
    for entry in fs::read_dir(root.join("src")).expect("there is a src") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name != "lib.rs" {
            assert!(readme.contains(&format!("`src/{name}")), "src/{name} is not in the README's map of the code");
        }
    }
}

#[test]
fn the_changelog_knows_the_version() {
    let changelog = Path::new(env!("CARGO_MANIFEST_DIR")).join("CHANGELOG.md");
    let changelog = fs::read_to_string(changelog).expect("there is a changelog");
    assert!(changelog.contains(&format!("## {}", env!("CARGO_PKG_VERSION"))));
}

#[cfg(feature = "cli")]
#[test]
fn it_shows_every_command_of_the_command_line() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_exocet")).arg("--help").output().expect("it runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let commands = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let commands: Vec<_> = commands.map_while(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(commands.len() > 4, "{help}");
    for command in commands.iter().filter(|command| *command != "help") {
        assert!(readme().contains(&format!("`exocet {command}")), "the README doesn't show `exocet {command}`");
    }
}

#[cfg(all(feature = "cli", feature = "stdlib", unix))]
#[test]
fn its_plugins_with_bad_manners_are_handled_as_it_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let opening = "$ exocet run examples/plugins.py\n";
    let shown = readme().split_once(opening).and_then(|(_, rest)| Some(rest.split_once("```")?.0.to_owned()));
    let mut exocet = std::process::Command::new(env!("CARGO_BIN_EXE_exocet"));
    let ran = exocet.args(["run", "examples/plugins.py"]).current_dir(root).output().expect("it runs");
    let printed = String::from_utf8_lossy(&ran.stdout).replace(&format!("{}/", root.display()), "");
    assert_eq!(Some(printed), shown, "{}", String::from_utf8_lossy(&ran.stderr));
}

#[cfg(all(feature = "cli", feature = "stdlib", unix))]
#[test]
fn its_check_finds_what_it_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let line = "exocet check --path examples/plugins/common --deny sys exits fails";
    let shown =
        readme().split_once(&format!("$ {line}\n")).and_then(|(_, rest)| Some(rest.split_once("```")?.0.to_owned()));
    let mut exocet = std::process::Command::new(env!("CARGO_BIN_EXE_exocet"));
    let ran = exocet.args(line.split(' ').skip(1)).current_dir(root).output().expect("it runs");
    let printed = String::from_utf8_lossy(&ran.stdout).replace(&format!("{}/", root.display()), "");
    assert_eq!(Some(printed + &String::from_utf8_lossy(&ran.stderr)), shown);
}
