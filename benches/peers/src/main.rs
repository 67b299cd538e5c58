//! The same jobs in Exocet, CPython, Starlark, Rhai and Lua, measured by turns and printed as one Markdown table. `cargo run
//! --release --ignore-rust-version` in this folder runs it; `benches/README.md` has more.

mod in_exocet;
mod in_lua;
mod in_python;
mod in_rhai;
mod in_starlark;
mod language;
mod rounds;
mod table;

use in_exocet::Exocet;
use in_lua::Lua;
use in_rhai::Rhai;
use in_starlark::Starlark;
use language::{Language, jobs, taken};
use rounds::Work;
use std::{env, process::Command};

// The allocator of Exocet's command line, for all of them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is normalised, and what has to come of it.
const TEXT: &str = "The cat, the dog, THE bird: a cat.";
const NORMAL: &str = "the cat the dog the bird a cat";
/// The most common words of it, in this order.
const COMMON: [&str; 2] = ["the", "cat"];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let mut exocet = jobs::<Exocet>("exocet");
            exocet.insert(Work::Process, rounds::process(|| this(&["empty"])));
            // Exocet is the first: all figures are ratios to its own.
            table::print(&rounds::measure([
                ("Exocet".to_owned(), exocet),
                (format!("CPython {}, `importlib`", in_python::version()), in_python::importing()),
                ("CPython, `exec`".to_owned(), in_python::by_hand()),
                (format!("Starlark {}", table::version("starlark")), jobs::<Starlark>("starlark")),
                (format!("Rhai {}", table::version("rhai")), jobs::<Rhai>("rhai")),
                (format!("Lua 5.4 (mlua {})", table::version("mlua")), jobs::<Lua>("lua")),
            ]));
        }
        // What the program starts itself for.
        ["empty"] => drop(Exocet::start()),
        ["memory", "exocet", held] => println!("{}", taken::<Exocet>(held)),
        ["memory", "starlark", held] => println!("{}", taken::<Starlark>(held)),
        ["memory", "rhai", held] => println!("{}", taken::<Rhai>(held)),
        ["memory", "lua", held] => println!("{}", taken::<Lua>(held)),
        _ => panic!("there are no arguments"),
    }
}

/// This program, as a command.
fn this(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().expect("it is known"));
    command.args(arguments);
    command
}
