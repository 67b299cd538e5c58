//! What of the guest's memory is free.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    ptr,
};

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
