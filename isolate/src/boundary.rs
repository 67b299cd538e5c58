//! What crosses the boundary between a host and the guest: requests and replies, in CBOR (RFC 8949).
//!
//! The guest exports `exocet_version`, `exocet_buffer(len)`, which makes room for a request, and `exocet_handle()`, which
//! carries out the request that the host wrote there, and returns where the reply lies: its address in the upper 32 bits, its
//! length in the lower. The host gives it a memory and the functions of [`IMPORTS`].

use ciborium::Value;
use serde::{Deserialize, Serialize};

/// The version of the boundary, which both sides must have.
pub(crate) const VERSION: u32 = 1;

/// What the host does.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Starts the interpreter over these sources. It comes first.
    Start { sources: Vec<Files> },
    /// Loads a module fresh. The reply is the object.
    Load { name: String },
    /// Calls an attribute of an object. The reply is a value.
    Call { object: u32, name: String, arguments: Vec<Value> },
    /// Makes the randomness new which the snapshot had.
    Resume,
}

/// A source, as files.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Files {
    pub(crate) label: String,
    pub(crate) files: Vec<(String, Content)>,
}

/// The bytes of a file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Content(#[serde(with = "serde_bytes")] pub(crate) Vec<u8>);

/// How a request ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Done,
    /// The number of an object that the guest keeps.
    Object(u32),
    Value(Value),
    Failed(Failure),
}

/// Why a request failed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// The whole message.
    pub(crate) message: String,
    /// What was raised, if something was.
    pub(crate) raised: Option<Raised>,
}

/// An exception, as data.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Raised {
    /// The names of its class and of that class's bases.
    pub(crate) kinds: Vec<String>,
    pub(crate) message: String,
    pub(crate) traceback: String,
}
