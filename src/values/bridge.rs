//! Values crossing between Rust and Python, by serde.
//!
//! | Rust | Python | and back from |
//! |---|---|---|
//! | `bool`, integers, floats | `bool`, `int`, `float` | the same; an `int` for a float too |
//! | `char`, strings | `str` | `str` |
//! | bytes (`serde_bytes`) | `bytes` | `bytes`, `bytearray`, `memoryview` |
//! | `None`, `()`, unit structs | `None` | `None` |
//! | sequences | `list` | anything with a length that can be iterated, except strings and mappings |
//! | tuples, arrays, tuple structs | `tuple` | as sequences |
//! | maps | `dict` | mappings |
//! | structs | `dict` | mappings with the fields' names, or any object with such attributes |
//! | unit variants | their name | `str`, members of an `enum.Enum` |
//! | other variants | `{name: content}` | the same |
//! | `Object` | the object itself | anything |

use super::{de, object::Object, ser};
use crate::{error::Error, interpreter::engine::RuntimeRef};
use rustpython_vm::{PyObjectRef, VirtualMachine, builtins::PyBaseExceptionRef};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, fmt};

/// How deep values may be nested. Deeper ones, and those that hold themselves, would run out of native stack.
pub const MAX_DEPTH: usize = 128;

/// The two sides of a crossing. Nobody outside can name it, and so nobody can call what takes one.
#[derive(Clone, Copy)]
pub struct Bridge<'a> {
    pub(crate) vm: &'a VirtualMachine,
    pub(crate) runtime: &'a RuntimeRef,
}

/// Why a value didn't cross.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It has no form on the other side, or not the one asked for.
    Misfit { at: String, cause: String },
    /// An object of another runtime.
    OtherRuntime,
    /// Python code that was asked raised something.
    Raised(PyBaseExceptionRef),
}

impl Bridge<'_> {
    /// The Python object for a value; `what` names it in an error.
    pub(crate) fn to_python<T: Serialize + ?Sized>(
        self,
        value: &T,
        what: impl FnOnce() -> String,
    ) -> Result<PyObjectRef, Error> {
        value.serialize(ser::Serializer::new(self)).map_err(|failure| failure.into_error(what(), self.vm))
    }

    /// The Python object for a value, where a struct becomes an object with attributes.
    pub(crate) fn to_attributes<T: Serialize + ?Sized>(
        self,
        value: &T,
        what: impl FnOnce() -> String,
    ) -> Result<PyObjectRef, Error> {
        value.serialize(ser::Serializer::with_attributes(self)).map_err(|failure| failure.into_error(what(), self.vm))
    }

    /// The Rust value for a Python object; `what` names it in an error.
    pub(crate) fn to_rust<T: DeserializeOwned>(
        self,
        object: PyObjectRef,
        what: impl FnOnce() -> String,
    ) -> Result<T, Error> {
        T::deserialize(de::Deserializer::new(object, self)).map_err(|failure| failure.into_error(what(), self.vm))
    }
}

impl Failure {
    fn into_error(self, what: String, vm: &VirtualMachine) -> Error {
        match self {
            Self::Misfit { at, cause } if at.is_empty() => Error::misfit(what, at, cause),
            Self::Misfit { at, cause } => Error::misfit(what, format!(" at `{at}`"), cause),
            Self::OtherRuntime => Error::other_runtime(what),
            Self::Raised(exception) => Error::from_exception(exception, vm),
        }
    }

    /// Moves the failure to `step` of a greater value.
    pub(crate) fn below(self, step: impl fmt::Display) -> Self {
        match self {
            Self::Misfit { at, cause } => Self::Misfit { at: format!("{step}{at}"), cause },
            other => other,
        }
    }

    pub(crate) fn too_deep() -> Self {
        serde::de::Error::custom(format_args!("it is nested deeper than {MAX_DEPTH}"))
    }
}

impl From<PyBaseExceptionRef> for Failure {
    fn from(exception: PyBaseExceptionRef) -> Self {
        Self::Raised(exception)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misfit { cause, .. } => f.write_str(cause),
            Self::OtherRuntime => f.write_str("an object of another runtime"),
            Self::Raised(_) => f.write_str("Python code raised an exception"),
        }
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(cause: T) -> Self {
        Self::Misfit { at: String::new(), cause: cause.to_string() }
    }
}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(cause: T) -> Self {
        Self::Misfit { at: String::new(), cause: cause.to_string() }
    }
}

/// The name by which our serializer and deserializer know that an [`Object`] is coming, which serde has no words for:
/// it is passed beside serde's data.
pub(crate) const OBJECT: &str = "$exocet::Object";

/// What is being passed on this thread.
enum Hand {
    /// Nobody is there to take an object or to pass one.
    Closed,
    Open,
    Full(Object),
}

thread_local! {
    static HAND: RefCell<Hand> = const { RefCell::new(Hand::Closed) };
}

/// Runs `give`, which may pass an object.
pub(crate) fn receive<E>(give: impl FnOnce() -> Result<(), E>) -> Result<Option<Object>, E> {
    let _before = Before::replaced_by(Hand::Open);
    give()?;
    Ok(fetch())
}

/// Runs `take`, which may fetch the object.
pub(crate) fn send<R>(object: Object, take: impl FnOnce() -> R) -> R {
    let _before = Before::replaced_by(Hand::Full(object));
    take()
}

/// What was being passed further out; it is put back even after a panic.
struct Before(Hand);

impl Before {
    fn replaced_by(hand: Hand) -> Self {
        Self(HAND.replace(hand))
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        drop(HAND.replace(std::mem::replace(&mut self.0, Hand::Closed)));
    }
}

/// Passes an object; false if nobody is there to take it.
pub(crate) fn give(object: &Object) -> bool {
    HAND.with_borrow_mut(|hand| {
        let open = matches!(hand, Hand::Open);
        if open {
            *hand = Hand::Full(object.clone());
        }
        open
    })
}

/// Takes the object that is being passed.
pub(crate) fn fetch() -> Option<Object> {
    match HAND.replace(Hand::Closed) {
        Hand::Full(object) => Some(object),
        _ => None,
    }
}
