//! The guest that this build of the library has, if it found one.

use crate::fault::Fault;
use std::io::Read;

/// A guest, packed with Brotli (RFC 7932).
pub(crate) struct Packed {
    bytes: &'static [u8],
    length: usize,
    /// Of what is packed.
    pub(crate) hash: [u8; 32],
}

const BUILTIN: Option<Packed> = include!(concat!(env!("OUT_DIR"), "/guest.rs"));

/// The guest of this build.
pub(crate) fn builtin() -> Result<Packed, Fault> {
    BUILTIN.ok_or(Fault::NoGuest)
}

impl Packed {
    /// The module. It takes a tenth of a second.
    pub(crate) fn unpack(&self) -> Result<Vec<u8>, Fault> {
        let mut wasm = Vec::with_capacity(self.length);
        let unpacked = brotli_decompressor::Decompressor::new(self.bytes, 1 << 16).read_to_end(&mut wasm);
        unpacked.map_err(|error| Fault::Guest(format!("it can't be unpacked: {error}")))?;
        Ok(wasm)
    }
}
