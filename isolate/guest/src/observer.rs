//! Tells the host what the loader does.

use crate::{boundary::Ask, host};
use exocet::{Observer, observe::Event};
use std::sync::atomic::{AtomicBool, Ordering};

/// While the snapshot is made the host keeps all of it.
static IS_ON: AtomicBool = AtomicBool::new(true);

pub(crate) fn set(is_on: bool) {
    IS_ON.store(is_on, Ordering::Relaxed);
}

pub(crate) struct Teller;

impl Observer for Teller {
    fn event(&self, event: &Event) {
        // A host that doesn't want it is no reason for an import to fail.
        let _ = host::ask(&Ask::Tell(event.clone()));
    }

    fn is_on(&self) -> bool {
        IS_ON.load(Ordering::Relaxed)
    }
}
