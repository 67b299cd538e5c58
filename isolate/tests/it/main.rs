//! Isolates, from the guest that `wasm/build.sh guest` built. `EXOCET_GUEST` names another one for the build.

mod files;
mod guests;
mod isolates;
mod packages;
mod rooms;
mod stacks;
mod support;
