//! Finds the guest, so that the library has it: a module that `EXOCET_GUEST` names, the one that `wasm/build.sh guest` leaves in
//! a checkout, or the packed one that a published package holds. Where there is none, the library builds all the same.

#[path = "src/sections.rs"]
mod sections;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Where it lies in a published package, as small as it gets.
const PACKED: &str = "guest.wasm.br";

/// Where `wasm/build.sh guest` leaves it.
const BUILT: &str = "../wasm/dist/guest.wasm";

/// How well it is packed here: the best takes a minute, this one a second.
const QUALITY: i32 = 5;

fn main() {
    println!("cargo::rerun-if-env-changed=EXOCET_GUEST");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/sections.rs");
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let (built, packed) = (package.join(BUILT), package.join(PACKED));
    let text = if let Some(named) = env::var_os("EXOCET_GUEST").filter(|named| !named.is_empty()) {
        pack(Path::new(&named), &out)
    } else if watch(&built, &package) {
        pack(&built, &out)
    } else if watch(&packed, &package) {
        let bytes = read(&packed);
        let mut wasm = Vec::new();
        brotli::BrotliDecompress(&mut bytes.as_slice(), &mut wasm)
            .unwrap_or_else(|error| panic!("{}: {error}", packed.display()));
        describe(&packed, &wasm)
    } else {
        "None".to_owned()
    };
    fs::write(out.join("guest.rs"), text).expect("the folder for what is built can be written");
}

/// Packs a module into the folder for what is built.
fn pack(path: &Path, out: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    let wasm = sections::strip(&read(path)).unwrap_or_else(|| panic!("{}: it is no WebAssembly", path.display()));
    let packed = out.join(PACKED);
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: QUALITY, lgwin: 24, size_hint: wasm.len(), ..Default::default() };
    let mut bytes = Vec::new();
    brotli::BrotliCompress(&mut wasm.as_slice(), &mut bytes, &parameters).expect("memory can be written");
    fs::write(&packed, bytes).expect("the folder for what is built can be written");
    describe(&packed, &wasm)
}

/// The expression for a guest, as `src/builtin.rs` has it.
fn describe(packed: &Path, wasm: &[u8]) -> String {
    let (hash, length) = (blake3::hash(wasm), wasm.len());
    format!("Some(Packed {{ bytes: include_bytes!({packed:?}), length: {length}, hash: {:?} }})", hash.as_bytes())
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether a file is there. Where it isn't, the folder is watched in which it would appear: cargo takes a file that is missing
/// for one that has changed, each time.
fn watch(path: &Path, package: &Path) -> bool {
    let is_there = path.is_file();
    let outside = package.parent().unwrap_or(package);
    let near = path.ancestors().find(|place| place.exists()).unwrap_or(package);
    // In a folder of somebody else's packages, there is no checkout.
    if is_there || near.canonicalize().ok() != outside.canonicalize().ok() {
        println!("cargo::rerun-if-changed={}", near.display());
    }
    is_there
}
