//! The loader inside an isolate: one runtime an instance, behind the boundary that `boundary.rs` describes.

#![cfg(all(target_family = "wasm", target_os = "unknown"))]

mod allocator;
#[path = "../../src/boundary.rs"]
mod boundary;
mod buffer;
mod clock;
mod compiler;
mod host;
mod imports;
mod interpreter;
mod lent;
mod listing;
mod memory;
mod objects;
mod observer;
mod output;
mod source;

use boundary::{Message, Reply, VERSION};
use exocet::Error;
use objects::Objects;

#[unsafe(no_mangle)]
extern "C" fn exocet_version() -> u32 {
    VERSION
}

/// Makes room for a message of that length.
#[unsafe(no_mangle)]
extern "C" fn exocet_buffer(length: u32) -> *mut u8 {
    buffer::make_room(length as usize)
}

/// Where Python code was when the guest was interrupted, as text: its address in the upper half, its length in the lower; 0 where no
/// Python code was. Nothing but this can be called after an interruption.
#[unsafe(no_mangle)]
extern "C" fn exocet_where() -> u64 {
    let Some(frame) = exocet::raw::position() else { return 0 };
    let function = frame.function.unwrap_or_default();
    buffer::leave(format!("{}:{} in `{function}`", frame.file, frame.line).into_bytes())
}

/// Carries out the request in the buffer.
#[unsafe(no_mangle)]
extern "C" fn exocet_handle() -> u64 {
    let reply = match ciborium::from_reader(buffer::take().as_slice()) {
        Ok(Message { released, resume, request }) => {
            Objects::have_arrived();
            Objects::release(&released);
            resume.map_or(Ok(()), interpreter::resume).and_then(|()| interpreter::handle(request))
        }
        Err(error) => Err(Error::malformed(format!("the request can't be read: {error}"))),
    };
    let reply = reply.unwrap_or_else(|error| Reply::Failed(interpreter::failure(error)));
    let mut bytes = Vec::new();
    if let Err(error) = ciborium::into_writer(&reply, &mut bytes) {
        host::panicked(&format!("the reply can't be written: {error}"));
    }
    buffer::leave(bytes)
}
