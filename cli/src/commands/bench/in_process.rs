//! Loads in the process, in two runtimes of which one has a disk cache.

use super::{
    INSTANCES, REPEAT,
    contender::Contender,
    results::{Contestant, Samples, Work},
};
use crate::sources;
use exocet::{
    compile::forget_compiled_code,
    modules::{PythonModule, SearchPath},
    raw::{self, MapperRef},
    vm::{PyResult, VirtualMachine},
};
use memory_stats::memory_stats;
use std::{hint::black_box, time::Instant};

pub(crate) struct InProcess<'a> {
    path: SearchPath,
    /// The function that is called in each module, if one is.
    call: Option<&'a str>,
    plain: Under<'a>,
    cached: Under<'a>,
}

type Under<'a> = (MapperRef, &'a VirtualMachine);

impl<'a> InProcess<'a> {
    pub(crate) fn new(plain: &'a VirtualMachine, cached: &'a VirtualMachine, call: Option<&'a str>) -> PyResult<Self> {
        let under = |vm| (raw::pass_through(vm), vm);
        Ok(Self { path: raw::search_path(plain)?, call, plain: under(plain), cached: under(cached) })
    }

    fn handle(&self, name: &str) -> Result<PythonModule, String> {
        self.path.get(name).map_err(|error| sources::reason(&error))
    }

    /// The seconds that one load takes.
    fn load(&self, handle: &PythonModule, (mapper, vm): &Under<'_>) -> Result<f64, String> {
        let start = Instant::now();
        let module = fresh(handle, mapper, vm).and_then(|module| {
            self.call.map_or(Ok(()), |function| vm.call_method(&module, function, ()).map(drop))?;
            Ok(module)
        });
        let seconds = start.elapsed().as_secs_f64();
        // A module's end is no part of its load.
        black_box(module).map(|_| seconds).map_err(|error| raw::describe(&error, vm))
    }
}

impl Contender for InProcess<'_> {
    fn contestant(&self) -> Contestant {
        Contestant { name: "exocet".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }

    /// Has all imported that the module imports, and its code in the disk cache.
    fn prepare(&mut self, name: &str) -> Result<(), String> {
        let handle = self.handle(name)?;
        self.load(&handle, &self.plain)?;
        forget_compiled_code();
        self.load(&handle, &self.cached).map(drop)
    }

    fn round(&mut self, name: &str, work: Work) -> Result<Option<Samples>, String> {
        let (under, times) = match work {
            Work::Cold => (&self.plain, 1),
            Work::Disk => (&self.cached, 1),
            Work::Warm => (&self.plain, REPEAT),
            Work::Start | Work::Call => return Ok(None),
        };
        if work != Work::Warm {
            forget_compiled_code();
            raw::forget_units(under.1);
        }
        let handle = self.handle(name)?;
        (0..times).map(|_| self.load(&handle, under)).collect::<Result<_, _>>().map(Some)
    }

    fn memory(&mut self, name: &str) -> Result<Option<f64>, String> {
        let handle = self.handle(name)?;
        let (mapper, vm) = &self.plain;
        let mut alive = Vec::with_capacity(2 * INSTANCES);
        let mut resident = || {
            for _ in 0..INSTANCES {
                alive.push(fresh(&handle, mapper, vm).map_err(|error| raw::describe(&error, vm))?);
            }
            Ok::<_, String>(memory_stats().map(|memory| memory.physical_mem as f64))
        };
        // The first ones fill what the allocator has at hand.
        let (before, after) = (resident()?, resident()?);
        Ok(before.zip(after).map(|(before, after)| (after - before).max(0.0) / INSTANCES as f64))
    }
}

/// Loads the module alone. A package's own modules are loaded already, as they are where CPython loads it.
fn fresh(handle: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult {
    if !handle.is_package() {
        return raw::load(handle, mapper, vm);
    }
    let module = vm.new_module(handle.name(), vm.ctx.new_dict(), None);
    raw::load_into(handle, mapper, &module, vm)?;
    Ok(module.into())
}
