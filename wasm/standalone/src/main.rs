//! What a bundle runs on as a WASI command, in two halves. `exocet bundle --wasi` runs the first one, `initialize`: it reads the bundle from
//! stdin and loads what the program's first lines import. The memory of that moment becomes part of the file, and whoever runs the file
//! runs the second half alone.

#![cfg_attr(target_os = "wasi", no_main)]

#[cfg(target_os = "wasi")]
mod command;

#[cfg(not(target_os = "wasi"))]
fn main() {
    eprintln!("this is a program for WASI alone: `wasm/build.sh standalone` builds it");
    std::process::exit(1);
}
