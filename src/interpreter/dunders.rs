//! The names that every load sets, interned once in each thread. Without the feature `threading` each thread has strings
//! of its own.

use rustpython_vm::{VirtualMachine, builtins::PyStrInterned};
use std::cell::Cell;

#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub(crate) name: &'static PyStrInterned,
    pub(crate) spec: &'static PyStrInterned,
    pub(crate) builtins: &'static PyStrInterned,
    pub(crate) path: &'static PyStrInterned,
    pub(crate) loader_state: &'static PyStrInterned,
    pub(crate) uninitialized_submodules: &'static PyStrInterned,
    pub(crate) search_locations: &'static PyStrInterned,
    pub(crate) initializing: &'static PyStrInterned,
    pub(crate) modules: &'static PyStrInterned,
}

thread_local! {
    static NAMES: Cell<Option<Names>> = const { Cell::new(None) };
}

pub(crate) fn get(vm: &VirtualMachine) -> Names {
    NAMES.get().unwrap_or_else(|| {
        let names = Names {
            name: vm.ctx.intern_str("__name__"),
            spec: vm.ctx.intern_str("__spec__"),
            builtins: vm.ctx.intern_str("__builtins__"),
            path: vm.ctx.intern_str("__path__"),
            loader_state: vm.ctx.intern_str("loader_state"),
            uninitialized_submodules: vm.ctx.intern_str("_uninitialized_submodules"),
            search_locations: vm.ctx.intern_str("submodule_search_locations"),
            initializing: vm.ctx.intern_str("_initializing"),
            modules: vm.ctx.intern_str("modules"),
        };
        NAMES.set(Some(names));
        names
    })
}
