//! One change: what is to be loaded, in which order, and what becomes of it.

use super::{
    beside::Beside,
    files::{Files, Now},
    found::{Found, How},
    generation::Generation,
    handover::{check, pass_state},
    order::{Known, dependents, order},
    registry::{Plugin, Plugins, Table},
    start::{Plan, start},
    status::{Change, Failure, State, What},
};
use crate::{error::Error, load::recorder::Recorded, modules::search_path::SearchPath, syntax::dotted::Dotted};
use rustpython_vm::common::rc::PyRc;
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

/// Why plugins are to be loaded anew, by their names.
pub(super) type Wanted = BTreeMap<String, Vec<String>>;

/// A change that is being made.
pub(super) struct Batch<'a> {
    plugins: &'a Plugins,
    path: &'a SearchPath,
    /// What there will be.
    pub(super) table: Table,
    pub(super) now: Now,
    pub(super) beside: Beside,
    /// Plugins that were found for the first time, or elsewhere than before.
    moved: Wanted,
    /// What is wrong with what plugins' texts show.
    unclear: BTreeMap<String, Error>,
    retired: Vec<PyRc<Generation>>,
    changes: Vec<Change>,
}

/// A new generation, or why there is none.
struct Attempt {
    name: String,
    outcome: Result<PyRc<Generation>, Error>,
    during: &'static str,
}

