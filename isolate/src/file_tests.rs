//! Files of snapshots: what was written is read, and nothing else.

use crate::{
    fault::Damage,
    fault::Fault,
    file::{from_bytes, open, save, to_bytes},
    memory_module,
};
use std::{fs, path::Path};

const HEADER: &[u8] = b"names and decisions";

fn image() -> Vec<u8> {
    let mut memory = vec![0; 65536];
    memory[5000..5004].copy_from_slice(b"data");
    memory_module::encode(&memory).unwrap()
}

/// What is wrong with a snapshot, which a file and the same bytes in memory agree about.
#[track_caller]
fn damage(folder: &Path, bytes: &[u8]) -> Option<Damage> {
    let path = folder.join("app.snapshot");
    fs::write(&path, bytes).unwrap();
    let result = open(&path).and_then(|opened| opened.image());
    let in_memory = from_bytes(bytes.to_vec()).and_then(|opened| opened.image());
    match (result, in_memory) {
        (Ok(one), Ok(other)) => {
            assert_eq!(one, other);
            None
        }
        (Err(one), Err(Fault::Snapshot { cause, .. })) => {
            let (one, other) = (one.to_string(), cause.to_string());
            assert_eq!(one, format!("{}: {other}", path.display()));
            Some(cause)
        }
        (one, other) => panic!("{one:?} and {other:?}"),
    }
}

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.snapshot");
    let image = image();
    save(&path, HEADER, &image).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes, to_bytes(HEADER, &image));
    for opened in [open(&path).unwrap(), from_bytes(bytes.clone()).unwrap()] {
        assert_eq!(opened.header(), HEADER);
        assert_eq!(opened.checksum()[..], bytes[32..64]);
        assert_eq!(opened.image().unwrap(), image);
    }
    // Whoever has the old one open keeps it.
    let old = open(&path).unwrap();
    save(&path, b"", &image).unwrap();
    assert_eq!((old.header(), open(&path).unwrap().header()), (HEADER, &b""[..]));
    assert_eq!(old.image().unwrap(), image);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn each_byte_counts() {
    let folder = tempfile::tempdir().unwrap();
    let whole = to_bytes(HEADER, &image());
    assert!(damage(folder.path(), &whole).is_none());
    for at in (0..200).chain((200..whole.len()).step_by(61)) {
        for bit in [1, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            let found = damage(folder.path(), &bytes);
            let is_right = match at {
                0..8 => matches!(found, Some(Damage::Foreign)),
                8..12 => matches!(found, Some(Damage::Version { own: 1, .. })),
                16..32 => matches!(found, Some(Damage::Short { .. } | Damage::Long { .. })),
                _ => matches!(found, Some(Damage::Checksum)),
            };
            assert!(is_right, "{at}: {found:?}");
        }
    }
}

#[test]
fn a_snapshot_that_was_cut_or_goes_on_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let whole = to_bytes(HEADER, &image());
    assert!(matches!(damage(folder.path(), &[]), Some(Damage::Foreign)));
    for length in (1..100).chain((100..whole.len()).step_by(53)) {
        let found = damage(folder.path(), &whole[..length]);
        assert!(matches!(found, Some(Damage::Short { length: found, .. }) if found == length as u64), "{found:?}");
    }
    let found = damage(folder.path(), &[&whole[..], b"x"].concat());
    assert!(matches!(found, Some(Damage::Long { .. })), "{found:?}");
}

#[test]
fn lengths_that_lie_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let whole = to_bytes(HEADER, &image());
    for (header, image) in [(u64::MAX, 0), (0, u64::MAX), (u64::MAX, u64::MAX), (1 << 40, 0), (0, 1 << 40), (0, 0)] {
        let mut bytes = whole.clone();
        bytes[16..24].copy_from_slice(&u64::to_le_bytes(header));
        bytes[24..32].copy_from_slice(&u64::to_le_bytes(image));
        let found = damage(folder.path(), &bytes);
        assert!(matches!(found, Some(Damage::Short { .. } | Damage::Long { .. })), "{found:?}");
    }
}

#[test]
fn what_is_no_memory_is_refused_however_whole_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut with_start = image();
    with_start.extend_from_slice(&[8, 1, 0]);
    for image in [vec![], b"no".to_vec(), b"\0asm\x01\0\0\0".to_vec(), with_start] {
        let found = damage(folder.path(), &to_bytes(HEADER, &image));
        assert!(matches!(found, Some(Damage::Image)), "{found:?}");
    }
}

#[test]
fn other_files_are_no_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    for bytes in [&b"\0asm\x01\0\0\0"[..], b"PK\x03\x04", b"#!/bin/sh\n", &[0xff; 1000]] {
        assert!(matches!(damage(folder.path(), bytes), Some(Damage::Foreign)));
    }
    for path in [folder.path().join("missing"), folder.path().to_owned()] {
        let error = open(&path).expect_err("it is no file").to_string();
        assert!(error.starts_with(path.to_str().unwrap()), "{error}");
    }
    let error = save(&folder.path().join("missing/app.snapshot"), HEADER, &image()).unwrap_err().to_string();
    assert!(error.contains("missing/app.snapshot"), "{error}");
}
