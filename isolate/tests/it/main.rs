//! Isolates, from the guest that `wasm/build.sh guest` built. `EXOCET_GUEST` names another one for the build.

#[cfg(target_os = "linux")]
mod flat;
mod guests;
mod hostile;
mod isolates;
mod liar;
mod lying;
mod rooms;
mod stacks;
mod support;
#[cfg(target_os = "linux")]
mod walls;
