//! Policies as files have them, and as Python code has them as a dict: the same keys, the same mistakes found.

use super::{
    check::suggestion,
    rules::{Action, Policy, Rule},
};
#[cfg(feature = "toml")]
use crate::error::Error;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    marker::PhantomData,
};

/// A policy in the form that it is written in.
///
/// ```toml
/// default = "deny"            # or "allow", for what no rule fits
/// why = "plugins compute"     # why that is denied
///
/// [[rule]]                    # the first rule that fits decides
/// allow = ["re", "math"]
///
/// [[rule]]
/// attenuate = { json = ["loads", "JSONDecodeError"] }
/// importers = ["plugins"]
/// why = "plugins read and don't write"
///
/// [[rule]]
/// redirect = { simplejson = "json" }
/// optional = true             # `simplejson` need not be installed
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Form {
    default: Option<DefaultAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(rename = "rule", skip_serializing_if = "Vec::is_empty")]
    rules: Vec<RuleForm>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum DefaultAction {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
struct RuleForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    allow: Option<Names>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deny: Option<Names>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attenuate: Option<BTreeMap<String, Names>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importers: Option<Names>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

/// Several names, or a single one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a name or a list of names is wanted")]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn into_set(self) -> BTreeSet<String> {
        match self {
            Names::One(name) => [name].into(),
            Names::Several(names) => names.into_iter().collect(),
        }
    }
}

impl Policy {
    /// Reads a policy that is written as TOML, in the form of [`Form`].
    ///
    /// # Errors
    /// Text that is no TOML; an unknown key, with what it may have been meant to be; a rule with no action, or with more than
    /// one; a value of another type. Each with its line and column.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        toml::from_str::<Form>(text).map_err(|error| Error::malformed(error.to_string().trim_end())).map(Into::into)
    }

    /// The policy as TOML, which [`from_toml`](Self::from_toml) reads as the same policy.
    #[cfg(feature = "toml")]
    #[must_use]
    pub fn to_toml(&self) -> String {
        // Names, lists of names and tables of them have a form in TOML.
        toml::to_string(&Form::from(self)).unwrap_or_default()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Form::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Form::deserialize(deserializer).map(Into::into)
    }
}

impl From<Form> for Policy {
    fn from(form: Form) -> Self {
        let rule = |form: RuleForm| {
            let action = if let Some(names) = form.allow {
                Action::Allow(names.into_set())
            } else if let Some(names) = form.deny {
                Action::Deny(names.into_set())
            } else if let Some(names) = form.redirect {
                Action::Redirect(names)
            } else {
                let names = form.attenuate.unwrap_or_default();
                Action::Attenuate(names.into_iter().map(|(name, names)| (name, names.into_set())).collect())
            };
            let importers = form.importers.map_or_else(Vec::new, |names| names.into_set().into_iter().collect());
            Rule { action, importers, why: form.why, optional: form.optional }
        };
        let rules = form.rules.into_iter().map(rule).collect();
        Self { rules, allows: form.default == Some(DefaultAction::Allow), why: form.why }
    }
}

impl From<&Policy> for Form {
    fn from(policy: &Policy) -> Self {
        let several = |names: &BTreeSet<String>| Names::Several(names.iter().cloned().collect());
        let rule = |rule: &Rule| {
            let mut form = RuleForm { why: rule.why.clone(), optional: rule.optional, ..RuleForm::default() };
            match &rule.action {
                Action::Allow(names) => form.allow = Some(several(names)),
                Action::Deny(names) => form.deny = Some(several(names)),
                Action::Redirect(names) => form.redirect = Some(names.clone()),
                Action::Attenuate(names) => {
                    form.attenuate = Some(names.iter().map(|(name, names)| (name.clone(), several(names))).collect());
                }
            }
            if !rule.importers.is_empty() {
                form.importers = Some(Names::Several(rule.importers.clone()));
            }
            form
        };
        let default = if policy.allows { DefaultAction::Allow } else { DefaultAction::Deny };
        Self { default: Some(default), why: policy.why.clone(), rules: policy.rules.iter().map(rule).collect() }
    }
}

/// A table whose keys are all known: an unknown one is an error with what it may have been meant to be.
trait Table: Sized + Default {
    const KEYS: &'static [&'static str];
    const WHAT: &'static str;

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;

    fn check(self) -> Result<Self, String> {
        Ok(self)
    }
}

/// A key of the table `T`. That it is unknown is reported here, where the place of the key is known.
struct Key<T>(String, PhantomData<T>);

impl<'de, T: Table> Deserialize<'de> for Key<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        if T::KEYS.contains(&key.as_str()) {
            return Ok(Self(key, PhantomData));
        }
        let hint = match suggestion(&key, T::KEYS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are `{}`", T::KEYS.join("`, `")),
        };
        Err(D::Error::custom(format!("unknown key `{key}` in {}; {hint}", T::WHAT)))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Table> Visitor<'de> for TableVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut table = T::default();
        while let Some(Key(key, _)) = map.next_key::<Key<T>>()? {
            table.read(&key, &mut map)?;
        }
        table.check().map_err(A::Error::custom)
    }
}

impl Table for Form {
    const KEYS: &'static [&'static str] = &["default", "why", "rule"];
    const WHAT: &'static str = "a policy";

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "default" => self.default = Some(map.next_value()?),
            "why" => self.why = Some(map.next_value()?),
            _ => self.rules = map.next_value()?,
        }
        Ok(())
    }

    fn check(self) -> Result<Self, String> {
        match self.default {
            Some(_) => Ok(self),
            None => Err("a policy needs a `default`, \"allow\" or \"deny\"".to_owned()),
        }
    }
}

impl Table for RuleForm {
    const KEYS: &'static [&'static str] = &["allow", "deny", "redirect", "attenuate", "importers", "why", "optional"];
    const WHAT: &'static str = "a rule";

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "allow" => self.allow = Some(map.next_value()?),
            "deny" => self.deny = Some(map.next_value()?),
            "redirect" => self.redirect = Some(map.next_value()?),
            "attenuate" => self.attenuate = Some(map.next_value()?),
            "importers" => self.importers = Some(map.next_value()?),
            "why" => self.why = Some(map.next_value()?),
            _ => self.optional = map.next_value()?,
        }
        Ok(())
    }

    fn check(self) -> Result<Self, String> {
        let actions = [self.allow.is_some(), self.deny.is_some(), self.redirect.is_some(), self.attenuate.is_some()];
        match actions.into_iter().filter(|given| *given).count() {
            1 => Ok(self),
            0 => Err("a rule has one of `allow`, `deny`, `redirect`, `attenuate`, and this one has none".to_owned()),
            _ => Err("a rule has one of `allow`, `deny`, `redirect`, `attenuate`, and this one has several".to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for RuleForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for DefaultAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "allow" => Ok(DefaultAction::Allow),
            "deny" => Ok(DefaultAction::Deny),
            other => Err(D::Error::custom(format!("`default` is \"allow\" or \"deny\", and not \"{other}\""))),
        }
    }
}
