//! Objects of the VM as data, and back: the side of an isolate that has the interpreter.

use super::{
    bridge::Bridge,
    de::{Node, Scalar},
    failure::{Failure, MAX_DEPTH},
    node::ObjectNode,
    object::Object,
    ser::Target,
    value::{Handle, Value, View},
    wanted::Wanted,
};
use crate::{error::Error, interpreter::engine::RuntimeRef};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyFrozenSet, PyInt, PyList, PySet, PyStr, PyTuple},
    common::wtf8::Wtf8Buf,
};

type Result<T, E = Failure> = std::result::Result<T, E>;

/// Keeps objects for the other side.
pub trait Table {
    /// Keeps an object, and says under which number.
    fn keep(&self, object: Object, vm: &VirtualMachine) -> u32;

    /// The object of that number.
    fn get(&self, number: u32, vm: &VirtualMachine) -> Option<Object>;
}

/// Where nothing is kept.
pub(crate) struct NoTable;

impl Table for NoTable {
    fn keep(&self, _: Object, _: &VirtualMachine) -> u32 {
        u32::MAX
    }

    fn get(&self, _: u32, _: &VirtualMachine) -> Option<Object> {
        None
    }
}

impl Value {
    /// An object of the VM as data. What isn't plain data is kept in `table`.
    ///
    /// # Errors
    /// What iterating raises.
    pub fn of_object(object: PyObjectRef, wanted: Wanted, table: &dyn Table, vm: &VirtualMachine) -> PyResult<Self> {
        let runtime = RuntimeRef::of(vm);
        let bridge = Bridge { vm, runtime: &runtime };
        let sending = Sending { table, bridge, is_plain: wanted == Wanted::Plain };
        let made = match wanted {
            Wanted::Nothing => Ok(Value::None),
            Wanted::Object => Ok(sending.kept(object)),
            Wanted::Value | Wanted::Plain => sending.value(object, 0),
        };
        made.map_err(|failure| failure.into_error("the value".to_owned(), vm).into_exception(vm))
    }

    /// The object of the VM for the value.
    ///
    /// # Errors
    /// An object that isn't kept in `table`; a key of a dict or an item of a set that can't be one.
    pub fn into_object(self, table: &dyn Table, vm: &VirtualMachine) -> PyResult {
        let runtime = RuntimeRef::of(vm);
        let bridge = Bridge { vm, runtime: &runtime };
        let made = receive(self, 0, table, bridge);
        made.map_err(|failure| failure.into_error("the value".to_owned(), vm).into_exception(vm))
    }

    /// Reads a kept object for the other side.
    ///
    /// # Errors
    /// What reading it raises.
    pub fn view(object: &Object, view: &View, table: &dyn Table, vm: &VirtualMachine) -> PyResult<Option<Self>> {
        let runtime = RuntimeRef::of(vm);
        let bridge = Bridge { vm, runtime: &runtime };
        let node = ObjectNode { object: object.raw(vm)?, bridge };
        let sending = Sending { table, bridge, is_plain: false };
        let read = sending.view(&node, view).transpose();
        read.map_err(|failure| failure.into_error("the object".to_owned(), vm).into_exception(vm))
    }
}

/// From the VM to data.
#[derive(Clone, Copy)]
struct Sending<'a> {
    table: &'a dyn Table,
    bridge: Bridge<'a>,
    /// Whether numbers of other classes are numbers.
    is_plain: bool,
}

