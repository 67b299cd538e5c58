//! Values crossing between JavaScript and Python. Plain data is copied; what isn't stays where it is, and the other side
//! gets a handle on it.
//!
//! | JavaScript | Python | and back from |
//! |---|---|---|
//! | `null`, `undefined` | `None` | `None`, as `null` |
//! | `true`, `false` | `True`, `False` | the same |
//! | numbers without a fraction, up to 2^53; others | `int`; `float` | the same |
//! | `BigInt` | `int` | an `int` beyond 2^53 |
//! | strings | `str` | `str` |
//! | `Uint8Array`, `ArrayBuffer` | `bytes` | `bytes`, `bytearray` |
//! | arrays | `list` | `list`, `tuple` |
//! | plain objects | `dict` | a `dict` whose keys are all strings |
//! | `Map`, `Set` | `dict`, `set` | other dicts; `set`, `frozenset` |
//! | functions, classes, other objects | an object that stands for it | the thing itself |
//! | `PythonObject` | the object itself | any other object |

use super::{host, keep, kept, proxy::JavaScript};
use exocet::values::MAX_DEPTH;
use js_sys::{Array, BigInt, JsString, Map, Object, Set, Uint8Array};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyStr, PyTuple},
    common::wtf8::Wtf8Buf,
};
use wasm_bindgen::prelude::*;

/// What a value of JavaScript is that has no simpler form; `Kind` of the package's `host.ts`.
struct Kind;

impl Kind {
    const ARRAY: u32 = 1;
    const PLAIN: u32 = 2;
    const MAP: u32 = 3;
    const SET: u32 = 4;
    const BYTES: u32 = 5;
    const HANDLE: u32 = 6;
    const NONE: u32 = 7;
}

/// The greatest number that a float has without a gap below it.
const SAFE: f64 = 9_007_199_254_740_991.0;

/// The Python object for a value; `what` names it in an error.
pub(super) fn to_python(value: &JsValue, what: &str, vm: &VirtualMachine) -> PyResult {
    Crossing { what, vm }.to_python(value, 0)
}

/// The value for a Python object; `what` names it in an error.
pub(super) fn to_js(object: &PyObject, what: &str, vm: &VirtualMachine) -> PyResult<JsValue> {
    Crossing { what, vm }.to_js(object, 0)
}

/// A handle on a Python object.
pub(super) fn handle(object: PyObjectRef) -> JsValue {
    let (class, callable) = (object.class().name().to_string(), object.is_callable());
    host::with(|host| host.handle(keep(object), &class, callable))
}

/// A module that shows what a plain object of JavaScript has.
pub(super) fn to_module(name: &str, value: &JsValue, vm: &VirtualMachine) -> PyResult {
    let what = format!("`{name}`");
    if host::with(|host| host.kind(value)) != Kind::PLAIN {
        return to_python(value, &what, vm);
    }
    let dict = vm.ctx.new_dict();
    for (key, value) in entries(value, vm)? {
        dict.set_item(&*key, to_python(&value, &format!("`{key}` of {what}"), vm)?, vm)?;
    }
    Ok(vm.new_module(name, dict, None).into())
}

fn entries(value: &JsValue, vm: &VirtualMachine) -> PyResult<Vec<(String, JsValue)>> {
    host::entries(value).map_err(|thrown| super::error::to_python(&thrown, vm))
}

struct Crossing<'a> {
    what: &'a str,
    vm: &'a VirtualMachine,
}

