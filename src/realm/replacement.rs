//! What the replacement of a module has changed.

use super::holders::Held;
use serde::{Deserialize, Serialize};

/// What the replacement of one module of a realm has changed, and who still holds what of the old one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The name of the module.
    pub name: String,
    /// The file of the new module, where it has one.
    pub origin: Option<String>,
    /// The names that the new module has and the old one had not, sorted.
    pub added: Vec<String>,
    /// The names that the old module had and the new one has not, sorted.
    pub removed: Vec<String>,
    /// The names of other modules that were bound to the new module's objects, as modules and names, sorted.
    pub rebound: Vec<(String, String)>,
    /// Who still holds what belongs to the old module.
    pub held: Held,
}
