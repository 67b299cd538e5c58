//! Realms: modules loaded fresh together, each name once, with an import system of their own.

pub(crate) mod import_tables;
mod mapper;
pub(crate) mod modules;
pub(crate) mod reference;
pub(crate) mod stand_ins;
mod table;

use crate::import::realms::{REALMS, Realms};

/// Makes imports know of realms.
pub(crate) fn install() {
    let realms = Realms {
        stand_ins: stand_ins::of_name,
        context: |package, mapper, vm| reference::context(package, mapper, vm).into(),
    };
    // A second time it is the same.
    let _ = REALMS.set(realms);
}
