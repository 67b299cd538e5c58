//! The place through which messages go.

use std::cell::RefCell;

thread_local! {
    /// The message that the host is writing, then the reply that it reads.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a message of that length; where it is.
pub(crate) fn make_room(length: usize) -> *mut u8 {
    BUFFER.with_borrow_mut(|buffer| {
        *buffer = vec![0; length];
        buffer.as_mut_ptr()
    })
}

/// The message that the host has written.
pub(crate) fn take() -> Vec<u8> {
    BUFFER.take()
}

/// Leaves a reply for the host: its address in the upper half, its length in the lower.
pub(crate) fn leave(bytes: Vec<u8>) -> u64 {
    BUFFER.with_borrow_mut(|buffer| {
        *buffer = bytes;
        (buffer.as_ptr().addr() as u64) << 32 | buffer.len() as u64
    })
}
