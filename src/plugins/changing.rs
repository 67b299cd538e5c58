//! One change of the plugins at a time.

use crate::{error::Error, interpreter::module_lock::ModuleLock};
use rustpython_vm::VirtualMachine;
use std::cell::RefCell;

/// Keeps changes apart.
#[derive(Default)]
pub(super) struct Changing(Box<u8>);

thread_local! {
    /// What this thread is in the middle of changing.
    static CHANGING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

impl Changing {
    /// Runs `f` while no other thread changes the same.
    ///
    /// # Errors
    /// A change in the middle of another one on the same thread, as by a plugin that is being loaded; what `f` returns.
    pub(super) fn alone<R>(&self, vm: &VirtualMachine, f: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        /// Ends the change on every way out.
        struct Ended;

        impl Drop for Ended {
            fn drop(&mut self) {
                CHANGING.with_borrow_mut(Vec::pop);
            }
        }

        // A box has an address of its own for as long as it lives.
        let own = std::ptr::from_ref(&*self.0) as usize;
        if CHANGING.with_borrow(|changing| changing.contains(&own)) {
            return Err(Error::raise("RuntimeError", "the plugins are changed in the middle of a change of theirs"));
        }
        let lock = ModuleLock::acquire(&format!("plugins {own:x}"), vm);
        let _lock = lock.map_err(|raised| Error::from_exception(raised, vm))?;
        CHANGING.with_borrow_mut(|changing| changing.push(own));
        let _ended = Ended;
        f()
    }
}
