//! The two halves of a command.

mod awake;
#[path = "../../../isolate/guest/src/allocator.rs"]
mod allocator;
mod ready;

use exocet::{
    Runtime,
    modules::PythonModule,
    raw::{self, RealmRef},
};
use std::{
    cell::RefCell,
    io::{Write, stderr, stdout},
};

/// An application whose imports are loaded and whose program is yet to run.
struct Ready {
    runtime: Runtime,
    realm: RealmRef,
    program: PythonModule,
}

thread_local! {
    static READY: RefCell<Option<Ready>> = const { RefCell::new(None) };
}

unsafe extern "C" {
    /// Forgets the environment, so that the next one to ask reads it.
    safe fn __wasilibc_deinitialize_environ();
    /// Forgets the folders that the host has opened, so that the next one to ask finds its own.
    safe fn __wasilibc_reset_preopens();
}

/// The first half. The number is not zero if the bundle can't be made ready, and then stderr has the reason.
#[unsafe(no_mangle)]
extern "C" fn initialize() -> i32 {
    let made = ready::make();
    let failed = made.as_ref().err().map(|error| eprintln!("{error}")).is_some();
    READY.set(made.ok());
    let _ = (stdout().flush(), stderr().flush());
    allocator::is_frozen();
    __wasilibc_deinitialize_environ();
    __wasilibc_reset_preopens();
    failed.into()
}

/// The second half: what the C library calls where the command starts.
#[unsafe(no_mangle)]
extern "C" fn __main_void() -> i32 {
    let Some(Ready { runtime, realm, program }) = READY.take() else {
        eprintln!("there is no application in this file: `exocet bundle --wasi` puts one in");
        return 70;
    };
    let code = runtime.run(|vm| {
        awake::wake(vm)?;
        raw::run_module_as_main(&program, realm.mapper(), vm)
    });
    let _ = (stdout().flush(), stderr().flush());
    // Of an exit code a system keeps the lowest byte, and engines for WASI take none above 125.
    (code & 0xff).min(125) as i32
}
