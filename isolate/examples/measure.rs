use exocet::{Directory, Imports, Limits, Memory};
use exocet_isolate::{Guest, Object, Snapshot};
use std::time::Instant;

fn main() {
    let start = Instant::now();
    let guest = Guest::new(&std::fs::read(std::env::var("EXOCET_GUEST").unwrap()).unwrap()).unwrap();
    println!("guest {:?}", start.elapsed());
    let plugin = "import json, re, dataclasses, enum\nclass A:\n    pass\ndef reply(text):\n    return text.upper()\n";
    let app = "import jinja2\nenv = jinja2.Environment()\ntemplate = env.from_string('Hello {{ name }}! {% for i in items %}{{ i }},{% endfor %}')\ndef render(name): return template.render(name=name, items=[1,2,3])\ndef fresh(name):\n    return jinja2.Environment().from_string('Hi {{ name }}').render(name=name)";
    for (name, text, function) in [("plugin", plugin, "reply"), ("jinja", app, "render")] {
        let mut builder = Snapshot::builder().source(Memory::new("<app>").with("app.py", text));
        if name == "jinja" {
            builder = builder.source(Directory::new("/tmp/jj").unwrap());
        }
        let _ = Imports::none();
        let start = Instant::now();
        let snapshot = builder.load("app").limits(Limits::new().time(std::time::Duration::from_secs(100))).build(&guest).unwrap();
        println!("{name}: snapshot {:?}, {} MiB, {} MiB not empty", start.elapsed(), snapshot.size() >> 20, snapshot.content() as f64 / 1048576.0);
        let mut times = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..300 {
            let t = Instant::now();
            let one = snapshot.isolate(&Limits::new()).unwrap();
            times[0].push(t.elapsed());
            let t = Instant::now();
            let app: Object = one.module("app").unwrap();
            let _: String = app.call(function, ("World",)).unwrap();
            times[1].push(t.elapsed());
            let t = Instant::now();
            let _: String = app.call(function, ("World",)).unwrap();
            times[2].push(t.elapsed());
            let t = Instant::now();
            drop(app);
            drop(one);
            times[3].push(t.elapsed());
        }
        for (what, times) in ["instantiate", "first call", "second call", "drop"].iter().zip(&mut times) {
            times.sort();
            println!("  {what}: {:?}", times[times.len() / 2]);
        }
    }
}
