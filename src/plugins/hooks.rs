//! Calling the functions that plugins offer.

use super::{
    generation::Generation,
    registry::Plugins,
    settings::OnFailure,
    status::{Change, State, What},
};
use crate::{
    error::Error,
    values::{Arguments, bridge::Bridge},
};
use rustpython_vm::{PyObjectRef, VirtualMachine, builtins::PyStrInterned, common::rc::PyRc, function::FuncArgs};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::{Arc, atomic::Ordering};

/// What one plugin answered.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The plugin.
    pub plugin: Arc<str>,
    /// Its generation.
    pub generation: u32,
    /// What its function returned, or raised.
    pub result: Result<T, Error>,
}

/// A hook: functions of one name that plugins offer. [`Plugins::hook`] makes one.
#[derive(Debug, Clone)]
#[must_use]
pub struct Hook<'a> {
    plugins: &'a Plugins,
    name: &'a str,
    on_failure: Option<OnFailure>,
}

impl Plugins {
    /// The functions of that name, to be called by other rules than each plugin's own.
    pub fn hook<'a>(&'a self, name: &'a str) -> Hook<'a> {
        Hook { plugins: self, name, on_failure: None }
    }

    /// Calls the function `hook` of each plugin that offers it, in [order](Self::order), and returns what each answered. A plugin that
    /// fails has its error among the replies.
    ///
    /// All of them are called in the generations that are at work now, whatever is replaced meanwhile.
    ///
    /// # Errors
    /// An argument that has no form in Python; a runtime that is gone; a failure of a plugin for which
    /// [that is decided](OnFailure::Raise); `KeyboardInterrupt`.
    pub fn call_all<T: DeserializeOwned>(&self, hook: &str, arguments: impl Arguments) -> Result<Vec<Reply<T>>, Error> {
        self.hook(hook).call_all(arguments)
    }

    /// Calls the function `hook` of one plugin after another until one returns something else than `None`, and returns that.
    ///
    /// # Errors
    /// As for [`call_all`](Self::call_all); a result that doesn't fit is a failure of its plugin.
    pub fn first<T: DeserializeOwned>(&self, hook: &str, arguments: impl Arguments) -> Result<Option<T>, Error> {
        self.hook(hook).first(arguments)
    }

    /// Calls the function `hook` of one plugin after another, each with what the one before returned, and returns what the last one
    /// did. The first one gets `value`; one that fails is passed over.
    ///
    /// # Errors
    /// As for [`call_all`](Self::call_all); a last value that doesn't fit.
    pub fn chain<T: DeserializeOwned>(&self, hook: &str, value: impl Serialize) -> Result<T, Error> {
        self.hook(hook).chain(value)
    }
}

impl Hook<'_> {
    /// Decides what happens to a plugin that fails, in place of its settings.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = Some(on_failure);
        self
    }

    /// The plugins that offer the function, in the order in which they are called.
    ///
    /// # Errors
    /// A runtime that is gone.
    pub fn order(&self) -> Result<Vec<String>, Error> {
        self.plugins.0.runtime.enter(|vm| Ok(self.plugins.order_of(vm.ctx.intern_str(self.name), vm)))
    }

    /// See [`Plugins::call_all`].
    ///
    /// # Errors
    /// As there.
    pub fn call_all<T: DeserializeOwned>(&self, arguments: impl Arguments) -> Result<Vec<Reply<T>>, Error> {
        let mut replies = Vec::new();
        self.each(arguments, |generation, result| {
            replies.push(Reply { plugin: generation.plugin.clone(), generation: generation.number, result });
            true
        })?;
        Ok(replies)
    }

    /// See [`Plugins::first`].
    ///
    /// # Errors
    /// As there.
    pub fn first<T: DeserializeOwned>(&self, arguments: impl Arguments) -> Result<Option<T>, Error> {
        let mut first = None;
        self.each(arguments, |_, result: Result<Option<T>, Error>| {
            first = result.ok().flatten();
            first.is_none()
        })?;
        Ok(first)
    }

    /// See [`Plugins::chain`].
    ///
    /// # Errors
    /// As there.
    pub fn chain<T: DeserializeOwned>(&self, value: impl Serialize) -> Result<T, Error> {
        let runtime = &self.plugins.0.runtime;
        runtime.enter(|vm| {
            let bridge = Bridge { vm, runtime };
            let value = bridge.to_python(&value, || format!("the value of `{}`", self.name))?;
            let last = self.plugins.chain_raw(self.name, self.on_failure, value, Vec::new(), vm)?;
            bridge.to_rust(last, || format!("the result of `{}`", self.name))
        })
    }

    /// Calls each function, until `see` has seen enough.
    fn each<T: DeserializeOwned>(
        &self,
        arguments: impl Arguments,
        mut see: impl FnMut(&Generation, Result<T, Error>) -> bool,
    ) -> Result<(), Error> {
        let runtime = &self.plugins.0.runtime;
        runtime.enter(|vm| {
            let args = arguments.to_python(self.name, Bridge { vm, runtime })?;
            let convert = |generation: &Generation, result, vm: &VirtualMachine| {
                Bridge { vm, runtime: &generation.runtime }.to_rust(result, || format!("the result of `{}`", self.name))
            };
            self.plugins.each_raw(self.name, self.on_failure, &FuncArgs::from(args), convert, &mut see, vm)
        })
    }
}

