//! Source text from bytes, as Python reads it.

use super::encodings;
use std::{borrow::Cow, fmt};

/// Decodes a source file: a byte order mark or a PEP 263 cookie decides the encoding, UTF-8 where there is neither, and every
/// line end becomes `\n`. Borrows where nothing has to change.
///
/// Encodings other than UTF-8, ASCII and Latin-1 are those of the web. For some East Asian ones they know more characters than
/// Python's; a few of Python's (code pages of DOS, most of the Macintosh's, UTF-7) are unknown to it.
///
/// # Errors
/// An encoding that is unknown or contradicts the byte order mark, bytes that the encoding does not have, and null bytes.
///
/// ```
/// use exocet::syntax::decode;
///
/// assert_eq!(decode(b"# coding: cp1251\r\nx = '\xff'").unwrap(), "# coding: cp1251\nx = '\u{44f}'");
/// assert_eq!(decode(b"x = 1\n\xff").unwrap_err().line(), 2);
/// ```
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let (body, has_mark) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    if body.contains(&0) {
        let offset = body.iter().take_while(|byte| **byte != 0).count();
        return Err(DecodeError { line: line_at(body, offset), fault: Fault::Null });
    }
    let text = match cookie(body) {
        None => utf8(body, None)?,
        Some((cookie, line)) => {
            let name = normal_name(cookie);
            if has_mark && name != "utf-8" {
                return Err(DecodeError { line, fault: Fault::Mark(cookie.to_owned()) });
            }
            match codec(&name) {
                None => {
                    return Err(DecodeError { line, fault: Fault::Unknown(cookie.to_owned()) });
                }
                Some(codec) => codec.decode(body, cookie)?,
            }
        }
    };
    Ok(universal_newlines(text))
}

/// Why a source file can't be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    line: usize,
    fault: Fault,
}

impl DecodeError {
    /// The line, 1-based, that the error is about.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match &self.fault {
            Fault::Null => write!(f, "source code string cannot contain null bytes (line {line})"),
            Fault::Unknown(name) => write!(f, "unknown encoding: `{name}` (line {line})"),
            Fault::Mark(name) => write!(f, "encoding problem: `{name}` with a byte order mark (line {line})"),
            Fault::Bytes { byte, encoding: Some(name) } => {
                write!(f, "`{name}` can't decode byte 0x{byte:02x} on line {line}")
            }
            Fault::Bytes { byte, encoding: None } => {
                write!(f, "non-UTF-8 code starting with byte 0x{byte:02x} on line {line}, but no encoding declared")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    Null,
    Unknown(String),
    Mark(String),
    Bytes { byte: u8, encoding: Option<String> },
}

fn undecodable(bytes: &[u8], offset: usize, encoding: Option<&str>) -> DecodeError {
    let fault = Fault::Bytes { byte: bytes[offset], encoding: encoding.map(str::to_owned) };
    DecodeError { line: line_at(bytes, offset), fault }
}

/// The encoding that a comment on the first or second line names, and that line. The second line counts only when the first is
/// blank or a comment.
fn cookie(bytes: &[u8]) -> Option<(&str, usize)> {
    let mut rest = bytes;
    for line in 1..=2 {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let blanks = rest[..end].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
        let text = &rest[blanks..end];
        match text.first() {
            None => {}
            Some(b'#') => {
                if let Some(name) = cookie_in(text) {
                    return Some((name, line));
                }
            }
            Some(_) => return None,
        }
        rest = &rest[end..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..))?;
    }
    None
}

