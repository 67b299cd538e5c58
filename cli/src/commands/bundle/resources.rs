//! The files that packages have beside their modules.

use crate::failure::Failure;
use exocet::{
    Source,
    modules::PythonModule,
    source::{Entry, Shape},
};
use std::{collections::BTreeMap, sync::Arc};

/// Files beside the modules of packages.
#[derive(Default)]
pub(super) struct Resources {
    /// By their paths in the bundle.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Native code, which no bundle can run.
    pub(super) native: Vec<String>,
}

/// What isn't taken for a resource: modules, which go in where they are imported, and what is made of them.
const MODULES: [&str; 3] = ["py", "pyc", "pyi"];
const NATIVE: [&str; 4] = ["so", "pyd", "dylib", "dll"];

impl Resources {
    /// All that is in the folders of these packages, down to the next package.
    pub(super) fn of<'a>(modules: impl Iterator<Item = &'a PythonModule>) -> Result<Self, Failure> {
        let mut resources = Self::default();
        for module in modules.filter(|module| module.is_package()) {
            if let Some((source, path)) = module.source_and_path() {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                resources.add_folder(source, folder).map_err(Failure::failed)?;
            }
        }
        Ok(resources)
    }

    fn add_folder(&mut self, source: &Arc<dyn Source>, folder: &str) -> std::io::Result<()> {
        for entry in source.list(folder)?.into_iter().flatten() {
            let Entry { name, shape } = entry?;
            let path = format!("{folder}/{name}");
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            match shape {
                Shape::File if NATIVE.contains(&extension) => self.native.push(path),
                Shape::File if MODULES.contains(&extension) => {}
                Shape::File => {
                    if let Some(bytes) = source.read(&path)? {
                        self.files.insert(path, bytes.to_vec());
                    }
                }
                // A package of its own goes in with its files where it is imported.
                Shape::Folder if name == "__pycache__" || source.probe(&format!("{path}/__init__.py"))?.is_some() => {}
                Shape::Folder => self.add_folder(source, &path)?,
                Shape::Native => {}
            }
        }
        Ok(())
    }
}
