//! In which order plugins are loaded, so that each finds those that it requires.

use super::facts::Requirement;
use std::collections::{BTreeMap, BTreeSet};

/// A plugin that others may require.
pub(super) struct Known {
    pub(super) version: Option<String>,
    pub(super) requires: Vec<Requirement>,
    /// Why it can't be required, if it can't: it is disabled, say.
    pub(super) barred: Option<String>,
}

/// The names of `wanted` in the order in which they are loaded, each with the reason why it can't be, if there is one. Those that come
/// first in `wanted` come first, but for what they require.
pub(super) fn order(wanted: &[String], known: &BTreeMap<String, Known>) -> Vec<(String, Result<(), String>)> {
    let mut search = Search { known, wanted: wanted.iter().map(String::as_str).collect(), ..Search::default_of(known) };
    wanted.iter().for_each(|name| drop(search.visit(name)));
    search.done
}

/// All plugins that require one of `names`, and those that require these, without `names` themselves.
pub(super) fn dependents(names: &BTreeSet<String>, known: &BTreeMap<String, Known>) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = names.clone();
    loop {
        let more: Vec<&String> = known
            .iter()
            .filter(|(name, known)| {
                !found.contains(*name)
                    && known.requires.iter().any(|requirement| found.contains(requirement.name.as_str()))
            })
            .map(|(name, _)| name)
            .collect();
        if more.is_empty() {
            return found.difference(names).cloned().collect();
        }
        found.extend(more.into_iter().cloned());
    }
}

struct Search<'a> {
    known: &'a BTreeMap<String, Known>,
    wanted: BTreeSet<&'a str>,
    /// What is known of each plugin that was visited.
    outcomes: BTreeMap<&'a str, Result<(), String>>,
    /// The plugins that are being visited, outermost first.
    chain: Vec<&'a str>,
    done: Vec<(String, Result<(), String>)>,
}

impl<'a> Search<'a> {
    fn default_of(known: &'a BTreeMap<String, Known>) -> Self {
        Self { known, wanted: BTreeSet::new(), outcomes: BTreeMap::new(), chain: Vec::new(), done: Vec::new() }
    }

    /// Visits what a plugin requires, and then the plugin.
    fn visit(&mut self, name: &'a str) -> Result<(), String> {
        if let Some(outcome) = self.outcomes.get(name) {
            return outcome.clone();
        }
        let known = self.known;
        let Some(own) = known.get(name) else { return Ok(()) };
        self.chain.push(name);
        let outcome = own.requires.iter().try_for_each(|requirement| self.check(name, requirement));
        self.chain.pop();
        self.outcomes.insert(name, outcome.clone());
        if self.wanted.contains(name) {
            self.done.push((name.to_owned(), outcome.clone()));
        }
        outcome
    }

    /// Whether one requirement of a plugin can be fulfilled.
    fn check(&mut self, name: &str, requirement: &'a Requirement) -> Result<(), String> {
        let other = requirement.name.as_str();
        if let Some(at) = self.chain.iter().position(|outer| *outer == other) {
            let circle: Vec<String> = self.chain[at..].iter().chain([&other]).map(|name| format!("`{name}`")).collect();
            return Err(format!("plugins require one another in a circle: {}", circle.join(" requires ")));
        }
        let fail = |why: String| Err(format!("`{name}` requires `{requirement}`, {why}"));
        let Some(known) = self.known.get(other) else {
            return fail("and there is no such plugin".to_owned());
        };
        if let Some(why) = &known.barred {
            return fail(format!("which {why}"));
        }
        if !requirement.is_met_by(known.version.as_deref()) {
            return fail(match &known.version {
                Some(version) => format!("and `{other}` is {version}"),
                None => format!("and `{other}` has no version"),
            });
        }
        self.visit(other).or_else(|why| fail(format!("and {why}")))
    }
}
