//! The known routes round a mapper, taken inside an isolate: each ends inside. What it reaches is the isolate's own, and no other isolate
//! sees what became of it.

use crate::{
    route::{ROUTES, TOOL},
    support::guest,
};
use exocet::{Choice, Imports, Limits, Memory, error::Limit, values::Value};
use exocet_isolate::Snapshot;
use std::time::Duration;

/// What an isolate looks like to its own code: all that routes could change.
const WITNESS: &str = "import builtins, sys, tool, denied
def look():
    def show(module): return sorted((name, type(value).__name__, repr(value) if isinstance(value, (int, str)) else '') for name, value in vars(module).items())
    return [show(builtins), show(tool), show(denied), sorted(sys.modules)]";

#[test]
fn each_route_ends_inside() {
    let limits = Limits::new().time(Duration::from_secs(20));
    let mut files = vec![
        ("denied.py".to_owned(), "word = 'denied word'".to_owned()),
        ("tool.py".to_owned(), TOOL.to_owned()),
        ("witness.py".to_owned(), WITNESS.to_owned()),
    ];
    files.extend(ROUTES.iter().enumerate().map(|(at, route)| (format!("guest{at}.py"), route.module())));
    let source = || files.iter().fold(Memory::new("<app>"), |source, (path, text)| source.with(path.as_str(), text));
    // What guests import is decided across the wall, and everybody else's imports are their own.
    let imports = Imports::chosen(|question| {
        let guest =
            question.importer.as_deref().and_then(|importer| importer.strip_prefix("guest")?.parse::<usize>().ok());
        match guest {
            Some(at) if question.name != "tool" && !ROUTES[at].allowed.contains(&question.name.as_str()) => {
                Choice::denied("the test")
            }
            _ => Choice::PassThrough,
        }
    });
    let builder =
        Snapshot::builder().source(source()).imports(&imports).without_realm().load("witness").limits(limits.clone());
    let snapshot = builder.build(&guest()).expect("it loads");
    let look = || -> Value {
        let isolate = snapshot.isolate(&limits).expect("it starts");
        isolate.module("witness").unwrap().call("look", ()).unwrap()
    };
    let clean = look();
    for (at, route) in ROUTES.iter().enumerate() {
        let isolate = snapshot.isolate(&limits).expect("it starts");
        match isolate.module(&format!("guest{at}")).and_then(|guest| guest.get::<bool>("reached")) {
            Ok(_) => {}
            Err(error) => assert!(
                error.exception().is_some() || error.limit().is_some_and(|limit| limit != Limit::Time),
                "{}: {error}",
                route.code
            ),
        }
        assert_eq!(look(), clean, "{}", route.code);
    }
}
