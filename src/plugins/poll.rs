//! Noticing what has changed, by asking.

use super::{
    batch::{Batch, Wanted},
    registry::{Plugin, Plugins},
    replaced::modules_of,
    status::{Change, State},
};
use crate::{error::Error, interpreter::loader::Loader, modules::handle::PythonModule};
use rustpython_vm::{PyObjectRef, VirtualMachine, builtins::PyModule, vm::thread::with_current_vm};
use std::{collections::BTreeMap, time::Duration};

/// How long files on the disk have to stay as they are before they count: programs write files piece by piece, and several files one
/// after another.
const SETTLED: Duration = Duration::from_millis(50);

/// How often files are looked at that don't come to rest.
const MOST_LOOKS: u32 = 100;

/// What has changed, in enough detail to see whether it goes on changing.
#[derive(Default, PartialEq)]
struct Seen {
    wanted: Wanted,
    lost: Vec<String>,
    contents: BTreeMap<String, Option<blake3::Hash>>,
    on_disk: bool,
}

impl Plugins {
    /// Loads what is new, loads new generations of what has changed, and takes what is gone out of use; returns what became of each of
    /// them, and nothing where nothing has changed.
    ///
    /// A plugin has changed if a file differs that it was loaded from: its own, those of its helpers and of what its functions would
    /// import, and the files beside these that a string in their text names. Files on the disk count when they have been left alone for 50
    /// milliseconds, so that no file is read that is half written and that files which are saved together count together. What failed is
    /// tried again when something of it has changed.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn poll(&self) -> Result<Vec<Change>, Error> {
        self.alone(|path| {
            let mut before = Seen::default();
            for look in 0.. {
                let mut batch = Batch::new(self, path);
                batch.find();
                let seen = batch.look();
                if seen == Seen::default() {
                    return Ok(Vec::new());
                }
                if !seen.on_disk || seen == before || look == MOST_LOOKS {
                    return batch.carry_out(seen.wanted);
                }
                before = seen;
                // Other threads go on meanwhile.
                with_current_vm(|vm| vm.allow_threads(|| std::thread::sleep(SETTLED)));
            }
            unreachable!("the last look returns")
        })
    }
}

#[cfg(feature = "watch")]
impl Plugins {
    /// The folders on the disk in which something may change that counts: those of the plugins' files, and those where more are found.
    pub(super) fn folders(&self) -> Result<std::collections::BTreeSet<std::path::PathBuf>, Error> {
        let path = self.search_path()?;
        let mut folders: std::collections::BTreeSet<_> = self.0.discovery.folders(&path).into_iter().collect();
        for plugin in self.table().plugins.values() {
            folders.extend(plugin.files.lock().folders());
        }
        Ok(folders)
    }
}

impl Batch<'_> {
    /// What is to be loaded anew, and why.
    fn look(&mut self) -> Seen {
        let mut seen = Seen { lost: self.lost().map(str::to_owned).collect(), ..Seen::default() };
        seen.wanted = self.take_moved();
        let now = &mut self.now;
        for (name, plugin) in self.table.plugins.iter().filter(|(_, plugin)| plugin.is_wanted()) {
            let mut files = plugin.files.lock();
            let is_new = plugin.state == State::Found;
            if let Some(generation) = &plugin.generation {
                let late = generation.enter(|vm| Ok(handles(&modules_of(generation, vm)?, vm))).unwrap_or_default();
                late.iter().for_each(|module| files.add_module(module, now));
            }
            if let Some(handle) = plugin.found.handle().filter(|_| is_new) {
                files.add_module(handle, now);
                seen.wanted.entry(name.clone()).or_default();
            }
            let changed = if is_new { files.places() } else { files.changed(now) };
            seen.on_disk |= files.is_on_disk(&changed);
            seen.contents.extend(changed.iter().map(|place| (place.clone(), now.content(place))));
            if !changed.is_empty() && !is_new {
                seen.wanted.entry(name.clone()).or_default().extend(changed);
            }
        }
        // A file that is being replaced is away for a moment.
        let moves = !seen.lost.is_empty() || seen.wanted.values().any(|why| !why.is_empty());
        seen.on_disk |= moves && self.is_on_disk();
        seen
    }

    fn is_on_disk(&self) -> bool {
        let folder = |plugin: &Plugin| Some(plugin.found.handle()?.source_and_path()?.0.folder().is_some());
        self.table.plugins.values().filter_map(folder).any(|is_there| is_there)
    }
}

/// The handles of modules that a source has.
fn handles(modules: &[PyObjectRef], vm: &VirtualMachine) -> Vec<PythonModule> {
    let handle = |module: &PyObjectRef| {
        let loader = module.downcast_ref::<PyModule>()?.dict().get_item_opt("__loader__", vm).ok()??;
        Some(loader.downcast_ref::<Loader>()?.handle.clone())
    };
    modules.iter().filter_map(handle).collect()
}
