//! One instance of the guest: a memory, the functions of the host, and requests.

use crate::{
    boundary::{Ask, Message, Reply, Request, Resume, VERSION},
    current::{self, Waiting},
    engine,
    guest::{Code, Guest},
    host::{Host, Session},
    isolate::Link,
    limits::Bounds,
    memory_module::MEMORY,
    object,
    senses::Senses,
    setup::Stream,
    ticker::ticks,
};
use exocet::{Error, error::Limit, values::Kept};
use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};
use wasmtime::{
    AsContextMut, Caller, Extern, Func, Instance as Wasm, Memory, Module, PoolConcurrencyLimitError, Store,
    StoreContextMut, StoreLimits, StoreLimitsBuilder, Trap, TypedFunc,
};

/// The longest message, either way.
const LONGEST: usize = 64 << 20;

/// How far requests and questions may be nested in one another.
const NESTED: usize = 32;

/// What the host knows of an instance while it runs.
pub(crate) struct State {
    sizes: StoreLimits,
    bounds: Bounds,
    /// What is left for the call that is under way.
    output_left: usize,
    host_calls_left: u64,
    nested: usize,
    exports: Option<Exports>,
    senses: Senses,
    host: Arc<Host>,
    session: Session,
    /// The isolate that the instance is, which holds the instance.
    link: Weak<Link>,
    /// What goes with the first message.
    resume: Option<Resume>,
    /// What the guest said before it ended.
    last_words: Option<String>,
}

/// What the guest exports.
#[derive(Clone)]
struct Exports {
    memory: Memory,
    buffer: TypedFunc<u32, u32>,
    handle: TypedFunc<(), u64>,
    place: TypedFunc<(), u64>,
}

pub(crate) struct Instance {
    guest: Guest,
    store: Store<State>,
    exports: Exports,
}

/// What an instance is made with.
pub(crate) struct Parts {
    pub(crate) bounds: Bounds,
    pub(crate) senses: Senses,
    pub(crate) host: Arc<Host>,
    pub(crate) session: Session,
    pub(crate) link: Arc<Link>,
    pub(crate) resume: Option<Resume>,
}

impl Instance {
    /// An instance in which nothing has run yet.
    pub(crate) fn boot(guest: &Guest, parts: Parts) -> Result<Self, Error> {
        Self::of_image(guest, &guest.code(parts.bounds.counts())?.memory, parts)
    }

    /// An instance whose memory is an image's.
    pub(crate) fn of_image(guest: &Guest, image: &Module, parts: Parts) -> Result<Self, Error> {
        let code = guest.code(parts.bounds.counts())?;
        let mut store = store(code, parts);
        refuel(&mut store);
        store.set_epoch_deadline(ticks(store.data().bounds.time));
        let _running = code.ticker.start()?;
        let image = Wasm::new(&mut store, image, &[]).map_err(|error| not_started(&store, &error))?;
        let memory = image.get_memory(&mut store, MEMORY).ok_or_else(|| foreign("an image has no memory"))?;
        let imports = code.module.imports().map(|import| match (import.ty().memory(), import.name()) {
            (Some(_), _) => Ok(Extern::from(memory)),
            (None, name) => function(&mut store, name).map(Extern::from),
        });
        let imports = imports.collect::<Result<Vec<_>, _>>()?;
        let wasm = Wasm::new(&mut store, &code.module, &imports).map_err(|error| not_started(&store, &error))?;
        let version: TypedFunc<(), u32> = wasm.get_typed_func(&mut store, "exocet_version").map_err(foreign)?;
        let exports = Exports {
            memory,
            buffer: wasm.get_typed_func(&mut store, "exocet_buffer").map_err(foreign)?,
            handle: wasm.get_typed_func(&mut store, "exocet_handle").map_err(foreign)?,
            place: wasm.get_typed_func(&mut store, "exocet_where").map_err(foreign)?,
        };
        let version = version.call(&mut store, ()).map_err(foreign)?;
        if version != VERSION {
            return Err(foreign(format!("it is of version {version}, and not {VERSION}")));
        }
        store.data_mut().exports = Some(exports.clone());
        Ok(Self { guest: guest.clone(), store, exports })
    }

