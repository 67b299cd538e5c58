//! Modules made of Rust.

use super::{
    bridge::Bridge,
    function::Function,
    side::{Given, Kept, Made, Side},
    value::Value,
};
use crate::{
    error::{Error, panic_message},
    interpreter::engine::{RuntimeRef, guarded},
};
use rustpython_vm::{
    Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyModule},
    common::rc::PyRc,
    function::FuncArgs,
    object::PyThreadingConstraint,
    pyclass,
    types::{Callable, Representable},
};
use serde::Serialize;
use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// A module of Rust functions and values, for [`Imports::with_module`](crate::Imports::with_module).
///
/// A function takes up to six values that serde can read, and returns one that it can write. An argument that the call
/// leaves out is `None`, where the function takes an `Option`. A panic becomes a `RuntimeError`.
///
/// A function may use the runtime that calls it. What it captures is out of the cycle collector's sight: one that holds an
/// [`Object`](crate::Object) of a module that imports it keeps both alive as long as the runtime lives.
///
/// ```
/// use exocet::{Error, HostModule, Imports, Memory, Object, Runtime};
///
/// #[derive(serde::Serialize)]
/// struct Limits { words: usize }
///
/// let host = HostModule::new("host")
///     .value("limits", Limits { words: 5 })
///     .function("shout", |text: String| text.to_uppercase())
///     .try_function("pick", |words: Vec<String>, at: usize| match words.get(at) {
///         Some(word) => Ok(word.clone()),
///         None => Err(Error::raise("IndexError", "no such word")),
///     })
///     .try_function("twice", |function: Object, n: i64| -> Result<i64, Error> {
///         Ok(2 * function.invoke::<i64>((n,))?)
///     });
///
/// let text = "import host
/// loud = host.shout(host.pick(['a', 'b'], 1))
/// limit = host.twice(lambda n: n + 1, host.limits.words)";
/// let runtime = Runtime::builder().source(Memory::new("<app>").with("app.py", text)).build()?;
/// let app = runtime.load("app", &Imports::pass_through().with_module(host))?;
/// assert_eq!((app.get::<String>("loud")?.as_str(), app.get::<u8>("limit")?), ("B", 12));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct HostModule {
    name: String,
    doc: Option<String>,
    members: Vec<(String, Member)>,
}

#[derive(Clone)]
enum Member {
    Function(PyRc<dyn Call>),
    /// A function that works on objects of the VM.
    Raw(PyRc<dyn RawCall>),
    Value(PyRc<dyn Make>),
    /// An object of the VM.
    RawValue(PyRc<dyn RawMake>),
}

/// A member of a [`HostModule`], as an isolate is told of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum MemberData {
    /// A function, which is called by its place in the module.
    Function(usize),
    /// A value.
    Value(Value),
    /// A dict whose entries are values of the module.
    Values(Value),
}

