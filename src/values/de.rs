//! Python objects as Rust values.

use super::{
    bridge::{self, Bridge, Failure, MAX_DEPTH, OBJECT},
    object::Object,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef,
    builtins::{
        PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMemoryView, PySet, PyStr, PyTuple,
    },
};
use serde::{
    de::{
        self, DeserializeSeed, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess,
        Visitor,
    },
    forward_to_deserialize_any,
};

type Result<T, E = Failure> = std::result::Result<T, E>;

pub(crate) struct Deserializer<'a> {
    object: PyObjectRef,
    bridge: Bridge<'a>,
    depth: usize,
}

impl<'a> Deserializer<'a> {
    pub(crate) fn new(object: PyObjectRef, bridge: Bridge<'a>) -> Self {
        Self { object, bridge, depth: 0 }
    }

    /// The deserializer for something that this one's object holds.
    fn inner(&self, object: PyObjectRef) -> Result<Self> {
        if self.depth == MAX_DEPTH {
            return Err(Failure::too_deep());
        }
        Ok(Self { object, depth: self.depth + 1, bridge: self.bridge })
    }

    fn is_none(&self) -> bool {
        self.bridge.vm.is_none(&self.object)
    }

    fn text(&self) -> Option<Result<&str>> {
        let text = self.object.downcast_ref::<PyStr>()?;
        Some(text.to_str().ok_or_else(|| Failure::custom("the string has surrogates, which no Rust string can have")))
    }

    fn is_bytes(&self) -> bool {
        let object = &self.object;
        object.downcastable::<PyBytes>()
            || object.downcastable::<PyByteArray>()
            || object.downcastable::<PyMemoryView>()
    }

    /// The content of an object that is bytes.
    fn bytes(&self) -> Option<Result<Vec<u8>>> {
        let read = || self.object.try_bytes_like(self.bridge.vm, <[u8]>::to_vec).map_err(Failure::from);
        self.is_bytes().then(read)
    }

    /// The items of an object that is like a list.
    fn items(&self) -> Option<Result<Vec<PyObjectRef>>> {
        let (object, vm) = (&self.object, self.bridge.vm);
        if let Some(list) = object.downcast_ref::<PyList>() {
            return Some(Ok(list.borrow_vec().to_vec()));
        }
        if let Some(tuple) = object.downcast_ref::<PyTuple>() {
            return Some(Ok(tuple.as_slice().to_vec()));
        }
        if let Some(set) = object.downcast_ref::<PySet>() {
            return Some(Ok(set.elements()));
        }
        if let Some(set) = object.downcast_ref::<PyFrozenSet>() {
            return Some(Ok(set.elements()));
        }
        // One that has no length may have no end.
        object.length_opt(vm)?.ok()?;
        let iterator = object.get_iter(vm).ok()?;
        let collect = || iterator.iter::<PyObjectRef>(vm)?.collect::<Result<_, _>>();
        Some(collect().map_err(Failure::from))
    }

    /// The items of an object that is like a dict.
    fn entries(&self) -> Option<Result<Vec<(PyObjectRef, PyObjectRef)>>> {
        let (object, vm) = (&self.object, self.bridge.vm);
        if let Some(dict) = object.downcast_ref::<PyDict>() {
            return Some(Ok(dict.items_vec()));
        }
        let keys = vm.get_attribute_opt(object, "keys").ok().flatten()?;
        if !object.mapping_unchecked().check() {
            return None;
        }
        let read = || {
            let mut entries = Vec::new();
            for key in keys.call((), vm)?.get_iter(vm)?.iter::<PyObjectRef>(vm)? {
                let key = key?;
                let value = object.get_item(&*key, vm)?;
                entries.push((key, value));
            }
            Ok(entries)
        };
        Some(read())
    }

    fn visit_int<'de, V: Visitor<'de>>(&self, int: &Py<PyInt>, visitor: V) -> Result<V::Value> {
        let vm = self.bridge.vm;
        // The visitor checks the range.
        if let Ok(value) = int.try_to_primitive::<i64>(vm) {
            visitor.visit_i64(value)
        } else if let Ok(value) = int.try_to_primitive::<u64>(vm) {
            visitor.visit_u64(value)
        } else if let Ok(value) = int.try_to_primitive::<i128>(vm) {
            visitor.visit_i128(value)
        } else if let Ok(value) = int.try_to_primitive::<u128>(vm) {
            visitor.visit_u128(value)
        } else {
            Err(Failure::invalid_value(Unexpected::Other("an integer of more than 128 bits"), &visitor))
        }
    }

    fn visit_items<'de, V: Visitor<'de>>(&self, items: Vec<PyObjectRef>, visitor: V) -> Result<V::Value> {
        let len = items.len();
        let mut access = Items { outer: self, items: items.into_iter(), at: 0 };
        let value = visitor.visit_seq(&mut access)?;
        if access.items.len() > 0 {
            return Err(Failure::custom(format_args!("it has {len} items, and {} are wanted", access.at)));
        }
        Ok(value)
    }

    fn visit_entries<'de, V: Visitor<'de>>(
        &self,
        entries: Vec<(PyObjectRef, PyObjectRef)>,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_map(Entries { outer: self, entries: entries.into_iter(), value: None })
    }

