//! `exocet bundle --wasi`: a bundle as a command that runs by itself.

use crate::{failure::Failure, output};
use brotli_decompressor::Decompressor;
use exocet_isolate::Standalone;
use std::{borrow::Cow, fs, io::Read, path::Path};

/// The loader that commands are made of.
#[allow(dead_code, reason = "which of them it is the build script finds")]
enum Loader {
    Plain(&'static [u8]),
    /// With Brotli (RFC 7932).
    Packed(&'static [u8]),
    Absent,
}

const LOADER: Loader = include!(concat!(env!("OUT_DIR"), "/loader.rs"));

/// Checks that a command may be written there: nothing but WebAssembly is replaced by it.
pub(super) fn check(file: &Path) -> Result<(), Failure> {
    let mut begin = Vec::new();
    let there = fs::File::open(file).and_then(|there| there.take(4).read_to_end(&mut begin));
    match file.exists() && (there.is_err() || begin != b"\0asm") {
        true => Err(Failure::Usage(format!("`{}` is there, and is no WebAssembly: it isn't replaced", file.display()))),
        false => Ok(()),
    }
}

/// Makes a command of the bundle, writes it into `file`, and says what was printed meanwhile. Its size is the result.
pub(super) fn write(bundle: Vec<u8>, file: &Path) -> Result<usize, Failure> {
    // No folder of this machine's is in it.
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let waiting =
        output::waiting("the program's imports are loaded; the first time the loader is compiled, some 10 seconds");
    let made = Standalone::new(&loader()?, &name, bundle);
    waiting.finish_and_clear();
    let made = made.map_err(Failure::failed)?;
    for line in made.output().lines() {
        output::note(line);
    }
    fs::write(file, made.wasm())
        .map_err(|error| Failure::Usage(format!("can't write to `{}`: {error}", file.display())))?;
    Ok(made.wasm().len())
}

fn loader() -> Result<Cow<'static, [u8]>, Failure> {
    match LOADER {
        Loader::Plain(wasm) => Ok(wasm.into()),
        Loader::Packed(packed) => {
            let mut wasm = Vec::new();
            let unpacked = Decompressor::new(packed, 1 << 16).read_to_end(&mut wasm);
            unpacked.map_err(|error| Failure::Failed(format!("the loader can't be unpacked: {error}")))?;
            Ok(wasm.into())
        }
        Loader::Absent => Err(Failure::Failed(
            "this build holds no loader for WASI commands; `wasm/build.sh standalone` makes one, and the next build takes it in".to_owned(),
        )),
    }
}
