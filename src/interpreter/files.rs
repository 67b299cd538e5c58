//! The files that an interpreter without access to the host sees, read-only: those of its sources, each at the path that its label
//! is. A label that is no path, as `<app>`, stands below the root, where paths without a root begin as well.

use crate::source::contract::{Shape, Source};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    sync::Arc,
};

/// Sources, and where they are seen.
#[derive(Clone, Default)]
pub(crate) struct Files(Vec<Mount>);

#[derive(Clone)]
struct Mount {
    /// Names with a `/` between them, and none in front; the root is empty.
    place: String,
    source: Arc<dyn Source>,
}

/// Why a path has nothing to give.
#[derive(Debug)]
pub(crate) enum Absence {
    Missing,
    /// A file stands where a folder would have to.
    NotFolder,
    IsFolder,
    Unreadable(io::Error),
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
}

impl From<io::Error> for Absence {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl Files {
    /// Shows the files of a source as well. Where several have a file at one path, the one of the longest label counts, and of those with
    /// the same label the first.
    pub(crate) fn add(&mut self, source: Arc<dyn Source>) {
        let names: Vec<_> = source.label().split('/').filter(|name| !matches!(*name, "" | ".")).collect();
        self.0.push(Mount { place: names.join("/"), source });
        self.0.sort_by_key(|mount| std::cmp::Reverse(mount.place.len()));
    }

    /// What stands at a path.
    pub(crate) fn kind(&self, path: &str) -> Result<Kind, Absence> {
        self.resolve(path).map(|(_, kind)| kind)
    }

    /// What stands at a path, and a number that no other path has, as far as that can be said of a hash.
    pub(crate) fn identity(&self, path: &str) -> Result<(Kind, u64), Absence> {
        let (place, kind) = self.resolve(path)?;
        let mut hasher = DefaultHasher::new();
        place.hash(&mut hasher);
        Ok((kind, hasher.finish() >> 1))
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, path: &str) -> Result<Arc<[u8]>, Absence> {
        let (place, kind) = self.resolve(path)?;
        if kind == Kind::Folder {
            return Err(Absence::IsFolder);
        }
        for (source, rest) in self.at(&place) {
            if let Some(bytes) = source.read(rest)? {
                return Ok(bytes);
            }
        }
        Err(Absence::Missing)
    }

    /// The names in a folder, in their order. What can't be listed is left out.
    pub(crate) fn list(&self, path: &str) -> Result<BTreeMap<String, Kind>, Absence> {
        let (place, kind) = self.resolve(path)?;
        if kind == Kind::File {
            return Err(Absence::NotFolder);
        }
        let mut names = BTreeMap::new();
        for (source, rest) in self.at(&place) {
            for entry in source.list(rest)?.into_iter().flatten().flatten() {
                let kind = if entry.shape == Shape::Folder { Kind::Folder } else { Kind::File };
                if entry.shape != Shape::Native && is_name(&entry.name) {
                    names.entry(entry.name).or_insert(kind);
                }
            }
        }
        for mount in &self.0 {
            if let Some(rest) = below(&place, &mount.place).filter(|rest| !rest.is_empty()) {
                names.insert(rest.split('/').next().unwrap_or(rest).to_owned(), Kind::Folder);
            }
        }
        Ok(names)
    }

    /// The place that a path is, by its names alone, and what stands there. Each `..` needs a folder before it. Nothing leads above the
    /// root.
    fn resolve(&self, path: &str) -> Result<(String, Kind), Absence> {
        let mut place = String::new();
        for name in path.split('/') {
            match name {
                "" | "." => {}
                ".." => {
                    self.folder(&place)?;
                    place.truncate(place.rfind('/').unwrap_or(0));
                }
                name => {
                    if !place.is_empty() {
                        place.push('/');
                    }
                    place.push_str(name);
                }
            }
        }
        let kind = match path.rsplit('/').next() {
            Some("" | "." | "..") => self.folder(&place)?,
            _ => self.found(&place)?,
        };
        Ok((place, kind))
    }

    /// Makes sure that a folder stands at a place.
    fn folder(&self, place: &str) -> Result<Kind, Absence> {
        match self.found(place)? {
            Kind::Folder => Ok(Kind::Folder),
            Kind::File => Err(Absence::NotFolder),
        }
    }

    /// What stands at a place.
    fn found(&self, place: &str) -> Result<Kind, Absence> {
        if let Some(kind) = self.probe(place)? {
            return Ok(kind);
        }
        for (end, _) in place.match_indices('/') {
            if self.probe(&place[..end])? == Some(Kind::File) {
                return Err(Absence::NotFolder);
            }
        }
        Err(Absence::Missing)
    }

    fn probe(&self, place: &str) -> io::Result<Option<Kind>> {
        if self.0.iter().any(|mount| below(place, &mount.place).is_some()) || place.is_empty() {
            return Ok(Some(Kind::Folder));
        }
        for (source, rest) in self.at(place) {
            match source.probe(rest)? {
                Some(Shape::File) => return Ok(Some(Kind::File)),
                Some(Shape::Folder) => return Ok(Some(Kind::Folder)),
                Some(Shape::Native) | None => {}
            }
        }
        Ok(None)
    }

    /// The sources that may have something at a place, with the path that it is to them.
    fn at<'a>(&'a self, place: &'a str) -> impl Iterator<Item = (&'a dyn Source, &'a str)> {
        self.0.iter().filter_map(move |mount| Some((&*mount.source, below(&mount.place, place)?)))
    }
}

/// What leads from a folder to a place in it, or to the folder itself.
fn below<'a>(folder: &str, place: &'a str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(place);
    }
    let rest = place.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// Whether a path can be made with this name of a source's.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}
