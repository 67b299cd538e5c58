//! The rules of a policy. A policy knows names, and neither files nor the VM.

use crate::syntax::dotted::Dotted;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What code may import, and what it gets of it.
///
/// ```
/// use exocet::{Imports, Memory, Policy, Rule, Runtime};
///
/// let plugins = Memory::new("<plugins>")
///     .with("good.py", "import json\ntext = json.dumps([1])")
///     .with("greedy.py", "import json\njson.loads('1')")
///     .with("bad.py", "import socket");
/// let runtime = Runtime::builder().source(plugins).build()?;
/// let policy = Policy::denying().rule(Rule::attenuate("json", ["dumps"]).because("plugins only write"));
/// let imports = Imports::pass_through().with_policy(policy);
/// assert_eq!(runtime.load("good", &imports)?.get::<String>("text")?, "[1]");
/// let error = runtime.load("greedy", &imports).unwrap_err();
/// assert!(error.exception().expect("a name is withheld").is("Withheld"));
/// let error = runtime.load("bad", &imports).unwrap_err();
/// assert!(error.exception().expect("an import failed").is("ModuleNotFoundError"));
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    pub(super) rules: Vec<Rule>,
    /// Whether what no rule fits is allowed.
    pub(super) allows: bool,
    /// Why it is denied otherwise.
    pub(super) why: Option<String>,
}

/// One rule of a [`Policy`]: what it does with some names and all that is below them, for whom, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Rule {
    pub(super) action: Action,
    pub(super) importers: Vec<String>,
    pub(super) why: Option<String>,
    pub(super) optional: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    Allow(BTreeSet<String>),
    Deny(BTreeSet<String>),
    Redirect(BTreeMap<String, String>),
    Attenuate(BTreeMap<String, BTreeSet<String>>),
}

/// How a policy decides one import, and by which of its rules, counted from 1; by none for what no rule fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// What becomes of the import.
    pub what: Outcome,
    /// The rule that decides.
    pub rule: Option<usize>,
    /// The decision in words.
    pub reason: String,
}

/// What becomes of an import under a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The mapper behind the policy answers.
    Allowed,
    /// It fails.
    Denied,
    /// It gets another module.
    Redirected(String),
    /// It gets an object that shows these names of the module, and no others.
    Attenuated(BTreeSet<String>),
}

impl Policy {
    /// A policy that allows what no rule fits.
    pub fn allowing() -> Self {
        Self { rules: Vec::new(), allows: true, why: None }
    }

    /// A policy that denies what no rule fits.
    pub fn denying() -> Self {
        Self { rules: Vec::new(), allows: false, why: None }
    }

    /// Adds a rule, which counts where no earlier one fits.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds a reason why what no rule fits is denied, which errors contain.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What becomes of an import of `name` by the module `importer`; without one, of a request from outside of any module.
    #[must_use]
    pub fn rule_on(&self, name: &str, importer: Option<&str>) -> Ruling {
        for (at, rule) in self.rules.iter().enumerate() {
            if let Some(outcome) = rule.decide(name, importer) {
                let reason = format!("rule {} ({rule})", at + 1);
                return Ruling { what: outcome, rule: Some(at + 1), reason };
            }
        }
        match self.allows {
            true => Ruling { what: Outcome::Allowed, rule: None, reason: "no rule, so it is allowed".to_owned() },
            false => {
                let reason = format!("the default (deny{})", self.reason());
                Ruling { what: Outcome::Denied, rule: None, reason }
            }
        }
    }

    /// The reason for what the default denies, behind other words.
    pub(super) fn reason(&self) -> String {
        self.why.as_ref().map_or_else(String::new, |why| format!(": {why}"))
    }

    /// Whether any rule is for some importers only.
    pub(super) fn depends_on_importer(&self) -> bool {
        // A part of a module is no part to the module's own submodules.
        self.rules.iter().any(|rule| !rule.importers.is_empty() || matches!(rule.action, Action::Attenuate(_)))
    }
}

impl Rule {
    fn new(action: Action) -> Self {
        Self { action, importers: Vec::new(), why: None, optional: false }
    }

