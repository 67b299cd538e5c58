//! Snapshots: an interpreter with its modules loaded, frozen.

use crate::{
    Guest, Isolate, Setup,
    boundary::{Content, Reply, Request, Resume, SourceData, Start},
    compiler::Compiler,
    host::{Host, Session},
    image,
    instance::{Instance, Parts},
    isolate::{Link, unexpected},
    limits::Bounds,
    senses::Senses,
    setup::Stream,
};
use exocet::{Error, Imports, Limits, Source, observe::Event, source::Shape, values::Handle};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, path::Path, sync::Arc};
use wasmtime::Module;

/// An interpreter whose modules are loaded, frozen: isolates start from it. Clones are one snapshot.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    guest: Guest,
    image: Module,
    host: Arc<Host>,
    about: About,
    /// The size of the memory, in bytes.
    size: usize,
    /// How much of it isn't empty.
    content: usize,
}

/// What is known of a snapshot beside its memory.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    modules: BTreeMap<String, Handle>,
    output: String,
    errors: String,
    events: Vec<Event>,
    hash_seed: u32,
}

/// What a snapshot is made of.
#[must_use]
pub struct SnapshotBuilder {
    sources: Vec<Given>,
    imports: Imports,
    modules: Vec<String>,
    setup: Setup,
    hash_seed: Option<u32>,
}

/// A source, whether its files are handed in or asked for, and whether modules are looked up there.
struct Given {
    source: Arc<dyn Source>,
    is_asked: bool,
    is_on_path: bool,
}

impl Snapshot {
    /// Describes a snapshot.
    pub fn builder() -> SnapshotBuilder {
        SnapshotBuilder {
            sources: Vec::new(),
            imports: Imports::pass_through(),
            modules: Vec::new(),
            setup: Setup::new(),
            hash_seed: None,
        }
    }

    /// Starts an isolate under limits.
    ///
    /// # Errors
    /// A snapshot that needs more memory than the limits allow; a limit that nobody enforces in an isolate.
    pub fn isolate(&self, limits: &Limits) -> Result<Isolate, Error> {
        self.isolate_with(&Setup::new().limits(limits.clone()))
    }

    /// Starts an isolate.
    ///
    /// # Errors
    /// As for [`isolate`](Self::isolate).
    pub fn isolate_with(&self, setup: &Setup) -> Result<Isolate, Error> {
        let link = Link::new();
        let session = Session::new(setup.observer.clone());
        let parts = Parts {
            bounds: Bounds::new(&setup.limits)?,
            senses: Senses::new(setup.clone()),
            host: self.0.host.clone(),
            resume: Some(Resume { is_observed: session.is_observed() }),
            session,
            link: link.clone(),
        };
        link.begin(Instance::of_image(&self.0.guest, &self.0.image, parts)?);
        Ok(Isolate::new(link, self.clone()))
    }

    /// The size of the memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// How much of the memory isn't empty, in bytes.
    #[must_use]
    pub fn content(&self) -> usize {
        self.0.content
    }

    /// The modules that are loaded.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.0.about.modules.keys().map(String::as_str)
    }

    /// What was imported, and by which rules, while the snapshot was made.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.0.about.events
    }

    /// What the modules printed to `sys.stdout` while they were loaded.
    #[must_use]
    pub fn output(&self) -> &str {
        &self.0.about.output
    }

    /// What the modules printed to `sys.stderr` while they were loaded.
    #[must_use]
    pub fn errors(&self) -> &str {
        &self.0.about.errors
    }

    pub(crate) fn module(&self, name: &str) -> Option<&Handle> {
        self.0.about.modules.get(name)
    }
}

impl SnapshotBuilder {
    /// Adds a source that modules are looked up in. All its files are handed in: they are part of the snapshot.
    pub fn source(self, source: impl Source) -> Self {
        self.shared_source(Arc::new(source))
    }

    /// Adds a source that others hold too. All its files are handed in.
    pub fn shared_source(mut self, source: Arc<dyn Source>) -> Self {
        self.sources.push(Given { source, is_asked: false, is_on_path: true });
        self
    }

    /// Adds a source whose files are read when they are needed, also by isolates that start later.
    pub fn asked_source(mut self, source: Arc<dyn Source>) -> Self {
        self.sources.push(Given { source, is_asked: true, is_on_path: true });
        self
    }

