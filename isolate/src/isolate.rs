//! Isolates.

use crate::{
    Object,
    boundary::{Program, Reply, Request},
    builder::load,
    current,
    host::panic_text,
    instance::{Allowance, Instance},
    message::shortened,
    setup::Stream,
};
use exocet::{
    Error,
    error::Limit,
    values::{Handle, Value, Wanted},
};
use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
};

/// A fresh interpreter behind walls, whose modules are as the snapshot has them. It ends when it and all its objects are dropped.
///
/// It may go to other threads and be used by several: their calls wait for one another.
pub struct Isolate {
    link: Arc<Link>,
    /// What was loaded when it started.
    modules: BTreeMap<String, Handle>,
}

impl Isolate {
    pub(crate) fn new(link: Arc<Link>, modules: BTreeMap<String, Handle>) -> Self {
        Self { link, modules }
    }

    /// A module: one that is loaded already, or another one of the sources, which is loaded now.
    ///
    /// # Errors
    /// A name that is absent or denied; what the module's code raises; a limit that is exceeded.
    pub fn module(&self, name: &str) -> Result<Object, Error> {
        if let Some(handle) = self.modules.get(name) {
            return Ok(Object::new(self.link.clone(), handle.clone(), true));
        }
        match self.link.request(load(name))? {
            Reply::Object(handle) => Ok(Object::new(self.link.clone(), handle, false)),
            other => Err(unexpected(&other)),
        }
    }

    /// Runs a file of a source as a program, with these arguments as `sys.argv`. Sources are numbered in the order in which they
    /// were added.
    ///
    /// # Errors
    /// What the program raises, `SystemExit` too; a file that isn't there; a limit that is exceeded.
    pub fn run_file(&self, source: usize, path: &str, arguments: Vec<String>) -> Result<(), Error> {
        self.run(Program::File { source, path: path.to_owned() }, arguments)
    }

    /// Runs a module, or the `__main__` of a package, as a program.
    ///
    /// # Errors
    /// As for [`run_file`](Self::run_file).
    pub fn run_module(&self, name: &str, arguments: Vec<String>) -> Result<(), Error> {
        self.run(Program::Module(name.to_owned()), arguments)
    }

    fn run(&self, program: Program, arguments: Vec<String>) -> Result<(), Error> {
        self.link.request(Request::Run { program, arguments, imports: None }).map(drop)
    }

    /// What was printed to `sys.stdout` since this was last called, unless the output is handed on.
    #[must_use]
    pub fn take_output(&self) -> String {
        self.link.take_output(Stream::Out)
    }

    /// What was printed to `sys.stderr` since this was last called, unless the output is handed on.
    #[must_use]
    pub fn take_errors(&self) -> String {
        self.link.take_output(Stream::Err)
    }

    /// Whether it came to its end: a limit was exceeded, or the interpreter broke down.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.link.is_gone()
    }
}

impl fmt::Debug for Isolate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Isolate").field("number", &self.link.number).finish_non_exhaustive()
    }
}

/// What an isolate and its objects have in common.
pub(crate) struct Link {
    /// No two isolates of a process share it.
    number: u64,
    life: Mutex<Life>,
    /// The thread that is in the middle of a request.
    busy: Mutex<Option<ThreadId>>,
    /// Objects without handles, which the guest is told with the next request.
    released: Mutex<Vec<u32>>,
}

enum Life {
    /// It is being made.
    Unborn,
    Alive(Box<Instance>),
    /// It ended, by this limit if it was one.
    Gone(Option<Limit>),
}

impl Link {
    pub(crate) fn new() -> Arc<Self> {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        Arc::new(Self {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            life: Mutex::new(Life::Unborn),
            busy: Mutex::default(),
            released: Mutex::default(),
        })
    }

    pub(crate) fn begin(&self, instance: Instance) {
        *lock(&self.life) = Life::Alive(Box::new(instance));
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Has the isolate do something.
    pub(crate) fn request(&self, request: Request) -> Result<Reply, Error> {
        self.request_within(request, Allowance::Call)
    }

    /// The same, with no more than is allowed.
    pub(crate) fn request_within(&self, request: Request, allowance: Allowance) -> Result<Reply, Error> {
        let mut request = Some(request);
        if let Some(reply) = current::request(self.number, &mut request) {
            return reply.and_then(succeeded);
        }
        let Some(request) = request else { return Err(Error::isolate_ended(None)) };
        if *lock(&self.busy) == Some(thread::current().id()) {
            return Err(Error::malformed("an isolate that waits for another one can't be used by what that one calls"));
        }
        let mut life = lock(&self.life);
        let instance = match &mut *life {
            Life::Alive(instance) => instance,
            Life::Unborn | Life::Gone(None) => return Err(Error::isolate_ended(None)),
            Life::Gone(Some(limit)) => return Err(Error::poisoned(*limit)),
        };
        *lock(&self.busy) = Some(thread::current().id());
        // What the host gave it may panic: clocks, and what takes the output. Then nobody knows where it stands.
        let reply = catch_unwind(AssertUnwindSafe(|| instance.request(request, allowance)));
        let reply = reply.unwrap_or_else(|panic| Err(Error::isolate_ended(Some(panic_text(panic)))));
        *lock(&self.busy) = None;
        if let Err(error) = &reply
            && (error.limit().is_some() || error.is_gone())
        {
            *life = Life::Gone(error.limit());
        }
        reply.and_then(succeeded)
    }

    /// Uses the instance itself, where it is one's own.
    pub(crate) fn with_instance<R>(&self, f: impl FnOnce(&mut Instance) -> R) -> Option<R> {
        match &mut *lock(&self.life) {
            Life::Alive(instance) => Some(f(instance)),
            _ => None,
        }
    }

    fn take_output(&self, stream: Stream) -> String {
        let output = self.with_instance(|instance| instance.take_output(stream)).unwrap_or_default();
        String::from_utf8_lossy(&output).into_owned()
    }

    fn is_gone(&self) -> bool {
        !matches!(*lock(&self.life), Life::Alive(_))
    }

    pub(crate) fn release(&self, number: u32) {
        lock(&self.released).push(number);
    }

    pub(crate) fn take_released(&self) -> Vec<u32> {
        std::mem::take(&mut lock(&self.released))
    }
}

/// The value that a reply brings. What was wanted itself is a value, too.
pub(crate) fn value(reply: Reply, wanted: Wanted) -> Result<Value, Error> {
    match (reply, wanted) {
        (Reply::Value(value), _) => Ok(value),
        (Reply::Object(handle), Wanted::Object) => Ok(Value::Object(handle)),
        (other, _) => Err(unexpected(&other)),
    }
}

pub(crate) fn unexpected(reply: &Reply) -> Error {
    let answer = match reply {
        Reply::Failed(_) => "with a failure".to_owned(),
        Reply::Value(_) => "with a value".to_owned(),
        other => shortened(format!("{other:?}")),
    };
    Error::isolate_ended(Some(format!("the guest answered {answer}, and was asked for something else")))
}

fn succeeded(reply: Reply) -> Result<Reply, Error> {
    match reply {
        Reply::Failed(failure) => Err((*failure.report).into()),
        reply => Ok(reply),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What a panic left behind is whole: each change is a single assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
