//! The loader for JavaScript: one loader an instance of the WebAssembly module.
//!
//! The package in `npm/` wraps what is exported here; objects and mappers cross as numbers, and `npm/src/host.ts` is the
//! other side of [`host::Host`].

#![cfg(all(target_family = "wasm", target_os = "unknown"))]

mod clock;
mod error;
mod host;
mod listing;
mod mapper;
mod output;
mod proxy;
mod sources;
mod value;

use exocet::{Error, Memory, Object, Runtime, modules::SearchPath, raw};
use host::Host;
use js_sys::Array;
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyStr,
    class::PyClassImpl,
    function::{FuncArgs, KwArgs},
};
use slab::Slab;
use sources::Given;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// A runtime, and what JavaScript holds of it.
#[wasm_bindgen]
pub struct Loader {
    runtime: Runtime,
    /// The sources, as they were given; only those of files can be written to.
    sources: Vec<Given>,
}

thread_local! {
    /// The Python objects that JavaScript holds. An instance of the WebAssembly module has one loader and one thread.
    static OBJECTS: RefCell<Slab<PyObjectRef>> = const { RefCell::new(Slab::new()) };
}

/// Keeps an object for JavaScript, and returns its number.
fn keep(object: PyObjectRef) -> u32 {
    let id = OBJECTS.with_borrow_mut(|objects| objects.insert(object));
    u32::try_from(id).expect("there are not so many objects in 32 bits of memory")
}

/// The object of that number.
fn kept(id: u32, vm: &VirtualMachine) -> PyResult {
    let object = OBJECTS.with_borrow(|objects| objects.get(id as usize).cloned());
    object.ok_or_else(|| vm.new_runtime_error("the Python object was let go"))
}

type Answer<T> = Result<T, JsValue>;

