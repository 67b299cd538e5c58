//! Isolates, from the guest that `wasm/build.sh guest` built. `EXOCET_GUEST` names another one for the build.

mod files;
mod guests;
mod isolates;
mod packages;
mod rooms;
#[path = "../../../tests/it/support/script.rs"]
mod script;
mod scripts;
mod stacks;
mod support;
