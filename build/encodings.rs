//! The tables of the web's encodings of one byte for each character.

use encoding_rs::*;

/// A Rust expression: a slice of pairs of an encoding's name and what its bytes from 0x80 on stand for, 0 for nothing.
pub fn tables() -> String {
    const ALL: [&Encoding; 28] = [
        IBM866,
        ISO_8859_2,
        ISO_8859_3,
        ISO_8859_4,
        ISO_8859_5,
        ISO_8859_6,
        ISO_8859_7,
        ISO_8859_8,
        ISO_8859_8_I,
        ISO_8859_10,
        ISO_8859_13,
        ISO_8859_14,
        ISO_8859_15,
        ISO_8859_16,
        KOI8_R,
        KOI8_U,
        MACINTOSH,
        WINDOWS_874,
        WINDOWS_1250,
        WINDOWS_1251,
        WINDOWS_1252,
        WINDOWS_1253,
        WINDOWS_1254,
        WINDOWS_1255,
        WINDOWS_1256,
        WINDOWS_1257,
        WINDOWS_1258,
        X_MAC_CYRILLIC,
    ];
    let table = |encoding: &'static Encoding| {
        let character = |byte: u8| {
            let bytes = [byte];
            let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
            text.and_then(|text| text.chars().next()).map_or(0, u32::from)
        };
        (encoding.name().to_ascii_lowercase(), (0x80..=0xff).map(character).collect::<Vec<_>>())
    };
    format!("&{:?}", ALL.map(table))
}
