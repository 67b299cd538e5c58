//! Memories, frozen as modules of their own: data, and no code.

use crate::{Guest, cache::GuestCache, fault::Fault, file::Opened, memory_module, variants::Variants};
use std::fmt;
use wasmtime::{Engine, Instance, Module, Store};

/// The memory of a snapshot, of which instances get copies on write.
#[derive(Default)]
pub(crate) struct Image {
    modules: Variants<Module>,
    /// Where it was opened; None, if this process made it.
    file: Option<Opened>,
}

impl Image {
    /// Freezes the memory of an instance whose code is that with or without fuel.
    pub(crate) fn freeze(memory: &[u8], guest: &Guest, fuel: bool) -> Result<Self, Fault> {
        let image = Self::default();
        image.modules.get_or_make(fuel, || compile(&guest.code(fuel)?.engine, &memory_module::encode(memory)?))?;
        Ok(image)
    }

    /// The memory that a file holds.
    pub(crate) fn of_file(file: Opened) -> Self {
        Self { file: Some(file), ..Self::default() }
    }

    /// The module, for code with or without fuel.
    pub(crate) fn module(&self, guest: &Guest, fuel: bool) -> Result<&Module, Fault> {
        self.modules.get_or_make(fuel, || {
            let engine = &guest.code(fuel)?.engine;
            match (&self.file, guest.cache()) {
                (Some(file), Some(cache)) => kept(engine, file, cache),
                _ => compile(engine, &self.wasm(guest)?),
            }
        })
    }

    /// The module as WebAssembly, which is what a file holds.
    pub(crate) fn wasm(&self, guest: &Guest) -> Result<Vec<u8>, Fault> {
        match (&self.file, self.modules.any()) {
            (Some(file), _) => file.image(),
            (None, Some((fuel, module))) => {
                let mut store = Store::new(&guest.code(fuel)?.engine, ());
                let instance = Instance::new(&mut store, module, &[]).map_err(foreign)?;
                let memory = instance.get_memory(&mut store, memory_module::MEMORY).ok_or_else(no_memory)?;
                memory_module::encode(memory.data(&store))
            }
            (None, None) => Err(no_memory()),
        }
    }
}

/// The module of a file, as it is kept for the next process: that is mapped, and not copied.
fn kept(engine: &Engine, file: &Opened, cache: &GuestCache) -> Result<Module, Fault> {
    let place = cache.image(file.checksum(), engine);
    if let Some(module) = GuestCache::read(&place, engine) {
        return Ok(module);
    }
    let compiled = engine.precompile_module(&file.image()?).map_err(foreign)?;
    GuestCache::put(&place, engine, &compiled).0
}

fn compile(engine: &Engine, wasm: &[u8]) -> Result<Module, Fault> {
    Module::from_binary(engine, wasm).map_err(foreign)
}

fn no_memory() -> Fault {
    Fault::Guest("an image has no memory".to_owned())
}

fn foreign(error: wasmtime::Error) -> Fault {
    Fault::Guest(error.to_string())
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file;
    use std::{fs, path::Path};
    use wasm_encoder::MemoryType;

    /// A guest in which nothing could run.
    fn guest(cache: &Path) -> Guest {
        let mut imports = wasm_encoder::ImportSection::new();
        let memory = MemoryType { minimum: 2, maximum: None, memory64: false, shared: false, page_size_log2: None };
        imports.import("env", "memory", wasm_encoder::EntityType::Memory(memory));
        let mut module = wasm_encoder::Module::new();
        module.section(&imports);
        Guest::builder().wasm(module.finish()).cache(cache).build().expect("it is a guest")
    }

    fn content(image: &Image, guest: &Guest, fuel: bool) -> Vec<u8> {
        let mut store = Store::new(&guest.code(fuel).unwrap().engine, ());
        let instance = Instance::new(&mut store, image.module(guest, fuel).unwrap(), &[]).unwrap();
        instance.get_memory(&mut store, memory_module::MEMORY).unwrap().data(&store).to_vec()
    }

    #[test]
    fn an_image_is_the_same_for_all_code_and_out_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let guest = guest(folder.path());
        let mut memory = vec![0; 3 << 16];
        memory[70_000] = 7;
        let image = Image::freeze(&memory, &guest, false).unwrap();
        assert_eq!(content(&image, &guest, false), memory);
        assert_eq!(content(&image, &guest, true), memory);

        let path = folder.path().join("snapshot");
        file::save(&path, b"", &image.wasm(&guest).unwrap()).unwrap();
        for time in 0..2 {
            let opened = Image::of_file(file::open(&path).unwrap());
            assert_eq!(content(&opened, &guest, false), memory);
            assert_eq!(opened.wasm(&guest).unwrap(), image.wasm(&guest).unwrap());
            // The second time it is mapped from where it is kept.
            let kept = fs::read_dir(folder.path().join("images-1")).unwrap().count();
            assert_eq!(kept, 1, "{time}");
        }
    }
}
