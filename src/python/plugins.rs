//! The plugins of an application as a Python class.

use super::{
    arguments::{Function, Names},
    plugin_reply::Reply,
    plugin_settings::NewSettings,
    realms::search_path,
};
use crate::{
    error::Error,
    interpreter::engine::RuntimeRef,
    plugins::{discovery::Discovery, registry::Plugins, settings::OnFailure, status::Change},
    syntax::markers::Marker,
    values::{bridge::Bridge, object::Object},
};
use rustpython_vm::{
    Py, PyObjectRef, PyPayload, PyResult, TryFromObject, VirtualMachine, atomic_func,
    builtins::{PyStr, PyType},
    function::{FuncArgs, OptionalArg, PosArgs},
    object::{Traverse, TraverseFn},
    protocol::{PyMappingMethods, PySequenceMethods},
    pyclass,
    types::{AsMapping, AsSequence, Constructor, Representable},
};
#[cfg(feature = "watch")]
use rustpython_vm::{
    protocol::PyIterReturn,
    types::{IterNext, Iterable, SelfIter},
};
use serde::Serialize;
use std::sync::LazyLock;

/// Plugins, found by a rule, each loaded in a realm of its own.
#[pyclass(module = "exocet", name = "Plugins", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct PyPlugins(Plugins);

// SAFETY: what is visited belongs to no other object: plugins that somebody else holds as well show nothing.
unsafe impl Traverse for PyPlugins {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.0.traverse(visit);
    }
}

#[derive(rustpython_vm::FromArgs)]
pub(crate) struct NewPlugins {
    #[pyarg(named, default)]
    package: Option<String>,
    #[pyarg(named, default)]
    group: Option<String>,
    #[pyarg(named, default)]
    marker: Option<String>,
    #[pyarg(named, default)]
    path: Option<Names>,
    #[pyarg(named, default)]
    cache: Option<String>,
    #[pyarg(flatten)]
    settings: NewSettings,
}

impl Constructor for PyPlugins {
    type Args = NewPlugins;

    fn py_new(_: &Py<PyType>, args: NewPlugins, vm: &VirtualMachine) -> PyResult<Self> {
        let discovery = match (args.package, args.group) {
            (Some(_), Some(_)) => return Err(vm.new_type_error("plugins are those of a package or of a group")),
            (Some(package), None) => Discovery::package(package),
            (None, Some(group)) => Discovery::group(group),
            (None, None) => Discovery::top_level(),
        };
        let discovery = match args.marker.map(|marker| marker.parse::<Marker>()) {
            Some(Ok(marker)) => discovery.marked(marker),
            Some(Err(error)) => return Err(vm.new_value_error(error.to_string())),
            None => discovery,
        };
        let discovery = match args.cache {
            #[cfg(feature = "disk-cache")]
            Some(folder) => discovery.cached(folder),
            // What isn't kept is read anew.
            _ => discovery,
        };
        let path = args.path.map(|entries| search_path(Some(entries), vm)).transpose()?;
        let plugins = Plugins::new(RuntimeRef::of(vm), discovery, path);
        plugins.configure("*", args.settings.into_settings(vm)?);
        Ok(Self(plugins))
    }
}

/// What a change or the like is as an object with attributes, and a list of them as a list of such objects.
fn attributes<T: Serialize + ?Sized>(value: &T, vm: &VirtualMachine) -> PyResult {
    let runtime = RuntimeRef::of(vm);
    let bridge = Bridge { vm, runtime: &runtime };
    bridge.to_objects(value, || "the plugins".to_owned()).map_err(|error| error.into_exception(vm))
}

/// The keyword that says what failures do, and is no argument of the hook's.
fn take_on_failure(args: &mut FuncArgs, vm: &VirtualMachine) -> PyResult<Option<OnFailure>> {
    args.take_keyword("on_failure").map(|value| OnFailure::try_from_object(vm, value)).transpose()
}

/// The first argument of a call of a hook, its name.
fn take_hook(args: &mut FuncArgs, vm: &VirtualMachine) -> PyResult<String> {
    match args.take_positional().map(|name| name.downcast::<PyStr>()) {
        Some(Ok(name)) => Ok(name.to_string()),
        _ => Err(vm.new_type_error("the name of a hook is wanted, and then its arguments")),
    }
}

impl PyPlugins {
    fn changed(&self, changes: Result<Vec<Change>, Error>, vm: &VirtualMachine) -> PyResult {
        attributes(&changes.map_err(|error| error.into_exception(vm))?, vm)
    }
}

