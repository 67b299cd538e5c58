//! The plugins of an application.

use super::{
    changing::Changing,
    discovery::Discovery,
    facts::{Facts, Requirement},
    files::{Files, Scans},
    found::Found,
    generation::{Calls, Generation},
    log::Log,
    replaced::Replaced,
    settings::{Settings, SettingsByName},
    status::{Change, Failure, State, Status, What, now},
};
use crate::{
    error::Error,
    interpreter::{engine::RuntimeRef, sources},
    modules::search_path::SearchPath,
    observe::watch,
    values::object::Object,
};
use rustpython_vm::{
    common::{lock::PyMutex, rc::PyRc},
    object::{PyThreadingConstraint, TraverseFn},
};
use std::{collections::BTreeMap, fmt, sync::atomic::Ordering, time::Duration};

/// The plugins of an application: found by a rule, each loaded in a realm of its own, called by the names of their functions, and
/// replaced while the program runs. [`Runtime::plugins`](crate::Runtime::plugins) makes one; a clone is the same.
///
/// ```
/// use exocet::{Memory, Runtime, plugins::{Discovery, State, What}};
/// use std::sync::Arc;
///
/// let files = Arc::new(
///     Memory::new("<plugins>")
///         .with("shout.py", "def reply(text): return text.upper()")
///         .with("broken.py", "import a_module_that_nobody_has"),
/// );
/// let runtime = Runtime::builder().source(files.clone()).build()?;
/// let plugins = runtime.plugins(Discovery::top_level());
/// plugins.load()?;
/// let replies = plugins.call_all::<String>("reply", ("hello",))?;
/// assert_eq!(replies.len(), 1);
/// assert_eq!(replies[0].result.as_deref().ok(), Some("HELLO"));
/// assert_eq!(plugins.status()[0].state, State::Failed);
///
/// files.insert("shout.py", "def reply(text): return text.upper() + '!'");
/// let changes = plugins.poll()?;
/// assert_eq!((changes[0].what, changes[0].generation), (What::Replaced, 2));
/// assert_eq!(plugins.first::<String>("reply", ("hello",))?.as_deref(), Some("HELLO!"));
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone)]
pub struct Plugins(pub(super) PyRc<Inner>);

pub(super) struct Inner {
    pub(super) runtime: RuntimeRef,
    pub(super) discovery: Discovery,
    /// Where plugins are found; on the runtime's own search path, if absent.
    path: Option<SearchPath>,
    settings: PyMutex<SettingsByName>,
    table: PyMutex<Table>,
    pub(super) changing: Changing,
    pub(super) log: PyRc<Log>,
    pub(super) scans: Scans,
    listeners: PyMutex<Vec<PyRc<dyn Listen>>>,
}

/// The plugins by their names, and those at work in the order of their turns.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) plugins: BTreeMap<String, Plugin>,
    order: PyRc<[PyRc<Generation>]>,
}

/// What is known of one plugin.
#[derive(Clone)]
pub(super) struct Plugin {
    pub(super) found: PyRc<Found>,
    pub(super) facts: Facts,
    pub(super) settings: PyRc<Settings>,
    pub(super) state: State,
    pub(super) since: Option<f64>,
    pub(super) error: Option<String>,
    /// The one at work.
    pub(super) generation: Option<PyRc<Generation>>,
    /// How many there were.
    pub(super) generations: u32,
    pub(super) took: Duration,
    /// The files that the last attempt to load it went by.
    pub(super) files: PyRc<PyMutex<Files>>,
    pub(super) replaced: PyRc<PyMutex<Vec<Replaced>>>,
    /// Whether the application has put it out of use.
    pub(super) barred: bool,
}

/// Who is notified of changes.
pub(crate) trait Listen: PyThreadingConstraint {
    fn changed(&self, change: &Change);
}

impl<F: Fn(&Change) + PyThreadingConstraint> Listen for F {
    fn changed(&self, change: &Change) {
        self(change);
    }
}

