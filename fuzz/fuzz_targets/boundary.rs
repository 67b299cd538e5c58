//! What a guest says may be anything: the host understands it or has one error, and it costs no more memory than the isolate may
//! have, but for a factor.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// What the isolate may have.
const MEMORY: usize = 4 << 20;

/// How much the host may: each value is some times as long as its least form, and vectors grow by doubling.
const MOST: usize = 8 * MEMORY;

/// Counts what is allocated.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's allocator does it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    exocet_isolate::fuzzing::hear(bytes, MEMORY);
    let peak = PEAK.load(Relaxed).saturating_sub(before);
    assert!(peak < MOST, "{peak} bytes for {} bytes", bytes.len());
});
