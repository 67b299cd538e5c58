//! Observers: who is notified of what a runtime does.

use super::record::{Code, Event};
use crate::modules::handle::PythonModule;
use std::sync::{Arc, Mutex, PoisonError};

/// Is notified of what a runtime does, see [`RuntimeBuilder::observer`](crate::RuntimeBuilder::observer).
///
/// ```
/// use exocet::{Imports, Memory, Runtime, observe::{Event, EventLog}};
///
/// let app = Memory::new("<app>").with("app.py", "import lib").with("lib.py", "");
/// let log = EventLog::new();
/// let runtime = Runtime::builder().source(app).observer(log.clone()).build()?;
/// runtime.realm(["app", "lib"], &Imports::pass_through())?.import("app")?;
/// let loaded = log.events().into_iter().filter_map(|event| match event {
///     Event::Load(load) => Some(load.name),
///     _ => None,
/// });
/// assert_eq!(loaded.collect::<Vec<_>>(), ["lib", "app"]);
/// # Ok::<(), exocet::Error>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened. This is called in the middle of it, on the thread where it happens, so it should be quick; a
    /// panic goes through to whoever uses the runtime.
    fn event(&self, event: &Event);

    /// Whether it wants to be notified now. Where no observer does, nothing is watched. Provided: it does.
    fn is_on(&self) -> bool {
        true
    }

    /// A module is about to run, for the first time or once more. With a reason against it, it doesn't, and its import fails.
    /// `hash` is BLAKE3 of the very bytes that became its code, in hexadecimal; absent for a package without code. `module` is absent
    /// where a finder or a loader of the program's own has found it. Provided: it runs.
    ///
    /// # Errors
    /// The reason, as it is to follow the module's name in the message of an `ImportError`.
    fn admit(&self, name: &str, module: Option<&PythonModule>, hash: Option<&str>) -> Result<(), String> {
        let _ = (name, module, hash);
        Ok(())
    }

    /// What is not the code of a module that is being loaded is about to become code, see [`Code`]. With a reason against it, whoever
    /// has it made gets an `ImportError`. What was admitted once isn't asked about again. Provided: it becomes code.
    ///
    /// # Errors
    /// The reason, as it is to follow the file's name in the message.
    fn admit_code(&self, code: &Code) -> Result<(), String> {
        let _ = code;
        Ok(())
    }
}

/// Keeps every event in memory. A clone is the same log.
#[derive(Debug, Clone, Default)]
pub struct EventLog(Arc<Mutex<Vec<Event>>>);

impl EventLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What happened so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns what happened so far, and forgets it.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for EventLog {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }
}

/// Writes each event as a line of JSON. A clone writes to the same place.
#[cfg(feature = "json")]
pub struct JsonLines<W>(Arc<Mutex<Lines<W>>>);

#[cfg(feature = "json")]
struct Lines<W> {
    out: W,
    /// The first error of writing, if there was one.
    failed: Option<std::io::Error>,
}

#[cfg(feature = "json")]
impl<W: std::io::Write + Send + 'static> JsonLines<W> {
    /// Writes to `out`, each line at once. An import doesn't fail because its record can't be written; [`finish`](Self::finish)
    /// returns the error.
    pub fn new(out: W) -> Self {
        Self(Arc::new(Mutex::new(Lines { out, failed: None })))
    }

    /// Writes what `out` still holds back, after the last event.
    ///
    /// # Errors
    /// The first error of writing; after that one nothing more was written.
    pub fn finish(&self) -> std::io::Result<()> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.failed.take().map_or_else(|| lines.out.flush(), Err)
    }
}

#[cfg(feature = "json")]
impl<W> Clone for JsonLines<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[cfg(feature = "json")]
impl<W: std::io::Write + Send + 'static> Observer for JsonLines<W> {
    fn event(&self, event: &Event) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.failed.is_none() {
            let written = serde_json::to_vec(event).map_err(Into::into).and_then(|mut line| {
                line.push(b'\n');
                lines.out.write_all(&line)
            });
            lines.failed = written.err();
        }
    }
}

/// Makes each event one of the crate `tracing`: decisions at the level `DEBUG`, loads, other code and plugins at `INFO`, what failed at `WARN`; target
/// `exocet`.
#[cfg(feature = "tracing")]
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingEvents;

#[cfg(feature = "tracing")]
impl Observer for TracingEvents {
    fn event(&self, event: &Event) {
        match event {
            Event::Decision(decision) => {
                let importer = decision.importer.as_ref().map_or("", |importer| importer.module.as_str());
                let (name, answer, rule) = (&*decision.name, decision.answer, &*decision.rule);
                tracing::debug!(target: "exocet", name, importer, %answer, rule, took_ns = decision.took, "import");
            }
            Event::Load(load) => {
                let (name, fresh, compile_ns, run_ns) = (&*load.name, load.fresh, load.compile, load.run);
                match &load.error {
                    None => tracing::info!(target: "exocet", name, fresh, compile_ns, run_ns, "load"),
                    Some(error) => tracing::warn!(target: "exocet", name, fresh, compile_ns, run_ns, error, "load"),
                }
            }
            Event::Code(code) => {
                let (file, hash) = (&*code.file, &*code.hash);
                tracing::info!(target: "exocet", file, hash, "code");
            }
            Event::Plugin(change) => {
                let (plugin, what, generation) = (&*change.plugin, &*change.what, change.generation);
                match &change.error {
                    None => tracing::info!(target: "exocet", plugin, what, generation, "plugin"),
                    Some(error) => tracing::warn!(target: "exocet", plugin, what, generation, error, "plugin"),
                }
            }
        }
    }
}
