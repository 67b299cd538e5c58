//! The encodings of the web, as its standard has them (WHATWG Encoding): whole in a build that has tables for them. Those of several bytes
//! for a character are large, and seldom asked for; in a build without the feature `encodings` whoever runs it decodes them.

#[cfg(not(feature = "encodings"))]
mod elsewhere;
#[cfg(feature = "encodings")]
mod tables;

#[cfg(not(feature = "encodings"))]
pub use elsewhere::{Decoder, set_decoder};

/// Bytes in an encoding of the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The encoding's own name, in lower case.
    pub encoding: String,
    /// The text, or the place of the first bytes that are none in this encoding.
    pub text: Result<String, usize>,
}

/// Decodes bytes in the encoding of that label, such as `shift_jis` or `csKOI8R`. None where no encoding has the label.
///
/// ```
/// # #[cfg(feature = "encodings")] {
/// use exocet::syntax::encodings::decode;
///
/// let decoded = decode("ms_kanji", b"\x93\xfa").unwrap();
/// assert_eq!((decoded.encoding.as_str(), decoded.text), ("shift_jis", Ok("日".to_owned())));
/// assert_eq!(decode("gbk", b"x = \x81").unwrap().text, Err(4));
/// assert!(decode("klingon", b"x").is_none());
/// # }
/// ```
pub fn decode(label: &str, bytes: &[u8]) -> Option<Decoded> {
    #[cfg(feature = "encodings")]
    return tables::decode(label, bytes);
    #[cfg(not(feature = "encodings"))]
    return elsewhere::decode(label, bytes);
}
