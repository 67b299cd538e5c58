//! The command line under random arguments and files: it ends with one of its exit codes, and never in a panic.

#[path = "../../../tests/it/fuzz/random.rs"]
mod random;

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use random::{chosen, duration, noise};
use std::{
    fs::File,
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Import statements.
fn plain() -> BoxedStrategy<String> {
    chosen(&[
        "import m",
        "import pk",
        "import pk.sub",
        "import json.decoder as j",
        "from . import sub",
        "from .sub import x",
        "from .. import m",
        "from .... import x",
        "from pk import *",
        "from pk import sub, zz",
        "from m import x",
        "from m import *",
        "from json import zz",
        "import zz.y",
        "import sys.x",
        "from sys import *",
        "from __future__ import annotations",
        "from importlib import *",
        "import xml.dom.zz",
    ])
}

/// One call of the program: arguments, and the files that they may name.
type Call = (Vec<String>, Vec<(String, Vec<u8>)>);

fn command() -> BoxedStrategy<Call> {
    const WORDS: &[&str] = &[
        "run",
        "list",
        "load",
        "imports",
        "graph",
        "check",
        "explain",
        "trace",
        "lock",
        "completions",
        "help",
        "bash",
        "--path",
        "--override",
        "--deny",
        "--empty",
        "--realm",
        "--walk",
        "--json",
        "--repeat",
        "--warn-unused",
        "--all",
        "--type-checking",
        "--overridden",
        "--policy",
        "--record",
        "--trace",
        "--locked",
        "--format",
        "dot",
        "html",
        "-m",
        "--",
        "-",
        "--help",
        "--version",
        "0",
        "2",
        "-1",
        "99999999999999999999",
        "m",
        "pk",
        "pk.sub",
        "json",
        "json.decoder",
        "zz",
        "",
        ".",
        "..",
        "a..b",
        "\u{e9}",
        "m.py",
        "z.zip",
        "cut.zip",
        "pk",
        "deep.py",
        "bytes",
        "nowhere",
        "/",
        "m=m.py",
        "json=m",
        "=",
        "m=",
        "=m",
        "json=zz",
        "m=m=m",
        "pk=pk",
        "m=z.zip",
        "m=bytes",
        "sys",
        "builtins",
        "__main__",
        "importlib",
        "exocet",
        "json=exocet",
    ];
    let words = |least: usize| vec(chosen(WORDS), least..6);
    let arguments = prop_oneof![
        1 => words(0),
        6 => (chosen(&WORDS[..9]), words(0)).prop_map(|(first, rest)| [vec![first], rest].concat()),
        4 => (chosen(&WORDS[..9]), chosen(&[".", "pk", "z.zip", "cut.zip", "bytes"]), words(0), words(0)).prop_map(
            |(first, path, options, rest)| [vec![first, "--path".to_owned(), path], options, rest].concat()
        ),
    ];
    let text = || {
        prop_oneof![
            noise().prop_map(String::into_bytes),
            vec(any::<u8>(), 0..200),
            vec(plain(), 0..4).prop_map(|lines| lines.join("\n").into_bytes()),
            chosen(&[
                "import sys\nsys.exit(7)",
                "raise ValueError",
                "import os\nos._exit(3)",
                "from . import sub",
                "import m",
                "x = [",
                "del __name__",
                "import sys\nsys.modules.clear()",
                "import sys\nsys.stdout = None\nprint(1)",
                "import sys\nsys.stderr = 5\n1/0",
                "__builtins__ = None\nimport m",
            ])
            .prop_map(String::into_bytes),
            (
                select(&["(", "[", "if 1:\n ", "-", "not ", "lambda: ", "a.", "f'{", "1+", "x if y else "][..]),
                0..3000usize
            )
                .prop_map(|(piece, times)| piece.repeat(times).into_bytes()),
        ]
    };
    let files = (text(), text(), text(), text(), vec(any::<u8>(), 0..300), 0..400usize);
    (arguments, files)
        .prop_map(|(arguments, (m, init, sub, deep, bytes, cut))| {
            let names = [("m.py", &m), ("pk/__init__.py", &init), ("pk/sub.py", &sub)];
            let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for (name, content) in names {
                archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("a member");
                archive.write_all(content).expect("its bytes");
            }
            let whole = archive.finish().expect("an archive").into_inner();
            // What is cut off at the front leaves the directory at the end, with offsets that are wrong.
            let part = if cut % 2 == 0 { &whole[cut.min(whole.len())..] } else { &whole[..cut.min(whole.len())] };
            let part = part.to_vec();
            let files = [("z.zip", whole), ("cut.zip", part), ("bytes", bytes), ("deep.py", deep)];
            let files = names.map(|(name, content)| (name, content.clone())).into_iter().chain(files);
            (arguments, files.map(|(name, content)| (name.to_owned(), content)).collect())
        })
        .boxed()
}

/// Whether the program ends as it should; if not, how.
fn call((arguments, files): &Call) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        std::fs::write(path, content).expect("it is written");
    }
    let outside = tempfile::tempdir().expect("a temporary folder");
    let output = |name: &str| File::create(outside.path().join(name)).expect("a file");
    let mut process = Command::new(env!("CARGO_BIN_EXE_exocet"))
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(output("out"))
        .stderr(output("err"))
        .spawn()
        .expect("it starts");
    let begin = Instant::now();
    let status = loop {
        match process.try_wait().expect("it is a process of ours") {
            Some(status) => break status,
            None if begin.elapsed() > Duration::from_secs(60) => {
                process.kill().expect("it is a process of ours");
                process.wait().expect("it ends");
                return Err("it doesn't end".to_owned());
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let said = std::fs::read(outside.path().join("err")).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    // A program that is run may end with any code, and those of the cases with 3 and 7.
    match status.code() {
        Some(0 | 1 | 2 | 3 | 7) if !said.contains("panicked at") => Ok(()),
        _ => Err(format!("{status}\n{said}")),
    }
}

#[test]
fn no_command_line_panics() {
    let seed: u64 = std::env::var("EXOCET_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: u32::MAX, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let (begin, commands, mut tried) = (Instant::now(), command(), 0);
    while begin.elapsed() < duration() {
        let mut tree = commands.new_tree(&mut runner).expect("a command");
        tried += 1;
        let Err(mut how) = call(&tree.current()) else { continue };
        let mut found = tree.current();
        let wanted = Instant::now() + Duration::from_secs(120);
        let mut smaller = tree.simplify();
        while smaller && Instant::now() < wanted {
            match call(&tree.current()) {
                Err(this) => {
                    (how, found) = (this, tree.current());
                    smaller = tree.simplify();
                }
                Ok(()) => smaller = tree.complicate(),
            }
        }
        let files: Vec<_> =
            found.1.iter().map(|(name, content)| format!("{name}: b\"{}\"", content.escape_ascii())).collect();
        panic!("after {tried} commands: {:?}\n{}\n{how}", found.0, files.join("\n"));
    }
    println!("{tried} commands");
}