#[pyclass(with(Constructor, AsMapping, AsSequence, Representable), flags(HAS_WEAKREF))]
impl PyPlugins {
    /// configure(pattern, *, mapper=None, policy=None, limits=None, library=None, share=None, requires=None, priority=None, on_failure=None, enabled=None, helper=False): decides for the plugins whose names fit.
    #[pymethod]
    fn configure(zelf: &Py<Self>, pattern: String, settings: NewSettings, vm: &VirtualMachine) -> PyResult<()> {
        zelf.0.configure(pattern, settings.into_settings(vm)?);
        Ok(())
    }

    /// load(): finds plugins and loads those that aren't loaded; what became of each.
    #[pymethod]
    fn load(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.changed(zelf.0.load(), vm)
    }

    /// poll(): loads anew what has changed; what became of each.
    #[pymethod]
    fn poll(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.changed(zelf.0.poll(), vm)
    }

    /// reload(*names): new generations of these plugins; what became of each.
    #[pymethod]
    fn reload(zelf: &Py<Self>, names: PosArgs<String>, vm: &VirtualMachine) -> PyResult {
        zelf.changed(zelf.0.reload(names), vm)
    }

    /// enable(name): loads a plugin that was disabled.
    #[pymethod]
    fn enable(zelf: &Py<Self>, name: String, vm: &VirtualMachine) -> PyResult {
        zelf.changed(zelf.0.enable(&name), vm)
    }

    /// disable(name): puts a plugin out of use.
    #[pymethod]
    fn disable(zelf: &Py<Self>, name: String, vm: &VirtualMachine) -> PyResult {
        attributes(&zelf.0.disable(&name).map_err(|error| error.into_exception(vm))?, vm)
    }

    /// found(): what is found, with `plugins` and `problems`; nothing is loaded.
    #[pymethod]
    fn found(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        attributes(&zelf.0.found().map_err(|error| error.into_exception(vm))?, vm)
    }

    /// status(): each plugin as it is now, sorted by name.
    #[pymethod]
    fn status(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        attributes(&zelf.0.status(), vm)
    }

    /// failures(name=None): what plugins did wrong, oldest first.
    #[pymethod]
    fn failures(zelf: &Py<Self>, name: OptionalArg<Option<String>>, vm: &VirtualMachine) -> PyResult {
        attributes(&zelf.0.failures(name.flatten().as_deref()), vm)
    }

    /// order(hook=None): the plugins at work, or those that offer the hook, in the order in which they are called.
    #[pymethod]
    fn order(zelf: &Py<Self>, hook: OptionalArg<Option<String>>, vm: &VirtualMachine) -> PyResult {
        let order = match hook.flatten() {
            Some(hook) => zelf.0.order_of(vm.ctx.intern_str(hook), vm),
            None => zelf.0.order(),
        };
        attributes(&order, vm)
    }

    /// call_all(hook, *args, on_failure=None, **kwargs): the replies of all plugins that offer the hook.
    #[pymethod]
    fn call_all(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let (hook, on_failure) = (take_hook(&mut args, vm)?, take_on_failure(&mut args, vm)?);
        let mut replies = Vec::new();
        let called = zelf.0.each_raw(
            &hook,
            on_failure,
            &args,
            |_, result, _| Ok(result),
            &mut |generation, outcome| {
                let (result, error) = match outcome {
                    Ok(result) => (Some(result), None),
                    Err(error) => (None, Some(error.into_exception(vm).into())),
                };
                let (plugin, generation) = (generation.plugin().clone(), generation.number());
                replies.push(Reply { plugin, generation, result, error }.into_ref(&vm.ctx).into());
                true
            },
            vm,
        );
        called.map_err(|error| error.into_exception(vm))?;
        Ok(replies)
    }

    /// first(hook, *args, on_failure=None, **kwargs): the first answer that isn't None.
    #[pymethod]
    fn first(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let (hook, on_failure) = (take_hook(&mut args, vm)?, take_on_failure(&mut args, vm)?);
        let mut first = vm.ctx.none();
        let mut see = |_: &_, outcome: Result<PyObjectRef, Error>| {
            first = outcome.unwrap_or_else(|_| vm.ctx.none());
            vm.is_none(&first)
        };
        let called = zelf.0.each_raw(&hook, on_failure, &args, |_, result, _| Ok(result), &mut see, vm);
        called.map_err(|error| error.into_exception(vm))?;
        Ok(first)
    }

    /// chain(hook, value, *args, on_failure=None): each plugin gets what the one before returned; what the last one returned.
    #[pymethod]
    fn chain(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let (hook, on_failure) = (take_hook(&mut args, vm)?, take_on_failure(&mut args, vm)?);
        let Some(value) = args.take_positional() else {
            return Err(vm.new_type_error("a value is wanted that the plugins pass on"));
        };
        let last = zelf.0.chain_raw(&hook, on_failure, value, args.args, vm);
        last.map_err(|error| error.into_exception(vm))
    }

