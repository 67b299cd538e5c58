//! Any bytes as a module's source: decoded, measured, scanned and compiled, all without an interpreter. Nothing panics, and the
//! same bytes give the same twice.
#![no_main]

use exocet::{
    fuzzing,
    syntax::{self, nesting},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let seen = look(bytes);
    assert_eq!(look(bytes), seen, "the same bytes, seen twice");
});

/// All that can be known of the bytes, as text, and their code.
fn look(bytes: &[u8]) -> (Vec<String>, Option<Vec<u8>>) {
    let text = match syntax::decode(bytes) {
        Ok(text) => text,
        Err(error) => {
            assert!(error.line() >= 1);
            return (vec![error.to_string()], fuzzing::compiled(bytes, "<fuzz>"));
        }
    };
    assert!(!text.contains(['\r', '\0']), "decoded text has only one kind of line end, and no null");
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let depth = nesting::check(&text);
    if let Err(error) = &depth {
        assert!((1..=lines).contains(&error.line()), "line {} of {lines}", error.line());
    }
    let imports = syntax::imports(&text, "pk.m", false);
    if let Ok(imports) = &imports {
        for import in imports {
            assert!((1..=lines).contains(&import.line), "{import:?}, of {lines} lines");
        }
    }
    let code = fuzzing::compiled(bytes, "<fuzz>");
    assert!(depth.is_ok() || imports.is_err() && code.is_none(), "what is nested too deep is refused everywhere");
    let seen = vec![
        format!("{depth:?}"),
        format!("{imports:?}"),
        format!("{:?}", syntax::exports(&text)),
        format!("{:?}", syntax::attributes(&text)),
    ];
    (seen, code)
}
