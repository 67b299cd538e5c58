//! Policies: what code may import, as a value.
//!
//! A policy is a list of rules. For each import the first rule that fits decides; what no rule fits is allowed or denied by
//! default, as the policy has it.

#[cfg(feature = "bundles")]
mod bundled;
mod check;
pub(crate) mod form;
#[cfg_attr(not(feature = "toml"), allow(dead_code, reason = "it is read and written as TOML"))]
pub(crate) mod lockfile;
pub(crate) mod mapper;
pub(crate) mod rules;

pub use form::Form;
pub use lockfile::Lockfile;
pub use rules::{Outcome, Policy, Rule, Ruling};
