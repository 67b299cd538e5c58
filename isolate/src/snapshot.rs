//! Snapshots: an interpreter with its modules loaded, frozen.

use crate::{
    Guest, Isolate, Setup,
    boundary::{Layer, Resume},
    builder::SnapshotBuilder,
    file::{self, Opened},
    host::{Host, Session},
    image::Image,
    instance::{Instance, Parts},
    isolate::Link,
    limits::Bounds,
    senses::Senses,
    written::Written,
};
use exocet::{Error, Imports, Limits, observe::Event, values::Handle};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// An interpreter whose modules are loaded, frozen: isolates start from it. Clones are one snapshot.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    guest: Guest,
    image: Image,
    host: Arc<Host>,
    about: About,
    written: Arc<Written>,
}

/// What is known of a snapshot beside its memory.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct About {
    /// The version of the library that made it.
    pub(crate) made_by: String,
    /// BLAKE3 of the guest.
    pub(crate) guest: [u8; 32],
    /// BLAKE3 of each source's files, by its label.
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) imports: Vec<Layer>,
    /// The size of the memory in bytes, and how much of it isn't empty.
    pub(crate) size: usize,
    pub(crate) content: usize,
    pub(crate) modules: BTreeMap<String, Handle>,
    pub(crate) output: String,
    pub(crate) errors: String,
    pub(crate) events: Vec<Event>,
    pub(crate) hash_seed: u32,
    /// The functions of a host in JavaScript that are in it.
    #[serde(default)]
    pub(crate) lent: Vec<Lent>,
}

/// A function of a host in JavaScript, by which its snapshot finds it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lent {
    pub(crate) number: u32,
    /// How often it is in the memory.
    pub(crate) count: u32,
    /// The host's module that it is of, and its name there.
    pub(crate) module: String,
    pub(crate) name: String,
}

impl Snapshot {
    pub(crate) fn new(guest: Guest, image: Image, host: Arc<Host>, about: About) -> Self {
        Self(Arc::new(Inner { guest, image, host, about, written: Arc::default() }))
    }

    /// Describes a snapshot.
    pub fn builder() -> SnapshotBuilder {
        SnapshotBuilder::new()
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
        link.begin(Instance::of_image(&self.0.guest, image, Some(self.0.written.clone()), parts)?);
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
        let host = |layers, lent: &[Lent]| Host::restored(layers, lent, imports);
        Self::restored(file::open(path)?, &path.display().to_string(), guest, host)
    }

    /// Opens a snapshot to see what it holds. What it needs of a host is absent in its isolates.
    ///
    /// # Errors
    /// As for [`open`](Self::open), but for the imports.
    pub fn read(path: impl AsRef<Path>, guest: &Guest) -> Result<Self, Error> {
        let (path, opened) = (path.as_ref(), file::open(path.as_ref())?);
        Self::restored(opened, &path.display().to_string(), guest, |layers, lent| Ok(Host::absent(layers, lent)))
    }

    /// Opens a snapshot that lies in memory, as [`open`](Self::open) does.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_bytes(bytes: Vec<u8>, guest: &Guest, imports: Option<&Imports>) -> Result<Self, Error> {
        Self::restored(file::from_bytes(bytes)?, "the snapshot", guest, |layers, lent| {
            Host::restored(layers, lent, imports)
        })
    }

    fn restored(
        opened: Opened,
        name: &str,
        guest: &Guest,
        host: impl FnOnce(Vec<Layer>, &[Lent]) -> Result<Host, Error>,
    ) -> Result<Self, Error> {
        let about: Result<About, _> = ciborium::from_reader(opened.header());
        let about = about.map_err(|cause| Error::malformed(format!("{name}: its header can't be read: {cause}")))?;
        if about.guest != *guest.hash() {
            let made_by = &about.made_by;
            let text = format!("{name}: it was made with another guest, by version {made_by}: make it anew");
            return Err(Error::malformed(text));
        }
        let host = host(about.imports.clone(), &about.lent);
        let host = host.map_err(|error| Error::malformed(format!("{name}: {error}")))?;
        let image = Image::of_file(opened);
        Ok(Self(Arc::new(Inner { guest: guest.clone(), image, host: Arc::new(host), about, written: Arc::default() })))
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
