//! Code that is compiled elsewhere: ahead, or while a snapshot is made by another instance, as what a compiler leaves behind in the
//! memory is then no part of the snapshot.

use crate::{
    boundary::{Answer, Ask, Compiled, Content, Source},
    host,
};
use exocet::compile::{Compiler, Unit};
use std::{
    cell::RefCell,
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

/// Isolates that start from a snapshot compile what they load themselves.
static ASKS: AtomicBool = AtomicBool::new(true);

thread_local! {
    /// What was compiled ahead, by its key.
    static TAKEN: RefCell<HashMap<String, Vec<u8>>> = RefCell::default();
}

pub(crate) fn is_frozen() {
    ASKS.store(false, Ordering::Relaxed);
}

/// Takes code that was compiled ahead.
pub(crate) fn take(compiled: Vec<Compiled>) {
    TAKEN.with_borrow_mut(|taken| taken.extend(compiled.into_iter().map(|unit| (unit.key, unit.code.0))));
}

#[derive(Debug)]
pub(crate) struct Elsewhere;

impl Compiler for Elsewhere {
    fn compile(&self, unit: &Unit<'_>) -> Option<Vec<u8>> {
        let taken = TAKEN.with_borrow(|taken| if taken.is_empty() { None } else { taken.get(&unit.key()).cloned() });
        if taken.is_some() || !ASKS.load(Ordering::Relaxed) {
            return taken;
        }
        let source = Source {
            content: Content(unit.source.to_vec()),
            file: unit.file.to_owned(),
            optimize: unit.optimize,
            columns: unit.columns,
            recursion: unit.recursion,
        };
        match host::ask(&Ask::Compile(source)) {
            Ok(Answer::Code(code)) => code.map(|code| code.0),
            _ => None,
        }
    }
}

/// Compiles for another instance.
pub(crate) fn compile(source: &Source) -> Option<Vec<u8>> {
    let Source { content, file, optimize, columns, recursion } = source;
    Unit { source: &content.0, file, optimize: *optimize, columns: *columns, recursion: *recursion }.compile()
}