    /// Hands in files, without modules being looked up among them. The code sees the files of all sources, read-only and each at the
    /// path that its label is, and no others: of a source labelled `/a/b` there is `/a/b/x.txt`, of one labelled `<app>` there is
    /// `<app>/x.txt`, which is below the root as well.
    pub fn files(mut self, source: Arc<dyn Source>) -> Self {
        self.sources.push(Given { source, is_asked: false, is_on_path: false });
        self
    }

    /// What the modules import. Pass-through without it.
    pub fn imports(self, imports: &Imports) -> Self {
        Self { imports: imports.clone(), ..self }
    }

    /// Loads a module. All modules of the sources see one another, as in a realm.
    pub fn load(mut self, name: impl Into<String>) -> Self {
        self.modules.push(name.into());
        self
    }

    /// How the interpreter is started that loads the modules: under which limits, with which clock and randomness.
    pub fn setup(self, setup: Setup) -> Self {
        Self { setup, ..self }
    }

    /// The limits under which the modules are loaded.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.setup.limits = limits;
        self
    }

    /// What the hashes of strings are mixed with, in every isolate of the snapshot. It is random without this.
    pub fn hash_seed(self, seed: u32) -> Self {
        Self { hash_seed: Some(seed), ..self }
    }

    /// Starts an interpreter in the guest, loads the modules, and freezes it.
    ///
    /// # Errors
    /// A source that can't be read; imports that can't be an isolate's; a module that can't be loaded; a limit that is exceeded.
    pub fn build(self, guest: &Guest) -> Result<Snapshot, Error> {
        let asked = self.sources.iter().map(|given| given.is_asked.then(|| given.source.clone())).collect();
        let host = Arc::new(Host::new(&self.imports, asked)?);
        let hash_seed = match self.hash_seed {
            Some(seed) => seed,
            None => getrandom::u32().map_err(|error| Error::malformed(error.to_string()))?,
        };
        let start = Start {
            sources: self.sources.iter().map(Given::data).collect::<Result<_, _>>()?,
            imports: host.layers().to_vec(),
            limits: self.setup.limits.inside(),
            hash_seed,
        };
        let link = Link::new();
        let compiler = Compiler::new(guest.clone(), self.setup.clone());
        let session = Session::making(self.setup.observer.clone(), compiler);
        let parts = Parts {
            bounds: Bounds::new(&self.setup.limits)?,
            senses: Senses::new(self.setup),
            host: host.clone(),
            session,
            link: link.clone(),
            resume: None,
        };
        link.begin(Instance::boot(guest, parts)?);
        link.request(Request::Start(start))?;
        let mut modules = BTreeMap::new();
        for name in self.modules {
            match link.request(Request::Import { name: name.clone() })? {
                Reply::Object(handle) => modules.insert(name, handle),
                other => return Err(unexpected(&other)),
            };
        }
        link.request(Request::Freeze)?;
        let frozen = link.with_instance(|instance| {
            let about = About {
                modules,
                output: text(instance.take_output(Stream::Out)),
                errors: text(instance.take_output(Stream::Err)),
                events: instance.session().take_events(),
                hash_seed,
            };
            let image = image::freeze(instance.memory(), guest.inner())?;
            let content = image::runs(instance.memory()).map(|(_, content)| content.len()).sum();
            Ok(Inner { guest: guest.clone(), image, host, about, size: instance.memory().len(), content })
        });
        frozen.unwrap_or_else(|| Err(Error::isolate_ended(None))).map(|inner| Snapshot(Arc::new(inner)))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Given {
    fn data(&self) -> Result<SourceData, Error> {
        let label = self.source.label().to_owned();
        let files = if self.is_asked { None } else { Some(files(&*self.source)?) };
        Ok(SourceData { label, is_on_path: self.is_on_path, files })
    }
}

/// All files of a source.
fn files(source: &dyn Source) -> Result<Vec<(String, Content)>, Error> {
    let (mut files, mut folders) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        let failed = |path: &str, cause: io::Error| Error::source(Path::new(&join(source.label(), path)), cause);
        for entry in source.list(&folder).map_err(|cause| failed(&folder, cause))?.unwrap_or_default() {
            let entry = entry.map_err(|cause| failed(&folder, cause))?;
            let path = join(&folder, &entry.name);
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
    Ok(files)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
