//! What the guest may call: the functions of its host.

use crate::{
    boundary::{Ask, Reply, Request},
    current::{self, Waiting},
    host::Session,
    instance::{Exports, State, exchange, foreign},
    message::{LONGEST, decode, encode},
    object,
    setup::Stream,
};
use exocet::{Error, error::Limit, values::Kept};
use std::{
    fmt,
    time::{Duration, Instant},
};
use wasmtime::{AsContextMut, Caller, Func, Store, StoreContextMut};

/// How far requests and questions may be nested in one another.
const NESTED: usize = 32;

/// The host's function of that name.
pub(crate) fn function(store: &mut Store<State>, name: &str) -> Result<Func, Error> {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    Ok(match name {
        "random" => Func::wrap(store, |mut caller: Caller<'_, State>, at: u32, length: u32| {
            let length = within(&caller, at, length)?;
            let (memory, state) = exports(&caller)?.memory.data_and_store_mut(&mut caller);
            // Nothing interrupts the host but itself.
            for part in memory[at as usize..][..length].chunks_mut(1 << 16) {
                state.check_time()?;
                state.senses.fill(part).map_err(|error| wasmtime::Error::msg(error.to_string()))?;
            }
            wasmtime::Result::Ok(())
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
            // There is nothing that could fail.
            wasmtime::Result::Ok(0_u32)
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
    if state.nested == NESTED {
        return Err(Exceeded(Limit::Stack).into());
    }
    state.nested += 1;
    let (host, link) = (state.host.clone(), state.link.upgrade());
    let link = link.ok_or_else(|| wasmtime::Error::msg("the isolate is gone"))?;
    let session = std::mem::take(&mut state.session);
    let exports = exports(&caller)?;
    let answer = match question(&mut caller, &session, at, length) {
        Err(error) => Err(error),
        Ok(ask) => {
            let (store, exports) = (caller.as_context_mut(), exports.clone());
            let until = store.data().until;
            let mut busy = Busy { number: link.number(), store, exports, failed: None };
            let handles = match &ask {
                Ask::Call { arguments, .. } => object::handles(arguments),
                _ => Vec::new(),
            };
            let answer = current::on_behalf_of(&mut busy, || {
                object::holding(&link, handles, |keeper| {
                    host.answer(ask, &session, until, Kept { keeper, number: link.number() })
                })
            });
            match busy.failed {
                Some(error) => Err(error),
                None => encode(&answer).map_err(|error| wasmtime::Error::msg(error.to_string())),
            }
        }
    };
    caller.data_mut().session = session;
    let answer = answer?;
    if answer.len() > LONGEST {
        return Err(wasmtime::Error::msg("the host's answer is too long"));
    }
    let length = u32::try_from(answer.len())?;
    let at = exports.buffer.call(caller.as_context_mut(), length)?;
    exports.memory.write(caller.as_context_mut(), at as usize, &answer)?;
    caller.data_mut().nested -= 1;
    Ok(length)
}

/// Reads a question.
fn question(caller: &mut Caller<'_, State>, session: &Session, at: u32, length: u32) -> wasmtime::Result<Ask> {
    let (bytes, state) = (read(caller, at, length)?, caller.data_mut());
    let ask = decode(&bytes, &state.bounds, state.until).map_err(|error| over(&error))?;
    // What the guest is made to tell, to have compiled or to look up is none of the program's doing.
    if matches!(ask, Ask::Choose { .. } | Ask::Call { .. }) {
        state.host_calls_left = state.host_calls_left.checked_sub(1).ok_or(Exceeded(Limit::HostCalls))?;
    }
    if matches!(ask, Ask::Tell(_)) && session.keeps_events() {
        state.kept += bytes.len();
        if state.kept > state.bounds.memory {
            return Err(Exceeded(Limit::Memory).into());
        }
    }
    Ok(ask)
}

/// What an error means to all the calls that are under way.
fn over(error: &Error) -> wasmtime::Error {
    error.limit().map_or_else(|| wasmtime::Error::msg(error.to_string()), |limit| Exceeded(limit).into())
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
        if let Err(error) = &reply
            && (error.limit().is_some() || error.is_gone())
        {
            self.failed = Some(over(error));
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

impl State {
    /// For functions of the host's that may take long.
    fn check_time(&self) -> Result<(), Exceeded> {
        match self.until.is_some_and(|until| Instant::now() > until) {
            true => Err(Exceeded(Limit::Time)),
            false => Ok(()),
        }
    }
}

/// A limit that a function of the host's found exceeded.
#[derive(Debug)]
pub(crate) struct Exceeded(pub(crate) Limit);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} exceeded", self.0)
    }
}

impl std::error::Error for Exceeded {}
