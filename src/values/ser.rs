//! Rust values as Python objects.

use super::bridge::{self, Bridge, Failure, MAX_DEPTH, OBJECT};
use rustpython_vm::{
    AsObject, PyObjectRef, PyPayload,
    builtins::{PyDictRef, PyNamespace},
};
use serde::{
    Serialize,
    ser::{self, Error},
};

type Result<T = PyObjectRef> = std::result::Result<T, Failure>;

#[derive(Clone, Copy)]
pub(crate) struct Serializer<'a> {
    bridge: Bridge<'a>,
    depth: usize,
    form: Form,
}

/// What containers become.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Plain,
    /// A struct becomes an object with attributes; what its fields hold is plain.
    Attributes,
    /// They have to be hashable.
    Key,
}

impl<'a> Serializer<'a> {
    pub(crate) fn new(bridge: Bridge<'a>) -> Self {
        Self { bridge, depth: 0, form: Form::Plain }
    }

    pub(crate) fn with_attributes(bridge: Bridge<'a>) -> Self {
        Self { bridge, depth: 0, form: Form::Attributes }
    }

    /// The serializer for what a container holds.
    fn inner(self) -> Result<Self> {
        if self.depth == MAX_DEPTH {
            return Err(Failure::too_deep());
        }
        let form = if self.form == Form::Key { Form::Key } else { Form::Plain };
        Ok(Self { depth: self.depth + 1, form, ..self })
    }

    fn key(self) -> Self {
        Self { form: Form::Key, ..self }
    }

    fn text(self, text: &str) -> PyObjectRef {
        self.bridge.vm.ctx.new_str(text).into()
    }

    fn map(self, kind: &str) -> Result<Map<'a>> {
        if self.form == Form::Key {
            return Err(Failure::custom(format_args!("{kind} can't be a key of a dict")));
        }
        let as_attributes = self.form == Form::Attributes;
        let dict = self.bridge.vm.ctx.new_dict();
        Ok(Map { inner: self.inner()?, dict, key: None, as_attributes, variant: None })
    }

    fn sequence(self, len: Option<usize>, is_list: bool) -> Result<Sequence<'a>> {
        // The length is a hint, and may be anything.
        let items = Vec::with_capacity(len.unwrap_or(0).min(4096));
        Ok(Sequence { inner: self.inner()?, items, is_list: is_list && self.form != Form::Key, variant: None })
    }

    /// `{variant: content}`
    fn variant(self, variant: &str, content: PyObjectRef) -> Result {
        let dict = self.bridge.vm.ctx.new_dict();
        dict.set_item(variant, content, self.bridge.vm)?;
        Ok(dict.into())
    }
}

macro_rules! numbers {
    ($($method:ident: $type:ty => $new:ident,)*) => {
        $(fn $method(self, value: $type) -> Result {
            Ok(self.bridge.vm.ctx.$new(value.into()).into())
        })*
    };
}

macro_rules! integers {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Result {
            Ok(self.bridge.vm.ctx.new_int(value).into())
        })*
    };
}

impl<'a> ser::Serializer for Serializer<'a> {
    type Ok = PyObjectRef;
    type Error = Failure;
    type SerializeSeq = Sequence<'a>;
    type SerializeTuple = Sequence<'a>;
    type SerializeTupleStruct = Sequence<'a>;
    type SerializeTupleVariant = Sequence<'a>;
    type SerializeMap = Map<'a>;
    type SerializeStruct = Map<'a>;
    type SerializeStructVariant = Map<'a>;

