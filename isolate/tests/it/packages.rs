//! Real packages from PyPI at work in isolates, with CPython's results.
//!
//! `EXOCET_PACKAGES` names the folder that `pip install --target` filled with what `tests/real/requirements.txt` names;
//! `EXOCET_PACKAGES_ONLY` may name some of the scripts in `tests/real/packages`.

use crate::support::guest;
use exocet::{Error, Limits, Memory, source::Directory};
use exocet_isolate::Snapshot;
use std::{
    env, fs,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

/// Those that need least of a host.
#[rustfmt::skip]
const PACKAGES: &[&str] = &[
    "arrow", "attrs", "automat", "babel", "blinker", "bs4", "cachetools", "cattrs", "certifi",
    "charset_normalizer", "click", "colorama", "constantly", "dateutil", "decorator", "fastjsonschema",
    "humanize", "hyperlink", "idna", "incremental", "iniconfig", "itsdangerous", "jinja2", "lark", "mako",
    "markdown", "markdown_it", "markupsafe", "marshmallow", "mdurl", "mistune", "more_itertools", "mpmath",
    "networkx", "packaging", "pluggy", "ply", "prettytable", "pygments", "pyparsing", "pystache", "pytz",
    "rich", "simplejson", "six", "sortedcontainers", "soupsieve", "tabulate", "texttable", "tomlkit", "toolz",
    "typing_extensions", "wcwidth", "webencodings", "yaml", "zope_interface",
];

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/real/packages");

/// The result of a script as JSON, by CPython, or else as it once was.
fn expected(packages: &str, name: &str) -> String {
    let code = format!("import json, work_{name}\nprint(json.dumps(work_{name}.work()))");
    let python = Command::new("python3")
        .args(["-B", "-X", "utf8", "-c", &code])
        .env("PYTHONPATH", env::join_paths([packages, SCRIPTS]).expect("no path has a separator in it"))
        .output();
    match python {
        Ok(output) if output.status.success() => {
            String::from_utf8(output.stdout).expect("JSON is text").trim().to_owned()
        }
        // Without a CPython it is what one gave.
        _ => recorded(name),
    }
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn recorded(name: &str) -> String {
    let all = fs::read_to_string(Path::new(SCRIPTS).join("../expected.json")).expect("it lies beside the scripts");
    let all: serde_json::Value = serde_json::from_str(&all).expect("it is JSON");
    all[name].to_string()
}

/// The result of a script in an isolate.
fn result(packages: &str, name: &str) -> Result<String, Error> {
    let limits = || Limits::new().time(Duration::from_secs(100)).memory(1 << 30);
    let run = Memory::new("<run>")
        .with("run.py", format!("import json, work_{name}\ndef run(): return json.dumps(work_{name}.work())"));
    let started = Instant::now();
    let snapshot = Snapshot::builder()
        .source(run)
        .asked_source(Arc::new(Directory::new(SCRIPTS)?))
        .asked_source(Arc::new(Directory::new(packages)?))
        .limits(limits())
        .load("run")
        .build(&guest())?;
    let built = started.elapsed();
    let isolate = snapshot.isolate(&limits())?;
    let module = isolate.module("run")?;
    let started = Instant::now();
    let result = module.call("run", ());
    let (called, size) = (started.elapsed(), snapshot.content() >> 10);
    println!("{name}: built in {built:.0?}, {size} KiB, first call {called:.1?}");
    result
}

#[test]
fn real_packages_work_with_cpythons_results() {
    let Ok(packages) = env::var("EXOCET_PACKAGES") else { return };
    let only = env::var("EXOCET_PACKAGES_ONLY").unwrap_or_default();
    let names = if only.is_empty() { PACKAGES.to_vec() } else { only.split_whitespace().collect() };
    let _ = guest();
    let mut failed = Vec::new();
    for name in names {
        match result(&packages, name) {
            Ok(result) => {
                let expected = expected(&packages, name);
                if json(&result) != json(&expected) {
                    failed.push(format!("{name}: {result}\nin place of {expected}"));
                }
            }
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
