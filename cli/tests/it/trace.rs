//! `exocet trace`: a record of a run as a table, as JSON and as a page.

use crate::{
    records::{decision, lines, load},
    support::{Tree, json_of, prints, run},
};
use serde_json::{Value, json};

/// A program that loads two modules, of which one loads a third and fails; the loads are over from the inside out.
fn program() -> String {
    let mut failed = load(3, Some(1), "bad", 6_000_000, 0, 2_000_000);
    failed["error"] = json!("ValueError: <no>\nmore");
    let mut shared = load(4, Some(3), "json", 7_000_000, 0, 500_000);
    shared["fresh"] = json!(false);
    let mut inside = decision(Some(("bad", "src/bad.py", 2)), "json", "pass-through");
    inside["load"] = json!(3);
    let mut denied = decision(Some(("app", "src/app.py", 9)), "socket", "denied");
    denied["detail"] = json!("the exclusion of '<socket>'");
    let mut outside = decision(None, "app", "load");
    outside["load"] = Value::Null;
    lines(&[
        load(2, Some(1), "slow.part", 1_000_000, 1_000_000, 3_000_000),
        shared,
        failed,
        load(1, None, "app", 0, 500_000, 9_500_000),
        inside,
        denied.clone(),
        denied,
        outside,
    ])
}

#[test]
fn trace_is_a_table_of_loads_inside_of_loads() {
    let record = program();
    let tree: Tree<'_> = &[("run.record", &record)];
    prints(
        tree,
        "trace run.record",
        "     total        self  asked  module
  10.00 ms     4.00 ms      2  app
   4.00 ms     4.00 ms           slow.part
   2.00 ms     1.50 ms      1    bad  failed: ValueError: <no>
  500.0 us    500.0 us             json  shared
                            1  outside of these loads
",
    );
    let ran = run(tree, "trace --min 3ms run.record");
    let names: Vec<_> = ran.stdout.lines().map(|line| line[31..].trim()).collect();
    // What failed is never hidden.
    assert_eq!(names, ["module", "app", "slow.part", "bad  failed: ValueError: <no>", "outside of these loads"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "exocet: 1 shorter load is hidden\n"));
}

#[test]
fn trace_has_the_code_of_other_files() {
    let code = |file: &str, at: u64| {
        json!({"event": "code", "file": file, "hash": "00", "importer": {"module": "app", "file": "app.py", "line": 3},
            "at": at, "load": 1, "thread": 1})
    };
    let record = lines(&[code("lib/plug.txt", 3), code("<string>", 2), load(1, None, "app", 0, 1_000_000, 0)]);
    let tree: Tree<'_> = &[("run.record", &record)];
    prints(
        tree,
        "trace run.record",
        "     total        self  asked  module
   1.00 ms     1.00 ms         app
                               code of lib/plug.txt
                               code of a text
",
    );
    let json = json_of(&run(tree, "trace --format json run.record"));
    assert_eq!((&json["code"][0]["file"], &json["code"][1]["file"]), (&json!("<string>"), &json!("lib/plug.txt")));
    let page = run(tree, "trace --format html run.record").stdout;
    assert!(page.contains("Other code") && page.contains("<code>lib/plug.txt</code>"), "{page}");
    let chrome = json_of(&run(tree, "trace --format chrome run.record"));
    assert!(
        chrome["traceEvents"].as_array().expect("a list").iter().any(|event| event["name"] == "code of lib/plug.txt")
    );
}

#[test]
fn trace_as_json() {
    let record = program();
    let json = json_of(&run(&[("run.record", &record)], "trace --format json run.record"));
    assert_eq!(json["decisions"].as_array().map(Vec::len), Some(4));
    let app = &json["loads"][0];
    assert_eq!(
        (&app["name"], &app["total_ns"], &app["self_ns"]),
        (&json!("app"), &json!(10_000_000), &json!(4_000_000))
    );
    let below: Vec<_> = app["loads"].as_array().expect("a list").iter().map(|load| &load["name"]).collect();
    assert_eq!(below, [&json!("slow.part"), &json!("bad")]);
    assert_eq!(app["loads"][0]["loads"], json!([]));
    let inner = &app["loads"][1];
    assert_eq!((&inner["error"], &inner["decisions"]), (&json!("ValueError: <no>\nmore"), &json!(1)));
    assert_eq!(inner["loads"][0]["self_ns"], json!(500_000));
}

