//! The guest: its code, compiled for this machine, and the memory that it begins with.

use crate::{
    builtin::{self, Packed},
    cache::{self, GuestCache},
    engine,
    fault::Fault,
    sections, split,
    ticker::Ticker,
    variants::Variants,
    written::PageMap,
};
use exocet::Error;
use std::{
    fmt, io,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use wasmtime::{Engine, Module};

/// The loader as WebAssembly, compiled for this machine. Clones are one guest.
///
/// Compiling takes 10 to 20 seconds. What comes of it is kept in the folder that `EXOCET_CACHE_DIR` names, or else in the user's
/// folder for caches, for all processes to come; whoever can write into that folder decides what runs.
#[derive(Clone)]
pub struct Guest(Arc<Inner>);

struct Inner {
    wasm: Wasm,
    hash: [u8; 32],
    cache: Option<GuestCache>,
    on_compile: Option<Callback>,
    instances: u32,
    codes: Variants<Code>,
}

type Callback = Box<dyn Fn(Compiling) + Send + Sync>;

/// Where the WebAssembly comes from.
enum Wasm {
    Builtin(Packed),
    Given(Vec<u8>),
}

/// A guest's code, compiled.
pub(crate) struct Code {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    /// The memory before anything has run.
    pub(crate) memory: Module,
    pub(crate) ticker: Ticker,
    /// How many bytes of an instance's memory the next one in its place has at once.
    pub(crate) kept: usize,
    pub(crate) page_map: PageMap,
}

/// What happens while a guest is compiled, for whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compiling {
    /// It begins, and takes 10 to 20 seconds.
    Started,
    /// It has ended.
    Finished {
        /// How long it took.
        took: Duration,
        /// Where the compiled code is kept; None, if it is kept nowhere.
        kept: Option<PathBuf>,
    },
}

/// What a guest is made of, and where its compiled code is kept.
pub struct GuestBuilder {
    wasm: Option<Vec<u8>>,
    cache: Option<GuestCache>,
    on_compile: Option<Callback>,
    instances: u32,
}

impl Guest {
    /// The guest that this build of the library holds. All callers of a process share it.
    ///
    /// # Errors
    /// A build that has none.
    pub fn builtin() -> Result<Self, Error> {
        static SHARED: OnceLock<Guest> = OnceLock::new();
        if let Some(guest) = SHARED.get() {
            return Ok(guest.clone());
        }
        let guest = Self::builder().build()?;
        Ok(SHARED.get_or_init(|| guest).clone())
    }

    /// A guest that `wasm/build.sh guest` built.
    ///
    /// # Errors
    /// Bytes that aren't such a guest.
    pub fn new(wasm: &[u8]) -> Result<Self, Error> {
        Self::builder().wasm(wasm).build()
    }

    /// Describes a guest.
    #[must_use]
    pub fn builder() -> GuestBuilder {
        GuestBuilder { wasm: None, cache: GuestCache::of_user(), on_compile: None, instances: engine::INSTANCES }
    }

    /// The BLAKE3 hash of the WebAssembly, without names.
    pub(crate) fn hash(&self) -> &[u8; 32] {
        &self.0.hash
    }

    /// The code, which counts what it does if `fuel` is to limit it. The first time it is looked up or compiled.
    pub(crate) fn code(&self, fuel: bool) -> Result<&Code, Fault> {
        self.0.codes.get_or_make(fuel, || self.0.code(fuel).map(|(code, _)| code))
    }

    /// Where compiled code is kept.
    pub(crate) fn cache(&self) -> Option<&GuestCache> {
        self.0.cache.as_ref()
    }
}

impl GuestBuilder {
    /// The guest is this one that `wasm/build.sh guest` built, and not the library's own.
    #[must_use]
    pub fn wasm(self, wasm: impl Into<Vec<u8>>) -> Self {
        Self { wasm: Some(wasm.into()), ..self }
    }

    /// Compiled code is kept in this folder.
    #[must_use]
    pub fn cache(self, folder: impl Into<PathBuf>) -> Self {
        Self { cache: Some(GuestCache::new(folder)), ..self }
    }

    /// Compiled code is kept nowhere.
    #[must_use]
    pub fn without_cache(self) -> Self {
        Self { cache: None, ..self }
    }

    /// What is called when compiling starts and when it has ended, on the thread that waits for it.
    #[must_use]
    pub fn on_compile(self, callback: impl Fn(Compiling) + Send + Sync + 'static) -> Self {
        Self { on_compile: Some(Box::new(callback)), ..self }
    }

    /// How many isolates have their places ahead, 1024 if nobody says so: fewer where the addresses don't suffice. With 0 each
    /// gets its own when it starts, which takes longer, and there may be any number.
    #[must_use]
    pub fn instances(self, instances: u32) -> Self {
        Self { instances, ..self }
    }

