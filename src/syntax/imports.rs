//! What an import statement asks for, and when it runs.

use serde::{Deserialize, Serialize};

/// One name that an import statement asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Import {
    /// The absolute name of the module asked for. Relative names that lead beyond the top level are as written.
    pub name: String,
    /// What `from` takes out of the module, `*` for all of it; `None` for plain `import`.
    pub item: Option<String>,
    /// The name after `as`.
    pub alias: Option<String>,
    /// How many dots the name was written with.
    pub level: u32,
    /// The line of the imported name, 1-based.
    pub line: usize,
    /// The column of the imported name in characters, 1-based.
    pub column: usize,
    /// Where the statement stands.
    pub kind: ImportKind,
    /// Whether it is a `lazy import`. This VM runs it at once.
    pub is_lazy: bool,
}

impl Import {
    /// Module and item as one dotted name: `pk.b.V` for `from .b import V` in `pk.a`, `x.*` for `from x import *`.
    pub fn dotted(&self) -> String {
        match &self.item {
            None => self.name.clone(),
            Some(item) if self.name.ends_with('.') => format!("{}{item}", self.name),
            Some(item) => format!("{}.{item}", self.name),
        }
    }
}

/// Where an import statement stands, and so when it runs. Conditions that the version, the platform or `TYPE_CHECKING` decides
/// count as decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportKind {
    /// It runs when the module is loaded: at the top level, in a class body, or under a condition that isn't decided.
    TopLevel,
    /// It may fail: in a `try` or a `with suppress(..)` that may catch its failure. What stands in a handler, in `else` or in
    /// `finally` is not caught by that `try`.
    Try,
    /// It runs when a function is called.
    Function,
    /// It never runs: under `if TYPE_CHECKING`.
    TypeChecking,
    /// It never runs: under another condition that is false, or behind a statement that nothing passes.
    Never,
}
