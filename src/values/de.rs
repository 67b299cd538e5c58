//! Python objects as Rust values, or [`Value`](super::value::Value)s that came from where there are some.

use super::failure::{Failure, MAX_DEPTH};
use serde::{
    de::{
        self, DeserializeSeed, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess,
        Visitor,
    },
    forward_to_deserialize_any,
};

type Result<T, E = Failure> = std::result::Result<T, E>;

/// What is read.
pub(crate) trait Node: Clone {
    /// Data that has a form of its own, and isn't read by its attributes.
    fn scalar(&self) -> Result<Option<Scalar<'_>>>;
    /// The items of something like a list.
    fn items(&self) -> Option<Result<Vec<Self>>>;
    /// The items of something like a dict.
    fn entries(&self) -> Option<Result<Vec<(Self, Self)>>>;
    /// The attributes of these names that there are.
    fn attributes(&self, names: &[&'static str]) -> Result<Vec<(&'static str, Self)>>;
    /// The name of its class.
    fn class(&self) -> String;
    /// How it is shown as a key of a dict in an error.
    fn show(&self) -> String;
    /// Gives the object itself to a newtype struct of this name, if the name means an object.
    fn object<'de, V: Visitor<'de>>(&self, name: &str, visitor: V) -> Result<Result<V::Value>, V>;
}

/// Data that isn't made of other data.
pub(crate) enum Scalar<'a> {
    None,
    Bool(bool),
    Int(i64),
    Long(i128),
    Natural(u128),
    /// An integer of more than 128 bits, as a float, if it isn't too great for one.
    Huge(Option<f64>),
    Float(f64),
    Text(&'a str),
    Bytes(Vec<u8>),
}

pub(crate) struct Deserializer<N> {
    node: N,
    depth: usize,
}

impl<N: Node> Deserializer<N> {
    pub(crate) fn new(node: N) -> Self {
        Self { node, depth: 0 }
    }

    /// The deserializer for something that this one's node holds.
    fn inner(&self, node: N) -> Result<Self> {
        if self.depth == MAX_DEPTH {
            return Err(Failure::too_deep());
        }
        Ok(Self { node, depth: self.depth + 1 })
    }

    fn visit_items<'de, V: Visitor<'de>>(&self, items: Vec<N>, visitor: V) -> Result<V::Value> {
        let len = items.len();
        let mut access = Items { outer: self, items: items.into_iter(), at: 0 };
        let value = visitor.visit_seq(&mut access)?;
        if access.items.len() > 0 {
            return Err(Failure::custom(format_args!("it has {len} items, and {} are wanted", access.at)));
        }
        Ok(value)
    }

    fn visit_entries<'de, V: Visitor<'de>>(&self, entries: Vec<(N, N)>, visitor: V) -> Result<V::Value> {
        visitor.visit_map(Entries { outer: self, entries: entries.into_iter(), value: None })
    }

    /// What is no scalar.
    fn visit_container<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value> {
        if let Some(entries) = self.node.entries() {
            return self.visit_entries(entries?, visitor);
        }
        if let Some(items) = self.node.items() {
            return self.visit_items(items?, visitor);
        }
        Err(self.unfit(&visitor))
    }

