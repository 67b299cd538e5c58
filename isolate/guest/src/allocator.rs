//! An allocator that empties what is freed for as long as a snapshot is being made, so that no image carries it, and that later has the
//! memory grow in large steps. The loader of WASI commands uses it as well.

use core::arch::wasm32::memory_size;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

static EMPTIES: AtomicBool = AtomicBool::new(true);

/// How many pages the memory had when it was last seen to.
static PAGES: AtomicUsize = AtomicUsize::new(0);

/// From now on what is freed is left as it is.
pub(crate) fn is_frozen() {
    EMPTIES.store(false, Ordering::Relaxed);
    PAGES.store(memory_size(0), Ordering::Relaxed);
}

/// Once the memory has grown by what is needed, it grows by an eighth. Otherwise it would by a page or two each time, and in a program
/// whose memory grows V8 spends half of the time on that and on collecting garbage for it.
fn grow_in_large_steps() {
    if memory_size(0) != PAGES.load(Ordering::Relaxed) {
        grow();
    }
}

#[cold]
#[inline(never)]
fn grow() {
    const PAGE: usize = 65536;
    if EMPTIES.load(Ordering::Relaxed) {
        return;
    }
    let room = (memory_size(0) * PAGE / 8).clamp(1 << 20, 16 << 20);
    if let Ok(layout) = Layout::from_size_align(room, align_of::<usize>()) {
        // SAFETY: the layout has a size, and the block goes back as it was taken. Where there is no such room there is none to give back.
        unsafe {
            let block = System.alloc(layout);
            if !block.is_null() {
                System.dealloc(block, layout);
            }
        }
    }
    PAGES.store(memory_size(0), Ordering::Relaxed);
}

struct Allocator;

// SAFETY: everything is the system's; a block that is about to be freed may be written to.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = unsafe { System.alloc(layout) };
        grow_in_large_steps();
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let block = unsafe { System.alloc_zeroed(layout) };
        grow_in_large_steps();
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if EMPTIES.load(Ordering::Relaxed) {
            unsafe { block.write_bytes(0, layout.size()) };
        }
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !EMPTIES.load(Ordering::Relaxed) {
            let moved = unsafe { System.realloc(block, layout, size) };
            grow_in_large_steps();
            return moved;
        }
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;
