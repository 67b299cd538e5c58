//! What a bundle says of itself: its manifest, and the seal around all of it.

use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind};

/// What is in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Manifest {
    /// The version of the form.
    pub(super) version: u32,
    /// What made the bundle: `exocet 0.1.0`.
    pub made_by: String,
    /// The version of the language that its code was checked with: `3.14.0`.
    pub python: String,
    /// The module that is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The compiler that the code in the bundle is of. Another one compiles the modules anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiler: Option<String>,
    /// The distributions that the modules are of.
    #[serde(default, rename = "distribution", skip_serializing_if = "Vec::is_empty")]
    pub distributions: Vec<BundledDistribution>,
    /// All files in the archive but the manifest, sorted by path.
    #[serde(default, rename = "file")]
    pub files: Vec<BundledFile>,
}

/// A distribution of which modules are in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BundledDistribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A file in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BundledFile {
    /// Its path in the archive.
    pub path: String,
    /// BLAKE3 of its bytes, in hexadecimal digits.
    pub hash: String,
}

/// The version of the form.
pub(super) const VERSION: u32 = 1;

const ABOUT: &str = "# What is in this bundle. `exocet bundle --check` compares it with what is there.\n\n";

impl Manifest {
    pub(super) fn parse(bytes: &[u8]) -> io::Result<Self> {
        let invalid = |cause: String| io::Error::new(ErrorKind::InvalidData, format!("the bundle's manifest: {cause}"));
        let text = str::from_utf8(bytes).map_err(|error| invalid(error.to_string()))?;
        let manifest: Self = toml::from_str(text).map_err(|error| invalid(error.to_string().trim_end().to_owned()))?;
        match manifest.version {
            VERSION => Ok(manifest),
            other => Err(invalid(format!("it is of version {other}, and not {VERSION}"))),
        }
    }

    pub(super) fn to_toml(&self) -> String {
        // Strings, numbers and lists of tables of them have a form in TOML.
        format!("{ABOUT}{}", toml::to_string(self).unwrap_or_default())
    }
}

/// What the comment of the archive says of all that stands before it: a word, and BLAKE3 in hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sealed {
    /// It is no bundle's.
    Not,
    /// Something isn't as it was.
    Broken,
    /// All is as it was.
    Whole,
}

const WORD: &[u8] = b"exocet bundle 1 ";
pub(super) const SEAL: usize = WORD.len() + 64;

impl Sealed {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let Some((content, comment)) = bytes.split_last_chunk::<SEAL>() else { return Self::Not };
        // A word of which one letter was changed is no other word by chance.
        let alike = WORD.iter().zip(comment).filter(|(own, other)| own == other).count();
        match alike + 1 >= WORD.len() {
            true if comment == &seal(content) => Self::Whole,
            true => Self::Broken,
            false => Self::Not,
        }
    }
}

/// The comment of an archive with this before it.
pub(super) fn seal(content: &[u8]) -> [u8; SEAL] {
    let mut seal = [0; SEAL];
    seal[..WORD.len()].copy_from_slice(WORD);
    seal[WORD.len()..].copy_from_slice(blake3::hash(content).to_hex().as_bytes());
    seal
}
