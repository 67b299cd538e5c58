//! An argument that a call leaves out, as serde sees it.

use super::failure::Failure;
use serde::{
    de::{self, Error, Visitor},
    forward_to_deserialize_any,
};

type Result<T, E = Failure> = std::result::Result<T, E>;

/// Stands for an argument that a call leaves out, which only an `Option` can be.
pub(crate) struct Absent;

impl<'de> de::Deserializer<'de> for Absent {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
        Err(Failure::custom("it is missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
