//! A source whose panics are errors.

use super::{Entry, Shape, Source, Stamp};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// A source is asked in the middle of imports, where a panic would go through Python frames, and through the locks that
/// all interpreters of a process share.
pub(crate) struct Guarded<S>(pub(crate) S);

impl<S: Source> Source for Guarded<S> {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        guarded(|| self.0.read(path))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        guarded(|| self.0.list(folder))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        guarded(|| self.0.probe(path))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        guarded(|| self.0.stamp(path))
    }

    fn label(&self) -> &str {
        catch_unwind(AssertUnwindSafe(|| self.0.label())).unwrap_or("<source>")
    }

    fn reads_ahead(&self) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.0.reads_ahead())).unwrap_or(false)
    }
}

fn guarded<R>(f: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        Err(io::Error::other(format!("the source panicked: {}", crate::engine::message(&*panic))))
    })
}