    /// Looks the compiled code up, or compiles it and keeps it. Where it can't be kept, that costs the time and nothing else.
    ///
    /// # Errors
    /// No guest, or bytes that aren't one.
    pub fn build(self) -> Result<Guest, Error> {
        let guest = self.guest()?;
        guest.code(false)?;
        Ok(guest)
    }

    /// Compiles what isn't compiled yet, with and without fuel, and returns the files in which it is kept: for programs that are
    /// installed, so that none of their users waits. A user of [`GuestBuilder::cache`] with the same folder finds them, on the
    /// same kind of machine.
    ///
    /// # Errors
    /// No guest, bytes that aren't one, or a folder that can't be written.
    pub fn prepare(self) -> Result<Vec<PathBuf>, Error> {
        let guest = self.guest()?;
        let cache =
            guest.0.cache.as_ref().ok_or_else(|| Fault::Guest("there is no folder to keep it in".to_owned()))?;
        let mut files = Vec::new();
        for fuel in [false, true] {
            let (code, kept) = guest.0.code(fuel)?;
            kept.map_err(|cause| Fault::Guest(format!("{} can't be written: {cause}", cache.folder().display())))?;
            files.extend(cache.guest(guest.hash(), &code.engine));
        }
        Ok(files)
    }

    fn guest(self) -> Result<Guest, Fault> {
        let (wasm, hash) = match self.wasm {
            None => {
                let packed = builtin::builtin()?;
                let hash = packed.hash;
                (Wasm::Builtin(packed), hash)
            }
            Some(wasm) => {
                let wasm = sections::strip(&wasm).ok_or_else(|| Fault::Guest("it is no WebAssembly".to_owned()))?;
                let hash = *blake3::hash(&wasm).as_bytes();
                (Wasm::Given(wasm), hash)
            }
        };
        let Self { cache, on_compile, instances, .. } = self;
        Ok(Guest(Arc::new(Inner { wasm, hash, cache, on_compile, instances, codes: Variants::default() })))
    }
}

impl Inner {
    /// Looks the code up, or compiles it and keeps it. Whether it is kept is the second.
    fn code(&self, fuel: bool) -> Result<(Code, io::Result<()>), Fault> {
        let (engine, kept_bytes) = engine::new(fuel, self.instances)?;
        let places = self.cache.as_ref().map(|cache| cache.guest(&self.hash, &engine));
        let found = places
            .as_ref()
            .and_then(|[code, memory]| Some((GuestCache::read(code, &engine)?, GuestCache::read(memory, &engine)?)));
        let ((module, memory), kept) = match found {
            Some(found) => (found, Ok(())),
            // Code that can't be kept is compiled anew the next time.
            None => self.compile(&engine, places.as_ref())?,
        };
        let ticker = Ticker::new(&engine);
        Ok((Code { engine, module, memory, ticker, kept: kept_bytes, page_map: PageMap::open() }, kept))
    }

    /// Compiles the code and the memory, and leaves them there.
    fn compile(
        &self,
        engine: &Engine,
        places: Option<&[PathBuf; 2]>,
    ) -> Result<((Module, Module), io::Result<()>), Fault> {
        let (code, memory) = match &self.wasm {
            Wasm::Builtin(packed) => split::split(&packed.unpack()?)?,
            Wasm::Given(wasm) => split::split(wasm)?,
        };
        let tell = |event| self.on_compile.as_ref().map_or((), |callback| callback(event));
        tell(Compiling::Started);
        let began = Instant::now();
        let (module, code_kept) = compile(engine, &code, places.map(|[code, _]| code))?;
        let (memory, memory_kept) = compile(engine, &memory, places.map(|[_, memory]| memory))?;
        let kept = code_kept.and(memory_kept);
        let place = places.filter(|_| kept.is_ok()).map(|[code, _]| code.clone());
        tell(Compiling::Finished { took: began.elapsed(), kept: place });
        Ok(((module, memory), kept))
    }
}

/// Compiles a module, and leaves it there.
fn compile(engine: &Engine, wasm: &[u8], place: Option<&PathBuf>) -> Result<(Module, io::Result<()>), Fault> {
    let compiled = engine.precompile_module(wasm).map_err(|error| Fault::Guest(error.to_string()))?;
    match place {
        Some(place) => {
            let (module, kept) = GuestCache::put(place, engine, &compiled);
            Ok((module?, kept))
        }
        None => Ok((cache::load(engine, &compiled)?, Ok(()))),
    }
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guest").finish_non_exhaustive()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").finish_non_exhaustive()
    }
}
