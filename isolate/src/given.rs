//! Sources that a snapshot is given.

use crate::boundary::{Content, Role, SourceData};
use exocet::{
    Error,
    source::{Shape, Source},
};
use std::{io, path::Path, sync::Arc};

/// A source, whether its files are handed in or asked for, and what it is for.
pub(crate) struct Given {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) is_asked: bool,
    pub(crate) role: Role,
}

impl SourceData {
    /// BLAKE3 of the files, in hexadecimal.
    pub(crate) fn hash(&self) -> String {
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
    pub(crate) fn data(&self) -> Result<SourceData, Error> {
        let label = self.source.label().to_owned();
        let files = if self.is_asked { None } else { Some(files(&*self.source)?) };
        Ok(SourceData { label, role: self.role, files })
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
