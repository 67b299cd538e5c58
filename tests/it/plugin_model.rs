//! Random edits, faults and calls on several threads, against a simple model: what is called is one generation, whole, and the
//! newest that stood.

use exocet::{
    Memory, Runtime,
    plugins::{Discovery, Plugins, What},
};
use proptest::{collection::vec, prelude::*, test_runner::Config};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// The plugins: `b` requires `a`, and all of them have a helper.
const NAMES: [&str; 3] = ["a", "b", "c"];

#[derive(Debug, Clone)]
enum Step {
    /// The plugin gets another text, sound or not.
    Edit(usize, Text),
    /// The helper gets another text.
    Helper(Text),
    Remove(usize),
    Disable(usize),
    Enable(usize),
    Reload(usize),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Text {
    Good,
    Torn,
    Raises,
    Refused,
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![4 => Just(Text::Good), 1 => Just(Text::Torn), 1 => Just(Text::Raises), 1 => Just(Text::Refused)]
}

fn step() -> impl Strategy<Value = Step> {
    let any = 0..NAMES.len();
    prop_oneof![
        6 => (any.clone(), text()).prop_map(|(at, text)| Step::Edit(at, text)),
        2 => text().prop_map(Step::Helper),
        1 => any.clone().prop_map(Step::Remove),
        1 => any.clone().prop_map(Step::Disable),
        1 => any.clone().prop_map(Step::Enable),
        1 => any.prop_map(Step::Reload),
    ]
}

/// The text of a plugin of which each part shows the number.
fn source(name: &str, text: Text, number: usize) -> String {
    let requires =
        if name == "b" { "__requires__ = ['a']\nfrom plugins.a import word as below\n" } else { "below = 0\n" };
    let end = match text {
        Text::Good => "",
        Text::Torn => "def (",
        Text::Raises => "raise ValueError('no')",
        Text::Refused => "def check(): return False",
    };
    format!(
        "{requires}from plugins._helper import shared\nword = {number}\nclass Own:\n    word = {number}\n\
         def reply(): return [word, Own.word, Own().word, later(), shared() * 0 + {number}], below\n\
         def later(): return {number}\n{end}\n"
    )
}

fn helper(text: Text, number: usize) -> String {
    match text {
        Text::Good | Text::Refused => format!("def shared(): return {number}"),
        Text::Torn => "def shared(:".to_owned(),
        Text::Raises => "raise OSError".to_owned(),
    }
}

/// Calls all plugins again and again; how often something was mixed up.
fn call(plugins: &Plugins, stop: &AtomicBool, calls: &AtomicUsize) -> usize {
    let mut wrong = 0;
    while !stop.load(Ordering::Relaxed) {
        let replies = plugins.call_all::<(Vec<usize>, usize)>("reply", ()).expect("no failure ends the call");
        let mut words = BTreeMap::new();
        for reply in replies {
            let (own, below) = reply.result.expect("what is at work stands");
            wrong += usize::from(own.iter().any(|word| *word != own[0]));
            words.insert(reply.plugin.to_string(), (own[0], below));
        }
        // The one that requires another is called on the very generation of that one.
        if let (Some((a, _)), Some((_, below))) = (words.get("a"), words.get("b")) {
            wrong += usize::from(a != below);
        }
        calls.fetch_add(1, Ordering::Relaxed);
    }
    wrong
}

proptest! {
    #![proptest_config(Config { cases: 12, ..Config::default() })]

    #[test]
    fn nobody_sees_a_mixture_of_generations(steps in vec(step(), 1..25)) {
        let files = NAMES.iter().fold(Memory::new("<app>"), |files, name| files.with(format!("plugins/{name}.py"), source(name, Text::Good, 1)));
        let files = Arc::new(files.with("plugins/_helper.py", helper(Text::Good, 1)));
        let runtime = Runtime::builder().source(files.clone()).build().expect("it starts");
        let plugins = runtime.plugins(Discovery::package("plugins"));
        prop_assert_eq!(plugins.load().expect("it can be asked").len(), 3);
        let (stop, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
        let wrong = thread::scope(|scope| {
            let callers: Vec<_> = (0..2).map(|_| scope.spawn(|| call(&plugins, &stop, &calls))).collect();
            for (number, step) in steps.iter().enumerate() {
                let number = number + 2;
                let before: BTreeMap<_, _> = plugins.status().into_iter().map(|status| (status.name.clone(), status)).collect();
                let changes = match step {
                    Step::Edit(at, text) => {
                        files.insert(format!("plugins/{}.py", NAMES[*at]), source(NAMES[*at], *text, number));
                        plugins.poll()
                    }
                    Step::Helper(text) => {
                        files.insert("plugins/_helper.py", helper(*text, number));
                        plugins.poll()
                    }
                    Step::Remove(at) => {
                        files.remove(&format!("plugins/{}.py", NAMES[*at]));
                        plugins.poll()
                    }
                    Step::Disable(at) => plugins.disable(NAMES[*at]).map(|change| vec![change]),
                    Step::Enable(at) => plugins.enable(NAMES[*at]),
                    Step::Reload(at) => plugins.reload([NAMES[*at]]),
                };
                // A name that isn't there any more is the one thing that can be wrong.
                let Ok(changes) = changes else { continue };
                for change in changes {
                    let was = before.get(&change.plugin);
                    match change.what {
                        What::Kept => assert_eq!(was.map(|was| was.generation), Some(change.generation)),
                        What::Loaded | What::Replaced => {
                            let last = was.map_or(0, |was| was.generation);
                            assert!(change.generation > last, "{change:?} after {was:?}");
                        }
                        _ => assert_eq!(change.generation, 0),
                    }
                }
                assert_eq!(plugins.poll().expect("it can be asked"), [], "nothing is left to do after {step:?}");
            }
            // Each caller has seen the last state, too.
            let seen = calls.load(Ordering::Relaxed);
            while calls.load(Ordering::Relaxed) < seen + 4 {
                thread::yield_now();
            }
            stop.store(true, Ordering::Relaxed);
            callers.into_iter().map(|caller| caller.join().expect("it didn't panic")).sum::<usize>()
        });
        prop_assert_eq!(wrong, 0);
    }
}