    /// Has the guest do something. After an error that says so the instance is of no use any more.
    pub(crate) fn request(&mut self, request: Request) -> Result<Reply, Error> {
        let state = self.store.data_mut();
        (state.output_left, state.host_calls_left) = (state.bounds.output, state.bounds.host_calls);
        let bounds = state.bounds;
        refuel(&mut self.store);
        let _running = self.guest.code(bounds.counts())?.ticker.start()?;
        self.store.set_epoch_deadline(ticks(bounds.time));
        engine::with_stack(|| exchange(&mut self.store.as_context_mut(), &self.exports, request))
    }

    /// What the memory holds.
    pub(crate) fn memory(&self) -> &[u8] {
        self.exports.memory.data(&self.store)
    }

    pub(crate) fn take_output(&mut self, stream: Stream) -> Vec<u8> {
        self.store.data_mut().senses.take_output(stream)
    }

    pub(crate) fn session(&mut self) -> &mut Session {
        &mut self.store.data_mut().session
    }
}

/// Sends a request and reads the reply. What the guest failed at is the error of the result inside.
fn exchange(store: &mut StoreContextMut<'_, State>, exports: &Exports, request: Request) -> Result<Reply, Error> {
    let released = store.data().link.upgrade().map_or_else(Vec::new, |link| link.take_released());
    let resume = store.data_mut().resume.take();
    let message = encode(&Message { released, resume, request })?;
    let length = u32::try_from(message.len()).ok().filter(|_| message.len() <= LONGEST);
    let length = length.ok_or_else(|| Error::malformed(format!("a request of {} bytes is too long", message.len())))?;
    let at = exports.buffer.call(&mut *store, length).map_err(|error| ended(store, exports, &error))?;
    exports.memory.write(&mut *store, at as usize, &message).map_err(|_| lies())?;
    let place = exports.handle.call(&mut *store, ()).map_err(|error| ended(store, exports, &error))?;
    let (at, length) = ((place >> 32) as usize, (place & u64::from(u32::MAX)) as usize);
    if length > LONGEST {
        return Err(Error::isolate_ended(Some(format!("a reply of {length} bytes is too long"))));
    }
    let reply = exports.memory.data(&*store).get(at..).and_then(|rest| rest.get(..length)).ok_or_else(lies)?;
    decode(reply)
}

fn encode(message: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    ciborium::into_writer(message, &mut bytes).map_err(|error| Error::malformed(error.to_string()))?;
    Ok(bytes)
}

fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    ciborium::from_reader(bytes)
        .map_err(|error| Error::isolate_ended(Some(format!("what the guest says can't be read: {error}"))))
}

/// A guest that isn't one.
pub(crate) fn foreign(reason: impl fmt::Display) -> Error {
    Error::malformed(format!("the guest can't be used: {reason}"))
}

fn lies() -> Error {
    Error::isolate_ended(Some("the guest names memory that it hasn't".to_owned()))
}

/// Why the instance came to its end.
fn ended(store: &mut StoreContextMut<'_, State>, exports: &Exports, error: &wasmtime::Error) -> Error {
    let place = place(store, exports);
    let state = store.data();
    let exceeded = |limit| state.bounds.exceeded(limit, place.as_deref());
    if let Some(Exceeded(limit)) = error.downcast_ref() {
        return exceeded(*limit);
    }
    let reason = match (error.downcast_ref::<Trap>(), &state.last_words) {
        (Some(Trap::Interrupt), _) => return exceeded(Limit::Time),
        (Some(Trap::OutOfFuel), _) => return exceeded(Limit::Fuel),
        (Some(Trap::StackOverflow), _) => return exceeded(Limit::Stack),
        (_, Some(words)) if words.contains("memory allocation of") => return exceeded(Limit::Memory),
        (_, Some(words)) => words.clone(),
        (Some(trap), None) => trap.to_string(),
        (None, None) => error.to_string(),
    };
    Error::isolate_ended(Some(match place {
        Some(place) => format!("{reason}, at {place}"),
        None => reason,
    }))
}

