//! Telling an observer what a runtime does: each answer of a mapper, each load.
//!
//! Where nobody observes, all of this is one look at a number.

use crate::{
    Answer, Importer, MapperRef, PythonModule, Request,
    mapper::{Asker, Step, Trail},
    record::{Decision, Event, Load},
    state::{State, sys_modules},
};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyStr, function::FuncArgs};
#[cfg(not(javascript))]
use std::time::Instant;
use std::{
    cell::RefCell,
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
#[cfg(javascript)]
use web_time::Instant;

/// Is told what a runtime does, see [`Builder::observer`](crate::Builder::observer).
///
/// ```
/// use exocet::{EventLog, Memory, Runtime, record::Event};
///
/// let app = Memory::new("<app>").with("app.py", "import lib").with("lib.py", "");
/// let log = EventLog::new();
/// let runtime = Runtime::builder().source(app).observer(log.clone()).build()?;
/// let imports = runtime.pass_through().realm(["app", "lib"])?;
/// imports.import("app")?;
/// let loaded = log.events().into_iter().filter_map(|event| match event {
///     Event::Load(load) => Some(load.name),
///     _ => None,
/// });
/// assert_eq!(loaded.collect::<Vec<_>>(), ["lib", "app"]);
/// # Ok::<(), exocet::Error>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened. This is called in the middle of it, on the thread where it happens, so it should be quick; a
    /// panic goes through to whoever uses the runtime.
    fn event(&self, event: &Event);

    /// A module is about to run, for the first time or once more. With a reason against it, it doesn't, and its import fails.
    /// `hash` is BLAKE3 of its file, in hexadecimal. A shared module that nobody finds on the search path is told by its
    /// name alone. Provided: it runs.
    ///
    /// # Errors
    /// The reason, as it is to follow the module's name in the message of an `ImportError`.
    fn admit(&self, name: &str, module: Option<&PythonModule>, hash: Option<&str>) -> Result<(), String> {
        let _ = (name, module, hash);
        Ok(())
    }
}

/// Keeps every event in memory. A clone is the same log.
#[derive(Debug, Clone, Default)]
pub struct EventLog(Arc<Mutex<Vec<Event>>>);

impl EventLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What happened so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what happened so far, and gives it.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for EventLog {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }
}

/// Writes each event as a line of JSON.
#[cfg(feature = "json")]
pub struct JsonLines<W>(Mutex<W>);

#[cfg(feature = "json")]
impl<W: std::io::Write + Send + 'static> JsonLines<W> {
    /// Writes to `out`, each line at once. What can't be written is lost.
    pub fn new(out: W) -> Self {
        Self(Mutex::new(out))
    }
}

#[cfg(feature = "json")]
impl<W: std::io::Write + Send + 'static> Observer for JsonLines<W> {
    fn event(&self, event: &Event) {
        if let Ok(mut line) = serde_json::to_vec(event) {
            line.push(b'\n');
            // An import must not fail because its record can't be written.
            let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line);
        }
    }
}

/// Makes each event one of the crate `tracing`: decisions at the level `DEBUG`, loads at `INFO`, failed ones at `WARN`; target
/// `exocet`.
#[cfg(feature = "tracing")]
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingEvents;

#[cfg(feature = "tracing")]
impl Observer for TracingEvents {
    fn event(&self, event: &Event) {
        match event {
            Event::Decision(decision) => {
                let importer = decision.importer.as_ref().map_or("", |importer| importer.module.as_str());
                let (name, answer, rule) = (&*decision.name, decision.answer, &*decision.rule);
                tracing::debug!(target: "exocet", name, importer, %answer, rule, took_ns = decision.took, "import");
            }
            Event::Load(load) => {
                let (name, fresh, compile_ns, run_ns) = (&*load.name, load.fresh, load.compile, load.run);
                match &load.error {
                    None => tracing::info!(target: "exocet", name, fresh, compile_ns, run_ns, "load"),
                    Some(error) => tracing::warn!(target: "exocet", name, fresh, compile_ns, run_ns, error, "load"),
                }
            }
        }
    }
}

/// An observer, and what its events are counted by.
pub(crate) struct Watch {
    observers: Vec<Arc<dyn Observer>>,
    start: OnceLock<Instant>,
    loads: AtomicU64,
}

/// How many runtimes are observed, or were.
static WATCHES: AtomicUsize = AtomicUsize::new(0);

/// Numbers for threads.
static THREADS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static THREAD: u64 = THREADS.fetch_add(1, Ordering::Relaxed);
    /// The loads that this thread is in the middle of.
    static LOADS: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Makes `observers` watch the interpreter, and its own import of shared modules.
pub(crate) fn install(observers: Vec<Arc<dyn Observer>>, vm: &VirtualMachine) -> PyResult<()> {
    if observers.is_empty() {
        return Ok(());
    }
    let (state, watch) = (State::of(vm), Arc::new(Watch::new(observers)));
    // It is set once, while the runtime is built.
    let _ = state.watch.set(watch);
    // What `import` loads that isn't there yet goes through this function, which is looked up each time.
    const LOAD: &str = "_find_and_load";
    let original = state.importlib.get_attr(LOAD, vm)?;
    let watched = vm.new_function(LOAD, move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let name = args.args.first().and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
        match (active(vm), name) {
            // One that another load is in the middle of is waited for, or taken as it is.
            (Some(_), Some(name)) if sys_modules(vm)?.contains_key(&*name, vm) => original.call(args, vm),
            (Some(watch), Some(name)) => watch.shared(&name, vm, || original.call(args, vm)),
            _ => original.call(args, vm),
        }
    });
    state.importlib.set_attr(LOAD, watched, vm)
}