impl Sending<'_> {
    fn kept(self, object: PyObjectRef) -> Value {
        let (class, is_callable) = (object.class().name().to_string(), object.is_callable());
        let number = self.table.keep(Object::linked(object, self.bridge.runtime.clone()), self.bridge.vm);
        Value::Object(Handle::new(number, class, is_callable))
    }

    fn value(self, object: PyObjectRef, depth: usize) -> Result<Value> {
        let vm = self.bridge.vm;
        if let Some(text) = object.downcast_ref::<PyStr>()
            && text.to_str().is_none()
        {
            return Ok(Value::Wide(text.as_wtf8().encode_wide().collect()));
        }
        // A member of an `IntEnum` is more than a number.
        let is_other_int = !self.is_plain
            && object.downcastable::<PyInt>()
            && !object.class().is(vm.ctx.types.int_type)
            && !object.class().is(vm.ctx.types.bool_type);
        let node = ObjectNode { object, bridge: self.bridge };
        match node.scalar()? {
            _ if is_other_int => return Ok(self.kept(node.object)),
            Some(Scalar::Huge(_)) => return Ok(huge(&node.object)),
            Some(scalar) => return Ok(data(scalar)),
            None => {}
        }
        let object = &node.object;
        let is_container = object.downcastable::<PyDict>()
            || object.downcastable::<PyList>()
            || object.downcastable::<PyTuple>()
            || object.downcastable::<PySet>()
            || object.downcastable::<PyFrozenSet>();
        // What is nested deeper, or holds itself, is read by whoever wants to.
        if !is_container || depth == MAX_DEPTH {
            return Ok(self.kept(node.object));
        }
        let all = |nodes: Vec<ObjectNode<'_>>| {
            nodes.into_iter().map(|node| self.value(node.object, depth + 1)).collect::<Result<Vec<_>>>()
        };
        if object.downcastable::<PyDict>() {
            return Ok(Value::Dict(self.entries(node.entries(), depth)?.unwrap_or_default()));
        }
        let items = all(node.items().transpose()?.unwrap_or_default())?;
        Ok(match () {
            () if object.downcastable::<PyList>() => Value::List(items),
            () if object.downcastable::<PyTuple>() => Value::Tuple(items),
            () => Value::Set(items),
        })
    }

    fn entries(
        self,
        entries: Option<Result<Vec<(ObjectNode<'_>, ObjectNode<'_>)>>>,
        depth: usize,
    ) -> Result<Option<Vec<(Value, Value)>>> {
        let Some(entries) = entries.transpose()? else { return Ok(None) };
        let pair = |(key, value): (ObjectNode<'_>, ObjectNode<'_>)| {
            Ok((self.value(key.object, depth + 1)?, self.value(value.object, depth + 1)?))
        };
        entries.into_iter().map(pair).collect::<Result<_>>().map(Some)
    }

    fn view(self, node: &ObjectNode<'_>, view: &View) -> Option<Result<Value>> {
        match view {
            View::Scalar => node.scalar().transpose().map(|scalar| {
                scalar.map(|scalar| match scalar {
                    Scalar::Huge(_) => huge(&node.object),
                    scalar => data(scalar),
                })
            }),
            View::Entries => self.entries(node.entries(), 0).transpose().map(|entries| entries.map(Value::Dict)),
            View::Items => {
                let items = node.items()?;
                let all =
                    |nodes: Vec<ObjectNode<'_>>| nodes.into_iter().map(|node| self.value(node.object, 1)).collect();
                Some(items.and_then(all).map(Value::List))
            }
            View::Attributes(names) => {
                let vm = self.bridge.vm;
                let mut found = Vec::new();
                for name in names {
                    match vm.get_attribute_opt(&node.object, &*vm.ctx.new_str(name.as_str())) {
                        Ok(Some(value)) => match self.value(value, 1) {
                            Ok(value) => found.push((Value::Text(name.clone()), value)),
                            Err(failure) => return Some(Err(failure)),
                        },
                        Ok(None) => {}
                        Err(raised) => return Some(Err(raised.into())),
                    }
                }
                Some(Ok(Value::Dict(found)))
            }
        }
    }
}

/// An integer of more than 128 bits.
fn huge(object: &PyObject) -> Value {
    object.downcast_ref::<PyInt>().map_or(Value::None, |int| Value::Digits(int.as_bigint().to_str_radix(16)))
}

fn data(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::None | Scalar::Huge(_) => Value::None,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::Int(value),
        Scalar::Long(value) => Value::Long(value),
        Scalar::Natural(value) => Value::Natural(value),
        Scalar::Float(value) => Value::Float(value),
        Scalar::Text(text) => Value::Text(text.to_owned()),
        Scalar::Bytes(bytes) => Value::Bytes(bytes),
    }
}

/// From data to the VM.
fn receive(value: Value, depth: usize, table: &dyn Table, bridge: Bridge<'_>) -> Result<PyObjectRef> {
    if depth > MAX_DEPTH {
        return Err(Failure::too_deep());
    }
    let all = |values: Vec<Value>| {
        values.into_iter().map(|value| receive(value, depth + 1, table, bridge)).collect::<Result<Vec<_>>>()
    };
    let dict = |entries: Vec<(Value, Value)>| {
        let mut dict = bridge.dict();
        for (key, value) in entries {
            let key = receive(key, depth + 1, table, bridge)?;
            bridge.insert(&mut dict, key, receive(value, depth + 1, table, bridge)?)?;
        }
        Ok::<_, Failure>(dict)
    };
    Ok(match value {
        Value::None => bridge.none(),
        Value::Bool(value) => bridge.bool(value),
        Value::Int(value) => bridge.int(value),
        Value::Long(value) => bridge.long(value),
        Value::Natural(value) => bridge.natural(value),
        Value::Digits(digits) => {
            bridge.vm.ctx.types.int_type.as_object().call((digits, 16), bridge.vm).map_err(Failure::from)?
        }
        Value::Float(value) => bridge.float(value),
        Value::Text(text) => bridge.text(&text),
        Value::Wide(units) => bridge.vm.ctx.new_str(Wtf8Buf::from_wide(&units)).into(),
        Value::Bytes(bytes) => bridge.bytes(&bytes),
        Value::List(items) => bridge.list(all(items)?),
        Value::Tuple(items) => bridge.tuple(all(items)?),
        Value::Set(items) => {
            let set = PySet::default();
            for item in all(items)? {
                set.add(item, bridge.vm)?;
            }
            rustpython_vm::PyPayload::into_pyobject(set, bridge.vm)
        }
        Value::Dict(entries) => bridge.finish(dict(entries)?),
        Value::Attributes(entries) => bridge.attributes(dict(entries)?)?,
        Value::Object(handle) => match table.get(handle.number, bridge.vm) {
            Some(object) => object.raw(bridge.vm)?,
            None => return Err(Failure::Failed(Error::raise("ReferenceError", "the object is not kept any more"))),
        },
    })
}