/// How long the guest may take to tell where it was.
const TELLING: Duration = Duration::from_millis(20);

/// Where Python code was when the guest came to its end, if it still can tell.
fn place(store: &mut StoreContextMut<'_, State>, exports: &Exports) -> Option<String> {
    store.set_epoch_deadline(ticks(TELLING));
    let place = exports.place.call(&mut *store, ()).ok()?;
    let (at, length) = ((place >> 32) as usize, (place & u64::from(u32::MAX)) as usize);
    let text = exports.memory.data(&*store).get(at..)?.get(..length.min(1 << 12))?;
    (length > 0).then(|| String::from_utf8_lossy(text).into_owned())
}

/// Why an instance can't be made.
fn not_started(store: &Store<State>, error: &wasmtime::Error) -> Error {
    if error.is::<PoolConcurrencyLimitError>() {
        return Error::malformed(format!("as many isolates are open as the guest has places for: {error}"));
    }
    let memory = store.data().bounds.memory;
    Error::limit_exceeded(Limit::Memory, format!("an isolate can't be started with {memory} bytes: {error}"))
}

/// What a call may use up, where that is counted.
fn refuel(store: &mut Store<State>) {
    if let Some(fuel) = store.data().bounds.fuel {
        // It fails where nothing is counted.
        let _ = store.set_fuel(fuel);
    }
}

fn store(code: &Code, parts: Parts) -> Store<State> {
    let Parts { bounds, senses, host, session, link, resume } = parts;
    let sizes = StoreLimitsBuilder::new().memory_size(bounds.memory).memories(1).build();
    let state = State {
        sizes,
        bounds,
        output_left: bounds.output,
        host_calls_left: bounds.host_calls,
        nested: 0,
        exports: None,
        senses,
        host,
        session,
        link: Arc::downgrade(&link),
        resume,
        last_words: None,
    };
    let mut store = Store::new(&code.engine, state);
    store.limiter(|state| &mut state.sizes);
    store
}

/// A limit that a function of the host's found exceeded.
#[derive(Debug)]
struct Exceeded(Limit);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} exceeded", self.0)
    }
}

impl std::error::Error for Exceeded {}

/// The host's function of that name.
fn function(store: &mut Store<State>, name: &str) -> Result<Func, Error> {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    Ok(match name {
        "random" => Func::wrap(store, |mut caller: Caller<'_, State>, at: u32, length: u32| {
            let mut bytes = vec![0; within(&caller, at, length)?];
            let filled = caller.data_mut().senses.fill(&mut bytes);
            filled.map_err(|error| wasmtime::Error::msg(error.to_string()))?;
            let memory = exports(&caller)?.memory;
            memory.write(caller.as_context_mut(), at as usize, &bytes).map_err(wasmtime::Error::from)
        }),
        "now" => Func::wrap(store, move |caller: Caller<'_, State>| milliseconds(caller.data().senses.now())),
        "monotonic" => {
            Func::wrap(store, move |caller: Caller<'_, State>| milliseconds(caller.data().senses.monotonic()))
        }
        "print" => Func::wrap(store, |mut caller: Caller<'_, State>, stream: u32, at: u32, length: u32| {
            let left = caller.data().output_left.checked_sub(length as usize);
            caller.data_mut().output_left = left.ok_or(Exceeded(Limit::Output))?;
            let text = read(&caller, at, length)?;
            let stream = if stream == 0 { Stream::Out } else { Stream::Err };
            caller.data_mut().senses.print(stream, &String::from_utf8_lossy(&text));
            wasmtime::Result::Ok(())
        }),
        "panicked" => Func::wrap(store, |mut caller: Caller<'_, State>, at: u32, length: u32| {
            let text = read(&caller, at, length.min(1 << 16))?;
            caller.data_mut().last_words = Some(String::from_utf8_lossy(&text).into_owned());
            wasmtime::Result::Ok(())
        }),
        "ask" => Func::wrap(store, answer),
        name => return Err(foreign(format!("it wants a function `{name}` of its host"))),
    })
}

