//! Isolates, and the modules in them.

use crate::{
    Error, Snapshot,
    boundary::{Reply, Request},
    instance::Instance,
};
use ciborium::Value;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// What an isolate may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes its memory may have, the snapshot's included.
    pub memory: usize,
    /// How long one call may take.
    pub time: Duration,
}

impl Default for Limits {
    /// 256 MiB, and ten seconds.
    fn default() -> Self {
        Self { memory: 256 << 20, time: Duration::from_secs(10) }
    }
}

/// A fresh interpreter, whose modules are as the snapshot has them.
pub struct Isolate {
    instance: Instance,
    snapshot: Snapshot,
}

/// A module in an isolate.
pub struct Module<'a> {
    isolate: &'a mut Isolate,
    number: u32,
}

impl Isolate {
    pub(crate) fn new(instance: Instance, snapshot: Snapshot) -> Self {
        Self { instance, snapshot }
    }

    /// A module that the snapshot loaded.
    ///
    /// # Errors
    /// A name that the snapshot didn't load.
    pub fn module(&mut self, name: &str) -> Result<Module<'_>, Error> {
        let number = self.snapshot.module(name);
        let number = number.ok_or_else(|| Error::Value(format!("the snapshot has no module `{name}`")))?;
        Ok(Module { isolate: self, number })
    }

    /// What was printed since this was last called.
    pub fn take_output(&mut self) -> Vec<u8> {
        self.instance.take_output()
    }
}

impl Module<'_> {
    /// Calls a function of the module's. The arguments are a tuple or a list of values.
    ///
    /// # Errors
    /// What it raises, values that can't cross, a limit that is exceeded; after that, and after anything else that ends the
    /// isolate, it is gone.
    pub fn call<T: DeserializeOwned>(&mut self, name: &str, arguments: impl Serialize) -> Result<T, Error> {
        let crossing = |error: &dyn std::fmt::Display| Error::Value(error.to_string());
        let arguments = match Value::serialized(&arguments).map_err(|error| crossing(&error))? {
            Value::Array(arguments) => arguments,
            Value::Null => Vec::new(),
            _ => return Err(Error::Value("arguments are a tuple or a list".to_owned())),
        };
        let request = Request::Call { object: self.number, name: name.to_owned(), arguments };
        match self.isolate.instance.request(&request)? {
            Reply::Value(value) => value
                .deserialized()
                .map_err(|error| Error::Value(format!("the result of `{name}` doesn't fit: {error}"))),
            other => Err(Error::Ended(format!("the guest answered {other:?}"))),
        }
    }
}
