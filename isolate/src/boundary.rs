//! What crosses the boundary between a host and the guest, in CBOR (RFC 8949).
//!
//! The guest exports `exocet_version()`, `exocet_buffer(length)`, which makes room for a message and returns its address, and
//! `exocet_handle()`, which carries out the request that the host wrote there, and returns where the reply lies: its address in
//! the upper 32 bits, its length in the lower. After an interruption nothing may be called but `exocet_where()`, which tells in the same
//! form where Python code was, as text, and may fail.
//!
//! The host gives it a memory `env.memory`, and in the module `exocet`: `random(address, length)`; `now()` and `monotonic()` in
//! milliseconds; `panicked(address, length)`, the guest's last words; `ask(address, length) -> length`, which answers a question: the
//! host makes room for the answer with `exocet_buffer`, writes it, and returns its length; and `print(stream, address, length) ->
//! length`, which has an answer only where printing failed. In the middle of `ask` and `print` the host may send requests. Addresses,
//! lengths and results are `i32`, the times `f64`.
//!
//! There are two kinds of hosts. That of the isolates has imports of its own, which all modules are loaded under. The package for
//! JavaScript makes imports while it runs, and lends objects of its own to Python code. An object has a number, by which the side that
//! doesn't have it names it: numbers from [`LENT`] on are those of the host's objects.

use exocet::{
    Limits, Policy, Question, Stub,
    error::Report,
    modules::Kind,
    observe::Event,
    syntax::Import,
    values::{Handle, MemberData, Value, View, Wanted},
};
use serde::{Deserialize, Serialize};

/// The version of the boundary, which both sides must have.
pub(crate) const VERSION: u32 = 5;

/// The first number of an object of the host's.
pub(crate) const LENT: u32 = 1 << 31;

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
    /// Puts sources at the end of the search path.
    Add(Vec<SourceData>),
    /// Puts a file into a source that was handed in, or takes one out of it. Whether it was there.
    Write { source: usize, path: String, content: Option<Content> },
    /// Makes imports: a layer before others, or before those that the interpreter was started with. An object.
    Imports { below: Option<u32>, layer: Layer },
    /// Loads a module, under imports or those that the interpreter was started with. An object.
    Load { name: String, how: How, imports: Option<u32> },
    /// Whether an import of that name would find something.
    Contains { name: String, imports: Option<u32> },
    /// The names that were given to imports and that nothing asked for.
    Unused { imports: Option<u32> },
    /// What the sources hold, without running any of it.
    List(Listing),
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
    Run { program: Program, arguments: Vec<String>, imports: Option<u32> },
    /// Compiles modules of the sources ahead, or all of them.
    Prepare { names: Option<Vec<String>> },
    /// Takes code that was compiled ahead.
    Take(Vec<Compiled>),
    /// Compiles a module for another instance; no interpreter has to be started for it. A value, or nothing.
    Compile(Source),
    /// Nothing more than what comes with every message.
    Settle,
    /// Lets go of the objects that the host has handles on, but for these, and collects what is garbage, before the memory is frozen.
    /// Where the memory can't grow any more, what is free in it is emptied.
    Freeze { kept: Vec<u32>, cannot_grow: bool },
}

/// What an interpreter is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    /// In the order of the search path, as far as they are on it.
    pub(crate) sources: Vec<SourceData>,
    /// The outermost first.
    pub(crate) imports: Vec<Layer>,
    pub(crate) limits: Option<Limits>,
    /// Whether all modules of the sources see one another. Otherwise each is loaded by itself, and what it imports is shared.
    pub(crate) is_realm: bool,
    /// What the hashes of strings are mixed with.
    pub(crate) hash_seed: u32,
    /// Whether the host takes exceptions as objects too.
    pub(crate) takes_exceptions: bool,
}

/// In which way a module is loaded.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum How {
    /// In the realm of the sources, if it isn't loaded there yet; without such a realm, fresh.
    Own,
    /// Fresh.
    Fresh,
    /// Fresh, with a realm of its own, which is the object.
    Package,
    /// As an import gets it.
    Shared,
}

