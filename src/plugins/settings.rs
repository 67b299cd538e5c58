//! What an application decides for its plugins, by patterns of their names.

use super::facts::Requirement;
use crate::{
    imports::Imports,
    interpreter::limits::Limits,
    modules::search_path::{Location, SearchPath},
    policy::rules::Policy,
    source::contract::Source,
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// What an application decides for the plugins whose names fit a pattern, see [`Plugins::configure`](super::Plugins::configure).
/// What isn't decided here is as other patterns have it, or by default.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Settings {
    imports: Option<Imports>,
    policy: Option<Policy>,
    limits: Option<Limits>,
    library: Vec<Location>,
    shared: Vec<String>,
    requires: Vec<Requirement>,
    priority: Option<i64>,
    on_failure: Option<OnFailure>,
    enabled: Option<bool>,
    is_helper: bool,
}

/// What happens to a plugin that raises in a hook, or exceeds a limit there. Each failure is on record in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// The other plugins are called.
    #[default]
    Skip,
    /// The other plugins are called; once the generation has failed so many times, the plugin is disabled.
    DisableAfter(u32),
    /// The call ends with that error.
    Raise,
}

impl Settings {
    /// Settings that decide nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the plugin and its helpers import from outside. By default that is what `import` itself gives.
    pub fn imports(mut self, imports: Imports) -> Self {
        self.imports = Some(imports);
        self
    }

    /// A policy that decides before the imports do.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Limits for each load and each call. Each generation has them anew: after a reload, a plugin that has exceeded one works again.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Puts a source of the plugin's own in front: its modules are the plugin's alone, such as the versions of libraries that it needs.
    pub fn library(self, source: impl Source) -> Self {
        self.shared_library(Arc::new(source))
    }

    /// As [`library`](Self::library), for a source that others hold too.
    pub fn shared_library(mut self, source: Arc<dyn Source>) -> Self {
        self.library.push(Location::root(source));
        self
    }

    /// Leaves modules whose names fit the pattern to the imports, though they stand beside the plugin, where they would be helpers of its
    /// own: what all plugins have in common, such as base classes.
    pub fn share(mut self, pattern: impl Into<String>) -> Self {
        self.shared.push(pattern.into());
        self
    }

    /// Makes the plugin require another one, besides those that it names itself.
    pub fn requires(mut self, requirement: Requirement) -> Self {
        self.requires.push(requirement);
        self
    }

    /// Decides when the plugin's turn is: the greatest first, then by name. By default it is the plugin's own `__priority__`, or 0.
    pub fn priority(mut self, priority: i64) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Decides what happens to the plugin when it fails in a hook. By default the others are called.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = Some(on_failure);
        self
    }

    /// Decides whether the plugin is loaded. By default it is.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// Makes it no plugin, though it is found among them: a helper, of which each plugin has a copy of its own. Modules whose names begin
    /// with an underscore are that in any case.
    pub fn helper(mut self) -> Self {
        self.is_helper = true;
        self
    }

    /// What both decide together; where they differ, `later` does.
    fn then(self, later: &Self) -> Self {
        let both = |mut own: Vec<String>, later: &[String]| {
            own.extend_from_slice(later);
            own
        };
        let later = later.clone();
        Self {
            imports: later.imports.or(self.imports),
            policy: later.policy.or(self.policy),
            limits: later.limits.or(self.limits),
            library: later.library.into_iter().chain(self.library).collect(),
            shared: both(self.shared, &later.shared),
            requires: self.requires.into_iter().chain(later.requires).collect(),
            priority: later.priority.or(self.priority),
            on_failure: later.on_failure.or(self.on_failure),
            enabled: later.enabled.or(self.enabled),
            is_helper: later.is_helper || self.is_helper,
        }
    }

    /// The imports, with the policy that decides before them.
    pub(super) fn imports_of(&self) -> Imports {
        let imports = self.imports.clone().unwrap_or_else(Imports::pass_through);
        match &self.policy {
            Some(policy) => imports.with_policy(policy.clone()),
            None => imports,
        }
    }

    pub(super) fn limits_of(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }

    pub(super) fn library_of(&self) -> SearchPath {
        self.library.iter().cloned().collect()
    }

    pub(super) fn shared_of(&self) -> &[String] {
        &self.shared
    }

    pub(super) fn requires_of(&self) -> &[Requirement] {
        &self.requires
    }

    pub(super) fn priority_of(&self) -> Option<i64> {
        self.priority
    }

    pub(super) fn on_failure_of(&self) -> OnFailure {
        self.on_failure.unwrap_or_default()
    }

    pub(super) fn is_helper(&self) -> bool {
        self.is_helper
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.enabled.unwrap_or(true)
    }
}

/// Settings by patterns, in the order in which they were given.
#[derive(Debug, Clone, Default)]
pub(super) struct SettingsByName(Vec<(String, Settings)>);

impl SettingsByName {
    pub(super) fn add(&mut self, pattern: String, settings: Settings) {
        self.0.push((pattern, settings));
    }

    /// What is decided for a name.
    pub(super) fn of(&self, name: &str) -> Settings {
        let fitting = self.0.iter().filter(|(pattern, _)| fits(pattern, name));
        fitting.fold(Settings::new(), |settings, (_, later)| settings.then(later))
    }
}

/// Whether a name fits a pattern, in which `*` stands for any text and `?` for one character.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    wildmatch::WildMatch::new(pattern).matches(name)
}

impl fmt::Display for OnFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OnFailure::Skip => f.write_str("skip"),
            OnFailure::DisableAfter(times) => write!(f, "disable after {times}"),
            OnFailure::Raise => f.write_str("raise"),
        }
    }
}
