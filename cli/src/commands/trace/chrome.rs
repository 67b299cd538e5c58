//! A record as events of Chrome's tracing, which several programs show.

use super::tree::Tree;
use serde_json::{Value, json};

pub(crate) fn trace(tree: &Tree<'_>) -> Value {
    let loads = tree.loads.iter().map(|node| {
        let load = node.load;
        json!({
            "name": load.name,
            "cat": if load.fresh { "load" } else { "shared" },
            "ph": "X",
            "ts": microseconds(load.at),
            "dur": microseconds(node.total),
            "pid": 1,
            "tid": load.thread,
            "args": {
                "id": load.id,
                "origin": load.origin,
                "importer": load.importer,
                "self_us": microseconds(node.own),
                "decisions": node.decisions,
                "error": load.error,
            },
        })
    });
    let decisions = tree.decisions.iter().map(|decision| {
        json!({
            "name": format!("{}: {}", decision.name, decision.answer),
            "cat": "decision",
            "ph": "i",
            "s": "t",
            "ts": microseconds(decision.at),
            "pid": 1,
            "tid": decision.thread,
            "args": {
                "rule": decision.rule,
                "detail": decision.detail,
                "importer": decision.importer,
                "took_us": microseconds(decision.took),
            },
        })
    });
    let code = tree.code.iter().map(|code| {
        json!({
            "name": format!("code of {}", code.file),
            "cat": "code",
            "ph": "i",
            "s": "t",
            "ts": microseconds(code.at),
            "pid": 1,
            "tid": code.thread,
            "args": { "hash": code.hash, "importer": code.importer },
        })
    });
    json!({ "traceEvents": loads.chain(decisions).chain(code).collect::<Vec<_>>(), "displayTimeUnit": "ns" })
}

fn microseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e3
}
