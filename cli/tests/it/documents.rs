//! The README and the pages of the book are right about the project. Their Rust examples run as doctests of the library.

use crate::support::run_in;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The root of the project.
fn root() -> PathBuf {
    fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).expect("the package lies in the project's root")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The README and each page of the book, by their paths.
pub fn pages() -> Vec<String> {
    let pages = fs::read_dir(root().join("docs/src")).expect("there is a book");
    let names = pages.map(|page| page.expect("an entry").file_name().to_string_lossy().into_owned());
    let pages = names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/src/{name}"));
    std::iter::once("README.md".to_owned()).chain(pages).collect()
}

/// A code block.
#[cfg(feature = "stdlib")]
pub struct Block {
    /// The page that it is on, and its line.
    pub place: String,
    pub language: String,
    pub text: String,
}

/// The code blocks of a page, in its order.
#[cfg(feature = "stdlib")]
pub fn blocks_of(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let page_text = read(page);
    let mut lines = page_text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text =
                lines.by_ref().take_while(|(_, line)| *line != "```").map(|(_, line)| format!("{line}\n")).collect();
            blocks.push(Block { place: format!("{page}:{}", at + 1), language: language.to_owned(), text });
        }
    }
    blocks
}

/// The code blocks of one language, each with its place.
#[cfg(feature = "stdlib")]
fn blocks(language: &str) -> Vec<(String, String)> {
    let blocks = pages().into_iter().flat_map(|page| blocks_of(&page));
    blocks.filter(|block| block.language == language).map(|block| (block.place, block.text)).collect()
}

#[cfg(feature = "stdlib")]
#[test]
fn python_examples_run() {
    let blocks = blocks("python");
    assert!(blocks.len() > 5, "{blocks:?}");
    for (place, text) in blocks {
        let folder = crate::support::directory(&[("example.py", &text)]);
        let example = folder.path().join("example.py");
        let ran = run_in(&root(), &["run", &example.to_string_lossy()]);
        assert_eq!(ran.code, Some(0), "{place}: {ran:#?}");
    }
}

#[cfg(all(feature = "stdlib", unix))]
#[test]
fn commands_print_what_is_shown() {
    let commands: Vec<_> = blocks("console").into_iter().filter(|(_, block)| block.starts_with("$ exocet ")).collect();
    assert!(commands.len() > 4, "{commands:?}");
    for (place, block) in commands {
        let (command, shown) = block.split_once('\n').expect("a block has lines");
        let ran = run_in(&root(), &command.split_whitespace().skip(2).collect::<Vec<_>>());
        let printed = format!("{}{}", ran.stdout, ran.stderr).replace(&format!("{}/", root().display()), "");
        assert_eq!(printed, shown, "{place}");
    }
}

#[cfg(feature = "stdlib")]
#[test]
fn who_reads_a_page_is_told_which_file_is_shown() {
    for page in pages() {
        let text = read(&page);
        // Every other part of what stands between fences is prose.
        let parts: Vec<_> = text.split("\n```").collect();
        for (before, block) in parts.iter().zip(&parts[1..]).step_by(2) {
            let fence = block.lines().next().unwrap_or_default();
            if let Some((_, file)) = fence.split_once(' ').filter(|(_, word)| crate::tutorials::is_file(word)) {
                assert!(before.contains(&format!("`{file}`")), "{page}: `{file}` isn't named before it is shown");
            }
        }
    }
}

/// The options that a text names.
fn options(text: &str) -> BTreeSet<String> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '-');
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

/// The names that `help` lists below its heading "Commands:".
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let names = lines.map_while(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_table_of_commands_has_each_command_with_its_options() {
    let page = read("docs/src/cli.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `exocet ")).collect();
    let commands = commands(&run_in(&root(), &["--help"]).stdout);
    assert!(commands.len() > 4, "{commands:?}");
    for command in &commands {
        if !cfg!(feature = "stdlib") && command == "demo" {
            continue;
        }
        let begins = |row: &&&str| row[10..].starts_with(command.as_str());
        let row = rows.iter().find(begins).unwrap_or_else(|| panic!("there is no row for `exocet {command}`"));
        // The last column is prose, in which options of other commands may be named.
        let synopsis = row.rsplit_once(" | ").map_or(*row, |(synopsis, _)| synopsis);
        let mut help = run_in(&root(), &[command, "-h"]).stdout;
        for action in self::commands(&help) {
            help += &run_in(&root(), &[command, &action, "-h"]).stdout;
        }
        let own: BTreeSet<_> = help.lines().filter_map(option_of).collect();
        assert_eq!(options(synopsis), own, "the row of `exocet {command}`");
    }
    let known = |row: &&&str| commands.iter().any(|command| row[10..].starts_with(command.as_str()));
    assert!(cfg!(not(feature = "stdlib")) || rows.iter().all(|row| known(&row)), "{rows:#?}");
}

/// The long option that a line of a command's help describes, but for those that every command has.
fn option_of(line: &str) -> Option<String> {
    let option = line.split_whitespace().take(2).take_while(|word| word.starts_with('-')).last()?;
    (option.starts_with("--") && !["--help", "--version"].contains(&option)).then(|| option.to_owned())
}

#[test]
fn the_readme_and_the_library_open_with_the_same_example() {
    let (readme, library) = (read("README.md"), read("src/lib.rs"));
    let of_readme = readme.split_once("```rust\n").and_then(|(_, rest)| rest.split_once("```")).expect("an example").0;
    let of_library: String =
        library.lines().skip_while(|line| *line != "//! ```").skip(1).take_while(|line| *line != "//! ```").fold(
            String::new(),
            |text, line| {
                text + line.strip_prefix("//!").map_or(line, |line| line.strip_prefix(' ').unwrap_or(line)) + "\n"
            },
        );
    assert_eq!(of_readme, of_library);
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 150, "{lines} lines");
}