#[test]
fn trace_for_chrome() {
    let record = program();
    let json = json_of(&run(&[("run.record", &record)], "trace --format chrome run.record"));
    let events = json["traceEvents"].as_array().expect("a list");
    let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
    assert_eq!((of("X").len(), of("i").len(), events.len()), (4, 4, 8));
    let slow = of("X").into_iter().find(|event| event["name"] == "slow.part").expect("the load");
    assert_eq!((&slow["ts"], &slow["dur"], &slow["tid"]), (&json!(1000.0), &json!(4000.0), &json!(1)));
    assert_eq!(of("i")[0]["ts"], json!(0.005));
}

#[test]
fn trace_as_a_page() {
    let record = program();
    let tree: Tree<'_> = &[("run.record", &record)];
    let ran = run(tree, "trace --format html run.record");
    let page = &ran.stdout;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg") && !page.contains("<?xml"), "{page}");
    // Text of the record is text.
    assert!(page.contains("ValueError: &lt;no&gt;") && !page.contains("<no>") && !page.contains("<socket>"), "{page}");
    assert!(page.contains("<title>slow.part (4,000 us, 40"), "{page}");
    assert_eq!(page.matches("the exclusion of").count(), 1);
    assert_eq!(run(tree, "trace --format html run.record").stdout, *page);
}

#[test]
fn names_of_a_record_can_be_anything() {
    let name = "a;b \"c\" </script><i>\u{7}ü\n";
    let record =
        lines(&[load(1, None, name, 0, 0, 5000), load(2, Some(1), "", 1, 0, 2000), decision(None, name, "denied")]);
    let tree: Tree<'_> = &[("run.record", &record)];
    for format in ["text", "json", "chrome", "html"] {
        let ran = run(tree, &format!("trace --format {format} run.record"));
        assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
        match format {
            "html" => assert!(!ran.stdout.contains("<i>") && ran.stdout.contains("a,b_"), "{}", ran.stdout),
            "text" => assert_eq!(ran.stdout.lines().count(), 4, "{}", ran.stdout),
            _ => assert!(json_of(&ran).is_object()),
        }
    }
}

#[test]
fn record_without_loads_is_shown() {
    for record in ["", "\n", &lines(&[decision(None, "x", "denied")])] {
        for format in ["text", "json", "chrome", "html"] {
            let ran = run(&[("run.record", record)], &format!("trace --format {format} run.record"));
            assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
            assert_eq!(ran.stderr.contains("no loads"), format == "text", "{ran:?}");
        }
    }
}

#[test]
fn record_need_not_make_sense() {
    // Parents that have no event, or come later; inner loads that are longer; times that overflow.
    let record = lines(&[
        load(1, Some(7), "orphan", 0, 0, 1000),
        load(2, Some(2), "own", 0, 0, 1000),
        load(3, Some(4), "first", 0, 0, 1000),
        load(4, Some(3), "second", 0, u64::MAX, 9000),
    ]);
    let ran = run(&[("run.record", &record)], "trace run.record");
    let names: Vec<_> = ran.stdout.lines().skip(1).filter_map(|line| line.rsplit("  ").next()).collect();
    assert_eq!(names, ["orphan", "own", "first", "second"]);
    for format in ["json", "chrome", "html"] {
        assert_eq!(
            run(&[("run.record", &record)], &format!("trace --format {format} run.record")).code,
            Some(0),
            "{format}"
        );
    }
    let twice = lines(&[load(1, None, "a", 0, 0, 1), load(1, None, "b", 0, 0, 1)]);
    let ran = run(&[("run.record", &twice)], "trace run.record");
    assert!(ran.code == Some(1) && ran.stderr.contains("two loads have the number 1"), "{ran:?}");
}

#[test]
fn loads_may_be_as_deep_as_they_like() {
    let events: Vec<_> =
        (1..3000).map(|id| load(id, id.checked_sub(1).filter(|id| *id > 0), "m", id, 1, 3000 - id)).collect();
    let record = lines(&events);
    for format in ["text", "json", "chrome", "html"] {
        let ran = run(&[("run.record", &record)], &format!("trace --format {format} run.record"));
        assert_eq!(ran.code, Some(0), "{format}: {}", ran.stderr);
    }
}

#[test]
fn trace_that_is_asked_wrongly_says_so() {
    for (line, message) in [
        ("trace gone", "can't open `gone`"),
        ("trace --min 3 app.record", "none of ns, us, ms and s"),
        ("trace --min ms app.record", "no number"),
        ("trace --min -1s app.record", "-1"),
        ("trace --format pdf app.record", "pdf"),
        ("trace", "FILE"),
    ] {
        let ran = run(&[], line);
        assert!(ran.code == Some(2) && ran.stderr.contains(message), "{line}: {ran:?}");
    }
}
