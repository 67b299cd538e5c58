//! A source that is a bundle: an archive that says what is in it, and is as it was made or is refused.

use super::{
    bundle_manifest::{Manifest, Sealed},
    contract::{Entry, Shape, Source, Stamp},
    zip::Zip,
};
use crate::error::Error;
use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt,
    io::{self, ErrorKind},
    path::Path,
    sync::Arc,
};

/// The folder of a bundle for what is no file of the application. No module can have that name.
pub(crate) const OWN: &str = ".exocet/";
/// What is in the bundle, as TOML.
pub(super) const MANIFEST: &str = ".exocet/bundle.toml";
/// The policy that the bundle brings.
pub(crate) const POLICY: &str = ".exocet/policy.toml";
/// The lock that the bundle brings.
pub(crate) const LOCK: &str = ".exocet/lock.toml";
/// The modules of the standard library that the bundle brings.
pub(super) const LIBRARY: &str = ".exocet/library/";
/// The compiled code of the application's modules.
#[cfg(feature = "units")]
pub(crate) const UNITS: &str = ".exocet/units/";

/// An application in one file: its modules and their resources, and what belongs to them, a policy, a lock and which module runs.
///
/// A bundle is a zip archive, which any tool opens. All of it is read and checked when it is opened, and held in
/// memory: what happens to its file later is not seen. As a [`Source`] it shows the files of the application. A runtime that is built with it
/// uses what it brings: its compiled code; the standard library's modules in it, where the build doesn't have them; and its lock, which lets
/// nothing else run. Its policy is part of its [imports](Self::imports).
///
/// ```
/// use exocet::{Bundle, Runtime, bundle::BundleBuilder};
///
/// let bytes = BundleBuilder::new().file("app.py", "import lib\nword = lib.greet()").file("lib.py", "def greet(): return 'hello'")
///     .entry("app").build()?;
/// let bundle = Bundle::from_bytes("<app>", bytes)?;
/// let runtime = Runtime::builder().source(bundle.clone()).build()?;
/// let app = runtime.bundle(&bundle)?.import(bundle.entry().expect("it has one"))?;
/// assert_eq!(app.get::<String>("word")?, "hello");
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Clone)]
pub struct Bundle(Arc<Inner>);

struct Inner {
    archive: Zip,
    manifest: Manifest,
}

impl Bundle {
    /// The bundle at `path`.
    ///
    /// # Errors
    /// Nothing at `path`, no permission, or a file that is no bundle; one that isn't as it was made, with the names of the files in it that
    /// were changed, added or taken out.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::at(path)?.ok_or_else(|| Error::open(path, io::Error::new(ErrorKind::InvalidData, "not a bundle")))
    }

    /// The bundle at `path`, or `None` for what doesn't claim to be one: a folder, another archive, any other file.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn at(path: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        let path = path.as_ref();
        let failed = |cause| Error::open(path, cause);
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Ok(None);
        }
        let file = std::path::absolute(path).map_err(failed)?;
        let bytes = std::fs::read(&file).map_err(failed)?;
        Self::checked(file.to_string_lossy().into_owned(), bytes.into()).map_err(failed)
    }

    /// The bundle in `bytes`, which may be part of the program. The label is what `__file__` begins with.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_bytes(label: impl Into<String>, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, Error> {
        let label = label.into();
        let place = label.clone();
        let bundle = Self::checked(label, bytes.into());
        let bundle = bundle.map(|bundle| bundle.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "not a bundle")));
        bundle.flatten().map_err(|cause| Error::open(Path::new(&place), cause))
    }

    /// Whether an archive claims to be a bundle.
    pub(super) fn is_claimed_by(archive: &Zip) -> bool {
        archive.probe(MANIFEST).is_ok_and(|shape| shape.is_some())
            || Sealed::of(archive.bytes().as_ref()) != Sealed::Not
    }

    /// The bundle in `bytes`, if it is one, and once it is known to be as it was made.
    pub(super) fn checked(label: String, bytes: Cow<'static, [u8]>) -> io::Result<Option<Self>> {
        let sealed = Sealed::of(&bytes);
        let archive = match Zip::of_bytes(label, bytes) {
            Ok(archive) => archive,
            Err(_) if sealed != Sealed::Not => return Err(damaged("it is no whole archive any more")),
            Err(_) => return Ok(None),
        };
        let broken = |cause: io::Error| damaged(&cause.to_string());
        let Some(text) = archive.read(MANIFEST).map_err(broken)? else {
            return match sealed {
                Sealed::Not => Ok(None),
                _ => Err(damaged("its manifest is missing")),
            };
        };
        let mut manifest = Manifest::parse(&text)?;
        manifest.files.sort_by(|one, other| one.path.cmp(&other.path));
        let found = archive.members().map_err(broken)?.into_iter().filter(|path| path != MANIFEST).collect();
        let differences = differences(&archive, &manifest, &found);
        match sealed {
            _ if !differences.is_empty() => Err(damaged(&differences.join(", "))),
            Sealed::Whole => Ok(Some(Self(Arc::new(Inner { archive, manifest })))),
            _ => Err(damaged("the archive around its files was changed")),
        }
    }

    /// The module that is run where the bundle is run: one of its modules, a package with a `__main__`, or `__main__` itself.
    pub fn entry(&self) -> Option<&str> {
        self.0.manifest.entry.as_deref()
    }

    /// What the bundle was made by, and of: versions and hashes.
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The standard library's modules that the bundle brings, as a source of its own, where it brings any.
    pub fn library(&self) -> Option<BundledLibrary> {
        let brings = self.0.manifest.files.iter().any(|file| file.path.starts_with(LIBRARY));
        brings.then(|| BundledLibrary {
            label: format!("{}/{}", self.label(), LIBRARY.trim_end_matches('/')),
            bundle: self.clone(),
        })
    }

    /// One of the files that are none of the application's.
    pub(crate) fn own_text(&self, path: &str) -> Option<String> {
        let bytes = self.0.archive.read(path).ok()??;
        String::from_utf8(bytes.to_vec()).ok()
    }

    /// A file of the archive, whichever it is.
    pub(crate) fn member(&self, path: &str) -> Option<Arc<[u8]>> {
        self.0.archive.read(path).ok()?
    }

    /// The hash of a file of the archive.
    #[cfg(feature = "units")]
    pub(crate) fn hash(&self, path: &str) -> Option<&str> {
        let files = &self.0.manifest.files;
        files.binary_search_by(|file| file.path.as_str().cmp(path)).ok().map(|at| files[at].hash.as_str())
    }

    /// The files of the application, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.0.manifest.files.iter().map(|file| file.path.as_str()).filter(|path| !path.starts_with(OWN))
    }
}

