//! The memory of the guest: what is freed is emptied for as long as a snapshot is being made, so that no image carries it.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    ptr,
    sync::atomic::{AtomicBool, Ordering},
};

static EMPTIES: AtomicBool = AtomicBool::new(true);

/// From now on what is freed is left as it is.
pub(crate) fn is_frozen() {
    EMPTIES.store(false, Ordering::Relaxed);
}

struct Emptying;

// SAFETY: everything is the system's; a block that is about to be freed may be written to.
unsafe impl GlobalAlloc for Emptying {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if EMPTIES.load(Ordering::Relaxed) {
            unsafe { block.write_bytes(0, layout.size()) };
        }
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !EMPTIES.load(Ordering::Relaxed) {
            return unsafe { System.realloc(block, layout, size) };
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

/// Empties what is free in a memory that can't grow: takes all of it, in smaller and smaller blocks, and gives it back.
pub(crate) fn empty_what_is_free() {
    let mut last: *mut Taken = ptr::null_mut();
    for size in (4..=24).rev().map(|bits| 1_usize << bits) {
        let Ok(layout) = Layout::from_size_align(size, align_of::<Taken>()) else { continue };
        loop {
            // SAFETY: the layout has a size; a block that was taken is as large as it says, and nobody else's.
            unsafe {
                let block = System.alloc(layout);
                if block.is_null() {
                    break;
                }
                block.write_bytes(0, size);
                let taken = block.cast::<Taken>();
                taken.write(Taken { before: last, size });
                last = taken;
            }
        }
    }
    while !last.is_null() {
        // SAFETY: it is one of the blocks that were taken, with the layout with which it was.
        unsafe {
            let Taken { before, size } = last.read();
            last.write_bytes(0, 1);
            System.dealloc(last.cast(), Layout::from_size_align_unchecked(size, align_of::<Taken>()));
            last = before;
        }
    }
}

/// At the beginning of a block that was taken: the one before it.
struct Taken {
    before: *mut Taken,
    size: usize,
}

#[global_allocator]
static ALLOCATOR: Emptying = Emptying;
