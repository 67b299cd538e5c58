//! What a plugin says of itself, read without running it.

use super::found::{Found, place};
use crate::{
    error::Error,
    syntax::{
        constants::{Constant, constants},
        value::Value,
    },
};
use pep440_rs::{Version, VersionSpecifiers};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// What a plugin says of itself at the top level of its module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Facts {
    /// Its version: the distribution's, or else the `__version__` of its module, if that is a literal.
    pub version: Option<String>,
    /// The plugins that it needs: its `__requires__`, a list of texts.
    pub requires: Vec<Requirement>,
    /// How early it comes among others: its `__priority__`, an integer, or else 0.
    pub priority: i64,
}

impl Found {
    /// Reads what the plugin says of itself, without running it: `__version__`, `__requires__` and `__priority__` where its module
    /// binds them to literals. A `__version__` that only running the module would show is none.
    ///
    /// # Errors
    /// A plugin whose module isn't there; a module that can't be read, decoded or parsed; a value of another type, or a
    /// `__requires__` or `__priority__` that is no literal, by module and line; a requirement that isn't one.
    pub fn facts(&self) -> Result<Facts, Error> {
        let Some(module) = self.handle() else {
            return Err(Error::malformed(match &self.problem {
                Some(problem) => format!("the plugin `{}` has no module: {problem}", self.name),
                None => format!("the plugin `{}` has no module at hand", self.name),
            }));
        };
        let mut facts = Facts::default();
        if let Some(text) = module.text()? {
            let origin = place(module).unwrap_or_else(|| module.name().to_owned());
            let found = constants(&text, ["__version__", "__requires__", "__priority__"]);
            let [version, requires, priority] = found.map_err(|cause| Error::scan(origin.clone(), cause))?;
            let reader = Reader { module: module.name(), origin: &origin };
            facts.version = version.map(|constant| reader.version(&constant)).transpose()?.flatten();
            facts.requires = requires.map(|constant| reader.requires(&constant)).transpose()?.unwrap_or_default();
            facts.priority = priority.map(|constant| reader.priority(&constant)).transpose()?.unwrap_or_default();
        }
        if let Some(version) = self.distribution.as_ref().and_then(|distribution| distribution.version.clone()) {
            facts.version = Some(version);
        }
        Ok(facts)
    }
}

struct Reader<'a> {
    module: &'a str,
    origin: &'a str,
}

impl Reader<'_> {
    fn version(&self, constant: &Constant) -> Result<Option<String>, Error> {
        match &constant.value {
            Value::Text(text) => Ok(Some(text.to_string())),
            Value::Unknown => Ok(None),
            _ => Err(self.wrong("__version__", constant, "a text is wanted")),
        }
    }

    fn requires(&self, constant: &Constant) -> Result<Vec<Requirement>, Error> {
        let wrong = |why: &str| self.wrong("__requires__", constant, why);
        let (Value::List(elements) | Value::Sequence(elements)) = &constant.value else {
            return Err(wrong("a list of texts is wanted, written out"));
        };
        let requirement = |element: &Value| match element {
            Value::Text(text) => text.parse().map_err(|error: RequirementError| wrong(&error.to_string())),
            _ => Err(wrong("a list of texts is wanted, written out")),
        };
        elements.iter().map(requirement).collect()
    }

    fn priority(&self, constant: &Constant) -> Result<i64, Error> {
        match constant.value {
            Value::Int(priority) => Ok(priority),
            _ => Err(self.wrong("__priority__", constant, "an integer is wanted, written out")),
        }
    }

    fn wrong(&self, name: &str, constant: &Constant, why: &str) -> Error {
        let Reader { module, origin } = self;
        let line = constant.line;
        Error::malformed(format!("`{name}` of `{module}` (`{origin}`, line {line}) can't be used: {why}"))
    }
}

/// A plugin that another one needs: its name, and the versions that will do.
///
/// ```
/// use exocet::plugins::Requirement;
///
/// let requirement: Requirement = "other >= 1.0, < 2".parse()?;
/// assert_eq!((requirement.name.as_str(), requirement.to_string().as_str()), ("other", "other >=1.0, <2"));
/// assert!(requirement.is_met_by(Some("1.4")) && !requirement.is_met_by(Some("2.0")) && !requirement.is_met_by(None));
/// # Ok::<(), exocet::plugins::RequirementError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Requirement {
    /// The other plugin's name.
    pub name: String,
    /// The versions that will do, by PEP 440; all of them where there is none.
    pub specifiers: VersionSpecifiers,
}

impl Requirement {
    /// Whether a plugin of that version will do. One without a version, or with one that is none by PEP 440, does if all do.
    #[must_use]
    pub fn is_met_by(&self, version: Option<&str>) -> bool {
        match version.and_then(|version| Version::from_str(version).ok()) {
            Some(version) => self.specifiers.contains(&version),
            None => self.specifiers.is_empty(),
        }
    }
}

/// A text that is no [`Requirement`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a requirement, as `name >= 1.0, < 2` is{cause}")]
pub struct RequirementError {
    text: String,
    cause: String,
}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let fail = |cause: String| RequirementError { text: text.to_owned(), cause };
        let written = text.trim();
        let end = written.find(|char: char| !char.is_alphanumeric() && !"._-".contains(char)).unwrap_or(written.len());
        let (name, versions) = written.split_at(end);
        let is_end = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
        if !is_end(name.chars().next()) || !is_end(name.chars().next_back()) {
            return Err(fail(String::new()));
        }
        let specifiers = VersionSpecifiers::from_str(versions.trim()).map_err(|error| {
            // Its first line names the fault, and the others point at it.
            fail(format!(": {}", error.to_string().lines().next().unwrap_or_default()))
        })?;
        Ok(Requirement { name: name.to_owned(), specifiers })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Requirement { name, specifiers } = self;
        if specifiers.is_empty() { f.write_str(name) } else { write!(f, "{name} {specifiers}") }
    }
}

impl Serialize for Requirement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Requirement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
