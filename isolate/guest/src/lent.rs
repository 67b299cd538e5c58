//! Objects of a host in JavaScript, as Python code has them.
//!
//! What such an object shows is for the host to say: its own properties, and those of its classes.

use crate::{
    boundary::{Act, Answer, Ask, LENT},
    host,
    objects::Objects,
};
use exocet::{
    Error,
    values::{Value, Wanted},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTypeRef},
    common::{hash::PyHash, wtf8::Wtf8Buf},
    function::{FuncArgs, PyComparisonValue, PySetterValue},
    pyclass,
    types::{Callable, Comparable, GetAttr, Hashable, PyComparisonOp, Representable, SetAttr},
};
use std::cell::OnceCell;

/// What stands for an object of the host's. The host has counted it, and is told when it is gone.
#[pyclass(module = "exocet", name = "JavaScript")]
#[derive(Debug, PyPayload)]
pub(crate) struct JavaScript {
    number: u32,
}

impl Drop for JavaScript {
    fn drop(&mut self) {
        // There is nothing to do about a host that doesn't listen.
        let _ = host::ask(&Ask::LetGo(self.number));
    }
}

impl JavaScript {
    /// The object that stands for that number of the host's.
    pub(crate) fn object(number: u32, vm: &VirtualMachine) -> PyObjectRef {
        Self { number }.into_ref(&vm.ctx).into()
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    fn act(&self, act: Act, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        outcome(host::ask(&Ask::Use { object: self.number, act }), vm)
    }

    fn shown(&self, vm: &VirtualMachine) -> PyResult<String> {
        let shown = self.act(Act::Show, vm)?;
        Ok(shown.and_then(|shown| Some(shown.downcast_ref::<PyStr>()?.to_string())).unwrap_or_default())
    }
}

/// What an answer is to Python code: an object, or nothing.
pub(crate) fn outcome(answer: Result<Answer, Error>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    match answer {
        Ok(Answer::Value(value)) => value.into_object(&Objects, vm).map(Some),
        Ok(Answer::Done) => Ok(Some(vm.ctx.none())),
        Ok(Answer::Nothing) => Ok(None),
        Ok(other) => Err(vm.new_runtime_error(format!("the host answered {other:?}"))),
        Err(error) => Err(error.into_exception(vm)),
    }
}

/// A value for the host.
pub(crate) fn sent(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<Value> {
    Value::of_object(object, Wanted::Plain, &Objects, vm)
}

#[pyclass(with(Callable, GetAttr, SetAttr, Comparable, Hashable, Representable))]
impl JavaScript {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.act(Act::Names, vm)?.unwrap_or_else(|| vm.ctx.new_list(Vec::new()).into()))
    }
}

impl Callable for JavaScript {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Objects::in_flight(|| {
            let arguments = args.args.into_iter().map(|value| sent(value, vm)).collect::<PyResult<_>>()?;
            let named =
                |(name, value): (Wtf8Buf, PyObjectRef)| Ok((name.to_string_lossy().into_owned(), sent(value, vm)?));
            let keywords = args.kwargs.into_iter().map(named).collect::<PyResult<_>>()?;
            Ok(zelf.act(Act::Call { arguments, keywords }, vm)?.unwrap_or_else(|| vm.ctx.none()))
        })
    }
}

impl GetAttr for JavaScript {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let text = name.to_string();
        // Python's own names are about the object that stands here.
        if text.starts_with("__") && text.ends_with("__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        match zelf.act(Act::Get(text), vm)? {
            Some(found) => Ok(found),
            None => Err(vm.new_attribute_error(format!("{} has no property `{name}`", zelf.shown(vm)?))),
        }
    }
}

impl SetAttr for JavaScript {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let PySetterValue::Assign(value) = value else {
            return Err(vm.new_attribute_error("a property of a JavaScript object can't be deleted"));
        };
        match Objects::in_flight(|| zelf.act(Act::Set(name.to_string(), sent(value, vm)?), vm))? {
            Some(_) => Ok(()),
            None => Err(vm.new_attribute_error(format!("the property `{name}` can't be set"))),
        }
    }
}

impl Comparable for JavaScript {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, _: &VirtualMachine) -> PyResult<PyComparisonValue> {
        op.eq_only(|| {
            let is_same = |other: &Py<Self>| PyComparisonValue::Implemented(zelf.number == other.number);
            Ok(other.downcast_ref::<Self>().map_or(PyComparisonValue::NotImplemented, is_same))
        })
    }
}

impl Hashable for JavaScript {
    fn hash(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<PyHash> {
        Ok(zelf.number.into())
    }
}

impl Representable for JavaScript {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        zelf.shown(vm)
    }
}

/// Where an exception has the error of JavaScript's that it stands for.
const ERROR: &str = "error";

const DOC: &str = "JavaScript code that Python code called threw an error; `error` is what it threw.";

thread_local! {
    /// The class of what JavaScript code threw. An instance has one interpreter.
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

/// The exception for what the host threw: what was one once is that again.
pub(crate) fn thrown(number: u32, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let object = Objects::find(number, vm).and_then(|object| object.raw(vm).ok()).unwrap_or_else(|| vm.ctx.none());
    if number < LENT
        && let Ok(exception) = object.clone().downcast()
    {
        return exception;
    }
    let exception = vm.new_exception_msg(class(vm), message.into());
    // An exception takes any attribute.
    let _ = exception.as_object().set_attr(ERROR, object, vm);
    exception
}
