//! One instance of the guest: a memory, the functions of the host, and requests.

use crate::{
    boundary::{Message, Reply, Request, Resume, VERSION},
    engine,
    functions::{Exceeded, function},
    guest::{Code, Guest},
    host::{Host, Session},
    isolate::Link,
    limits::Bounds,
    memory_module::MEMORY,
    message::{LONGEST, decode, encode},
    senses::Senses,
    setup::Stream,
    ticker::ticks,
    written::Written,
};
use exocet::{Error, error::Limit};
use std::{
    fmt,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};
use wasmtime::{
    AsContextMut, Extern, Instance as Wasm, Memory, Module, PoolConcurrencyLimitError, Store, StoreContextMut,
    StoreLimits, StoreLimitsBuilder, Trap, TypedFunc,
};

/// The longest table that a guest may have, of which it fills some 16,000 places.
const TABLE: usize = 1 << 17;

/// What the host knows of an instance while it runs.
pub(crate) struct State {
    pub(crate) sizes: StoreLimits,
    pub(crate) bounds: Bounds,
    /// What is left for the call that is under way.
    pub(crate) output_left: usize,
    pub(crate) host_calls_left: u64,
    /// When it has to have ended. None, if that is further off than there are times.
    pub(crate) until: Option<Instant>,
    pub(crate) nested: usize,
    /// How long the events are that were kept, as messages.
    pub(crate) kept: usize,
    pub(crate) exports: Option<Exports>,
    pub(crate) senses: Senses,
    pub(crate) host: Arc<Host>,
    pub(crate) session: Session,
    /// The isolate that the instance is, which holds the instance.
    pub(crate) link: Weak<Link>,
    /// What goes with the first message.
    pub(crate) resume: Option<Resume>,
    /// What the guest said before it ended.
    pub(crate) last_words: Option<String>,
    /// Where Python code was, once the guest was asked.
    pub(crate) place: Option<Option<String>>,
}

/// What a request may use up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Allowance {
    /// What a call may.
    Call,
    /// What the call before it left, of which it is a part.
    Rest,
    /// What a call may, until then.
    Until(Option<Instant>),
}

/// What the guest exports.
#[derive(Clone)]
pub(crate) struct Exports {
    pub(crate) memory: Memory,
    pub(crate) buffer: TypedFunc<u32, u32>,
    pub(crate) handle: TypedFunc<(), u64>,
    pub(crate) place: TypedFunc<(), u64>,
}

