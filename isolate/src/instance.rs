//! One instance of the guest: a memory, the functions of the host, and requests.

use crate::{
    Error, Limits,
    boundary::{Reply, Request, VERSION},
    engine,
    guest::{Code, Guest},
    memory_module::MEMORY,
    ticker::ticks,
};
use std::time::{Duration, Instant, SystemTime};
use wasmtime::{
    AsContext, AsContextMut, Caller, Extern, Func, Instance as Wasm, Memory, Module, Store, StoreLimits,
    StoreLimitsBuilder, Trap, TypedFunc,
};

/// The longest request or reply.
const LONGEST: usize = 64 << 20;

/// What the host knows of an instance while it runs.
pub(crate) struct State {
    limits: StoreLimits,
    memory: Option<Memory>,
    started: Instant,
    /// What the guest said before it ended.
    last_words: Option<String>,
    output: Vec<u8>,
}

pub(crate) struct Instance {
    guest: Guest,
    store: Store<State>,
    memory: Memory,
    buffer: TypedFunc<u32, u32>,
    handle: TypedFunc<(), u64>,
    time: Duration,
    is_gone: bool,
}

impl Instance {
    /// An instance in which nothing has run yet.
    pub(crate) fn boot(guest: &Guest, limits: &Limits) -> Result<Self, Error> {
        Self::of_image(guest, &guest.code(false)?.memory, limits)
    }

    /// An instance whose memory is an image's.
    pub(crate) fn of_image(guest: &Guest, image: &Module, limits: &Limits) -> Result<Self, Error> {
        let mut store = store(guest.code(false)?, limits);
        let image = Wasm::new(&mut store, image, &[]).map_err(ended)?;
        let memory = image.get_memory(&mut store, MEMORY).ok_or(Error::Gone)?;
        Self::with_memory(guest, store, memory, limits)
    }

    fn with_memory(guest: &Guest, mut store: Store<State>, memory: Memory, limits: &Limits) -> Result<Self, Error> {
        store.data_mut().memory = Some(memory);
        store.set_epoch_deadline(ticks(limits.time));
        let code = guest.code(false)?;
        let _running = code.ticker.start()?;
        let code = &code.module;
        let imports = code.imports().map(|import| match (import.ty().memory(), import.name()) {
            (Some(_), _) => Ok(Extern::from(memory)),
            (None, name) => function(&mut store, name).map(Extern::from),
        });
        let imports = imports.collect::<Result<Vec<_>, _>>()?;
        let wasm = Wasm::new(&mut store, code, &imports).map_err(ended)?;
        let foreign = |error: wasmtime::Error| Error::Guest(error.to_string());
        let version: TypedFunc<(), u32> = wasm.get_typed_func(&mut store, "exocet_version").map_err(foreign)?;
        let buffer = wasm.get_typed_func(&mut store, "exocet_buffer").map_err(foreign)?;
        let handle = wasm.get_typed_func(&mut store, "exocet_handle").map_err(foreign)?;
        let version = version.call(&mut store, ()).map_err(ended)?;
        if version != VERSION {
            return Err(Error::Guest(format!("it is of version {version}, and not {VERSION}")));
        }
        Ok(Self { guest: guest.clone(), store, memory, buffer, handle, time: limits.time, is_gone: false })
    }

    /// Has the guest do something.
    pub(crate) fn request(&mut self, request: &Request) -> Result<Reply, Error> {
        if self.is_gone {
            return Err(Error::Gone);
        }
        let guest = self.guest.clone();
        let _running = guest.code(false)?.ticker.start()?;
        let mut bytes = Vec::new();
        ciborium::into_writer(request, &mut bytes).map_err(|error| Error::Value(error.to_string()))?;
        self.store.set_epoch_deadline(ticks(self.time));
        // Until it has answered, it is gone: nothing is known of a guest that was interrupted.
        self.is_gone = true;
        let reply = engine::with_stack(|| self.exchange(&bytes))?;
        self.is_gone = false;
        match reply {
            Reply::Failed(failure) => Err(failure.into()),
            reply => Ok(reply),
        }
    }

