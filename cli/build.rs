//! Asks the linker for a first thread with a large stack, where it can't grow at run time; `src/stack.rs` says what for. Finds the loader
//! that `exocet bundle --wasi` makes commands of: a module that `EXOCET_STANDALONE` names, the one that `wasm/build.sh standalone` leaves in
//! a checkout, or the packed one that a published package holds. Where there is none, the command line builds all the same.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

const STACK: u64 = 64 << 20;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_ISOLATES").is_some() {
        find_loader();
    }
    ask_for_stack();
}

fn ask_for_stack() {
    let target = |what: &str| env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let option = match (target("VENDOR").as_str(), target("OS").as_str(), target("ENV").as_str()) {
        ("apple", ..) => format!("-Wl,-stack_size,{STACK:#x}"),
        (_, "windows", "msvc") => format!("/STACK:{STACK}"),
        (_, "windows", _) => format!("-Wl,--stack,{STACK}"),
        _ => return,
    };
    println!("cargo::rustc-link-arg-bins={option}");
}

/// Writes the expression that `src/commands/bundle/standalone.rs` has for the loader.
fn find_loader() {
    println!("cargo::rerun-if-env-changed=EXOCET_STANDALONE");
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let named = env::var_os("EXOCET_STANDALONE").filter(|named| !named.is_empty()).map(PathBuf::from);
    let (built, packed) = (package.join("../wasm/dist/standalone.wasm"), package.join("standalone.wasm.br"));
    let expression = match named {
        Some(named) => holds("Plain", &named),
        None if built.is_file() => holds("Plain", &built),
        None if packed.is_file() => holds("Packed", &packed),
        // Cargo takes a file that is missing for one that has changed, each time.
        None => {
            let near = built.ancestors().find(|place| place.exists()).unwrap_or(&package);
            println!("cargo::rerun-if-changed={}", near.display());
            "Loader::Absent".to_owned()
        }
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("loader.rs"), expression).expect("the folder for what is built can be written");
}

fn holds(how: &str, file: &Path) -> String {
    println!("cargo::rerun-if-changed={}", file.display());
    let file = fs::canonicalize(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    format!("Loader::{how}(include_bytes!({file:?}))")
}
