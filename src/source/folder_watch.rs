//! The system's reports of changes in folders.

use crate::error::Error;
use notify_debouncer_mini::{
    DebounceEventResult, Debouncer, new_debouncer,
    notify::{self, RecommendedWatcher, RecursiveMode},
};
use std::{
    collections::BTreeSet,
    fmt,
    path::PathBuf,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// For how long the system collects reports before it makes them: what is saved together is reported together.
const TOGETHER: Duration = Duration::from_millis(50);

/// Waits until something changes in folders on the disk. What has changed it leaves to whoever waits: systems differ in what they report.
pub struct FolderWatch {
    debouncer: Debouncer<RecommendedWatcher>,
    reports: Receiver<DebounceEventResult>,
    /// The folders that are watched.
    folders: BTreeSet<PathBuf>,
}

impl FolderWatch {
    /// Watches no folder yet.
    ///
    /// # Errors
    /// A system that reports no changes of files.
    pub fn new() -> Result<Self, Error> {
        let (report, reports) = channel();
        // Where nobody listens any more nothing is to be reported.
        let debouncer = new_debouncer(TOGETHER, move |reported| drop(report.send(reported))).map_err(failed)?;
        Ok(Self { debouncer, reports, folders: BTreeSet::new() })
    }

    /// Watches these folders from now on, without the folders in them, and no others. Returns whether there are new ones, in which
    /// something may have changed before they were watched. One that can't be watched is tried again next time.
    pub fn follow(&mut self, folders: &BTreeSet<PathBuf>) -> bool {
        let watcher = self.debouncer.watcher();
        for gone in self.folders.difference(folders) {
            // A folder that is gone is watched by nobody.
            let _ = watcher.unwatch(gone);
        }
        let mut watched: BTreeSet<PathBuf> = self.folders.intersection(folders).cloned().collect();
        let mut is_new = false;
        for folder in folders.difference(&self.folders) {
            if watcher.watch(folder, RecursiveMode::NonRecursive).is_ok() {
                watched.insert(folder.clone());
                is_new = true;
            }
        }
        self.folders = watched;
        is_new
    }

    /// Waits for a report for at most that long, and returns whether there was one.
    #[must_use]
    pub fn wait(&self, time: Duration) -> bool {
        let reported = self.reports.recv_timeout(time).is_ok();
        while self.reports.try_recv().is_ok() {}
        reported
    }
}

fn failed(cause: notify::Error) -> Error {
    Error::raise("OSError", format!("the system reports no changes of files: {cause}"))
}

impl fmt::Debug for FolderWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderWatch").field("folders", &self.folders).finish_non_exhaustive()
    }
}
