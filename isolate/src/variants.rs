//! What exists twice, for isolates with fuel and for those without: code that counts what it does is other code, and a third to
//! two thirds slower. Each is made when it is first needed.

use crate::fault::Fault;
use std::sync::{Mutex, OnceLock, PoisonError};

pub(crate) struct Variants<T> {
    plain: OnceLock<T>,
    metered: OnceLock<T>,
    making: Mutex<()>,
}

impl<T> Default for Variants<T> {
    fn default() -> Self {
        Self { plain: OnceLock::new(), metered: OnceLock::new(), making: Mutex::new(()) }
    }
}

impl<T> Variants<T> {
    /// That with or without fuel, which is made if it isn't there. While one thread makes it, others wait.
    pub(crate) fn get_or_make(&self, fuel: bool, make: impl FnOnce() -> Result<T, Fault>) -> Result<&T, Fault> {
        let slot = if fuel { &self.metered } else { &self.plain };
        if let Some(made) = slot.get() {
            return Ok(made);
        }
        let _one = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.get() {
            Some(made) => Ok(made),
            None => make().map(|made| slot.get_or_init(|| made)),
        }
    }

    /// One that is there, and whether it is with fuel.
    pub(crate) fn any(&self) -> Option<(bool, &T)> {
        self.plain.get().map(|made| (false, made)).or_else(|| self.metered.get().map(|made| (true, made)))
    }
}
