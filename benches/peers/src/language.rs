//! What an embedded language has to do, and the jobs that come of it.

use crate::{
    NORMAL,
    rounds::{Job, Jobs, Work},
    this,
};
use std::{
    any::Any,
    hint::black_box,
    rc::Rc,
    time::{Duration, Instant},
};

/// An interpreter with the plugin in it.
pub trait Language: Sized + 'static {
    type Interpreter: 'static;
    type Code;
    type Module: 'static;

    /// A fresh interpreter that has run an empty program.
    fn start() -> Self::Interpreter;

    /// A fresh interpreter, with a plugin that can be called.
    fn new() -> Self;

    /// Loads the plugin from its text.
    fn load_text(&self) -> Self::Module;

    /// Forgets compiled code, before each load from text.
    fn forget(&self) {}

    /// The plugin's compiled code, before each load of it.
    fn code(&self) -> Self::Code;

    /// Loads the plugin from compiled code.
    fn load(&self, code: Self::Code) -> Self::Module;

    /// Makes sure that a loaded plugin does what it should.
    fn check(&self, module: &Self::Module);

    /// What the plugin makes of the text.
    fn call(&self) -> String;

    /// How long so many calls take, in seconds.
    fn calls(&self, times: u32) -> f64 {
        let began = Instant::now();
        (0..times).for_each(|_| assert_eq!(black_box(self.call()), NORMAL));
        began.elapsed().as_secs_f64()
    }

    /// The same by an interpreter of its own that has limits, from its start to its end.
    fn isolated(&self, code: Self::Code) -> String;
}

/// All that a language does; `name` is what `memory` of the program's arguments calls it.
pub fn jobs<L: Language>(name: &'static str) -> Jobs {
    let language = Rc::new(L::new());
    language.forget();
    language.check(&language.load_text());
    language.check(&language.load(language.code()));
    assert_eq!(language.call(), NORMAL);
    assert_eq!(language.isolated(language.code()), NORMAL);
    let called = language.clone();
    Jobs::from([
        (Work::Start, timed(&language, |_| (), |_, ()| L::start())),
        (Work::Cold, timed(&language, L::forget, |language, ()| language.load_text())),
        (Work::Warm, timed(&language, L::code, L::load)),
        (Work::Call, Box::new(move |times| called.calls(times)) as Job),
        (Work::Isolate, timed(&language, L::code, L::isolated)),
        (Work::Instance, memory(name, "instance")),
        (Work::Interpreter, memory(name, "interpreter")),
    ])
}

/// Times `f` and the end of what it returns. What comes before doesn't count.
fn timed<L: 'static, S: 'static, T: 'static>(language: &Rc<L>, before: fn(&L) -> S, f: fn(&L, S) -> T) -> Job {
    let language = language.clone();
    Box::new(move |times| {
        let mut took = Duration::ZERO;
        for _ in 0..times {
            let ready = before(&language);
            let began = Instant::now();
            drop(black_box(f(&language, ready)));
            took += began.elapsed();
        }
        took.as_secs_f64()
    })
}

/// Measures memory in a process of its own, where nothing that was freed before is used again.
fn memory(name: &'static str, held: &'static str) -> Job {
    Box::new(move |_| {
        let output = this(&["memory", name, held]).output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).trim().parse().expect("it is a number")
    })
}

/// Bytes for one more, by many: the allocator takes megabytes at once.
pub fn taken<L: Language>(held: &str) -> f64 {
    let language = L::new();
    let (first, count) = if held == "instance" { (1000, 5000) } else { (5, 50) };
    let make = |_| match held {
        "instance" => Box::new(language.load(language.code())) as Box<dyn Any>,
        _ => Box::new(L::start()),
    };
    let resident = || memory_stats::memory_stats().expect("the system knows").physical_mem as f64;
    // What the first ones take is no figure of one more.
    let mut kept: Vec<_> = (0..first).map(make).collect();
    let before = resident();
    kept.extend((0..count).map(make));
    (resident() - before) / f64::from(count)
}
