//! Which modules a thread loads meanwhile, and of which bytes.

use super::unit::Unit;
use crate::modules::handle::PythonModule;
use std::{cell::RefCell, sync::Arc};

/// A module that was loaded fresh.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) module: PythonModule,
    /// The bytes that its code was made of; absent for a namespace package.
    pub(crate) source: Option<Arc<[u8]>>,
}

thread_local! {
    /// The recordings of this thread, innermost last.
    static RECORDINGS: RefCell<Vec<Vec<Recorded>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f`, and returns the modules that this thread loads fresh meanwhile.
pub(crate) fn recorded<R>(f: impl FnOnce() -> R) -> (R, Vec<Recorded>) {
    /// Ends the recording on every way out.
    struct Ended;

    impl Drop for Ended {
        fn drop(&mut self) {
            RECORDINGS.with_borrow_mut(Vec::pop);
        }
    }

    RECORDINGS.with_borrow_mut(|recordings| recordings.push(Vec::new()));
    let _ended = Ended;
    let result = f();
    let recorded = RECORDINGS.with_borrow_mut(|recordings| recordings.last_mut().map(std::mem::take));
    (result, recorded.unwrap_or_default())
}

/// A module is about to run: what is recorded in the middle of something else belongs to the innermost recording.
pub(crate) fn note(module: &PythonModule, unit: &Unit) {
    RECORDINGS.with_borrow_mut(|recordings| {
        if let Some(recording) = recordings.last_mut() {
            recording.push(Recorded { module: module.clone(), source: unit.shared_source() });
        }
    });
}
