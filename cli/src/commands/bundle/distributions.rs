//! What the distributions say of themselves that a bundle's modules are of.

use crate::failure::Failure;
use exocet::{Source, modules::SearchPath};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// An installed distribution.
pub(super) struct Distribution {
    pub(super) name: String,
    pub(super) version: String,
    /// What of it goes in, by the paths in the bundle.
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

/// What programs ask for at run time, by `importlib.metadata`.
const FILES: [&str; 3] = ["METADATA", "entry_points.txt", "top_level.txt"];

/// The distributions on the path that have any of these files.
pub(super) fn of(path: &SearchPath, files: &BTreeSet<String>) -> Result<Vec<Distribution>, Failure> {
    let mut found = Vec::new();
    for location in path.locations() {
        let children = location.source.list(&location.folder).map_err(Failure::failed)?;
        let names = children.into_iter().flatten().filter_map(|child| Some(child.ok()?.name));
        for folder in names.filter(|name| name.ends_with(".dist-info")) {
            found.extend(read(&location.source, &folder, files).map_err(Failure::failed)?);
        }
    }
    Ok(found)
}

fn read(source: &Arc<dyn Source>, folder: &str, files: &BTreeSet<String>) -> std::io::Result<Option<Distribution>> {
    let text = |name: &str| -> std::io::Result<Option<String>> {
        let bytes = source.read(&format!("{folder}/{name}"))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    };
    let record = text("RECORD")?.unwrap_or_default();
    // `path,hash,size`, and nothing that is quoted is a module.
    if !record.lines().filter_map(|line| line.split(',').next()).any(|path| files.contains(path)) {
        return Ok(None);
    }
    let metadata = text("METADATA")?.unwrap_or_default();
    let header = |key: &str| {
        let lines = metadata.lines().take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case(key))
    };
    let (Some((_, name)), Some((_, version))) = (header("Name"), header("Version")) else { return Ok(None) };
    let (name, version) = (name.trim().to_owned(), version.trim().to_owned());
    let mut taken = BTreeMap::new();
    for file in FILES {
        let path = format!("{folder}/{file}");
        taken.extend(source.read(&path)?.map(|bytes| (path, bytes.to_vec())));
    }
    Ok(Some(Distribution { name, version, files: taken }))
}
