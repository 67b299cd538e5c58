//! Which names of a module its importer sees.

use std::{collections::BTreeSet, fmt};

/// The names of a module that its importer sees, and the rule that decided so.
///
/// It helps against mistakes: whoever gets the module can't use another name of it by accident. It is no wall: a function or
/// a class that is shown leads to the rest by `__globals__`, `__module__` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attenuation {
    names: BTreeSet<String>,
    rule: String,
}

/// What an object that stands for a module shows, whichever names are listed.
const ALWAYS: [&str; 6] = ["__all__", "__class__", "__doc__", "__name__", "__package__", "__version__"];

impl Attenuation {
    /// These names and no others; errors name `rule` as the reason.
    pub fn only(names: impl IntoIterator<Item = impl Into<String>>, rule: impl Into<String>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), rule: rule.into() }
    }

    /// Whether the name is shown.
    #[must_use]
    pub fn shows(&self, name: &str) -> bool {
        ALWAYS.contains(&name) || self.names.contains(name)
    }

    /// The rule that errors name.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for Attenuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        f.write_str(&names.join(", "))
    }
}
