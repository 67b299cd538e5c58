//! The names of Unicode, for the parser, which asks an older version of this crate for them than the VM does.

pub use names::{Name, character, name};
