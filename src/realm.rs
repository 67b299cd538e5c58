//! Realms: modules loaded fresh together, each name once, with an import system of their own.

pub(crate) mod belongings;
mod component;
mod guarded_dict;
pub(crate) mod holders;
pub(crate) mod import_tables;
mod mapper;
mod module_view;
pub(crate) mod modules;
mod path;
mod rebind;
pub(crate) mod reference;
mod replace;
pub(crate) mod replacement;
mod replacing;
mod search;
mod stand_ins;
pub(crate) mod sys;
mod table;

use crate::import::realms::{REALMS, Realms};
use rustpython_vm::class::PyClassImpl;

/// Makes the classes of what modules of realms see.
pub(crate) fn make_types() {
    let _ = module_view::ModuleView::make_static_type();
    sys::make_types();
}

/// Makes imports know of realms.
pub(crate) fn install() {
    let realms = Realms {
        stand_ins: stand_ins::of_name,
        context: |package, mapper, vm| reference::context(package, mapper, vm).into(),
    };
    // A second time it is the same.
    let _ = REALMS.set(realms);
}
