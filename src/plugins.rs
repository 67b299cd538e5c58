//! Plugins: finding them without running any, loading each apart, calling them, and replacing them while the program runs.
//!
//! ```
//! use exocet::{Memory, modules::SearchPath, plugins::{Discovery, Marker}};
//!
//! let app = Memory::new("<app>")
//!     .with("tools/hammer.py", "from app import hookimpl\n__version__ = '1.2'\n@hookimpl\ndef strike(): ...")
//!     .with("tools/nails.py", "raise SystemExit('nobody runs this')");
//! let path = SearchPath::new().with(app);
//! let discovery = Discovery::package("tools").marked(Marker::decorator("app.hookimpl"));
//! let found = discovery.find(&path).plugins;
//! assert_eq!((found.len(), found[0].name.as_str(), found[0].marks[0].line), (1, "hammer", 4));
//! assert_eq!(found[0].facts()?.version.as_deref(), Some("1.2"));
//! # Ok::<(), exocet::Error>(())
//! ```

mod batch;
mod beside;
#[cfg(feature = "disk-cache")]
mod cache;
mod changing;
pub(crate) mod discovery;
pub(crate) mod distributions;
mod entry_points;
pub(crate) mod facts;
pub(crate) mod found;
mod files;
pub(crate) mod generation;
mod handover;
mod held;
mod hooks;
mod log;
mod neighbours;
mod order;
mod poll;
pub(crate) mod registry;
mod reload;
mod replaced;
mod search;
pub(crate) mod settings;
mod start;
pub(crate) mod status;
#[cfg(feature = "watch")]
pub(crate) mod watch;

pub use crate::syntax::markers::{Mark, Marker, MarkerError};
pub use discovery::Discovery;
pub use distributions::Distribution;
pub use facts::{Facts, Requirement, RequirementError};
pub use found::{Discovered, Found, How, Problem, Winner};
pub use held::GenerationOf;
pub use hooks::{Hook, Reply};
pub use registry::Plugins;
pub use settings::{OnFailure, Settings};
pub use status::{Change, Failure, State, Status, What};
#[cfg(feature = "watch")]
pub use watch::Watch;