impl Plugins {
    pub(crate) fn new(runtime: RuntimeRef, discovery: Discovery, path: Option<SearchPath>) -> Self {
        Self(PyRc::new(Inner {
            runtime: runtime.without_budget(),
            discovery,
            path,
            settings: PyMutex::default(),
            table: PyMutex::new(Table { plugins: BTreeMap::new(), order: PyRc::from([]) }),
            changing: Changing::default(),
            log: PyRc::default(),
            scans: Scans::default(),
            listeners: PyMutex::default(),
        }))
    }

    /// Decides for the plugins whose names fit a pattern, in which `*` stands for any text and `?` for one character. Of several
    /// patterns that fit a name, the later one decides. What is loaded already gets it with its next generation.
    pub fn configure(&self, pattern: impl Into<String>, settings: Settings) -> &Self {
        self.0.settings.lock().add(pattern.into(), settings);
        self
    }

    /// Calls `listener` with each change, after it was made and on the thread that made it.
    pub fn on_change(&self, listener: impl Fn(&Change) + PyThreadingConstraint + 'static) -> &Self {
        self.0.listeners.lock().push(PyRc::new(listener));
        self
    }

    /// Each plugin as it is now, sorted by name.
    #[must_use]
    pub fn status(&self) -> Vec<Status> {
        let plugins = self.0.table.lock().plugins.clone();
        plugins.into_iter().map(|(name, plugin)| plugin.status(name)).collect()
    }

    /// One plugin as it is now.
    #[must_use]
    pub fn status_of(&self, name: &str) -> Option<Status> {
        let plugin = self.0.table.lock().plugins.get(name).cloned();
        plugin.map(|plugin| plugin.status(name.to_owned()))
    }

    /// What is found now, those included that another of their name wins over or that can't be loaded. Nothing is loaded.
    ///
    /// # Errors
    /// A search path that can't be had.
    pub fn found(&self) -> Result<super::Discovered, Error> {
        Ok(self.0.discovery.find(&self.search_path()?))
    }

    /// The failures on record, oldest first: of one plugin or of all, the last 100 of each.
    #[must_use]
    pub fn failures(&self, plugin: Option<&str>) -> Vec<Failure> {
        self.0.log.of(plugin)
    }

    /// What offers a plugin's functions: its module, or what its entry point names. `None` where it isn't loaded.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Object> {
        self.current(name).map(|generation| generation.object.clone())
    }

    /// The generation of a plugin that is at work.
    pub(super) fn current(&self, name: &str) -> Option<PyRc<Generation>> {
        self.0.table.lock().plugins.get(name)?.generation.clone()
    }

    /// The names of the plugins at work, in the order of their turns: the greatest priority first, then by name.
    #[must_use]
    pub fn order(&self) -> Vec<String> {
        self.calls().iter().map(|generation| generation.plugin.to_string()).collect()
    }

    /// The generations at work, none of which is closed before the result is dropped.
    pub(super) fn calls(&self) -> Calls {
        let table = self.0.table.lock();
        Calls::begin(table.order.clone())
    }

    pub(super) fn search_path(&self) -> Result<SearchPath, Error> {
        match &self.0.path {
            Some(path) => Ok(path.clone()),
            None => {
                self.0.runtime.enter(|vm| sources::program_path(vm).map_err(|raised| Error::from_exception(raised, vm)))
            }
        }
    }

    pub(super) fn settings_of(&self, name: &str) -> Settings {
        self.0.settings.lock().of(name)
    }

    /// A copy of what is known.
    pub(super) fn table(&self) -> Table {
        self.0.table.lock().clone()
    }

    /// Changes what is known, all at once for whoever calls from now on. What `change` returns is dropped after the lock.
    pub(super) fn update<R>(&self, change: impl FnOnce(&mut Table) -> R) -> R {
        let mut table = self.0.table.lock();
        // What it held may end with it, which may run any code.
        let former = table.clone();
        let result = change(&mut table);
        table.sort();
        drop(table);
        drop(former);
        result
    }

    /// Notifies whoever observes the runtime, and whoever listens.
    pub(super) fn notify(&self, changes: &[Change]) {
        // Without a runtime nobody observes it.
        let _ = self.0.runtime.enter(|vm| {
            if let Some(watch) = watch::active(vm) {
                changes.iter().for_each(|change| watch.plugin(change.event()));
            }
            Ok(())
        });
        let listeners = self.0.listeners.lock().clone();
        for change in changes {
            listeners.iter().for_each(|listener| listener.changed(change));
        }
    }

    /// Shows the objects that are the plugins' alone to the cycle collector.
    pub(crate) fn traverse(&self, visit: &mut TraverseFn<'_>) {
        // What others hold as well isn't this one's to show.
        if PyRc::strong_count(&self.0) > 1 {
            return;
        }
        let Some(table) = self.0.table.try_lock() else { return };
        for generation in table.order.iter() {
            generation.traverse(visit);
        }
    }
}

