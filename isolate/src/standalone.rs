//! Bundles as WASI commands, which run by themselves.

use crate::{
    cache::GuestCache,
    fault::Fault,
    sections,
    wasi::{self, Process},
};
use exocet::Error;
use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};
use wasmtime::{Config, Engine, Extern, Instance, Linker, Module, OptLevel, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

/// What the loader exports for its first half.
const INITIALIZE: &str = "initialize";

/// An application as one WebAssembly module: the loader, the library and a bundle, with what the bundle's program imports loaded. It is a
/// command of WASI 0.1, which any engine runs that knows WASI, with the arguments, the environment and the folders that the engine gives it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::fs;
///
/// let loader = fs::read("wasm/dist/standalone.wasm")?; // wasm/build.sh standalone
/// let standalone = exocet_isolate::Standalone::new(&loader, "app.exo", fs::read("app.exo")?)?;
/// fs::write("app.wasm", standalone.wasm())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Standalone {
    wasm: Vec<u8>,
    output: String,
}

impl Standalone {
    /// Makes a command of a bundle, whose files are called by this name in tracebacks, and of the loader that `wasm/build.sh standalone`
    /// builds. What the lines of the bundle's program import that run in any case is loaded now: with no files, no environment, the first of
    /// January 1980 for a clock and, for randomness, what follows from the bundle. The same bundle makes the same bytes.
    ///
    /// The first time the loader is compiled for this machine, which takes some 10 seconds; what comes of it is kept as for a
    /// [`Guest`](crate::Guest).
    ///
    /// # Errors
    /// Bytes that are no such loader, or no whole bundle; a bundle without an entry.
    pub fn new(loader: &[u8], name: &str, bundle: impl Into<Vec<u8>>) -> Result<Self, Error> {
        Ok(make(loader, name, bundle.into())?)
    }

    /// The module.
    pub fn wasm(&self) -> &[u8] {
        &self.wasm
    }

    /// What was printed meanwhile: by modules that were loaded, and about those that couldn't be and will be imported where the
    /// program runs.
    pub fn output(&self) -> &str {
        &self.output
    }
}

fn make(loader: &[u8], name: &str, bundle: Vec<u8>) -> Result<Standalone, Fault> {
    let foreign = |error: wasmtime::Error| Fault::Standalone(format!("the loader can't be used: {error:#}"));
    let loader = sections::strip(loader).ok_or_else(|| Fault::Standalone("the loader is no WebAssembly".to_owned()))?;
    let mut wizer = Wizer::new();
    wizer.init_func(INITIALIZE);
    let (context, instrumented) = wizer.instrument(&loader).map_err(foreign)?;
    let engine = Engine::new(Config::new().cranelift_opt_level(OptLevel::None)).map_err(foreign)?;
    let module = compile(&engine, &instrumented)?;
    let mut linker = Linker::new(&engine);
    let mut store = Store::new(&engine, Process::new(name, bundle));
    wasi::link(&mut linker, &mut store, &module).map_err(foreign)?;
    let instance = linker.instantiate(&mut store, &module).map_err(foreign)?;
    let initialize = instance.get_typed_func::<(), i32>(&mut store, INITIALIZE).map_err(foreign)?;
    let ended = initialize.call(&mut store, ());
    let output = store.data_mut().take_output();
    match ended {
        Ok(0) => {}
        Ok(_) => return Err(Fault::Standalone(output.trim_end().to_owned())),
        Err(error) => {
            return Err(Fault::Standalone(format!("{output}the program's imports ended the loader: {error:#}")));
        }
    }
    let mut state = State { store, instance };
    let wasm = ready(wizer.snapshot(&context, &mut state)).map_err(foreign)?;
    Ok(Standalone { wasm, output })
}

/// The module's code for this machine, which is the same for each bundle.
fn compile(engine: &Engine, wasm: &[u8]) -> Result<Module, Fault> {
    let failed = |error: wasmtime::Error| Fault::Standalone(format!("the loader can't be compiled: {error:#}"));
    let Some(kept) = GuestCache::of_user() else { return Module::new(engine, wasm).map_err(failed) };
    let [place, _] = kept.guest(blake3::hash(wasm).as_bytes(), engine);
    if let Some(module) = GuestCache::read(&place, engine) {
        return Ok(module);
    }
    let compiled = engine.precompile_module(wasm).map_err(failed)?;
    GuestCache::put(&place, engine, &compiled).0
}

/// What becomes part of the file.
struct State {
    store: Store<Process>,
    instance: Instance,
}

impl InstanceState for State {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name);
        match global.expect("it was made an export").get(&mut self.store) {
            Val::I32(value) => SnapshotVal::I32(value),
            Val::I64(value) => SnapshotVal::I64(value),
            Val::F32(bits) => SnapshotVal::F32(bits),
            Val::F64(bits) => SnapshotVal::F64(bits),
            Val::V128(bits) => SnapshotVal::V128(bits.as_u128()),
            _ => unreachable!("a module with such a global is refused before"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self.instance.get_export(&mut self.store, name).and_then(Extern::into_memory);
        contents(memory.expect("it was made an export").data(&self.store));
    }
}

/// The result of what waits for nothing.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("the state of an instance is there"),
    }
}
