//! The names that every load sets, interned once.

use rustpython_vm::{VirtualMachine, builtins::PyStrInterned};
use std::sync::OnceLock;

pub(crate) struct Names {
    /// The name under which `sys` keeps the state of an interpreter.
    pub(crate) state: &'static PyStrInterned,
    pub(crate) spec: &'static PyStrInterned,
    pub(crate) builtins: &'static PyStrInterned,
    pub(crate) path: &'static PyStrInterned,
    pub(crate) loader_state: &'static PyStrInterned,
    pub(crate) uninitialized_submodules: &'static PyStrInterned,
    pub(crate) search_locations: &'static PyStrInterned,
    pub(crate) initializing: &'static PyStrInterned,
}

pub(crate) fn get(vm: &VirtualMachine) -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| Names {
        state: vm.ctx.intern_str("_exocet_state"),
        spec: vm.ctx.intern_str("__spec__"),
        builtins: vm.ctx.intern_str("__builtins__"),
        path: vm.ctx.intern_str("__path__"),
        loader_state: vm.ctx.intern_str("loader_state"),
        uninitialized_submodules: vm.ctx.intern_str("_uninitialized_submodules"),
        search_locations: vm.ctx.intern_str("submodule_search_locations"),
        initializing: vm.ctx.intern_str("_initializing"),
    })
}