/// What of the archive isn't as the manifest has it.
fn differences(archive: &Zip, manifest: &Manifest, found: &BTreeSet<String>) -> Vec<String> {
    let mut differences = Vec::new();
    for file in &manifest.files {
        match archive.read(&file.path) {
            _ if !found.contains(&file.path) => differences.push(format!("`{}` is missing", file.path)),
            Ok(Some(bytes)) if blake3::hash(&bytes).to_hex().as_str() == file.hash => {}
            _ => differences.push(format!("`{}` was changed", file.path)),
        }
    }
    let known: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    differences
        .extend(found.iter().filter(|path| !known.contains(path.as_str())).map(|path| format!("`{path}` was added")));
    differences
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("the bundle isn't as it was made: {what}"))
}

impl Source for Bundle {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        if is_own(path) { Ok(None) } else { self.0.archive.read(path) }
    }

    fn read_within(&self, path: &str, limit: usize) -> io::Result<Option<Arc<[u8]>>> {
        if is_own(path) { Ok(None) } else { self.0.archive.read_within(path, limit) }
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        if is_own(folder) {
            return Ok(None);
        }
        let mut children = self.0.archive.list(folder)?;
        if let (Some(children), "") = (&mut children, folder) {
            children.retain(|child| child.as_ref().is_ok_and(|child| !is_own(&child.name)));
        }
        Ok(children)
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        if is_own(path) { Ok(None) } else { self.0.archive.probe(path) }
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        self.0.archive.stamp(path)
    }

    fn label(&self) -> &str {
        self.0.archive.label()
    }

    fn reads_ahead(&self) -> bool {
        true
    }

    fn bundle(&self) -> Option<&Bundle> {
        Some(self)
    }
}

/// Whether a path leads to what is no file of the application.
fn is_own(path: &str) -> bool {
    path.starts_with(OWN) || path == OWN.trim_end_matches('/')
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle").field("label", &self.label()).finish_non_exhaustive()
    }
}

/// The modules of the standard library in a [`Bundle`].
#[derive(Debug, Clone)]
pub struct BundledLibrary {
    bundle: Bundle,
    label: String,
}

impl Source for BundledLibrary {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        self.bundle.0.archive.read(&format!("{LIBRARY}{path}"))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        self.bundle.0.archive.list(format!("{LIBRARY}{folder}").trim_end_matches('/'))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        self.bundle.0.archive.probe(format!("{LIBRARY}{path}").trim_end_matches('/'))
    }

    fn stamp(&self, path: &str) -> io::Result<Option<Stamp>> {
        self.bundle.0.archive.stamp(&format!("{LIBRARY}{path}"))
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn reads_ahead(&self) -> bool {
        true
    }
}
