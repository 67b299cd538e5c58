//! Messages as bytes. What comes from a guest is read within bounds, whatever it claims to be: as much as it has to say may take
//! neither more memory nor more time than the isolate may.

use crate::limits::Bounds;
use exocet::{Error, error::Limit};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    io::{self, Read},
    time::Instant,
};

/// The longest message, either way.
pub(crate) const LONGEST: usize = 64 << 20;

/// What reading one item takes of the host's memory, at a guess: the least values are a byte long as a message.
const ITEM: usize = 48;

/// After so many items the clock is looked at.
const ITEMS: u32 = 1024;

/// The longest text of a guest's in a message about it.
const SHOWN: usize = 1000;

pub(crate) fn encode(message: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    ciborium::into_writer(message, &mut bytes).map_err(|error| Error::malformed(error.to_string()))?;
    Ok(bytes)
}

/// Reads what a guest says, until that moment.
///
/// # Errors
/// What isn't such a message; one that takes too much memory or time.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8], bounds: &Bounds, until: Option<Instant>) -> Result<T, Error> {
    let mut bounded = Bounded { rest: bytes, left: bounds.memory, items: 0, until, exceeded: None };
    ciborium::from_reader(&mut bounded).map_err(|error| match bounded.exceeded {
        Some(limit) => bounds.exceeded(limit, None),
        None => {
            let text = shortened(error.to_string());
            Error::isolate_ended(Some(format!("what the guest says can't be read: {text}")))
        }
    })
}

/// The text of a guest's, cut where it is long.
pub(crate) fn shortened(mut text: String) -> String {
    if text.len() > SHOWN {
        text.truncate(text.floor_char_boundary(SHOWN));
        text.push_str(" ...");
    }
    text
}

/// Bytes, each read of which is counted.
struct Bounded<'a> {
    rest: &'a [u8],
    /// What may still be allocated for what is read.
    left: usize,
    items: u32,
    until: Option<Instant>,
    exceeded: Option<Limit>,
}

impl Bounded<'_> {
    fn count(&mut self, length: usize) -> io::Result<()> {
        self.items = self.items.wrapping_add(1);
        match self.left.checked_sub(ITEM + length) {
            Some(left) => self.left = left,
            None => self.exceeded = Some(Limit::Memory),
        }
        if self.items.is_multiple_of(ITEMS) && self.until.is_some_and(|until| Instant::now() > until) {
            self.exceeded = Some(Limit::Time);
        }
        self.exceeded.map_or(Ok(()), |limit| Err(io::Error::other(limit.to_string())))
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.count(buffer.len().min(self.rest.len()))?;
        self.rest.read(buffer)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.count(buffer.len())?;
        self.rest.read_exact(buffer)
    }
}
