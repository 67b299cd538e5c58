//! Isolates against CPython, on the same machine in the same run. `EXOCET_PACKAGES` names a folder with Jinja2 and MarkupSafe.

mod python;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use exocet::{Directory, Imports, Limits, Memory, Runtime};
use exocet_isolate::{Guest, Isolate, Isolates, Snapshot};
use python::{Importer, start_and_import};
use std::{env, fmt::Write, fs, hint::black_box, path::Path, thread, time::Duration, time::Instant};
use tempfile::TempDir;

/// A plugin of 35 lines.
const PLUGIN: &str = include_str!("plugin.py");

const PAGE: &str = "import jinja2
template = jinja2.Environment().from_string('Hello {{ name }}!{% for n in numbers %} {{ n }}{% endfor %}')
def reply(name): return template.render(name=name, numbers=[1, 2, 3])
";

/// A folder with these modules.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}

fn snapshot(folders: &[&Path], module: &str) -> Snapshot {
    let guest = Guest::builtin().expect("`wasm/build.sh guest` makes one");
    let mut builder = Snapshot::builder().limits(Limits::new().time(Duration::from_secs(600)).memory(1 << 30));
    for folder in folders {
        builder = builder.source(Directory::new(folder).expect("it is there"));
    }
    builder.load(module).build(&guest).expect("it loads")
}

fn answer(isolate: &Isolate, module: &str) -> String {
    isolate.module(module).and_then(|module| module.call("reply", ("World",))).expect("it answers")
}

fn once(snapshot: &Snapshot, module: &str) {
    let isolate = snapshot.isolate(&Limits::new()).expect("it starts");
    black_box(answer(&isolate, module));
}

/// From the snapshot to the first answer, and the end; and what CPython takes for the same.
fn compare(criterion: &mut Criterion, name: &str, folders: &[&Path], module: &str, own: &[&str]) {
    let snapshot = snapshot(folders, module);
    println!("{name}: {} KiB of {} KiB hold something", snapshot.content() >> 10, snapshot.size() >> 10);
    let mut group = criterion.benchmark_group(name);
    group.bench_function("isolate", |bencher| bencher.iter(|| once(&snapshot, module)));
    group.bench_function("isolate, start", |bencher| {
        // So many are alive at once at most: there are places for 1024.
        let start = |()| snapshot.isolate(&Limits::new()).expect("it starts");
        bencher.iter_batched(|| (), start, BatchSize::NumIterations(100));
    });
    let path = env::join_paths(folders).expect("no path has a separator in it");
    if let Some(mut importer) = Importer::start(Path::new(&path), module, "reply", own) {
        group.bench_function("CPython, import from bytecode", |bencher| {
            bencher.iter_custom(|times| importer.imports(times));
        });
        group.sample_size(10).bench_function("CPython, start and import", |bencher| {
            let start = |_| folders.iter().map(|folder| start_and_import(folder, module, "reply")).sum::<Duration>();
            bencher.iter_custom(|times| (0..times).map(start).sum());
        });
    }
    group.finish();
}

fn plugin(criterion: &mut Criterion) {
    let folder = folder(&[("plugin.py", PLUGIN)]);
    compare(criterion, "plugin", &[folder.path()], "plugin", &["plugin"]);
}

fn thousand(criterion: &mut Criterion) {
    let mut main = String::new();
    let texts: Vec<_> =
        (0..1000).map(|n| (format!("many/m{n}.py"), format!("value = {n}\ndef f(x): return x + {n}\n"))).collect();
    (0..1000).for_each(|n| writeln!(main, "from many import m{n}").expect("it is a string"));
    main += "def reply(name): return name + str(m999.f(1))\n";
    let mut files: Vec<_> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.extend([("many/__init__.py", ""), ("app.py", main.as_str())]);
    let folder = folder(&files);
    compare(criterion, "1,000 modules", &[folder.path()], "app", &["app", "many"]);
}

fn jinja(criterion: &mut Criterion) {
    let Some(packages) = env::var_os("EXOCET_PACKAGES") else { return };
    // One folder, as both have to find it there.
    let folder = folder(&[("page.py", PAGE)]);
    let from = Path::new(&packages);
    for package in ["jinja2", "markupsafe"] {
        fs::create_dir(folder.path().join(package)).expect("it can be made");
        for entry in fs::read_dir(from.join(package)).expect("it is installed") {
            let path = entry.expect("it is there").path();
            if path.extension().is_some_and(|extension| extension == "py") {
                let name = path.file_name().expect("it has one");
                fs::copy(&path, folder.path().join(package).join(name)).expect("it can be copied");
            }
        }
    }
    compare(criterion, "Jinja2", &[folder.path()], "page", &["page", "jinja2", "markupsafe"]);
}

