//! Those of one byte for each character, and a place for who decodes the others.

use super::Decoded;
use std::sync::OnceLock;

/// Does what [`decode`](super::decode) does: for encodings of several bytes, and for labels that aren't an encoding's own name.
pub type Decoder = fn(label: &str, bytes: &[u8]) -> Option<Decoded>;

static DECODER: OnceLock<Decoder> = OnceLock::new();

/// Sets who decodes, in this process. The first one that is set stays.
pub fn set_decoder(decoder: Decoder) {
    let _ = DECODER.set(decoder);
}

/// What bytes from 0x80 on stand for; 0 for nothing.
type Table = [u16; 128];

/// The encodings' own names, and their tables.
const TABLES: &[(&str, Table)] = include!(concat!(env!("OUT_DIR"), "/encodings.rs"));

pub(super) fn decode(label: &str, bytes: &[u8]) -> Option<Decoded> {
    if let Some(decoded) = by_table(label, bytes) {
        return Some(decoded);
    }
    let decoded = DECODER.get()?(label, bytes)?;
    if decoded.text.as_ref().is_err_and(|place| *place >= bytes.len()) {
        return None;
    }
    // Not every platform has these as the standard has them.
    Some(by_table(&decoded.encoding, bytes).unwrap_or(decoded))
}

fn by_table(name: &str, bytes: &[u8]) -> Option<Decoded> {
    let (encoding, table) = TABLES.iter().find(|(encoding, _)| *encoding == name)?;
    let character = |(at, byte): (usize, &u8)| match byte {
        0..=0x7f => Ok(char::from(*byte)),
        _ => char::from_u32(table[usize::from(byte - 0x80)].into()).filter(|character| *character != '\0').ok_or(at),
    };
    Some(Decoded { encoding: (*encoding).to_owned(), text: bytes.iter().enumerate().map(character).collect() })
}