    /// Allows these names and everything below them.
    pub fn allow(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(Action::Allow(names.into_iter().map(Into::into).collect()))
    }

    /// Denies these names and everything below them.
    pub fn deny(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(Action::Deny(names.into_iter().map(Into::into).collect()))
    }

    /// Resolves `name` to the module `target`, and what is below `name` to what is below `target`. The policy has to
    /// allow `target`, too.
    pub fn redirect(name: impl Into<String>, target: impl Into<String>) -> Self {
        Self::new(Action::Redirect([(name.into(), target.into())].into()))
    }

    /// Shows the attributes and submodules named of the module `name`, and no others. The package `name` itself, and what
    /// is below it, has all of it.
    ///
    /// This helps against mistakes and is no wall: what is named is shown as it is, and a function leads to the rest
    /// of its module by `__globals__` and the like.
    pub fn attenuate(name: impl Into<String>, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        Self::new(Action::Attenuate([(name.into(), names)].into()))
    }

    /// Limits the rule to imports by these modules, and by those below them. A module is known by the name that it was loaded
    /// under, whatever its code does to its `__name__`.
    pub fn importers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.importers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds a reason, which errors contain.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Makes it no mistake if a module that the rule names isn't there.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// What becomes of the import, if the rule fits.
    fn decide(&self, name: &str, importer: Option<&str>) -> Option<Outcome> {
        if !self.importers.is_empty()
            && !self.importers.iter().any(|own| importer.is_some_and(|by| Dotted(by).is_within(own)))
        {
            return None;
        }
        match &self.action {
            Action::Allow(names) => longest(names, name).map(|_| Outcome::Allowed),
            Action::Deny(names) => longest(names, name).map(|_| Outcome::Denied),
            Action::Redirect(names) => longest(names.keys(), name)
                .map(|prefix| Outcome::Redirected(format!("{}{}", names[prefix], &name[prefix.len()..]))),
            Action::Attenuate(names) => {
                let prefix = longest(names.keys(), name)?;
                if importer.is_some_and(|importer| Dotted(importer).is_within(prefix)) {
                    return Some(Outcome::Allowed);
                }
                let part = &names[prefix];
                let below = Dotted(name).below(prefix).map(|below| Dotted(below).top());
                Some(match below {
                    None => Outcome::Attenuated(part.clone()),
                    Some(below) if part.contains(below) => Outcome::Allowed,
                    Some(_) => Outcome::Denied,
                })
            }
        }
    }

    /// The names of modules that the rule is about, targets of redirects among them.
    pub(super) fn modules(&self) -> Vec<&str> {
        match &self.action {
            Action::Allow(names) | Action::Deny(names) => names.iter().map(String::as_str).collect(),
            Action::Redirect(names) => {
                names.iter().flat_map(|(name, target)| [name.as_str(), target.as_str()]).collect()
            }
            Action::Attenuate(names) => names.keys().map(String::as_str).collect(),
        }
    }
}

/// As a file has it, without the names if they are many.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |names: Vec<&str>| match names.as_slice() {
            [one, two, three, rest @ ..] if !rest.is_empty() => {
                format!("{one}, {two}, {three} and {} more", rest.len())
            }
            names => names.join(", "),
        };
        match &self.action {
            Action::Allow(_) => write!(f, "allow {}", listed(self.modules()))?,
            Action::Deny(_) => write!(f, "deny {}", listed(self.modules()))?,
            Action::Redirect(names) => {
                let pairs: Vec<String> = names.iter().map(|(name, target)| format!("{name} to {target}")).collect();
                write!(f, "redirect {}", listed(pairs.iter().map(String::as_str).collect()))?;
            }
            Action::Attenuate(_) => write!(f, "attenuate {}", listed(self.modules()))?,
        }
        if !self.importers.is_empty() {
            write!(f, " for {}", self.importers.join(", "))?;
        }
        match &self.why {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}

/// The longest of `names` that `name` is or lies below.
pub(super) fn longest<'a>(names: impl IntoIterator<Item = &'a String>, name: &str) -> Option<&'a str> {
    let above = names.into_iter().filter(|prefix| Dotted(name).is_within(prefix));
    above.max_by_key(|prefix| prefix.len()).map(String::as_str)
}
