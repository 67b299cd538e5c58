//! Packs a guest as small as it gets: `pack guest.wasm guest.wasm.br`. `wasm/build.sh guest` uses it.

#[path = "../../src/sections.rs"]
mod sections;

use std::{env, fs, io};

fn main() -> io::Result<()> {
    let [_, from, to] = &env::args().collect::<Vec<_>>()[..] else {
        return Err(io::Error::other("it takes two files"));
    };
    let wasm = sections::strip(&fs::read(from)?).ok_or_else(|| io::Error::other("it is no WebAssembly"))?;
    let best = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: wasm.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut wasm.as_slice(), &mut packed, &best)?;
    fs::write(to, packed)
}