impl Crossing<'_> {
    fn deeper(&self, depth: usize) -> PyResult<usize> {
        if depth == MAX_DEPTH {
            return Err(self.vm.new_value_error(format!("{} is nested deeper than {MAX_DEPTH}", self.what)));
        }
        Ok(depth + 1)
    }

    fn to_python(&self, value: &JsValue, depth: usize) -> PyResult {
        if let Some(scalar) = self.scalar_to_python(value)? {
            return Ok(scalar);
        }
        let (ctx, vm) = (&self.vm.ctx, self.vm);
        let depth = self.deeper(depth)?;
        let inner = |value: &JsValue| self.to_python(value, depth);
        let list = || -> PyResult {
            let items = host::items(value, vm)?.iter().map(|item| inner(&item)).collect::<PyResult<_>>()?;
            Ok(ctx.new_list(items).into())
        };
        match host::with(|host| host.kind(value)) {
            Kind::ARRAY => list(),
            Kind::PLAIN => {
                let dict = ctx.new_dict();
                for (key, value) in entries(value, vm)? {
                    dict.set_item(&*key, inner(&value)?, vm)?;
                }
                Ok(dict.into())
            }
            Kind::MAP => {
                let dict = ctx.new_dict();
                let items = host::items(value, vm)?;
                for (key, value) in host::pairs(&items) {
                    dict.set_item(&*inner(&key)?, inner(&value)?, vm)?;
                }
                Ok(dict.into())
            }
            Kind::SET => ctx.types.set_type.as_object().call((list()?,), vm),
            Kind::BYTES => Ok(ctx.new_bytes(Uint8Array::new(value).to_vec()).into()),
            Kind::HANDLE => match host::with(|host| host.id_of(value)) {
                id if id >= 0.0 => kept(id as u32, vm),
                _ => {
                    let message =
                        format!("{} holds a Python object of another loader, or one that was let go", self.what);
                    Err(vm.new_type_error(message))
                }
            },
            Kind::NONE => Err(vm.new_type_error(format!("{} holds a symbol, which Python has no form for", self.what))),
            _ => Ok(JavaScript::new(value.clone()).into_ref(ctx).into()),
        }
    }

    /// The object for a value that holds no others.
    fn scalar_to_python(&self, value: &JsValue) -> PyResult<Option<PyObjectRef>> {
        let (ctx, vm) = (&self.vm.ctx, self.vm);
        if value.is_null_or_undefined() {
            return Ok(Some(ctx.none()));
        }
        if let Some(value) = value.as_bool() {
            return Ok(Some(ctx.new_bool(value).into()));
        }
        if let Some(number) = value.as_f64() {
            // The negative zero has no integer.
            let whole = number.fract() == 0.0 && number.abs() <= SAFE && (number != 0.0 || number.is_sign_positive());
            #[expect(clippy::cast_possible_truncation, reason = "it was found to be small enough")]
            return Ok(Some(if whole { ctx.new_int(number as i64).into() } else { ctx.new_float(number).into() }));
        }
        if let Some(text) = value.dyn_ref::<JsString>() {
            return Ok(Some(match text.as_string().filter(|_| text.is_valid_utf16()) {
                Some(text) => ctx.new_str(text).into(),
                None => {
                    let units: Vec<u16> = (0..text.length()).map(|at| text.char_code_at(at) as u16).collect();
                    ctx.new_str(Wtf8Buf::from_wide(&units)).into()
                }
            }));
        }
        if let Some(number) = value.dyn_ref::<BigInt>() {
            let digits = number.to_string(16).map(String::from).unwrap_or_default();
            return ctx.types.int_type.as_object().call((digits, 16), vm).map(Some);
        }
        Ok(None)
    }

    fn to_js(&self, object: &PyObject, depth: usize) -> PyResult<JsValue> {
        if let Some(scalar) = self.scalar_to_js(object)? {
            return Ok(scalar);
        }
        let vm = self.vm;
        let depth = self.deeper(depth)?;
        let inner = |object: &PyObjectRef| self.to_js(object, depth);
        if let Some(items) = object.downcast_ref::<PyList>() {
            let items = items.borrow_vec().to_vec();
            return Ok(items.iter().map(inner).collect::<PyResult<Array>>()?.into());
        }
        if let Some(items) = object.downcast_ref::<PyTuple>() {
            return Ok(items.as_slice().iter().map(inner).collect::<PyResult<Array>>()?.into());
        }
        if let Some(dict) = object.downcast_ref::<PyDict>() {
            let entries = dict.items_vec();
            let entry = |(key, value): &(PyObjectRef, PyObjectRef)| Ok(Array::of2(&inner(key)?, &inner(value)?));
            let is_plain = entries.iter().all(|(key, _)| key.downcastable::<PyStr>());
            let entries = entries.iter().map(entry).collect::<PyResult<Array>>()?;
            if is_plain {
                return Ok(Object::from_entries(&entries).map_or(JsValue::UNDEFINED, Into::into));
            }
            let map = Map::new();
            for (key, value) in host::pairs(&entries) {
                map.set(&key, &value);
            }
            return Ok(map.into());
        }
        if object.downcastable::<PySet>() || object.downcastable::<PyFrozenSet>() {
            let items: Vec<PyObjectRef> = object.try_to_value(vm)?;
            let items = items.iter().map(inner).collect::<PyResult<Array>>()?;
            return Ok(Set::new(&items.into()).into());
        }
        Ok(handle(object.to_owned()))
    }

    /// The value for an object that holds no others.
    fn scalar_to_js(&self, object: &PyObject) -> PyResult<Option<JsValue>> {
        let vm = self.vm;
        if vm.is_none(object) {
            return Ok(Some(JsValue::NULL));
        }
        if let Some(text) = object.downcast_ref::<PyStr>() {
            return Ok(Some(match text.to_str() {
                Some(text) => text.into(),
                None => {
                    let units: Vec<u16> = text.as_wtf8().encode_wide().collect();
                    JsString::from_char_code(&units).into()
                }
            }));
        }
        if object.class().is(vm.ctx.types.bool_type) {
            return Ok(Some(object.try_to_bool(vm)?.into()));
        }
        if let Some(number) = object.downcast_ref::<PyInt>() {
            return Ok(Some(match number.try_to_primitive::<i64>(vm) {
                Ok(small) if small.unsigned_abs() <= SAFE as u64 => (small as f64).into(),
                _ => {
                    let number = BigInt::new(&number.as_bigint().to_string().into());
                    number.map_or(JsValue::UNDEFINED, Into::into)
                }
            }));
        }
        if let Some(number) = object.downcast_ref::<PyFloat>() {
            return Ok(Some(number.to_f64().into()));
        }
        if let Some(bytes) = object.downcast_ref::<PyBytes>() {
            return Ok(Some(Uint8Array::from(bytes.as_bytes()).into()));
        }
        if let Some(bytes) = object.downcast_ref::<PyByteArray>() {
            return Ok(Some(Uint8Array::from(&*bytes.borrow_buf()).into()));
        }
        if let Some(value) = object.downcast_ref::<JavaScript>() {
            return Ok(Some(value.value().clone()));
        }
        Ok(None)
    }
}
