//! The side on which a function of the host's is called, or a value of the host's is wanted: in the process or by an isolate.

use super::{
    absent::Absent,
    bridge::Bridge,
    value::{Handle, Keeper, Value, View},
};
use crate::error::Error;
use rustpython_vm::{PyObjectRef, function::FuncArgs};
use serde::{Serialize, de::DeserializeOwned};

/// Who calls, or wants a value.
#[derive(Clone, Copy)]
pub enum Side<'a> {
    /// Code of an interpreter in this process.
    Python(Bridge<'a>),
    /// Code of an isolate, which keeps its objects.
    Isolate(Kept<'a>),
}

/// Whoever keeps the objects of an isolate, and its number.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    /// Who reads objects.
    pub keeper: &'a dyn Keeper,
    /// By this number a handle knows whose it is.
    pub number: u64,
}

impl Kept<'_> {
    /// Where there are no objects.
    pub const NONE: Kept<'static> = Kept { keeper: &NoObjects, number: 0 };
}

struct NoObjects;

impl Keeper for NoObjects {
    fn read(&self, _: &Handle, _: View) -> Result<Option<Value>, Error> {
        Ok(None)
    }
}

/// What crosses.
pub enum Made {
    /// An object of the VM.
    Object(PyObjectRef),
    /// Data for an isolate.
    Value(Value),
}

impl Side<'_> {
    /// The object or data for what serde can write.
    pub(crate) fn make<T: Serialize + ?Sized>(self, value: &T, what: impl FnOnce() -> String) -> Result<Made, Error> {
        match self {
            Self::Python(bridge) => bridge.to_python(value, what).map(Made::Object),
            Self::Isolate(kept) => Value::new(value, kept.number, &what()).map(Made::Value),
        }
    }

    /// As [`make`](Self::make), where a struct becomes an object with attributes.
    pub(crate) fn make_attributes<T: Serialize + ?Sized>(
        self,
        value: &T,
        what: impl FnOnce() -> String,
    ) -> Result<Made, Error> {
        match self {
            Self::Python(bridge) => bridge.to_attributes(value, what).map(Made::Object),
            Self::Isolate(kept) => Value::with_attributes(value, kept.number, &what()).map(Made::Value),
        }
    }
}

/// The arguments of one call.
pub struct Given<'a> {
    pub(crate) side: Side<'a>,
    args: Args,
    /// The number of the last one that was taken.
    at: usize,
}

enum Args {
    Python(std::vec::IntoIter<PyObjectRef>),
    Isolate(std::vec::IntoIter<Value>),
}

impl<'a> Given<'a> {
    /// The arguments of a call in this process. A host's function takes positional ones alone.
    pub(crate) fn in_process(name: &str, args: FuncArgs, bridge: Bridge<'a>) -> Result<Self, Error> {
        if !args.kwargs.is_empty() {
            return Err(Error::raise("TypeError", format!("{name}() takes no keyword arguments")));
        }
        Ok(Self { side: Side::Python(bridge), args: Args::Python(args.args.into_iter()), at: 0 })
    }

    pub(crate) fn of_isolate(args: Vec<Value>, kept: Kept<'a>) -> Self {
        Self { side: Side::Isolate(kept), args: Args::Isolate(args.into_iter()), at: 0 }
    }

    /// Checks that there are no more than `wanted`.
    pub(crate) fn at_most(&self, wanted: usize, name: &str) -> Result<(), Error> {
        let got = match &self.args {
            Args::Python(args) => args.len(),
            Args::Isolate(args) => args.len(),
        };
        if got <= wanted {
            return Ok(());
        }
        Err(Error::raise("TypeError", format!("{name}() takes {wanted} arguments, and got {got}")))
    }

    /// The next one.
    pub(crate) fn next<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        self.at += 1;
        let at = self.at;
        let what = || format!("argument {at} of `{name}`");
        let absent = || T::deserialize(Absent).map_err(|cause| Error::misfit(what(), String::new(), cause.to_string()));
        match (&mut self.args, self.side) {
            (Args::Python(args), Side::Python(bridge)) => {
                args.next().map_or_else(absent, |object| bridge.to_rust(object, what))
            }
            (Args::Isolate(args), Side::Isolate(kept)) => {
                args.next().map_or_else(absent, |value| value.to(kept.keeper, &what()))
            }
            _ => absent(),
        }
    }
}
