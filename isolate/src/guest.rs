//! The guest: its code, compiled once, and the memory that it begins with.

use crate::instance::foreign;
use exocet::Error;
use std::{
    fmt,
    sync::{Arc, Weak},
    thread,
    time::Duration,
};
use wasm_encoder::RawSection;
use wasmparser::{DataKind, Operator, Parser, Payload};
use wasmtime::{Config, Engine, Module};

/// How often the clock of the deadlines ticks.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// The loader as WebAssembly, compiled for this machine. Clones are one guest.
#[derive(Clone)]
pub struct Guest(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) code: Module,
    /// What the memory holds before anything runs.
    pub(crate) data: Data,
}

/// Bytes by their addresses.
type Data = Vec<(u32, Vec<u8>)>;

impl Guest {
    /// Compiles a guest that `wasm/build.sh guest` built. It takes seconds: keep it.
    ///
    /// # Errors
    /// Bytes that aren't such a guest.
    pub fn new(wasm: &[u8]) -> Result<Self, Error> {
        let (code, data) = split(wasm)?;
        let engine = engine()?;
        let code = Module::new(&engine, code).map_err(foreign)?;
        Ok(Self::start(engine, code, data))
    }

    fn start(engine: Engine, code: Module, data: Data) -> Self {
        let inner = Arc::new(Inner { engine, code, data });
        tick(Arc::downgrade(&inner));
        Self(inner)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guest").finish_non_exhaustive()
    }
}

fn engine() -> Result<Engine, Error> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.memory_init_cow(true);
    // Images are mapped, however sparse they are.
    config.memory_guaranteed_dense_image_size(1 << 30);
    Engine::new(&config).map_err(foreign)
}

/// Advances the clock of the deadlines for as long as there is a guest.
fn tick(guest: Weak<Inner>) {
    thread::spawn(move || {
        while let Some(guest) = guest.upgrade() {
            guest.engine.increment_epoch();
            drop(guest);
            thread::sleep(TICK);
        }
    });
}

/// Takes the data out of the code: an instance gets its whole memory from an image.
fn split(wasm: &[u8]) -> Result<(Vec<u8>, Data), Error> {
    let (mut code, mut data) = (wasm_encoder::Module::new(), Data::new());
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|error| foreign(error))?;
        match &payload {
            // What begins the program empties the part of its memory that has no data: here it is empty, or an image's.
            Payload::DataCountSection { .. } | Payload::StartSection { .. } => continue,
            Payload::DataSection(segments) => {
                for segment in segments.clone() {
                    let segment = segment.map_err(|error| foreign(error))?;
                    let DataKind::Active { offset_expr, .. } = segment.kind else {
                        return Err(foreign("it has passive data"));
                    };
                    let Ok(Operator::I32Const { value }) = offset_expr.get_operators_reader().read() else {
                        return Err(foreign("its data lies anywhere"));
                    };
                    data.push((value.cast_unsigned(), segment.data.to_vec()));
                }
                continue;
            }
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            code.section(&RawSection { id, data: &wasm[range] });
        }
    }
    Ok((code.finish(), data))
}
