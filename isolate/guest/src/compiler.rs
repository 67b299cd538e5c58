//! Compiling for another instance of the guest, and having another one compile: what a compiler leaves behind in the memory is then no
//! part of a snapshot.

use crate::{
    boundary::{Answer, Ask, Content, Source},
    host,
};
use exocet::compile::{Compiler, Unit};
use std::sync::atomic::{AtomicBool, Ordering};

/// Isolates that start from a snapshot compile what they load themselves, unless the host has code.
static IS_ON: AtomicBool = AtomicBool::new(true);

pub(crate) fn set(is_on: bool) {
    IS_ON.store(is_on, Ordering::Relaxed);
}

#[derive(Debug)]
pub(crate) struct Elsewhere;

impl Compiler for Elsewhere {
    fn compile(&self, unit: &Unit<'_>) -> Option<Vec<u8>> {
        if !IS_ON.load(Ordering::Relaxed) {
            return None;
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
