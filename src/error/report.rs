//! An error as data, for where it goes to another process or through the wall of an isolate.

use super::{Error, Exception, Kind};
use crate::limit::Limit;
use serde::{Deserialize, Serialize};

/// The longest text in a report. Python code makes exceptions that say as much as it likes.
const LONGEST: usize = 32 << 10;

/// The most frames and importers in a report.
const MOST: usize = 1000;

/// What an [`Error`] says, as data: whatever can be asked of the one can be asked of the other.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    message: String,
    name: Option<String>,
    line: Option<usize>,
    exception: Option<Exception>,
    limit: Option<Limit>,
    is_not_found: bool,
    is_misfit: bool,
    is_poisoned: bool,
    /// The name of the exception that is to be raised.
    raises: Option<String>,
}

impl Report {
    /// The data of an error.
    #[must_use]
    pub fn new(error: Error) -> Self {
        let (is_not_found, is_misfit, is_poisoned) = (error.is_not_found(), error.is_misfit(), error.is_poisoned());
        let (message, name) = (error.to_string(), error.name().map(str::to_owned));
        let (line, limit) = (error.line(), error.limit());
        let (exception, raises) = match *error.0 {
            Kind::Raised(exception) => (Some(exception), None),
            Kind::Raise { class, message } => {
                return Self::raising(class, message);
            }
            Kind::Reported(report) => return report,
            _ => (None, None),
        };
        Self { message, name, line, exception, limit, is_not_found, is_misfit, is_poisoned, raises }.bounded()
    }

    /// With texts of a bounded length: it is for somebody else, who has to keep them.
    fn bounded(mut self) -> Self {
        let Self { message, name, exception, raises, .. } = &mut self;
        [Some(message), name.as_mut(), raises.as_mut()].into_iter().flatten().for_each(|text| cut(text, LONGEST));
        if let Some(exception) = exception {
            exception.bound();
        }
        self
    }

    fn raising(class: String, message: String) -> Self {
        Self {
            message,
            name: None,
            line: None,
            exception: None,
            limit: None,
            is_not_found: false,
            is_misfit: false,
            is_poisoned: false,
            raises: Some(class),
        }
        .bounded()
    }
}

impl Exception {
    fn bound(&mut self) {
        let Self { kinds, message, line, traceback, frames, chain, .. } = self;
        kinds.truncate(MOST);
        frames.truncate(MOST);
        chain.truncate(MOST);
        let frames = frames.iter_mut().flat_map(|frame| {
            [Some(&mut frame.file), frame.function.as_mut(), frame.source.as_mut()].into_iter().flatten()
        });
        let chain = chain.iter_mut().flat_map(|importer| [&mut importer.module, &mut importer.file]);
        kinds.iter_mut().chain(frames).chain(chain).for_each(|text| cut(text, LONGEST / 16));
        [message, line, traceback].into_iter().for_each(|text| cut(text, LONGEST));
    }
}

/// Cuts a text where it is longer, in its middle: tracebacks say what happened at their ends.
pub(crate) fn cut(text: &mut String, longest: usize) {
    if text.len() > longest {
        let (head, tail) = (text.floor_char_boundary(longest / 2), text.ceil_char_boundary(text.len() - longest / 2));
        let left_out = format!(" [... {} bytes ...] ", tail - head);
        text.replace_range(head..tail, &left_out);
        text.shrink_to_fit();
    }
}

impl From<Report> for Error {
    fn from(report: Report) -> Self {
        match report.bounded() {
            Report { exception: Some(exception), .. } => Kind::Raised(exception),
            Report { raises: Some(class), message, .. } => Kind::Raise { class, message },
            report => Kind::Reported(report),
        }
        .into()
    }
}

impl Report {
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(super) fn line(&self) -> Option<usize> {
        self.line
    }

    pub(super) fn limit(&self) -> Option<Limit> {
        self.limit
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.is_not_found
    }

    pub(super) fn is_misfit(&self) -> bool {
        self.is_misfit
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.is_poisoned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_in_its_middle() {
        let mut text = "é".repeat(100);
        cut(&mut text, 41);
        assert_eq!(text, format!("{} [... 160 bytes ...] {}", "é".repeat(10), "é".repeat(10)));
        let mut text = "x".repeat(41);
        cut(&mut text, 41);
        assert_eq!(text.len(), 41);
        let report = Report::new(Error::malformed("y".repeat(1 << 20)));
        assert!(Error::from(report).to_string().len() < LONGEST + 100);
    }
}
