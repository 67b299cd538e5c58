//! What a bundle brings, as imports.

use super::Imports;
use crate::{error::Error, source::bundle::Bundle};

impl Bundle {
    /// What the bundle's modules may import: what its policy and its lock allow, of what the interpreter has and of the bundle itself.
    ///
    /// # Errors
    /// A policy or a lock that another version of Exocet wrote and this one can't read.
    pub fn imports(&self) -> Result<Imports, Error> {
        Ok(self.policies()?.into_iter().fold(Imports::pass_through(), |imports, policy| imports.with_policy(policy)))
    }
}
