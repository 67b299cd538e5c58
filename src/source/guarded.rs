//! A source whose panics are errors, and whose errors name the place.

use super::contract::{Entry, Shape, Source, Stamp, at, join};
use crate::error::panic_message;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

/// A source is asked in the middle of imports, where a panic would go through Python frames, and through the locks that
/// all interpreters of a process share. And its errors reach people who need to know which file it was.
pub(crate) struct Guarded<S>(pub(crate) S);

impl<S: Source> Source for Guarded<S> {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        self.guarded(path, || self.0.read(path))
    }

    fn read_within(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        self.guarded(path, || self.0.read_within(path, limit))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        self.guarded(folder, || self.0.list(folder))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        self.guarded(path, || self.0.probe(path))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        self.guarded(path, || self.0.stamp(path))
    }

    fn folder(&self) -> Option<&Path> {
        catch_unwind(AssertUnwindSafe(|| self.0.folder())).unwrap_or(None)
    }

    fn real_folder(&self, folder: &str) -> Option<String> {
        catch_unwind(AssertUnwindSafe(|| self.0.real_folder(folder))).unwrap_or(None)
    }

    fn label(&self) -> &str {
        catch_unwind(AssertUnwindSafe(|| self.0.label())).unwrap_or("<source>")
    }

    fn reads_ahead(&self) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.0.reads_ahead())).unwrap_or(false)
    }

    #[cfg(feature = "bundles")]
    fn bundle(&self) -> Option<&super::bundle::Bundle> {
        catch_unwind(AssertUnwindSafe(|| self.0.bundle())).unwrap_or(None)
    }
}

impl<S: Source> Guarded<S> {
    /// Asks the source about `path`.
    fn guarded<R>(&self, path: &str, ask: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        let answer = catch_unwind(AssertUnwindSafe(ask))
            .unwrap_or_else(|panic| Err(io::Error::other(format!("the source panicked: {}", panic_message(&*panic)))));
        answer.map_err(|cause| {
            let (label, text) = (self.label(), cause.to_string());
            let has_place = text.contains(label) || !path.is_empty() && text.contains(path);
            if has_place { cause } else { at(join(label, path), cause) }
        })
    }
}
