//! `exocet isolate`, and `run --isolated`. Where the build has no guest they say how to get one, and that is all.

use crate::support::{Ran, directory, json_of, run_in};
use std::path::Path;

/// Runs a command; nothing comes of it in a build without a guest, which says so in one line.
#[track_caller]
fn ran(folder: &Path, arguments: &[&str]) -> Option<Ran> {
    let ran = run_in(folder, arguments);
    if ran.stderr.contains("this build holds no guest") {
        assert!(ran.stderr.contains("wasm/build.sh guest") && ran.stderr.lines().count() == 1, "{ran:?}");
        assert!(std::env::var_os("EXOCET_GUEST").is_none(), "the build was given a guest");
        return None;
    }
    Some(ran)
}

/// Runs a program in an isolate.
#[track_caller]
fn isolated(text: &str, options: &[&str]) -> Option<Ran> {
    let folder = directory(&[("app.py", text), ("helper.py", "word = 'fine'"), ("data.txt", "some data")]);
    let arguments: Vec<&str> = ["run", "--isolated"].iter().chain(options).chain(&["app.py", "one"]).copied().collect();
    ran(folder.path(), &arguments)
}

#[test]
fn a_program_in_an_isolate_sees_its_folder_and_nothing_else() {
    let text = "import sys, os, helper\nprint(sys.argv[1:], helper.word, __name__)\nprint(open(os.path.dirname(__file__) + '/data.txt').read())\nfor path in ('/etc/passwd', '../../../../../../etc/passwd', '/proc/self/environ'):\n    try: print(open(path).read())\n    except OSError as e: print(type(e).__name__)\nprint('to stderr', file=sys.stderr)\nsys.exit(3)";
    let Some(ran) = isolated(text, &[]) else { return };
    let errors = ["FileNotFoundError"; 3].join("\n");
    assert_eq!(ran.stdout, format!("['one'] fine __main__\nsome data\n{errors}\n"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("to stderr\n"), "{}", ran.stderr);
    assert_eq!(ran.code, Some(3));
}

#[test]
fn files_are_handed_in_read_only() {
    let other = directory(&[("notes.txt", "noted"), ("folder/inner.txt", "inner")]);
    let (file, folder) = (other.path().join("notes.txt"), other.path().join("folder"));
    let (file, folder) = (file.to_str().unwrap(), folder.to_str().unwrap());
    let text = format!(
        "print(open({file:?}).read(), open({folder:?} + '/inner.txt').read())\ntry: open({file:?}, 'w')\nexcept OSError: print('not written')\ntry: open({folder:?} + '/../notes2.txt')\nexcept OSError: print('not there')"
    );
    let Some(ran) = isolated(&text, &["--allow-read", file, "--allow-read", folder]) else { return };
    assert_eq!(ran.stdout, "noted inner\nnot written\nnot there\n", "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "noted");
}

#[test]
fn a_limit_ends_a_program_and_says_where() {
    let text = "def spin():\n    while True: pass\ndef flood():\n    while True: print('x' * 1000)\nimport sys\nflood() if 'flood' in sys.argv else spin()";
    let Some(ran) = isolated(text, &["--time", "0.5"]) else { return };
    let said = "exocet: time limit exceeded: a call took longer than 500ms, at ";
    assert!(ran.stderr.lines().last().is_some_and(|line| line.starts_with(said)), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("in `spin`\n") && ran.code == Some(1), "{ran:?}");
    let Some(ran) = isolated(&text.replace("'flood' in sys.argv", "True"), &["--max-output", "1MiB"]) else { return };
    assert!(ran.stderr.contains("output limit exceeded") && ran.stdout.len() <= 1 << 20, "{}", ran.stderr);
    let Some(ran) = isolated(text, &["--fuel", "200000000"]) else { return };
    assert!(ran.stderr.contains("fuel limit exceeded"), "{}", ran.stderr);
}

#[test]
fn imports_of_a_program_in_an_isolate_obey_the_options() {
    let text = "import json\nprint(json.word)\nimport helper\ntry: import re\nexcept ImportError as e: print('denied')";
    let folder = directory(&[
        ("app.py", text),
        ("helper.py", "try: import re\nexcept ImportError: print('denied to helpers, too')"),
        ("stub.py", "word = 'stub'"),
    ]);
    let options =
        ["run", "--isolated", "--override", "json=stub.py", "--deny", "re", "--trace", "app.record", "app.py"];
    let Some(ran) = ran(folder.path(), &options) else { return };
    assert_eq!(ran.stdout, "stub\ndenied to helpers, too\ndenied\n", "{}", ran.stderr);
    let record = std::fs::read_to_string(folder.path().join("app.record")).unwrap();
    assert!(record.lines().any(|line| line.contains("\"decision\"") && line.contains("\"re\"")), "{record}");
}

#[test]
fn what_counts_in_isolates_only_is_refused_elsewhere_and_the_reverse() {
    for (options, said) in [
        (["--memory", "64MiB"], "`--memory` counts for programs in isolates: it needs `--isolated`"),
        (["--allow-read", "data.txt"], "`--allow-read` counts for programs in isolates"),
    ] {
        let folder = directory(&[("app.py", "")]);
        let ran = run_in(folder.path(), &["run", options[0], options[1], "app.py"]);
        assert!(ran.stderr.contains(said) && ran.code == Some(2), "{ran:?}");
    }
    let folder = directory(&[("app.py", "")]);
    let ran = run_in(folder.path(), &["run", "--isolated", "--warn-unused", "app.py"]);
    assert!(ran.stderr.contains("`--warn-unused` can't be used with `--isolated`") && ran.code == Some(2), "{ran:?}");
}

#[test]
fn a_snapshot_is_built_shown_and_run() {
    let folder = directory(&[
        (
            "plugins/report.py",
            "import re\nprint('loading')\ndef render(d, n=1):\n    return {'title': d['title'].upper(), 'n': [n] * n}\ndef fail(): return 1 / 0",
        ),
        ("plugins/other.py", ""),
        ("foreign.snapshot", "something else"),
    ]);
    let line = |line: &str| run_in(folder.path(), &line.split_whitespace().collect::<Vec<_>>());
    let build = ["isolate", "build", "--path", "plugins", "-o", "report.snapshot", "report"];
    let Some(built) = ran(folder.path(), &build) else { return };
    assert!(built.code == Some(0) && built.stdout.is_empty() && built.stderr.contains("report loaded"), "{built:?}");
    let render = ["isolate", "run", "report.snapshot", "report.render", r#"{"title": "march"}"#, "2"];
    let ran = run_in(folder.path(), &render);
    assert_eq!((ran.stdout.as_str(), ran.code), ("{\"n\":[2,2],\"title\":\"MARCH\"}\n", Some(0)), "{}", ran.stderr);
    let ran = run_in(folder.path(), &["isolate", "run", "report.snapshot", "render", r#"{"title": "a"}"#]);
    assert_eq!(ran.stdout, "{\"n\":[1],\"title\":\"A\"}\n", "{}", ran.stderr);
    let ran = line("isolate run report.snapshot fail");
    assert!(ran.stderr.contains("ZeroDivisionError") && ran.code == Some(1), "{ran:?}");
    let about = json_of(&line("isolate info --json report.snapshot"));
    assert_eq!(about["modules"], serde_json::json!(["report"]));
    assert!(about["events"].as_array().is_some_and(|events| !events.is_empty()) && about["needs"].is_null());
    let ran = line("isolate info report.snapshot");
    assert!(ran.stdout.starts_with("modules    report\nmemory "), "{ran:?}");
    for (command, said, code) in [
        ("isolate info foreign.snapshot", "foreign.snapshot: it is no snapshot", 2),
        ("isolate info absent.snapshot", "absent.snapshot", 2),
        ("isolate run report.snapshot render {bad", "`{bad` is no JSON", 2),
        ("isolate run report.snapshot absent.f", "absent", 1),
        ("isolate build --path plugins -o x.snapshot absent", "absent", 1),
    ] {
        let ran = line(command);
        assert!(ran.stderr.contains(said) && ran.code == Some(code), "{command}: {ran:?}");
    }
}

#[test]
fn bench_measures_isolates_beside_the_process() {
    let folder = directory(&[
        ("small.py", "import json\nprint('loaded')\ndef main(): return json.dumps([1])"),
        ("other.py", "def main(): raise ValueError('not today')"),
    ]);
    let bench = |line: &str| {
        let line = format!("bench --path . --rounds 3 --isolated {line}");
        ran(folder.path(), &line.split(' ').collect::<Vec<_>>())
    };
    let Some(both) = bench("--call main --json small other") else { return };
    assert_eq!(both.code, Some(1), "{both:#?}");
    let json = json_of(&both);
    assert_eq!([&json["contestants"][0]["name"], &json["contestants"][1]["name"]], ["exocet", "isolate"]);
    let [process, isolate] = [0, 1].map(|at| &json["modules"][0]["takes"][at]);
    assert_eq!([&process["failure"], &isolate["failure"]], [&serde_json::Value::Null; 2]);
    assert!(process["start"].is_null() && process["call"].is_null(), "{process}");
    let medians = ["warm", "start", "call"].map(|work| {
        let rounds = isolate[work].as_array().expect("a list");
        assert_eq!(rounds.len(), 3, "{work}");
        let samples = rounds.iter().flat_map(|round| round.as_array().expect("a list"));
        let mut samples = samples.map(|sample| sample.as_f64().expect("a number")).collect::<Vec<_>>();
        assert_eq!(samples.len(), 30, "{work}");
        samples.sort_by(f64::total_cmp);
        samples[15]
    });
    // Starting and answering are parts of the whole.
    assert!(medians.iter().all(|median| *median > 0.0) && medians[0] > medians[1], "{medians:?}");
    if cfg!(target_os = "linux") {
        assert!(isolate["memory"].as_f64() >= Some(0.0), "{isolate}");
    }
    for take in json["modules"][1]["takes"].as_array().expect("a list") {
        assert!(take["failure"].as_str().is_some_and(|error| error.contains("not today")), "{take}");
    }
    let Some(one) = bench("small") else { return };
    assert!(one.code == Some(0) && one.stdout.contains("isolate") && one.stdout.contains("start"), "{one:#?}");
}

#[test]
fn a_bundle_runs_in_an_isolate_as_it_runs_in_the_process() {
    let folder = directory(&[
        ("app.py", "import helper\nprint(helper.word, __name__)\nimport math"),
        ("helper.py", "word = 'fine'"),
    ]);
    std::fs::write(folder.path().join("p.toml"), "default = 'allow'\n[[rule]]\ndeny = 'math'\n").unwrap();
    let made = run_in(folder.path(), &["bundle", "--policy", "p.toml", "-o", "app.exo", "app.py"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let process = run_in(folder.path(), &["run", "app.exo"]);
    assert!(
        process.stdout == "fine __main__\n" && process.stderr.contains("denied by the policy's rule 1"),
        "{process:?}"
    );
    let Some(isolated) = ran(folder.path(), &["run", "--isolated", "app.exo"]) else { return };
    assert_eq!(isolated.stdout, process.stdout, "{}", isolated.stderr);
    assert!(isolated.code == Some(1) && isolated.stderr.contains("denied by the policy's rule 1"), "{isolated:?}");
}
