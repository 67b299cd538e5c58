//! The modules of a realm that are being replaced: until a new one stands, only the thread that loads it sees it.

use crate::syntax::dotted::Dotted;
use rustpython_vm::{PyObjectRef, common::lock::PyMutex};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread::{self, ThreadId},
};

/// The replacements that are under way. What is in here is on the stack of a thread, too, so that the collector need not see it.
#[derive(Default)]
pub(super) struct Replacing {
    /// How many there are: mostly none, and then nothing is locked to find out.
    count: AtomicUsize,
    entries: PyMutex<Vec<Entry>>,
}

struct Entry {
    thread: ThreadId,
    name: String,
    /// What is to come, with what its code put in its own place; `None` where it took itself away.
    module: Option<PyObjectRef>,
    /// What the thread has loaded into the realm meanwhile.
    loaded: Vec<String>,
}

impl Entry {
    fn is_own(&self, name: &str) -> bool {
        self.name == name && self.thread == thread::current().id()
    }
}

impl Replacing {
    /// Whether this thread replaces a module.
    pub(super) fn is_under_way(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
            && self.entries.lock().iter().any(|entry| entry.thread == thread::current().id())
    }

    /// Whether this thread replaces the module of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.count.load(Ordering::Acquire) > 0 && self.entries.lock().iter().any(|entry| entry.is_own(name))
    }

    /// Whether this thread replaces a module directly below `package`.
    pub(super) fn has_below(&self, package: &str) -> bool {
        self.count.load(Ordering::Acquire) > 0
            && self
                .entries
                .lock()
                .iter()
                .any(|entry| entry.is_own(&entry.name) && Dotted(&entry.name).parent() == Some(package))
    }

    /// What this thread sees in the place of a module that it replaces; `None` for any other name.
    pub(super) fn get(&self, name: &str) -> Option<Option<PyObjectRef>> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.entries.lock().iter().find(|entry| entry.is_own(name)).map(|entry| entry.module.clone())
    }

    /// Puts something in the place of a module that this thread replaces. Returns it where the thread replaces none of that name.
    pub(super) fn set(&self, name: &str, module: Option<PyObjectRef>) -> Result<(), Option<PyObjectRef>> {
        if self.count.load(Ordering::Acquire) == 0 {
            return Err(module);
        }
        // What was there is dropped after the lock: its end may run any code.
        let _former = match self.entries.lock().iter_mut().find(|entry| entry.is_own(name)) {
            Some(entry) => std::mem::replace(&mut entry.module, module),
            None => return Err(module),
        };
        Ok(())
    }

    /// Notes what this thread has loaded into the realm.
    pub(super) fn note_loaded(&self, name: &str) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let own = thread::current().id();
        self.entries
            .lock()
            .iter_mut()
            .filter(|entry| entry.thread == own)
            .for_each(|entry| entry.loaded.push(name.to_owned()));
    }

    /// Begins the replacement of a module, which this thread sees as it was until `set` is called.
    pub(super) fn begin(&self, name: &str, module: PyObjectRef) -> Turn<'_> {
        let entry =
            Entry { thread: thread::current().id(), name: name.to_owned(), module: Some(module), loaded: Vec::new() };
        self.entries.lock().push(entry);
        self.count.fetch_add(1, Ordering::Release);
        Turn { replacing: self, name: name.to_owned() }
    }

    fn end(&self, name: &str) -> Vec<String> {
        let mut entries = self.entries.lock();
        let ended = entries.iter().position(|entry| entry.is_own(name)).map(|at| entries.swap_remove(at));
        drop(entries);
        let Some(ended) = ended else { return Vec::new() };
        self.count.fetch_sub(1, Ordering::Release);
        ended.loaded
    }
}

/// One replacement, which is under way as long as this lives.
pub(super) struct Turn<'a> {
    replacing: &'a Replacing,
    name: String,
}

impl Turn<'_> {
    /// Ends it, and returns what the thread has loaded meanwhile, in that order.
    pub(super) fn end(self) -> Vec<String> {
        self.replacing.end(&self.name)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.replacing.end(&self.name);
    }
}
