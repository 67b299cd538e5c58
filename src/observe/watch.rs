//! Watching a runtime on behalf of its observers. Where nobody observes, all of this is one look at a number.

use super::{
    observer::Observer,
    record::{Code, Decision, Event, Load, PluginChange},
};
use crate::{
    error::Importer,
    interpreter::{
        clock::Instant,
        frames,
        importlib::{IMPORT_SYSTEM, sys_modules},
        slots::Slot,
        sources::search_path,
    },
    mapper::{
        contract::Answer,
        reference::MapperRef,
        request::Request,
        trail::{Step, Trail},
    },
    modules::handle::{Kind, PythonModule},
    values::traceback::describe,
};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyStr, function::FuncArgs};
use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// An observer, and what its events are counted by.
pub(crate) struct Watch {
    observers: Vec<Arc<dyn Observer>>,
    start: OnceLock<Instant>,
    loads: AtomicU64,
    /// The files and hashes of code that was admitted and is no module's.
    admitted: Mutex<HashSet<(String, String)>>,
}

static WATCH: Slot<OnceLock<Arc<Watch>>> = Slot::new(|_| OnceLock::new());

/// How many runtimes are observed, or were.
static WATCHES: AtomicUsize = AtomicUsize::new(0);

/// Numbers for threads.
static THREADS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static THREAD: u64 = THREADS.fetch_add(1, Ordering::Relaxed);
    /// The loads that this thread is in the middle of.
    static LOADS: RefCell<Vec<Loading>> = const { RefCell::new(Vec::new()) };
}

/// A load that isn't over.
struct Loading {
    id: u64,
    name: String,
    handle: Option<PythonModule>,
    /// Whether it is the interpreter's own import that loads it.
    shared: bool,
    /// What its code was made of.
    made: Option<Made>,
}

/// What code was made of: a file, and BLAKE3 of the bytes.
struct Made {
    file: String,
    hash: String,
}

/// Makes `observers` watch the interpreter, and its own import of shared modules.
pub(crate) fn install(observers: Vec<Arc<dyn Observer>>, vm: &VirtualMachine) -> PyResult<()> {
    if observers.is_empty() {
        return Ok(());
    }
    // It is set once, while the runtime is built.
    let _ = WATCH.of(vm).set(Arc::new(Watch::new(observers)));
    let importlib = IMPORT_SYSTEM.of(vm).importlib.clone();
    // What `import` loads that isn't there yet goes through this function, which is looked up each time.
    const LOAD: &str = "_find_and_load";
    let original = importlib.get_attr(LOAD, vm)?;
    let watched = vm.new_function(LOAD, move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let name = args.args.first().and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
        match (active(vm), name) {
            // One that another load is in the middle of is waited for, or taken as it is.
            (Some(_), Some(name)) if sys_modules(vm)?.contains_key(&*name, vm) => original.call(args, vm),
            (Some(watch), Some(name)) => watch.shared(&name, vm, || original.call(args, vm)),
            _ => original.call(args, vm),
        }
    });
    importlib.set_attr(LOAD, watched, vm)
}

/// The watch over the runtime, if it is observed.
pub(crate) fn active(vm: &VirtualMachine) -> Option<Arc<Watch>> {
    if WATCHES.load(Ordering::Relaxed) == 0 {
        return None;
    }
    WATCH.of(vm).get().filter(|watch| watch.observers.iter().any(|observer| observer.is_on())).cloned()
}

/// Loads a module for whoever observes: `body` prepares what is to run, calls [`Stage::ready`], and runs it.
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
    begun: Instant,
    prepared: Cell<Option<Duration>>,
}

impl Stage<'_> {
    /// The module is about to run, and its code was made of `source`; it has none without it.
    pub(crate) fn ready(&self, source: Option<&[u8]>, vm: &VirtualMachine) -> PyResult<()> {
        let Some(preparing) = &self.0 else { return Ok(()) };
        preparing.prepared.set(Some(preparing.begun.elapsed()));
        let (name, handle, hash) = LOADS.with_borrow_mut(|loads| {
            let loading = loads.last_mut().expect("a load is in the middle of itself");
            let origin = loading.handle.as_ref().and_then(PythonModule::origin);
            loading.made = source.map(|source| Made { file: origin.unwrap_or_default(), hash: hash_of(source) });
            (loading.name.clone(), loading.handle.clone(), loading.made.as_ref().map(|made| made.hash.clone()))
        });
        preparing.watch.admit(&name, handle.as_ref(), hash.as_deref(), vm)
    }
}

impl Watch {
    pub(crate) fn new(observers: Vec<Arc<dyn Observer>>) -> Self {
        WATCHES.fetch_add(1, Ordering::Relaxed);
        Self { observers, start: OnceLock::new(), loads: AtomicU64::new(0), admitted: Mutex::default() }
    }

    fn now(&self) -> u64 {
        nanoseconds(self.start.get_or_init(Instant::now).elapsed())
    }

