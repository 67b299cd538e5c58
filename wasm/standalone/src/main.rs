//! What a bundle runs on as a WASI command, in two halves. `exocet bundle --wasi` runs the first one, `initialize`: it reads the bundle from
//! stdin and loads what the program's first lines import. The memory of that moment becomes part of the file, and whoever runs the file
//! runs the second half alone.

#![cfg_attr(target_os = "wasi", no_main)]

#[cfg(target_os = "wasi")]
mod awake;
#[cfg(target_os = "wasi")]
#[path = "../../../isolate/guest/src/emptying.rs"]
mod emptying;
#[cfg(target_os = "wasi")]
mod ready;

#[cfg(target_os = "wasi")]
use {
    exocet::{Runtime, modules::PythonModule, raw, raw::RealmRef},
    std::{
        cell::RefCell,
        io::{Write, stderr, stdout},
    },
};

/// An application whose imports are loaded and whose program is yet to run.
#[cfg(target_os = "wasi")]
struct Ready {
    runtime: Runtime,
    realm: RealmRef,
    program: PythonModule,
}

#[cfg(target_os = "wasi")]
thread_local! {
    static READY: RefCell<Option<Ready>> = const { RefCell::new(None) };
}

#[cfg(target_os = "wasi")]
unsafe extern "C" {
    /// Forgets the environment, so that the next one to ask reads it.
    safe fn __wasilibc_deinitialize_environ();
    /// Forgets the folders that the host has opened, so that the next one to ask finds its own.
    safe fn __wasilibc_reset_preopens();
}

/// The first half. The number is not zero if the bundle can't be made ready, and then stderr has the reason.
#[cfg(target_os = "wasi")]
#[unsafe(no_mangle)]
extern "C" fn initialize() -> i32 {
    let made = ready::make();
    let failed = made.as_ref().err().map(|error| eprintln!("{error}")).is_some();
    READY.set(made.ok());
    let _ = (stdout().flush(), stderr().flush());
    emptying::is_frozen();
    __wasilibc_deinitialize_environ();
    __wasilibc_reset_preopens();
    failed.into()
}

/// The second half: what the C library calls where the command starts.
#[cfg(target_os = "wasi")]
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
    // Of an exit code WASI takes what fits into a byte less one bit.
    (code & 0x7f) as i32
}

#[cfg(not(target_os = "wasi"))]
fn main() {
    eprintln!("this is a program for WASI alone: `wasm/build.sh standalone` builds it");
    std::process::exit(1);
}
