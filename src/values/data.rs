//! Values as data in place of objects of the VM: the same serializer and deserializer make and read them as in the process, so the
//! same Rust types cross with the same results.

use super::{
    de::{Node, Scalar},
    failure::Failure,
    ser::{Serializer, Target},
    value::{Handle, KEPT, Keeper, Value, View},
};
use serde::{
    Serialize,
    de::{self, Visitor},
    ser::Error,
};
use std::borrow::Cow;

type Result<T, E = Failure> = std::result::Result<T, E>;

/// What makes values; objects in them have to be this keeper's.
#[derive(Clone, Copy)]
pub(super) struct Data {
    pub(super) keeper: u64,
}

impl Target for Data {
    type Value = Value;
    type Dict = Vec<(Value, Value)>;

    fn none(self) -> Value {
        Value::None
    }

    fn bool(self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn int(self, value: i64) -> Value {
        Value::Int(value)
    }

    fn long(self, value: i128) -> Value {
        Value::Long(value)
    }

    fn natural(self, value: u128) -> Value {
        Value::Natural(value)
    }

    fn float(self, value: f64) -> Value {
        Value::Float(value)
    }

    fn text(self, value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    fn bytes(self, value: &[u8]) -> Value {
        Value::Bytes(value.to_vec())
    }

    fn list(self, items: Vec<Value>) -> Value {
        Value::List(items)
    }

    fn tuple(self, items: Vec<Value>) -> Value {
        Value::Tuple(items)
    }

    fn dict(self) -> Self::Dict {
        Vec::new()
    }

    fn insert(self, dict: &mut Self::Dict, key: Value, value: Value) -> Result<()> {
        dict.push((key, value));
        Ok(())
    }

    fn finish(self, dict: Self::Dict) -> Value {
        Value::Dict(dict)
    }

    fn attributes(self, dict: Self::Dict) -> Result<Value> {
        Ok(Value::Attributes(dict))
    }

    fn show(self, key: &Value) -> String {
        shown(key)
    }

    fn object<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Option<Result<Value>> {
        (name == KEPT).then(|| match value.serialize(Serializer::new(self))? {
            Value::Tuple(numbers) => match <[Value; 2]>::try_from(numbers) {
                Ok([keeper, Value::Int(number)]) if keeper == self.number() => {
                    let number = u32::try_from(number).map_err(|_| Failure::OtherRuntime)?;
                    Ok(Value::Object(Handle { number, class: String::new(), is_callable: false }))
                }
                _ => Err(Failure::OtherRuntime),
            },
            _ => Err(Failure::custom("it is no object of an isolate")),
        })
    }
}

impl Data {
    /// The keeper as it is written.
    fn number(self) -> Value {
        Value::Long(self.keeper.into())
    }
}

/// A value that is read.
#[derive(Clone)]
pub(super) struct DataNode<'a> {
    pub(super) value: Cow<'a, Value>,
    pub(super) keeper: &'a dyn Keeper,
}

impl<'a> DataNode<'a> {
    fn other(&self, value: Cow<'a, Value>) -> Self {
        Self { value, keeper: self.keeper }
    }

    fn owned(&self, values: &[Value]) -> Vec<Self> {
        values.iter().map(|value| self.other(Cow::Owned(value.clone()))).collect()
    }

    /// What the keeper reads of the object that the value is.
    fn read(&self, view: View) -> Option<Result<Value>> {
        let Value::Object(handle) = &*self.value else { return None };
        self.keeper.read(handle, view).map_err(Failure::Failed).transpose()
    }
}

fn items(value: &Value) -> Option<&[Value]> {
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => Some(items),
        _ => None,
    }
}

fn entries(value: &Value) -> Option<&[(Value, Value)]> {
    match value {
        Value::Dict(entries) => Some(entries),
        _ => None,
    }
}

fn scalar(value: &Value) -> Option<Scalar<'_>> {
    Some(match value {
        Value::None => Scalar::None,
        Value::Bool(value) => Scalar::Bool(*value),
        Value::Int(value) => Scalar::Int(*value),
        Value::Long(value) => Scalar::Long(*value),
        Value::Natural(value) => Scalar::Natural(*value),
        Value::Digits(_) => Scalar::Huge(None),
        Value::Float(value) => Scalar::Float(*value),
        Value::Text(text) => Scalar::Text(text),
        Value::Bytes(bytes) => Scalar::Bytes(bytes.clone()),
        _ => return None,
    })
}

