//! Snapshots: an interpreter with its modules loaded, frozen.

use crate::{
    Guest, Isolate, Setup,
    boundary::{Content, Layer, Reply, Request, Resume, SourceData, Start},
    compiler::Compiler,
    file::{self, Opened},
    host::{Host, Session},
    image::Image,
    instance::{Instance, Parts},
    isolate::{Link, unexpected},
    limits::Bounds,
    memory_module,
    senses::Senses,
    setup::Stream,
};
use exocet::{Error, Imports, Limits, Source, observe::Event, source::Shape, values::Handle};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, path::Path, sync::Arc};

/// An interpreter whose modules are loaded, frozen: isolates start from it. Clones are one snapshot.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    guest: Guest,
    image: Image,
    host: Arc<Host>,
    about: About,
}

/// What is known of a snapshot beside its memory.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    /// The version of the library that made it.
    made_by: String,
    /// BLAKE3 of the guest.
    guest: [u8; 32],
    /// BLAKE3 of each source's files, by its label.
    sources: Vec<(String, String)>,
    imports: Vec<Layer>,
    /// The size of the memory in bytes, and how much of it isn't empty.
    size: usize,
    content: usize,
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
    is_realm: bool,
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
            is_realm: true,
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
        let image = self.0.image.module(&self.0.guest, parts.bounds.counts())?;
        link.begin(Instance::of_image(&self.0.guest, image, parts)?);
        Ok(Isolate::new(link, self.0.about.modules.clone()))
    }

    /// Writes the snapshot into a file, in place of one that is there.
    ///
    /// The file holds data, and nothing that a host would run. It can be opened by each host that has the same guest.
    ///
    /// # Errors
    /// A file that can't be written; a snapshot that asks for files of its sources.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        Ok(file::save(path.as_ref(), &self.header()?, &self.0.image.wasm(&self.0.guest)?)?)
    }

    /// What [`save`](Self::save) writes.
    ///
    /// # Errors
    /// A snapshot that asks for files of its sources.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(file::to_bytes(&self.header()?, &self.0.image.wasm(&self.0.guest)?))
    }

    /// Opens a snapshot that was saved. Of what it needs of its host nothing is in the file: where it calls functions of the host's,
    /// `imports` are those that it was made with.
    ///
    /// # Errors
    /// A file that can't be read, is no snapshot, is damaged, or was made with another guest; imports that it wasn't made with.
    pub fn open(path: impl AsRef<Path>, guest: &Guest, imports: Option<&Imports>) -> Result<Self, Error> {
        let path = path.as_ref();
        let host = |layers| Host::restored(layers, imports);
        Self::restored(file::open(path)?, &path.display().to_string(), guest, host)
    }

    /// Opens a snapshot to see what it holds. What it needs of a host is absent in its isolates.
    ///
    /// # Errors
    /// As for [`open`](Self::open), but for the imports.
    pub fn read(path: impl AsRef<Path>, guest: &Guest) -> Result<Self, Error> {
        let (path, opened) = (path.as_ref(), file::open(path.as_ref())?);
        Self::restored(opened, &path.display().to_string(), guest, |layers| Ok(Host::absent(layers)))
    }

    /// Opens a snapshot that lies in memory, as [`open`](Self::open) does.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_bytes(bytes: Vec<u8>, guest: &Guest, imports: Option<&Imports>) -> Result<Self, Error> {
        Self::restored(file::from_bytes(bytes)?, "the snapshot", guest, |layers| Host::restored(layers, imports))
    }

    fn restored(
        opened: Opened,
        name: &str,
        guest: &Guest,
        host: impl FnOnce(Vec<Layer>) -> Result<Host, Error>,
    ) -> Result<Self, Error> {
        let about: Result<About, _> = ciborium::from_reader(opened.header());
        let about = about.map_err(|cause| Error::malformed(format!("{name}: its header can't be read: {cause}")))?;
        if about.guest != *guest.hash() {
            let made_by = &about.made_by;
            let text = format!("{name}: it was made with another guest, by version {made_by}: make it anew");
            return Err(Error::malformed(text));
        }
        let host = host(about.imports.clone());
        let host = host.map_err(|error| Error::malformed(format!("{name}: {error}")))?;
        let image = Image::of_file(opened);
        Ok(Self(Arc::new(Inner { guest: guest.clone(), image, host: Arc::new(host), about })))
    }

    fn header(&self) -> Result<Vec<u8>, Error> {
        if let Some(label) = self.0.host.asked() {
            let text = format!("a snapshot that asks for the files of `{label}` can't be saved: hand them in");
            return Err(Error::malformed(text));
        }
        let mut header = Vec::new();
        ciborium::into_writer(&self.0.about, &mut header).map_err(|error| Error::malformed(error.to_string()))?;
        Ok(header)
    }

    /// What it needs of its host, in words, if it needs something: then it is opened with the imports that it was made with.
    #[must_use]
    pub fn needs(&self) -> Option<String> {
        self.0.host.needs()
    }

    /// The sources by their labels, with BLAKE3 of their files in hexadecimal; empty for those whose files are asked for.
    #[must_use]
    pub fn sources(&self) -> &[(String, String)] {
        &self.0.about.sources
    }

    /// What the hashes of strings are mixed with, in every isolate.
    #[must_use]
    pub fn hash_seed(&self) -> u32 {
        self.0.about.hash_seed
    }

    /// The version of the library that made it.
    #[must_use]
    pub fn made_by(&self) -> &str {
        &self.0.about.made_by
    }

    /// The size of the memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.about.size
    }

    /// How much of the memory isn't empty, in bytes.
    #[must_use]
    pub fn content(&self) -> usize {
        self.0.about.content
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

    /// Adds files that may be read and are no modules, each of which is read when it is asked for.
    pub fn asked_files(mut self, source: Arc<dyn Source>) -> Self {
        self.sources.push(Given { source, is_asked: true, is_on_path: false });
        self
    }

    /// What the modules import. Pass-through without it.
    pub fn imports(self, imports: &Imports) -> Self {
        Self { imports: imports.clone(), ..self }
    }

    /// Leaves out the realm of the sources: the imports decide for each module that is loaded and for a program, and what those
    /// import by passing through is the interpreter's shared module, whose own imports are its own. So it is with
    /// [`exocet::Runtime::load`].
    pub fn without_realm(self) -> Self {
        Self { is_realm: false, ..self }
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

    /// Starts an isolate as it is before anything is loaded, for a program that runs once.
    ///
    /// # Errors
    /// A source that can't be read; imports that can't be an isolate's; a module that can't be loaded; a limit that is exceeded.
    pub fn start(self, guest: &Guest) -> Result<Isolate, Error> {
        let session = Session::new(self.setup.observer.clone());
        let started = self.begin(guest, session)?;
        Ok(Isolate::new(started.link, started.modules))
    }

    /// Starts an interpreter in the guest, loads the modules, and freezes it.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn build(self, guest: &Guest) -> Result<Snapshot, Error> {
        let counts = Bounds::new(&self.setup.limits)?.counts();
        let compiler = Compiler::new(guest.clone(), self.setup.clone());
        let session = Session::making(self.setup.observer.clone(), compiler);
        let Started { link, host, modules, sources, hash_seed } = self.begin(guest, session)?;
        link.request(Request::Freeze)?;
        let frozen = link.with_instance(|instance| {
            let about = About {
                made_by: env!("CARGO_PKG_VERSION").to_owned(),
                guest: *guest.hash(),
                sources,
                imports: host.layers().to_vec(),
                size: instance.memory().len(),
                content: memory_module::content(instance.memory()),
                modules,
                output: text(instance.take_output(Stream::Out)),
                errors: text(instance.take_output(Stream::Err)),
                events: instance.session().take_events(),
                hash_seed,
            };
            let image = Image::freeze(instance.memory(), guest, counts)?;
            Ok(Inner { guest: guest.clone(), image, host, about })
        });
        frozen.unwrap_or_else(|| Err(Error::isolate_ended(None))).map(|inner| Snapshot(Arc::new(inner)))
    }

    /// Starts an interpreter in the guest, and loads the modules.
    fn begin(self, guest: &Guest, session: Session) -> Result<Started, Error> {
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
            is_realm: self.is_realm,
            hash_seed,
        };
        let sources = start.sources.iter().map(|source| (source.label.clone(), source.hash())).collect();
        let link = Link::new();
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
        Ok(Started { link, host, modules, sources, hash_seed })
    }
}

/// An interpreter whose modules are loaded.
struct Started {
    link: Arc<Link>,
    host: Arc<Host>,
    modules: BTreeMap<String, Handle>,
    sources: Vec<(String, String)>,
    hash_seed: u32,
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

impl SourceData {
    /// BLAKE3 of the files, in hexadecimal.
    fn hash(&self) -> String {
        let Some(files) = &self.files else { return String::new() };
        let mut hasher = blake3::Hasher::new();
        for (path, content) in files {
            for part in [path.as_bytes(), &content.0] {
                hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
            }
        }
        hasher.finalize().to_hex().to_string()
    }
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
