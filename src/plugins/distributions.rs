//! Installed distributions: the `*.dist-info` and `*.egg-info` on a search path.

use super::found::Problem;
use crate::{
    limit::SOURCE_BYTES,
    modules::search_path::{Location, SearchPath},
    source::contract::{Entry, Shape, Source, join},
};
use pep440_rs::Version;
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    fmt, io,
    str::FromStr,
    sync::Arc,
};

/// A distribution, as its metadata describes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distribution {
    /// The name, as its author writes it.
    pub name: String,
    /// The version, if it has one.
    pub version: Option<String>,
    /// The folder of the metadata.
    pub folder: String,
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.version.iter().try_for_each(|version| write!(f, " {version}"))
    }
}

/// What stands on a search path under a name such as `x-1.0.dist-info`.
#[derive(Clone)]
pub(super) struct Installed {
    source: Arc<dyn Source>,
    /// The path of the folder, or of the one file that an old `*.egg-info` is.
    path: String,
    is_file: bool,
    /// What the file name has for name and version.
    name: String,
    version: Option<String>,
}

/// The distributions on a search path, with the number of the one that counts in place of each.
pub(super) fn installed(path: &SearchPath, problems: &mut Vec<Problem>) -> Vec<(Installed, Option<usize>)> {
    let mut all: Vec<(Installed, Option<usize>)> = Vec::new();
    let mut first: HashMap<String, usize> = HashMap::new();
    for location in path.locations() {
        for same in listed(location, problems).into_values() {
            for one in in_order(same) {
                let number = all.len();
                let winner = *first.entry(normal(&one.name)).or_insert(number);
                all.push((one, Some(winner).filter(|winner| *winner != number)));
            }
        }
    }
    all
}

/// The distributions in one folder, by their names.
fn listed(location: &Location, problems: &mut Vec<Problem>) -> BTreeMap<String, Vec<Installed>> {
    let Location { source, folder } = location;
    let mut found = BTreeMap::<_, Vec<_>>::new();
    let children = match source.list(folder) {
        Ok(children) => children.unwrap_or_default(),
        Err(cause) => {
            problems.push(Problem::new(format!("can't list the distributions in `{location}`: {cause}")));
            return found;
        }
    };
    for child in children {
        match child {
            Ok(Entry { name, shape }) => {
                if let Some(one) = Installed::new(source, join(folder, &name), &name, shape) {
                    found.entry(normal(&one.name)).or_default().push(one);
                }
            }
            Err(cause) => {
                problems.push(Problem::new(format!("can't list the distributions in `{location}`: {cause}")));
            }
        }
    }
    found
}

/// Those of one name in one folder, the one that counts first. An upgrade that was interrupted leaves both behind.
fn in_order(mut same: Vec<Installed>) -> Vec<Installed> {
    if same.len() > 1 {
        same.sort_by_cached_key(|one| {
            let has_metadata = matches!(one.read(one.metadata_file()), Ok(Some(_)));
            let version = one.version.as_deref().and_then(|version| Version::from_str(version).ok());
            (Reverse(has_metadata), !one.path.ends_with(".dist-info"), Reverse(version), one.path.clone())
        });
    }
    same
}

impl Installed {
    fn new(source: &Arc<dyn Source>, path: String, file: &str, shape: Shape) -> Option<Self> {
        let is_egg = file.ends_with(".egg-info");
        let is_file = match shape {
            Shape::Folder => false,
            Shape::File if is_egg => true,
            _ => return None,
        };
        let stem = file.strip_suffix(".dist-info").or_else(|| file.strip_suffix(".egg-info"))?;
        let (name, rest) = stem.split_once('-').map_or((stem, None), |(name, rest)| (name, Some(rest)));
        // In an egg's name the version of Python follows.
        let version = rest.map(|rest| if is_egg { rest.split('-').next().unwrap_or(rest) } else { rest });
        let (name, version) = (name.to_owned(), version.map(str::to_owned));
        Some(Installed { source: source.clone(), path, is_file, name, version })
    }

    /// A file of the metadata, if it is there.
    pub(super) fn read(&self, file: &str) -> io::Result<Option<Arc<[u8]>>> {
        match (self.is_file, file) {
            (true, "") => self.source.read_within(&self.path, SOURCE_BYTES),
            (true, _) => Ok(None),
            (false, file) => self.source.read_within(&join(&self.path, file), SOURCE_BYTES),
        }
    }

    /// Where it stands.
    pub(super) fn folder(&self) -> String {
        join(self.source.label(), &self.path)
    }

    /// What the metadata says. What it doesn't say is taken from the name of the folder, and is a problem.
    pub(super) fn described(&self, problems: &mut Vec<Problem>) -> Distribution {
        let folder = self.folder();
        let file = self.metadata_file();
        let place = if self.is_file { folder.clone() } else { join(&folder, file) };
        let mut report = |what: String| {
            let problem = Problem::new(format!("{what}: name and version are taken from the name of the folder"));
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        };
        let (mut name, mut version) = (None, None);
        match self.read(file) {
            Ok(Some(bytes)) => {
                let text = String::from_utf8_lossy(&bytes);
                (name, version) = (header(&text, "name"), header(&text, "version"));
                if name.is_none() || version.is_none() {
                    report(format!("`{place}` doesn't have both a name and a version"));
                }
            }
            Ok(None) => report(format!("there is no `{place}`")),
            Err(cause) => report(format!("can't read `{place}`: {cause}")),
        }
        let name = name.unwrap_or_else(|| self.name.clone());
        Distribution { name, version: version.or_else(|| self.version.clone()), folder }
    }

    fn metadata_file(&self) -> &'static str {
        match () {
            () if self.is_file => "",
            () if self.path.ends_with(".dist-info") => "METADATA",
            () => "PKG-INFO",
        }
    }
}

/// A header of metadata, which end at the first empty line.
fn header(text: &str, wanted: &str) -> Option<String> {
    let headers = text.lines().take_while(|line| !line.trim().is_empty());
    let mut found =
        headers.filter_map(|line| line.split_once(':')).filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.next().map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The name as distributions are compared by it (PEP 503).
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for char in name.chars().flat_map(char::to_lowercase) {
        match char {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            char => normal.push(char),
        }
    }
    normal
}
