//! Rust values as Python objects, or as [`Value`](super::value::Value)s for where there are none.

use super::failure::{Failure, MAX_DEPTH};
use serde::{
    Serialize,
    ser::{self, Error},
};

type Result<T> = std::result::Result<T, Failure>;

/// What values become.
pub(crate) trait Target: Copy {
    /// One of them.
    type Value;
    /// A dict in the making.
    type Dict;

    fn none(self) -> Self::Value;
    fn bool(self, value: bool) -> Self::Value;
    fn int(self, value: i64) -> Self::Value;
    fn long(self, value: i128) -> Self::Value;
    fn natural(self, value: u128) -> Self::Value;
    fn float(self, value: f64) -> Self::Value;
    fn text(self, value: &str) -> Self::Value;
    fn bytes(self, value: &[u8]) -> Self::Value;
    fn list(self, items: Vec<Self::Value>) -> Self::Value;
    fn tuple(self, items: Vec<Self::Value>) -> Self::Value;
    fn dict(self) -> Self::Dict;
    fn insert(self, dict: &mut Self::Dict, key: Self::Value, value: Self::Value) -> Result<()>;
    fn finish(self, dict: Self::Dict) -> Self::Value;
    /// An object with attributes in place of a dict.
    fn attributes(self, dict: Self::Dict) -> Result<Self::Value>;
    /// How a key of a dict is shown in an error.
    fn show(self, key: &Self::Value) -> String;
    /// What `value` hands over as a newtype struct of this name, if the name means an object.
    fn object<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Option<Result<Self::Value>>;
}

#[derive(Clone, Copy)]
pub(crate) struct Serializer<T> {
    target: T,
    depth: usize,
    form: Form,
}

/// What containers become.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Plain,
    /// A struct becomes an object with attributes; what its fields hold is plain.
    Attributes,
    /// Each struct becomes an object with attributes, wherever it stands.
    Objects,
    /// They have to be hashable.
    Key,
}

impl<T: Target> Serializer<T> {
    pub(crate) fn new(target: T) -> Self {
        Self { target, depth: 0, form: Form::Plain }
    }

    pub(crate) fn with_attributes(target: T) -> Self {
        Self { target, depth: 0, form: Form::Attributes }
    }

    pub(crate) fn with_objects(target: T) -> Self {
        Self { target, depth: 0, form: Form::Objects }
    }

    /// The serializer for what a container holds.
    fn inner(self) -> Result<Self> {
        if self.depth == MAX_DEPTH {
            return Err(Failure::too_deep());
        }
        let form = if self.form == Form::Attributes { Form::Plain } else { self.form };
        Ok(Self { depth: self.depth + 1, form, ..self })
    }

    fn key(self) -> Self {
        Self { form: Form::Key, ..self }
    }

    fn map(self, kind: &str) -> Result<Map<T>> {
        if self.form == Form::Key {
            return Err(Failure::custom(format_args!("{kind} can't be a key of a dict")));
        }
        Ok(Map { inner: self.inner()?, dict: self.target.dict(), key: None, as_attributes: false, variant: None })
    }

    fn sequence(self, len: Option<usize>, is_list: bool) -> Result<Sequence<T>> {
        // The length is a hint, and may be anything.
        let items = Vec::with_capacity(len.unwrap_or(0).min(4096));
        Ok(Sequence { inner: self.inner()?, items, is_list: is_list && self.form != Form::Key, variant: None })
    }

    /// `{variant: content}`
    fn variant(self, variant: &str, content: T::Value) -> Result<T::Value> {
        let mut dict = self.target.dict();
        self.target.insert(&mut dict, self.target.text(variant), content)?;
        Ok(self.target.finish(dict))
    }
}

macro_rules! numbers {
    ($($method:ident: $type:ty => $make:ident,)*) => {
        $(fn $method(self, value: $type) -> Result<T::Value> {
            Ok(self.target.$make(value.into()))
        })*
    };
}

impl<T: Target> ser::Serializer for Serializer<T> {
    type Ok = T::Value;
    type Error = Failure;
    type SerializeSeq = Sequence<T>;
    type SerializeTuple = Sequence<T>;
    type SerializeTupleStruct = Sequence<T>;
    type SerializeTupleVariant = Sequence<T>;
    type SerializeMap = Map<T>;
    type SerializeStruct = Map<T>;
    type SerializeStructVariant = Map<T>;

    numbers! {
        serialize_bool: bool => bool,
        serialize_i8: i8 => int, serialize_i16: i16 => int, serialize_i32: i32 => int, serialize_i64: i64 => int,
        serialize_u8: u8 => int, serialize_u16: u16 => int, serialize_u32: u32 => int, serialize_u64: u64 => long,
        serialize_i128: i128 => long, serialize_u128: u128 => natural,
        serialize_f32: f32 => float, serialize_f64: f64 => float,
    }

