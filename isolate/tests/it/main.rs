//! Isolates, from the guest that `wasm/build.sh guest` built. `EXOCET_GUEST` names another one for the build.

mod files;
#[cfg(target_os = "linux")]
mod flat;
mod guests;
mod hostile;
mod isolates;
mod javascript;
mod packages;
mod pools;
mod liar;
mod lying;
mod rooms;
#[path = "../../../tests/it/support/routes.rs"]
#[allow(dead_code, unexpected_cfgs, reason = "they are the library's")]
mod route;
mod routes;
#[path = "../../../tests/it/support/script.rs"]
mod script;
mod scripts;
#[cfg(unix)]
mod server;
mod stacks;
mod support;
#[cfg(target_os = "linux")]
mod walls;