    integers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
    }
    numbers! { serialize_bool: bool => new_bool, serialize_f32: f32 => new_float, serialize_f64: f64 => new_float, }

    fn serialize_char(self, value: char) -> Result {
        Ok(self.text(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, value: &str) -> Result {
        Ok(self.text(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        Ok(self.bridge.vm.ctx.new_bytes(value.to_vec()).into())
    }

    fn serialize_none(self) -> Result {
        Ok(self.bridge.vm.ctx.none())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        Ok(self.bridge.vm.ctx.none())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(self.bridge.vm.ctx.none())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        Ok(self.text(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result {
        if name != OBJECT {
            return value.serialize(self);
        }
        match bridge::receive(|| value.serialize(self).map(drop))? {
            Some(object) if object.runtime().is(self.bridge.runtime) => {
                object.raw(self.bridge.vm).map_err(Failure::from)
            }
            Some(_) => Err(Failure::OtherRuntime),
            None => Err(Failure::custom("it is no Python object")),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        let map = self.map("an enum's variant with content")?;
        let content = value.serialize(map.inner).map_err(|failure| failure.below(format_args!(".{variant}")))?;
        self.variant(variant, content)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Sequence<'a>> {
        self.sequence(len, true)
    }

    fn serialize_tuple(self, len: usize) -> Result<Sequence<'a>> {
        self.sequence(Some(len), false)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Sequence<'a>> {
        self.sequence(Some(len), false)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Sequence<'a>> {
        if self.form == Form::Key {
            return Err(Failure::custom("an enum's variant with content can't be a key of a dict"));
        }
        Ok(Sequence { variant: Some(variant), ..self.sequence(Some(len), false)? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map<'a>> {
        let form = if self.form == Form::Attributes { Form::Plain } else { self.form };
        Self { form, ..self }.map("a map")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Map<'a>> {
        self.map("a struct")
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Map<'a>> {
        let form = if self.form == Form::Attributes { Form::Plain } else { self.form };
        Ok(Map { variant: Some(variant), ..Self { form, ..self }.map("an enum's variant with content")? })
    }
}

pub(crate) struct Sequence<'a> {
    inner: Serializer<'a>,
    items: Vec<PyObjectRef>,
    is_list: bool,
    variant: Option<&'static str>,
}

impl Sequence<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let at = self.items.len();
        self.items.push(value.serialize(self.inner).map_err(|failure| failure.below(format_args!("[{at}]")))?);
        Ok(())
    }

    fn finish(self) -> Result {
        let ctx = &self.inner.bridge.vm.ctx;
        let object = if self.is_list { ctx.new_list(self.items).into() } else { ctx.new_tuple(self.items).into() };
        match self.variant {
            Some(variant) => self.inner.variant(variant, object),
            None => Ok(object),
        }
    }
}

macro_rules! sequences {
    ($($trait:ident: $method:ident,)*) => {
        $(impl ser::$trait for Sequence<'_> {
            type Ok = PyObjectRef;
            type Error = Failure;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.push(value)
            }

            fn end(self) -> Result {
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

pub(crate) struct Map<'a> {
    inner: Serializer<'a>,
    dict: PyDictRef,
    key: Option<PyObjectRef>,
    as_attributes: bool,
    variant: Option<&'static str>,
}

impl Map<'_> {
    fn set<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        let value = value.serialize(self.inner).map_err(|failure| failure.below(format_args!(".{name}")))?;
        Ok(self.dict.set_item(name, value, self.inner.bridge.vm)?)
    }

    fn finish(self) -> Result {
        let vm = self.inner.bridge.vm;
        if self.as_attributes {
            let namespace = PyNamespace {}.into_ref(&vm.ctx);
            if let Some(attributes) = namespace.as_object().dict() {
                attributes.merge_object(self.dict.into(), vm)?;
            }
            return Ok(namespace.into());
        }
        match self.variant {
            Some(variant) => self.inner.variant(variant, self.dict.into()),
            None => Ok(self.dict.into()),
        }
    }
}

impl ser::SerializeMap for Map<'_> {
    type Ok = PyObjectRef;
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = Some(key.serialize(self.inner.key())?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let vm = self.inner.bridge.vm;
        let key = self.key.take().ok_or_else(|| Failure::custom("a value without a key"))?;
        let value = value.serialize(self.inner).map_err(|failure| {
            failure.below(format_args!("[{}]", key.repr(vm).map_or_else(|_| "?".to_owned(), |key| key.to_string())))
        })?;
        Ok(self.dict.set_item(&*key, value, vm)?)
    }

    fn end(self) -> Result {
        self.finish()
    }
}

macro_rules! structs {
    ($($trait:ident,)*) => {
        $(impl ser::$trait for Map<'_> {
            type Ok = PyObjectRef;
            type Error = Failure;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.set(name, value)
            }

            fn end(self) -> Result {
                self.finish()
            }
        })*
    };
}

structs! { SerializeStruct, SerializeStructVariant, }
