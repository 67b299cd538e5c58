//! A chat bot whose plugins are Python modules that can be swapped while it runs.
//!
//! ```text
//! $ printf 'hello\nhello\n!edit greeter again back\nhello\n!edit greeter return retrun\nhello\nsum\n' \
//!     | cargo run --ignore-rust-version --example full
//! ```
//!
//! Every line is a message to all plugins, except `!edit PLUGIN OLD NEW`, which changes the text of a plugin and swaps it,
//! `!reload PLUGIN`, and `!plugins`.

use exocet::{Error, HostModule, Imports, Memory, Object, Runtime};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
    sync::{Arc, Mutex, PoisonError},
};

const PLUGINS: [(&str, &str); 3] = [
    ("greeter", include_str!("chat/greeter.py")),
    ("diary", include_str!("chat/diary.py")),
    ("grump", include_str!("chat/grump.py")),
];

/// What plugins get of each line.
#[derive(Clone, Serialize)]
struct Message {
    who: &'static str,
    text: String,
    line: usize,
}

/// What plugins find as `chat.settings`.
#[derive(Serialize)]
struct Settings {
    name: &'static str,
    remembers: usize,
}

struct Bot {
    runtime: Runtime,
    imports: Imports,
    texts: BTreeMap<String, String>,
    files: Arc<Memory>,
    plugins: BTreeMap<String, Object>,
    history: Arc<Mutex<Vec<Message>>>,
    heard: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    chat(io::stdin().lock(), &mut io::stdout())
}

/// Answers each line of `input` on `output`.
pub fn chat(input: impl BufRead, output: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let mut bot = Bot::new()?;
    for line in input.lines() {
        let line = line?;
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            ["!plugins"] => writeln!(output, "plugins: {}", bot.plugins.keys().cloned().collect::<Vec<_>>().join(" "))?,
            ["!reload", name] => bot.swap(name, output)?,
            ["!edit", name, old, new] => {
                bot.edit(name, old, new);
                bot.swap(name, output)?;
            }
            _ => bot.hear(&line, output)?,
        }
    }
    Ok(())
}

impl Bot {
    fn new() -> Result<Self, Error> {
        let texts: BTreeMap<_, _> = PLUGINS.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let files = Arc::new(
            PLUGINS.iter().fold(Memory::new("<plugins>"), |files, (name, text)| files.with(format!("{name}.py"), text)),
        );
        let runtime = Runtime::builder().source(files.clone()).isolated().build()?;
        let history = Arc::new(Mutex::new(Vec::<Message>::new()));
        let heard = history.clone();
        let host = HostModule::new("chat").value("settings", Settings { name: "Exo", remembers: 3 }).function(
            "history",
            move |n: usize| -> Vec<Message> {
                let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard[heard.len().saturating_sub(n)..].to_vec()
            },
        );
        let imports = Imports::pass_through().without(["os", "subprocess", "socket"]).with_module(host);
        let mut bot = Bot { runtime, imports, texts, files, plugins: BTreeMap::new(), history, heard: 0 };
        for (name, _) in PLUGINS {
            bot.load(name)?;
        }
        Ok(bot)
    }

    /// Loads the plugin anew, with its predecessor's state. After an error the old one is still in use.
    fn load(&mut self, name: &str) -> Result<(), Error> {
        let plugin = self.runtime.load(name, &self.imports)?;
        if let Some(old) = self.plugins.get(name)
            && old.has("state")?
        {
            plugin.set("state", old.get::<Object>("state")?)?;
        }
        self.plugins.insert(name.to_owned(), plugin);
        Ok(())
    }

    fn edit(&mut self, name: &str, old: &str, new: &str) {
        if let Some(text) = self.texts.get_mut(name) {
            *text = text.replace(old, new);
            self.files.insert(format!("{name}.py"), &*text);
        }
    }

    fn swap(&mut self, name: &str, output: &mut impl Write) -> io::Result<()> {
        if !self.texts.contains_key(name) {
            return writeln!(output, "there is no plugin {name}");
        }
        match self.load(name) {
            Ok(()) => writeln!(output, "{name} is swapped"),
            Err(error) => {
                report(name, &error, output)?;
                writeln!(output, "{name} stays as it was")
            }
        }
    }

    /// Asks all plugins for a reply.
    fn hear(&mut self, text: &str, output: &mut impl Write) -> io::Result<()> {
        self.heard += 1;
        let message = Message { who: "Ann", text: text.to_owned(), line: self.heard };
        self.history.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        let mut gone = Vec::new();
        for (name, plugin) in &self.plugins {
            match plugin.call::<Option<String>>("reply", (&message,)) {
                Ok(Some(reply)) => writeln!(output, "{name}: {reply}")?,
                Ok(None) => {}
                Err(error) => {
                    report(name, &error, output)?;
                    gone.extend(error.exit_code().map(|_| name.clone()));
                }
            }
        }
        // A plugin may leave; the bot stays.
        self.plugins.retain(|name, _| !gone.contains(name));
        Ok(())
    }
}

fn report(name: &str, error: &Error, output: &mut impl Write) -> io::Result<()> {
    let Some(exception) = error.exception() else { return writeln!(output, "{name} failed: {error}") };
    writeln!(output, "{name} raised {}: {}", exception.kind(), exception.message())?;
    for importer in exception.import_chain() {
        writeln!(output, "  imported by {}, {}:{}", importer.module, importer.file, importer.line)?;
    }
    if let Some(line) = exception.traceback().lines().rev().find(|line| line.starts_with("  File")) {
        writeln!(output, "{line}")?;
    }
    Ok(())
}
