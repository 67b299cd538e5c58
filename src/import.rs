//! What an import of a loaded module does: from the `__import__` that its code calls to the object that it gets.

pub(crate) mod asker;
pub(crate) mod attenuation;
pub(crate) mod builtins;
pub(crate) mod check;
pub(crate) mod dry_run;
pub(crate) mod exec;
pub(crate) mod forms;
pub(crate) mod graph;
pub(crate) mod hook;
mod items;
pub(crate) mod load;
pub(crate) mod made_code;
pub(crate) mod missing;
pub(crate) mod parent_view;
pub(crate) mod realms;
pub(crate) mod resolve;
pub(crate) mod shared_import;
mod verdict;
mod verdict_imports;
