//! A live Python object, kept on the Rust side.

use super::{
    arguments::Arguments,
    bridge::{self, Bridge},
};
use crate::{
    error::{Error, Kind},
    interpreter::engine::RuntimeRef,
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
    function::{FuncArgs, KwArgs},
    object::{Traverse, TraverseFn},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use std::fmt;

/// A live Python object: a module that was [loaded](crate::Runtime::load), or anything that came out of one.
///
/// It is read and called with Rust values, which serde converts both ways, and it is such a value itself: it can be
/// an argument, a result, or a part of one. A clone is the same object.
///
/// A handle doesn't keep its runtime alive; without it, every use is an [error](Error::is_gone). With the feature
/// `threading` it may go to other threads and be used there.
///
/// ```
/// use exocet::{Imports, Memory, Object, Runtime};
///
/// let text = "class Counter:\n    count = 0\n    def add(self, n):\n        self.count += n\n        return self";
/// let runtime = Runtime::builder().source(Memory::new("<app>").with("app.py", text)).build()?;
/// let app = runtime.load("app", &Imports::pass_through())?;
/// let counter: Object = app.call("Counter", ())?;
/// counter.call::<Object>("add", (2,))?.call::<Object>("add", (3,))?;
/// assert_eq!(counter.get::<u8>("count")?, 5);
/// # Ok::<(), exocet::Error>(())
/// ```
pub struct Object {
    /// Present until it is dropped.
    object: Option<PyObjectRef>,
    runtime: RuntimeRef,
}

impl Object {
    /// A handle on an object of the VM.
    ///
    /// # Errors
    /// A VM that no [`Runtime`](crate::Runtime) built, as that of a subinterpreter.
    pub fn new(object: impl Into<PyObjectRef>, vm: &VirtualMachine) -> Result<Self, Error> {
        let runtime = RuntimeRef::of(vm);
        runtime.engine()?;
        Ok(Self::linked(object.into(), runtime))
    }

    pub(crate) fn linked(object: PyObjectRef, runtime: RuntimeRef) -> Self {
        Self { object: Some(object), runtime }
    }

    /// The object, entered by another reference to its runtime.
    pub(crate) fn with_runtime(&self, runtime: RuntimeRef) -> Self {
        Self { object: self.object.clone(), runtime }
    }

    pub(crate) fn runtime(&self) -> &RuntimeRef {
        &self.runtime
    }

    /// The object itself, inside of its runtime.
    ///
    /// # Errors
    /// `RuntimeError` in another runtime's VM.
    pub fn raw(&self, vm: &VirtualMachine) -> PyResult {
        match &self.object {
            Some(object) if self.runtime.is(&RuntimeRef::of(vm)) => Ok(object.clone()),
            _ => Err(Error::other_runtime(self.to_string()).into_exception(vm)),
        }
    }

    /// Calls the attribute `name`: a module's function, or a method. The arguments are a tuple of values, `(1, "two")`
    /// or `()`; or a `Vec` of them. Ask for an `Object`, or for `serde::de::IgnoredAny`, if any result will do.
    ///
    /// # Errors
    /// What the call raises; a missing attribute is an `AttributeError`, one that can't be called a `TypeError`. An
    /// argument or a result that doesn't fit; an argument that belongs to another runtime; a runtime that is gone.
    pub fn call<T: DeserializeOwned>(&self, name: &str, arguments: impl Arguments) -> Result<T, Error> {
        self.call_with(name, arguments, ())
    }

    /// Calls the attribute `name` with keyword arguments too: a struct or a map with string keys, or `()`.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn call_with<T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: impl Arguments,
        keywords: impl Serialize,
    ) -> Result<T, Error> {
        self.enter(|object, bridge| {
            let function = object.get_attr(&*bridge.vm.ctx.new_str(name), bridge.vm).map_err(raised(bridge.vm))?;
            apply(&function, name, arguments, keywords, bridge)
        })
    }

    /// Calls the object itself.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn invoke<T: DeserializeOwned>(&self, arguments: impl Arguments) -> Result<T, Error> {
        self.invoke_with(arguments, ())
    }

    /// Calls the object itself with keyword arguments too.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn invoke_with<T: DeserializeOwned>(
        &self,
        arguments: impl Arguments,
        keywords: impl Serialize,
    ) -> Result<T, Error> {
        self.enter(|object, bridge| {
            let name = bridge.vm.get_attribute_opt(object, "__name__").ok().flatten();
            let name = name.and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
            let name = name.unwrap_or_else(|| object.class().name().to_string());
            apply(object, &name, arguments, keywords, bridge)
        })
    }

    /// The attribute `name`, as a Rust value.
    ///
    /// # Errors
    /// A missing attribute, as an `AttributeError`; one that doesn't fit; a runtime that is gone.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        self.enter(|object, bridge| {
            let value = object.get_attr(&*bridge.vm.ctx.new_str(name), bridge.vm).map_err(raised(bridge.vm))?;
            bridge.to_rust(value, || format!("attribute `{name}`"))
        })
    }

    /// Whether there is an attribute `name`.
    ///
    /// # Errors
    /// What a `__getattr__` raises that is no `AttributeError`; a runtime that is gone.
    pub fn has(&self, name: &str) -> Result<bool, Error> {
        self.enter(|object, bridge| {
            let found = bridge.vm.get_attribute_opt(object, &*bridge.vm.ctx.new_str(name));
            found.map(|found| found.is_some()).map_err(raised(bridge.vm))
        })
    }

    /// Sets the attribute `name`.
    ///
    /// # Errors
    /// What setting it raises; a value that has no form in Python, or belongs to another runtime; a runtime that is gone.
    pub fn set(&self, name: &str, value: impl Serialize) -> Result<(), Error> {
        self.enter(|object, bridge| {
            let value = bridge.to_python(&value, || format!("attribute `{name}`"))?;
            object.set_attr(&*bridge.vm.ctx.new_str(name), value, bridge.vm).map_err(raised(bridge.vm))
        })
    }

    /// The object as a Rust value.
    ///
    /// # Errors
    /// An object that doesn't fit; a runtime that is gone.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.enter(|object, bridge| bridge.to_rust(object.to_owned(), || format!("`{}`", object.class().name())))
    }

    /// Shows the object to the cycle collector, on behalf of one that owns the handle.
    pub(crate) fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.object.traverse(visit);
    }

    fn enter<R>(&self, f: impl FnOnce(&PyObject, Bridge<'_>) -> Result<R, Error>) -> Result<R, Error> {
        self.runtime.enter(|vm| match &self.object {
            Some(object) => f(object, Bridge { vm, runtime: &self.runtime }),
            None => Err(Kind::Gone.into()),
        })
    }
}

