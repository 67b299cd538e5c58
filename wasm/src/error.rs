//! Exceptions crossing between JavaScript and Python.

use super::{host, keep, proxy::JavaScript};
use exocet::{
    Error, Exception,
    error::{Frame, Importer},
};
use js_sys::{Array, Object, Reflect};
use rustpython_vm::{
    AsObject, PyPayload, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyTypeRef},
};
use serde::Serialize;
use std::cell::OnceCell;
use wasm_bindgen::prelude::*;

/// What the package's `PythonError` is made of, but for what isn't plain data.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    types: &'a [String],
    message: &'a str,
    traceback: &'a str,
    frames: &'a [Frame],
    import_chain: &'a [Importer],
    exit_code: Option<i32>,
}

/// The `PythonError` for an exception.
pub(super) fn to_js(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> JsValue {
    let read = Exception::new(exception.clone(), vm);
    let fields = Fields {
        types: read.kinds(),
        message: read.message(),
        traceback: read.traceback(),
        frames: read.frames(),
        import_chain: read.import_chain(),
        exit_code: read.exit_code(),
    };
    let fields = host::plain(&fields).unwrap_or_else(|_| Object::new().into());
    let set = |name: &str, value: &JsValue| {
        // A new object takes any property.
        let _ = Reflect::set(&fields, &name.into(), value);
    };
    set("id", &keep(host::object_of(exception)).into());
    if let Ok(Some(error)) = vm.get_attribute_opt(exception.as_object(), ERROR)
        && let Some(error) = error.downcast_ref::<JavaScript>()
    {
        set("cause", error.value());
    }
    host::with(|host| host.error(fields))
}

/// Where an exception has the error of JavaScript's that it stands for.
const ERROR: &str = "error";

const DOC: &str = "JavaScript code that Python code called threw an error; `error` is what it threw.";

thread_local! {
    /// The class of what JavaScript code threw. An instance of the WebAssembly module has one interpreter.
    static CLASS: OnceCell<PyTypeRef> = const { OnceCell::new() };
}

fn class(vm: &VirtualMachine) -> PyTypeRef {
    let make = || {
        let base = vm.ctx.exceptions.runtime_error.to_owned();
        let class = vm.ctx.new_exception_type("exocet", "JavaScriptError", Some(vec![base]));
        class.set_attr(vm.ctx.intern_str("__doc__"), vm.ctx.new_str(DOC).into());
        class
    };
    CLASS.with(|class| class.get_or_init(make).clone())
}

/// The exception for what a function of the host's threw: `[error, type, message, id]`. What was an exception once is that
/// exception again; an error with a Python type is raised as one of that type.
pub(super) fn to_python(thrown: &Array, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let (kind, message) = (thrown.get(1).as_string(), thrown.get(2).as_string().unwrap_or_default());
    let was = thrown.get(3).as_f64().and_then(|id| super::kept(id as u32, vm).ok());
    if let Some(exception) = was.and_then(|was| was.downcast().ok()) {
        return exception;
    }
    if let Some(kind) = kind {
        return Error::raise(kind, message).into_exception(vm);
    }
    let exception = vm.new_exception_msg(class(vm), message.into());
    // An exception takes any attribute.
    let _ = exception.as_object().set_attr(ERROR, JavaScript::new(thrown.get(0)).into_ref(&vm.ctx), vm);
    exception
}
