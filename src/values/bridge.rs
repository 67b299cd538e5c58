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

use super::{de, failure::Failure, node::ObjectNode, object::Object, ser, ser::Target};
use crate::{error::Error, interpreter::engine::RuntimeRef};
use rustpython_vm::{
    AsObject, PyObjectRef, PyPayload, VirtualMachine,
    builtins::{PyDictRef, PyNamespace},
};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;

/// The two sides of a crossing. Nobody outside can name it, and so nobody can call what takes one.
#[derive(Clone, Copy)]
pub struct Bridge<'a> {
    pub(crate) vm: &'a VirtualMachine,
    pub(crate) runtime: &'a RuntimeRef,
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

    /// The Python object for a value, where each struct in it becomes an object with attributes.
    pub(crate) fn to_objects<T: Serialize + ?Sized>(
        self,
        value: &T,
        what: impl FnOnce() -> String,
    ) -> Result<PyObjectRef, Error> {
        value.serialize(ser::Serializer::with_objects(self)).map_err(|failure| failure.into_error(what(), self.vm))
    }

    /// The Rust value for a Python object; `what` names it in an error.
    pub(crate) fn to_rust<T: DeserializeOwned>(
        self,
        object: PyObjectRef,
        what: impl FnOnce() -> String,
    ) -> Result<T, Error> {
        let node = ObjectNode { object, bridge: self };
        T::deserialize(de::Deserializer::new(node)).map_err(|failure| failure.into_error(what(), self.vm))
    }
}

impl Target for Bridge<'_> {
    type Value = PyObjectRef;
    type Dict = PyDictRef;

    fn none(self) -> PyObjectRef {
        self.vm.ctx.none()
    }

    fn bool(self, value: bool) -> PyObjectRef {
        self.vm.ctx.new_bool(value).into()
    }

    fn int(self, value: i64) -> PyObjectRef {
        self.vm.ctx.new_int(value).into()
    }

    fn long(self, value: i128) -> PyObjectRef {
        self.vm.ctx.new_int(value).into()
    }

    fn natural(self, value: u128) -> PyObjectRef {
        self.vm.ctx.new_int(value).into()
    }

    fn float(self, value: f64) -> PyObjectRef {
        self.vm.ctx.new_float(value).into()
    }

    fn text(self, value: &str) -> PyObjectRef {
        self.vm.ctx.new_str(value).into()
    }

    fn bytes(self, value: &[u8]) -> PyObjectRef {
        self.vm.ctx.new_bytes(value.to_vec()).into()
    }

    fn list(self, items: Vec<PyObjectRef>) -> PyObjectRef {
        self.vm.ctx.new_list(items).into()
    }

    fn tuple(self, items: Vec<PyObjectRef>) -> PyObjectRef {
        self.vm.ctx.new_tuple(items).into()
    }

    fn dict(self) -> PyDictRef {
        self.vm.ctx.new_dict()
    }

    fn insert(self, dict: &mut PyDictRef, key: PyObjectRef, value: PyObjectRef) -> Result<(), Failure> {
        Ok(dict.set_item(&*key, value, self.vm)?)
    }

    fn finish(self, dict: PyDictRef) -> PyObjectRef {
        dict.into()
    }

    fn attributes(self, dict: PyDictRef) -> Result<PyObjectRef, Failure> {
        let namespace = PyNamespace {}.into_ref(&self.vm.ctx);
        if let Some(attributes) = namespace.as_object().dict() {
            attributes.merge_object(dict.into(), self.vm)?;
        }
        Ok(namespace.into())
    }

    fn show(self, key: &PyObjectRef) -> String {
        key.repr(self.vm).map_or_else(|_| "?".to_owned(), |key| key.to_string())
    }

    fn object<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Option<Result<PyObjectRef, Failure>> {
        (name == OBJECT).then(|| match receive(|| value.serialize(ser::Serializer::new(self)).map(drop))? {
            Some(object) if object.runtime().is(self.runtime) => object.raw(self.vm).map_err(Failure::from),
            Some(_) => Err(Failure::OtherRuntime),
            None => Err(serde::ser::Error::custom("it is no Python object")),
        })
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
