//! Sources: those whose files were handed in, and those whose files the host has.

use crate::{
    boundary::{Answer, Ask, Found, Lookup, SourceData},
    host,
};
use exocet::{
    Memory,
    source::{Entry, Shape, Source},
};
use std::{io, sync::Arc};

/// The files of a source that was handed in; of another one there are none.
pub(crate) fn handed_in(SourceData { label, files, .. }: SourceData) -> Arc<Memory> {
    let memory = Memory::new(label);
    for (path, content) in files.unwrap_or_default() {
        memory.insert(path, content.0);
    }
    Arc::new(memory)
}

/// A source whose files the host has.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) number: usize,
    pub(crate) label: String,
}

impl Asked {
    fn find(&self, path: &str, lookup: Lookup) -> io::Result<Found> {
        match host::ask(&Ask::Find { source: self.number, path: path.to_owned(), lookup }) {
            Ok(Answer::Found(Found::Unreadable(reason))) => Err(io::Error::other(reason)),
            Ok(Answer::Found(found)) => Ok(found),
            Ok(other) => Err(io::Error::other(format!("the host answered {other:?}"))),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

impl Source for Asked {
    fn read(&self, path: &str) -> io::Result<Option<Arc<[u8]>>> {
        Ok(match self.find(path, Lookup::Read)? {
            Found::File(content) => Some(content.0.into()),
            _ => None,
        })
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<io::Result<Entry>>>> {
        let Found::Folder(names) = self.find(folder, Lookup::List)? else { return Ok(None) };
        let entry = |name: String| match name.strip_suffix('/') {
            Some(folder) => Ok(Entry { name: folder.to_owned(), shape: Shape::Folder }),
            None => Ok(Entry { name, shape: Shape::File }),
        };
        Ok(Some(names.into_iter().map(entry).collect()))
    }

    fn probe(&self, path: &str) -> io::Result<Option<Shape>> {
        Ok(match self.find(path, Lookup::Probe)? {
            Found::File(_) => Some(Shape::File),
            Found::Folder(_) => Some(Shape::Folder),
            _ => None,
        })
    }

    fn label(&self) -> &str {
        &self.label
    }
}