impl Table {
    /// Puts those at work in the order of their turns.
    fn sort(&mut self) {
        let mut order: Vec<_> = self.plugins.values().filter_map(|plugin| plugin.generation.clone()).collect();
        // They come sorted by name.
        order.sort_by_key(|generation| std::cmp::Reverse(generation.priority));
        let same =
            order.len() == self.order.len() && order.iter().zip(self.order.iter()).all(|(a, b)| PyRc::ptr_eq(a, b));
        if !same {
            self.order = order.into();
        }
    }
}

impl Plugin {
    pub(super) fn new(found: Found, settings: Settings) -> Self {
        Self {
            found: PyRc::new(found),
            facts: Facts::default(),
            settings: PyRc::new(settings),
            state: State::Found,
            since: now(),
            error: None,
            generation: None,
            generations: 0,
            took: Duration::ZERO,
            files: PyRc::default(),
            replaced: PyRc::default(),
            barred: false,
        }
    }

    pub(super) fn become_state(&mut self, state: State, error: Option<String>) {
        (self.state, self.error, self.since) = (state, error, now());
    }

    fn status(&self, name: String) -> Status {
        let requires = self.requires().into_iter().map(|requirement| requirement.to_string());
        Status {
            name,
            module: self.found.module.clone(),
            origin: self.found.origin.clone(),
            version: self.facts.version.clone(),
            state: self.state,
            since: self.since,
            generation: self.generation.as_ref().map_or(self.generations, |generation| generation.number),
            took: self.took,
            error: self.error.clone(),
            priority: self.priority(),
            requires: requires.collect(),
            failures: self.generation.as_ref().map_or(0, |generation| generation.failures.load(Ordering::Relaxed)),
            replaced: self.replaced.lock().iter().filter(|old| old.is_alive()).map(Replaced::number).collect(),
        }
    }

    /// Whether it is to be at work.
    pub(super) fn is_wanted(&self) -> bool {
        !self.barred && self.settings.is_enabled()
    }

    /// What it requires, by its own text and by its settings.
    pub(super) fn requires(&self) -> Vec<Requirement> {
        self.facts.requires.iter().chain(self.settings.requires_of()).cloned().collect()
    }

    /// Notes that an attempt to load it failed.
    pub(super) fn fail(&mut self, change: &mut Change) {
        match &self.generation {
            Some(_) => self.error.clone_from(&change.error),
            None => {
                change.what = What::Failed;
                self.become_state(State::Failed, change.error.clone());
            }
        }
    }

    pub(super) fn priority(&self) -> i64 {
        self.settings.priority_of().unwrap_or(self.facts.priority)
    }
}

impl fmt::Debug for Plugins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugins").field("discovery", &self.0.discovery).field("order", &self.order()).finish()
    }
}
