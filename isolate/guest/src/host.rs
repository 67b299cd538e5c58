//! What the host does for the guest.

use crate::{
    boundary::{Answer, Ask, Content},
    buffer, interpreter,
};
use exocet::{Error, error::Report, syntax::encodings::Decoded, values::Value};

#[link(wasm_import_module = "exocet")]
unsafe extern "C" {
    #[link_name = "random"]
    safe fn random_at(address: *mut u8, length: usize);
    #[link_name = "now"]
    safe fn host_now() -> f64;
    #[link_name = "monotonic"]
    safe fn host_monotonic() -> f64;
    #[link_name = "print"]
    safe fn print_at(stream: u32, address: *const u8, length: usize) -> usize;
    #[link_name = "panicked"]
    safe fn panicked_at(address: *const u8, length: usize);
    #[link_name = "ask"]
    safe fn ask_at(address: *const u8, length: usize) -> usize;
}

/// The time in milliseconds since 1970.
pub(crate) fn now() -> f64 {
    host_now()
}

/// Milliseconds since some moment.
pub(crate) fn monotonic() -> f64 {
    host_monotonic()
}

/// Shows text of the program's.
pub(crate) fn print(to_stderr: bool, text: &str) -> Result<(), Error> {
    match print_at(to_stderr.into(), text.as_ptr(), text.len()) {
        0 => Ok(()),
        length => answer(length).map(drop),
    }
}

/// Tells why the guest is about to end.
pub(crate) fn panicked(message: &str) {
    panicked_at(message.as_ptr(), message.len());
}

/// Asks the host something.
pub(crate) fn ask(question: &Ask) -> Result<Answer, Error> {
    let mut bytes = Vec::new();
    ciborium::into_writer(question, &mut bytes).map_err(|error| Error::malformed(error.to_string()))?;
    answer(ask_at(bytes.as_ptr(), bytes.len()))
}

/// What bytes are in an encoding that the guest has no table of.
pub(crate) fn decode(label: &str, bytes: &[u8]) -> Option<Decoded> {
    match ask(&Ask::Decode { label: label.to_owned(), bytes: Content(bytes.to_vec()) }) {
        Ok(Answer::Decoded { encoding, text }) => Some(Decoded { encoding, text }),
        _ => None,
    }
}

/// Where the crate of Unicode's names is told to find this, it takes it by this name.
#[unsafe(no_mangle)]
extern "Rust" fn __exocet_character_named(name: &str) -> Option<char> {
    text(&Ask::CharacterNamed(name.to_ascii_uppercase()))?.chars().next()
}

/// The same for the other way.
#[unsafe(no_mangle)]
extern "Rust" fn __exocet_name_of(character: char) -> Option<String> {
    text(&Ask::NameOf(character))
}

/// The text that the host answers, if it has one.
fn text(question: &Ask) -> Option<String> {
    match ask(question) {
        Ok(Answer::Value(Value::Text(text))) => Some(text),
        _ => None,
    }
}

/// The answer that the host has left, of that length. What it threw is an error.
fn answer(length: usize) -> Result<Answer, Error> {
    let answer = buffer::take();
    match ciborium::from_reader(&answer[..length.min(answer.len())]) {
        Ok(Answer::Failed(report)) => Err((*report).into()),
        Ok(Answer::Thrown { object, message }) => Err(interpreter::thrown(object, message)),
        Ok(answer) => Ok(answer),
        Err(error) => Err(Report::new(Error::malformed(format!("the host's answer can't be read: {error}"))).into()),
    }
}

/// Where `getrandom` is told to find this, it takes it by this name.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(address: *mut u8, length: usize) -> Result<(), getrandom::Error> {
    random_at(address, length);
    Ok(())
}