fn raised(vm: &VirtualMachine) -> impl Fn(rustpython_vm::builtins::PyBaseExceptionRef) -> Error {
    |exception| Error::from_exception(exception, vm)
}

fn apply<T: DeserializeOwned>(
    function: &PyObject,
    name: &str,
    arguments: impl Arguments,
    keywords: impl Serialize,
    bridge: Bridge<'_>,
) -> Result<T, Error> {
    let vm = bridge.vm;
    let positional = arguments.to_python(name, bridge)?;
    let what = || format!("the keyword arguments of `{name}`");
    let keywords = bridge.to_python(&keywords, what)?;
    let mut named = Vec::new();
    if let Some(keywords) = keywords.downcast_ref::<PyDict>() {
        for (key, value) in keywords.items_vec() {
            match key.downcast_ref::<PyStr>() {
                Some(key) => named.push((key.to_string(), value)),
                None => return Err(Error::misfit(what(), String::new(), "a name is no string".to_owned())),
            }
        }
    } else if !vm.is_none(&keywords) {
        return Err(Error::misfit(what(), String::new(), "they are neither a struct nor a map".to_owned()));
    }
    let result = function.call(FuncArgs::new(positional, KwArgs::from_iter(named)), vm).map_err(raised(vm))?;
    bridge.to_rust(result, || format!("the result of `{name}`"))
}

impl Clone for Object {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), runtime: self.runtime.clone() }
    }
}

/// The last reference to an object may run its `__del__`, which needs its own interpreter around it.
impl Drop for Object {
    fn drop(&mut self) {
        self.runtime.drop_inside(self.object.take());
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What kind of object it is; its `repr` would run Python code.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.object {
            Some(object) => write!(f, "<Python object of class `{}`>", object.class().name()),
            None => f.write_str("<Python object>"),
        }
    }
}

/// Only as a value for Python code.
impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Handed<'a>(&'a Object);

        impl Serialize for Handed<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if bridge::give(self.0) {
                    return serializer.serialize_unit();
                }
                Err(serde::ser::Error::custom("a Python object can't leave the runtime"))
            }
        }

        serializer.serialize_newtype_struct(bridge::OBJECT, &Handed(self))
    }
}

/// Only of a value of Python code.
impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a Python object")
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Object, E> {
                bridge::fetch().ok_or_else(|| E::custom("only Python code has Python objects"))
            }
        }

        deserializer.deserialize_newtype_struct(bridge::OBJECT, Visitor)
    }
}
