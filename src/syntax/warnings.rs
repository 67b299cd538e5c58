//! Text that no warning of the compiler can be about. The VM looks for its warnings in passes of their own over text and
//! tree, and needs an interpreter to issue them.

use ruff_python_parser::{Mode, parse_unchecked};
use ruff_text_size::Ranged;

/// Whether some warning may be about `text`: an unknown escape in a string that isn't raw, or a number that runs into a keyword; the
/// latter counts in strings and comments as well. Warnings about expressions are the code generator's. Text that is nested deep must
/// not get here.
pub(crate) fn may_warn(text: &str) -> bool {
    let bytes = text.as_bytes();
    has_odd_number(bytes) || (has_odd_escape(bytes, has_bytes(bytes)) && has_odd_string(text))
}

/// The same of escapes, exactly: most text with one has a regular expression in a raw string.
fn has_odd_string(text: &str) -> bool {
    let parsed = parse_unchecked(text, Mode::Module.into());
    parsed.tokens().iter().any(|token| {
        let flags = token.string_flags().filter(|flags| !flags.is_raw_string());
        flags.is_some_and(|flags| has_odd_escape(text[token.range()].as_bytes(), flags.is_byte_string()))
    })
}

/// Whether there is an escape that is none in text, or in a literal of bytes.
fn has_odd_escape(bytes: &[u8], are_bytes: bool) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        match &rest[at + 1..] {
            [b'\n' | b'\r' | b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'x', ..] => {}
            // Octal numbers above 0o377 don't fit into a byte.
            [b'4'..=b'7', b'0'..=b'7', b'0'..=b'7', ..] => return true,
            [b'0'..=b'7', ..] => {}
            // Those of text are none of bytes.
            [b'N' | b'u' | b'U', ..] if !are_bytes => {}
            _ => return true,
        }
        rest = &rest[at + 2..];
    }
    false
}

/// Whether there may be a literal of bytes.
fn has_bytes(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| matches!(pair, [b'b' | b'B' | b'r' | b'R', b'"' | b'\'']))
}

fn has_odd_number(bytes: &[u8]) -> bool {
    const KEYWORDS: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"not", b"or"];
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let mut at = 0;
    while at < bytes.len() {
        let end = at + bytes[at..].iter().take_while(|byte| is_part(**byte)).count();
        let word = &bytes[at..end];
        let number = word.iter().position(|byte| *byte != b'.').map_or(&[][..], |digit| &word[digit..]);
        if number.first().is_some_and(u8::is_ascii_digit)
            && KEYWORDS.iter().any(|keyword| number.windows(keyword.len()).any(|part| part == *keyword))
        {
            return true;
        }
        at = end + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::may_warn;

    #[test]
    fn raw_strings_have_no_escapes() {
        for quiet in [
            r#"x = r"\d+""#,
            r#"x = R'\d', rb'\d', Rb'''\d''', rf'\d{y!r:\d}', fR"\{y}""#,
            r#"x = "\n\\\"\x41\101\u00e9\N{BULLET}" "\'" b"\x00\0""#,
            "x = 'a\\\nb'\ny = 1 + \\\n2",
            "# \\d\nx = 1",
            r#"x = f"{y["\n"]}" r"\w""#,
        ] {
            assert!(!may_warn(quiet), "{quiet}");
        }
        for odd in [
            r#"x = "\d""#,
            r#"x = r"\d" "\d""#,
            r#"x = b"\u00e9""#,
            r#"x = b"\N{BULLET}""#,
            r#"x = f"\d{y}""#,
            r#"x = f"\{y}""#,
            r#"x = f"{y:\d}""#,
            r#"x = f"{y["\d"]}""#,
            r#"x = rf"{y["\d"]}""#,
            r#"x = t"\d{y}""#,
            r#"x = "\400""#,
            "x = '''\n\\d'''",
            "x = 1if y else 2",
        ] {
            assert!(may_warn(odd), "{odd}");
        }
    }
}
