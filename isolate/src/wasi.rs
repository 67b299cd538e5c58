//! The world of a program that is made ready ahead: WASI's functions, as far as that needs any, for a process that has a bundle in its
//! stdin and nothing else. They are the same each time, so that what comes of it is.

use std::time::Duration;
use wasmtime::{Caller, Linker, Memory, Module, Result, Store, Val, ValType};

const WASI: &str = "wasi_snapshot_preview1";

/// WASI's numbers for what went wrong.
const SUCCESS: i32 = 0;
const BAD_FILE: i32 = 8;
const FAULT: i32 = 21;
const ABSENT: i32 = 52;
const NO_SEEK: i32 = 70;

/// The first of January 1980, as in the bundle.
const EPOCH: Duration = Duration::from_secs(315_532_800);

/// How much time passes whenever somebody asks: clocks that stand still keep programs waiting.
const TICK: Duration = Duration::from_micros(1);

/// A program that is being made ready.
pub(crate) struct Process {
    name: Vec<u8>,
    input: Vec<u8>,
    /// How much of the input was read.
    read: usize,
    output: Vec<u8>,
    random: blake3::OutputReader,
    time: Duration,
}

impl Process {
    pub(crate) fn new(name: &str, input: Vec<u8>) -> Self {
        let mut random = blake3::Hasher::new_derive_key("exocet 2026 randomness of a program that is made ready");
        random.update(&input);
        let random = random.finalize_xof();
        let name = name.bytes().filter(|byte| *byte != 0).chain([0]).collect();
        Self { name, input, read: 0, output: Vec::new(), random, time: EPOCH }
    }

    /// What was printed, as text.
    pub(crate) fn take_output(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.output)).into_owned()
    }
}

/// Gives the module what it imports of WASI. What isn't here is answered as absent.
pub(crate) fn link(linker: &mut Linker<Process>, store: &mut Store<Process>, module: &Module) -> Result<()> {
    linker.func_wrap(WASI, "args_sizes_get", |mut caller: Caller<'_, Process>, count: u32, size: u32| {
        let length = caller.data().name.len() as u32;
        put(&mut caller, [(count, 1_u32.to_le_bytes().to_vec()), (size, length.to_le_bytes().to_vec())])
    })?;
    linker.func_wrap(WASI, "args_get", |mut caller: Caller<'_, Process>, pointers: u32, texts: u32| {
        let name = caller.data().name.clone();
        put(&mut caller, [(pointers, texts.to_le_bytes().to_vec()), (texts, name)])
    })?;
    linker.func_wrap(WASI, "environ_sizes_get", |mut caller: Caller<'_, Process>, count: u32, size: u32| {
        put(&mut caller, [(count, vec![0; 4]), (size, vec![0; 4])])
    })?;
    linker.func_wrap(WASI, "environ_get", |_: u32, _: u32| SUCCESS)?;
    linker.func_wrap(WASI, "clock_res_get", |mut caller: Caller<'_, Process>, _: i32, at: u32| {
        put(&mut caller, [(at, nanoseconds(TICK))])
    })?;
    linker.func_wrap(WASI, "clock_time_get", |mut caller: Caller<'_, Process>, _: i32, _: i64, at: u32| {
        caller.data_mut().time += TICK;
        let time = nanoseconds(caller.data().time);
        put(&mut caller, [(at, time)])
    })?;
    linker.func_wrap(WASI, "random_get", |mut caller: Caller<'_, Process>, at: u32, length: u32| {
        let memory = memory(&mut caller);
        let (memory, process) = memory.data_and_store_mut(&mut caller);
        let Some(bytes) = memory.get_mut(range(at, length)) else { return FAULT };
        process.random.fill(bytes);
        SUCCESS
    })?;
    linker.func_wrap(WASI, "sched_yield", || SUCCESS)?;
    linker.func_wrap(WASI, "fd_fdstat_get", |mut caller: Caller<'_, Process>, file: u32, at: u32| match file {
        // Of no type that is known, and with all rights.
        0..=2 => put(&mut caller, [(at, [[0; 8], [0xff; 8], [0xff; 8]].concat())]),
        _ => BAD_FILE,
    })?;
    linker.func_wrap(WASI, "fd_filestat_get", |mut caller: Caller<'_, Process>, file: u32, at: u32| match file {
        0..=2 => put(&mut caller, [(at, vec![0; 64])]),
        _ => BAD_FILE,
    })?;
    linker.func_wrap(WASI, "fd_seek", |_: u32, _: i64, _: i32, _: u32| NO_SEEK)?;
    linker.func_wrap(WASI, "fd_tell", |_: u32, _: u32| NO_SEEK)?;
    linker.func_wrap(WASI, "fd_prestat_get", |_: u32, _: u32| BAD_FILE)?;
    linker.func_wrap(
        WASI,
        "fd_read",
        |mut caller: Caller<'_, Process>, file: u32, parts: u32, count: u32, at: u32| {
            if file == 0 { read(&mut caller, parts, count, at).unwrap_or(FAULT) } else { BAD_FILE }
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_write",
        |mut caller: Caller<'_, Process>, file: u32, parts: u32, count: u32, at: u32| match file {
            1 | 2 => write(&mut caller, parts, count, at).unwrap_or(FAULT),
            _ => BAD_FILE,
        },
    )?;
    linker.func_wrap(WASI, "proc_exit", |code: i32| -> Result<()> {
        Err(wasmtime::Error::msg(format!("it wanted to exit with code {code}")))
    })?;
    for import in module.imports().filter(|import| import.module() == WASI) {
        let Some(ty) = import.ty().func().cloned() else { continue };
        if linker.get_by_import(&mut *store, &import).is_none()
            && ty.results().map(|result| matches!(result, ValType::I32)).eq([true])
        {
            linker.func_new(WASI, import.name(), ty, |_, _, results| {
                results[0] = Val::I32(ABSENT);
                Ok(())
            })?;
        }
    }
    Ok(())
}

