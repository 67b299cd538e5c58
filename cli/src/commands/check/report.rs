//! An item with the line of source that it is about.

use super::item::{Item, Level, Verdict};
use annotate_snippets::{AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};
use anstream::ColorChoice;

pub(super) struct Report(Renderer);

impl Report {
    /// With colours, unless there is nobody to see them.
    pub(super) fn for_choice(choice: ColorChoice) -> Self {
        Self(match choice {
            ColorChoice::Never => Renderer::plain(),
            _ => Renderer::styled(),
        })
    }

    pub(super) fn of(&self, item: &Item) -> String {
        let level = match item.level {
            Level::Error => Title::ERROR,
            Level::Warning => Title::WARNING,
            Level::Note => Title::NOTE,
        };
        let name = item.name.as_deref().unwrap_or_default();
        let module = item.module.as_deref().unwrap_or_default();
        let title = match item.verdict {
            Verdict::Denied => format!("`{name}` is denied"),
            Verdict::Missing => format!("no module `{name}`"),
            Verdict::Fails => format!("the import of `{name}` fails"),
            Verdict::Raises => format!("`{module}` raises"),
            Verdict::Overridden => format!("`{name}` is overridden"),
            Verdict::Unreadable => format!("can't read what `{module}` imports"),
            Verdict::Dynamic => format!("`{name}` was asked for, and no import statement does so"),
            Verdict::Unusable => format!("the plugin `{name}` can't be used"),
            Verdict::NeverAsked => format!("`{name}` was never asked for"),
        };
        let group = Group::with_title(level.primary_title(title));
        let file = item.file.as_deref().unwrap_or("-");
        let group = match (&item.marked, item.line, item.column) {
            (Some((text, length)), Some(line), Some(column)) => {
                let start = text.char_indices().nth(column - 1).map_or(text.len(), |(at, _)| at);
                let end = text[start..].char_indices().nth(*length).map_or(text.len(), |(at, _)| start + at);
                let mark = AnnotationKind::Primary.span(start..end).label(item.reason.as_str());
                group.element(Snippet::source(text.as_str()).path(file).line_start(line).annotation(mark))
            }
            (_, line, column) => {
                let mut origin = Origin::path(file);
                origin = line.map_or(origin.clone(), |line| origin.line(line));
                origin = column.map_or(origin.clone(), |column| origin.char_column(column));
                group.element(origin).element(Title::NOTE.no_name().message(item.reason.as_str()))
            }
        };
        self.0.render(&[group])
    }
}