    fn notify(&self, event: &Event) {
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

    /// Asks `mapper`, and reports its answer.
    pub(crate) fn decision(&self, mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        if request.is_probe() || request.trail().is_some() {
            return mapper.map(request, vm);
        }
        let (at, begun, trail) = (self.now(), Instant::now(), Trail::default());
        let answer = mapper.map(&request.watched(&trail), vm)?;
        let steps = trail.into_steps();
        self.notify(&Event::Decision(Decision {
            name: request.name().to_owned(),
            importer: importer(vm).map(|by| Importer { module: request.importer(vm).unwrap_or(by.module), ..by }),
            answer: answer.verdict(),
            detail: answer.detail(),
            rule: Step::deciding(&steps).map_or_else(String::new, Step::describe),
            at,
            took: nanoseconds(begun.elapsed()),
            load: innermost(),
            thread: THREAD.with(|thread| *thread),
        }));
        Ok(answer)
    }

    /// `bytes` are about to become code that is said to stand in `file`. It is that of the module that is being loaded where
    /// the import system, or the loader of that module, makes it first of all.
    pub(crate) fn code(&self, file: &str, bytes: &[u8], maker: Maker<'_>, vm: &VirtualMachine) -> PyResult<()> {
        let hash = hash_of(bytes);
        let module = LOADS.with_borrow_mut(|loads| {
            let loading = loads.last_mut().filter(|loading| loading.shared && loading.made.is_none())?;
            let is_own = match maker {
                Maker::Import => true,
                Maker::Loader(name) => loading.name == name,
                Maker::Other => false,
            };
            is_own.then(|| {
                loading.made = Some(Made { file: file.to_owned(), hash: hash.clone() });
                let is_found = |handle: &PythonModule| handle.origin().is_some_and(|origin| origin == file);
                (loading.name.clone(), loading.handle.clone().filter(is_found))
            })
        });
        if let Some((name, handle)) = module {
            return self.admit(&name, handle.as_ref(), Some(&hash), vm);
        }
        let key = (file.to_owned(), hash);
        if self.admitted.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return Ok(());
        }
        let code = Code {
            file: key.0.clone(),
            hash: key.1.clone(),
            importer: importer(vm),
            at: self.now(),
            load: innermost(),
            thread: THREAD.with(|thread| *thread),
        };
        if let Some(why) = self.observers.iter().find_map(|observer| observer.admit_code(&code).err()) {
            return Err(vm.new_import_error(format!("'{file}' is refused: {why}"), vm.ctx.new_str("")));
        }
        self.admitted.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        self.notify(&Event::Code(code));
        Ok(())
    }

    /// Reports what became of a plugin.
    pub(crate) fn plugin(&self, change: PluginChange) {
        let thread = THREAD.with(|thread| *thread);
        self.notify(&Event::Plugin(PluginChange { at: self.now(), thread, ..change }));
    }

    /// Loads a module and reports it. What has no `handle` is known by its name alone.
    pub(crate) fn load<R>(
        &self,
        name: &str,
        handle: Option<&PythonModule>,
        fresh: bool,
        vm: &VirtualMachine,
        body: impl FnOnce(&Stage<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let id = self.loads.fetch_add(1, Ordering::Relaxed);
        let parent = innermost();
        let importer = importer(vm);
        let (at, begun) = (self.now(), Instant::now());
        let stage = Stage(Some(Preparing { watch: self, begun, prepared: Default::default() }));
        let loading = Loading { id, name: name.to_owned(), handle: handle.cloned(), shared: !fresh, made: None };
        LOADS.with_borrow_mut(|loads| loads.push(loading));
        let result = body(&stage);
        let made = LOADS.with_borrow_mut(Vec::pop).and_then(|loading| loading.made);
        let total = begun.elapsed();
        let prepared = stage.0.and_then(|preparing| preparing.prepared.get());
        let (origin, hash) = match made {
            Some(Made { file, hash }) => (Some(file), Some(hash)),
            // What has no code, what failed before it had any, and what is embedded as code.
            None => (handle.and_then(PythonModule::origin), handle.and_then(hash)),
        };
        self.notify(&Event::Load(Load {
            id,
            parent,
            name: name.to_owned(),
            origin,
            hash,
            fresh,
            importer,
            at,
            compile: nanoseconds(prepared.unwrap_or(if fresh { total } else { Duration::ZERO })),
            run: nanoseconds(prepared.map_or(if fresh { Duration::ZERO } else { total }, |prepared| total - prepared)),
            error: result.as_ref().err().map(|error| describe(error, vm)),
            thread: THREAD.with(|thread| *thread),
        }));
        result
    }

    /// Reports a shared module that the interpreter's own import loads by `body`.
    pub(crate) fn shared<R>(&self, name: &str, vm: &VirtualMachine, body: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
        let handle = search_path(vm).ok().and_then(|path| path.get(name).ok());
        // Of any other module the bytes are asked about that become its code.
        if let Some(handle) = &handle
            && (handle.is_embedded() || handle.kind() == Kind::Namespace)
        {
            self.admit(name, Some(handle), hash(handle).as_deref(), vm)?;
        }
        self.load(name, handle.as_ref(), false, vm, |_| body())
    }
}

/// Who makes code.
#[derive(Clone, Copy)]
pub(crate) enum Maker<'a> {
    /// The interpreter's own import.
    Import,
    /// The loader of the module of that name.
    Loader(&'a str),
    Other,
}

/// The load that this thread is in the middle of.
fn innermost() -> Option<u64> {
    LOADS.with_borrow(|loads| loads.last().map(|loading| loading.id))
}

/// BLAKE3 of what the module's file holds.
fn hash(handle: &PythonModule) -> Option<String> {
    // The interpreter's own import loads a file of any size.
    let bytes = handle.read_within(usize::MAX).ok()??;
    Some(hash_of(&bytes))
}

fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn importer(vm: &VirtualMachine) -> Option<Importer> {
    frames::import_chain(vm).into_iter().next()
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
