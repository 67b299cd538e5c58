//! Memories, frozen as modules of their own.

use crate::{guest::Inner, instance::foreign};
use exocet::Error;
use wasm_encoder::{ConstExpr, DataSection, ExportKind, ExportSection, MemorySection, MemoryType};
use wasmtime::Module;

/// The size of a page of the host's: what of an image is empty isn't in it.
const PAGE: usize = 4096;

/// The size of a page of WebAssembly's.
const WASM_PAGE: usize = 65536;

/// The name under which an image exports its memory.
pub(crate) const MEMORY: &str = "memory";

/// A module that is nothing but a memory with this content, which instances get copy-on-write.
pub(crate) fn freeze(memory: &[u8], guest: &Inner) -> Result<Module, Error> {
    let mut memories = MemorySection::new();
    let minimum = memory.len().div_ceil(WASM_PAGE) as u64;
    memories.memory(MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export(MEMORY, ExportKind::Memory, 0);
    let mut data = DataSection::new();
    for (at, content) in runs(memory) {
        let at = u32::try_from(at).map_err(|_| foreign("its memory is too large"))?;
        data.active(0, &ConstExpr::i32_const(at.cast_signed()), content.iter().copied());
    }
    let mut image = wasm_encoder::Module::new();
    image.section(&memories).section(&exports).section(&data);
    Module::new(&guest.engine, image.finish()).map_err(foreign)
}

/// What isn't empty, by whole pages, with its place.
pub(crate) fn runs(memory: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let is_empty = |page: &[u8]| page.iter().all(|byte| *byte == 0);
    let mut at = 0;
    std::iter::from_fn(move || {
        let page =
            |at: usize| memory.get(at..).filter(|rest| !rest.is_empty()).map(|rest| &rest[..rest.len().min(PAGE)]);
        while page(at).is_some_and(is_empty) {
            at += PAGE;
        }
        let start = at;
        while page(at).is_some_and(|page| !is_empty(page)) {
            at += PAGE;
        }
        (at > start).then(|| (start, &memory[start..at.min(memory.len())]))
    })
}
