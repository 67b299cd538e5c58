//! An object of the VM as something to be read.

use super::{
    bridge::{self, Bridge, OBJECT},
    de::{Node, Scalar},
    failure::Failure,
    object::Object,
};
use rustpython_vm::{
    AsObject, PyObjectRef,
    builtins::{
        PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMemoryView, PySet, PyStr, PyTuple,
    },
};
use serde::de::Visitor;

type Result<T, E = Failure> = std::result::Result<T, E>;

#[derive(Clone)]
pub(crate) struct ObjectNode<'a> {
    pub(crate) object: PyObjectRef,
    pub(crate) bridge: Bridge<'a>,
}

impl<'a> ObjectNode<'a> {
    fn other(&self, object: PyObjectRef) -> Self {
        Self { object, bridge: self.bridge }
    }

    fn all(&self, objects: impl IntoIterator<Item = PyObjectRef>) -> Vec<ObjectNode<'a>> {
        objects.into_iter().map(|object| self.other(object)).collect()
    }

    /// What has a length and can be iterated; one that has no length may have no end.
    fn iterated(&self) -> Option<Result<Vec<Self>>> {
        let vm = self.bridge.vm;
        self.object.length_opt(vm)?.ok()?;
        let iterator = self.object.get_iter(vm).ok()?;
        let collect = || Ok(self.all(iterator.iter::<PyObjectRef>(vm)?.collect::<Result<Vec<_>, _>>()?));
        Some(collect())
    }
}

/// An integer, by its size.
fn integer<'a>(int: &PyInt, object: &PyObjectRef, bridge: Bridge<'_>) -> Scalar<'a> {
    let value = int.as_bigint();
    if let Ok(value) = i64::try_from(value) {
        Scalar::Int(value)
    } else if let Ok(value) = i128::try_from(value) {
        Scalar::Long(value)
    } else if let Ok(value) = u128::try_from(value) {
        Scalar::Natural(value)
    } else {
        Scalar::Huge(object.try_float(bridge.vm).ok().map(|float| float.to_f64()))
    }
}

impl Node for ObjectNode<'_> {
    fn scalar(&self) -> Result<Option<Scalar<'_>>> {
        let (object, vm) = (&self.object, self.bridge.vm);
        if vm.is_none(object) {
            return Ok(Some(Scalar::None));
        }
        if object.class().is(vm.ctx.types.bool_type) {
            return Ok(Some(Scalar::Bool(object.is(&vm.ctx.true_value))));
        }
        if let Some(int) = object.downcast_ref::<PyInt>() {
            return Ok(Some(integer(int, object, self.bridge)));
        }
        if let Some(float) = object.downcast_ref::<PyFloat>() {
            return Ok(Some(Scalar::Float(float.to_f64())));
        }
        if let Some(text) = object.downcast_ref::<PyStr>() {
            let text = text.to_str();
            let text = text.ok_or_else(Failure::surrogates)?;
            return Ok(Some(Scalar::Text(text)));
        }
        if object.downcastable::<PyBytes>()
            || object.downcastable::<PyByteArray>()
            || object.downcastable::<PyMemoryView>()
        {
            return Ok(Some(Scalar::Bytes(object.try_bytes_like(vm, <[u8]>::to_vec)?)));
        }
        Ok(None)
    }

    fn items(&self) -> Option<Result<Vec<Self>>> {
        let object = &self.object;
        if let Some(list) = object.downcast_ref::<PyList>() {
            return Some(Ok(self.all(list.borrow_vec().to_vec())));
        }
        if let Some(tuple) = object.downcast_ref::<PyTuple>() {
            return Some(Ok(self.all(tuple.as_slice().to_vec())));
        }
        if let Some(set) = object.downcast_ref::<PySet>() {
            return Some(Ok(self.all(set.elements())));
        }
        if let Some(set) = object.downcast_ref::<PyFrozenSet>() {
            return Some(Ok(self.all(set.elements())));
        }
        self.iterated()
    }

    fn entries(&self) -> Option<Result<Vec<(Self, Self)>>> {
        let (object, vm) = (&self.object, self.bridge.vm);
        let pair = |(key, value)| (self.other(key), self.other(value));
        if let Some(dict) = object.downcast_ref::<PyDict>() {
            return Some(Ok(dict.items_vec().into_iter().map(pair).collect()));
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
                entries.push(pair((key, value)));
            }
            Ok(entries)
        };
        Some(read())
    }

    fn attributes(&self, names: &[&'static str]) -> Result<Vec<(&'static str, Self)>> {
        let vm = self.bridge.vm;
        let mut found = Vec::new();
        for name in names {
            if let Some(value) = vm.get_attribute_opt(&self.object, &*vm.ctx.new_str(*name))? {
                found.push((*name, self.other(value)));
            }
        }
        Ok(found)
    }

    fn class(&self) -> String {
        self.object.class().name().to_string()
    }

    fn show(&self) -> String {
        self.object.repr(self.bridge.vm).map_or_else(|_| "?".to_owned(), |shown| shown.to_string())
    }

    fn object<'de, V: Visitor<'de>>(&self, name: &str, visitor: V) -> Result<Result<V::Value>, V> {
        if name != OBJECT {
            return Err(visitor);
        }
        let object = Object::linked(self.object.clone(), self.bridge.runtime.clone());
        Ok(bridge::send(object, || visitor.visit_unit()))
    }
}
