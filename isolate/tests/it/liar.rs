//! A hand-written guest that is honest but for what it is told to lie about.

use std::fmt::Write;

/// The version of the boundary, as WebAssembly's text has it.
pub(crate) const VERSION: &str = "i32.const 5";

/// A guest that is honest but for what is said here. It has four pages of memory, and its last word at 1024.
#[derive(Clone)]
pub(crate) struct Guesses {
    pub(crate) version: String,
    pub(crate) buffer: String,
    /// What the last word is, after those that a snapshot takes: the result of `exocet_handle`.
    pub(crate) last: String,
    pub(crate) place: String,
    /// What lies at 1024, and is the last word.
    pub(crate) text: Vec<u8>,
    /// Whatever else the module has.
    pub(crate) more: String,
}

impl Default for Guesses {
    fn default() -> Self {
        Self {
            version: VERSION.to_owned(),
            buffer: "i32.const 131072".to_owned(),
            last: String::new(),
            place: "i64.const 0".to_owned(),
            text: Vec::new(),
            more: String::new(),
        }
    }
}

/// The place of a reply, as an instruction.
pub(crate) fn at(address: u32, length: u32) -> String {
    format!("i64.const {}", (u64::from(address) << 32 | u64::from(length)).cast_signed())
}

fn data(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}

/// CBOR with one key.
pub(crate) fn one(key: &str, value: &[u8]) -> Vec<u8> {
    [&[0xa1, 0x60 + key.len() as u8], key.as_bytes(), value].concat()
}

impl Guesses {
    /// The guest, that lies from its first word on, or once it is a snapshot.
    pub(crate) fn wasm(&self, is_at_once: bool) -> Vec<u8> {
        let Self { version, buffer, last, place, text, more } = self;
        let last = if last.is_empty() { at(1024, text.len() as u32) } else { last.clone() };
        let done = b"\x64Done";
        let object = one("Object", b"\xa3\x66number\x00\x65class\x61x\x6bis_callable\xf4");
        let (done_at, object_at) = (at(16, done.len() as u32), at(32, object.len() as u32));
        let first = if is_at_once { 99 } else { 0 };
        let text = format!(
            r#"(module
            (import "env" "memory" (memory 4))
            (import "exocet" "ask" (func $ask (param i32 i32) (result i32)))
            (import "exocet" "print" (func $print (param i32 i32 i32) (result i32)))
            (import "exocet" "random" (func $random (param i32 i32)))
            (import "exocet" "panicked" (func $panicked (param i32 i32)))
            (data (i32.const 0) "\{first:02x}")
            (data (i32.const 16) "{}") (data (i32.const 32) "{}") (data (i32.const 1024) "{}")
            (func (export "exocet_version") (result i32) {version})
            (func (export "exocet_buffer") (param $length i32) (result i32) {buffer})
            (func (export "exocet_where") (result i64) {place})
            (func (export "exocet_handle") (result i64) (local $n i32)
                (local.set $n (i32.load8_u (i32.const 0)))
                (i32.store8 (i32.const 0) (i32.add (local.get $n) (i32.const 1)))
                (if (i32.or (i32.eqz (local.get $n)) (i32.eq (local.get $n) (i32.const 2))) (then {done_at} return))
                (if (i32.eq (local.get $n) (i32.const 1)) (then {object_at} return))
                (i32.store8 (i32.const 0) (i32.const 99))
                {last})
            {more})"#,
            data(done),
            data(&object),
            data(text),
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}
