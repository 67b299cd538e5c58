//! What the fuzz target needs and nobody else: a host that hears whatever a guest might say. Only `cargo fuzz` builds it.

use crate::{
    boundary::{Ask, Reply},
    host::{Host, Session},
    isolate::unexpected,
    limits::Bounds,
    message::{decode, encode},
    object,
};
use exocet::{
    Choice, Error, HostModule, Imports, Limits, Memory,
    values::{Handle, Keeper, Kept, Value, View},
};
use std::{collections::BTreeMap, sync::Arc};

/// Hears the bytes as a reply and as a question, and does all that an isolate does with such, under a limit of memory.
///
/// # Panics
/// A host that is wrong.
pub fn hear(bytes: &[u8], memory: usize) {
    let bounds = Bounds::new(&Limits::new().memory(memory)).expect("an isolate has that limit");
    match decode::<Reply>(bytes, &bounds, None) {
        Ok(Reply::Value(value)) => read(&value),
        Ok(Reply::Failed(failure)) => show(&(*failure.report).into()),
        Ok(other) => show(&unexpected(&other)),
        Err(error) => show(&error),
    }
    match decode::<Ask>(bytes, &bounds, None) {
        Ok(ask) => {
            let (host, session) = (host(), Session::new(None));
            let answer = host.answer(ask, &session, None, Kept { keeper: &Echo(&Value::None), number: 1 });
            encode(&answer).expect("an answer can be written");
        }
        Err(error) => show(&error),
    }
}

fn host() -> Host {
    let imports = Imports::chosen(|question| match question.name.len() % 4 {
        0 => Choice::source("x = 1"),
        1 => Choice::denied(&question.name),
        2 => Choice::Module(HostModule::new("made").function("f", || 1)),
        _ => Choice::PassThrough,
    });
    let module = HostModule::new("host")
        .function("value", |value: Value| value)
        .function("numbers", |numbers: Vec<i32>, text: String| (numbers, text))
        .function("map", |map: BTreeMap<String, Option<f64>>| map);
    let asked = Memory::new("<asked>").with("m.py", "x = 1").with("p/__init__.py", "");
    Host::new(&imports.with_module(module), vec![None, Some(Arc::new(asked))]).expect("an isolate has such imports")
}

fn read(value: &Value) {
    let keeper = Echo(value);
    let shown = [
        value.to::<Value>(&keeper, "it").err(),
        value.to::<Vec<u64>>(&keeper, "it").err(),
        value.to::<(String, f64)>(&keeper, "it").err(),
        value.to::<BTreeMap<String, i128>>(&keeper, "it").err(),
        value.to::<Option<Vec<Option<bool>>>>(&keeper, "it").err(),
    ];
    shown.iter().flatten().for_each(show);
    let handles = object::handles(std::slice::from_ref(value));
    assert!(handles.iter().all(|handle| handle.class.len() < 1000));
}

/// Has all that is said of an error, and that it isn't much.
fn show(error: &Error) {
    let exception = error.exception().map_or(0, |exception| exception.traceback().len() + exception.message().len());
    assert!(error.to_string().len() + format!("{error:?}").len() + exception < 1 << 20);
}

/// Whatever is read is this value once more.
struct Echo<'a>(&'a Value);

impl Keeper for Echo<'_> {
    fn read(&self, _object: &Handle, _view: View) -> Result<Option<Value>, Error> {
        // One that would be read for ever isn't this.
        Ok(object::handles(std::slice::from_ref(self.0)).is_empty().then(|| self.0.clone()))
    }
}
