//! Making bundles.

use super::{
    bundle::{LIBRARY, LOCK, MANIFEST, OWN, POLICY},
    bundle_manifest::{BundledDistribution, BundledFile, Manifest, SEAL, VERSION, seal},
};
use crate::{error::Error, syntax::target};
use ::zip::{CompressionMethod, DateTime, System, ZipWriter, result::ZipError, write::SimpleFileOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write},
};

/// What a bundle is made of. The same makes the same bytes: files are sorted, and there are no times and no places in them.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct BundleBuilder {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    entry: Option<String>,
    compiler: Option<String>,
    distributions: BTreeSet<BundledDistribution>,
}

/// How hard the archive is packed: from here on harder takes long and gives little.
const LEVEL: i64 = 6;

impl BundleBuilder {
    /// A bundle of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file of the application, by its path below the search path: `app/__init__.py`.
    pub fn file(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }

    /// Adds a file of the standard library, for builds that lack it.
    pub fn library_file(self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.file(format!("{LIBRARY}{path}"), bytes)
    }

    /// The module that is run.
    pub fn entry(self, name: impl Into<String>) -> Self {
        Self { entry: Some(name.into()), ..self }
    }

    /// Notes a distribution that modules of the bundle are of.
    pub fn distribution(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.distributions.insert(BundledDistribution { name: name.into(), version: version.into() });
        self
    }

    pub(crate) fn policy_text(self, text: String) -> Self {
        self.file(POLICY, text)
    }

    pub(crate) fn lock_text(self, text: String) -> Self {
        self.file(LOCK, text)
    }

    #[cfg(feature = "units")]
    pub(crate) fn compiled_by(self, compiler: String) -> Self {
        Self { compiler: Some(compiler), ..self }
    }

    /// The bundle as bytes.
    ///
    /// # Errors
    /// A file whose path is no path inside of an archive: empty, absolute, with a backslash or with `..` in it; one that lies where a
    /// bundle keeps what is its own.
    pub fn build(self) -> Result<Vec<u8>, Error> {
        for path in self.files.keys() {
            let own = [POLICY, LOCK].contains(&path.as_str()) || path.starts_with(LIBRARY);
            #[cfg(feature = "units")]
            let own = own || path.starts_with(super::bundle::UNITS);
            if !super::zip::is_plain(path) || path.ends_with('/') || !own && path.starts_with(OWN) {
                return Err(Error::malformed(format!("`{path}` is no path of a file in a bundle")));
            }
        }
        let hash = |(path, bytes): (&String, &Vec<u8>)| BundledFile {
            path: path.clone(),
            hash: blake3::hash(bytes).to_hex().to_string(),
        };
        let manifest = Manifest {
            version: VERSION,
            made_by: concat!("exocet ", env!("CARGO_PKG_VERSION")).to_owned(),
            python: target::version_text(),
            entry: self.entry.clone(),
            compiler: self.compiler.clone(),
            distributions: self.distributions.iter().cloned().collect(),
            files: self.files.iter().map(hash).collect(),
        };
        self.archive(&manifest).map_err(|error| Error::malformed(format!("the bundle can't be written: {error}")))
    }

    fn archive(&self, manifest: &Manifest) -> Result<Vec<u8>, ZipError> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::DEFAULT)
            .system(System::Unix)
            .unix_permissions(0o644);
        // What is in it stands first, for whoever looks at the archive.
        let manifest = (MANIFEST, manifest.to_toml().into_bytes());
        archive.start_file(manifest.0, options)?;
        archive.write_all(&manifest.1)?;
        for (path, bytes) in &self.files {
            archive.start_file(path.as_str(), options)?;
            archive.write_all(bytes)?;
        }
        archive.set_raw_comment(Box::new([0; SEAL]))?;
        let mut bytes = archive.finish()?.into_inner();
        let content = bytes.len() - SEAL;
        let seal = seal(&bytes[..content]);
        bytes[content..].copy_from_slice(&seal);
        Ok(bytes)
    }
}
