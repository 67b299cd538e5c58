//! Isolates, from the guest that `wasm/build.sh guest` built. `EXOCET_GUEST` names another one.

mod files;
mod isolates;
mod packages;
mod support;