impl<'a> Batch<'a> {
    pub(super) fn new(plugins: &'a Plugins, path: &'a SearchPath) -> Self {
        Self {
            plugins,
            path,
            table: plugins.table(),
            now: Now::default(),
            beside: Beside::default(),
            moved: Wanted::new(),
            unclear: BTreeMap::new(),
            retired: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Loads what is wanted, and makes the change.
    pub(super) fn carry_out(mut self, wanted: Wanted) -> Result<Vec<Change>, Error> {
        self.load(wanted);
        self.finish()
    }

    /// The plugins that what is found now concerns, of those that are to be at work, and why.
    pub(super) fn take_moved(&mut self) -> Wanted {
        let mut moved = mem::take(&mut self.moved);
        moved.retain(|name, _| self.table.plugins.get(name).is_some_and(Plugin::is_wanted));
        moved
    }

    /// The plugins that aren't found any more.
    pub(super) fn lost(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().map(|change| change.plugin.as_str())
    }

    /// Brings the table up to date with what is found.
    pub(super) fn find(&mut self) {
        let discovered = self.plugins.0.discovery.find(self.path);
        let mut lost: BTreeSet<String> = self.table.plugins.keys().cloned().collect();
        let unclear: BTreeSet<String> = discovered.problems.into_iter().filter_map(|problem| problem.module).collect();
        for found in discovered.plugins.into_iter().filter(|found| found.loses.is_none()) {
            let name = found.name.clone();
            let settings = self.plugins.settings_of(&name);
            if settings.is_helper() || is_private(&found) {
                continue;
            }
            // Of two that no rule decides between, the first counts.
            if !lost.remove(&name) && self.table.plugins.contains_key(&name) {
                continue;
            }
            match self.table.plugins.get_mut(&name) {
                None => {
                    self.moved.insert(name.clone(), Vec::new());
                    let mut plugin = Plugin::new(found, settings);
                    if !plugin.settings.is_enabled() {
                        plugin.become_state(State::Disabled, None);
                    }
                    self.table.plugins.insert(name, plugin);
                }
                Some(plugin) => {
                    plugin.settings = PyRc::new(settings);
                    if !is_same(&plugin.found, &found) {
                        let place = found.origin.clone().unwrap_or_else(|| found.module.clone());
                        self.moved.insert(name, vec![format!("found as {place}")]);
                    }
                    plugin.found = PyRc::new(found);
                }
            }
        }
        // Nobody knows whether one still carries the marker that can't be read now. To load it shows what is wrong, and keeps the old one.
        lost.retain(|name| !unclear.contains(&self.table.plugins[name].found.module));
        if !lost.is_empty() || !self.moved.is_empty() {
            // What failed may have lacked what is there now, or met what is gone.
            let failed = self.table.plugins.iter().filter(|(_, plugin)| plugin.state == State::Failed);
            for (name, _) in failed {
                self.moved.entry(name.clone()).or_insert_with(|| vec!["other plugins are found".to_owned()]);
            }
        }
        for name in lost {
            let Some(plugin) = self.table.plugins.remove(&name) else { continue };
            let previous = plugin.generation.as_ref().map_or(0, |generation| generation.number);
            self.retired.extend(plugin.generation);
            self.changes.push(Change { previous, ..Change::new(&name, What::Removed) });
            // What requires it notices.
            let known = self.known(&BTreeSet::new());
            for dependent in dependents(&[name.clone()].into(), &known) {
                self.moved.entry(dependent).or_default().push(format!("`{name}` is gone"));
            }
        }
    }

    /// Loads new generations of the plugins that are wanted, and of those that require them.
    fn load(&mut self, mut wanted: Wanted) {
        let own: BTreeSet<String> = wanted.keys().cloned().collect();
        for name in &own {
            self.refresh_facts(name);
        }
        for dependent in dependents(&own, &self.known(&own)) {
            let plugin = &self.table.plugins[&dependent];
            if plugin.is_wanted() && plugin.state != State::Found {
                let requires = plugin.requires();
                let names =
                    requires.iter().map(|requirement| requirement.name.as_str()).filter(|name| own.contains(*name));
                let why = names.map(|name| format!("requires `{name}`")).collect();
                wanted.insert(dependent, why);
            }
        }
        let targets: BTreeSet<String> = wanted.keys().cloned().collect();
        let mut turns: Vec<String> = targets.iter().cloned().collect();
        turns.sort_by_key(|name| std::cmp::Reverse(self.table.plugins[name].priority()));
        let mut attempts: Vec<Attempt> = Vec::new();
        for (name, possible) in order(&turns, &self.known(&targets)) {
            let attempt = self.attempt(name, possible, &attempts);
            attempts.push(attempt);
        }
        let groups = self.groups(attempts);
        for group in groups {
            self.settle(group, &wanted);
        }
    }

    /// Reads what a plugin's text shows of its version and of what it requires, and what is decided for it now.
    fn refresh_facts(&mut self, name: &str) {
        let Some(plugin) = self.table.plugins.get_mut(name) else { return };
        plugin.settings = PyRc::new(self.plugins.settings_of(name));
        match plugin.found.facts() {
            Ok(facts) => plugin.facts = facts,
            Err(error) => drop(self.unclear.insert(name.to_owned(), error)),
        }
    }

    /// What is known of all plugins, for the order of loading.
    fn known(&self, targets: &BTreeSet<String>) -> BTreeMap<String, Known> {
        let known = |(name, plugin): (&String, &Plugin)| {
            let barred = match plugin.state {
                _ if targets.contains(name) => None,
                State::Disabled => Some("is disabled".to_owned()),
                State::Failed => Some(format!("failed: {}", plugin.error.as_deref().unwrap_or_default())),
                _ => None,
            };
            let known = Known { version: plugin.facts.version.clone(), requires: plugin.requires(), barred };
            (name.clone(), known)
        };
        self.table.plugins.iter().map(known).collect()
    }

    /// Makes a new generation of one plugin.
    fn attempt(&mut self, name: String, possible: Result<(), String>, attempts: &[Attempt]) -> Attempt {
        let plugin = self.table.plugins[&name].clone();
        // As it is now, before anything of it is read: what changes meanwhile is noticed next time.
        let mut before = plugin.files.lock().refreshed(&mut self.now);
        if let Some(handle) = plugin.found.handle() {
            before.add_module(handle, &mut self.now);
        }
        let (mut during, mut loaded) = ("load", Vec::new());
        let outcome = possible.map_err(|why| Error::raise("ImportError", why)).and_then(|()| {
            let given = self.given(&plugin, attempts)?;
            let others = self.table.plugins.iter().filter(|(other, _)| **other != name);
            let others = others.map(|(name, plugin)| (plugin.found.module.clone(), name.clone())).collect();
            let beside = self.beside.of(&plugin.found, self.path, &self.table);
            let plan = Plan {
                name: &name,
                plugin: &plugin,
                number: plugin.generations + 1,
                given,
                others,
                beside: &beside,
                path: self.path,
                log: self.plugins.0.log.clone(),
            };
            let (started, recorded) = start(&plan, &self.plugins.0.runtime);
            loaded = recorded;
            let generation = started?;
            // What can't be read or parsed the load has reported better.
            if let Some(error) = self.unclear.remove(&name) {
                return Err(error);
            }
            during = "check";
            check(&generation)?;
            Ok(PyRc::new(generation))
        });
        self.note_files(&plugin, &loaded, before, outcome.is_err());
        Attempt { name, outcome, during }
    }

    /// Remembers the files that an attempt went by.
    fn note_files(&mut self, plugin: &Plugin, loaded: &[Recorded], before: Files, failed: bool) {
        let mut files = Files::default();
        loaded.iter().for_each(|recorded| files.add_recorded(recorded));
        if failed {
            // What it would have come to is not known; a change of what the last one came to counts, too.
            files.fill_from(before);
        }
        let beside = self.beside.of(&plugin.found, self.path, &self.table);
        let find = |name: &str| self.beside.find(&plugin.found, &beside, name);
        let own =
            loaded.iter().map(|recorded| &recorded.module).filter(|module| find(module.name()).is_some()).cloned();
        let own: Vec<_> = plugin.found.handle().cloned().into_iter().chain(own).collect();
        self.plugins.0.scans.add_named(own, &find, &mut files, &mut self.now);
        *plugin.files.lock() = files;
    }

    /// The generations of the plugins that one requires.
    fn given(&self, plugin: &Plugin, attempts: &[Attempt]) -> Result<Vec<PyRc<Generation>>, Error> {
        let fail = |name: &str, why: String| {
            Err(Error::raise("ImportError", format!("`{}` requires `{name}`, {why}", plugin.found.name)))
        };
        let given = plugin.requires().into_iter().map(|requirement| {
            let name = requirement.name.as_str();
            match attempts.iter().find(|attempt| attempt.name == name).map(|attempt| &attempt.outcome) {
                Some(Ok(generation)) => return Ok(generation.clone()),
                Some(Err(error)) => return fail(name, format!("which failed: {error}")),
                None => {}
            }
            match self.table.plugins.get(name).and_then(|other| other.generation.clone()) {
                Some(generation) => Ok(generation),
                None => fail(name, "which isn't loaded".to_owned()),
            }
        });
        given.collect()
    }

    /// The attempts by what requires what: those in one group are made together or not at all.
    fn groups(&self, attempts: Vec<Attempt>) -> Vec<Vec<Attempt>> {
        let mut groups: Vec<Vec<Attempt>> = Vec::new();
        for attempt in attempts {
            let requires = self.table.plugins[&attempt.name].requires();
            let needs = |other: &Attempt| requires.iter().any(|requirement| requirement.name.as_str() == other.name);
            let (joined, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.iter().any(needs));
            groups = others;
            groups.push(joined.into_iter().flatten().chain([attempt]).collect());
        }
        groups
    }

    /// Puts the new generations of a group in the place of the old ones, if all that replace one stand.
    fn settle(&mut self, mut group: Vec<Attempt>, wanted: &Wanted) {
        for attempt in &mut group {
            let old = self.table.plugins[&attempt.name].generation.clone();
            if let (Ok(new), Some(old)) = (&attempt.outcome, old)
                && let Err((during, error)) = pass_state(&old, new)
            {
                (attempt.outcome, attempt.during) = (Err(error), during);
            }
        }
        let has_old = |attempt: &&Attempt| self.table.plugins[&attempt.name].generation.is_some();
        let blocking = group.iter().filter(has_old).find_map(|attempt| {
            attempt.outcome.as_ref().err().map(|error| format!("`{}` failed: {error}", attempt.name))
        });
        for Attempt { name, outcome, during } in group {
            let Some(plugin) = self.table.plugins.get_mut(&name) else { continue };
            let previous = plugin.generation.as_ref().map_or(0, |generation| generation.number);
            let why = wanted.get(&name).cloned().unwrap_or_default();
            let mut change = Change { previous, generation: previous, why, ..Change::new(&name, What::Kept) };
            match (outcome, &blocking) {
                (Ok(generation), None) => {
                    change.what = if previous == 0 { What::Loaded } else { What::Replaced };
                    (change.generation, change.took) = (generation.number, generation.took);
                    plugin.generations = generation.number;
                    plugin.took = generation.took;
                    plugin.become_state(State::Loaded, None);
                    self.retired.extend(plugin.generation.replace(generation));
                }
                // It stands, and others that it belongs to don't.
                (Ok(generation), Some(blocking)) => {
                    generation.retire();
                    change.error = Some(blocking.clone());
                    plugin.fail(&mut change);
                }
                (Err(error), _) => {
                    let failure = Failure::new(&name, plugin.generations + 1, during, &error);
                    change.error = Some(failure.error.clone());
                    change.traceback.clone_from(&failure.traceback);
                    self.plugins.0.log.add(failure);
                    plugin.fail(&mut change);
                }
            }
            self.changes.push(change);
        }
    }

    /// Makes the change, all at once.
    fn finish(self) -> Result<Vec<Change>, Error> {
        let Self { plugins, table, retired, changes, .. } = self;
        plugins.update(|current| {
            let former = mem::replace(&mut current.plugins, table.plugins);
            for (name, former) in former {
                // One that failed too often meanwhile stays disabled, unless a newer generation is there.
                if let Some(plugin) = current.plugins.get_mut(&name)
                    && former.state == State::Disabled
                    && plugin.generation.as_ref().is_some_and(|generation| generation.number <= former.generations)
                {
                    *plugin = former;
                }
            }
        });
        // The last ones first: they may use the others in the end.
        for generation in retired.iter().rev() {
            plugins.retire(generation)?;
        }
        Ok(changes)
    }
}

/// Whether it is a helper by its name, as far as nothing but its place makes it a plugin.
fn is_private(found: &Found) -> bool {
    matches!(found.how, How::TopLevel | How::Package { .. }) && Dotted(&found.module).last().starts_with('_')
}

/// Whether a plugin was found where it was before.
fn is_same(one: &Found, other: &Found) -> bool {
    let parts =
        |found: &Found| (found.module.clone(), found.attribute.clone(), found.origin.clone(), found.problem.clone());
    parts(one) == parts(other)
        && one.distribution.as_ref().map(|one| &one.version) == other.distribution.as_ref().map(|other| &other.version)
}
