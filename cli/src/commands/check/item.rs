//! One thing that `exocet check` reports.

use crate::output;
use exocet::{
    check::{self, Finding, Outcome, Problem},
    modules::PythonModule,
    syntax::{Import, ImportKind},
};
use serde::{Serialize, Serializer};

/// Something to report.
#[derive(Debug, Serialize)]
pub(in crate::commands) struct Item {
    /// The importing module.
    pub(super) module: Option<String>,
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
    /// What it imports.
    pub(super) name: Option<String>,
    #[serde(serialize_with = "kind")]
    pub(super) kind: Option<ImportKind>,
    pub(super) verdict: Verdict,
    pub(super) reason: String,
    pub(super) level: Level,
    /// The NAMEs that can't be loaded because of it.
    pub(super) prevents: Vec<String>,
    /// The line of the text, and how many letters of it are meant, from the column on.
    #[serde(skip)]
    pub(super) marked: Option<(String, usize)>,
}

fn kind<S: Serializer>(kind: &Option<ImportKind>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(output::kind).serialize(serializer)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::commands) enum Verdict {
    Denied,
    Missing,
    Overridden,
    Unreadable,
    /// The module is there, and fails; or it has no such name.
    Fails,
    /// A statement raises.
    Raises,
    /// The run asked for it, and no import statement does.
    Dynamic,
    /// An import statement asks for it, and the run didn't.
    #[serde(rename = "never asked")]
    NeverAsked,
    /// A plugin is there, and can't be used as it is.
    Unusable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::commands) enum Level {
    Error,
    Warning,
    Note,
}

impl From<Finding> for Item {
    fn from(mut finding: Finding) -> Self {
        let prevents = std::mem::take(&mut finding.prevents);
        Self { prevents, ..Self::about(finding) }
    }
}

impl Item {
    fn about(finding: Finding) -> Self {
        let level = match finding.level {
            check::Level::Error => Level::Error,
            check::Level::Warning => Level::Warning,
            check::Level::Note => Level::Note,
        };
        let Finding { module, text, problem, .. } = finding;
        let (import, name, outcome) = match problem {
            Problem::Import { import, name, outcome, .. } => (import, name, outcome),
            Problem::Unreadable(error) => {
                let place = (error.line, error.column);
                return Self::at(&module, &text, place, |_| 1, Verdict::Unreadable, level, error.message);
            }
            Problem::Raises { exception, line, column, .. } => {
                let reason = exception.map_or("raises".to_owned(), |name| format!("raises {name}"));
                let place = (Some(line), Some(column));
                let length = |line: &str| line.trim_end().chars().count();
                return Self::at(&module, &text, place, length, Verdict::Raises, level, reason);
            }
            problem => {
                let place = (None, None);
                return Self::at(&module, &text, place, |_| 1, Verdict::Unreadable, level, format!("{problem:?}"));
            }
        };
        let (verdict, reason) = match outcome {
            Outcome::Denied(why) => (Verdict::Denied, format!("denied by {why}")),
            Outcome::Missing(why) => (Verdict::Missing, why),
            Outcome::Fails(why) => (Verdict::Fails, why),
            Outcome::Overridden { by, .. } => (Verdict::Overridden, format!("gets {by}")),
            Outcome::Attenuated { names, .. } => (Verdict::Overridden, format!("gets some names of it: {names}")),
            _ => (Verdict::Overridden, "gets something else".to_owned()),
        };
        Self::of(&module, &import, &text, name, verdict, level, reason)
    }

    /// About a plugin that can't be used, by the name that it goes by.
    pub(in crate::commands) fn unusable(
        plugin: &str,
        module: Option<String>,
        file: Option<String>,
        line: Option<usize>,
        reason: String,
    ) -> Self {
        let prevents = module.iter().cloned().collect();
        Self {
            module,
            file,
            line,
            column: None,
            name: Some(plugin.to_owned()),
            kind: None,
            verdict: Verdict::Unusable,
            reason,
            level: Level::Error,
            prevents,
            marked: None,
        }
    }

    pub(in crate::commands) fn is_overridden(&self) -> bool {
        self.verdict == Verdict::Overridden
    }

    /// About an import statement that the run didn't get to.
    pub(super) fn never_asked(module: &PythonModule, import: &Import, text: &str, name: String) -> Self {
        let reason = "no decision of the record is about it".to_owned();
        Self::of(module, import, text, name, Verdict::NeverAsked, Level::Note, reason)
    }

    /// About an import statement of the module.
    fn of(
        module: &PythonModule,
        import: &Import,
        text: &str,
        name: String,
        verdict: Verdict,
        level: Level,
        reason: String,
    ) -> Self {
        let place = (Some(import.line), Some(import.column));
        let length = |line: &str| written(line, import);
        let item = Self::at(module, text, place, length, verdict, level, reason);
        Self { name: Some(name), kind: Some(import.kind), ..item }
    }

    fn at(
        module: &PythonModule,
        text: &str,
        (line, column): (Option<usize>, Option<usize>),
        length: impl Fn(&str) -> usize,
        verdict: Verdict,
        level: Level,
        reason: String,
    ) -> Self {
        let shown = line.and_then(|line| text.lines().nth(line - 1)).zip(column);
        let marked = shown.map(|(line, column)| {
            let rest: String = line.chars().skip(column - 1).collect();
            (line.to_owned(), length(&rest))
        });
        let (name, file) = (Some(module.name().to_owned()), module.origin());
        Self {
            module: name,
            file,
            line,
            column,
            name: None,
            kind: None,
            verdict,
            reason,
            level,
            prevents: Vec::new(),
            marked,
        }
    }
}

/// How many letters the imported name takes at the front of `line`.
fn written(line: &str, import: &Import) -> usize {
    let goes_on = |c: &char| c.is_alphanumeric() || *c == '_' || (*c == '.' && import.item.is_none());
    line.chars().take_while(goes_on).count().max(1)
}
