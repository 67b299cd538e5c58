//! Values between Rust and Python: conversion by serde, live objects, exceptions, and modules made of Rust.

mod absent;
pub(crate) mod bridge;
mod de;
pub(crate) mod exception;
pub(crate) mod host_module;
pub(crate) mod module_proxy;
pub(crate) mod object;
mod ser;
pub(crate) mod traceback;

pub use bridge::MAX_DEPTH;
pub use host_module::{Function, HostModule};
pub use object::{Arguments, Object};
