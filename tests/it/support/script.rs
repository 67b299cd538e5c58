//! Scripts with what they print in their header, in lines that begin with `# > `. What a script loads stands there too:
//! `# file: NAME`, followed by the file's lines after `# | `.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A script's fixture files and what it is expected to print.
pub struct Script {
    pub text: String,
    pub expected: String,
    pub files: Vec<(String, String)>,
}

/// Reads a script.
pub fn read(path: &Path) -> Script {
    let text = fs::read_to_string(path).expect("the script is there");
    let (mut expected, mut files) = (String::new(), Vec::<(String, String)>::new());
    for line in text.lines().take_while(|line| line.starts_with('#') || line.is_empty()) {
        if let Some(name) = line.strip_prefix("# file: ") {
            files.push((name.to_owned(), String::new()));
        } else if let Some(line) = line.strip_prefix("# | ").or_else(|| line.strip_prefix("# |")) {
            let (_, file) = files.last_mut().expect("a file was named before its lines");
            file.push_str(line);
            file.push('\n');
        } else if let Some(line) = line.strip_prefix("# > ").or_else(|| line.strip_prefix("# >")) {
            expected.push_str(line);
            expected.push('\n');
        }
    }
    Script { text, expected, files }
}

/// All scripts, in their order.
pub fn all() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The tests of a package below this one have them in common.
    let folder = own.ancestors().map(|folder| folder.join("tests/scripts")).find(|folder| folder.is_dir());
    let folder = folder.expect("the scripts are there");
    let mut scripts: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("it").path()).collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    scripts
}
