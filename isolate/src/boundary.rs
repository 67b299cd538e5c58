//! What crosses the boundary between a host and the guest, in CBOR (RFC 8949).
//!
//! The guest exports `exocet_version()`, `exocet_buffer(length)`, which makes room for a message and returns its address, and
//! `exocet_handle()`, which carries out the request that the host wrote there, and returns where the reply lies: its address in
//! the upper 32 bits, its length in the lower. After an interruption nothing may be called but `exocet_where()`, which tells in the same
//! form where Python code was, as text, and may fail.
//!
//! The host gives it a memory `env.memory`, and in the module `exocet`: `random(address, length)`; `now()` and `monotonic()` in
//! milliseconds; `print(stream, address, length)`; `panicked(address, length)`, the guest's last words; and
//! `ask(address, length) -> length`, which answers a question: the host makes room for the answer with `exocet_buffer`, writes it,
//! and returns its length. In the middle of `ask` the host may send requests. Addresses, lengths and results are `i32`, the times
//! `f64`.

use exocet::{
    Limits, Policy, Question, Stub,
    error::Report,
    observe::Event,
    values::{Handle, MemberData, Value, View, Wanted},
};
use serde::{Deserialize, Serialize};

/// The version of the boundary, which both sides must have.
pub(crate) const VERSION: u32 = 3;

/// What the host sends.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    /// The objects that the host has no handles on any more.
    pub(crate) released: Vec<u32>,
    /// With the first message to what was a snapshot: the randomness that the snapshot had is made new.
    pub(crate) resume: Option<Resume>,
    pub(crate) request: Request,
}

/// How an isolate of a snapshot goes on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Resume {
    /// Whether events are reported from now on.
    pub(crate) is_observed: bool,
}

/// What the host asks for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Starts the interpreter. It comes first.
    Start(Start),
    /// The module of that name: in the realm of the sources, loaded if it isn't yet, or without one loaded fresh. An object.
    Import { name: String },
    /// Calls an object, or an attribute of it. A value.
    Call { object: u32, name: Option<String>, arguments: Vec<Value>, keywords: Value, wanted: Wanted },
    /// The attribute of that name; without one the object itself. A value.
    Get { object: u32, name: Option<String>, wanted: Wanted },
    /// Sets an attribute.
    Set { object: u32, name: String, value: Value },
    /// Whether there is such an attribute.
    Has { object: u32, name: String },
    /// Reads an object in some way. A value, or nothing.
    Read { object: u32, view: View },
    /// Runs a program as `__main__`, with these arguments as `sys.argv`.
    Run { program: Program, arguments: Vec<String> },
    /// Compiles a module for another instance; no interpreter has to be started for it. A value, or nothing.
    Compile(Source),
    /// Collects what is garbage, before the memory is frozen.
    Freeze,
}

/// What an interpreter is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    /// In the order of the search path, as far as they are on it.
    pub(crate) sources: Vec<SourceData>,
    /// The outermost first.
    pub(crate) imports: Vec<Layer>,
    pub(crate) limits: Limits,
    /// Whether all modules of the sources see one another. Otherwise each is loaded by itself, and what it imports is shared.
    pub(crate) is_realm: bool,
    /// What the hashes of strings are mixed with.
    pub(crate) hash_seed: u32,
}

/// A program.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Program {
    /// A file of the source of that number.
    File { source: usize, path: String },
    /// A module of the sources.
    Module(String),
}

/// A source.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SourceData {
    pub(crate) label: String,
    /// Whether modules are looked up there. The code sees the files in any case.
    pub(crate) is_on_path: bool,
    /// All its files; without them the host is asked for each.
    pub(crate) files: Option<Vec<(String, Content)>>,
}

/// The source of a module that is to be compiled, see `exocet::compile::Unit`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) content: Content,
    pub(crate) file: String,
    pub(crate) optimize: u8,
    pub(crate) columns: bool,
    pub(crate) recursion: usize,
}

/// What a source is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Lookup {
    Read,
    List,
    Probe,
}

/// What a source has.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Found {
    File(Content),
    /// Names; of folders with a `/` behind them.
    Folder(Vec<String>),
    Nothing,
    /// It can't be read, for that reason.
    Unreadable(String),
}

/// The bytes of a file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Content(#[serde(with = "serde_bytes")] pub(crate) Vec<u8>);

/// A part of what modules import, see `exocet::Part`. Its place in the list is the number by which the host is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Layer {
    Nothing,
    Chosen,
    Module(Module),
    Value(String, Value),
    Source(Stub),
    Without(Vec<String>),
    Policy(Policy),
}

/// A module of the host's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Module {
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) doc: Option<String>,
    pub(crate) members: Vec<(String, MemberData)>,
}

/// How a request ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Done,
    Object(Handle),
    Value(Value),
    /// There is nothing of the kind that was asked for.
    Nothing,
    Is(bool),
    Failed(Box<Report>),
}

/// What the guest asks.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// What an import gets.
    Choose { number: u32, question: Question },
    /// What a function of a module of the host's returns.
    Call { module: u32, member: usize, arguments: Vec<Value> },
    /// What the source of that number has at a path.
    Find { source: usize, path: String, lookup: Lookup },
    /// The code of a module, compiled by another instance.
    Compile(Source),
    /// Nothing: it tells what happened.
    Tell(Event),
}

/// What the host answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done,
    Value(Value),
    Choice(Choice),
    Found(Found),
    Code(Option<Content>),
    Failed(Box<Report>),
}

/// An answer about an import, see `exocet::Choice`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Choice {
    PassThrough,
    NotMine,
    Denied(String),
    Rename(String),
    Source(String),
    Module(Module),
    Value(Value),
}