impl HostModule {
    /// A module without anything in it. The name is what Python code imports it by, and may have dots.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), doc: None, members: Vec::new() }
    }

    /// Its `__doc__`.
    pub fn doc(mut self, text: impl Into<String>) -> Self {
        self.doc = Some(text.into());
        self
    }

    /// Adds a function that can't fail.
    ///
    /// A `Result` that it returns is a value like any other; for one whose error is to be raised there is
    /// [`try_function`](Self::try_function).
    pub fn function<A, R: Serialize>(self, name: impl Into<String>, function: impl Function<A, Output = R>) -> Self {
        let name = name.into();
        let label = name.clone();
        self.callable(name, move |given: Given<'_>| {
            let side = given.side;
            side.make(&function.apply(&label, given)?, || format!("the result of `{label}`"))
        })
    }

    /// Adds a function that can fail. An [`Error`] that it returns is raised as the exception that it is, or
    /// [is to be raised as](Error::raise); also one that is inside of a `Box<dyn std::error::Error + Send + Sync>`.
    /// Any other error is a `RuntimeError` with the error's text.
    pub fn try_function<A, R: Serialize, E: fmt::Display + 'static>(
        self,
        name: impl Into<String>,
        function: impl Function<A, Output = Result<R, E>>,
    ) -> Self {
        let name = name.into();
        let label = name.clone();
        self.callable(name, move |given: Given<'_>| {
            let side = given.side;
            let result = function.apply(&label, given)?.map_err(own_error)?;
            side.make(&result, || format!("the result of `{label}`"))
        })
    }

    /// Adds a function that works on objects of the VM.
    pub fn raw_function(
        mut self,
        name: impl Into<String>,
        function: impl Fn(FuncArgs, &VirtualMachine) -> PyResult + PyThreadingConstraint + 'static,
    ) -> Self {
        self.members.push((name.into(), Member::Raw(PyRc::new(function))));
        self
    }

    /// Adds an object of the VM, which is made once for each runtime.
    pub fn raw_value(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&VirtualMachine) -> PyResult + PyThreadingConstraint + 'static,
    ) -> Self {
        self.members.push((name.into(), Member::RawValue(PyRc::new(make))));
        self
    }

    /// Adds a value. A struct becomes an object with attributes, and what is below it is plain data.
    pub fn value(mut self, name: impl Into<String>, value: impl Serialize + PyThreadingConstraint + 'static) -> Self {
        let name = name.into();
        let what = format!("`{name}` of the module `{}`", self.name);
        let make = move |side: Side<'_>| side.make_attributes(&value, || what.clone());
        self.members.push((name, Member::Value(PyRc::new(make))));
        self
    }

    /// Adds each field of a struct as a value of its own.
    pub fn values(mut self, values: impl Serialize + PyThreadingConstraint + 'static) -> Self {
        let what = format!("the values of the module `{}`", self.name);
        let make = move |side: Side<'_>| side.make(&values, || what.clone());
        self.members.push((String::new(), Member::Value(PyRc::new(make))));
        self
    }

    fn callable(
        mut self,
        name: String,
        call: impl Fn(Given<'_>) -> Result<Made, Error> + PyThreadingConstraint + 'static,
    ) -> Self {
        self.members.push((name, Member::Function(PyRc::new(call))));
        self
    }

    /// The name that Python code imports it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its `__doc__`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.doc.as_deref()
    }

    /// Its members for an isolate, by their names.
    ///
    /// # Errors
    /// A function or a value that is one of the VM's: no isolate shares those.
    pub fn members(&self) -> Result<Vec<(&str, MemberData)>, Error> {
        let member = |at: usize, name: &str, member: &Member| {
            let value = |make: &PyRc<dyn Make>| match make.make(Side::Isolate(Kept::NONE))? {
                Made::Value(value) => Ok(value),
                Made::Object(_) => Err(self.shares_none(name)),
            };
            match member {
                Member::Function(_) => Ok(MemberData::Function(at)),
                Member::Value(make) if name.is_empty() => value(make).map(MemberData::Values),
                Member::Value(make) => value(make).map(MemberData::Value),
                Member::Raw(_) | Member::RawValue(_) => Err(self.shares_none(name)),
            }
        };
        let members = self.members.iter().enumerate();
        members.map(|(at, (name, of))| Ok((name.as_str(), member(at, name, of)?))).collect()
    }

    /// Calls the function at that place in the module for an isolate. A panic is a `RuntimeError`, as in the process.
    ///
    /// # Errors
    /// What the function returns; arguments or a result that don't fit; a place without a function.
    pub fn call_member(&self, at: usize, args: Vec<Value>, kept: Kept<'_>) -> Result<Value, Error> {
        let Some((name, Member::Function(call))) = self.members.get(at) else {
            return Err(Error::malformed(format!("the module `{}` has no function {at}", self.name)));
        };
        match without_panic(|| call.call(Given::of_isolate(args, kept)))? {
            Made::Value(value) => Ok(value),
            Made::Object(_) => Err(self.shares_none(name)),
        }
    }

    fn shares_none(&self, name: &str) -> Error {
        Error::malformed(format!("`{}.{name}` works on objects of the VM, which an isolate doesn't share", self.name))
    }

    /// The module as an object.
    pub(crate) fn build(&self, bridge: Bridge<'_>) -> Result<PyRef<PyModule>, Error> {
        let vm = bridge.vm;
        let raised = |exception| Error::from_exception(exception, vm);
        let dict = vm.ctx.new_dict();
        for (name, member) in &self.members {
            let value: PyObjectRef = match member {
                Member::Function(call) => self.function_object(name, Callee::Values(call.clone()), vm),
                Member::Raw(call) => self.function_object(name, Callee::Objects(call.clone()), vm),
                Member::Value(make) => match make.make(Side::Python(bridge))? {
                    Made::Object(object) => object,
                    Made::Value(_) => return Err(self.shares_none(name)),
                },
                Member::RawValue(make) => make.make(vm).map_err(raised)?,
            };
            if !name.is_empty() {
                dict.set_item(name.as_str(), value, vm).map_err(raised)?;
            } else if value.downcastable::<PyDict>() {
                dict.merge_object(value, vm).map_err(raised)?;
            } else {
                let what = format!("the values of the module `{}`", self.name);
                return Err(Error::misfit(what, String::new(), "they are neither a struct nor a map".to_owned()));
            }
        }
        let doc = self.doc.as_ref().map(|doc| vm.ctx.new_str(doc.as_str()));
        Ok(vm.new_module(&self.name, dict, doc))
    }

    fn function_object(&self, name: &str, callee: Callee, vm: &VirtualMachine) -> PyObjectRef {
        HostFunction { module: self.name.clone(), name: name.to_owned(), callee }.into_ref(&vm.ctx).into()
    }
}

