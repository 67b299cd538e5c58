//! Mappers decide what each `import` inside a loaded module gets.
//!
//! A [`Mapper`] is asked about one absolute name at a time and returns an [`Answer`]. Only [`Answer::NotMine`] goes on to
//! the next mapper of a chain. The ready-made mappers are functions of [`raw`](crate::raw), and methods of
//! [`Imports`](crate::Imports).

pub(crate) mod attenuation;
pub(crate) mod basic;
pub(crate) mod contract;
pub(crate) mod exclusion;
pub(crate) mod import_function;
pub(crate) mod lookup;
pub(crate) mod module_table;
pub(crate) mod overrides;
pub(crate) mod redirect;
pub(crate) mod reference;
pub(crate) mod renames;
pub(crate) mod request;
pub(crate) mod trail;

pub use attenuation::Attenuation;
pub use contract::{Answer, Below, Mapper, Verdict};
pub use request::{Item, Request};
pub use trail::Step;
