//! `exocet new`.

use crate::{failure::Failure, output};
use clap::Args;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Make a project with a plugin and a test: a folder of plugins, a Rust program or a page
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exit code: 0; 1 if the folder can't be written; 2 if the command line is wrong.

Examples:
  exocet new bot && cd bot && exocet run app.py
  exocet new --rust host && cd host && cargo run --ignore-rust-version
      From Rust 1.96 on without the flag.
  exocet new --js page && cd page && npm install && npm start")]
pub(crate) struct NewArgs {
    /// A Rust program that loads a plugin
    #[arg(long, conflicts_with = "js")]
    rust: bool,
    /// A page with plugins that are edited while it runs
    #[arg(long)]
    js: bool,
    /// The new folder. Its name is the project's: small letters, digits, `-` and `_`
    #[arg(value_name = "NAME")]
    folder: PathBuf,
}

/// What a project is made of.
struct Template {
    /// Paths and texts.
    files: &'static [(&'static str, &'static str)],
    /// What is called in the files as the project will be.
    placeholder: &'static str,
    /// What a person says next.
    next: &'static str,
}

/// The files of a template, below `cli/templates`: the path in the project, and the one there where it differs. Cargo takes a folder with a
/// `Cargo.toml` for a package of its own, and leaves it out of this one.
macro_rules! files {
    ($folder:literal: $($path:literal $(= $stored:literal)?),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../templates/", $folder, "/", files!(@stored $path $($stored)?))))),+]
    };
    (@stored $path:literal) => { $path };
    (@stored $path:literal $stored:literal) => { $stored };
}

const PLUGINS: Template = Template {
    files: files!("plugins": "app.py", "plugins/hello.py", "tests.py"),
    placeholder: "exocet-project",
    next: "exocet run app.py",
};

const RUST: Template = Template {
    files: files!(
        "rust": "Cargo.toml" = "Cargo.toml.in", "Cargo.lock" = "Cargo.lock.in", ".gitignore" = "gitignore.in",
        "src/main.rs", "plugins/hello.py", "tests/plugins.rs",
    ),
    placeholder: "exocet-project",
    next: "cargo run --ignore-rust-version",
};

const JS: Template = Template {
    files: files!(
        "js": "package.json", ".gitignore", "index.html", "main.js", "page.css", "plugins/greeting.py", "plugins/visits.py",
        "plugins.test.js",
    ),
    placeholder: "exocet-page",
    next: "npm install && npm start",
};

pub(crate) fn new(args: &NewArgs) -> Result<ExitCode, Failure> {
    let template = match (args.rust, args.js) {
        (true, _) => RUST,
        (_, true) => JS,
        _ => PLUGINS,
    };
    let name = name_of(&args.folder)?;
    let place = args.folder.display();
    let failed = |error: io::Error| Failure::Failed(format!("can't write to `{place}`: {error}"));
    if let Some(parent) = args.folder.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    // Nobody's files are written over.
    match fs::create_dir(&args.folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Failure::Usage(format!("`{place}` is there already")));
        }
        made => made.map_err(failed)?,
    }
    for (path, text) in template.files {
        write(&args.folder.join(path), &text.replace(template.placeholder, name)).map_err(failed)?;
    }
    output::note(&format!("{place}: {}", output::counted(template.files.len(), "file")));
    output::note(&format!("next: cd {place} && {}", template.next));
    Ok(ExitCode::SUCCESS)
}

/// The name of the project, which has to be one that cargo and npm take.
fn name_of(folder: &Path) -> Result<&str, Failure> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || matches!(char, '-' | '_');
    match name.starts_with(|char: char| char.is_ascii_lowercase()) && name.chars().all(is_plain) {
        true => Ok(name),
        false => Err(Failure::Usage(format!(
            "`{}` is no name for a project, which begins with a small letter and has small letters, digits, `-` and `_`",
            folder.display()
        ))),
    }
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text)
}
