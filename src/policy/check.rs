//! Whether the names in a policy mean anything: a misspelt name in a list of what is denied denies nothing.

use super::rules::{Action, Outcome, Policy, Rule};
use crate::{
    error::Error,
    modules::search_path::SearchPath,
    syntax::{
        dotted::{Dotted, join},
        identifiers::is_module_name,
    },
};

/// How alike two names must be for one to be taken for a misspelling of the other, from 0 to 1.
const ALIKE: f64 = 0.6;

impl Policy {
    /// Checks that all modules exist that the rules name, and the attributes that attenuations name, as far as that can be
    /// known without running anything. `path` is where modules are looked for; `also` knows those that are elsewhere,
    /// such as modules of the host.
    ///
    /// # Errors
    /// The first name that means nothing, with what it may have been meant to be; a redirect whose target the policy denies.
    pub fn check(&self, path: &SearchPath, also: impl Fn(&str) -> bool) -> Result<(), Error> {
        for (at, rule) in self.rules.iter().enumerate() {
            let fail = |what: String| Err(Error::malformed(format!("rule {} ({rule}): {what}", at + 1)));
            if let Some(bad) = rule.modules().iter().chain(&rule.importer_names()).find(|name| !is_module_name(name)) {
                return fail(format!(
                    "`{bad}` is not a module name: names are parts joined by dots, and none is empty or a path"
                ));
            }
            if rule.optional {
                continue;
            }
            for name in rule.modules() {
                if !also(name) && path.get(name).is_err() {
                    return fail(format!("there is no module `{name}`{}", meant(name, path)));
                }
            }
            match &rule.action {
                Action::Redirect(names) => {
                    for target in names.values() {
                        let importer = rule.importers.first().map(String::as_str);
                        let ruling = self.rule_on(target, importer);
                        if ruling.what == Outcome::Denied {
                            return fail(format!("its target `{target}` is denied by {}", ruling.reason));
                        }
                    }
                }
                Action::Attenuate(names) => {
                    for (module, attributes) in names {
                        if let Some(what) = misspelt(module, attributes.iter().map(String::as_str), path) {
                            return fail(what);
                        }
                    }
                }
                Action::Allow(_) | Action::Deny(_) => {}
            }
        }
        Ok(())
    }
}

impl Rule {
    fn importer_names(&self) -> Vec<&str> {
        self.importers.iter().map(String::as_str).collect()
    }
}

/// What a name that doesn't exist may have been meant to be, as the end of a message.
fn meant(name: &str, path: &SearchPath) -> String {
    let (parent, last) = Dotted(name).split();
    let listing = match parent.map(|parent| path.get(parent)) {
        Some(Ok(parent)) if parent.is_package() => parent.iter_modules(),
        Some(Ok(parent)) => {
            return format!(
                ": `{}` is not a package, and rules are about modules; `attenuate` is about attributes",
                parent.name()
            );
        }
        Some(Err(_)) => return String::new(),
        None => path.iter_modules(),
    };
    let names: Vec<String> = listing.flatten().map(|module| module.name().to_owned()).collect();
    let lasts = names.iter().map(|name| Dotted(name).last());
    suggestion(last, lasts).map_or_else(String::new, |near| format!("; did you mean `{}`?", join(parent, near)))
}

/// The first attribute that the module seems not to have but for a misspelling.
fn misspelt<'a>(module: &str, attributes: impl Iterator<Item = &'a str>, path: &SearchPath) -> Option<String> {
    let handle = path.get(module).ok()?;
    let known = handle.attributes().ok().filter(|known| !known.is_empty())?;
    // What a module makes up as it runs can't be known, so only what is like a known name counts as a mistake.
    for attribute in attributes {
        if known.iter().any(|own| own == attribute) || handle.get(attribute).is_ok() {
            continue;
        }
        if let Some(near) = suggestion(attribute, known.iter().map(String::as_str)) {
            return Some(format!("`{module}` has no `{attribute}`; did you mean `{near}`?"));
        }
    }
    None
}

/// The one of `known` that `name` is most like, if it is like any.
pub(super) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |other: &&str| strsim::normalized_damerau_levenshtein(name, other);
    let best = known.max_by(|one, other| alike(one).total_cmp(&alike(other)))?;
    (alike(&best) >= ALIKE).then_some(best)
}
