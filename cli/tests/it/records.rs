//! Events of records, as runs write them.

use serde_json::{Value, json};

pub fn decision(importer: Option<(&str, &str, usize)>, name: &str, answer: &str) -> Value {
    let importer = importer.map(|(module, file, line)| json!({"module": module, "file": file, "line": line}));
    json!({"event": "decision", "name": name, "importer": importer, "answer": answer, "detail": null,
        "rule": "pass-through", "at": 5, "took": 7, "load": 1, "thread": 1})
}

pub fn load(id: u64, parent: Option<u64>, name: &str, at: u64, compile: u64, run: u64) -> Value {
    json!({"event": "load", "id": id, "parent": parent, "name": name, "origin": format!("src/{name}.py"), "hash": null,
        "fresh": true, "importer": null, "at": at, "compile": compile, "run": run, "error": null, "thread": 1})
}

pub fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}