fn memory(caller: &mut Caller<'_, Process>) -> Memory {
    let memory = caller.get_export("memory").and_then(wasmtime::Extern::into_memory);
    memory.expect("a module of WASI exports its memory")
}

fn range(at: u32, length: u32) -> std::ops::Range<usize> {
    at as usize..(at as usize).saturating_add(length as usize)
}

fn nanoseconds(time: Duration) -> Vec<u8> {
    (time.as_nanos() as u64).to_le_bytes().to_vec()
}

/// Writes bytes into the memory.
fn put<const N: usize>(caller: &mut Caller<'_, Process>, what: [(u32, Vec<u8>); N]) -> i32 {
    let memory = memory(caller);
    let written = what.iter().all(|(at, bytes)| memory.write(&mut *caller, *at as usize, bytes).is_ok());
    if written { SUCCESS } else { FAULT }
}

/// Where the parts lie that are to be read into or written from. None, if they aren't all in the memory.
fn parts(memory: &[u8], at: u32, count: u32) -> Option<Vec<std::ops::Range<usize>>> {
    let number = |at: usize| Some(u32::from_le_bytes(memory.get(at..at + 4)?.try_into().ok()?));
    let part = |number_of: u32| {
        let at = at as usize + number_of as usize * 8;
        let part = range(number(at)?, number(at + 4)?);
        memory.get(part.clone()).map(|_| part)
    };
    (0..count).map(part).collect()
}

fn read(caller: &mut Caller<'_, Process>, at: u32, count: u32, total: u32) -> Option<i32> {
    let (memory, process) = memory(caller).data_and_store_mut(&mut *caller);
    let before = process.read;
    for part in parts(memory, at, count)? {
        let left = &process.input[process.read..];
        let length = part.len().min(left.len());
        memory[part.start..part.start + length].copy_from_slice(&left[..length]);
        process.read += length;
    }
    let length = (process.read - before) as u32;
    Some(put(caller, [(total, length.to_le_bytes().to_vec())]))
}

fn write(caller: &mut Caller<'_, Process>, at: u32, count: u32, total: u32) -> Option<i32> {
    let (memory, process) = memory(caller).data_and_store_mut(&mut *caller);
    let before = process.output.len();
    for part in parts(memory, at, count)? {
        process.output.extend_from_slice(&memory[part]);
    }
    let length = (process.output.len() - before) as u32;
    Some(put(caller, [(total, length.to_le_bytes().to_vec())]))
}
