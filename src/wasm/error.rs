//! Exceptions crossing between JavaScript and Python.

use super::{host, keep, proxy::JavaScript};
use crate::{Error, Exception, Importer, exception::ExceptionClass, finder};
use js_sys::{Array, Object, Reflect};
use rustpython_vm::{
    AsObject, PyPayload, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr},
};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A place in Python code.
#[derive(Serialize)]
struct Frame {
    file: String,
    line: usize,
    /// From 1; of an error of syntax only.
    column: Option<usize>,
    /// The name of the function, or `<module>`; of an error of syntax none.
    function: Option<String>,
    /// The line's text, where there is any.
    source: Option<String>,
}

/// What the package's `PythonError` is made of, but for what isn't plain data.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    types: &'a [String],
    message: &'a str,
    traceback: &'a str,
    frames: Vec<Frame>,
    import_chain: &'a [Importer],
    exit_code: Option<i32>,
}

/// The `PythonError` for an exception.
pub(super) fn to_js(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> JsValue {
    let told = Exception::new(exception.clone(), vm);
    let fields = Fields {
        types: told.kinds(),
        message: told.message(),
        traceback: told.traceback(),
        frames: frames(exception, vm),
        import_chain: told.import_chain(),
        exit_code: told.exit_code(),
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

fn frames(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Vec<Frame> {
    let mut frames = Vec::new();
    for entry in exception.traceback().iter().flat_map(|traceback| traceback.iter()) {
        let (iframe, line) = (entry.frame.iframe(), entry.lineno.get());
        let code = iframe.code();
        let loader = iframe.globals().get_item_opt("__loader__", vm).ok().flatten();
        let text = loader.and_then(|loader| loader.downcast_ref::<finder::Loader>()?.text());
        let source = text.and_then(|text| Some(text.lines().nth(line.checked_sub(1)?)?.to_owned()));
        let function = Some(code.code.obj_name.to_string());
        frames.push(Frame { file: code.source_path().to_string(), line, column: None, function, source });
    }
    if exception.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        let attribute = |name: &'static str| vm.get_attribute_opt(exception.as_object(), name).ok().flatten();
        let text = |name| attribute(name).and_then(|value| Some(value.downcast_ref::<PyStr>()?.to_string()));
        let number = |name| attribute(name).and_then(|value| value.try_to_value::<usize>(vm).ok());
        if let (Some(file), Some(line)) = (text("filename"), number("lineno")) {
            let source = text("text").map(|text| text.trim_end_matches('\n').to_owned());
            frames.push(Frame { file, line, column: number("offset"), function: None, source });
        }
    }
    frames
}

/// Where an exception has the error of JavaScript's that it stands for.
const ERROR: &str = "error";

const DOC: &str = "JavaScript code that Python code called threw an error; `error` is what it threw.";

thread_local! {
    static CLASS: ExceptionClass = ExceptionClass::default();
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
    let class = CLASS.with(|class| class.get("JavaScriptError", vm.ctx.exceptions.runtime_error, DOC, vm));
    let exception = vm.new_exception_msg(class, message.into());
    // An exception takes any attribute.
    let _ = exception.as_object().set_attr(ERROR, JavaScript::new(thrown.get(0)).into_ref(&vm.ctx), vm);
    exception
}
