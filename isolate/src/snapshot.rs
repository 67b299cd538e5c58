//! Snapshots: an interpreter with its modules loaded, frozen.

use crate::{
    Error, Guest, Isolate, Limits,
    boundary::{Content, Files, Reply, Request},
    image::Image,
    instance::Instance,
};
use exocet::source::{Shape, Source};
use std::{collections::BTreeMap, sync::Arc};

/// An interpreter whose modules are loaded, frozen: isolates start from it. Clones are one snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    guest: Guest,
    image: Image,
    /// The numbers of the modules.
    modules: BTreeMap<String, u32>,
    /// The size of the memory, in bytes.
    size: usize,
    output: Vec<u8>,
}

/// What a snapshot is made of.
#[derive(Default)]
pub struct SnapshotBuilder {
    sources: Vec<Box<dyn Source>>,
    modules: Vec<String>,
    limits: Limits,
}

impl Snapshot {
    /// Describes a snapshot.
    #[must_use]
    pub fn builder() -> SnapshotBuilder {
        SnapshotBuilder::default()
    }

    /// Starts an isolate.
    ///
    /// # Errors
    /// A snapshot that needs more memory than the limits allow.
    pub fn isolate(&self, limits: &Limits) -> Result<Isolate, Error> {
        let mut instance = Instance::of_image(&self.0.guest, self.0.image.module(&self.0.guest, false)?, limits)?;
        instance.request(&Request::Resume)?;
        Ok(Isolate::new(instance, self.clone()))
    }

    /// The size of the memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// What the modules printed while they were loaded.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.0.output
    }

    pub(crate) fn module(&self, name: &str) -> Option<u32> {
        self.0.modules.get(name).copied()
    }
}

impl SnapshotBuilder {
    /// Adds a source that modules are looked up in. All its files are handed in.
    #[must_use]
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// Loads a module, fresh.
    #[must_use]
    pub fn load(mut self, name: impl Into<String>) -> Self {
        self.modules.push(name.into());
        self
    }

    /// The limits under which the modules are loaded.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Starts an interpreter in the guest, loads the modules, and freezes it.
    ///
    /// # Errors
    /// A source that can't be read, a module that can't be loaded, a limit that is exceeded.
    pub fn build(self, guest: &Guest) -> Result<Snapshot, Error> {
        let sources = self.sources.iter().map(|source| files(&**source)).collect::<Result<_, _>>()?;
        let mut instance = Instance::boot(guest, &self.limits)?;
        instance.request(&Request::Start { sources })?;
        let mut modules = BTreeMap::new();
        for name in self.modules {
            if let Reply::Object(number) = instance.request(&Request::Load { name: name.clone() })? {
                modules.insert(name, number);
            }
        }
        let output = instance.take_output();
        let image = Image::freeze(instance.memory(), guest, false)?;
        let size = instance.memory().len();
        Ok(Snapshot(Arc::new(Inner { guest: guest.clone(), image, modules, size, output })))
    }
}

/// All files of a source.
fn files(source: &dyn Source) -> Result<Files, Error> {
    let (mut files, mut folders) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        let failed = |path: &str, cause| Error::Source { path: format!("{}/{path}", source.label()).into(), cause };
        for entry in source.list(&folder).map_err(|cause| failed(&folder, cause))?.unwrap_or_default() {
            let entry = entry.map_err(|cause| failed(&folder, cause))?;
            let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
            match entry.shape {
                Shape::Folder => folders.push(path),
                _ => {
                    if let Some(bytes) = source.read(&path).map_err(|cause| failed(&path, cause))? {
                        files.push((path, Content(bytes.to_vec())));
                    }
                }
            }
        }
    }
    Ok(Files { label: source.label().to_owned(), files })
}