/// The watch over the runtime, if it is observed.
pub(crate) fn active(vm: &VirtualMachine) -> Option<Arc<Watch>> {
    if WATCHES.load(Ordering::Relaxed) == 0 {
        return None;
    }
    State::of(vm).watch.get().cloned()
}

/// Loads a module before the eyes of whoever observes: `body` makes ready what is to run, calls [`Stage::ready`], and runs it.
pub(crate) fn load<R>(
    handle: &PythonModule,
    vm: &VirtualMachine,
    body: impl FnOnce(&Stage<'_>) -> PyResult<R>,
) -> PyResult<R> {
    match active(vm) {
        None => body(&Stage(None)),
        Some(watch) => watch.load(handle.name(), Some(handle), true, vm, body),
    }
}

/// How far a load is.
pub(crate) struct Stage<'a>(Option<Preparing<'a>>);

struct Preparing<'a> {
    watch: &'a Watch,
    name: &'a str,
    handle: Option<&'a PythonModule>,
    hash: Option<String>,
    begun: Instant,
    prepared: std::cell::Cell<Option<Duration>>,
}

impl Stage<'_> {
    /// The module is about to run.
    pub(crate) fn ready(&self, vm: &VirtualMachine) -> PyResult<()> {
        let Some(preparing) = &self.0 else { return Ok(()) };
        preparing.prepared.set(Some(preparing.begun.elapsed()));
        preparing.watch.admit(preparing.name, preparing.handle, preparing.hash.as_deref(), vm)
    }
}

impl Watch {
    pub(crate) fn new(observers: Vec<Arc<dyn Observer>>) -> Self {
        WATCHES.fetch_add(1, Ordering::Relaxed);
        Self { observers, start: OnceLock::new(), loads: AtomicU64::new(0) }
    }

    fn now(&self) -> u64 {
        nanoseconds(self.start.get_or_init(Instant::now).elapsed())
    }

    fn tell(&self, event: &Event) {
        self.observers.iter().for_each(|observer| observer.event(event));
    }

    fn admit(
        &self,
        name: &str,
        handle: Option<&PythonModule>,
        hash: Option<&str>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let refused = self.observers.iter().find_map(|observer| observer.admit(name, handle, hash).err());
        match refused {
            None => Ok(()),
            Some(why) => Err(vm.new_import_error(format!("'{name}' is refused: {why}"), vm.ctx.new_str(name))),
        }
    }

    /// Asks `mapper`, and tells what it answered.
    pub(crate) fn decision(&self, mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        if request.is_probe() || request.trail().is_some() {
            return mapper.map(request, vm);
        }
        let (at, begun, trail) = (self.now(), Instant::now(), Trail::default());
        let answer = mapper.map(&request.watched(&trail), vm)?;
        let steps = trail.into_steps();
        self.tell(&Event::Decision(Decision {
            name: request.name().to_owned(),
            importer: importer(vm).map(|by| Importer { module: request.importer(vm).unwrap_or(by.module), ..by }),
            answer: answer.verdict(),
            detail: answer.detail(),
            rule: Step::deciding(&steps).map_or_else(String::new, Step::describe),
            at,
            took: nanoseconds(begun.elapsed()),
            load: LOADS.with_borrow(|loads| loads.last().copied()),
            thread: THREAD.with(|thread| *thread),
        }));
        Ok(answer)
    }

    /// Loads a module and tells of it. What has no `handle` is known by its name alone.
    pub(crate) fn load<R>(
        &self,
        name: &str,
        handle: Option<&PythonModule>,
        fresh: bool,
        vm: &VirtualMachine,
        body: impl FnOnce(&Stage<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let id = self.loads.fetch_add(1, Ordering::Relaxed);
        let parent = LOADS.with_borrow(|loads| loads.last().copied());
        let importer = importer(vm);
        let hash = handle.and_then(hash);
        let (at, begun) = (self.now(), Instant::now());
        let stage = Stage(Some(Preparing {
            watch: self,
            name,
            handle,
            hash: hash.clone(),
            begun,
            prepared: Default::default(),
        }));
        LOADS.with_borrow_mut(|loads| loads.push(id));
        let result = body(&stage);
        LOADS.with_borrow_mut(Vec::pop);
        let total = begun.elapsed();
        let prepared = stage.0.and_then(|preparing| preparing.prepared.get());
        self.tell(&Event::Load(Load {
            id,
            parent,
            name: name.to_owned(),
            origin: handle.and_then(PythonModule::origin),
            hash,
            fresh,
            importer,
            at,
            compile: nanoseconds(prepared.unwrap_or(if fresh { total } else { Duration::ZERO })),
            run: nanoseconds(prepared.map_or(if fresh { Duration::ZERO } else { total }, |prepared| total - prepared)),
            error: result.as_ref().err().map(|error| crate::describe(error, vm)),
            thread: THREAD.with(|thread| *thread),
        }));
        result
    }

    /// Tells of a shared module that the interpreter's own import loads by `body`.
    pub(crate) fn shared<R>(&self, name: &str, vm: &VirtualMachine, body: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
        let handle = State::of(vm).search_path(vm).ok().and_then(|path| path.get(name).ok());
        self.admit(name, handle.as_ref(), handle.as_ref().and_then(hash).as_deref(), vm)?;
        self.load(name, handle.as_ref(), false, vm, |_| body())
    }
}

/// BLAKE3 of what the module's file holds.
fn hash(handle: &PythonModule) -> Option<String> {
    let bytes = handle.read().ok()??;
    Some(blake3::hash(&bytes).to_hex().to_string())
}

fn importer(vm: &VirtualMachine) -> Option<Importer> {
    Asker::chain(vm).into_iter().next().map(Importer::from)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
