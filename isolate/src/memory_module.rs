//! A module of WebAssembly that is nothing but a memory: how it is written, and that one is such a module.

use crate::fault::Fault;
use std::ops::Range;
use wasm_encoder::{Encode, ExportKind, ExportSection, MemorySection, MemoryType};
use wasmparser::{DataKind, ExternalKind, Operator, Parser, Payload};

/// The size of a page of the host's: what of a memory is empty isn't in its module.
const PAGE: usize = 4096;

/// The size of a page of WebAssembly's.
const WASM_PAGE: usize = 65536;

/// So much emptiness between two pages is written as it is: what makes an instance of it takes longer for many pieces.
const GAP: usize = 64 << 10;

/// A module holds at least this part of what lies between its first byte and its last. So a file can't claim much more than
/// it has.
const SPARSE: usize = 4;

/// The same, for modules that are small anyway.
const SMALL: usize = 1 << 20;

/// The number of the section that holds data.
const DATA: u8 = 11;

/// The name under which the memory is exported.
pub(crate) const MEMORY: &str = "memory";

/// A module whose memory has this content.
pub(crate) fn encode(memory: &[u8]) -> Result<Vec<u8>, Fault> {
    let too_large = |_| Fault::Guest("its memory is too large".to_owned());
    let runs = dense(memory);
    let mut heads = Vec::with_capacity(runs.len());
    for run in &runs {
        let mut head = vec![0, 0x41];
        u32::try_from(run.start).map_err(too_large)?.cast_signed().encode(&mut head);
        head.push(0x0b);
        u32::try_from(run.len()).map_err(too_large)?.encode(&mut head);
        heads.push(head);
    }
    let mut count = Vec::new();
    u32::try_from(runs.len()).map_err(too_large)?.encode(&mut count);
    let length = count.len() + heads.iter().map(Vec::len).sum::<usize>() + runs.iter().map(Range::len).sum::<usize>();

    let mut memories = MemorySection::new();
    let minimum = memory.len().div_ceil(WASM_PAGE) as u64;
    memories.memory(MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export(MEMORY, ExportKind::Memory, 0);
    let mut module = wasm_encoder::Module::new();
    module.section(&memories).section(&exports);
    let mut wasm = module.finish();
    // What follows is copied once, straight from the memory.
    wasm.reserve_exact(length + 8);
    wasm.push(DATA);
    u32::try_from(length).map_err(too_large)?.encode(&mut wasm);
    wasm.extend_from_slice(&count);
    for (head, run) in heads.iter().zip(runs) {
        wasm.extend_from_slice(head);
        wasm.extend_from_slice(&memory[run]);
    }
    Ok(wasm)
}

/// How many bytes of a memory aren't empty, by whole pages.
pub(crate) fn content(memory: &[u8]) -> usize {
    runs(memory, 0).iter().map(Range::len).sum()
}

/// What isn't empty, in as few pieces as do not hold much more than that.
fn dense(memory: &[u8]) -> Vec<Range<usize>> {
    let mut gap = GAP;
    loop {
        let runs = runs(memory, gap);
        let data = runs.iter().map(Range::len).sum::<usize>();
        if span(&runs) <= allowed(data) {
            return runs;
        }
        gap *= 2;
    }
}

/// What isn't empty, by whole pages, with gaps that are at least so large.
fn runs(memory: &[u8], gap: usize) -> Vec<Range<usize>> {
    static EMPTY: [u8; PAGE] = [0; PAGE];
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (number, page) in memory.chunks(PAGE).enumerate() {
        if page == &EMPTY[..page.len()] {
            continue;
        }
        let (start, end) = (number * PAGE, number * PAGE + page.len());
        match runs.last_mut() {
            Some(last) if start - last.end < gap => last.end = end,
            _ => runs.push(start..end),
        }
    }
    runs
}

fn span(runs: &[Range<usize>]) -> usize {
    runs.first().zip(runs.last()).map_or(0, |(first, last)| last.end - first.start)
}

/// How far a module with so much data may reach.
fn allowed(data: usize) -> usize {
    data.saturating_mul(SPARSE).saturating_add(SMALL)
}

/// Whether these bytes are a module that is nothing but a memory, with data that lies in it and isn't spread too thin.
pub(crate) fn is_one(wasm: &[u8]) -> bool {
    let (mut size, mut is_exported, mut runs, mut data) = (None, false, Vec::<Range<usize>>::new(), 0);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload {
            Ok(Payload::Version { .. } | Payload::End(_)) => {}
            Ok(Payload::MemorySection(memories)) if memories.count() == 1 => {
                let Some(Ok(memory)) = memories.into_iter().next() else { return false };
                if memory.memory64 || memory.shared || memory.maximum.is_some() || memory.page_size_log2.is_some() {
                    return false;
                }
                size = usize::try_from(memory.initial).ok().and_then(|pages| pages.checked_mul(WASM_PAGE));
            }
            Ok(Payload::ExportSection(exports)) if exports.count() == 1 => {
                let Some(Ok(export)) = exports.into_iter().next() else { return false };
                is_exported = export.name == MEMORY && export.kind == ExternalKind::Memory && export.index == 0;
            }
            Ok(Payload::DataSection(segments)) => {
                for segment in segments {
                    let Ok(segment) = segment else { return false };
                    let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else { return false };
                    let mut offset = offset_expr.get_operators_reader();
                    let (Ok(Operator::I32Const { value }), Ok(Operator::End), true) =
                        (offset.read(), offset.read(), offset.eof())
                    else {
                        return false;
                    };
                    let start = value.cast_unsigned() as usize;
                    let Some(end) = start.checked_add(segment.data.len()) else { return false };
                    if runs.last().is_some_and(|last| start < last.end) || size.is_none_or(|size| end > size) {
                        return false;
                    }
                    data += segment.data.len();
                    runs.push(start..end);
                }
            }
            _ => return false,
        }
    }
    size.is_some() && is_exported && span(&runs) <= allowed(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_such_a_module() {
        for (size, at) in [(0, vec![]), (1, vec![0]), (3, vec![5000, 100_000]), (900, vec![1, 50 << 20])] {
            let mut memory = vec![0; size * WASM_PAGE];
            at.iter().for_each(|at| memory[*at] = 7);
            let wasm = encode(&memory).unwrap();
            assert!(is_one(&wasm), "{size} {at:?}");
            assert!((0..wasm.len()).step_by(97).all(|cut| !is_one(&wasm[..cut]) || cut == 0), "{size} {at:?}");
        }
    }

    #[test]
    fn what_has_code_or_claims_more_than_it_has_is_none() {
        let text = wasm_encoder::Module::new().finish();
        assert!(!is_one(&text));
        let two = [(0, vec![1]), (900 << 20, vec![1])];
        let mut data = wasm_encoder::DataSection::new();
        for (at, bytes) in two {
            data.active(0, &wasm_encoder::ConstExpr::i32_const(at), bytes);
        }
        let mut memories = MemorySection::new();
        let minimum = 1000 << 4;
        memories.memory(MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut exports = ExportSection::new();
        exports.export(MEMORY, ExportKind::Memory, 0);
        let mut module = wasm_encoder::Module::new();
        module.section(&memories).section(&exports).section(&data);
        assert!(!is_one(&module.finish()));
    }
}