    fn exchange(&mut self, request: &[u8]) -> Result<Reply, Error> {
        let length = u32::try_from(request.len()).map_err(|_| Error::Value("the request is too long".to_owned()))?;
        let at = self.buffer.call(&mut self.store, length).map_err(|error| self.ended(&error))?;
        let lies = || Error::Ended("the guest names memory that it hasn't".to_owned());
        self.memory.write(&mut self.store, at as usize, request).map_err(|_| lies())?;
        let place = self.handle.call(&mut self.store, ()).map_err(|error| self.ended(&error))?;
        let (at, length) = ((place >> 32) as usize, (place & u64::from(u32::MAX)) as usize);
        if length > LONGEST {
            return Err(Error::Ended(format!("the reply has {length} bytes")));
        }
        let reply = self.memory.data(&self.store).get(at..).and_then(|rest| rest.get(..length)).ok_or_else(lies)?;
        ciborium::from_reader(reply).map_err(|error| Error::Ended(format!("the reply can't be read: {error}")))
    }

    /// What the memory holds.
    pub(crate) fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    /// What was printed, which is taken away.
    pub(crate) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.store.data_mut().output)
    }

    fn ended(&self, error: &wasmtime::Error) -> Error {
        match (error.downcast_ref::<Trap>(), &self.store.data().last_words) {
            (Some(Trap::Interrupt), _) => Error::Time,
            (_, Some(words)) => Error::Ended(words.clone()),
            (Some(trap), None) => Error::Ended(trap.to_string()),
            (None, None) => Error::Ended(error.to_string()),
        }
    }
}

fn ended(error: impl std::fmt::Display) -> Error {
    Error::Ended(error.to_string())
}

fn store(code: &Code, limits: &Limits) -> Store<State> {
    let size = StoreLimitsBuilder::new().memory_size(limits.memory).memories(1).build();
    let state = State { limits: size, memory: None, started: Instant::now(), last_words: None, output: Vec::new() };
    let mut store = Store::new(&code.engine, state);
    store.limiter(|state| &mut state.limits);
    store
}

/// The host's function of that name.
fn function(store: &mut Store<State>, name: &str) -> Result<Func, Error> {
    Ok(match name {
        "random" => Func::wrap(store, |mut caller: Caller<'_, State>, at: u32, length: u32| {
            let mut bytes = vec![0; within(&caller, at, length)?];
            getrandom::fill(&mut bytes).map_err(|error| wasmtime::Error::msg(error.to_string()))?;
            let memory = memory_of(&caller)?;
            memory.write(caller.as_context_mut(), at as usize, &bytes).map_err(wasmtime::Error::from)
        }),
        "now" => Func::wrap(store, |_: Caller<'_, State>| {
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        }),
        "monotonic" => {
            Func::wrap(store, |caller: Caller<'_, State>| caller.data().started.elapsed().as_secs_f64() * 1e3)
        }
        "print" => Func::wrap(store, |mut caller: Caller<'_, State>, _: u32, at: u32, length: u32| {
            let text = read(&caller, at, length)?;
            let output = &mut caller.data_mut().output;
            output.extend_from_slice(&text);
            wasmtime::Result::Ok(())
        }),
        "panicked" => Func::wrap(store, |mut caller: Caller<'_, State>, at: u32, length: u32| {
            let text = read(&caller, at, length)?;
            caller.data_mut().last_words = Some(String::from_utf8_lossy(&text).into_owned());
            wasmtime::Result::Ok(())
        }),
        name => return Err(Error::Guest(format!("it wants a function `{name}` of its host"))),
    })
}

fn memory_of(caller: &Caller<'_, State>) -> wasmtime::Result<Memory> {
    caller.data().memory.ok_or_else(|| wasmtime::Error::msg("there is no memory yet"))
}

/// The length, if so much memory lies there.
fn within(caller: &Caller<'_, State>, at: u32, length: u32) -> wasmtime::Result<usize> {
    let size = memory_of(caller)?.data_size(caller.as_context());
    match (at as usize).checked_add(length as usize).is_some_and(|end| end <= size) {
        true => Ok(length as usize),
        false => Err(wasmtime::Error::msg("the guest names memory that it hasn't")),
    }
}

fn read(caller: &Caller<'_, State>, at: u32, length: u32) -> wasmtime::Result<Vec<u8>> {
    let length = within(caller, at, length)?;
    Ok(memory_of(caller)?.data(caller.as_context())[at as usize..][..length].to_vec())
}