/// What is listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Listing {
    /// The modules of the sources, or those in a package; all below them too, if it is deep.
    Modules {
        within: Option<String>,
        is_deep: bool,
    },
    Module(String),
    /// The text of a module.
    Text(String),
    /// The import statements of a module.
    Imports(String),
    /// The names that `from module import *` takes.
    Exports(String),
    /// The names that a module's top level binds.
    Attributes(String),
}

/// What was listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Listed {
    /// What can't be read is an error among them.
    Modules(Vec<Result<Info, Failure>>),
    Module(Info),
    Text(Option<String>),
    Imports(Vec<Import>),
    Names(Vec<String>),
}

/// A module that wasn't run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Info {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) origin: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceData {
    pub(crate) label: String,
    pub(crate) role: Role,
    /// All its files; without them the host is asked for each.
    pub(crate) files: Option<Vec<(String, Content)>>,
}

/// What a source is for. The code sees its files in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Role {
    /// Modules are looked up there.
    Path,
    /// Modules are looked up there that neither another source nor the library has.
    Library,
    /// It has files, and no modules.
    Files,
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

/// The code of a module that was compiled ahead, see `exocet::compile::Compiled`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Compiled {
    pub(crate) key: String,
    pub(crate) code: Content,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content(#[serde(with = "serde_bytes")] pub(crate) Vec<u8>);

/// A part of what modules import, see `exocet::Part`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Layer {
    /// Nothing of what is below.
    Nothing,
    /// The host is asked, by the place of the layer in the list, and nothing of what is below.
    Chosen,
    /// The host is asked first, by the number of its object.
    Asked(Value),
    /// Another name.
    Rename(String, String),
    /// Modules of the search path that are fresh together.
    Realm(Vec<String>),
    /// The modules of these sources, fresh together.
    RealmOf(Vec<SourceData>),
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
    Names(Vec<String>),
    Listed(Listed),
    Prepared(Vec<Compiled>),
    Failed(Failure),
}

/// What went wrong.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) report: Box<Report>,
    /// The exception itself, for a host that takes it.
    pub(crate) exception: Option<Handle>,
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
    /// What bytes are in an encoding of the web, by one of its labels.
    Decode { label: String, bytes: Content },
    /// The character of a name of Unicode's, as a text of its own; the name is in capitals.
    CharacterNamed(String),
    /// The name of a character.
    NameOf(char),
    /// Nothing: it tells what happened.
    Tell(Event),
    /// Nothing: it waits for so many seconds.
    Sleep(f64),
    /// What an object of the host's does.
    Use { object: u32, act: Act },
    /// Nothing: an object that was handed in is not needed any more, as often as that.
    LetGo(u32),
}

/// What Python code does with an object of the host's.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Act {
    /// A value, or nothing where there is no such property.
    Get(String),
    /// Something, or nothing where it can't be set.
    Set(String, Value),
    /// A value.
    Call { arguments: Vec<Value>, keywords: Vec<(String, Value)> },
    /// The names of its properties: a list.
    Names,
    /// What it is called where it is shown: a string.
    Show,
}

/// What the host answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done,
    Value(Value),
    Choice(Choice),
    Found(Found),
    Code(Option<Content>),
    /// The encoding's own name, and the text or the place of what is none. Where no encoding has the label, the answer is nothing.
    Decoded {
        encoding: String,
        text: Result<String, usize>,
    },
    /// There is nothing of the kind.
    Nothing,
    Failed(Box<Report>),
    /// What the host threw: its own object, or one of the exceptions that it took.
    Thrown {
        object: u32,
        message: String,
    },
}

/// An answer about an import, see `exocet::Choice`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Choice {
    PassThrough,
    NotMine,
    Denied(String),
    Rename(String),
    Source(String),
    Load { name: String, imports: Option<u32> },
    Attenuated { of: Box<Choice>, only: Vec<String> },
    Module(Module),
    Value(Value),
}
