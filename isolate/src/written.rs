//! The pages of a memory that isolates write to, so that the next ones find them as they are.
//!
//! When an instance ends, wasmtime puts the pages back that it has written to, and the next instance in the same place has them at once,
//! where it would have to ask the kernel for each. But it does so for 32 stretches of pages, and gives up what lies behind them. The
//! objects whose references Python code counts lie scattered: a first template of Jinja2's writes to some 170 pages in 110 stretches. So
//! the pages between them are written to, too, until there are few enough stretches: to put more pages back takes less time
//! than to ask for some anew.

use std::{
    collections::BTreeSet,
    fs::File,
    hint::black_box,
    io,
    ops::Range,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The size of a page of the host's.
const PAGE: usize = 4096;

/// So many stretches are put back, see `MAX_REGIONS` of wasmtime.
const STRETCHES: usize = 32;

/// How often isolates are looked at: the first that ends, the second, the fourth, and so on.
const LOOKS: usize = 12;

/// What is known of the pages that the isolates of an image write to.
#[derive(Debug, Default)]
pub(crate) struct Written {
    ended: AtomicU64,
    /// The pages that those wrote to which were looked at.
    seen: Mutex<BTreeSet<usize>>,
    /// The pages between them, after each look.
    between: [OnceLock<Vec<usize>>; LOOKS],
}

impl Written {
    /// Prepares a memory for being put back, whose instance does nothing more. Up to so many bytes are kept.
    pub(crate) fn settle(&self, memory: &mut [u8], kept: usize, map: &PageMap) {
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        if ended.is_power_of_two()
            && let Some(look) = self.between.get(ended.ilog2() as usize)
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            // Where the kernel doesn't tell there is nothing to be known.
            seen.extend(map.own_pages(memory).unwrap_or_default());
            look.get_or_init(|| between(&seen, kept / PAGE));
        }
        for page in self.between.iter().rev().find_map(OnceLock::get).into_iter().flatten() {
            // Its content stays what it is.
            if let Some(byte) = memory.get_mut(page * PAGE) {
                *byte = black_box(*byte);
            }
        }
    }
}

/// The pages of the narrowest gaps between these: of so many that what is left is few enough stretches, or that so many pages can just
/// be kept.
fn between(pages: &BTreeSet<usize>, most: usize) -> Vec<usize> {
    let mut gaps: Vec<_> = pages.iter().zip(pages.iter().skip(1)).map(|(page, next)| page + 1..*next).collect();
    gaps.retain(|gap| !gap.is_empty());
    gaps.sort_by_key(ExactSizeIterator::len);
    let too_many = (gaps.len() + 1).saturating_sub(STRETCHES);
    let mut room = most.saturating_sub(pages.len());
    let fits = |gap: &Range<usize>| {
        let left = room.checked_sub(gap.len());
        room = left.unwrap_or(room);
        left.is_some()
    };
    gaps.into_iter().take(too_many).take_while(fits).flatten().collect()
}

/// What the kernel tells of the process's pages.
#[derive(Debug)]
pub(crate) struct PageMap(Option<File>);

impl PageMap {
    /// It is opened once, so that no file is while isolates come and go.
    pub(crate) fn open() -> Self {
        Self(if cfg!(target_os = "linux") { File::open("/proc/self/pagemap").ok() } else { None })
    }

    /// The pages that are the process's own, and no longer those of the file that is mapped there.
    #[cfg(target_os = "linux")]
    fn own_pages(&self, memory: &[u8]) -> io::Result<Vec<usize>> {
        use std::os::unix::fs::FileExt;
        let Some(file) = &self.0 else { return Ok(Vec::new()) };
        // Documentation/admin-guide/mm/pagemap.rst of Linux: 64 bits a page, of which the highest says that it is there, and bit 61 that
        // it is a file's or shared.
        let mut entries = vec![0; memory.len() / PAGE * 8];
        file.read_exact_at(&mut entries, (memory.as_ptr().addr() / PAGE * 8) as u64)?;
        let entries =
            entries.chunks_exact(8).map(|entry| entry.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)));
        Ok(entries
            .enumerate()
            .filter(|(_, entry)| entry >> 63 == 1 && entry >> 61 & 1 == 0)
            .map(|(page, _)| page)
            .collect())
    }

    #[cfg(not(target_os = "linux"))]
    fn own_pages(&self, _: &[u8]) -> io::Result<Vec<usize>> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(pages: &BTreeSet<usize>) -> usize {
        pages.iter().filter(|page| !pages.contains(&(**page + 1))).count()
    }

    #[test]
    fn what_lies_between_makes_few_stretches_of_many() {
        let few = (0..STRETCHES).map(|number| number * 10).collect();
        assert_eq!(between(&few, 1000), [] as [usize; 0]);
        assert_eq!(between(&BTreeSet::new(), 1000), [] as [usize; 0]);
        // The gaps get wider, and the widest stay.
        let mut pages: BTreeSet<usize> = (0..100).map(|number| number * (number + 3) / 2).collect();
        assert_eq!(stretches(&pages), 100);
        pages.extend(between(&pages, 10_000));
        assert_eq!(stretches(&pages), STRETCHES);
        assert!(pages.contains(&1) && !pages.contains(&5000));
    }

    #[test]
    fn no_more_is_written_to_than_is_kept() {
        let pages: BTreeSet<usize> = (0..100).map(|number| number * 10).collect();
        for (most, expected) in [(99, 0), (100, 0), (108, 0), (109, 9), (126, 18), (127, 27), (10_000, 68 * 9)] {
            assert_eq!(between(&pages, most).len(), expected, "{most}");
        }
    }
}