    /// Whether it is data that has a form of its own, and isn't read by its attributes.
    fn is_plain(&self) -> bool {
        let object = &self.object;
        self.is_none()
            || object.downcastable::<PyInt>()
            || object.downcastable::<PyFloat>()
            || object.downcastable::<PyStr>()
            || self.is_bytes()
    }

    fn unfit<'de, V: Visitor<'de>>(&self, visitor: &V) -> Failure {
        let found = format!("a Python object of class `{}`", self.object.class().name());
        Failure::invalid_type(Unexpected::Other(&found), visitor)
    }
}

impl<'de> de::Deserializer<'de> for Deserializer<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let vm = self.bridge.vm;
        if self.is_none() {
            return visitor.visit_unit();
        }
        if self.object.class().is(vm.ctx.types.bool_type) {
            return visitor.visit_bool(self.object.is(&vm.ctx.true_value));
        }
        if let Some(int) = self.object.downcast_ref::<PyInt>() {
            return self.visit_int(int, visitor);
        }
        if let Some(float) = self.object.downcast_ref::<PyFloat>() {
            return visitor.visit_f64(float.to_f64());
        }
        if let Some(text) = self.text() {
            return visitor.visit_str(text?);
        }
        if let Some(bytes) = self.bytes() {
            return visitor.visit_byte_buf(bytes?);
        }
        if let Some(entries) = self.entries() {
            return self.visit_entries(entries?, visitor);
        }
        if let Some(items) = self.items() {
            return self.visit_items(items?, visitor);
        }
        Err(self.unfit(&visitor))
    }

    // Serde would take bytes for a string where they happen to be UTF-8.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.is_bytes() { Err(self.unfit(&visitor)) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let vm = self.bridge.vm;
        // Python takes an integer for a float, too, as long as it isn't too great.
        if self.object.downcastable::<PyInt>() && !self.object.class().is(vm.ctx.types.bool_type) {
            let float = self.object.try_float(vm).map_err(|_| {
                Failure::invalid_value(Unexpected::Other("an integer that is too great for a float"), &visitor)
            })?;
            return visitor.visit_f64(float.to_f64());
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.bytes() {
            Some(bytes) => visitor.visit_seq(de::value::SeqDeserializer::new(bytes?.into_iter())),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == OBJECT {
            let object = Object::linked(self.object, self.bridge.runtime.clone());
            return bridge::send(object, || visitor.visit_unit());
        }
        visitor.visit_newtype_struct(self)
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
        if self.is_plain() {
            return self.deserialize_any(visitor);
        }
        if let Some(entries) = self.entries() {
            return self.visit_entries(entries?, visitor);
        }
        if let Some(items) = self.items() {
            return self.visit_items(items?, visitor);
        }
        let vm = self.bridge.vm;
        let mut entries: Vec<(PyObjectRef, PyObjectRef)> = Vec::new();
        for field in fields {
            let name = vm.ctx.new_str(*field);
            if let Some(value) = vm.get_attribute_opt(&self.object, &*name)? {
                entries.push((name.into(), value));
            }
        }
        if entries.is_empty() && !fields.is_empty() {
            return Err(self.unfit(&visitor));
        }
        self.visit_entries(entries, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let vm = self.bridge.vm;
        if let Some(text) = self.text() {
            return visitor.visit_enum(text?.into_deserializer());
        }
        if let Some(entries) = self.entries() {
            return match <[_; 1]>::try_from(entries?) {
                Ok([(variant, content)]) => {
                    let content = self.inner(content)?;
                    visitor.visit_enum(Variant { variant: self.inner(variant)?, content })
                }
                Err(_) => Err(Failure::custom("an enum's variant is a dict of one entry, or a string")),
            };
        }
        // A member of an `enum.Enum`.
        if let Some(name) = vm.get_attribute_opt(&self.object, "_name_")?
            && let Some(Ok(text)) = self.inner(name)?.text()
        {
            return visitor.visit_enum(text.into_deserializer());
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

struct Items<'a, 'b> {
    outer: &'a Deserializer<'b>,
    items: std::vec::IntoIter<PyObjectRef>,
    at: usize,
}

impl<'de> SeqAccess<'de> for &mut Items<'_, '_> {
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

struct Entries<'a, 'b> {
    outer: &'a Deserializer<'b>,
    entries: std::vec::IntoIter<(PyObjectRef, PyObjectRef)>,
    value: Option<(PyObjectRef, PyObjectRef)>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some((key.clone(), value));
        seed.deserialize(self.outer.inner(key)?).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let (key, value) = self.value.take().ok_or_else(|| Failure::custom("a value without a key"))?;
        seed.deserialize(self.outer.inner(value)?).map_err(|failure| {
            let vm = self.outer.bridge.vm;
            failure.below(format_args!("[{}]", key.repr(vm).map_or_else(|_| "?".to_owned(), |key| key.to_string())))
        })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

struct Variant<'a> {
    variant: Deserializer<'a>,
    content: Deserializer<'a>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Failure;
    type Variant = Deserializer<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Deserializer<'a>)> {
        Ok((seed.deserialize(self.variant)?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Deserializer<'_> {
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
