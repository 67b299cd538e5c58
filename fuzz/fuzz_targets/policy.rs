//! Any text as a policy: understood, or one error. Nothing panics.
#![no_main]

use exocet::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let once = Policy::from_toml(text).map(drop).map_err(|error| error.to_string());
    let twice = Policy::from_toml(text).map(drop).map_err(|error| error.to_string());
    assert_eq!(once, twice, "the same text, read twice");
    assert!(once.err().is_none_or(|message| !message.is_empty()));
});
