//! What can be known of source text without running it: no VM, and no files.
//!
//! ```
//! use exocet::syntax::{ImportKind, imports, is_dotted_name, nesting};
//!
//! let text = "import os.path as p\ndef f():\n    from .b import V\n";
//! let found = imports(text, "pk.a", false)?;
//! assert_eq!((found[1].dotted().as_str(), found[1].line, found[1].kind), ("pk.b.V", 3, ImportKind::Function));
//! assert!(is_dotted_name("pk.b") && nesting::check(text).is_ok());
//! # Ok::<(), exocet::syntax::ScanError>(())
//! ```

pub(crate) mod bindings;
mod branches;
mod clauses;
mod computed;
pub(crate) mod constants;
pub(crate) mod decode;
pub(crate) mod dotted;
pub mod encodings;
mod evaluate;
pub(crate) mod exceptions;
pub(crate) mod flow;
mod guards;
pub(crate) mod identifiers;
pub(crate) mod imports;
pub(crate) mod literals;
mod lower;
pub(crate) mod markers;
pub(crate) mod names;
pub mod nesting;
pub(crate) mod parse;
pub(crate) mod scan;
pub(crate) mod steps;
pub(crate) mod target;
mod terms;
pub(crate) mod value;
pub(crate) mod warnings;

pub use bindings::{attributes, exports};
pub use computed::{ComputedImport, computed_imports};
pub use decode::{DecodeError, decode};
pub use identifiers::{is_dotted_name, is_identifier, is_keyword, is_module_name};
pub use imports::{Import, ImportKind};
pub use markers::{Mark, Marker, MarkerError, marks};
pub use parse::{ScanError, SyntaxError};
pub use scan::imports;
