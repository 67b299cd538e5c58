//! What random tests have in common, those of the command line too.

use proptest::{collection::vec, prelude::*, sample::select};
use std::time::Duration;

/// How long to look for what goes wrong: some seconds, or `EXOCET_FUZZ_SECONDS`.
pub fn duration() -> Duration {
    let seconds = std::env::var("EXOCET_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

/// One of these texts.
pub fn chosen(from: &'static [&'static str]) -> BoxedStrategy<String> {
    select(from).prop_map(str::to_owned).boxed()
}

/// Source text that need not be code.
pub fn noise() -> BoxedStrategy<String> {
    let piece = select(
        &[
            "import ",
            "from ",
            ".",
            "..",
            "a",
            "b",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ";",
            ":",
            "\n",
            "    ",
            "\t",
            "as ",
            "*",
            "'",
            "\"",
            "\"\"\"",
            "f'{",
            "}'",
            "def f(",
            "class C(",
            "if ",
            "else",
            "try",
            "except ",
            "lambda ",
            "=",
            "+=",
            "__all__",
            "__import__",
            "\\",
            "\\\n",
            "#",
            "\0",
            "\u{feff}",
            "é",
            "# coding: utf-16\n",
            "# -*- coding: zz -*-\n",
            "\r",
            "\r\n",
            "\x0c",
            "async ",
            "await ",
            "match ",
            "case ",
            "type ",
            "0x",
            "1e9999",
            "1_",
            "...",
            "->",
            ":=",
            "@",
            "del ",
            "global ",
            "return ",
            "yield ",
            "t'",
            "rb'",
            "$",
            "?",
            "`",
            "!",
            "\u{2028}",
        ][..],
    );
    vec(piece, 0..25).prop_map(|pieces| pieces.concat()).boxed()
}
