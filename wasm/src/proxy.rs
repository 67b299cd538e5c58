//! A function, a class or an object of JavaScript's, as Python code has it.
//!
//! It shows what the host passed in: the object's own properties, and those of its classes. What is JavaScript's own, as
//! `constructor` and the methods of all objects and functions, the package's `host.ts` keeps back.

use super::{host, value};
use js_sys::{Array, Object};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::PyStr,
    common::wtf8::Wtf8Buf,
    function::{FuncArgs, PyComparisonValue, PySetterValue},
    pyclass,
    types::{Callable, Comparable, GetAttr, Hashable, PyComparisonOp, Representable, SetAttr},
};
use wasm_bindgen::prelude::*;

/// What stands for it.
#[pyclass(module = "exocet", name = "JavaScript")]
#[derive(Debug, PyPayload)]
pub(super) struct JavaScript(JsValue);

impl JavaScript {
    pub(super) fn new(value: JsValue) -> Self {
        Self(value)
    }

    pub(super) fn value(&self) -> &JsValue {
        &self.0
    }

    fn found(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<JsValue>> {
        host::with(|host| host.get(&self.0, name)).into_result(vm)
    }
}

#[pyclass(with(Callable, GetAttr, SetAttr, Comparable, Hashable, Representable))]
impl JavaScript {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let names = host::with(|host| host.names(&zelf.0));
        let names = names.iter().filter_map(|name| Some(vm.ctx.new_str(name.as_string()?).into()));
        vm.ctx.new_list(names.collect()).into()
    }
}

impl Callable for JavaScript {
    type Args = FuncArgs;

    /// Arguments by name become one last argument, an object.
    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let argument = |(at, value): (usize, &PyObjectRef)| value::to_js(value, &format!("argument {}", at + 1), vm);
        let given = args.args.iter().enumerate().map(argument).collect::<PyResult<Array>>()?;
        if !args.kwargs.is_empty() {
            let named = |(name, value): (&Wtf8Buf, &PyObjectRef)| {
                let value = value::to_js(value, &format!("argument `{name}`"), vm)?;
                Ok(Array::of2(&name.to_string_lossy().as_ref().into(), &value))
            };
            let named = args.kwargs.iter().map(named).collect::<PyResult<Array>>()?;
            given.push(&Object::from_entries(&named).map_or(JsValue::UNDEFINED, Into::into));
        }
        let result = host::with(|host| host.call(&zelf.0, given)).into_result(vm)?;
        value::to_python(&result.unwrap_or_default(), "the result", vm)
    }
}

impl GetAttr for JavaScript {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let text = name.to_string();
        // Python's own names are about the object that stands here.
        if text.starts_with("__") && text.ends_with("__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        match zelf.found(&text, vm)? {
            Some(found) => value::to_python(&found, &format!("`{text}`"), vm),
            None => Err(vm.new_attribute_error(format!("{} has no property `{text}`", shown(&zelf.0)))),
        }
    }
}

impl SetAttr for JavaScript {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let PySetterValue::Assign(value) = value else {
            return Err(vm.new_attribute_error("a property of a JavaScript object can't be deleted"));
        };
        let value = value::to_js(&value, &format!("`{name}`"), vm)?;
        match host::with(|host| host.set(&zelf.0, name.as_ref(), value)).into_result(vm)? {
            Some(_) => Ok(()),
            None => Err(vm.new_attribute_error(format!("the property `{name}` can't be set"))),
        }
    }
}

impl Comparable for JavaScript {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, _: &VirtualMachine) -> PyResult<PyComparisonValue> {
        op.eq_only(|| {
            let other = other.downcast_ref::<Self>();
            Ok(other
                .map_or(PyComparisonValue::NotImplemented, |other| PyComparisonValue::Implemented(zelf.0 == other.0)))
        })
    }
}

impl Hashable for JavaScript {
    fn hash(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<rustpython_vm::common::hash::PyHash> {
        Ok(host::with(|host| host.identity(&zelf.0)).into())
    }
}

impl Representable for JavaScript {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(shown(&zelf.0))
    }
}

fn shown(value: &JsValue) -> String {
    host::with(|host| host.show(value))
}
