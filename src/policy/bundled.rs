//! What a bundle brings of decisions: a policy and a lock.

use super::{lockfile::Lockfile, rules::Policy};
use crate::{
    error::Error,
    source::{
        bundle::{Bundle, LOCK, POLICY},
        bundle_builder::BundleBuilder,
        contract::{Source, join},
    },
};
use std::{io, path::Path};

impl BundleBuilder {
    /// Adds a policy, which decides what the bundle's modules import wherever they are loaded from it.
    pub fn policy(self, policy: &Policy) -> Self {
        self.policy_text(policy.to_toml())
    }

    /// Adds a lock: wherever the bundle is loaded from, nothing else runs, and nothing else is imported.
    pub fn lock(self, lock: &Lockfile) -> Self {
        self.lock_text(lock.to_toml())
    }
}

impl Bundle {
    /// The policy that the bundle brings.
    ///
    /// # Errors
    /// A policy that another version of Exocet wrote and this one can't read.
    pub fn policy(&self) -> Result<Option<Policy>, Error> {
        self.own_text(POLICY).map(|text| self.about(POLICY, Policy::from_toml(&text))).transpose()
    }

    /// The lock that the bundle brings.
    ///
    /// # Errors
    /// As for [`policy`](Self::policy).
    pub fn lock(&self) -> Result<Option<Lockfile>, Error> {
        self.own_text(LOCK).map(|text| self.about(LOCK, Lockfile::from_toml(&text))).transpose()
    }

    /// What its lock and its policy allow, as policies: an import has to pass both.
    ///
    /// # Errors
    /// As for [`policy`](Self::policy).
    pub fn policies(&self) -> Result<Vec<Policy>, Error> {
        let lock = self.lock()?.map(|lock| lock.policy().because("the bundle's lock doesn't have it"));
        Ok(lock.into_iter().chain(self.policy()?).collect())
    }

    fn about<T>(&self, file: &str, read: Result<T, Error>) -> Result<T, Error> {
        read.map_err(|error| Error::open(Path::new(&join(self.label(), file)), io::Error::other(error)))
    }
}
