//! Which limit was exceeded.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A limit that code can exceed, see [`Limits`](crate::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Limit {
    /// A load or a call took too long.
    Time,
    /// Calls within calls.
    Recursion,
    /// The source of one module is too long.
    SourceBytes,
    /// The source of one module is nested too deep.
    Nesting,
    /// Compiling one module took too long.
    CompileTime,
    /// A realm has too many modules.
    Modules,
    /// Imports within imports.
    ImportDepth,
    /// The heap has grown too far.
    Heap,
    /// The memory of an isolate.
    Memory,
    /// The instructions that an isolate carries out.
    Fuel,
    /// The stack of an isolate's native code.
    Stack,
    /// What an isolate prints.
    Output,
    /// How often an isolate calls its host.
    HostCalls,
}

/// How many bytes the source of one module may have, unless limits say otherwise: 16 MiB.
pub(crate) const SOURCE_BYTES: usize = 16 << 20;

const NAMES: [(Limit, &str); 13] = [
    (Limit::Time, "time limit"),
    (Limit::Recursion, "recursion limit"),
    (Limit::SourceBytes, "source size limit"),
    (Limit::Nesting, "nesting limit"),
    (Limit::CompileTime, "compile time limit"),
    (Limit::Modules, "module limit"),
    (Limit::ImportDepth, "import depth limit"),
    (Limit::Heap, "heap limit"),
    (Limit::Memory, "memory limit"),
    (Limit::Fuel, "fuel limit"),
    (Limit::Stack, "stack limit"),
    (Limit::Output, "output limit"),
    (Limit::HostCalls, "limit of host calls"),
];

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(limit, _)| limit == self).map_or("limit", |(_, name)| name))
    }
}

impl FromStr for Limit {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        NAMES.iter().find(|(_, own)| *own == name).map(|(limit, _)| *limit).ok_or(())
    }
}