/// `coding[:=]\s*([-\w.]+)` in a comment, as CPython's tokenizer looks for it.
fn cookie_in(comment: &[u8]) -> Option<&str> {
    const WORD: &[u8] = b"coding";
    (0..comment.len()).find_map(|start| {
        let rest = comment[start..].strip_prefix(WORD)?;
        let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let rest = &rest[blanks..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
        str::from_utf8(&rest[..length]).ok().filter(|name| !name.is_empty())
    })
}

/// CPython's own spelling of the encodings that its tokenizer knows; others only in lower case with dashes.
fn normal_name(cookie: &str) -> String {
    let name = cookie.to_ascii_lowercase().replace('_', "-");
    let is = |base: &str| name.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    if is("utf-8") {
        "utf-8".to_owned()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".to_owned()
    } else {
        name
    }
}

enum Codec {
    Utf8,
    Ascii,
    Latin1,
    /// One of the web's, by its own name.
    Web(String),
    /// An ISO encoding that the web reads as a Windows one: the same but for the control characters.
    Iso(&'static str),
}

fn codec(name: &str) -> Option<Codec> {
    let label = match name {
        "utf-8" | "utf8" | "u8" | "utf" | "cp65001" => return Some(Codec::Utf8),
        "ascii" | "us-ascii" | "646" | "us" | "cp367" | "ibm367" | "iso646-us" | "ansi-x3.4-1968" => {
            return Some(Codec::Ascii);
        }
        "iso-8859-1" | "iso8859-1" | "latin-1" | "latin1" | "latin" | "l1" | "8859" | "cp819" | "ibm819" => {
            return Some(Codec::Latin1);
        }
        "iso-8859-9" | "iso8859-9" | "latin5" | "l5" => return Some(Codec::Iso("windows-1254")),
        "iso-8859-11" | "iso8859-11" | "thai" | "tis-620" | "tis620" => return Some(Codec::Iso("windows-874")),
        "cp866" | "866" | "ibm866" => "ibm866",
        "cp874" | "874" => "windows-874",
        "cp932" | "932" | "ms932" | "mskanji" | "ms-kanji" | "windows-31j" | "s-jis" => "shift_jis",
        "cp936" | "936" | "ms936" | "euc-cn" | "euccn" => "gbk",
        "cp949" | "949" | "ms949" | "uhc" | "euckr" => "euc-kr",
        "cp950" | "950" | "ms950" | "big5-tw" => "big5",
        "eucjp" | "ujis" | "u-jis" => "euc-jp",
        "mac-roman" | "macroman" | "macintosh" => "macintosh",
        "mac-cyrillic" | "maccyrillic" => "x-mac-cyrillic",
        "latin9" => "iso-8859-15",
        "latin10" | "l10" | "iso8859-16" => "iso-8859-16",
        "latin7" | "l7" => "iso-8859-13",
        "latin8" | "l8" => "iso-8859-14",
        _ => name,
    };
    web_codec(label)
}

/// The codec by the web's own labels, of which Python's names are nearly all.
fn web_codec(label: &str) -> Option<Codec> {
    let page =
        label.strip_prefix("cp").unwrap_or(label).parse::<u16>().ok().filter(|page| (1250..=1258).contains(page));
    let windows = page.map(|page| format!("windows-{page}"));
    let encoding = encodings::decode(windows.as_deref().unwrap_or(label), b"")?.encoding;
    // A comment that names UTF-16 in single bytes is no UTF-16, and the user-defined one is no encoding of Python's.
    let is_source = !matches!(encoding.as_str(), "utf-16le" | "utf-16be" | "iso-2022-jp" | "x-user-defined");
    is_source.then_some(Codec::Web(encoding))
}

impl Codec {
    fn decode<'a>(&self, bytes: &'a [u8], cookie: &str) -> Result<Cow<'a, str>, DecodeError> {
        let undecodable = |offset| undecodable(bytes, offset, Some(cookie));
        match self {
            Codec::Utf8 => utf8(bytes, Some(cookie)),
            Codec::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
                Some(offset) => Err(undecodable(offset)),
                None => utf8(bytes, Some(cookie)),
            },
            Codec::Latin1 if bytes.is_ascii() => utf8(bytes, Some(cookie)),
            Codec::Latin1 => Ok(bytes.iter().copied().map(char::from).collect()),
            Codec::Iso(windows) => {
                // Each byte is looked up once, as there are few that differ.
                let mut known: [Option<Option<char>>; 256] = [None; 256];
                let mut character = |(offset, &byte): (usize, &u8)| match byte {
                    0..=0x9f => Ok(char::from(byte)),
                    _ => {
                        let decoded = || encodings::decode(windows, &[byte])?.text.ok()?.chars().next();
                        known[usize::from(byte)].get_or_insert_with(decoded).ok_or(offset)
                    }
                };
                let text = bytes.iter().enumerate().map(&mut character).collect::<Result<String, usize>>();
                text.map(Cow::Owned).map_err(undecodable)
            }
            Codec::Web(encoding) => web_decode(encoding, bytes, cookie).map(Cow::Owned),
        }
    }
}

fn web_decode(encoding: &str, bytes: &[u8], cookie: &str) -> Result<String, DecodeError> {
    // That there is the encoding is known.
    let text = encodings::decode(encoding, bytes).map_or(Err(0), |decoded| decoded.text);
    let text = text.map_err(|offset| undecodable(bytes, offset, Some(cookie)))?;
    // Where Python's Windows and Japanese encodings have a hole, the web puts a control character.
    let has_holes = encoding.starts_with("windows-") || encoding == "shift_jis";
    match text.chars().position(|c| has_holes && matches!(c, '\u{80}'..='\u{9f}')) {
        Some(place) => {
            let line = text.chars().take(place).filter(|&c| c == '\n').count() + 1;
            let byte = text.chars().nth(place).map_or(0, |c| c as u8);
            Err(DecodeError { line, fault: Fault::Bytes { byte, encoding: Some(cookie.to_owned()) } })
        }
        None => Ok(text),
    }
}

fn utf8<'a>(bytes: &'a [u8], cookie: Option<&str>) -> Result<Cow<'a, str>, DecodeError> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => Err(undecodable(bytes, error.valid_up_to(), cookie)),
    }
}

fn universal_newlines(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\r') {
        return text;
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The line, 1-based, of a byte.
fn line_at(bytes: &[u8], offset: usize) -> usize {
    let before = &bytes[..offset];
    let ends = before
        .iter()
        .enumerate()
        .filter(|&(i, &byte)| byte == b'\n' || byte == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
    ends.count() + 1
}