#[wasm_bindgen]
impl Loader {
    /// A loader over sources, each `{ label, files }` or `{ label, zip }`.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, sources: &Array, observed: bool) -> Answer<Loader> {
        std::panic::set_hook(Box::new(|panic| {
            let _ = host::current(|host| host.panicked(&panic.to_string()));
        }));
        host::install(host);
        clock::set();
        let sources = sources::open_all(sources)?;
        let mut builder = Runtime::builder().isolated().without_signals();
        for given in &sources {
            builder = builder.shared_source(given.source.clone());
        }
        if observed {
            builder = builder.observer(host::Log);
        }
        let runtime = builder.build().map_err(|error| JsValue::from(js_sys::TypeError::new(&error.to_string())))?;
        let loader = Loader { runtime, sources };
        loader.enter(|vm| {
            // The classes of the objects that stand for JavaScript's.
            let _ = proxy::JavaScript::make_static_type();
            let _ = output::Stream::make_static_type();
            clock::install(vm)?;
            output::install(vm)
        })?;
        Ok(loader)
    }

    /// Puts a file into a source.
    pub fn write(&self, source: usize, path: String, content: &JsValue) -> Answer<()> {
        let files = self.files(source)?;
        let bytes =
            sources::bytes_of(content).ok_or_else(|| js_sys::TypeError::new("a file is a string or a Uint8Array"))?;
        files.insert(path, bytes);
        Ok(())
    }

    /// Takes a file out of a source; whether it was there.
    pub fn remove(&self, source: usize, path: &str) -> Answer<bool> {
        Ok(self.files(source)?.remove(path))
    }

    /// Loads a module fresh.
    pub fn load(&self, name: &str, mapper: u32) -> Answer<JsValue> {
        self.shown(self.runtime.load(name, &self.mapper(mapper)?))
    }

    /// Loads a package in a context of its own, and returns that, an `exocet.Realm`.
    #[wasm_bindgen(js_name = "loadPackage")]
    pub fn load_package(&self, name: &str, mapper: u32) -> Answer<JsValue> {
        let realm = self.runtime.load_package(name, &self.mapper(mapper)?);
        self.shown(realm.map(|realm| realm.object().clone()))
    }

    /// What an import of `name` under a mapper gets.
    pub fn import(&self, name: &str, mapper: u32) -> Answer<JsValue> {
        self.shown(self.runtime.import(name, &self.mapper(mapper)?))
    }

    /// Runs a module as the main program. Returns the exit code.
    pub fn run(&self, name: &str, mapper: u32) -> Answer<i32> {
        let imports = self.mapper(mapper)?;
        let handle = self.in_python(|_| self.runtime.search_path()?.get(name))?;
        let result = self.runtime.try_enter(|vm| raw::run_main(&handle, &imports.mapper(vm)?, vm));
        match result {
            Ok(()) => Ok(0),
            Err(error) => match error.exit_code() {
                Some(code) => Ok(code),
                None => Err(self.raise(error)),
            },
        }
    }

    /// An attribute, as a value, or else as the object that it is.
    pub fn get(&self, object: u32, name: &str, as_object: bool) -> Answer<JsValue> {
        self.enter(|vm| {
            let value = kept(object, vm)?.get_attr(&*vm.ctx.new_str(name), vm)?;
            if as_object { Ok(value::handle(value)) } else { value::to_js(&value, &format!("attribute `{name}`"), vm) }
        })
    }

    /// Whether there is an attribute.
    pub fn has(&self, object: u32, name: &str) -> Answer<bool> {
        self.enter(|vm| Ok(vm.get_attribute_opt(&*kept(object, vm)?, &*vm.ctx.new_str(name))?.is_some()))
    }

    /// Sets an attribute.
    pub fn set(&self, object: u32, name: &str, value: &JsValue) -> Answer<()> {
        self.enter(|vm| {
            let value = value::to_python(value, &format!("attribute `{name}`"), vm)?;
            kept(object, vm)?.set_attr(&*vm.ctx.new_str(name), value, vm)
        })
    }

    /// Calls the attribute `name`, or the object itself.
    pub fn call(
        &self,
        object: u32,
        name: Option<String>,
        args: &Array,
        named: &JsValue,
        as_object: bool,
    ) -> Answer<JsValue> {
        self.enter(|vm| {
            let object = kept(object, vm)?;
            let (function, label) = match name {
                Some(name) => (object.get_attr(&*vm.ctx.new_str(name.as_str()), vm)?, name),
                None => {
                    let label = vm.get_attribute_opt(&object, "__name__")?;
                    let label = label.and_then(|label| Some(label.downcast_ref::<PyStr>()?.to_string()));
                    let label = label.unwrap_or_else(|| object.class().name().to_string());
                    (object, label)
                }
            };
            let argument = |(at, value): (usize, JsValue)| {
                value::to_python(&value, &format!("argument {} of `{label}`", at + 1), vm)
            };
            let args = args.iter().enumerate().map(argument).collect::<PyResult<Vec<_>>>()?;
            let keyword = |(name, value): (String, JsValue)| {
                let value = value::to_python(&value, &format!("argument `{name}` of `{label}`"), vm)?;
                Ok((name, value))
            };
            let named = host::entries(named).map_err(|thrown| error::to_python(&thrown, vm))?;
            let named = named.into_iter().map(keyword).collect::<PyResult<Vec<_>>>()?;
            let result = function.call(FuncArgs::new(args, KwArgs::from_iter(named)), vm)?;
            if as_object {
                Ok(value::handle(result))
            } else {
                value::to_js(&result, &format!("the result of `{label}`"), vm)
            }
        })
    }

    /// The object as a value.
    pub fn value(&self, object: u32) -> Answer<JsValue> {
        self.enter(|vm| value::to_js(&*kept(object, vm)?, "the object", vm))
    }

    /// `repr` of an object.
    pub fn repr(&self, object: u32) -> Answer<String> {
        self.enter(|vm| Ok(kept(object, vm)?.repr(vm)?.to_string()))
    }

    /// The names of an object's attributes, as `dir` has them.
    pub fn names(&self, object: u32) -> Answer<Vec<String>> {
        self.enter(|vm| {
            vm.ctx.new_list(vm.dir(Some(kept(object, vm)?))?.borrow_vec().to_vec()).as_object().try_to_value(vm)
        })
    }

    /// Lets an object go.
    #[wasm_bindgen(js_name = "letGo")]
    pub fn let_go(&self, object: u32) -> Answer<()> {
        let object = OBJECTS.with_borrow_mut(|objects| objects.try_remove(object as usize));
        // Its end may run code.
        self.enter(|_| {
            drop(object);
            Ok(())
        })
    }
}

impl Loader {
    /// Runs `f` in the interpreter; what it raises becomes an error of JavaScript's.
    fn enter<R>(&self, f: impl FnOnce(&VirtualMachine) -> PyResult<R>) -> Answer<R> {
        self.runtime.enter(|vm| f(vm).map_err(|exception| error::to_js(&exception, vm)))
    }

    /// Runs `f`, which has errors of the loader's, in the interpreter.
    fn in_python<R>(&self, f: impl FnOnce(&VirtualMachine) -> Result<R, Error>) -> Answer<R> {
        self.enter(|vm| f(vm).map_err(|error| error.into_exception(vm)))
    }

    fn raise(&self, error: Error) -> JsValue {
        self.runtime.enter(|vm| error::to_js(&error.into_exception(vm), vm))
    }

    fn shown(&self, object: Result<Object, Error>) -> Answer<JsValue> {
        let object = object.map_err(|error| self.raise(error))?;
        self.enter(|vm| Ok(value::handle(object.raw(vm)?)))
    }

    fn files(&self, source: usize) -> Answer<&Memory> {
        let files = self.sources.get(source).and_then(|given| given.files.as_deref());
        files.ok_or_else(|| js_sys::TypeError::new("no files can be written there").into())
    }

    /// The sources alone, without the library.
    fn path(&self) -> SearchPath {
        sources::path_of(&self.sources)
    }
}