impl Plugins {
    /// The plugins that offer a function, in order.
    pub(crate) fn order_of(&self, hook: &'static PyStrInterned, vm: &VirtualMachine) -> Vec<String> {
        let calls = self.calls();
        let offers =
            |generation: &&PyRc<Generation>| matches!(generation.enter(|_| generation.offered(hook, vm)), Ok(Some(_)));
        calls.iter().filter(offers).map(|generation| generation.plugin.to_string()).collect()
    }

    /// Calls the function of each plugin that offers it, converts what it returns, and shows it to `see` until that has seen enough.
    pub(crate) fn each_raw<T>(
        &self,
        name: &str,
        on_failure: Option<OnFailure>,
        args: &FuncArgs,
        convert: impl Fn(&Generation, PyObjectRef, &VirtualMachine) -> Result<T, Error>,
        see: &mut dyn FnMut(&Generation, Result<T, Error>) -> bool,
        vm: &VirtualMachine,
    ) -> Result<(), Error> {
        let hook = vm.ctx.intern_str(name);
        for generation in self.calls().iter() {
            let Some(result) = call(generation, hook, args.clone(), &convert) else { continue };
            if let Err(error) = &result {
                self.failed(generation, name, error, on_failure);
                if on_failure.unwrap_or(generation.on_failure) == OnFailure::Raise || is_interrupt(error) {
                    return result.map(drop);
                }
            }
            if !see(generation, result) {
                break;
            }
        }
        Ok(())
    }

    /// Passes a value through the functions, with further arguments for each.
    pub(crate) fn chain_raw(
        &self,
        name: &str,
        on_failure: Option<OnFailure>,
        mut value: PyObjectRef,
        more: Vec<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> Result<PyObjectRef, Error> {
        let hook = vm.ctx.intern_str(name);
        for generation in self.calls().iter() {
            let args: Vec<_> = [value.clone()].into_iter().chain(more.iter().cloned()).collect();
            match call(generation, hook, FuncArgs::from(args), |_, result, _| Ok(result)) {
                None => {}
                Some(Ok(result)) => value = result,
                Some(Err(error)) => {
                    self.failed(generation, name, &error, on_failure);
                    if on_failure.unwrap_or(generation.on_failure) == OnFailure::Raise || is_interrupt(&error) {
                        return Err(error);
                    }
                }
            }
        }
        Ok(value)
    }

    /// Records a failure in a hook, and disables the plugin if that was one too many.
    fn failed(&self, generation: &PyRc<Generation>, hook: &str, error: &Error, on_failure: Option<OnFailure>) {
        let times = generation.failures.fetch_add(1, Ordering::Relaxed) + 1;
        generation.note(format!("hook {hook}"), error);
        let OnFailure::DisableAfter(most) = on_failure.unwrap_or(generation.on_failure) else { return };
        if times < most {
            return;
        }
        let why = format!("disabled after {times} failures, the last one in `{hook}`: {error}");
        let disabled = self.update(|table| {
            let plugin = table.plugins.get_mut(&*generation.plugin)?;
            // Another call was faster, or a new generation is at work by now.
            plugin.generation.take_if(|current| PyRc::ptr_eq(current, generation))?;
            plugin.become_state(State::Disabled, Some(why.clone()));
            Some(())
        });
        if disabled.is_some() {
            generation.retire();
            self.notify(&[Change {
                previous: generation.number,
                error: Some(why),
                traceback: error.exception().map(|exception| exception.traceback().to_owned()),
                ..Change::new(&generation.plugin, What::Disabled)
            }]);
        }
    }
}

/// Calls the function of one plugin under its limits, if it offers it.
fn call<T>(
    generation: &Generation,
    hook: &'static PyStrInterned,
    args: FuncArgs,
    convert: impl FnOnce(&Generation, PyObjectRef, &VirtualMachine) -> Result<T, Error>,
) -> Option<Result<T, Error>> {
    let called = generation.runtime.enter(|vm| {
        let raised = |raised| Error::from_exception(raised, vm);
        let Some(function) = generation.offered(hook, vm).map_err(raised)? else { return Ok(None) };
        let result = function.call(args, vm).map_err(raised)?;
        convert(generation, result, vm).map(Some)
    });
    called.transpose()
}

/// Whether the program is being interrupted, which is no plugin's failure.
fn is_interrupt(error: &Error) -> bool {
    error.limit().is_none() && error.exception().is_some_and(|exception| exception.is("KeyboardInterrupt"))
}
