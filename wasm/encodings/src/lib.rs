//! The encodings of the web as a module of WebAssembly of their own: JavaScript reads it when a program's source is in one of them. What
//! `TextDecoder` makes of them differs from platform to platform.

#![cfg(all(target_family = "wasm", target_os = "unknown"))]

#[path = "../../../src/syntax/encodings/tables.rs"]
mod tables;

/// As the library has it.
struct Decoded {
    encoding: String,
    text: Result<String, usize>,
}

/// Makes room for a label and for bytes behind it.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
}

/// What lies there, in the encoding of that label: 0 where no encoding has it, and otherwise where the answer lies (the address in the
/// upper 32 bits, the length in the lower). That is the length of the encoding's name, the name, 1 and the text, or 0 and, in four bytes with
/// the lowest first, the place of the first bytes that are none in this encoding. An instance is for one call.
#[unsafe(no_mangle)]
extern "C" fn decode(at: *const u8, label: usize, length: usize) -> u64 {
    // SAFETY: it is the room that was made, and nobody writes there any more.
    let given = unsafe { std::slice::from_raw_parts(at, label + length) };
    let (label, bytes) = given.split_at(label);
    let decoded = str::from_utf8(label).ok().and_then(|label| tables::decode(label, bytes));
    let Some(Decoded { encoding, text }) = decoded else { return 0 };
    let mut answer = vec![encoding.len() as u8];
    answer.extend_from_slice(encoding.as_bytes());
    match text {
        Ok(text) => {
            answer.push(1);
            answer.extend_from_slice(text.as_bytes());
        }
        Err(place) => {
            answer.push(0);
            answer.extend_from_slice(&place.to_le_bytes());
        }
    }
    let answer = answer.leak();
    (answer.as_ptr() as u64) << 32 | answer.len() as u64
}
