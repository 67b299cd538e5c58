//! Dotted names: which name lies below which.

/// The name of a module, `a.b.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dotted<'a>(pub(crate) &'a str);

impl<'a> Dotted<'a> {
    /// `a.b` of `a.b.c`.
    pub(crate) fn parent(self) -> Option<&'a str> {
        self.split().0
    }

    /// `c` of `a.b.c`.
    pub(crate) fn last(self) -> &'a str {
        self.split().1
    }

    /// `a.b` and `c` of `a.b.c`.
    pub(crate) fn split(self) -> (Option<&'a str>, &'a str) {
        match self.0.rsplit_once('.') {
            Some((parent, last)) => (Some(parent), last),
            None => (None, self.0),
        }
    }

    /// `a` of `a.b.c`.
    pub(crate) fn top(self) -> &'a str {
        self.0.split('.').next().unwrap_or(self.0)
    }

    /// `a`, `a.b` and `a.b.c` of `a.b.c`.
    pub(crate) fn prefixes(self) -> impl DoubleEndedIterator<Item = &'a str> {
        let ends = self.0.match_indices('.').map(|(at, _)| at).chain([self.0.len()]).collect::<Vec<_>>();
        ends.into_iter().map(move |end| &self.0[..end])
    }

    /// `b.c` of `a.b.c` below `a`; `None` unless it lies below.
    pub(crate) fn below(self, parent: &str) -> Option<&'a str> {
        self.0.strip_prefix(parent)?.strip_prefix('.')
    }

    /// Whether it lies below `parent`.
    pub(crate) fn is_below(self, parent: &str) -> bool {
        self.below(parent).is_some()
    }

    /// Whether it is `name`, or lies below it.
    pub(crate) fn is_within(self, name: &str) -> bool {
        self.0 == name || self.is_below(name)
    }
}

/// The name of `name` in the package `parent`.
pub(crate) fn join(parent: Option<&str>, name: &str) -> String {
    match parent {
        Some(parent) => format!("{parent}.{name}"),
        None => name.to_owned(),
    }
}
