//! An interpreter's cache of units.

use super::unit::Unit;
use crate::{
    compile::module_compiler::MODULE_COMPILER,
    error::Error,
    interpreter::{importlib::sys_modules, limits, slots::Slot},
    modules::handle::PythonModule,
    source::contract::{Source, Stamp},
};
use hashbrown::{Equivalent, HashMap};
use rustpython_vm::{
    PyResult, VirtualMachine,
    common::{lock::PyMutex, rc::PyRc},
};
use std::sync::Arc;

/// The units of one interpreter. A unit is used only while the bytes that it was made of are the source's.
#[derive(Default)]
pub(crate) struct Units {
    units: PyMutex<HashMap<Key, Cached>>,
}

/// A source by its address, which is its own as long as the cache keeps it alive, and the path in it; and the name, as
/// one file can be two modules.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    source: usize,
    path: String,
    name: String,
}

/// A key that borrows: a load that finds its unit allocates none.
#[derive(Hash)]
struct KeyRef<'a> {
    source: usize,
    path: &'a str,
    name: &'a str,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.source == key.source && self.path == key.path && self.name == key.name
    }
}

struct Cached {
    _source: Arc<dyn Source>,
    stamp: Option<Stamp>,
    bytes: Arc<[u8]>,
    unit: PyRc<Unit>,
}

pub(crate) static UNITS: Slot<Units> = Slot::new(|_| Units::default());

impl Units {
    /// The unit of a module that isn't native, as its source is now.
    pub(crate) fn get(&self, handle: &PythonModule, vm: &VirtualMachine) -> PyResult<PyRc<Unit>> {
        let raise = |error: Error| error.into_exception(vm);
        let Some((source, path)) = handle.source_and_path() else {
            return Ok(PyRc::new(Unit::new(handle, None, vm)?));
        };
        let key = KeyRef { source: Arc::as_ptr(source).cast::<()>() as usize, path, name: handle.name() };
        // The stamp comes first: what is written after it was taken makes it differ from the next one.
        let stamp = handle.stamp().map_err(raise)?;
        if stamp.is_some()
            && let Some(cached) = self.units.lock().get(&key)
            && cached.stamp == stamp
        {
            return Ok(cached.unit.clone());
        }
        let limits = limits::current(vm);
        let bytes = limits.read_source(handle, vm)?;
        limits.check_nesting(&bytes, &handle.origin().unwrap_or_default(), vm)?;
        if let Some(cached) = self.units.lock().get_mut(&key)
            && cached.bytes == bytes
        {
            cached.stamp = stamp;
            return Ok(cached.unit.clone());
        }
        // Another source of that name may have had the file before: an archive that was opened anew.
        if !handle.is_embedded() {
            forget_lines(handle, vm)?;
        }
        #[cfg(feature = "stdlib")]
        let frozen = super::frozen::code(handle, vm);
        #[cfg(not(feature = "stdlib"))]
        let frozen = None;
        let code = frozen.map_or_else(|| MODULE_COMPILER.of(vm).code(handle, &bytes, vm), Ok)?;
        let unit = PyRc::new(Unit::new(handle, Some((code, bytes.clone())), vm)?);
        let cached = Cached { _source: source.clone(), stamp, bytes, unit: unit.clone() };
        let key = Key { source: key.source, path: path.to_owned(), name: handle.name().to_owned() };
        self.units.lock().insert(key, cached);
        Ok(unit)
    }
}

/// Forgets which code belongs to which module, as if no module had been loaded yet. With
/// [`forget_compiled_code`](crate::compile::forget_compiled_code) the next load of each is as cold as the first.
pub fn forget_units(vm: &VirtualMachine) {
    // What the units hold is dropped after the lock: it may run any code.
    let units = std::mem::take(&mut *UNITS.of(vm).units.lock());
    drop(units);
    MODULE_COMPILER.of(vm).forget_seen();
}

/// Makes `linecache` read the source anew, which it can't know has changed where there is no file on the disk.
fn forget_lines(handle: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
    let Some(linecache) = sys_modules(vm)?.get_item_opt("linecache", vm)? else { return Ok(()) };
    if let Some(file) = handle.origin()
        && let Some(cache) = vm.get_attribute_opt(&linecache, "cache")?
    {
        vm.call_method(&cache, "pop", (file, vm.ctx.none()))?;
    }
    Ok(())
}
