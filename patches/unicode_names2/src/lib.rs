//! The names of Unicode, for the parser, by the tables that the VM has.

use rustpython_unicode::{character_name, lookup_character};

/// The character of that name or alias, in capitals or not.
#[must_use]
pub fn character(name: &str) -> Option<char> {
    let found = lookup_character(name)?;
    let (asked, own) = (name.to_ascii_uppercase(), character_name(found));
    // The tables take `latinsmalllettera` for a name, too, which Python's literals don't.
    let is_loose = own.is_some_and(|own| own != asked && letters(&own).eq(letters(&asked)));
    (!is_loose).then_some(found)
}

/// What of a name counts where it is looked up loosely.
fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars().filter(char::is_ascii_alphanumeric)
}
