//! Values between Rust and Python: conversion by serde, live objects, exceptions, and modules made of Rust.

mod absent;
mod arguments;
pub(crate) mod bridge;
mod data;
mod de;
pub(crate) mod exception;
mod failure;
mod function;
pub(crate) mod host_module;
pub(crate) mod module_proxy;
mod node;
pub(crate) mod object;
mod ser;
pub(crate) mod side;
pub(crate) mod traceback;
pub(crate) mod transfer;
pub(crate) mod value;
mod wanted;

pub use arguments::Arguments;
pub use failure::MAX_DEPTH;
pub use function::Function;
pub use host_module::{HostModule, MemberData};
pub use object::Object;
pub use side::Kept;
pub use transfer::Table;
pub use value::{Handle, KEPT, Keeper, Value, View};
pub use wanted::Wanted;
