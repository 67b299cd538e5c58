//! What is measured: whoever loads modules.

use super::results::{Contestant, Samples, Work};

pub(crate) trait Contender {
    /// What it is called in the results.
    fn contestant(&self) -> Contestant;

    /// Does for a module what is done once, before the rounds.
    fn prepare(&mut self, name: &str) -> Result<(), String>;

    /// The samples of one round of that work. None, if it does no such work.
    fn round(&mut self, name: &str, work: Work) -> Result<Option<Samples>, String>;

    /// The bytes that one of many instances takes up, where the system reports it.
    fn memory(&mut self, name: &str) -> Result<Option<f64>, String>;
}