impl fmt::Debug for HostModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.members.iter().map(|(name, _)| name).collect();
        f.debug_tuple("HostModule").field(&self.name).field(&names).finish()
    }
}

/// What is called with values.
trait Call: PyThreadingConstraint {
    fn call(&self, given: Given<'_>) -> Result<Made, Error>;
}

impl<F: Fn(Given<'_>) -> Result<Made, Error> + PyThreadingConstraint> Call for F {
    fn call(&self, given: Given<'_>) -> Result<Made, Error> {
        self(given)
    }
}

/// What is called with objects of the VM.
trait RawCall: PyThreadingConstraint {
    fn call(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult;
}

impl<F: Fn(FuncArgs, &VirtualMachine) -> PyResult + PyThreadingConstraint> RawCall for F {
    fn call(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        self(args, vm)
    }
}

/// What makes an object of the VM.
pub(crate) trait RawMake: PyThreadingConstraint {
    fn make(&self, vm: &VirtualMachine) -> PyResult;
}

impl<F: Fn(&VirtualMachine) -> PyResult + PyThreadingConstraint> RawMake for F {
    fn make(&self, vm: &VirtualMachine) -> PyResult {
        self(vm)
    }
}

/// What makes a value once it is known for whom.
pub(crate) trait Make: PyThreadingConstraint {
    fn make(&self, side: Side<'_>) -> Result<Made, Error>;
}

impl<F: Fn(Side<'_>) -> Result<Made, Error> + PyThreadingConstraint> Make for F {
    fn make(&self, side: Side<'_>) -> Result<Made, Error> {
        self(side)
    }
}

/// Runs a function of the host's that an isolate called.
fn without_panic<R>(f: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        Err(Error::raise("RuntimeError", format!("the host panicked: {}", panic_message(&*panic))))
    })
}

/// The error inside of another one, if it is ours.
fn own_error<E: fmt::Display + 'static>(error: E) -> Error {
    let message = error.to_string();
    let error: Box<dyn Any> = Box::new(error);
    let boxed = |error: Box<dyn Any>| {
        let error = error.downcast::<Box<dyn std::error::Error + Send + Sync>>().ok()?;
        error.downcast::<Error>().ok()
    };
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(other) => boxed(other).map_or_else(|| Error::raise("RuntimeError", message), |error| *error),
    }
}

/// A function of a [`HostModule`] as an object of the VM.
#[pyclass(module = "exocet", name = "host_function")]
#[derive(PyPayload)]
pub(crate) struct HostFunction {
    module: String,
    name: String,
    callee: Callee,
}

enum Callee {
    Values(PyRc<dyn Call>),
    Objects(PyRc<dyn RawCall>),
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

#[pyclass(with(Callable, Representable), flags(DISALLOW_INSTANTIATION))]
impl HostFunction {
    #[pygetset]
    fn __name__(zelf: &Py<Self>) -> String {
        zelf.name.clone()
    }

    #[pygetset]
    fn __qualname__(zelf: &Py<Self>) -> String {
        zelf.name.clone()
    }

    #[pygetset]
    fn __module__(zelf: &Py<Self>) -> String {
        zelf.module.clone()
    }
}

impl Callable for HostFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        guarded(vm, || {
            let call = match &zelf.callee {
                Callee::Objects(call) => return call.call(args, vm),
                Callee::Values(call) => call,
            };
            let runtime = RuntimeRef::of(vm);
            let given = Given::in_process(&zelf.name, args, Bridge { vm, runtime: &runtime });
            match given.and_then(|given| call.call(given)) {
                Ok(Made::Object(object)) => Ok(object),
                Ok(Made::Value(_)) => Err(vm.new_runtime_error("a value of another side")),
                Err(error) => Err(error.into_exception(vm)),
            }
        })
    }
}

impl Representable for HostFunction {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<function {} of the host module {}>", zelf.name, zelf.module))
    }
}
