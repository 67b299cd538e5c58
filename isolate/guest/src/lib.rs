//! The loader inside an isolate: one runtime an instance, behind the boundary that `boundary.rs` describes.

#![cfg(all(target_family = "wasm", target_os = "unknown"))]

#[path = "../../src/boundary.rs"]
mod boundary;
mod clock;
mod host;
mod output;

use boundary::{Failure, Files, Raised, Reply, Request, VERSION};
use ciborium::Value;
use exocet::{Error, Imports, Memory, Object, Runtime};
use rustpython_vm::class::PyClassImpl;
use slab::Slab;
use std::cell::RefCell;

/// All that there is in an instance, which has one thread.
#[derive(Default)]
struct Guest {
    /// The request that the host is writing, then the reply that it reads.
    buffer: Vec<u8>,
    runtime: Option<Runtime>,
    /// What the host holds.
    objects: Slab<Object>,
}

thread_local! {
    static GUEST: RefCell<Guest> = RefCell::default();
}

#[unsafe(no_mangle)]
extern "C" fn exocet_version() -> u32 {
    VERSION
}

/// Makes room for a request of that length.
#[unsafe(no_mangle)]
extern "C" fn exocet_buffer(length: u32) -> *mut u8 {
    GUEST.with_borrow_mut(|guest| {
        guest.buffer = vec![0; length as usize];
        guest.buffer.as_mut_ptr()
    })
}

/// Carries out the request in the buffer.
#[unsafe(no_mangle)]
extern "C" fn exocet_handle() -> u64 {
    let request = GUEST.with_borrow_mut(|guest| std::mem::take(&mut guest.buffer));
    let reply = match ciborium::from_reader(request.as_slice()) {
        Ok(request) => handle(request).unwrap_or_else(|error| Reply::Failed(failure(&error))),
        Err(error) => Reply::Failed(Failure { message: format!("the request can't be read: {error}"), raised: None }),
    };
    let mut bytes = Vec::new();
    if let Err(error) = ciborium::into_writer(&reply, &mut bytes) {
        host::panicked(&format!("the reply can't be written: {error}"));
    }
    GUEST.with_borrow_mut(|guest| {
        guest.buffer = bytes;
        (guest.buffer.as_ptr().addr() as u64) << 32 | guest.buffer.len() as u64
    })
}

fn handle(request: Request) -> Result<Reply, Error> {
    match request {
        Request::Start { sources } => start(sources),
        Request::Load { name } => with_runtime(|runtime| runtime.load(&name, &Imports::pass_through())).map(keep),
        Request::Call { object, name, arguments } => {
            let kept = GUEST.with_borrow(|guest| guest.objects.get(object as usize).cloned());
            match kept {
                Some(object) => object.call::<Value>(&name, arguments).map(Reply::Value),
                None => Ok(Reply::Failed(Failure { message: format!("there is no object {object}"), raised: None })),
            }
        }
        Request::Resume => with_runtime(reseed).map(|()| Reply::Done),
    }
}

fn start(sources: Vec<Files>) -> Result<Reply, Error> {
    std::panic::set_hook(Box::new(|panic| host::panicked(&panic.to_string())));
    clock::set();
    let mut builder = Runtime::builder().isolated().without_signals();
    for source in sources {
        let memory = Memory::new(source.label);
        for (path, content) in source.files {
            memory.insert(path, content.0);
        }
        builder = builder.source(memory);
    }
    let runtime = builder.build()?;
    runtime.try_enter(|vm| {
        let _ = output::Stream::make_static_type();
        clock::install(vm)?;
        output::install(vm)
    })?;
    GUEST.with_borrow_mut(|guest| guest.runtime = Some(runtime));
    Ok(Reply::Done)
}

/// The interpreter's own `random` is as the snapshot had it, if it was loaded.
fn reseed(runtime: &Runtime) -> Result<(), Error> {
    runtime.try_enter(|vm| {
        let modules = vm.sys_module.get_attr("modules", vm)?;
        let random = modules.get_item("random", vm);
        random.map_or(Ok(()), |random| vm.call_method(&random, "seed", ()).map(drop))
    })
}

fn with_runtime<R>(f: impl FnOnce(&Runtime) -> Result<R, Error>) -> Result<R, Error> {
    // It is taken out meanwhile: the host may ask for something else before this has ended.
    let runtime = GUEST.with_borrow_mut(|guest| guest.runtime.take()).expect("a host starts the interpreter first");
    let result = f(&runtime);
    GUEST.with_borrow_mut(|guest| guest.runtime = Some(runtime));
    result
}

fn keep(object: Object) -> Reply {
    let number = GUEST.with_borrow_mut(|guest| guest.objects.insert(object));
    Reply::Object(u32::try_from(number).expect("there are not so many objects in 32 bits of memory"))
}

fn failure(error: &Error) -> Failure {
    let raised = error.exception().map(|exception| Raised {
        kinds: exception.kinds().to_vec(),
        message: exception.message().to_owned(),
        traceback: exception.traceback().to_owned(),
    });
    Failure { message: error.to_string(), raised }
}
