//! A WebAssembly module, by its sections: what is needed to find them, and nothing of what they hold. The build script uses it
//! as well.

use std::ops::Range;

/// What each module begins with.
const MAGIC: &[u8; 8] = b"\0asm\x01\0\0\0";

/// The number of sections that change nothing of what a module does: names, and who made it.
const CUSTOM: u8 = 0;

/// The module without what changes nothing of what it does. None, if it isn't a module.
pub(crate) fn strip(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut stripped = wasm.get(..MAGIC.len()).filter(|magic| *magic == MAGIC)?.to_vec();
    let mut at = MAGIC.len();
    while let Some(number) = wasm.get(at) {
        let end = section(wasm, at)?.end;
        if *number != CUSTOM {
            stripped.extend_from_slice(&wasm[at..end]);
        }
        at = end;
    }
    Some(stripped)
}

/// Where the content lies of the section that begins there.
fn section(wasm: &[u8], at: usize) -> Option<Range<usize>> {
    let (mut length, mut at) = (0_usize, at + 1);
    for shift in [0, 7, 14, 21, 28] {
        let byte = *wasm.get(at)?;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        at += 1;
        if byte & 0x80 == 0 {
            let end = at.checked_add(length)?;
            return (end <= wasm.len()).then_some(at..end);
        }
    }
    None
}
