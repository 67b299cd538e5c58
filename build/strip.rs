//! Takes comments and docstrings out of Python text. Every token that stays keeps its line and its column, so that tracebacks
//! agree with the file. Where in doubt, text stays as it is.

/// `text` without comments and trailing blanks, and without docstrings, unless they are to be kept.
pub fn strip(text: &str, keep_docstrings: bool) -> String {
    // Nothing of the library has a carriage return or a byte order mark.
    if text.contains('\r') || text.starts_with('\u{feff}') {
        return text.to_owned();
    }
    let stripped = Stripper { text, keep_docstrings, ..Stripper::default() }.run();
    stripped.unwrap_or_else(|| text.to_owned())
}

#[derive(Default)]
struct Stripper<'a> {
    text: &'a str,
    keep_docstrings: bool,
    /// How much of the text is done.
    at: usize,
    out: String,
    /// How many brackets are open.
    depth: usize,
    /// Where the logical line begins in `out`.
    begin: usize,
    line: Line,
}

/// What a logical line has been so far.
#[derive(Clone, Copy, Default)]
enum Line {
    #[default]
    Blank,
    /// Strings and nothing else: a docstring, or a statement without any effect. The first one begins there in `out`.
    Strings(usize),
    Code,
}

impl Stripper<'_> {
    /// The stripped text; nothing if there is a string that doesn't end, or a bracket too many.
    fn run(mut self) -> Option<String> {
        let text = self.text.as_bytes();
        while let Some(byte) = text.get(self.at) {
            match byte {
                b' ' | b'\t' => self.copy(self.at + 1),
                b'\n' => {
                    self.end_line();
                    self.copy(self.at + 1);
                }
                b'#' => self.comment(),
                // The next line is a part of this one. Strings stay strings, but what begins like this is a doubt.
                b'\\' if text[self.at + 1..].starts_with(b"\n") => {
                    if let Line::Blank = self.line {
                        self.line = Line::Code;
                    }
                    self.copy(self.at + 2);
                }
                _ => self.token()?,
            }
        }
        self.end_line();
        Some(self.out)
    }

    fn copy(&mut self, end: usize) {
        self.out.push_str(&self.text[self.at..end]);
        self.at = end;
    }

    fn token(&mut self) -> Option<()> {
        let text = self.text.as_bytes();
        match text[self.at] {
            b'(' | b'[' | b'{' => self.depth += 1,
            b')' | b']' | b'}' => self.depth = self.depth.checked_sub(1)?,
            _ => {}
        }
        let prefix = &text[self.at..self.at + word(text, self.at)];
        let end = token(text, self.at)?;
        let is_string = matches!(text[end - 1], b'"' | b'\'') && matches!(prefix, b"" | b"r" | b"R" | b"u" | b"U");
        self.line = match self.line {
            Line::Blank if is_string => Line::Strings(self.out.len()),
            Line::Strings(start) if is_string => Line::Strings(start),
            _ => Line::Code,
        };
        self.copy(end);
        Some(())
    }

    fn comment(&mut self) {
        let end = self.text[self.at..].find('\n').map_or(self.text.len(), |length| self.at + length);
        match self.is_joined() || names_encoding(&self.text[..self.at], &self.text[self.at..end]) {
            true => self.copy(end),
            false => self.at = end,
        }
    }

    /// Whether there is nothing but a backslash before this, in the line above. Such a line may not become an empty one.
    fn is_joined(&self) -> bool {
        self.out.trim_end_matches([' ', '\t']).ends_with("\\\n")
    }

    /// The line ends, and with it the logical line, unless brackets are open. Strings end with quotes, so the blanks are in none.
    fn end_line(&mut self) {
        if !self.is_joined() {
            self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
        }
        if self.depth > 0 {
            return;
        }
        if let (Line::Strings(start), false) = (self.line, self.keep_docstrings) {
            let breaks = self.out[start..].matches('\n').count();
            self.out.truncate(start);
            // A module may be empty, and `from __future__` comes first in it; the body of a function or a class may not.
            if start > self.begin {
                self.out.push('0');
            }
            self.out.extend(std::iter::repeat_n('\n', breaks));
        }
        self.line = Line::Blank;
        self.begin = self.out.len() + 1;
    }
}

/// Whether a comment may name the encoding of the text that has `before` in front of it: only in the first two lines.
fn names_encoding(before: &str, comment: &str) -> bool {
    let blank = |line: &str| line.trim_start().is_empty() || line.trim_start().starts_with('#');
    let first = before.matches('\n').count() < 2 && before.lines().all(blank);
    first && (comment.contains("coding:") || comment.contains("coding="))
}

/// The length of the word at `at`: an identifier, a keyword, a number, the prefix of a string, or nothing.
fn word(text: &[u8], at: usize) -> usize {
    text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_' || !byte.is_ascii()).count()
}

/// Where the token at `at` ends: a string with its prefix, a word, or any other character.
fn token(text: &[u8], at: usize) -> Option<usize> {
    let start = at + word(text, at);
    let Some(quote @ (b'"' | b'\'')) = text.get(start) else {
        return Some(start.max(at + 1));
    };
    let (raw, formatted) = match text[at..start].to_ascii_lowercase().as_slice() {
        b"" | b"b" | b"u" => (false, false),
        b"r" | b"br" | b"rb" => (true, false),
        b"f" | b"t" => (false, true),
        b"fr" | b"rf" | b"tr" | b"rt" => (true, true),
        _ => return Some(start),
    };
    let quotes = if text[start..].starts_with(&[*quote; 3]) { &text[start..start + 3] } else { &text[start..=start] };
    Literal { text, quotes, raw, formatted }.end(start + quotes.len(), false)
}

/// A string literal, of all kinds.
struct Literal<'a> {
    text: &'a [u8],
    quotes: &'a [u8],
    raw: bool,
    formatted: bool,
}

impl Literal<'_> {
    /// Where the literal ends, or the format in one of its fields, of which the text at `at` is a part.
    fn end(&self, mut at: usize, format: bool) -> Option<usize> {
        loop {
            let rest = self.text.get(at..)?;
            at = match *rest.first()? {
                b'\n' if self.quotes.len() == 1 => return None,
                _ if rest.starts_with(self.quotes) => return (!format).then_some(at + self.quotes.len()),
                b'}' if format => return Some(at + 1),
                b'{' if self.formatted && (format || !rest.starts_with(b"{{")) => self.field_end(at + 1)?,
                b'{' if self.formatted => at + 2,
                b'\\' if self.formatted && !self.raw && rest.starts_with(b"\\N{") => {
                    at + rest.iter().position(|byte| *byte == b'}')? + 1
                }
                // A brace has its meaning behind a backslash, too.
                b'\\' if self.formatted && matches!(rest.get(1), Some(b'{' | b'}')) => at + 1,
                b'\\' => at + 2,
                _ => at + 1,
            };
        }
    }

    /// Where the field ends of which the text at `at` is a part. It is code, with strings that may have the same quotes.
    fn field_end(&self, mut at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        loop {
            at = match *self.text.get(at)? {
                b'}' if depth == 0 => return Some(at + 1),
                b':' if depth == 0 => return self.end(at + 1, true),
                b'#' => at + self.text[at..].iter().position(|byte| *byte == b'\n')?,
                byte => {
                    match byte {
                        b'(' | b'[' | b'{' => depth += 1,
                        b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
                        _ => {}
                    }
                    token(self.text, at)?
                }
            };
        }
    }
}