pub(crate) struct Instance {
    guest: Guest,
    store: Store<State>,
    exports: Exports,
    /// What is known of the pages that it will have written to, if there will be others like it.
    written: Option<Arc<Written>>,
    /// Whether it has done something.
    is_used: bool,
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
        Self::of_image(guest, &guest.code(parts.bounds.counts())?.memory, None, parts)
    }

    /// An instance whose memory is an image's.
    pub(crate) fn of_image(
        guest: &Guest,
        image: &Module,
        written: Option<Arc<Written>>,
        parts: Parts,
    ) -> Result<Self, Error> {
        let code = guest.code(parts.bounds.counts())?;
        let mut store = store(code, parts);
        refuel(&mut store);
        until(&mut store, Allowance::Call);
        let _running = code.ticker.start()?;
        check_fits(image, &store.data().bounds)?;
        let image = Wasm::new(&mut store, image, &[]).map_err(|error| not_started(&error))?;
        let memory = image.get_memory(&mut store, MEMORY).ok_or_else(|| foreign("an image has no memory"))?;
        let imports = code.module.imports().map(|import| match (import.ty().memory(), import.name()) {
            (Some(_), _) => Ok(Extern::from(memory)),
            (None, name) => function(&mut store, name).map(Extern::from),
        });
        let imports = imports.collect::<Result<Vec<_>, _>>()?;
        let wasm = Wasm::new(&mut store, &code.module, &imports).map_err(|error| not_started(&error))?;
        let version: TypedFunc<(), u32> = wasm.get_typed_func(&mut store, "exocet_version").map_err(foreign)?;
        let exports = Exports {
            memory,
            buffer: wasm.get_typed_func(&mut store, "exocet_buffer").map_err(foreign)?,
            handle: wasm.get_typed_func(&mut store, "exocet_handle").map_err(foreign)?,
            place: wasm.get_typed_func(&mut store, "exocet_where").map_err(foreign)?,
        };
        let version = version.call(&mut store, ());
        let version = version.map_err(|error| ended(&mut store.as_context_mut(), Some(&exports), &error))?;
        if version != VERSION {
            return Err(foreign(format!("it is of version {version}, and not {VERSION}")));
        }
        store.data_mut().exports = Some(exports.clone());
        Ok(Self { guest: guest.clone(), store, exports, written, is_used: false })
    }

    /// Has the guest do something. After an error that says so the instance is of no use any more.
    pub(crate) fn request(&mut self, request: Request, allowance: Allowance) -> Result<Reply, Error> {
        if !matches!(allowance, Allowance::Rest) {
            let state = self.store.data_mut();
            (state.output_left, state.host_calls_left) = (state.bounds.output, state.bounds.host_calls);
            refuel(&mut self.store);
        }
        self.is_used = true;
        let _running = self.guest.code(self.store.data().bounds.counts())?.ticker.start()?;
        until(&mut self.store, allowance);
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

impl Drop for Instance {
    fn drop(&mut self) {
        let Ok(code) = self.guest.code(self.store.data().bounds.counts()) else { return };
        if let Some(written) = self.written.as_ref().filter(|_| self.is_used && code.kept > 0) {
            written.settle(self.exports.memory.data_mut(&mut self.store), code.kept, &code.page_map);
        }
    }
}

/// Sends a request and reads the reply. What the guest failed at is the error of the result inside.
pub(crate) fn exchange(
    store: &mut StoreContextMut<'_, State>,
    exports: &Exports,
    request: Request,
) -> Result<Reply, Error> {
    let released = store.data().link.upgrade().map_or_else(Vec::new, |link| link.take_released());
    let resume = store.data_mut().resume.take();
    let message = encode(&Message { released, resume, request })?;
    let length = u32::try_from(message.len()).ok().filter(|_| message.len() <= LONGEST);
    let length = length.ok_or_else(|| Error::malformed(format!("a request of {} bytes is too long", message.len())))?;
    let at = exports.buffer.call(&mut *store, length).map_err(|error| ended(store, Some(exports), &error))?;
    exports.memory.write(&mut *store, at as usize, &message).map_err(|_| lies())?;
    let place = exports.handle.call(&mut *store, ()).map_err(|error| ended(store, Some(exports), &error))?;
    let (at, length) = ((place >> 32) as usize, (place & u64::from(u32::MAX)) as usize);
    if length > LONGEST {
        return Err(Error::isolate_ended(Some(format!("a reply of {length} bytes is too long"))));
    }
    let reply = exports.memory.data(&*store).get(at..).and_then(|rest| rest.get(..length)).ok_or_else(lies)?;
    let state = store.data();
    decode(reply, &state.bounds, state.until)
}

/// A guest that isn't one.
pub(crate) fn foreign(reason: impl fmt::Display) -> Error {
    Error::malformed(format!("the guest can't be used: {reason}"))
}

fn lies() -> Error {
    Error::isolate_ended(Some("the guest names memory that it hasn't".to_owned()))
}

/// Why the instance came to its end.
fn ended(store: &mut StoreContextMut<'_, State>, exports: Option<&Exports>, error: &wasmtime::Error) -> Error {
    let place = match store.data().place.clone() {
        Some(place) => place,
        None => exports.and_then(|exports| place(store, exports)),
    };
    // All the calls that it was in the middle of end in turn, and it is asked once.
    store.data_mut().place = Some(place.clone());
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

/// How long the guest may take to tell where it was, and how many instructions.
const TELLING: Duration = Duration::from_millis(20);
const TELLING_FUEL: u64 = 1_000_000;

/// Where Python code was when the guest came to its end, if it still can tell.
fn place(store: &mut StoreContextMut<'_, State>, exports: &Exports) -> Option<String> {
    store.set_epoch_deadline(ticks(TELLING));
    if store.data().bounds.counts() {
        store.set_fuel(TELLING_FUEL).ok()?;
    }
    let place = exports.place.call(&mut *store, ()).ok()?;
    let (at, length) = ((place >> 32) as usize, (place & u64::from(u32::MAX)) as usize);
    let text = exports.memory.data(&*store).get(at..)?.get(..length.min(1 << 12))?;
    (length > 0).then(|| String::from_utf8_lossy(text).into_owned())
}

/// Why an instance can't be made.
fn not_started(error: &wasmtime::Error) -> Error {
    if error.is::<PoolConcurrencyLimitError>() {
        return Error::malformed(format!("as many isolates are open as the guest has places for: {error}"));
    }
    foreign(format!("it can't be started: {error}"))
}

/// Whether an image fits into the memory that the isolate may have.
fn check_fits(image: &Module, bounds: &Bounds) -> Result<(), Error> {
    let sizes = image.exports().filter_map(|export| export.ty().memory().map(|memory| memory.minimum() << 16));
    match sizes.max() {
        Some(size) if size > bounds.memory as u64 => {
            let text = format!("an isolate can't be started with {} bytes: it needs {size}", bounds.memory);
            Err(Error::limit_exceeded(Limit::Memory, text))
        }
        _ => Ok(()),
    }
}

/// Sets the time at which a request has to have ended.
fn until(store: &mut Store<State>, allowance: Allowance) {
    let now = Instant::now();
    let state = store.data_mut();
    let whole = now.checked_add(state.bounds.time);
    state.until = match allowance {
        Allowance::Call => whole,
        Allowance::Rest => state.until,
        Allowance::Until(until) => [until, whole].into_iter().flatten().min(),
    };
    let left = state.until.map_or(Duration::MAX, |until| until.saturating_duration_since(now));
    store.set_epoch_deadline(ticks(left));
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
    let sizes = StoreLimitsBuilder::new().memory_size(bounds.memory).memories(1).table_elements(TABLE).build();
    let state = State {
        sizes,
        bounds,
        output_left: bounds.output,
        host_calls_left: bounds.host_calls,
        until: None,
        nested: 0,
        kept: 0,
        exports: None,
        senses,
        host,
        session,
        link: Arc::downgrade(&link),
        resume,
        last_words: None,
        place: None,
    };
    let mut store = Store::new(&code.engine, state);
    store.limiter(|state| &mut state.sizes);
    store
}
