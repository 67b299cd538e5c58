//! Where guests come from, and where their compiled code is kept. These are guests in which nothing could run: they compile fast.

use exocet::compile::CacheInfo;
use exocet_isolate::{Compiling, Guest, GuestBuilder, GuestCache};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, EntityType, Function, FunctionSection, ImportSection, MemoryType, Module,
    TypeSection,
};

/// A module with a function, and a memory of its host's that begins with this text.
fn wasm(text: &str) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    imports.import("env", "memory", EntityType::Memory(memory));
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut code = CodeSection::new();
    let mut function = Function::new([]);
    function.instructions().end();
    code.function(&function);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(0), text.bytes());
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&code).section(&data);
    module.finish()
}

/// Builds such a guest, and returns how often it was compiled and whether it was kept.
#[track_caller]
fn build(change: impl FnOnce(GuestBuilder) -> GuestBuilder) -> (usize, bool) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let builder = Guest::builder().wasm(wasm("a")).on_compile(move |event| seen.lock().unwrap().push(event));
    change(builder).build().expect("it is a guest");
    let events = events.lock().unwrap();
    let is_kept = events.iter().any(|event| matches!(event, Compiling::Finished { kept: Some(_), .. }));
    (events.iter().filter(|event| **event == Compiling::Started).count(), is_kept)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("guests-1")).expect("it was made");
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_guest_is_compiled_once() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(build(|builder| builder.cache(folder.path())), (1, true));
    assert_eq!(build(|builder| builder.cache(folder.path())), (0, false));
    assert_eq!(build(|builder| builder.cache(folder.path()).wasm(wasm("b"))), (1, true));
    // Names change nothing of what a guest does.
    let mut named = wasm("a");
    named.extend_from_slice(&[0, 3, 1, b'x', 7]);
    assert_eq!(build(|builder| builder.cache(folder.path()).wasm(named)), (0, false));
    assert_eq!(build(GuestBuilder::without_cache), (1, false));
}

#[test]
fn what_was_prepared_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let files = Guest::builder().wasm(wasm("a")).cache(folder.path()).prepare().unwrap();
    // Code and memory, with and without fuel.
    assert_eq!(files.len(), 4);
    assert!(files.iter().all(|file| file.is_file()), "{files:?}");
    assert_eq!(build(|builder| builder.cache(folder.path())), (0, false));
    assert_eq!(Guest::builder().wasm(wasm("a")).cache(folder.path()).prepare().unwrap(), files);
}

#[test]
fn damaged_entries_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    build(|builder| builder.cache(folder.path()));
    for place in entries(folder.path()) {
        let whole = fs::read(&place).unwrap();
        let flipped = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        };
        let (half, longer) = (whole[..whole.len() / 2].to_vec(), [&whole[..], b"x"].concat());
        let damaged = [vec![], half, longer, flipped(0), flipped(whole.len() / 2), flipped(whole.len() - 1)];
        for bytes in damaged.into_iter().chain([vec![0; whole.len()]]) {
            // As another process would: what is mapped isn't written to.
            fs::remove_file(&place).unwrap();
            fs::write(&place, bytes).unwrap();
            assert_eq!(build(|builder| builder.cache(folder.path())), (1, true));
            assert_eq!(fs::read(&place).unwrap(), whole);
        }
    }
}

#[test]
fn a_folder_that_cannot_be_used_costs_time_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for _ in 0..2 {
        assert_eq!(build(|builder| builder.cache(&file)), (1, false));
    }
    let error = Guest::builder().wasm(wasm("a")).cache(&file).prepare().unwrap_err().to_string();
    assert!(error.contains(file.to_str().unwrap()), "{error}");
    // A folder where an entry should be.
    build(|builder| builder.cache(folder.path()));
    for entry in entries(folder.path()) {
        fs::remove_file(&entry).unwrap();
        fs::create_dir(&entry).unwrap();
    }
    assert_eq!(build(|builder| builder.cache(folder.path())), (1, false));
}

#[test]
fn several_at_once_do_not_disturb_one_another() {
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| build(|builder| builder.cache(folder.path())));
        }
    });
    assert_eq!(build(|builder| builder.cache(folder.path())), (0, false));
    assert_eq!(entries(folder.path()).len(), 2);
}

#[test]
fn a_cache_says_what_it_holds_and_can_be_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let cache = GuestCache::new(folder.path());
    assert_eq!(cache.info().unwrap(), CacheInfo::default());
    assert_eq!(cache.clear().unwrap(), CacheInfo::default());
    build(|builder| builder.cache(folder.path()));
    let bytes = entries(folder.path()).iter().map(|entry| entry.metadata().unwrap().len()).sum();
    assert_eq!(cache.info().unwrap(), CacheInfo { entries: 2, bytes });
    assert_eq!(cache.clear().unwrap(), CacheInfo { entries: 2, bytes });
    assert_eq!(cache.info().unwrap(), CacheInfo::default());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(build(|builder| builder.cache(folder.path())), (1, true));
}

#[test]
fn old_entries_and_those_that_are_too_many_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    build(|builder| builder.cache(folder.path()));
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(40 * 24 * 60 * 60);
    for entry in entries(folder.path()) {
        fs::File::options().write(true).open(entry).unwrap().set_modified(long_ago).unwrap();
    }
    for number in 0..20 {
        build(|builder| builder.cache(folder.path()).wasm(wasm(&number.to_string())));
    }
    assert_eq!(entries(folder.path()).len(), 32);
    assert_eq!(build(|builder| builder.cache(folder.path())), (1, true));
}

#[test]
fn what_is_no_guest_is_an_error() {
    let mut passive = DataSection::new();
    passive.passive(*b"x");
    let mut module = Module::new();
    module.section(&passive);
    for bytes in [vec![], b"no".to_vec(), wasm("a")[..20].to_vec(), Module::new().finish(), module.finish()] {
        let error = Guest::builder().wasm(bytes).without_cache().build().unwrap_err();
        assert!(error.to_string().starts_with("the guest can't be used"), "{error:?}");
    }
}

#[test]
fn the_guest_of_this_build_is_one_for_all() {
    let first = match Guest::builtin() {
        Ok(guest) => guest,
        Err(error) => return assert!(error.to_string().contains("wasm/build.sh guest"), "{error}"),
    };
    let began = Instant::now();
    let second = Guest::builtin().unwrap();
    assert!(began.elapsed() < Duration::from_millis(1));
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
}
