//! Any text as a policy: one error, or a policy that is written and read back as the same one and has an answer to everything.
//! The same text as a lock. Nothing panics.
#![no_main]

use exocet::{Memory, Policy, modules::SearchPath, policy::Lockfile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Policy::from_toml(text) {
        Ok(policy) => {
            assert_eq!(
                Policy::from_toml(&policy.to_toml()).as_ref().ok(),
                Some(&policy),
                "read back from what it writes"
            );
            let path = SearchPath::new().with(Memory::new("<path>").with("json.py", "def loads():\n    pass"));
            let _ = policy.check(&path, |name| name == "host");
            for name in ["json", "json.decoder", "", ".", "a..b"] {
                for importer in [None, Some("plugins.mail"), Some("")] {
                    assert!(!policy.rule_on(name, importer).reason.is_empty());
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(lock) = Lockfile::from_toml(text) {
        assert_eq!(Lockfile::from_toml(&lock.to_toml()).ok(), Some(lock), "read back from what it writes");
    }
});
