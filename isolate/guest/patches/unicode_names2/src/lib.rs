//! The names of Unicode, as the host of the guest has them.

#![no_std]

extern crate alloc;

use alloc::string::String;

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
unsafe extern "Rust" {
    /// The guest has these.
    safe fn __exocet_character_named(name: &str) -> Option<char>;
    safe fn __exocet_name_of(character: char) -> Option<String>;
}

/// The character of that name, in capitals or not.
#[must_use]
pub fn character(name: &str) -> Option<char> {
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    return __exocet_character_named(name);
    // Nobody asks where the VM is built.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    return name.chars().next();
}

/// The name of a character.
#[must_use]
pub fn name(character: char) -> Option<String> {
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    return __exocet_name_of(character);
    // The VM's build script asks which names it has to compute itself: those of Tangut.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    return (!matches!(character, '\u{17000}'..='\u{18d8f}')).then(String::new);
}
