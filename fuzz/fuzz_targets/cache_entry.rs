//! Any bytes as an entry of the disk cache: ignored and written anew, or exactly the right code.
//!
//! The first byte of an input says what the entry is made of: the input as it is, or the sound entry, changed by it. Of random bytes
//! alone none would get past the first eight.
#![no_main]

use exocet::{Imports, Memory, Runtime, compile::DiskCache};
use libfuzzer_sys::fuzz_target;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const TEXT: &str = "def f(n):\n    return [n, 'text', 1.5][0] + 1\nclass C:\n    x = f(41)\nanswer = C.x";

struct Setting {
    _folder: TempDir,
    runtime: Runtime,
    entry: PathBuf,
    sound: Vec<u8>,
    /// The sound entry of another module, which is none of this one's.
    foreign: Vec<u8>,
}

thread_local! {
    /// One interpreter for all inputs, as each leaves memory behind.
    static SETTING: Setting = {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let memory = Memory::new("<fuzz>").with("m.py", TEXT).with("other.py", "answer = 43");
        let builder = Runtime::builder().isolated().source(memory);
        let runtime = builder.disk_cache(DiskCache::new(folder.path())).build().expect("it starts");
        let load = |name| drop(runtime.load(name, &Imports::none()).expect("it loads"));
        load("other");
        let other = entries(folder.path()).pop().expect("it was written");
        load("m");
        let entry = entries(folder.path()).into_iter().find(|entry| *entry != other).expect("it was written");
        let read = |path: &Path| fs::read(path).expect("it is there");
        Setting { runtime, sound: read(&entry), foreign: read(&other), entry, _folder: folder }
    };
}

fuzz_target!(|input: &[u8]| {
    SETTING.with(|Setting { runtime, entry, sound, foreign, .. }| {
        let Some(bytes) = entry_of(input, sound, foreign) else { return };
        fs::write(entry, &bytes).expect("it can be written");
        exocet::compile::forget_compiled_code();
        runtime.enter(exocet::raw::forget_units);
        let module = runtime.load("m", &Imports::none()).expect("no entry is a reason to fail");
        assert_eq!(module.get::<i32>("answer").expect("a number"), 42);
        assert_eq!(fs::read(entry).expect("it is there"), *sound, "what is no sound entry is written anew");
    });
});

/// The bytes of an entry: the input itself, or a sound one with a part replaced, left out or put in.
fn entry_of(input: &[u8], sound: &[u8], foreign: &[u8]) -> Option<Vec<u8>> {
    let (mode, input) = input.split_first()?;
    if mode % 6 == 0 {
        return Some(input.to_vec());
    }
    let (at, input) = input.split_first_chunk::<2>()?;
    let at = usize::from(u16::from_le_bytes(*at)) % sound.len();
    let (before, after) = sound.split_at(at);
    let behind = after.get(input.len()..).unwrap_or_default();
    Some(match mode % 6 {
        1 => [before, input, behind].concat(),
        2 => [before, input, after].concat(),
        3 => [before, input].concat(),
        4 => [before, behind].concat(),
        _ => [&foreign[..at.min(foreign.len())], after, input].concat(),
    })
}

/// The files of the entries.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let inside = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = inside(folder.to_owned()).flat_map(inside).filter(|path| path.is_dir()).flat_map(inside);
    files.collect()
}
