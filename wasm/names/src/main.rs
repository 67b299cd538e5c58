//! Writes the names of Unicode as JavaScript reads them: `exocet-names names.txt`. `wasm/build.sh` uses it.
//!
//! A line is the name of the character after the last one. `@20` goes on with another character, and in `@3400 4DBF CJK UNIFIED IDEOGRAPH-`
//! each character from the one to the other has that name, with its number at the end.

use std::{env, fs, io, ops::RangeInclusive};

fn main() -> io::Result<()> {
    let [_, to] = &env::args().collect::<Vec<_>>()[..] else {
        return Err(io::Error::other("it takes one file"));
    };
    let mut names = Names::default();
    for character in '\0'..=char::MAX {
        if let Some(name) = unicode_names2::name(character) {
            names.add(character.into(), name.to_string());
        }
    }
    names.end_run();
    fs::write(to, names.text)
}

#[derive(Default)]
struct Names {
    text: String,
    /// The character whose name a line would be.
    next: u32,
    /// Characters that are named by number, and the name in front of it.
    run: Option<(RangeInclusive<u32>, String)>,
}

impl Names {
    fn add(&mut self, character: u32, name: String) {
        let Some(numbered) = name.strip_suffix(&format!("-{character:X}")) else {
            self.end_run();
            if character != self.next {
                self.text.push_str(&format!("@{character:X}\n"));
            }
            self.text.push_str(&name);
            self.text.push('\n');
            self.next = character + 1;
            return;
        };
        match &mut self.run {
            Some((run, of)) if of == numbered && run.end() + 1 == character => *run = *run.start()..=character,
            _ => {
                self.end_run();
                self.run = Some((character..=character, numbered.to_owned()));
            }
        }
    }

    fn end_run(&mut self) {
        if let Some((run, of)) = self.run.take() {
            self.text.push_str(&format!("@{:X} {:X} {of}-\n", run.start(), run.end()));
        }
    }
}
