//! All of them.

use super::Decoded;
use encoding_rs::{DecoderResult, Encoding};

pub(super) fn decode(label: &str, bytes: &[u8]) -> Option<Decoded> {
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let length = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(length);
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    let text = match result {
        DecoderResult::Malformed(length, after) => Err(read.saturating_sub(usize::from(length) + usize::from(after))),
        _ => Ok(text),
    };
    Some(Decoded { encoding: encoding.name().to_ascii_lowercase(), text })
}