impl Node for DataNode<'_> {
    fn scalar(&self) -> Result<Option<Scalar<'_>>> {
        match self.read(View::Scalar).transpose()? {
            Some(Value::Bool(value)) => Ok(Some(Scalar::Bool(value))),
            Some(Value::Int(value)) => Ok(Some(Scalar::Int(value))),
            Some(Value::Long(value)) => Ok(Some(Scalar::Long(value))),
            Some(Value::Natural(value)) => Ok(Some(Scalar::Natural(value))),
            Some(Value::Float(value)) => Ok(Some(Scalar::Float(value))),
            Some(_) => Ok(None),
            None if matches!(&*self.value, Value::Wide(_)) => Err(Failure::surrogates()),
            None => Ok(scalar(&self.value)),
        }
    }

    fn items(&self) -> Option<Result<Vec<Self>>> {
        match (self.read(View::Items), &self.value) {
            (Some(Ok(read)), _) => items(&read).map(|items| Ok(self.owned(items))),
            (Some(Err(failure)), _) => Some(Err(failure)),
            (None, Cow::Owned(value)) => items(value).map(|items| Ok(self.owned(items))),
            (None, Cow::Borrowed(value)) => {
                let items = items(value)?;
                Some(Ok(items.iter().map(|item| self.other(Cow::Borrowed(item))).collect()))
            }
        }
    }

    fn entries(&self) -> Option<Result<Vec<(Self, Self)>>> {
        let owned = |entries: &[(Value, Value)]| {
            let own = |value: &Value| self.other(Cow::Owned(value.clone()));
            entries.iter().map(|(key, value)| (own(key), own(value))).collect()
        };
        match (self.read(View::Entries), &self.value) {
            (Some(Ok(read)), _) => entries(&read).map(|entries| Ok(owned(entries))),
            (Some(Err(failure)), _) => Some(Err(failure)),
            (None, Cow::Owned(value)) => entries(value).map(|entries| Ok(owned(entries))),
            (None, Cow::Borrowed(value)) => {
                let borrow = |value| self.other(Cow::Borrowed(value));
                Some(Ok(entries(value)?.iter().map(|(key, value)| (borrow(key), borrow(value))).collect()))
            }
        }
    }

    fn attributes(&self, names: &[&'static str]) -> Result<Vec<(&'static str, Self)>> {
        let view = View::Attributes(names.iter().map(|&name| name.to_owned()).collect());
        let Some(Value::Dict(entries)) = self.read(view).transpose()? else { return Ok(Vec::new()) };
        let named = |(key, value): (Value, Value)| {
            let name = names.iter().find(|name| matches!(&key, Value::Text(key) if key == *name))?;
            Some((*name, self.other(Cow::Owned(value))))
        };
        Ok(entries.into_iter().filter_map(named).collect())
    }

    fn class(&self) -> String {
        match &*self.value {
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Long(_) | Value::Natural(_) | Value::Digits(_) => "int",
            Value::Float(_) => "float",
            Value::Text(_) | Value::Wide(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Set(_) => "set",
            Value::Dict(_) => "dict",
            Value::Attributes(_) => "types.SimpleNamespace",
            Value::Object(handle) => &handle.class,
        }
        .to_owned()
    }

    fn show(&self) -> String {
        shown(&self.value)
    }

    fn object<'de, V: Visitor<'de>>(&self, name: &str, visitor: V) -> Result<Result<V::Value>, V> {
        if name != KEPT {
            return Err(visitor);
        }
        Ok(match &*self.value {
            Value::Object(handle) => visitor.visit_u64(handle.number.into()),
            _ => Err(de::Error::custom(format_args!("the `{}` crosses as a value", self.class()))),
        })
    }
}

/// A key of a dict, as Python shows it.
fn shown(key: &Value) -> String {
    match key {
        Value::None => "None".to_owned(),
        Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Natural(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => format!("'{text}'"),
        _ => "?".to_owned(),
    }
}