#[test]
fn the_changelog_knows_the_version() {
    let dated = format!("## {} (20", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").lines().any(|line| line.starts_with(&dated)), "{dated}");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let others = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "benches/README.md", "npm/README.md"];
    for page in pages().into_iter().chain(others.map(str::to_owned)) {
        let folder = Path::new(&page).parent().expect("a folder").to_owned();
        for target in links(&prose(&page)) {
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let file = if file.is_empty() { page.clone() } else { folder.join(file).to_string_lossy().into_owned() };
            assert!(root().join(&file).exists(), "{page}: {target}");
            // What is outside of the book isn't there where the book is read.
            assert!(!page.starts_with("docs/") || !target.contains(".."), "{page}: {target}");
            assert!(
                anchor.is_empty() || anchors(&file).contains(anchor),
                "{page}: no heading of {file} is `#{anchor}`"
            );
        }
    }
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = "docs/src/SUMMARY.md".to_owned();
    let mut listed: Vec<_> = links(&read(&summary)).into_iter().map(|file| format!("docs/src/{file}")).collect();
    listed.extend([summary, "README.md".to_owned()]);
    listed.sort();
    let mut pages = pages();
    pages.sort();
    assert_eq!(listed, pages);
}

/// The text of a page without its code blocks, with the files that it includes.
fn prose(page: &str) -> String {
    let mut prose = String::new();
    let mut is_code = false;
    for line in read(page).lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if let Some(file) = line.strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}")) {
            let file = Path::new(page).parent().expect("a folder").join(file);
            prose += &self::prose(&file.to_string_lossy());
        } else if !is_code {
            prose = prose + line + "\n";
        }
    }
    prose
}

/// What links of a text lead to, but for those to other sites.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets.filter(|target| !target.contains("://") && !target.is_empty()).map(str::to_owned).collect()
}

/// The anchors of a page's headings, as mdBook makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let prose = prose(page);
    let headings = prose
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    let mut anchors = BTreeSet::new();
    for heading in headings {
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || "_- ".contains(*char));
        let anchor: String = kept.map(|char| if char == ' ' { '-' } else { char.to_ascii_lowercase() }).collect();
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|anchor| !anchors.contains(anchor));
        anchors.insert(free.expect("numbers don't end"));
    }
    anchors
}

/// Code blocks that nothing runs, by their page and what stands behind their fence, with the reason.
#[cfg(feature = "stdlib")]
const NOT_RUN: &[(&str, &str, &str)] = &[
    ("docs/src/benchmarks.md", "sh", "they take minutes, and measure a build that is optimised"),
    ("docs/src/cli.md", "text", "one line of a program that stays; `plugins.rs` has it"),
    ("docs/src/dependencies.md", "text", "it is what `cargo tree` prints"),
    ("docs/src/figures.md", "sh", "it measures builds that are optimised, which take long, and needs a browser"),
    ("docs/src/reload.md", "text", "lines of a program that stays; `watch.rs` has them"),
    ("docs/src/introduction.md", "sh", "it installs a build that is optimised, which takes long"),
    ("docs/src/scale.md", "sh", "they need engines for WASI; the gate runs the same programs where there are any"),
    ("docs/src/tutorial-javascript.md", "sh", "they fetch from a registry, and serve until they are ended"),
    ("docs/src/tutorial-rust.md", "sh", "what `new` makes builds a VM of its own"),
    (
        "npm/README.md",
        "console",
        "it fetches from a registry; `packed.test.js` runs the program with the packed package",
    ),
    ("docs/src/wasm.md", "sh", "they build with other tools than cargo; the gate runs the same"),
];

#[cfg(feature = "stdlib")]
#[test]
fn every_code_block_is_run() {
    let doctests = read("src/lib.rs") + &read("isolate/src/lib.rs");
    let (javascript, real) = (read("npm/test/documents.test.js"), read("tests/real/plugin_systems.py"));
    let readme = read("README.md");
    let mut exceptions = BTreeSet::new();
    for page in pages().into_iter().chain(["npm/README.md".to_owned()]) {
        let is_doctest = doctests.contains(&format!("../{page}\")"));
        let is_javascript = javascript.contains(&format!("../{}\"", page.strip_prefix("npm/").unwrap_or(&page)));
        let blocks = blocks_of(&page);
        let is_tutorial = blocks.iter().any(|block| block.language.starts_with("console "));
        for Block { place, language, text } in &blocks {
            let is_run = match language.split_once(' ').unwrap_or((language, "")) {
                ("rust", "") => is_doctest,
                ("python", "") => page != "npm/README.md",
                ("python", "pluggy") => real.contains(&page),
                ("js", "") | ("text", "shown") => is_javascript,
                ("console", "") => text.starts_with("$ exocet ") || readme.contains(text.as_str()),
                ("console", "commands" | "session" | "measured" | "isolate") => true,
                ("console", "node") => is_javascript,
                ("console", "cargo") => is_doctest,
                // The gate makes a project of what the README has.
                ("toml", "") => readme.contains(text.as_str()),
                (_, file) => crate::tutorials::is_file(file) && is_tutorial,
            };
            if let Some(exception) =
                NOT_RUN.iter().find(|(of, fence, _)| (*of, *fence) == (page.as_str(), language.as_str()))
            {
                exceptions.insert(exception);
                assert!(!is_run, "{place}: it is run, and no exception");
            } else {
                assert!(is_run, "{place}: nothing runs `{language}`");
            }
        }
    }
    assert_eq!(exceptions.len(), NOT_RUN.len(), "an exception isn't needed: {exceptions:?} are");
}
