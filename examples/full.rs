//! A chat bot whose plugins are Python modules that are replaced while it runs.
//!
//! ```text
//! $ printf 'hello\nhello\n!edit greeter again back\nhello\n!edit greeter return retrun\nhello\nsum\n' \
//!     | cargo run --ignore-rust-version --example full
//! ```
//!
//! Every line is a message to all plugins, except `!edit PLUGIN OLD NEW`, which changes the text of a plugin, `!reload PLUGIN`, and
//! `!plugins`.

use exocet::{
    Error, HostModule, Imports, Memory, Runtime, Source,
    plugins::{Change, Discovery, Plugins, Settings},
};
use serde::Serialize;
use std::{
    io::{self, BufRead, Write},
    sync::Arc,
};

const PLUGINS: [(&str, &str); 3] = [
    ("greeter.py", include_str!("full/greeter.py")),
    ("diary.py", include_str!("full/diary.py")),
    ("grump.py", include_str!("full/grump.py")),
];

/// What plugins get of each line.
#[derive(Serialize)]
struct Message<'a> {
    who: &'a str,
    text: &'a str,
}

/// What plugins find as `chat.settings`.
#[derive(Serialize)]
struct About {
    name: &'static str,
    remembers: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    chat(io::stdin().lock(), &mut io::stdout())
}

/// Answers each line of `input` on `output`.
pub fn chat(input: impl BufRead, output: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let files = PLUGINS.into_iter().fold(Memory::new("<plugins>"), |files, (path, text)| files.with(path, text));
    let files = Arc::new(files);
    let runtime = Runtime::builder().source(files.clone()).isolated().build()?;
    let plugins = runtime.plugins(Discovery::top_level());
    let about = HostModule::new("chat").value("settings", About { name: "Exo", remembers: 3 });
    let imports = Imports::pass_through().without(["os", "subprocess", "socket"]).with_module(about);
    plugins.configure("*", Settings::new().imports(imports));
    plugins.load()?;
    for line in input.lines() {
        let line = line?;
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            ["!plugins"] => writeln!(output, "plugins: {}", plugins.order().join(" "))?,
            ["!reload", name] => show(plugins.reload([name]), output)?,
            ["!edit", name, old, new] => {
                edit(&files, name, old, new)?;
                show(plugins.poll(), output)?;
            }
            _ => hear(&plugins, &line, output)?,
        }
    }
    Ok(())
}

/// Changes the text of a plugin, if there is one of that name.
fn edit(files: &Memory, name: &str, old: &str, new: &str) -> Result<(), Box<dyn std::error::Error>> {
    let path = format!("{name}.py");
    if let Some(text) = files.read(&path)? {
        let text = str::from_utf8(&text)?.replace(old, new);
        files.insert(path, text);
    }
    Ok(())
}

/// Asks all plugins for a reply. One that wants to leave is let go.
fn hear(plugins: &Plugins, text: &str, output: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    for reply in plugins.call_all::<Option<String>>("reply", (Message { who: "Ann", text },))? {
        match reply.result {
            Ok(Some(answer)) => writeln!(output, "{}: {answer}", reply.plugin)?,
            Ok(None) => {}
            Err(error) => {
                writeln!(output, "{} failed: {error}", reply.plugin)?;
                let traceback = error.exception().map(exocet::Exception::traceback).unwrap_or_default();
                if let Some(place) = traceback.lines().rev().find(|line| line.starts_with("  File")) {
                    writeln!(output, "{place}")?;
                }
                if error.exit_code().is_some() {
                    show(plugins.disable(&reply.plugin).map(|change| vec![change]), output)?;
                }
            }
        }
    }
    Ok(())
}

/// Reports what became of plugins, or that nothing could be done.
fn show(changes: Result<Vec<Change>, Error>, output: &mut impl Write) -> io::Result<()> {
    match changes {
        Ok(changes) => changes.iter().try_for_each(|change| writeln!(output, "{change}")),
        Err(error) => writeln!(output, "{error}"),
    }
}
