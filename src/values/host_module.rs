//! Modules made of Rust.

use super::{absent::Absent, bridge::Bridge};
use crate::{
    error::Error,
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
use serde::{Serialize, de::DeserializeOwned};
use std::{any::Any, fmt};

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
    Value(PyRc<dyn Make>),
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
        self.callable(name, move |args: FuncArgs, bridge: Bridge<'_>| {
            let result = function.apply(&label, args, bridge)?;
            bridge.to_python(&result, || format!("the result of `{label}`"))
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
        self.callable(name, move |args: FuncArgs, bridge: Bridge<'_>| {
            let result = function.apply(&label, args, bridge)?.map_err(own_error)?;
            bridge.to_python(&result, || format!("the result of `{label}`"))
        })
    }

    /// Adds a function that works on objects of the VM.
    pub fn raw_function(
        self,
        name: impl Into<String>,
        function: impl Fn(FuncArgs, &VirtualMachine) -> PyResult + PyThreadingConstraint + 'static,
    ) -> Self {
        self.with_call(name.into(), move |args: FuncArgs, bridge: Bridge<'_>| function(args, bridge.vm))
    }

    /// Adds a value. A struct becomes an object with attributes, and what is below it is plain data.
    pub fn value(mut self, name: impl Into<String>, value: impl Serialize + PyThreadingConstraint + 'static) -> Self {
        let name = name.into();
        let what = format!("`{name}` of the module `{}`", self.name);
        let make = move |bridge: Bridge<'_>| bridge.to_attributes(&value, || what.clone());
        self.members.push((name, Member::Value(PyRc::new(make))));
        self
    }

    /// Adds each field of a struct as a value of its own.
    pub fn values(mut self, values: impl Serialize + PyThreadingConstraint + 'static) -> Self {
        let what = format!("the values of the module `{}`", self.name);
        let make = move |bridge: Bridge<'_>| bridge.to_python(&values, || what.clone());
        self.members.push((String::new(), Member::Value(PyRc::new(make))));
        self
    }

    fn callable(
        self,
        name: String,
        call: impl Fn(FuncArgs, Bridge<'_>) -> Result<PyObjectRef, Error> + PyThreadingConstraint + 'static,
    ) -> Self {
        self.with_call(name, move |args: FuncArgs, bridge: Bridge<'_>| {
            call(args, bridge).map_err(|error| error.into_exception(bridge.vm))
        })
    }

    fn with_call(mut self, name: String, call: impl Call + 'static) -> Self {
        self.members.push((name, Member::Function(PyRc::new(call))));
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The module as an object.
    pub(crate) fn build(&self, bridge: Bridge<'_>) -> Result<PyRef<PyModule>, Error> {
        let vm = bridge.vm;
        let raised = |exception| Error::from_exception(exception, vm);
        let dict = vm.ctx.new_dict();
        for (name, member) in &self.members {
            let value: PyObjectRef = match member {
                Member::Function(call) => {
                    let (module, name, call) = (self.name.clone(), name.clone(), call.clone());
                    HostFunction { module, name, call }.into_ref(&vm.ctx).into()
                }
                Member::Value(make) => make.make(bridge)?,
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
}

impl fmt::Debug for HostModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.members.iter().map(|(name, _)| name).collect();
        f.debug_tuple("HostModule").field(&self.name).field(&names).finish()
    }
}

/// What Python code calls.
trait Call: PyThreadingConstraint {
    fn call(&self, args: FuncArgs, bridge: Bridge<'_>) -> PyResult;
}

impl<F: Fn(FuncArgs, Bridge<'_>) -> PyResult + PyThreadingConstraint> Call for F {
    fn call(&self, args: FuncArgs, bridge: Bridge<'_>) -> PyResult {
        self(args, bridge)
    }
}

/// What makes a value once there is a runtime.
pub(crate) trait Make: PyThreadingConstraint {
    fn make(&self, bridge: Bridge<'_>) -> Result<PyObjectRef, Error>;
}

impl<F: Fn(Bridge<'_>) -> Result<PyObjectRef, Error> + PyThreadingConstraint> Make for F {
    fn make(&self, bridge: Bridge<'_>) -> Result<PyObjectRef, Error> {
        self(bridge)
    }
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

/// A function of up to six arguments, each of them a value that serde can read.
pub trait Function<A>: PyThreadingConstraint + 'static {
    /// What it returns.
    type Output;

    #[doc(hidden)]
    fn apply(&self, name: &str, args: FuncArgs, bridge: Bridge<'_>) -> Result<Self::Output, Error>;
}

/// The positional arguments of one call.
struct Positional<'a> {
    name: &'a str,
    args: std::vec::IntoIter<PyObjectRef>,
    at: usize,
    bridge: Bridge<'a>,
}

impl<'a> Positional<'a> {
    fn new(name: &'a str, wanted: usize, args: FuncArgs, bridge: Bridge<'a>) -> Result<Self, Error> {
        let wrong = |message: String| Err(Error::raise("TypeError", format!("{name}() {message}")));
        if !args.kwargs.is_empty() {
            return wrong("takes no keyword arguments".to_owned());
        }
        if args.args.len() > wanted {
            return wrong(format!("takes {wanted} arguments, and got {}", args.args.len()));
        }
        Ok(Self { name, args: args.args.into_iter(), at: 0, bridge })
    }

    fn next<T: DeserializeOwned>(&mut self) -> Result<T, Error> {
        self.at += 1;
        let what = || format!("argument {} of `{}`", self.at, self.name);
        match self.args.next() {
            Some(object) => self.bridge.to_rust(object, what),
            None => T::deserialize(Absent).map_err(|cause| Error::misfit(what(), String::new(), cause.to_string())),
        }
    }
}

macro_rules! functions {
    ($($name:ident)*) => {
        impl<F, R, $($name: DeserializeOwned),*> Function<($($name,)*)> for F
        where
            F: Fn($($name),*) -> R + PyThreadingConstraint + 'static,
        {
            type Output = R;

            #[allow(non_snake_case)]
            fn apply(&self, name: &str, args: FuncArgs, bridge: Bridge<'_>) -> Result<R, Error> {
                let wanted = <[&str]>::len(&[$(stringify!($name)),*]);
                let mut _positional = Positional::new(name, wanted, args, bridge)?;
                $(let $name = _positional.next()?;)*
                Ok(self($($name),*))
            }
        }
    };
}

functions!();
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E G);

/// A function of a [`HostModule`] as an object of the VM.
#[pyclass(module = "exocet", name = "host_function")]
#[derive(PyPayload)]
pub(crate) struct HostFunction {
    module: String,
    name: String,
    call: PyRc<dyn Call>,
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
            let runtime = RuntimeRef::of(vm);
            zelf.call.call(args, Bridge { vm, runtime: &runtime })
        })
    }
}

impl Representable for HostFunction {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<function {} of the host module {}>", zelf.name, zelf.module))
    }
}