/// Answers what the guest asks; the length of the answer, which is put where the guest makes room.
fn answer(mut caller: Caller<'_, State>, at: u32, length: u32) -> wasmtime::Result<u32> {
    let state = caller.data_mut();
    state.host_calls_left = state.host_calls_left.checked_sub(1).ok_or(Exceeded(Limit::HostCalls))?;
    if state.nested == NESTED {
        return Err(Exceeded(Limit::Stack).into());
    }
    state.nested += 1;
    let (host, link) = (state.host.clone(), state.link.upgrade());
    let link = link.ok_or_else(|| wasmtime::Error::msg("the isolate is gone"))?;
    let session = std::mem::take(&mut state.session);
    let ask: Result<Ask, Error> = decode(&read(&caller, at, length)?);
    let exports = exports(&caller)?;
    let answer = match ask {
        Err(error) => Err(wasmtime::Error::msg(error.to_string())),
        Ok(ask) => {
            let (store, exports) = (caller.as_context_mut(), exports.clone());
            let mut busy = Busy { number: link.number(), store, exports, failed: None };
            let handles = match &ask {
                Ask::Call { arguments, .. } => object::handles(arguments),
                _ => Vec::new(),
            };
            let answer = current::on_behalf_of(&mut busy, || {
                object::holding(&link, handles, |keeper| {
                    host.answer(ask, &session, Kept { keeper, number: link.number() })
                })
            });
            match busy.failed {
                Some(error) => Err(error),
                None => encode(&answer).map_err(|error| wasmtime::Error::msg(error.to_string())),
            }
        }
    };
    let state = caller.data_mut();
    state.nested -= 1;
    state.session = session;
    let answer = answer?;
    if answer.len() > LONGEST {
        return Err(wasmtime::Error::msg("the host's answer is too long"));
    }
    let length = u32::try_from(answer.len())?;
    let at = exports.buffer.call(caller.as_context_mut(), length)?;
    exports.memory.write(caller.as_context_mut(), at as usize, &answer)?;
    Ok(length)
}

/// An instance in the middle of a question.
struct Busy<'a> {
    number: u64,
    store: StoreContextMut<'a, State>,
    exports: Exports,
    /// Why it can't go on: it came to its end while the host had it do something.
    failed: Option<wasmtime::Error>,
}

impl Waiting for Busy<'_> {
    fn number(&self) -> u64 {
        self.number
    }

    fn request(&mut self, request: Request) -> Result<Reply, Error> {
        if self.failed.is_some() {
            return Err(Error::isolate_ended(None));
        }
        let reply = exchange(&mut self.store, &self.exports, request);
        if let Err(error) = &reply {
            self.failed = Some(match error.limit() {
                Some(limit) => Exceeded(limit).into(),
                None if error.is_gone() => wasmtime::Error::msg(error.to_string()),
                None => return reply,
            });
        }
        reply
    }
}

fn exports(caller: &Caller<'_, State>) -> wasmtime::Result<Exports> {
    caller.data().exports.clone().ok_or_else(|| wasmtime::Error::msg("the guest isn't there yet"))
}

/// The length, if so much memory lies there.
fn within(caller: &Caller<'_, State>, at: u32, length: u32) -> wasmtime::Result<usize> {
    let size = exports(caller)?.memory.data_size(caller);
    match (at as usize).checked_add(length as usize).is_some_and(|end| end <= size) {
        true => Ok(length as usize),
        false => Err(wasmtime::Error::msg("the guest names memory that it hasn't")),
    }
}

fn read(caller: &Caller<'_, State>, at: u32, length: u32) -> wasmtime::Result<Vec<u8>> {
    let length = within(caller, at, length)?;
    if length > LONGEST {
        return Err(wasmtime::Error::msg(format!("a message of {length} bytes is too long")));
    }
    Ok(exports(caller)?.memory.data(caller)[at as usize..][..length].to_vec())
}
