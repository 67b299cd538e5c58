//! What plugins did wrong.

use super::status::Failure;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// How many failures of one plugin are kept.
const KEPT: usize = 100;

/// The last failures of each plugin, oldest first.
#[derive(Default)]
pub(crate) struct Log(Mutex<BTreeMap<String, VecDeque<Failure>>>);

impl Log {
    pub(super) fn add(&self, failure: Failure) {
        let mut plugins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = plugins.entry(failure.plugin.clone()).or_default();
        if failures.len() == KEPT {
            failures.pop_front();
        }
        failures.push_back(failure);
    }

    /// The failures of one plugin, or of all.
    pub(super) fn of(&self, plugin: Option<&str>) -> Vec<Failure> {
        let plugins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let chosen = plugins.iter().filter(|(name, _)| plugin.is_none_or(|plugin| plugin == *name));
        chosen.flat_map(|(_, failures)| failures).cloned().collect()
    }
}
