//! Text that no warning of the compiler can be about. The VM looks for its warnings in passes of their own over text and
//! tree, and needs an interpreter to issue them.

/// Whether some warning may be about `text`: an unknown escape in what may be a string, or a number that runs into a
/// keyword. What looks so in a comment counts as well. Warnings about expressions are the code generator's.
pub(crate) fn may_warn(text: &str) -> bool {
    let bytes = text.as_bytes();
    has_odd_escape(bytes) || has_odd_number(bytes)
}

fn has_odd_escape(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        match &rest[at + 1..] {
            [b'\n' | b'\r' | b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'x', ..] => {}
            // Octal numbers above 0o377 don't fit into a byte.
            [b'4'..=b'7', b'0'..=b'7', b'0'..=b'7', ..] => return true,
            [b'0'..=b'7', ..] => {}
            // Those of text are none of bytes.
            [b'N' | b'u' | b'U', ..] if !has_bytes(bytes) => {}
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
