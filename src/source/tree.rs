//! Files by path, for the sources that hold all their paths in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::contract::{Entry, Shape};

/// Files by path. Folders are implied by the paths of their files; a path that ends in `/` makes an empty folder. A path that others
/// lie below is a folder, even where a file is said to be there too, as tools write an archive that forget the `/` of a folder's name.
///
/// The order of the map keeps the files of a folder together, so a folder is listed without a look at any other, and a path of
/// many components costs no more than its length.
#[derive(Debug)]
pub(super) struct Tree<T>(BTreeMap<String, T>);

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Tree(BTreeMap::new())
    }
}

impl<T> Tree<T> {
    pub(super) fn insert(&mut self, path: String, file: T) {
        self.0.insert(path, file);
    }

    pub(super) fn remove(&mut self, path: &str) -> Option<T> {
        self.0.remove(path)
    }

    pub(super) fn get(&self, path: &str) -> Option<&T> {
        self.0.get(path).filter(|_| !path.ends_with('/') && !self.has_folder(path))
    }

    pub(super) fn probe(&self, path: &str) -> Option<Shape> {
        if self.get(path).is_some() {
            return Some(Shape::File);
        }
        self.has_folder(path).then_some(Shape::Folder)
    }

    pub(super) fn list(&self, folder: &str) -> Option<Vec<Entry>> {
        if !self.has_folder(folder) {
            return None;
        }
        let prefix = prefix(folder);
        let mut children = Vec::new();
        let mut from = Bound::Included(prefix.clone());
        while let Some((path, _)) = self.0.range((from, Bound::Unbounded)).next() {
            let Some(rest) = path.strip_prefix(&prefix) else {
                break;
            };
            from = match rest.split_once('/') {
                // `0` comes right after `/`, so this goes on behind everything below the child.
                Some((name, _)) => {
                    children.push(Entry { name: name.to_owned(), shape: Shape::Folder });
                    Bound::Included(format!("{prefix}{name}0"))
                }
                None => {
                    if !rest.is_empty() && !self.has_folder(path) {
                        children.push(Entry { name: rest.to_owned(), shape: Shape::File });
                    }
                    Bound::Excluded(path.clone())
                }
            };
        }
        Some(children)
    }

    fn has_folder(&self, folder: &str) -> bool {
        // The root is there even when nothing is in it.
        let prefix = prefix(folder);
        folder.is_empty() || self.0.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }
}

fn prefix(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}