    /// held(name, generation=None): who still holds what of old generations.
    #[pymethod]
    fn held(zelf: &Py<Self>, name: String, generation: OptionalArg<Option<u32>>, vm: &VirtualMachine) -> PyResult {
        attributes(&zelf.0.held(&name, generation.flatten()).map_err(|error| error.into_exception(vm))?, vm)
    }

    /// generation_of(object): of which generation of which plugin a function, a class, an instance or a module is, or None.
    #[pymethod]
    fn generation_of(zelf: &Py<Self>, object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        match zelf.0.generation_of_raw(&object, vm)? {
            Some(found) => attributes(&found, vm),
            None => Ok(vm.ctx.none()),
        }
    }

    /// watch(): waits for the system's reports of changes; iterate over it, or call its next(timeout).
    #[pymethod]
    fn watch(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        #[cfg(feature = "watch")]
        return match zelf.0.watch() {
            Ok(watch) => Ok(PluginWatch(std::sync::Mutex::new(watch)).into_ref(&vm.ctx).into()),
            Err(error) => Err(error.into_exception(vm)),
        };
        #[cfg(not(feature = "watch"))]
        let _ = zelf;
        #[cfg(not(feature = "watch"))]
        Err(vm.new_runtime_error("this build has no reports of changes; poll() asks for them"))
    }

    /// on_change(function): calls it with each change, after it was made.
    #[pymethod]
    fn on_change(zelf: &Py<Self>, function: Function, vm: &VirtualMachine) {
        let function = Object::linked(function.0, RuntimeRef::of(vm).without_budget());
        zelf.0.on_change(move |change: &Change| {
            let runtime = function.runtime();
            let called = runtime.enter(|vm| {
                let call = || function.raw(vm)?.call((attributes(change, vm)?,), vm);
                if let Err(raised) = call() {
                    // A change that was made is made.
                    vm.run_unraisable(
                        raised,
                        Some("in a function that is called with changes of plugins".to_owned()),
                        vm.ctx.none(),
                    );
                }
                Ok(())
            });
            // Where the runtime is gone nobody is left to be called.
            drop(called);
        });
    }
}

impl PyPlugins {
    /// What offers a plugin's functions.
    fn get(&self, name: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let found = name.downcast_ref::<PyStr>().and_then(|name| self.0.object(name.to_str()?));
        found.map_or_else(|| Err(vm.new_key_error(name.clone())), |object| object.raw(vm))
    }
}

impl AsMapping for PyPlugins {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|mapping, _| Ok(PyPlugins::mapping_downcast(mapping).0.order().len())),
            subscript: atomic_func!(|mapping, name, vm| {
                PyPlugins::mapping_downcast(mapping).get(&name.to_owned(), vm)
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl AsSequence for PyPlugins {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            contains: atomic_func!(|sequence, name, vm| {
                Ok(PyPlugins::sequence_downcast(sequence).get(&name.to_owned(), vm).is_ok())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl Representable for PyPlugins {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<exocet.Plugins: {}>", zelf.0.order().join(", ")))
    }
}

/// What `Plugins.watch` returns.
#[cfg(feature = "watch")]
#[pyclass(module = "exocet", name = "PluginWatch")]
#[derive(Debug, PyPayload)]
pub(crate) struct PluginWatch(std::sync::Mutex<crate::plugins::watch::Watch>);

#[cfg(feature = "watch")]
#[pyclass(with(IterNext, Iterable), flags(DISALLOW_INSTANTIATION))]
impl PluginWatch {
    /// next(timeout=None): waits for changes, makes them, and returns what became of the plugins; nothing once the time is over.
    #[pymethod]
    fn next(zelf: &Py<Self>, timeout: OptionalArg<Option<f64>>, vm: &VirtualMachine) -> PyResult {
        let time = timeout.flatten().map(std::time::Duration::try_from_secs_f64).transpose();
        let time = time.map_err(|error| vm.new_value_error(error.to_string()))?;
        // Another thread waits already.
        let Ok(mut watch) = zelf.0.try_lock() else {
            return Err(vm.new_runtime_error("another thread waits for changes"));
        };
        attributes(&watch.next(time).map_err(|error| error.into_exception(vm))?, vm)
    }
}

#[cfg(feature = "watch")]
impl SelfIter for PluginWatch {}

#[cfg(feature = "watch")]
impl IterNext for PluginWatch {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        Self::next(zelf, OptionalArg::Missing, vm).map(PyIterReturn::Return)
    }
}
