//! Noticing what has changed, by the system's reports.

use super::{registry::Plugins, status::Change};
use crate::{error::Error, source::folder_watch::FolderWatch};
use rustpython_vm::vm::thread::{current_vm_is_set, with_current_vm};
use std::{
    fmt,
    time::{Duration, Instant},
};

/// The longest wait that there is, where none is asked for.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long it waits before it looks whether the program is interrupted.
const SLICE: Duration = Duration::from_millis(100);

/// Waits for changes of the files that plugins were loaded from. [`Plugins::watch`] makes one.
pub struct Watch {
    plugins: Plugins,
    folders: FolderWatch,
    /// Whether something may have changed that no report will come of.
    is_due: bool,
}

impl Plugins {
    /// Watches the folders of the plugins' files. Whoever calls [`Watch::next`] makes the changes, on the thread that calls it: limits of
    /// time are enforced on the thread that built the runtime, and on no other.
    ///
    /// ```no_run
    /// use exocet::{Runtime, plugins::Discovery};
    /// use std::time::Duration;
    ///
    /// let runtime = Runtime::builder().path("plugins")?.build()?;
    /// let plugins = runtime.plugins(Discovery::top_level());
    /// plugins.load()?;
    /// let mut watch = plugins.watch()?;
    /// loop {
    ///     for change in watch.next(Some(Duration::from_secs(1)))? {
    ///         println!("{change}");
    ///     }
    /// }
    /// # #[allow(unreachable_code)]
    /// # Ok::<(), exocet::Error>(())
    /// ```
    ///
    /// # Errors
    /// A system that reports no changes of files; [`poll`](Self::poll) does without.
    pub fn watch(&self) -> Result<Watch, Error> {
        let mut watch = Watch { plugins: self.clone(), folders: FolderWatch::new()?, is_due: true };
        watch.follow()?;
        Ok(watch)
    }
}

impl Watch {
    /// Waits until something has changed, makes the changes as [`Plugins::poll`] does, and returns what became of the plugins; nothing once
    /// the time is over. Without a time it waits for as long as it takes. What has changed since the plugins were loaded counts, too.
    ///
    /// # Errors
    /// As for [`Plugins::load`].
    pub fn next(&mut self, time: Option<Duration>) -> Result<Vec<Change>, Error> {
        let end = Instant::now() + time.unwrap_or(LONGEST).min(LONGEST);
        loop {
            if self.is_due {
                let changes = self.plugins.poll()?;
                self.is_due = false;
                // Folders may have come, in which something was written before they were watched.
                self.is_due = self.follow()?;
                if !changes.is_empty() {
                    return Ok(changes);
                }
                continue;
            }
            let left = end.saturating_duration_since(Instant::now());
            self.is_due = self.wait(left.min(SLICE))?;
            if !self.is_due && left.is_zero() {
                return Ok(Vec::new());
            }
        }
    }

    /// Waits for a report, and returns whether there was one.
    fn wait(&self, time: Duration) -> Result<bool, Error> {
        let wait = || self.folders.wait(time);
        if !current_vm_is_set() {
            return Ok(wait());
        }
        // Python code waits: its other threads go on meanwhile, and it can be interrupted.
        with_current_vm(|vm| {
            let reported = vm.allow_threads(wait);
            vm.check_signals().map(|()| reported).map_err(|raised| Error::from_exception(raised, vm))
        })
    }

    /// Watches the folders that there are now; whether there are new ones.
    fn follow(&mut self) -> Result<bool, Error> {
        Ok(self.folders.follow(&self.plugins.folders()?))
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("folders", &self.folders).finish_non_exhaustive()
    }
}
