//! An error as data, for where it goes to another process or through the wall of an isolate.

use super::{Error, Exception, Kind};
use crate::limit::Limit;
use serde::{Deserialize, Serialize};

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
        Self { message, name, line, exception, limit, is_not_found, is_misfit, is_poisoned, raises }
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
    }
}

impl From<Report> for Error {
    fn from(report: Report) -> Self {
        match report {
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