    fn serialize_char(self, value: char) -> Result<T::Value> {
        Ok(self.target.text(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, value: &str) -> Result<T::Value> {
        Ok(self.target.text(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<T::Value> {
        Ok(self.target.bytes(value))
    }

    fn serialize_none(self) -> Result<T::Value> {
        Ok(self.target.none())
    }

    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<T::Value> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<T::Value> {
        Ok(self.target.none())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<T::Value> {
        Ok(self.target.none())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<T::Value> {
        Ok(self.target.text(variant))
    }

    fn serialize_newtype_struct<V: Serialize + ?Sized>(self, name: &'static str, value: &V) -> Result<T::Value> {
        self.target.object(name, value).unwrap_or_else(|| value.serialize(self))
    }

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &V,
    ) -> Result<T::Value> {
        let map = self.map("an enum's variant with content")?;
        let content = value.serialize(map.inner).map_err(|failure| failure.below(format_args!(".{variant}")))?;
        self.variant(variant, content)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Sequence<T>> {
        self.sequence(len, true)
    }

    fn serialize_tuple(self, len: usize) -> Result<Sequence<T>> {
        self.sequence(Some(len), false)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Sequence<T>> {
        self.sequence(Some(len), false)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Sequence<T>> {
        if self.form == Form::Key {
            return Err(Failure::custom("an enum's variant with content can't be a key of a dict"));
        }
        Ok(Sequence { variant: Some(variant), ..self.sequence(Some(len), false)? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map<T>> {
        self.map("a map")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Map<T>> {
        let as_attributes = matches!(self.form, Form::Attributes | Form::Objects);
        Ok(Map { as_attributes, ..self.map("a struct")? })
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Map<T>> {
        Ok(Map { variant: Some(variant), ..self.map("an enum's variant with content")? })
    }
}

pub(crate) struct Sequence<T: Target> {
    inner: Serializer<T>,
    items: Vec<T::Value>,
    is_list: bool,
    variant: Option<&'static str>,
}

impl<T: Target> Sequence<T> {
    fn push<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<()> {
        let at = self.items.len();
        self.items.push(value.serialize(self.inner).map_err(|failure| failure.below(format_args!("[{at}]")))?);
        Ok(())
    }

    fn finish(self) -> Result<T::Value> {
        let target = self.inner.target;
        let object = if self.is_list { target.list(self.items) } else { target.tuple(self.items) };
        match self.variant {
            Some(variant) => self.inner.variant(variant, object),
            None => Ok(object),
        }
    }
}

macro_rules! sequences {
    ($($trait:ident: $method:ident,)*) => {
        $(impl<T: Target> ser::$trait for Sequence<T> {
            type Ok = T::Value;
            type Error = Failure;

            fn $method<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<()> {
                self.push(value)
            }

            fn end(self) -> Result<T::Value> {
                self.finish()
            }
        })*
    };
}

sequences! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

pub(crate) struct Map<T: Target> {
    inner: Serializer<T>,
    dict: T::Dict,
    key: Option<T::Value>,
    as_attributes: bool,
    variant: Option<&'static str>,
}

impl<T: Target> Map<T> {
    fn set<V: Serialize + ?Sized>(&mut self, name: &'static str, value: &V) -> Result<()> {
        let value = value.serialize(self.inner).map_err(|failure| failure.below(format_args!(".{name}")))?;
        let target = self.inner.target;
        target.insert(&mut self.dict, target.text(name), value)
    }

    fn finish(self) -> Result<T::Value> {
        let target = self.inner.target;
        if self.as_attributes {
            return target.attributes(self.dict);
        }
        let dict = target.finish(self.dict);
        match self.variant {
            Some(variant) => self.inner.variant(variant, dict),
            None => Ok(dict),
        }
    }
}

impl<T: Target> ser::SerializeMap for Map<T> {
    type Ok = T::Value;
    type Error = Failure;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<()> {
        self.key = Some(key.serialize(self.inner.key())?);
        Ok(())
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<()> {
        let target = self.inner.target;
        let key = self.key.take().ok_or_else(|| Failure::custom("a value without a key"))?;
        let value = value.serialize(self.inner);
        let value = value.map_err(|failure| failure.below(format_args!("[{}]", target.show(&key))))?;
        target.insert(&mut self.dict, key, value)
    }

    fn end(self) -> Result<T::Value> {
        self.finish()
    }
}

macro_rules! structs {
    ($($trait:ident,)*) => {
        $(impl<T: Target> ser::$trait for Map<T> {
            type Ok = T::Value;
            type Error = Failure;

            fn serialize_field<V: Serialize + ?Sized>(&mut self, name: &'static str, value: &V) -> Result<()> {
                self.set(name, value)
            }

            fn end(self) -> Result<T::Value> {
                self.finish()
            }
        })*
    };
}

structs! { SerializeStruct, SerializeStructVariant, }
