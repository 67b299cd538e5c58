//! An allocator that empties what is freed for as long as a snapshot is being made, so that no image carries it. The loader of WASI commands
//! uses it as well.

use std::{
    alloc::{GlobalAlloc, Layout, System},
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

#[global_allocator]
static ALLOCATOR: Emptying = Emptying;
