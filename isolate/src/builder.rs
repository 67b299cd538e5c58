//! Making snapshots.

use crate::{
    Guest, Isolate, Setup, Snapshot,
    boundary::{How, Reply, Request, Role, Start},
    compiler::Compiler,
    given::Given,
    host::{Host, Session},
    image::Image,
    instance::{Instance, Parts},
    isolate::{Link, unexpected},
    limits::Bounds,
    memory_module,
    senses::Senses,
    setup::Stream,
    snapshot::About,
};
#[cfg(feature = "bundles")]
use exocet::Bundle;
use exocet::{Error, Imports, Limits, Source, values::Handle};
use std::{collections::BTreeMap, sync::Arc};

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

impl SnapshotBuilder {
    pub(crate) fn new() -> Self {
        Self {
            sources: Vec::new(),
            imports: Imports::pass_through(),
            modules: Vec::new(),
            setup: Setup::new(),
            hash_seed: None,
            is_realm: true,
        }
    }

    /// Adds a source, and what a bundle brings of the standard library behind all others.
    fn push(&mut self, source: Arc<dyn Source>, is_asked: bool) {
        #[cfg(feature = "bundles")]
        if let Some(library) = source.bundle().and_then(Bundle::library) {
            self.sources.push(Given { source: Arc::new(library), is_asked, role: Role::Library });
        }
        self.sources.push(Given { source, is_asked, role: Role::Path });
    }

    /// Adds a source that modules are looked up in. All its files are handed in: they are part of the snapshot.
    pub fn source(self, source: impl Source) -> Self {
        self.shared_source(Arc::new(source))
    }

    /// Adds a source that others hold too. All its files are handed in.
    pub fn shared_source(mut self, source: Arc<dyn Source>) -> Self {
        self.push(source, false);
        self
    }

    /// Adds a bundle: its files are handed in, and what its modules import is what its policy and its lock allow, in place of imports
    /// that were given before. The entry is loaded where it is named, as any module.
    ///
    /// # Errors
    /// A policy or a lock that can't be read.
    #[cfg(feature = "bundles")]
    pub fn bundle(self, bundle: &Bundle) -> Result<Self, Error> {
        Ok(self.source(bundle.clone()).imports(&bundle.imports()?))
    }

    /// Adds a source whose files are read when they are needed, also by isolates that start later.
    pub fn asked_source(mut self, source: Arc<dyn Source>) -> Self {
        self.push(source, true);
        self
    }

    /// Hands in files, without modules being looked up among them. The code sees the files of all sources, read-only and each at the
    /// path that its label is, and no others: of a source labelled `/a/b` there is `/a/b/x.txt`, of one labelled `<app>` there is
    /// `<app>/x.txt`, which is below the root as well.
    pub fn files(mut self, source: Arc<dyn Source>) -> Self {
        self.sources.push(Given { source, is_asked: false, role: Role::Files });
        self
    }

    /// Adds files that may be read and are no modules, each of which is read when it is asked for.
    pub fn asked_files(mut self, source: Arc<dyn Source>) -> Self {
        self.sources.push(Given { source, is_asked: true, role: Role::Files });
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
        link.request(Request::Freeze {
            kept: modules.values().map(|handle| handle.number).collect(),
            cannot_grow: false,
        })?;
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
                lent: Vec::new(),
            };
            let image = Image::freeze(instance.memory(), guest, counts)?;
            Ok(Snapshot::new(guest.clone(), image, host, about))
        });
        frozen.unwrap_or_else(|| Err(Error::isolate_ended(None)))
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
            limits: Some(self.setup.limits.inside()),
            is_realm: self.is_realm,
            hash_seed,
            takes_exceptions: false,
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
            match link.request(load(&name))? {
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

/// Loads a module of the sources as those that an isolate starts with are.
pub(crate) fn load(name: &str) -> Request {
    Request::Load { name: name.to_owned(), how: How::Own, imports: None }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
