//! Values as data, for where there are no objects of the VM: on the other side of an isolate's wall.

use super::{
    data::{Data, DataNode},
    de, ser,
};
use crate::error::{Error, cut};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};
use std::{borrow::Cow, fmt};

/// A value that an interpreter has, as data.
///
/// In CBOR and the like it is written as what it is. What has no form of its own there is a map with one key:
/// `{"tuple": [...]}`, `{"set": [...]}`, `{"dict": [[key, value], ...]}`, `{"attributes": [[name, value], ...]}`,
/// `{"object": [number, class, is_callable]}`, `{"digits": "-ff"}`, `{"wide": [unit, ...]}`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `None`.
    None,
    /// `True` and `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A longer integer.
    Long(i128),
    /// An integer that is longer yet.
    Natural(u128),
    /// An integer of any length, in hexadecimal.
    Digits(String),
    /// A float.
    Float(f64),
    /// A string.
    Text(String),
    /// A string with surrogates, in UTF-16.
    Wide(Vec<u16>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A set, of either kind.
    Set(Vec<Value>),
    /// A dict, in its order.
    Dict(Vec<(Value, Value)>),
    /// An object with these attributes.
    Attributes(Vec<(Value, Value)>),
    /// An object that stays where it is.
    Object(Handle),
}

/// An object that an interpreter keeps for the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// Its number.
    pub number: u32,
    /// The name of its class, cut where it is long.
    #[serde(deserialize_with = "read_class")]
    pub class: String,
    /// Whether it can be called.
    pub is_callable: bool,
}

/// The longest name of a class that a handle has.
const CLASS: usize = 200;

impl Handle {
    pub(crate) fn new(number: u32, mut class: String, is_callable: bool) -> Self {
        cut(&mut class, CLASS);
        Self { number, class, is_callable }
    }
}

fn read_class<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|class| Handle::new(0, class, false).class)
}

/// How an object is read that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// As data that isn't made of other data: a number of a class of its own.
    Scalar,
    /// As something like a dict.
    Entries,
    /// As something like a list.
    Items,
    /// By those of these attributes that it has.
    Attributes(Vec<String>),
}

/// Whoever keeps the objects that values name.
pub trait Keeper {
    /// Reads an object; nothing if it can't be read in that way. [`View::Entries`] and [`View::Attributes`] are a
    /// [`Value::Dict`], [`View::Items`] is a [`Value::List`].
    ///
    /// # Errors
    /// What reading it raises.
    fn read(&self, object: &Handle, view: View) -> Result<Option<Value>, Error>;
}

/// The name by which serde's data is an object that is kept: a newtype struct with the numbers of who keeps it and of itself.
pub const KEPT: &str = "$exocet::Kept";

impl Value {
    /// The value for what serde can write; `what` names it in an error.
    ///
    /// # Errors
    /// What has no form in Python; an object that `keeper` doesn't keep.
    pub fn new<T: Serialize + ?Sized>(value: &T, keeper: u64, what: &str) -> Result<Self, Error> {
        value.serialize(ser::Serializer::new(Data { keeper })).map_err(|failure| failure.into_data_error(what))
    }

    /// As [`new`](Self::new), where a struct becomes an object with attributes.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_attributes<T: Serialize + ?Sized>(value: &T, keeper: u64, what: &str) -> Result<Self, Error> {
        value
            .serialize(ser::Serializer::with_attributes(Data { keeper }))
            .map_err(|failure| failure.into_data_error(what))
    }

    /// What serde can read, of the value; `what` names it in an error.
    ///
    /// # Errors
    /// A value that doesn't fit; what reading an object raises.
    pub fn to<T: DeserializeOwned>(&self, keeper: &dyn Keeper, what: &str) -> Result<T, Error> {
        let node = DataNode { value: Cow::Borrowed(self), keeper };
        T::deserialize(de::Deserializer::new(node)).map_err(|failure| failure.into_data_error(what))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Long(value) => serializer.serialize_i128(*value),
            Self::Natural(value) => serializer.serialize_u128(*value),
            Self::Digits(digits) => mark(serializer, "digits", digits),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Wide(units) => mark(serializer, "wide", units),
            Self::Bytes(value) => serializer.serialize_bytes(value),
            Self::List(items) => items.serialize(serializer),
            Self::Tuple(items) => mark(serializer, "tuple", items),
            Self::Set(items) => mark(serializer, "set", items),
            Self::Dict(entries) => mark(serializer, "dict", entries),
            Self::Attributes(entries) => mark(serializer, "attributes", entries),
            Self::Object(handle) => mark(serializer, "object", &(handle.number, &handle.class, handle.is_callable)),
        }
    }
}

fn mark<S: Serializer>(serializer: S, word: &str, content: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(word, content)?;
    map.end()
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of an interpreter")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::None)
            }

            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::None)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Int(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(i64::try_from(value).map_or_else(|_| Value::Long(value.into()), Value::Int))
            }

            fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
                Ok(Value::Long(value))
            }

            fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
                Ok(i128::try_from(value).map_or(Value::Natural(value), Value::Long))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(Value::Float(value))
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.to_owned()))
            }

            fn visit_string<E>(self, value: String) -> Result<Value, E> {
                Ok(Value::Text(value))
            }

            fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
                Ok(Value::Bytes(value.to_vec()))
            }

            fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Value, E> {
                Ok(Value::Bytes(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
                // A length is a claim.
                let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0).min(4096));
                while let Some(item) = access.next_element()? {
                    items.push(item);
                }
                Ok(Value::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
                let word: Option<String> = access.next_key()?;
                let value = match word.as_deref() {
                    Some("tuple") => Value::Tuple(access.next_value()?),
                    Some("set") => Value::Set(access.next_value()?),
                    Some("dict") => Value::Dict(access.next_value()?),
                    Some("attributes") => Value::Attributes(access.next_value()?),
                    Some("object") => {
                        let (number, class, is_callable) = access.next_value()?;
                        Value::Object(Handle::new(number, class, is_callable))
                    }
                    Some("digits") => Value::Digits(access.next_value()?),
                    Some("wide") => Value::Wide(access.next_value()?),
                    other => {
                        return Err(serde::de::Error::custom(format_args!("there is no value of the kind {other:?}")));
                    }
                };
                Ok(value)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}
