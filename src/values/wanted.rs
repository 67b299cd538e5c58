//! What a Rust type wants of a Python object, found out before there is one.

use super::{failure::Failure, value::KEPT};
use serde::{
    Deserialize, Serialize,
    de::{self, DeserializeOwned, Error, Visitor},
    forward_to_deserialize_any,
};
use std::cell::Cell;

/// In which form an object is to cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// As data, as far as it is data.
    Value,
    /// As data, numbers of other classes than Python's own too: for a host that has no objects to read them by.
    Plain,
    /// As itself: it stays where it is, and a handle crosses.
    Object,
    /// Not at all.
    Nothing,
}

impl Wanted {
    /// What reading a `T` would ask for first.
    #[must_use]
    pub fn by<T: DeserializeOwned>() -> Self {
        let wanted = Cell::new(Wanted::Value);
        // It always fails: there is nothing to read yet.
        let _ = T::deserialize(Probe(&wanted));
        wanted.get()
    }
}

/// Notes what is asked of it, and has nothing.
struct Probe<'a>(&'a Cell<Wanted>);

impl<'de> de::Deserializer<'de> for Probe<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Failure> {
        Err(Failure::custom("there is nothing yet"))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        if name == KEPT {
            self.0.set(Wanted::Object);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.0.set(Wanted::Nothing);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier
    }
}