    fn unfit<'de, V: Visitor<'de>>(&self, visitor: &V) -> Failure {
        let found = format!("a Python object of class `{}`", self.node.class());
        Failure::invalid_type(Unexpected::Other(&found), visitor)
    }
}

/// The visitor checks the range.
fn visit_scalar<'de, V: Visitor<'de>>(scalar: Scalar<'_>, visitor: V) -> Result<V::Value> {
    match scalar {
        Scalar::None => visitor.visit_unit(),
        Scalar::Bool(value) => visitor.visit_bool(value),
        Scalar::Int(value) => visitor.visit_i64(value),
        Scalar::Long(value) => match u64::try_from(value) {
            Ok(value) => visitor.visit_u64(value),
            Err(_) => visitor.visit_i128(value),
        },
        Scalar::Natural(value) => visitor.visit_u128(value),
        Scalar::Huge(_) => Err(Failure::invalid_value(Unexpected::Other("an integer of more than 128 bits"), &visitor)),
        Scalar::Float(value) => visitor.visit_f64(value),
        Scalar::Text(text) => visitor.visit_str(text),
        Scalar::Bytes(bytes) => visitor.visit_byte_buf(bytes),
    }
}

impl<'de, N: Node> de::Deserializer<'de> for Deserializer<N> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node.scalar()? {
            Some(scalar) => visit_scalar(scalar, visitor),
            None => self.visit_container(visitor),
        }
    }

    // Serde would take bytes for a string where they happen to be UTF-8.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node.scalar()? {
            Some(Scalar::Bytes(_)) => Err(self.unfit(&visitor)),
            Some(scalar) => visit_scalar(scalar, visitor),
            None => self.visit_container(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        // What can't be read as a string isn't absent either.
        if matches!(self.node.scalar(), Ok(Some(Scalar::None))) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        // Python takes an integer for a float, too, as long as it isn't too great.
        #[expect(clippy::cast_precision_loss, reason = "it is what a float is")]
        let float = match self.node.scalar()? {
            Some(Scalar::Int(value)) => value as f64,
            Some(Scalar::Long(value)) => value as f64,
            Some(Scalar::Natural(value)) => value as f64,
            Some(Scalar::Huge(Some(value))) => value,
            Some(Scalar::Huge(None)) => {
                let found = Unexpected::Other("an integer that is too great for a float");
                return Err(Failure::invalid_value(found, &visitor));
            }
            Some(scalar) => return visit_scalar(scalar, visitor),
            None => return self.visit_container(visitor),
        };
        visitor.visit_f64(float)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node.scalar()? {
            Some(Scalar::Bytes(bytes)) => visitor.visit_seq(de::value::SeqDeserializer::new(bytes.into_iter())),
            Some(scalar) => visit_scalar(scalar, visitor),
            None => self.visit_container(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        self.node.object(name, visitor).unwrap_or_else(|visitor| visitor.visit_newtype_struct(self))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if let Some(scalar) = self.node.scalar()? {
            return visit_scalar(scalar, visitor);
        }
        if let Some(entries) = self.node.entries() {
            return self.visit_entries(entries?, visitor);
        }
        if let Some(items) = self.node.items() {
            return self.visit_items(items?, visitor);
        }
        let attributes = self.node.attributes(fields)?;
        if attributes.is_empty() && !fields.is_empty() {
            return Err(self.unfit(&visitor));
        }
        visitor.visit_map(Attributes { outer: &self, attributes: attributes.into_iter(), value: None })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if let Some(Scalar::Text(text)) = self.node.scalar()? {
            return visitor.visit_enum(text.into_deserializer());
        }
        if let Some(entries) = self.node.entries() {
            return match <[_; 1]>::try_from(entries?) {
                Ok([(variant, content)]) => {
                    let content = self.inner(content)?;
                    visitor.visit_enum(Variant { variant: self.inner(variant)?, content })
                }
                Err(_) => Err(Failure::custom("an enum's variant is a dict of one entry, or a string")),
            };
        }
        // A member of an `enum.Enum`.
        for (_, name) in self.node.attributes(&["_name_"])? {
            if let Some(Scalar::Text(text)) = name.scalar()? {
                return visitor.visit_enum(text.into_deserializer());
            }
        }
        Err(self.unfit(&visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char bytes byte_buf unit map identifier
    }
}

struct Items<'a, N> {
    outer: &'a Deserializer<N>,
    items: std::vec::IntoIter<N>,
    at: usize,
}

impl<'de, N: Node> SeqAccess<'de> for &mut Items<'_, N> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        let value = seed.deserialize(self.outer.inner(item)?);
        value.map(Some).map_err(|failure| failure.below(format_args!("[{at}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Entries<'a, N> {
    outer: &'a Deserializer<N>,
    entries: std::vec::IntoIter<(N, N)>,
    value: Option<(N, N)>,
}

impl<'de, N: Node> MapAccess<'de> for Entries<'_, N> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some((key.clone(), value));
        seed.deserialize(self.outer.inner(key)?).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let (key, value) = self.value.take().ok_or_else(|| Failure::custom("a value without a key"))?;
        let value = seed.deserialize(self.outer.inner(value)?);
        value.map_err(|failure| failure.below(format_args!("[{}]", key.show())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

struct Attributes<'a, N> {
    outer: &'a Deserializer<N>,
    attributes: std::vec::IntoIter<(&'static str, N)>,
    value: Option<(&'static str, N)>,
}

impl<'de, N: Node> MapAccess<'de> for Attributes<'_, N> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        self.value = self.attributes.next();
        self.value.as_ref().map(|(name, _)| seed.deserialize((*name).into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let (name, value) = self.value.take().ok_or_else(|| Failure::custom("a value without a name"))?;
        let value = seed.deserialize(self.outer.inner(value)?);
        value.map_err(|failure| failure.below(format_args!("['{name}']")))
    }
}

struct Variant<N> {
    variant: Deserializer<N>,
    content: Deserializer<N>,
}

impl<'de, N: Node> EnumAccess<'de> for Variant<N> {
    type Error = Failure;
    type Variant = Deserializer<N>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Deserializer<N>)> {
        Ok((seed.deserialize(self.variant)?, self.content))
    }
}

impl<'de, N: Node> VariantAccess<'de> for Deserializer<N> {
    type Error = Failure;

    fn unit_variant(self) -> Result<()> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        de::Deserializer::deserialize_seq(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        de::Deserializer::deserialize_struct(self, "", fields, visitor)
    }
}
