//! What the loader has of JavaScript: the one object that it is given.

use exocet::{Observer, observe::Event};
use js_sys::Array;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use serde::Serialize;
use std::cell::OnceCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `Host` of the package's `host.ts`. Its methods don't throw: what runs code of the user's gives an [`Outcome`].
    /// Should one throw all the same, that goes through the frames of the interpreter, which isn't used again.
    pub type Host;

    #[wasm_bindgen(method)]
    pub(super) fn panicked(this: &Host, message: &str);
    #[wasm_bindgen(method)]
    pub(super) fn print(this: &Host, to_stderr: bool, text: &str) -> Outcome;
    #[wasm_bindgen(method)]
    pub(super) fn now(this: &Host) -> f64;
    #[wasm_bindgen(method)]
    pub(super) fn monotonic(this: &Host) -> f64;
    #[wasm_bindgen(method)]
    pub(super) fn sleep(this: &Host, seconds: f64) -> Outcome;
    #[wasm_bindgen(method)]
    pub(super) fn event(this: &Host, event: JsValue);

    /// What a value is, as a number of [`super::value::Kind`].
    #[wasm_bindgen(method)]
    pub(super) fn kind(this: &Host, value: &JsValue) -> u32;
    /// The number of a `PythonObject`; -1 if it isn't of this loader, or was let go.
    #[wasm_bindgen(method, js_name = "idOf")]
    pub(super) fn id_of(this: &Host, object: &JsValue) -> f64;
    /// Makes a `PythonObject`.
    #[wasm_bindgen(method)]
    pub(super) fn handle(this: &Host, id: u32, class: &str, callable: bool) -> JsValue;
    /// Makes a `PythonError`.
    #[wasm_bindgen(method)]
    pub(super) fn error(this: &Host, fields: JsValue) -> JsValue;
    /// The keys and values of a plain object, as an array of pairs; its functions know it as `this`.
    #[wasm_bindgen(method)]
    fn entries(this: &Host, object: &JsValue) -> Outcome;
    /// What an array, a set or a map holds, as an array of its own.
    #[wasm_bindgen(method)]
    fn items(this: &Host, object: &JsValue) -> Outcome;

    #[wasm_bindgen(method)]
    pub(super) fn get(this: &Host, target: &JsValue, name: &str) -> Outcome;
    #[wasm_bindgen(method)]
    pub(super) fn set(this: &Host, target: &JsValue, name: &str, value: JsValue) -> Outcome;
    #[wasm_bindgen(method)]
    pub(super) fn call(this: &Host, target: &JsValue, args: Array) -> Outcome;
    #[wasm_bindgen(method)]
    pub(super) fn names(this: &Host, target: &JsValue) -> Array;
    #[wasm_bindgen(method)]
    pub(super) fn show(this: &Host, target: &JsValue) -> String;
    /// A number that is the same for the same object.
    #[wasm_bindgen(method)]
    pub(super) fn identity(this: &Host, target: &JsValue) -> u32;

    /// How something ended that the host did: `{ found, value }`, or `{ thrown: [error, type, message, id] }`.
    pub(super) type Outcome;
    #[wasm_bindgen(method, getter)]
    fn found(this: &Outcome) -> bool;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Outcome) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn thrown(this: &Outcome) -> Option<Array>;
}

thread_local! {
    static HOST: OnceCell<Host> = const { OnceCell::new() };
}

pub(super) fn install(host: Host) {
    // An instance has one loader, and that has one host.
    let _ = HOST.with(|current| current.set(host));
}

/// Uses the host; `None` before there is one.
pub(super) fn current<R>(f: impl FnOnce(&Host) -> R) -> Option<R> {
    HOST.with(|host| host.get().map(f))
}

/// Uses the host.
pub(super) fn with<R>(f: impl FnOnce(&Host) -> R) -> R {
    current(f).expect("a loader begins with its host")
}

impl Outcome {
    /// The value, if there is one; what was thrown is raised.
    pub(super) fn into_result(self, vm: &VirtualMachine) -> PyResult<Option<JsValue>> {
        match self.thrown() {
            Some(thrown) => Err(super::error::to_python(&thrown, vm)),
            None => Ok(self.found().then(|| self.value())),
        }
    }
}

/// The keys and values of a plain object; or what was thrown by looking.
pub(super) fn entries(object: &JsValue) -> Result<Vec<(String, JsValue)>, Array> {
    let outcome = with(|host| host.entries(object));
    match outcome.thrown() {
        Some(thrown) => Err(thrown),
        None => Ok(pairs(&outcome.value()).map(|(key, value)| (key.as_string().unwrap_or_default(), value)).collect()),
    }
}

/// What an array, a set or a map holds.
pub(super) fn items(object: &JsValue, vm: &VirtualMachine) -> PyResult<Array> {
    let items = with(|host| host.items(object)).into_result(vm)?;
    Ok(items.map_or_else(Array::new, |items| Array::from(&items)))
}

/// The pairs in an array of pairs.
pub(super) fn pairs(array: &JsValue) -> impl Iterator<Item = (JsValue, JsValue)> + use<> {
    let array = Array::from(array);
    (0..array.length()).map(move |at| {
        let pair = Array::from(&array.get(at));
        (pair.get(0), pair.get(1))
    })
}

/// Reports to the host what happens.
pub(super) struct Log;

impl Observer for Log {
    fn event(&self, event: &Event) {
        if let Ok(event) = plain(event) {
            with(|host| host.event(event));
        }
    }
}

/// A value of plain data as JavaScript has it.
pub(super) fn plain(value: &impl Serialize) -> Result<JsValue, serde_wasm_bindgen::Error> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())
}

/// The exception as an object.
pub(super) fn object_of(exception: &PyBaseExceptionRef) -> PyObjectRef {
    exception.as_object().to_owned()
}