/// Isolates on one thread and on two: the time for each, so that twice as many are half of it.
fn threads(criterion: &mut Criterion) {
    let folder = folder(&[("plugin.py", PLUGIN)]);
    let snapshot = snapshot(&[folder.path()], "plugin");
    let mut group = criterion.benchmark_group("isolates on threads");
    for count in [1, 2] {
        group.bench_with_input(BenchmarkId::from_parameter(count), &count, |bencher, count| {
            bencher.iter_custom(|times| {
                let began = Instant::now();
                thread::scope(|scope| {
                    for number in 0..*count {
                        let own = times / count + u64::from(number < times % count);
                        let snapshot = &snapshot;
                        scope.spawn(move || (0..own).for_each(|_| once(snapshot, "plugin")));
                    }
                });
                began.elapsed()
            });
        });
    }
    group.finish();
}

/// What it costs to leave an executor's thread for a call, beside the call.
fn executor(criterion: &mut Criterion) {
    let folder = folder(&[("plugin.py", PLUGIN)]);
    let isolates = Isolates::builder(&snapshot(&[folder.path()], "plugin")).build().expect("it starts");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it starts");
    let mut group = criterion.benchmark_group("a call of a pool's isolate");
    group.bench_function("on the thread", |bencher| {
        bencher.iter(|| answer(&isolates.take().expect("it starts"), "plugin"));
    });
    group.bench_function("by spawn_blocking", |bencher| {
        let call = || {
            let isolates = isolates.clone();
            let call = move || answer(&isolates.take().expect("it starts"), "plugin");
            async { tokio::task::spawn_blocking(call).await.expect("it returns") }
        };
        bencher.iter(|| runtime.block_on(call()));
    });
    group.finish();
}

/// Python that computes: inside, and in the process.
fn computing(criterion: &mut Criterion) {
    let text = "def work(n):\n    total = 0\n    for i in range(n):\n        total += (i * 7) % 13\n        if total > 1000: total -= len(str(total))\n    return total";
    let source = || Memory::new("<work>").with("work.py", text);
    let guest = Guest::builtin().expect("`wasm/build.sh guest` makes one");
    let isolate = Snapshot::builder().source(source()).load("work").build(&guest).expect("it loads");
    let isolate = isolate.isolate(&Limits::new().time(Duration::from_secs(600))).expect("it starts");
    let inside = isolate.module("work").expect("it is loaded");
    let runtime = Runtime::builder().source(source()).build().expect("it starts");
    let outside = runtime.load("work", &Imports::pass_through()).expect("it loads");
    let mut group = criterion.benchmark_group("computing");
    group.bench_function("isolate", |bencher| bencher.iter(|| inside.call::<u64>("work", (20_000,)).expect("it ends")));
    group
        .bench_function("process", |bencher| bencher.iter(|| outside.call::<u64>("work", (20_000,)).expect("it ends")));
    group.finish();
}

/// What it takes to make a snapshot of a plugin, and to open its file.
fn snapshots(criterion: &mut Criterion) {
    let folder = folder(&[("plugin.py", PLUGIN)]);
    let guest = Guest::builtin().expect("`wasm/build.sh guest` makes one");
    // Elsewhere, since all files of a source are handed in.
    let elsewhere = tempfile::tempdir().expect("a folder can be made");
    let file = elsewhere.path().join("plugin.snapshot");
    snapshot(&[folder.path()], "plugin").save(&file).expect("it can be written");
    let mut group = criterion.benchmark_group("snapshots");
    group.sample_size(10);
    group.bench_function("build", |bencher| bencher.iter(|| snapshot(&[folder.path()], "plugin")));
    // The same without the freezing. Here the guest compiles by itself, where a snapshot's is another instance.
    group.bench_function("start and load", |bencher| {
        bencher.iter(|| {
            let source = Directory::new(folder.path()).expect("it is there");
            Snapshot::builder().source(source).load("plugin").start(&guest).map(drop).expect("it loads");
        });
    });
    group.bench_function("open and start", |bencher| {
        bencher.iter(|| {
            let snapshot = Snapshot::open(&file, &guest, None).expect("it is one");
            snapshot.isolate(&Limits::new()).map(drop).expect("it starts");
        });
    });
    group.finish();
}

criterion_group!(all, plugin, thousand, jinja, threads, executor, computing, snapshots);
criterion_main!(all);
