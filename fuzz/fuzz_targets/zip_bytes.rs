//! Any bytes as a zip archive: opened, walked, and each module and member read. Nothing panics, nothing leads out of the archive, what
//! is listed is what is found, and no member takes more memory than the limit for one.
#![no_main]

use exocet::{Memory, Source, Zip, modules::SearchPath, source::Shape};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one member may unpack to, by the documentation.
const MEMBER_LIMIT: usize = 64 << 20;

/// What is unpacked for one input; many members may share the same compressed bytes.
const TOTAL: usize = 128 << 20;

/// How many folders of one input are listed.
const FOLDERS: usize = 2_000;

fuzz_target!(|bytes: &[u8]| {
    let Ok(zip) = Zip::from_bytes("<zip>", bytes.to_vec()) else { return };
    let zip = Arc::new(zip);
    let mut unpacked = 0;
    let mut folders = vec![String::new()];
    let mut seen = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        if seen.len() >= FOLDERS || unpacked > TOTAL {
            return;
        }
        assert!(seen.insert(folder.clone()), "`{folder}` is listed twice");
        let children = zip.list(&folder).expect("memory can be listed").expect("it was listed");
        for child in children {
            let Ok(child) = child else { continue };
            let path = if folder.is_empty() { child.name.clone() } else { format!("{folder}/{}", child.name) };
            assert!(!child.name.contains(['/', '\\', '\0']) && !matches!(&*child.name, "" | "." | ".."), "{path:?}");
            match child.shape {
                Shape::Folder => folders.push(path),
                Shape::File => unpacked += read(&zip, &path),
                Shape::Native => panic!("`{path}` is native"),
            }
            if unpacked > TOTAL {
                return;
            }
        }
    }
    let source: Arc<dyn Source> = zip;
    let path = SearchPath::new().with(source);
    for module in path.walk_modules().take(FOLDERS).flatten() {
        let found = path.get(module.name()).expect("what is listed is found");
        assert_eq!((found.kind(), found.origin()), (module.kind(), module.origin()), "{module}");
        assert!(module.origin().is_none_or(|origin| origin.starts_with("<zip>/")), "{module}");
        // What the archive holds is the same each time, so its text is the same as from memory.
        if let Ok(Some(bytes)) = module.read() {
            unpacked += bytes.len();
            let name = module.name().rsplit('.').next().unwrap_or_default();
            let copy = SearchPath::new().with(Memory::new("<copy>").with(format!("{name}.py"), bytes));
            let copied = copy.get(name).expect("it was put there");
            assert_eq!(copied.text().ok(), module.text().ok());
        }
        if unpacked > TOTAL {
            return;
        }
    }
});

/// Reads a member twice; how large it is.
fn read(zip: &Zip, path: &str) -> usize {
    let once = zip.read(path);
    let twice = zip.read(path);
    match (once, twice) {
        (Ok(Some(once)), Ok(Some(twice))) => {
            assert_eq!(once, twice, "`{path}`");
            assert!(once.len() <= MEMBER_LIMIT, "`{path}`");
            once.len()
        }
        (Err(once), Err(twice)) => {
            let message = once.to_string();
            assert_eq!(message, twice.to_string());
            assert!(message.contains(&format!("<zip>/{path}")), "{message}");
            0
        }
        (once, twice) => panic!("`{path}`: {once:?}, then {twice:?}"),
    }
}
