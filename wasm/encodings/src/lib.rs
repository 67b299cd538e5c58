//! The encodings of the web as a module of WebAssembly of their own: JavaScript reads it when a program's source is in one of them. What
//! `TextDecoder` makes of them differs from platform to platform.

#![cfg(all(target_family = "wasm", target_os = "unknown"))]

use encoding_rs::{DecoderResult, Encoding};

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
    let Some(encoding) = Encoding::for_label_no_replacement(label) else { return 0 };
    let name = encoding.name().to_ascii_lowercase();
    let mut answer = vec![name.len() as u8];
    answer.extend_from_slice(name.as_bytes());
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let longest = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(longest);
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    if let DecoderResult::Malformed(wrong, after) = result {
        answer.push(0);
        answer.extend_from_slice(&(read - usize::from(wrong) - usize::from(after)).to_le_bytes());
    } else {
        answer.push(1);
        answer.extend_from_slice(text.as_bytes());
    }
    let answer = answer.leak();
    (answer.as_ptr() as u64) << 32 | answer.len() as u64
}
